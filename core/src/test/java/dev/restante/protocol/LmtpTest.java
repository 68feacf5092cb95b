package dev.restante.protocol;

import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.ANY_COMMAND;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.Hold;
import dev.restante.ManualClock;
import dev.restante.Replay;
import dev.restante.Reply;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.ServerClock;
import dev.restante.SmtpSession;
import dev.restante.WireDialogue;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** LMTP (RFC 2033): what differs from SMTP. */
@Timeout(60)
class LmtpTest {
    private static final String ANN = "ann@y.test";
    private static final String BOB = "bob@y.test";
    private static final String EVE = "eve@y.test";

    private final ManualClock clock = ServerClock.manual();
    private final FakeSmtpServer server = FakeSmtpServer.builder()
            .lmtpPort(0)
            .startTls()
            .auth(AuthPolicy.users(Map.of("ann", "secret")))
            .clock(clock)
            .build()
            .start();

    @AfterEach
    void close() {
        server.close();
    }

    /** Up to the end of a body to Ann, Bob and Eve; what is said to it is for the test to read. */
    private WireDialogue threeRecipients() {
        WireDialogue client = WireDialogue.overLmtp(server);
        return client.envelope("a@x.test", ANN, BOB, EVE)
                .send("Subject: hello")
                .send("")
                .send("hello")
                .send(".");
    }

    private Attempt onlyAttempt() {
        Eventually.isTrue("there is an attempt", () -> server.attempts().size() == 1);
        return server.attempts().get(0);
    }

    /** Each recipient of an attempt with whether it was stored and what was said last, such as {@code "bob stored 250"}. */
    private static List<String> deliveries(Attempt attempt) {
        return attempt.recipients().stream()
                .map(each -> each.recipient().address().replace("@y.test", "") + " "
                        + each.delivery()
                                .map(delivery -> (delivery.stored() ? "stored " : "not stored ")
                                        + delivery.reply()
                                                .map(reply -> String.valueOf(reply.code()))
                                                .orElse("untold"))
                                .orElse("at RCPT "
                                        + each.reply().map(Reply::code).orElse(0)))
                .toList();
    }

    // ---- the greeting

