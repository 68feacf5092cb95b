package dev.restante;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.AUTH;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.SmtpSession.Outcome;
import dev.restante.mail.Octets;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server remembers of its clients: how each session and each attempt ended, what was said, and how much is kept. */
@Timeout(30)
class EvidenceTest {
    private static final String ENVELOPE = "<ann@x.test> -> <bob@y.test> 250 2.1.5 Recipient OK";
    private static final String MESSAGE = "Subject: x\r\nMessage-ID: <m1@x.test>\r\n\r\nhello\r\n";

    private final ManualClock clock = ServerClock.manual(Instant.parse("2026-03-01T10:00:00Z"));
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().clock(clock).build().start();

    @AfterEach
    void close() {
        server.close();
    }

    private WireDialogue envelope() {
        return WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test");
    }

    private Attempt onlyAttempt() {
        assertThat(server.attempts()).hasSize(1);
        return server.attempts().get(0);
    }

    // ---- sessions

    private Outcome outcome(FakeSmtpServer of) {
        Eventually.isTrue("the session ends", () -> !of.sessions().get(0).isOpen());
        return of.sessions().get(0).outcome();
    }

    @Test
    void aSessionIsOpenUntilItEnds() {
        try (WireDialogue client = WireDialogue.with(server).expect("220 ")) {
            assertThat(server.sessions()).singleElement().satisfies(session -> {
                assertThat(session.isOpen()).isTrue();
                assertThat(session.listener()).isEqualTo("SMTP");
                assertThat(session.number()).isEqualTo(1);
                assertThat(session.serverPort()).isEqualTo(server.port());
                assertThat(session.client().address().getPort()).isEqualTo(client.localPort());
                assertThat(session.client().heloName()).isEmpty();
                assertThat(session.startedAt()).isEqualTo(clock.now());
                assertThat(session.tls()).isEmpty();
            });
        }
    }

    @Test
    void aClientThatSaysGoodbyeHasQuit() {
        WireDialogue.greeted(server).say("QUIT", "221 ").close();
        assertThat(outcome(server)).isEqualTo(Outcome.QUIT);
    }

    @Test
    void aClientThatEndsWithoutGoodbyeHasClosed() {
        try (WireDialogue client = WireDialogue.greeted(server).endOutput()) {
            client.expectEnd();
            assertThat(server.sessions().get(0).outcome()).isEqualTo(Outcome.CLIENT_CLOSED);
        }
    }

    @Test
    void aClientThatResetsHasBroken() {
        WireDialogue.greeted(server).reset();
        assertThat(outcome(server)).isEqualTo(Outcome.CLIENT_BROKE);
    }

    @Test
    void aServerThatSays421HasClosed() {
        server.script(on(NOOP).reply(421, "4.3.0 Enough").once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("NOOP", "421 ").expectEnd();
            assertThat(server.sessions().get(0).outcome()).isEqualTo(Outcome.SERVER_CLOSED);
        }
    }

    @Test
    void aRuleThatClosesHasClosed() {
        server.script(on(NOOP).closeConnection().once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.send("NOOP").expectEnd();
            assertThat(server.sessions().get(0).outcome()).isEqualTo(Outcome.SERVER_CLOSED);
        }
    }

    @Test
    void aRuleThatResetsHasReset() {
        server.script(on(NOOP).resetConnection().once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.send("NOOP").expectReset();
            assertThat(server.sessions().get(0).outcome()).isEqualTo(Outcome.SERVER_RESET);
        }
    }

    @Test
    void aSilentClientHasTimedOut() {
        try (FakeSmtpServer impatient = FakeSmtpServer.builder()
                        .idleTimeout(ofMillis(50))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(impatient).expect("220 ")) {
            client.expect("421 ").expectEnd();
            assertThat(outcome(impatient)).isEqualTo(Outcome.TIMED_OUT);
        }
    }

