package dev.restante;

import static dev.restante.Matching.subject;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who looks on beside the test: waiting from a cursor on, taking, delivering, and exchanging some rules. */
@Timeout(30)
class OnlookerTest {
    private final FakeSmtpServer server = FakeSmtpServer.create().start();
    private final Onlooker onlooker = server.onlooker();

    @AfterEach
    void close() {
        server.close();
    }

    private CapturedMail deliver(String subject) {
        return server.deliver(
                new SmtpClient(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 7),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Optional.empty()),
                new Envelope(
                        new Envelope.Sender("ann@x.test", "<ann@x.test>", EsmtpParameters.none()),
                        List.of(new Envelope.Recipient("bob@y.test", "<bob@y.test>", EsmtpParameters.none()))),
                ("Subject: " + subject + "\r\n\r\nhello\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static List<String> subjects(Onlooker.Arrivals arrivals) {
        return arrivals.mails().stream().map(mail -> mail.subject().orElse("")).toList();
    }

    @Test
    void aChainOfCursorsSeesEachMailOnce() {
        deliver("one");
        deliver("two");

        Onlooker.Arrivals first = onlooker.arrivals(0, 1, Matching.any(), Duration.ZERO);
        deliver("three");
        Onlooker.Arrivals second = onlooker.arrivals(first.cursor(), 1, Matching.any(), Duration.ZERO);
        Onlooker.Arrivals third = onlooker.arrivals(second.cursor(), 1, Matching.any(), ofMillis(10));

        assertThat(subjects(first)).containsExactly("one", "two");
        assertThat(subjects(second)).containsExactly("three");
        assertThat(subjects(third)).isEmpty();
        assertThat(third.cursor()).isEqualTo(second.cursor());
    }

    @Test
    void cursorsPassOverWhatDoesNotMatchAndWhatWasRemoved() {
        deliver("one");
        deliver("gone");
        deliver("two");
        server.remove(subject("gone"));

        Onlooker.Arrivals matching = onlooker.arrivals(0, 1, subject("two"), Duration.ZERO);

        assertThat(subjects(matching)).containsExactly("two");
        assertThat(subjects(onlooker.arrivals(0, 1, Matching.any(), Duration.ZERO)))
                .containsExactly("one", "two");
        assertThat(subjects(onlooker.arrivals(matching.cursor(), 1, Matching.any(), Duration.ZERO)))
                .isEmpty();
        server.clear();
        deliver("after all were removed");
        assertThat(subjects(onlooker.arrivals(matching.cursor(), 1, Matching.any(), Duration.ZERO)))
                .containsExactly("after all were removed");
    }

    @Test
    void waitingEndsWhenEnoughHaveCome() {
        CompletableFuture<Onlooker.Arrivals> waiting =
                CompletableFuture.supplyAsync(() -> onlooker.arrivals(0, 2, Matching.any(), ofSeconds(20)));
        deliver("one");
        deliver("two");

        assertThat(subjects(waiting.join())).containsExactly("one", "two");
    }

    @Test
    void aMailCountsOnceTheFateOfItsReplyIsKnown() {
        ManualClock clock = ServerClock.manual();
        try (FakeSmtpServer slow = FakeSmtpServer.builder().clock(clock).build().start();
                WireDialogue client = WireDialogue.greeted(slow).envelope("ann@x.test", "bob@y.test")) {
            slow.script(on(AFTER_COMMIT).after(ofSeconds(1)).once());
            client.sendRaw("Subject: slow\r\n\r\nhello\r\n.\r\n");
            while (slow.mails().isEmpty()) {
                Thread.onSpinWait();
            }

            assertThat(subjects(slow.onlooker().arrivals(0, 1, Matching.any(), Duration.ZERO)))
                    .isEmpty();
            Onlooker.Arrivals found;
            do { // the rule may only now begin to wait
                clock.advance(ofSeconds(1));
                found = slow.onlooker().arrivals(0, 1, Matching.any(), ofMillis(20));
            } while (found.mails().isEmpty());
            assertThat(subjects(found)).containsExactly("slow");
        }
    }

    @Test
    void takingRemovesTheOldestOrNothing() {
        deliver("one");
        deliver("two");

        assertThat(onlooker.take(Matching.any(), Duration.ZERO).flatMap(CapturedMail::subject))
                .contains("one");
        assertThat(onlooker.take(subject("three"), ofMillis(10))).isEmpty();
        assertThat(server.mails()).hasSize(1);
    }

    @Test
    void whatIsDeliveredIsLikeAnyOtherMailButHasNoSession() {
        CapturedMail mail = deliver("posted");

        assertThat(mail.id()).matches("[0-9A-Za-z]{22}");
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.SENT);
        assertThat(mail.session()).isEmpty();
        assertThat(server.mailsNotLookedAt()).containsExactly(mail);
        assertThat(server.takeMail(Matching.to("bob@*"))).isEqualTo(mail);
        assertThat(server.sessions()).isEmpty();
    }

    @Test
    void exchangedRulesLeaveTheOthersTheirCounts() {
        server.script(
                on(NOOP).named("mine").reply(250, "2.0.0 counted").always(),
                on(MAIL_FROM).named("old").reply(451, "4.3.0 old").always());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("NOOP", "250 2.0.0 counted");

            server.exchangeRules(
                    report -> report.rule().name().equals("old"),
                    List.of(on(MAIL_FROM).named("new").reply(452, "4.3.0 new").always()));

            client.say("MAIL FROM:<a@x.test>", "452 4.3.0 new");
        }
        assertThat(server.rules()).extracting(report -> report.rule().name()).containsExactly("mine", "new");
        assertThat(server.rules().get(0).hits()).isEqualTo(1);
    }
}