    @Test
    void theGreetingIsLhlo() {
        try (WireDialogue client = WireDialogue.with(server.host(), server.lmtpPort())) {
            client.expect("220 localhost LMTP Restante").say("MAIL FROM:<a@x.test>", "503 5.5.1 Say LHLO first");
            client.say("EHLO client.test", "500 5.5.1 ").say("HELO client.test", "500 5.5.1 ");
            client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "503 5.5.1 Say LHLO first");
            assertThat(client.send("HELP").reply()).last().asString().startsWith("214 2.0.0 LHLO STARTTLS");
            client.say("LHLO", "501 5.5.4 Say LHLO and one name");
            assertThat(client.send("LHLO client.test").reply())
                    .contains(
                            "250-PIPELINING", "250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250-CHUNKING", "250-STARTTLS")
                    .anyMatch(line -> line.startsWith("250-SIZE "))
                    .anyMatch(line -> line.contains("AUTH PLAIN"));
        }
        SmtpSession session = server.sessions().get(0);
        assertThat(session.listener()).isEqualTo("LMTP");
        assertThat(session.serverPort()).isEqualTo(server.lmtpPort());
        assertThat(session.client().heloName()).contains("client.test");
        assertThat(session.client().extended()).isTrue();
        assertThat(session.toString())
                .startsWith("session 1, LMTP from 127.0.0.1:")
                .contains(" (LHLO client.test), ");
    }

    @Test
    void smtpDoesNotKnowIt() {
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 localhost ESMTP")
                    .say("LHLO client.test", "500 5.5.1 ")
                    .say("EHLO client.test", "250 ");
        }
    }

    @Test
    void rulesForTheGreetingHold() {
        server.script(
                on(EHLO).helo("bad.*").reply(550, "5.7.1 No").always(),
                on(EHLO).hide("PIPELINING").advertise("SIZE 7").always());
        try (WireDialogue client = WireDialogue.with(server.host(), server.lmtpPort())) {
            client.expect("220 ").say("LHLO bad.test", "550 5.7.1 No");
            assertThat(client.send("LHLO good.test").reply())
                    .noneMatch(line -> line.contains("PIPELINING"))
                    .contains("250 SIZE 7");
        }
    }

    // ---- replies

    @Test
    void eachRecipientHasAReplyInOrder() {
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann@y.test> Ok: queued as ")
                    .expect("250 2.0.0 <bob@y.test> Ok: queued as ")
                    .expect("250 2.0.0 <eve@y.test> Ok: queued as ");
            client.say("QUIT", "221 ").expectEnd();
        }
        CapturedMail mail = server.takeMail();
        assertThat(mail.envelope().recipientAddresses()).containsExactly(ANN, BOB, EVE);
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.SENT);
        assertThat(mail.acknowledgement(BOB)).contains(Acknowledgement.SENT);
        assertThat(mail.acknowledgement("BOB@Y.TEST")).contains(Acknowledgement.SENT);
        assertThat(mail.acknowledgement("nobody@y.test")).isEmpty();
        assertThat(server.mails()).isEmpty();
        Attempt attempt = onlyAttempt();
        assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ACCEPTED);
        assertThat(attempt.mailId()).contains(mail.id());
        assertThat(deliveries(attempt)).containsExactly("ann stored 250", "bob stored 250", "eve stored 250");
        assertThat(attempt.reply())
                .hasValueSatisfying(reply -> assertThat(reply.text()).contains("<eve@y.test>"));
    }

    @Test
    void theRepliesAreWrittenInOnePiece() {
        try (WireDialogue client = threeRecipients()) {
            assertThat(client.nextRead().lines()).hasSize(3);
        }
    }

    @Test
    void recipientsRefusedAtRcptHaveNoReplyMore() {
        server.script(on(RCPT_TO).to("bob@*").reply(550, "5.1.1 No such user").once());
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<ann@y.test>", "250 ");
            client.say("RCPT TO:<bob@y.test>", "550 ")
                    .say("RCPT TO:<eve@y.test>", "250 ")
                    .say("DATA", "354 ");
            client.send("Subject: x")
                    .send("")
                    .send(".")
                    .expect("250 2.0.0 <ann")
                    .expect("250 2.0.0 <eve");
            client.say("NOOP", "250 2.0.0 OK");
        }
        assertThat(server.takeMail().envelope().recipientAddresses()).containsExactly(ANN, EVE);
        assertThat(deliveries(onlyAttempt())).containsExactly("ann stored 250", "bob at RCPT 550", "eve stored 250");
    }

    /** "Even if there were multiple successful RCPT commands giving the same forward-path": section 4.2. */
    @Test
    void aRecipientNamedTwiceHasTwoReplies() {
        server.script(on(END_OF_DATA).nth(2).reply(452, "4.2.2 Full").once());
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.envelope("a@x.test", BOB, BOB, BOB).send(".");
            client.expect("250 2.0.0 <bob")
                    .expect("452 4.2.2 ")
                    .expect("250 2.0.0 <bob")
                    .say("NOOP", "250 2.0.0 OK");
        }
        assertThat(server.takeMail().envelope().recipientAddresses()).containsExactly(BOB, BOB);
        assertThat(deliveries(onlyAttempt())).containsExactly("bob stored 250", "bob not stored 452", "bob stored 250");
    }

    @Test
    void withoutAValidRecipientDataIsOutOfPlace() {
        server.script(on(RCPT_TO).reply(550, "5.1.1 No such user").once());
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("DATA", "503 5.5.1 ").say("MAIL FROM:<a@x.test>", "250 ").say("DATA", "503 5.5.1 ");
            client.say("RCPT TO:<b@y.test>", "550 ").say("DATA", "503 5.5.1 No valid recipients");
            client.sendRaw("BDAT 3 LAST\r\nabc").expect("503 5.5.1 No valid recipients");
            client.say("RCPT TO:<b@y.test>", "250 ").say("DATA", "354 ").say(".", "250 ");
        }
    }

    @Test
    void commandsMayBePipelined() {
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.sendRaw("MAIL FROM:<a@x.test>\r\nRCPT TO:<ann@y.test>\r\nRCPT TO:<bob@y.test>\r\nDATA\r\n");
            client.expect("250 ").expect("250 ").expect("250 ").expect("354 ");
            client.sendRaw("Subject: x\r\n\r\nx\r\n.\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<eve@y.test>\r\nDATA\r\n");
            client.expect("250 2.0.0 <ann")
                    .expect("250 2.0.0 <bob")
                    .expect("250 2.1.0 ")
                    .expect("250 2.1.5 ");
            client.expect("354 ")
                    .sendRaw("Subject: y\r\n\r\n.\r\nQUIT\r\n")
                    .expect("250 2.0.0 <eve")
                    .expect("221 ");
        }
        assertThat(server.awaitMails(2)).hasSize(2);
    }

    @Test
    void theLastChunkHasAReplyForEachRecipientAndOthersHaveOne() {
        server.script(on(END_OF_DATA).to("bob@*").reply(450, "4.2.1 Busy").once());
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<ann@y.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "250 ");
            client.sendRaw("BDAT 3\r\nA: ").expect("250 2.0.0 3 octets received");
            client.sendRaw("BDAT 5 LAST\r\nb\r\n\r\n").expect("250 2.0.0 <ann").expect("450 4.2.1 Busy");
            client.say("NOOP", "250 2.0.0 OK");
        }
        assertThat(server.takeMail().envelope().recipientAddresses()).containsExactly(ANN);
    }

    @Test
    void aBodyThatIsNotTakenIsRefusedForEach() {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().lmtpPort(0).maxMessageSize(10).build().start()) {
            try (WireDialogue client = WireDialogue.overLmtp(small)) {
                client.envelope("a@x.test", ANN, BOB)
                        .send("more than ten octets")
                        .send(".");
                client.expect("552 5.3.4 ").expect("552 5.3.4 ").say("MAIL FROM:<a@x.test>", "250 ");
                client.say("RCPT TO:<ann@y.test>", "250 ").say("RCPT TO:<bob@y.test>", "250 ");
                client.sendRaw("BDAT 11 LAST\r\nhello world")
                        .expect("552 ")
                        .expect("552 ")
                        .say("NOOP", "250 2.0.0 OK");
            }
            assertThat(small.mails()).isEmpty();
            assertThat(small.attempts()).hasSize(2).allSatisfy(attempt -> {
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
                assertThat(deliveries(attempt)).containsExactly("ann not stored 552", "bob not stored 552");
            });
        }
    }

    @Test
    void dataAndAFirstChunkThatARuleRefusesHaveTheRepliesTheyShould() {
        server.script(on(DATA).reply(451, "4.3.0 Not now").times(3));
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            for (String chunk : List.of("BDAT 2\r\nab", "BDAT 2 LAST\r\nab")) {
                client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<ann@y.test>", "250 ");
                client.say("RCPT TO:<bob@y.test>", "250 ").sendRaw(chunk).expect("451 ");
                if (chunk.contains("LAST")) {
                    client.expect("451 ");
                }
                client.say("NOOP", "250 2.0.0 OK");
            }
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<ann@y.test>", "250 ")
                    .say("DATA", "451 ");
            client.say("NOOP", "250 2.0.0 OK");
        }
    }

    // ---- scripted for each recipient

    @Test
    void oneRecipientIsRefusedAndTheOthersAreNot() {
        server.script(
                on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Mailbox full").once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann").expect("452 4.2.2 Mailbox full").expect("250 2.0.0 <eve");
            client.say("NOOP", "250 2.0.0 OK");
        }
        CapturedMail mail = server.takeMail();
        assertThat(mail.envelope().recipientAddresses()).containsExactly(ANN, EVE);
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.SENT);
        assertThat(mail.acknowledgement(EVE)).contains(Acknowledgement.SENT);
        assertThat(mail.acknowledgement(BOB)).isEmpty();
        Attempt attempt = onlyAttempt();
        assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ACCEPTED);
        assertThat(deliveries(attempt)).containsExactly("ann stored 250", "bob not stored 452", "eve stored 250");
        assertThat(attempt.deliveredTo(BOB)).isFalse();
        assertThat(attempt.deliveredTo(EVE)).isTrue();
        assertThat(to(BOB).succeeded(attempt)).isFalse();
        assertThat(to(EVE).succeeded(attempt)).isTrue();
        assertThat(attempt.toString()).contains("<bob@y.test> 250 2.1.5 Recipient OK, then 452 4.2.2 Mailbox full");
        assertThat(server.unfired()).isEmpty();
    }

    @Test
    void allAreRefusedAndNothingIsStored() {
        server.script(on(END_OF_DATA).reply(554, "5.6.0 Spam").always());
        try (WireDialogue client = threeRecipients()) {
            client.expect("554 ").expect("554 ").expect("554 ").say("NOOP", "250 2.0.0 OK");
        }
        assertThat(server.mails()).isEmpty();
        assertThat(onlyAttempt()).satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
            assertThat(attempt.reply()).map(Reply::code).contains(554);
            assertThat(attempt.body()).isPresent();
            assertThat(deliveries(attempt)).allMatch(each -> each.endsWith("not stored 554"));
        });
    }

    @Test
    void aRuleWithoutARecipientIsForTheFirst() {
        server.script(
                on(END_OF_DATA).reply(452, "4.2.2 Full").once(),
                on(END_OF_DATA).nth(3).reply(450, "4.2.1 Busy").once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("452 ").expect("250 2.0.0 <bob").expect("450 4.2.1 ");
        }
        assertThat(server.takeMail().envelope().recipientAddresses()).containsExactly(BOB);
    }

    @Test
    void conditionsOnTheMailAreAskedForEach() {
        server.script(on(END_OF_DATA)
                .header("Subject", "hel*")
                .recipientsAbove(2)
                .to("eve@*")
                .reply(554, "5.6.0 Spam for {recipient}")
                .once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 ").expect("250 ").expect("554 5.6.0 Spam for eve@y.test");
        }
    }

    @Test
    void attemptsAreCountedForEachRecipient() {
        server.script(on(END_OF_DATA)
                .attempts(1, 1)
                .perRecipient()
                .reply(450, "4.2.0 Greylisted")
                .always());
        try (WireDialogue client = threeRecipients()) {
            client.expect("450 ").expect("450 ").expect("450 ");
            client.envelope("a@x.test", BOB, "new@y.test")
                    .send(".")
                    .expect("250 2.0.0 <bob")
                    .expect("450 ");
        }
    }

    @Test
    void aMailMayBeDiscardedForOne() {
        server.script(on(END_OF_DATA).to("ann@*").discard().once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann").expect("250 2.0.0 <bob").expect("250 2.0.0 <eve");
        }
        assertThat(server.takeMail().envelope().recipientAddresses()).containsExactly(BOB, EVE);
        assertThat(deliveries(onlyAttempt())).containsExactly("ann not stored 250", "bob stored 250", "eve stored 250");
    }

    @Test
    void aMailDiscardedForAllIsAcceptedAndNowhere() {
        server.script(on(END_OF_DATA).discard().always());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 ").expect("250 ").expect("250 ");
        }
        assertThat(server.mails()).isEmpty();
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.ACCEPTED);
        assertThat(onlyAttempt().mailId()).isEmpty();
    }

    @Test
    void aStoredMailMayBeDeniedToOne() {
        server.script(on(AFTER_COMMIT).to("bob@*").reply(451, "4.3.0 Lost it").once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann").expect("451 4.3.0 Lost it").expect("250 2.0.0 <eve");
        }
        CapturedMail mail = server.takeMail();
        assertThat(mail.envelope().recipientAddresses()).containsExactly(ANN, BOB, EVE);
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.LOST);
        assertThat(mail.acknowledgement(ANN)).contains(Acknowledgement.SENT);
        assertThat(mail.acknowledgement(BOB)).contains(Acknowledgement.LOST);
        assertThat(mail.acknowledgement(EVE)).contains(Acknowledgement.SENT);
        assertThat(deliveries(onlyAttempt())).containsExactly("ann stored 250", "bob stored 451", "eve stored 250");
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.ACCEPTED);
    }

    // ---- faults between two replies

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(on(END_OF_DATA).to("bob@*").closeConnection().once(), "", List.of(ANN)),
                Arguments.of(on(END_OF_DATA).to("bob@*").resetConnection().once(), "RESET", List.of(ANN)),
                Arguments.of(on(END_OF_DATA).to("bob@*").cutReply(5).once(), "250 2", List.of(ANN, BOB)),
                Arguments.of(on(END_OF_DATA).to("bob@*").cutReply(0).once(), "", List.of(ANN, BOB)),
                Arguments.of(
                        on(END_OF_DATA).to("bob@*").reply(421, "4.3.2 Going").once(),
                        "421 4.3.2 Going\r\n",
                        List.of(ANN)),
                Arguments.of(on(AFTER_COMMIT).to("bob@*").closeConnection().once(), "", List.of(ANN, BOB, EVE)),
                Arguments.of(on(AFTER_COMMIT).to("bob@*").resetConnection().once(), "RESET", List.of(ANN, BOB, EVE)),
                Arguments.of(on(AFTER_COMMIT).to("bob@*").cutReply(5).once(), "250 2", List.of(ANN, BOB, EVE)),
                Arguments.of(on(AFTER_COMMIT).nth(2).closeConnection().once(), "", List.of(ANN, BOB, EVE)),
                Arguments.of(
                        on(AFTER_COMMIT).to("bob@*").reply(421, "4.3.2 Going").once(),
                        "421 4.3.2 Going\r\n",
                        List.of(ANN, BOB, EVE)));
    }

    @Test
    void aReplyInPlaceOfTheLastChunkIsSaidForEachRecipient() {
        server.script(
                on(ANY_COMMAND).nthInConnection(5).reply(451, "4.3.0 Later").once());
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<" + ANN + ">", "250 ")
                    .say("RCPT TO:<" + BOB + ">", "250 ");
            client.sendRaw("BDAT 3 LAST\r\nabcNOOP\r\n")
                    .expect("451 4.3.0 Later")
                    .expect("451 4.3.0 Later")
                    .expect("250 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HELO", "EHLO"})
    void theGreetingOfSmtpIsRefusedAndLeavesAnAttempt(String greeting) {
        try (WireDialogue client = WireDialogue.with(server.host(), server.lmtpPort())) {
            client.expect("220 ").say(greeting + " client.test", "500 5.5.1 LMTP is spoken here: say LHLO");
        }
        assertThat(onlyAttempt()).hasToString("#1 REFUSED at EHLO, then 500 5.5.1 LMTP is spoken here: say LHLO");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void theConnectionEndsBetweenTwoReplies(Rule fault, String last, List<String> stored) {
        server.script(fault);
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann");
            if (last.equals("RESET")) {
                client.expectReset();
            } else {
                assertThat(new String(client.octets(last.length()), StandardCharsets.US_ASCII))
                        .isEqualTo(last);
                client.expectEnd();
            }
        }
        Attempt attempt = onlyAttempt();
        assertThat(attempt.stage()).isEqualTo(AFTER_COMMIT);
        assertThat(attempt.mailId()).isPresent();
        CapturedMail mail = server.takeMail();
        assertThat(mail.envelope().recipientAddresses()).isEqualTo(stored);
        assertThat(mail.acknowledgement())
                .isEqualTo(stored.equals(List.of(ANN)) ? Acknowledgement.SENT : Acknowledgement.LOST);
        assertThat(mail.acknowledgement(ANN)).contains(Acknowledgement.SENT);
        if (stored.contains(BOB)) {
            assertThat(mail.acknowledgement(BOB)).contains(Acknowledgement.LOST);
        }
        assertThat(deliveries(attempt).get(0)).isEqualTo("ann stored 250");
        assertThat(deliveries(attempt).get(2))
                .isEqualTo(stored.contains(EVE) ? "eve stored untold" : "eve not stored untold");
        assertThat(server.unfired()).isEmpty();
        assertThat(attempt.rules()).hasSize(1);
        server.sessions().forEach(session -> assertThat(session.isOpen()).isFalse());
    }

    @Test
    void aFaultForTheFirstLeavesNothing() {
        server.script(on(END_OF_DATA).to("ann@*").resetConnection().once());
        try (WireDialogue client = threeRecipients()) {
            client.expectReset();
        }
        assertThat(server.mails()).isEmpty();
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.ABORTED);
        assertThat(onlyAttempt().stage()).isEqualTo(END_OF_DATA);
    }

    @Test
    void aGoodByeForTheFirstOfSeveralIsARefusal() {
        server.script(on(END_OF_DATA).to("ann@*").reply(421, "4.3.2 Going").once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("421 4.3.2 Going").expectEnd();
        }
        assertThat(server.mails()).isEmpty();
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.REFUSED);
        assertThat(deliveries(onlyAttempt()))
                .containsExactly("ann not stored 421", "bob not stored untold", "eve not stored untold");
    }

    @Test
    void octetsInPlaceOfAReplyAreOnlyForOne() {
        server.script(on(END_OF_DATA).to("bob@*").rawReply("what?\r\n").once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann");
            assertThat(new String(client.octets(7), StandardCharsets.US_ASCII)).isEqualTo("what?\r\n");
            client.expect("250 2.0.0 <eve");
        }
        assertThat(deliveries(onlyAttempt()))
                .containsExactly("ann stored 250", "bob not stored untold", "eve stored 250");
    }

    @Test
    void aStallKeepsBackTheRestOfTheReplies() {
        server.script(on(AFTER_COMMIT).to("bob@*").stall().once());
        CapturedMail mail;
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann");
            mail = server.takeMail();
            assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.WITHHELD);
            assertThat(mail.acknowledgement(ANN)).contains(Acknowledgement.SENT);
            assertThat(mail.acknowledgement(BOB)).contains(Acknowledgement.WITHHELD);
        }
        Eventually.isTrue("the client's leaving is seen", () -> mail.acknowledgement() == Acknowledgement.LOST);
        assertThat(mail.acknowledgement(ANN)).contains(Acknowledgement.SENT);
        assertThat(mail.acknowledgement(EVE)).contains(Acknowledgement.LOST);
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.ABORTED);
    }

    @Test
    void aHoldWaitsBetweenTwoReplies() {
        Hold hold = server.hold();
        server.script(on(AFTER_COMMIT).to("bob@*").waitFor(hold.name()).once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann");
            hold.awaitReached();
            assertThat(server.mails().get(0).acknowledgement(BOB)).contains(Acknowledgement.WITHHELD);
            hold.release();
            client.expect("250 2.0.0 <bob").expect("250 2.0.0 <eve");
        }
        CapturedMail mail = server.takeMail();
        Eventually.isTrue("it is settled", () -> mail.acknowledgement() == Acknowledgement.SENT);
    }

    @Test
    void aHoldAtTheEndOfTheBodyIsBeforeTheMailIsStored() {
        Hold hold = server.hold();
        server.script(on(END_OF_DATA).to("eve@*").waitFor(hold.name()).once());
        try (WireDialogue client = threeRecipients()) {
            hold.awaitReached();
            assertThat(server.mails()).isEmpty();
            hold.release();
            client.expect("250 2.0.0 <ann").expect("250 2.0.0 <bob").expect("250 2.0.0 <eve");
        }
    }

    @Test
    void repliesMayBeSlow() {
        server.script(on(AFTER_COMMIT).to("bob@*").after(Duration.ofMinutes(1)).always());
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 2.0.0 <ann").expectSilence(50);
            clock.advance(Duration.ofMinutes(1));
            client.expect("250 2.0.0 <bob").expect("250 2.0.0 <eve");
        }
    }

    @Test
    void aFunctionThatFailsEndsIt() {
        server.script(on(END_OF_DATA)
                .answer(moment -> {
                    throw new IllegalStateException(
                            "boom at " + moment.recipient().orElseThrow().address());
                })
                .once());
        try (WireDialogue client = threeRecipients()) {
            client.expect("421 4.3.0 Server failed").expectEnd();
        }
        assertThat(server.mails()).isEmpty();
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.ABORTED);
    }

    @Test
    void whatCameOfASessionCanBeReplayed() {
        server.script(
                on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Full").once(),
                on(AFTER_COMMIT).to("eve@*").reply(451, "4.3.0 Lost").once());
        List<String> replies;
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 ").expect("452 ").expect("451 ");
            client.mailLmtp("a@x.test", ANN);
            client.say("QUIT", "221 ").expectEnd();
        }
        SmtpSession first = server.sessions().get(0);
        replies = first.transcript().replies();
        List<Rule> recorded = Replay.of(first);
        server.reset();
        server.replaceScript(recorded);
        try (WireDialogue client = threeRecipients()) {
            client.expect("250 ").expect("452 ").expect("451 ");
            client.mailLmtp("a@x.test", ANN);
            client.say("QUIT", "221 ").expectEnd();
        }
        assertThat(server.sessions().get(0).transcript().replies()).isEqualTo(replies);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatEndedASessionBetweenTwoRepliesCanBeReplayed(Rule fault) {
        server.script(fault);
        SmtpSession first = sessionOfThree();
        server.reset();
        server.replaceScript(ScriptFile.fromJson(ScriptFile.toJson(Replay.of(first))));
        SmtpSession again = sessionOfThree();

        assertThat(again.transcript().replies()).isEqualTo(first.transcript().replies());
        assertThat(again.outcome()).isEqualTo(first.outcome());
    }

    /** The session of a client that reads until the connection ends. */
    private SmtpSession sessionOfThree() {
        try (WireDialogue client = threeRecipients()) {
            Eventually.isTrue("it has ended", () -> !server.sessions().get(0).isOpen());
            client.expectSilenceOrEnd(1);
        }
        return server.sessions().get(0);
    }

    // ---- the rest is as in SMTP

    @Test
    void tlsAndLoginsAreTheSame() {
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("STARTTLS", "220 ").handshake(server.tls().sslContext());
            client.say("MAIL FROM:<a@x.test>", "503 5.5.1 Say LHLO").say("LHLO app.test", "250 ");
            client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ")
                    .envelope("a@x.test", ANN, BOB)
                    .send(".");
            client.expect("250 2.0.0 <ann").expect("250 2.0.0 <bob");
        }
        CapturedMail mail = server.takeMail();
        assertThat(mail.client().tls()).isPresent();
        assertThat(mail.client().user()).contains("ann");
        assertThat(mail.session()).map(SmtpSession::listener).contains("LMTP");
    }

    @Test
    void addressesBeyondAsciiAreNotShownInReplies() {
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("MAIL FROM:<a@x.test> SMTPUTF8", "250 ").say("RCPT TO:<jörg@y.test>", "250 ");
            client.say("DATA", "354 ").say(".", "250 2.0.0 Ok: queued as ");
        }
    }

    @Test
    void allPortsShareMailAndScript() {
        server.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Busy").times(2));
        try (WireDialogue smtp = WireDialogue.greeted(server);
                WireDialogue lmtp = WireDialogue.overLmtp(server)) {
            smtp.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "450 ")
                    .say("RSET", "250 ");
            lmtp.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "450 ")
                    .say("RSET", "250 ");
            smtp.mail("a@x.test", ANN);
            lmtp.mailLmtp("a@x.test", BOB);
        }
        assertThat(server.awaitMails(2))
                .extracting(mail -> mail.envelope().recipientAddresses())
                .containsExactly(List.of(ANN), List.of(BOB));
        assertThat(server.toString()).contains(" and for LMTP on " + server.lmtpPort());
    }

    @Test
    void aServerWithoutThePortSaysSo() throws Exception {
        try (FakeSmtpServer plain = FakeSmtpServer.create().start()) {
            assertThat(plain.hasLmtpPort()).isFalse();
            assertThatThrownBy(plain::lmtpPort)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("lmtpPort(0)");
        }
        assertThat(server.hasLmtpPort()).isTrue();
        assertThatThrownBy(
                        () -> FakeSmtpServer.builder().port(2525).lmtpPort(2525).build())
                .hasMessageContaining("SMTP and LMTP cannot share port 2525");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FakeSmtpServer other =
                        FakeSmtpServer.builder().lmtpPort(taken.getLocalPort()).build()) {
            assertThatThrownBy(other::start)
                    .hasMessageContaining("Cannot listen for LMTP on 127.0.0.1 port " + taken.getLocalPort());
        }
    }
}
