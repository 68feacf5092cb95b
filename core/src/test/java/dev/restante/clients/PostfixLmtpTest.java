package dev.restante.clients;

import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Matching;
import dev.restante.Rule;
import dev.restante.SmtpSession;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Postfix's lmtp(8), which keeps in its queue whom it was not told of. */
@Timeout(120)
class PostfixLmtpTest {
    private static final String ANN = "ann@" + Postfix.LMTP;
    private static final String BOB = "bob@" + Postfix.LMTP;
    private static final String EVE = "eve@" + Postfix.LMTP;
    private static final String LETTER = "From: ann@client.test\nSubject: hello\n\nfirst\n.\nlast\n";

    private static FakeSmtpServer smtp;
    private static Postfix postfix;

    @BeforeAll
    static void start() throws IOException {
        smtp = FakeSmtpServer.builder()
                .lmtpPort(0)
                .startTls()
                .auth(AuthPolicy.users(Map.of("ann", "secret")))
                .defaultTimeout(ofSeconds(30))
                .build()
                .start();
        postfix = Postfix.sendingTo(smtp.port(), smtp.lmtpPort(), smtp.tls().caPem());
    }

    @AfterAll
    static void stop() throws IOException {
        if (postfix != null) {
            postfix.close();
        }
        smtp.close();
    }

    @BeforeEach
    void forget() {
        postfix.wipe();
        allEnded();
        smtp.reset();
    }

    private static String send() {
        return postfix.send(LETTER, "ann@client.test", List.of(ANN, BOB, EVE));
    }

    private static void allEnded() {
        long deadline = System.nanoTime() + ofSeconds(30).toNanos();
        while (smtp.openConnections() > 0 || smtp.sessions().stream().anyMatch(SmtpSession::isOpen)) {
            assertThat(System.nanoTime())
                    .as("still waiting for %s", smtp.sessions())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aMailForThreeIsOneTransactionInsideTlsWithALogin() {
        String id = send();
        postfix.awaitDone(id);
        allEnded();

        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().recipientAddresses()).containsExactlyInAnyOrder(ANN, BOB, EVE);
        assertThat(mail.text()).contains("first\r\n.\r\nlast\r\n");
        assertThat(mail.client().tls()).isPresent();
        assertThat(mail.client().user()).contains("ann");
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.SENT);
        assertThat(postfix.log(id))
                .filteredOn(line -> line.contains("status=sent"))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains("> Ok: queued as " + mail.id()));
        assertThat(smtp.sessions()).singleElement().satisfies(session -> {
            assertThat(session.listener()).isEqualTo("LMTP");
            assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
        });
    }

    @Test
    void onlyWhomTheServerRefusedBehindTheBodyIsTriedAgain() {
        smtp.script(on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Mailbox full").once());

        String id = send();
        Postfix.Queued waiting = postfix.awaitDeferred(id, 1);
        allEnded();

        assertThat(waiting.reasons()).containsOnlyKeys(BOB);
        assertThat(waiting.reasons().get(BOB))
                .contains("said: 452 4.2.2 Mailbox full (in reply to end of DATA command)");
        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactlyInAnyOrder(ANN, EVE);

        postfix.flush();
        postfix.awaitDone(id);

        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactly(BOB);
        assertThat(smtp.attempts(Matching.to(BOB))).hasSize(2);
        assertThat(smtp.attempts(Matching.to(EVE))).hasSize(1);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(on(AFTER_COMMIT).nth(2).closeConnection().once()),
                Arguments.of(on(AFTER_COMMIT).nth(2).resetConnection().once()),
                Arguments.of(on(AFTER_COMMIT).nth(2).cutReply(7).once()));
    }

    /** Who was told is done; the others are sent the mail again, and so have it twice. */
    @ParameterizedTest
    @MethodSource("faults")
    void thoseNotToldOfBecauseTheConnectionEndedAreSentItAgain(Rule fault) {
        smtp.script(fault);

        String id = send();
        Postfix.Queued waiting = postfix.awaitDeferred(id, 2);
        allEnded();
        CapturedMail first = smtp.takeMail();
        assertThat(first.envelope().recipientAddresses()).hasSize(3);
        String told = first.envelope().recipientAddresses().get(0);
        List<String> untold = first.envelope().recipientAddresses().subList(1, 3);
        assertThat(waiting.reasons()).containsOnlyKeys(untold);
        assertThat(first.acknowledgement(told)).contains(Acknowledgement.SENT);
        assertThat(first.acknowledgement(untold.get(0))).contains(Acknowledgement.LOST);
        assertThat(first.acknowledgement(untold.get(1))).contains(Acknowledgement.LOST);

        postfix.flush();
        postfix.awaitDone(id);

        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactlyInAnyOrderElementsOf(untold);
        assertThat(smtp.unfired()).isEmpty();
    }

    /** Postfix says DATA ahead, and must find 503 there. */
    @Test
    void dataSaidAheadIsOutOfPlaceWhereNobodyWasTaken() {
        smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").times(3));

        String id = send();
        postfix.awaitDeferred(id, 3);
        allEnded();

        assertThat(smtp.sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.transcript().replies())
                        .anyMatch(reply -> reply.startsWith("503 5.5.1 No valid recipients")));
        postfix.flush();
        postfix.awaitDone(id);
        assertThat(smtp.attempts()).filteredOn(Attempt::isTransaction).hasSize(2);
    }
}