    @Test
    void aClosedServerHasStopped() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            server.close();
            client.expect("421 ").expectEnd();
            assertThat(outcome(server)).isEqualTo(Outcome.SERVER_STOPPED);
        }
    }

    // ---- attempts

    /**
     * A conversation and the attempts it leaves.
     *
     * @param says lines to send, each with the beginning of the reply after {@code =>}; without one, none is awaited
     * @param attempts how the attempts read, in order
     */
    private record Ending(String name, List<Rule> rules, List<String> says, List<String> attempts) {
        static Ending of(String name, String says, String... attempts) {
            return new Ending(name, List.of(), says.strip().lines().toList(), List.of(attempts));
        }

        Ending by(Rule... scripted) {
            return new Ending(name, List.of(scripted), says, attempts);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Ending> endings() {
        return Stream.of(
                Ending.of(
                        "accepted",
                        """
                        => 220
                        EHLO c => 250
                        MAIL FROM:<ann@x.test> => 250
                        RCPT TO:<bob@y.test> => 250
                        DATA => 354
                        . => 250
                        """,
                        "#1 ACCEPTED at AFTER_COMMIT: " + ENVELOPE + ", then 250 2.0.0 Ok: queued as ID"),
                Ending.of("refused at CONNECT", "=> 554", "#1 REFUSED at CONNECT, then 554 5.3.2 No [no]")
                        .by(on(CONNECT).named("no").reply(554, "5.3.2 No").once()),
                Ending.of("refused at EHLO", "=> 220\nEHLO c => 550", "#1 REFUSED at EHLO, then 550 5.7.1 No [no]")
                        .by(on(EHLO).named("no").reply(550, "5.7.1 No").once()),
                Ending.of(
                                "refused at AUTH",
                                "=> 220\nEHLO c => 250\nAUTH PLAIN AGFubgBzZWNyZXQ= => 535",
                                "#1 REFUSED at AUTH (PLAIN ann ****), then 535 5.7.8 No [no]")
                        .by(on(AUTH).named("no").reply(535, "5.7.8 No").once()),
                Ending.of(
                                "refused at MAIL",
                                "=> 220\nEHLO c => 250\nMAIL FROM:<ann@x.test> => 451",
                                "#1 REFUSED at MAIL_FROM: <ann@x.test> -> no one, then 451 4.3.0 No [no]")
                        .by(on(MAIL_FROM).named("no").reply(451, "4.3.0 No").once()),
                Ending.of(
                                "refused at RCPT",
                                "=> 220\nEHLO c => 250\nMAIL FROM:<ann@x.test> => 250\nRCPT TO:<bob@y.test> => 550\n"
                                        + "RSET => 250",
                                "#1 REFUSED at RCPT_TO: <ann@x.test> -> <bob@y.test> 550 5.1.1 No, then 550 5.1.1 No [no]")
                        .by(on(RCPT_TO).named("no").reply(550, "5.1.1 No").once()),
                Ending.of("refused at DATA", """
                                => 220
                                EHLO c => 250
                                MAIL FROM:<ann@x.test> => 250
                                RCPT TO:<bob@y.test> => 250
                                DATA => 452
                                QUIT => 221
                                """, "#1 REFUSED at DATA: " + ENVELOPE + ", then 452 4.3.1 No [no]")
                        .by(on(DATA).named("no").reply(452, "4.3.1 No").once()),
                Ending.of(
                                "refused at END_OF_DATA",
                                """
                                => 220
                                EHLO c => 250
                                MAIL FROM:<ann@x.test> => 250
                                RCPT TO:<bob@y.test> => 250
                                DATA => 354
                                . => 554
                                """,
                                "#1 REFUSED at END_OF_DATA: " + ENVELOPE + ", then 554 5.7.1 No [slow; no]")
                        .by(
                                on(RCPT_TO).named("slow").after(Duration.ZERO).once(),
                                on(END_OF_DATA)
                                        .named("no")
                                        .reply(554, "5.7.1 No")
                                        .once()),
                Ending.of(
                                "stored, but refused after the commit",
                                """
                                => 220
                                EHLO c => 250
                                MAIL FROM:<ann@x.test> => 250
                                RCPT TO:<bob@y.test> => 250
                                DATA => 354
                                . => 451
                                """,
                                "#1 REFUSED at AFTER_COMMIT: " + ENVELOPE + ", then 451 4.3.0 No [no]")
                        .by(on(AFTER_COMMIT).named("no").reply(451, "4.3.0 No").once()),
                Ending.of("aborted by RSET", """
                        => 220
                        EHLO c => 250
                        MAIL FROM:<ann@x.test> => 250
                        RCPT TO:<bob@y.test> => 250
                        RSET => 250
                        RSET => 250
                        """, "#1 ABORTED at RCPT_TO: " + ENVELOPE),
                Ending.of("aborted by QUIT", """
                        => 220
                        EHLO c => 250
                        MAIL FROM:<ann@x.test> => 250
                        QUIT => 221
                        """, "#1 ABORTED at MAIL_FROM: <ann@x.test> -> no one"),
                Ending.of(
                        "aborted by another EHLO, and begun anew",
                        """
                        => 220
                        EHLO c => 250
                        MAIL FROM:<ann@x.test> => 250
                        RCPT TO:<bob@y.test> => 250
                        EHLO c => 250
                        MAIL FROM:<> => 250
                        RSET => 250
                        """,
                        "#1 ABORTED at RCPT_TO: " + ENVELOPE,
                        "#2 ABORTED at MAIL_FROM: <> -> no one"),
                Ending.of(
                                "two of three recipients refused",
                                """
                        => 220
                        EHLO c => 250
                        MAIL FROM:<ann@x.test> => 250
                        RCPT TO:<no@y.test> => 450
                        RCPT TO:<bob@y.test> => 250
                        RCPT TO:<no@z.test> => 450
                        DATA => 354
                        . => 250
                        """,
                                "#1 ACCEPTED at AFTER_COMMIT: <ann@x.test> -> <no@y.test> 450 4.2.1 Busy, <bob@y.test> 250 2.1.5"
                                        + " Recipient OK, <no@z.test> 450 4.2.1 Busy, then 250 2.0.0 Ok: queued as ID"
                                        + " [busy; busy]")
                        .by(on(RCPT_TO)
                                .named("busy")
                                .to("no@*")
                                .reply(450, "4.2.1 Busy")
                                .always()),
                Ending.of(
                                "taken and forgotten",
                                """
                        => 220
                        EHLO c => 250
                        MAIL FROM:<ann@x.test> => 250
                        RCPT TO:<bob@y.test> => 250
                        DATA => 354
                        . => 250
                        """,
                                "#1 ACCEPTED at END_OF_DATA: " + ENVELOPE + ", then 250 2.0.0 Ok: queued as ID [hole]")
                        .by(on(END_OF_DATA).named("hole").discard().once()),
                Ending.of("nothing tried", "=> 220\nEHLO c => 250\nNOOP => 250\nRSET => 250\nQUIT => 221"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endings")
    void anAttemptIsKnownOnceItsClientHasReadTheReply(Ending ending) {
        server.script(ending.rules().toArray(Rule[]::new));
        try (WireDialogue client = WireDialogue.with(server)) {
            for (String line : ending.says()) {
                String[] sides = line.split(" ?=> ", -1);
                if (!sides[0].isEmpty()) {
                    client.send(sides[0]);
                }
                client.expect(sides[1]);
            }
            assertThat(server.attempts().stream()
                            .map(Attempt::toString)
                            .map(Golden::normalised)
                            .toList())
                    .isEqualTo(ending.attempts());
            assertThat(server.sessions().get(0).attempts()).isEqualTo(server.attempts());
        }
    }

    @Test
    void noReplyIsEverReadBeforeItsEvidence() {
        server.script(on(END_OF_DATA).from("no@*").reply(554, "5.7.1 No").always());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            for (int round = 1; round <= 300; round++) {
                String sender = round % 2 == 0 ? "no@x.test" : "ann@x.test";
                client.envelope(sender, "bob@y.test").send(".").reply();
                assertThat(server.attempts()).hasSize(round);
            }
            assertThat(server.mails()).hasSize(150);
        }
    }

    @Test
    void aClientThatLeavesInItsBodyHasAborted() {
        try (WireDialogue client = envelope()) {
            client.sendRaw("Subject: x\r\n\r\nhel").endOutput().expectEnd();
        }
        Attempt attempt = onlyAttempt();
        assertThat(attempt).hasToString("#1 ABORTED at MID_DATA: " + ENVELOPE);
        assertThat(attempt.body().map(EvidenceTest::text)).contains("Subject: x\r\n\r\nhel");
        assertThat(attempt.messageId()).isEmpty();
        assertThat(server.mails()).isEmpty();
    }

    @Test
    void aRuleThatResetsInTheBodyHasAborted() {
        server.script(midData(10).named("cut").resetConnection().once());
        try (WireDialogue client = envelope()) {
            client.sendRaw(MESSAGE + ".\r\n").expectReset();
        }
        Attempt attempt = onlyAttempt();
        assertThat(attempt).hasToString("#1 ABORTED at MID_DATA: " + ENVELOPE + " [cut]");
        assertThat(attempt.body().map(EvidenceTest::text)).contains("Subject: x");
    }

    @Test
    void aRuleThatClosesAfterTheCommitHasAbortedAnAttemptWhoseMailIsKept() {
        server.script(on(AFTER_COMMIT).named("lost").closeConnection().once());
        try (WireDialogue client = envelope()) {
            client.sendRaw(MESSAGE + ".\r\n").expectEnd();
        }
        Attempt attempt = onlyAttempt();
        assertThat(attempt).hasToString("#1 ABORTED at AFTER_COMMIT: " + ENVELOPE + " [lost]");
        CapturedMail mail = server.takeMail();
        assertThat(attempt.mailId()).contains(mail.id());
        assertThat(attempt.deliveredTo("BOB@y.test")).isTrue();
        assertThat(attempt.deliveredTo("carol@y.test")).isFalse();
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.LOST);
    }

    @Test
    void aBodyThatWasRefusedCanBeRead() {
        server.script(on(END_OF_DATA).reply(554, "5.7.1 No").once());
        try (WireDialogue client = envelope()) {
            client.sendRaw(MESSAGE + "..dot\r\n.\r\n").expect("554 ");
        }
        assertThat(onlyAttempt().body().map(EvidenceTest::text)).contains(MESSAGE + ".dot\r\n");
        assertThat(onlyAttempt().messageId()).contains("m1@x.test");
        assertThat(onlyAttempt().mailId()).isEmpty();
    }

    @Test
    void anAttemptThatWasAcceptedLeadsToItsMail() {
        try (WireDialogue client = envelope()) {
            client.sendRaw(MESSAGE + ".\r\n").expect("250 ");
        }
        CapturedMail mail = server.takeMail();
        Attempt attempt = onlyAttempt();
        assertThat(attempt.mailId()).contains(mail.id());
        assertThat(attempt.messageId()).contains("m1@x.test");
        assertThat(attempt.body()).isEmpty();
        assertThat(attempt.sessionId()).isEqualTo(mail.sessionId());
        assertThat(attempt.isTransaction()).isTrue();
        assertThat(attempt.took()).isPositive();
        assertThat(attempt.endedAtNanos()).isGreaterThanOrEqualTo(mail.arrivedAtNanos());
        assertThat(mail.session())
                .hasValueSatisfying(session -> assertThat(session.attempts()).containsExactly(attempt));
    }

    @Test
    void timesOfEvidenceAreOfTheServersClock() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            Instant connected = clock.now();
            clock.advance(ofMinutes(1));
            client.envelope("ann@x.test", "bob@y.test");
            clock.advance(ofMinutes(1));
            client.send(".").expect("250 ");

            assertThat(server.sessions().get(0).startedAt()).isEqualTo(connected);
            assertThat(onlyAttempt().startedAt()).isEqualTo(connected.plus(ofMinutes(1)));
            assertThat(server.takeMail().arrivedAt()).isEqualTo(connected.plus(ofMinutes(2)));
        }
    }

    @Test
    void attemptsAreSelectedByTheirEnvelope() {
        server.script(on(RCPT_TO).to("no@*").reply(550, "5.1.1 No").always());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.mail("ann@x.test", "bob@y.test");
            client.say("MAIL FROM:<eve@x.test>", "250 ")
                    .say("RCPT TO:<no@y.test>", "550 ")
                    .say("RSET", "250 ");
        }
        assertThat(server.attempts(Matching.to("no@*")))
                .extracting(Attempt::number)
                .containsExactly(2L);
        assertThat(server.attempts(Matching.from("ann@*")))
                .extracting(Attempt::number)
                .containsExactly(1L);
        assertThat(server.attempts(Matching.from("ann@*").and(Matching.to("no@*"))))
                .isEmpty();
        assertThat(Matching.to("no@*").succeeded(server.attempts().get(1))).isFalse();
        assertThat(Matching.to("bob@*").succeeded(server.attempts().get(0))).isTrue();
    }

    @Test
    void aRecipientThatIsNoAddressIsKnownAsSpoken() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<ann@x.test>", "250 ")
                    .say("RCPT TO:<not an address>", "553 ")
                    .say("RSET", "250 ");
        }
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.REFUSED);
        assertThat(onlyAttempt().recipients()).singleElement().satisfies(outcome -> {
            assertThat(outcome.accepted()).isFalse();
            assertThat(outcome.recipient().spoken()).isEqualTo("<not an address>");
            assertThat(outcome.recipient().address()).isEqualTo("not an address");
        });
        assertThat(server.attempts(Matching.to("not*"))).hasSize(1);
    }

    @Test
    void aBodyThatWasTooMuchToKeepIsNotCalledEmpty() {
        try (FakeSmtpServer small =
                        FakeSmtpServer.builder().maxMessageSize(10).build().start();
                WireDialogue client = WireDialogue.greeted(small)) {
            client.envelope("ann@x.test", "bob@y.test")
                    .sendRaw("x".repeat(100) + "\r\n.\r\n")
                    .expect("552 ");

            assertThat(small.attempts().get(0).body()).isEmpty();
            assertThat(small.sessions().get(0).toString()).contains("(102 octets of body)");
        }
    }

    @Test
    void controlCharactersAreShownAndNotObeyed() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("NOOP \u001b[31m\u0007\rX", "5")
                    .say("FOO \u0000\u007f\u0085", "5")
                    .say("NOOP \t.", "250 ");
        }
        SmtpSession session = server.sessions().get(0);

        assertThat(session.toString())
                .contains("NOOP \\x1b[31m\\x07\\rX", "FOO \\x00\\x7f\\x85")
                .matches("(?s)[^\\p{Cntrl}\\x{80}-\\x{9f}&&[^\n]]*");
        assertThat(session.transcript().clientLines()).contains("NOOP \u001b[31m\u0007\rX");
    }

    @Test
    void listsOfEvidenceAreSnapshots() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            List<Attempt> none = server.attempts();
            SmtpSession before = server.sessions().get(0);
            client.mail("ann@x.test", "bob@y.test");

            assertThat(none).isEmpty();
            assertThat(before.attempts()).isEmpty();
            assertThat(before.transcript().clientLines()).containsExactly("EHLO client.test");
        }
    }

    // ---- transcripts

    @Test
    void aTranscriptTellsEverythingThatHappened() {
        server.script(
                on(RCPT_TO)
                        .named("bob is busy")
                        .to("bob@*")
                        .reply(450, "4.2.1 Mailbox busy\nTry later")
                        .once(),
                on(NOOP).rawReply("25\\0 \u00ff\r\n").once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ")
                    .say("MAIL FROM:<ann@x.test> BODY=8BITMIME", "250 ")
                    .say("RCPT TO:<bob@y.test>", "450 ")
                    .say("RCPT TO:<bob@y.test>", "250 ")
                    .say("DATA", "354 ")
                    .sendRaw(MESSAGE + ".\r\n")
                    .expect("250 ")
                    .sendRaw("NOOP\n")
                    .octets(8);
            client.say("BOGUS", "500 ").say("QUIT", "221 ").expectEnd();
        }
        Golden.holds("transcript", server.sessions().get(0).toString());
    }

    @Test
    void aTranscriptMarksTheBodyWithItsMail() {
        try (WireDialogue client = envelope()) {
            client.sendRaw("..\r\n.\r\n").expect("250 ");
        }
        assertThat(server.sessions().get(0).transcript().entries())
                .filteredOn(entry -> entry.kind() == Transcript.Kind.BODY)
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.octets()).isEqualTo(4);
                    assertThat(entry.mailId()).contains(server.mails().get(0).id());
                });
    }

    @Test
    void timesInATranscriptNeverGoBack() {
        WireDialogue.greeted(server).mail("ann@x.test", "bob@y.test").close();
        assertThat(server.sessions().get(0).transcript().entries())
                .extracting(Transcript.Entry::at)
                .isSorted();
    }

    // ---- secrets

    private static final String SECRET = "s3cr3t-passw0rd";

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void assertNoSecretIsPrinted(String... secrets) {
        SmtpSession session = server.sessions().get(0);
        List<String> printed = new ArrayList<>();
        printed.add(session.toString());
        printed.add(session.client().toString());
        printed.add(server.attempts().toString());
        printed.add(server.mails().toString());
        session.client().authentication().ifPresent(login -> printed.add(login.toString()));
        session.transcript().entries().forEach(entry -> printed.add(entry.text()));
        assertThat(printed).allSatisfy(text -> assertThat(text).doesNotContain(secrets));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH PLAIN ", "auth plain ", "AUTH  PLAIN   "})
    void aPasswordIsMaskedInWhatIsPrintedAndKeptInWhatIsAsked(String command) {
        String token = base64("\0ann\0" + SECRET);
        WireDialogue.greeted(server)
                .say(command + token, "235 ")
                .mail("ann@x.test", "bob@y.test")
                .close();

        assertNoSecretIsPrinted(SECRET, token);
        assertThat(server.mails().get(0).client().authentication())
                .contains(new Authentication("PLAIN", "ann", SECRET));
        assertThat(server.mails().get(0).client().user()).contains("ann");
    }

    @Test
    void aPasswordIsMaskedInEachStepOfALogin() {
        WireDialogue.greeted(server)
                .say("AUTH LOGIN", "334 ")
                .say(base64("ann"), "334 ")
                .say(base64(SECRET), "235 ")
                .close();

        assertNoSecretIsPrinted(SECRET, base64(SECRET));
        assertThat(server.sessions().get(0).transcript().clientLines())
                .containsExactly("EHLO client.test", "AUTH LOGIN", "****", "****");
    }

    @Test
    void aPasswordThatWasRefusedIsMasked() {
        server.script(on(AUTH).reply(535, "5.7.8 No").always());
        String token = base64("\0ann\0" + SECRET);
        WireDialogue.greeted(server)
                .say("AUTH PLAIN " + token, "535 ")
                .say("AUTH PLAIN", "334 ")
                .say(token, "535 ")
                .say("AUTH BOGUS " + token, "504 ")
                .close();

        assertNoSecretIsPrinted(SECRET, token);
    }

    // ---- bounds

    @Test
    void theOldestSessionsAreDropped() {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().keepSessions(3, 1 << 20).build().start()) {
            for (int i = 1; i <= 5; i++) {
                WireDialogue.greeted(small)
                        .mail("ann@x.test", "bob@y.test")
                        .say("QUIT", "221 ")
                        .expectEnd()
                        .close();
            }
            assertThat(small.sessions()).extracting(SmtpSession::number).containsExactly(3L, 4L, 5L);
            assertThat(small.attempts()).extracting(Attempt::number).containsExactly(3L, 4L, 5L);
            assertThat(small.mails()).hasSize(5);
            assertThat(small.mails().get(0).session()).as("of a dropped one").isEmpty();
            assertThat(small.mails().get(4).session()).isPresent();
        }
    }

    @Test
    void aConnectionThatIsKeptForEverStaysBounded() {
        int bound = 64 << 10;
        try (FakeSmtpServer small =
                        FakeSmtpServer.builder().keepSessions(10, bound).build().start();
                WireDialogue client = WireDialogue.greeted(small)) {
            int rounds = 1000;
            for (int i = 0; i < rounds; i++) {
                client.mail("ann@x.test", "bob@y.test");
            }
            assertThat(small.sessions()).singleElement().satisfies(session -> {
                assertThat(session.transcript().dropped()).isPositive();
                assertThat(session.transcript().entries())
                        .hasSizeBetween(10, bound / 64 + 64)
                        .last()
                        .satisfies(entry -> assertThat(entry.text()).startsWith("250 2.0.0 Ok: queued as "));
                assertThat(session.transcript().toString())
                        .startsWith("(" + session.transcript().dropped() + " earlier entries dropped)\n");
            });
            assertThat(small.attempts())
                    .hasSizeLessThan(bound / 512 + 8)
                    .last()
                    .satisfies(attempt -> assertThat(attempt.number()).isEqualTo(rounds));
        }
    }

    @Test
    void bodiesOfRefusedAttemptsCountIntoTheBound() {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().keepSessions(1000, 64 << 10).build().start()) {
            small.script(on(END_OF_DATA).reply(554, "5.7.1 No").always());
            char[] body = new char[20_000];
            Arrays.fill(body, 'x');
            for (int i = 0; i < 20; i++) {
                WireDialogue.greeted(small)
                        .envelope("ann@x.test", "bob@y.test")
                        .sendRaw(new String(body) + "\r\n.\r\n")
                        .expect("554 ")
                        .close();
            }
            long kept = small.attempts().stream()
                    .mapToLong(attempt -> attempt.body().map(Octets::size).orElse(0))
                    .sum();
            assertThat(kept).isBetween(20_000L, 64L << 10);
            assertThat(small.attempts())
                    .last()
                    .satisfies(attempt -> assertThat(attempt.number()).isEqualTo(20));
        }
    }

    @Test
    void anAttemptLargerThanTheBoundIsStillKnown() {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().keepSessions(1000, 8 << 10).build().start()) {
            small.script(on(END_OF_DATA).reply(554, "5.7.1 No").always());
            try (WireDialogue client = WireDialogue.greeted(small).envelope("ann@x.test", "bob@y.test")) {
                client.sendRaw("x".repeat(20_000) + "\r\n.\r\n").expect("554 ");
                assertThat(small.attempts())
                        .singleElement()
                        .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH\tPLAIN\t", "AUTH PLAIN\t", "AUTH\tPLAIN "})
    void aPasswordAfterATabIsMaskedToo(String command) {
        String token = base64("\0ann\0" + SECRET);
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.send(command + token).reply();
            assertNoSecretIsPrinted(SECRET, token);
        }
    }

    private static String text(Octets octets) {
        return new String(octets.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    static Stream<Arguments> faultsWithoutAReply() {
        return Stream.of(
                Arguments.of(on(CONNECT).named("cut").closeConnection().once(), "#1 ABORTED at CONNECT [cut]"),
                Arguments.of(on(EHLO).named("cut").resetConnection().once(), "#1 ABORTED at EHLO [cut]"),
                Arguments.of(
                        on(AUTH).named("cut").closeConnection().once(), "#1 ABORTED at AUTH (PLAIN ann ****) [cut]"),
                Arguments.of(
                        on(MAIL_FROM).named("cut").garbage().once(),
                        "#1 ABORTED at MAIL_FROM: <ann@x.test> -> no one [cut]"),
                Arguments.of(
                        on(RCPT_TO).named("cut").closeConnection().once(),
                        "#1 ABORTED at RCPT_TO: <ann@x.test> -> <bob@y.test> (no reply) [cut]"));
    }

    /** Whatever ends without an answer is an attempt that broke off, and names what was tried and the rule. */
    @ParameterizedTest
    @MethodSource("faultsWithoutAReply")
    void aFaultWithoutAReplyLeavesAnAttempt(Rule fault, String attempt) {
        server.script(fault);
        try (WireDialogue client = WireDialogue.with(server)) {
            client.send("EHLO c")
                    .send("AUTH PLAIN AGFubgBzZWNyZXQ=")
                    .send("MAIL FROM:<ann@x.test>")
                    .send("RCPT TO:<bob@y.test>");
            Eventually.isTrue("the attempt", () -> !server.attempts().isEmpty());
        } catch (UncheckedIOException | AssertionError reset) {
            Eventually.isTrue("the attempt", () -> !server.attempts().isEmpty());
        }
        assertThat(server.attempts()).extracting(Attempt::toString).containsExactly(attempt);
    }

    /** Neither is a decision: the client is told that the server failed, in one line, and the transcript says why. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @SuppressWarnings("NullAway") // what a test in another language may return
    void aFunctionThatThrowsOrSaysNothingIsTold(boolean throwing) {
        server.script(on(RCPT_TO)
                .answer(moment -> {
                    if (throwing) {
                        throw new IllegalStateException("boom\r\n250 OK");
                    }
                    return null;
                })
                .once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<ann@x.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "421 4.3.0 Server failed: ")
                    .expectEnd();
        }
        assertThat(server.sessions().get(0).transcript().notes())
                .singleElement()
                .asString()
                .contains(throwing ? "boom" : "Effect.Pass.PASS leaves the stage to later rules");
    }
}
