package dev.restante;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Effect.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every effect at every stage where it makes sense, plain and inside TLS, as a client sees it on the wire; and the state the
 * conversation is in afterwards.
 */
@Timeout(30)
class StageEffectTest {
    private static final int SILENCE = 40;

    /** A stage, how a client gets there, and what it is told there as a rule. */
    @SuppressWarnings("ImmutableEnumChecker")
    private enum At {
        CONNECT(Stage.CONNECT, "220 ") {
            @Override
            void reach(WireDialogue client) {}
        },
        EHLO(Stage.EHLO, "250 ") {
            @Override
            void reach(WireDialogue client) {
                client.expect("220 ").send("EHLO client.test");
            }
        },
        AUTH(Stage.AUTH, "235 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).send("AUTH PLAIN AHVzZXIAcGFzcw==");
            }
        },
        MAIL_FROM(Stage.MAIL_FROM, "250 2.1.0 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).send("MAIL FROM:<ann@example.com>");
            }
        },
        RCPT_TO(Stage.RCPT_TO, "250 2.1.5 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).say("MAIL FROM:<ann@example.com>", "250 ").send("RCPT TO:<bob@example.com>");
            }
        },
        DATA(Stage.DATA, "354 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client)
                        .say("MAIL FROM:<ann@example.com>", "250 ")
                        .say("RCPT TO:<bob@example.com>", "250 ")
                        .send("DATA");
            }
        },
        END_OF_DATA(Stage.END_OF_DATA, "250 2.0.0 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).envelope("ann@example.com", "bob@example.com").sendRaw("Subject: x\r\n\r\nbody\r\n.\r\n");
            }
        },
        AFTER_COMMIT(Stage.AFTER_COMMIT, "250 2.0.0 ") {
            @Override
            void reach(WireDialogue client) {
                END_OF_DATA.reach(client);
            }
        },
        RSET(Stage.RSET, "250 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).send("RSET");
            }
        },
        NOOP(Stage.NOOP, "250 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).send("NOOP");
            }
        },
        VRFY(Stage.VRFY, "252 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).send("VRFY bob");
            }
        },
        QUIT(Stage.QUIT, "221 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).send("QUIT");
            }
        },
        ANY_COMMAND(Stage.ANY_COMMAND, "250 ") {
            @Override
            void reach(WireDialogue client) {
                client.expect("220 ").send("EHLO client.test");
            }
        },
        STARTTLS(Stage.STARTTLS, "220 ") {
            @Override
            void reach(WireDialogue client) {
                greet(client).send("STARTTLS");
            }
        };

        final Stage<?> stage;
        final String usual;

        At(Stage<?> stage, String usual) {
            this.stage = stage;
            this.usual = usual;
        }

        abstract void reach(WireDialogue client);

        static WireDialogue greet(WireDialogue client) {
            return client.expect("220 ").say("EHLO client.test", "250 ");
        }

        boolean mayBe(Transport transport) {
            return this != STARTTLS || transport == Transport.PLAIN;
        }
    }

    private enum Transport {
        PLAIN,
        TLS;

        WireDialogue connect(FakeSmtpServer server) {
            return this == PLAIN ? WireDialogue.with(server) : WireDialogue.overTls(server);
        }
    }

    private record Case(At at, Transport transport) {}

    static Stream<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (At at : At.values()) {
            for (Transport transport : Transport.values()) {
                if (at.mayBe(transport)) {
                    all.add(new Case(at, transport));
                }
            }
        }
        return all.stream();
    }

    private final WaitedForClock clock = new WaitedForClock();

    /** Scripts one effect, leads a client to the stage, and hands both over. */
    private void at(Case where, Effect effect, Consumer<Scene> test) {
        RuleDraft draft = RuleDraft.at(where.at.stage, 0);
        RuleDraft complete =
                effect instanceof Effect.Pace pace ? draft.paced(pace) : draft.decided((Effect.Decision) effect);
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .clock(clock)
                .startTls()
                .smtpsPort(0)
                .build()
                .start()) {
            server.script(Rule.of(complete, new Rule.Limit.Times(1)));
            try (WireDialogue client = where.transport.connect(server)) {
                where.at.reach(client);
                test.accept(new Scene(server, client));
            }
            assertThat(server.unfired()).isEmpty();
            assertThat(server.sessions()).hasSize(1);
            assertThat(server.sessions().get(0).transcript().rules())
                    .as("the rule is marked in the transcript")
                    .hasSize(1);
        }
    }

    private record Scene(FakeSmtpServer server, WireDialogue client) {
        SmtpSession session() {
            return server.sessions().get(0);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aTransientRefusalIsSaidAndTheConversationGoesOn(Case where) {
        at(where, new Effect.Answer(Reply.of(450, "4.2.1 Later")), scene -> {
            scene.client.expect("450 4.2.1 Later");
            goesOnAfterRefusal(where, scene);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aPermanentRefusalOfSeveralLinesIsSaidAndTheConversationGoesOn(Case where) {
        at(where, new Effect.Answer(Reply.of(554, "5.7.1 No\nnot today")), scene -> {
            assertThat(scene.client.reply()).containsExactly("554-5.7.1 No", "554 5.7.1 not today");
            goesOnAfterRefusal(where, scene);
        });
    }

    /** RFC 5321: a refused command has no effect, and a refused body ends the transaction. */
    private void goesOnAfterRefusal(Case where, Scene scene) {
        switch (where.at) {
            case CONNECT ->
                scene.client.say("EHLO client.test", "503 ").say("QUIT", "221 ").expectEnd();
            case EHLO, ANY_COMMAND -> {
                scene.client.say("MAIL FROM:<ann@example.com>", "503 ");
                scene.client.say("EHLO client.test", "250 ").mail("ann@example.com", "bob@example.com");
            }
            case RCPT_TO -> {
                scene.client.say("DATA", "554 ").say("RCPT TO:<carl@example.com>", "250 ");
                scene.client.say("RSET", "250 ").mail("ann@example.com", "bob@example.com");
            }
            case DATA -> {
                scene.client.say("MAIL FROM:<carl@example.com>", "503 ");
                scene.client.say("RSET", "250 ").mail("ann@example.com", "bob@example.com");
            }
            default -> scene.client.mail("ann@example.com", "bob@example.com");
        }
        int expected = where.at == At.CONNECT ? 0 : where.at == At.AFTER_COMMIT ? 2 : 1;
        assertThat(scene.server.mails()).hasSize(expected);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a421ClosesTheConnection(Case where) {
        at(where, new Effect.Answer(Reply.of(421, "4.3.2 Going down")), scene -> {
            scene.client.expect("421 4.3.2 Going down").expectEnd();
            assertThat(scene.session().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aPositiveReplyChangesOnlyTheWords(Case where) {
        int code = Integer.parseInt(where.at.usual.substring(0, 3));
        at(where, new Effect.Answer(Reply.of(code, "Fine by me")), scene -> {
            scene.client.expect(code + " Fine by me");
            int mails = where.at == At.END_OF_DATA || where.at == At.AFTER_COMMIT ? 1 : 0;
            assertThat(scene.server.mails()).hasSize(mails);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aClosedConnectionEndsInOrder(Case where) {
        at(where, Fault.CLOSE, scene -> {
            scene.client.expectEnd();
            assertThat(scene.session().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
            lostAcknowledgementIsKnown(where, scene);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aResetIsARealReset(Case where) {
        at(where, Fault.RESET, scene -> {
            scene.client.expectReset();
            assertThat(scene.session().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
            lostAcknowledgementIsKnown(where, scene);
        });
    }

    private void lostAcknowledgementIsKnown(Case where, Scene scene) {
        if (where.at == At.AFTER_COMMIT) {
            CapturedMail mail = scene.server.takeMail();
            assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.LOST);
            assertThat(scene.server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
                assertThat(attempt.mailId()).contains(mail.id());
                assertThat(attempt.rules()).hasSize(1);
            });
        } else {
            assertThat(scene.server.mails()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void garbageIsNoReply(Case where) {
        at(where, Fault.GARBAGE, scene -> {
            assertThat(scene.client.octets(8)[0]).isEqualTo((byte) 0xff);
            scene.client.expectEnd();
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aCutReplyEndsAfterExactlyItsOctets(Case where) {
        at(where, new Effect.CutReply(2), scene -> {
            assertThat(new String(scene.client.octets(2), StandardCharsets.US_ASCII))
                    .isEqualTo(where.at.usual.substring(0, 2));
            scene.client.expectEnd();
            int mails = where.at == At.END_OF_DATA || where.at == At.AFTER_COMMIT ? 1 : 0;
            assertThat(scene.server.mails())
                    .as("the reply that was cut had taken effect")
                    .hasSize(mails);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRawReplyIsWrittenAsItIs(Case where) {
        at(where, new Effect.RawReply("999 \u00ff what\r\n"), scene -> {
            assertThat(scene.client.octets(12)).isEqualTo("999 \u00ff what\r\n".getBytes(StandardCharsets.ISO_8859_1));
            int mails = where.at == At.AFTER_COMMIT ? 1 : 0;
            assertThat(scene.server.mails()).hasSize(mails);
            scene.client.say("QUIT", "221 ").expectEnd();
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aDelayEndsWhenTheClockSaysSo(Case where) {
        at(where, new Effect.Delay(ofSeconds(30)), scene -> {
            scene.client.expectSilence(SILENCE);
            clock.awaitWait().advance(ofSeconds(29));
            scene.client.expectSilence(SILENCE);
            clock.advance(ofSeconds(1));
            scene.client.expect(where.at.usual);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aTarpitDelaysThisReplyAndTheNext(Case where) {
        at(where, new Effect.Tarpit(ofSeconds(10)), scene -> {
            scene.client.expectSilence(SILENCE);
            clock.awaitWait().advance(ofSeconds(10));
            scene.client.expect(where.at.usual);
            if (where.at == At.QUIT || where.at == At.DATA || where.at == At.STARTTLS) {
                return;
            }
            scene.client.send("NOOP").expectSilence(SILENCE);
            clock.awaitWait().advance(ofSeconds(10));
            scene.client.expect("250 ");
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aDribbledReplyIsOneWriteForEachPiece(Case where) {
        at(where, new Effect.Dribble(3, ofMillis(100)), scene -> {
            assertThat(scene.client.nextRead()).isEqualTo(where.at.usual.substring(0, 3));
            scene.client.expectSilence(SILENCE);
            clock.awaitWait().advance(ofMillis(100));
            assertThat(scene.client.nextRead()).hasSize(3);
            scene.client.expectSilence(SILENCE);
            String rest = "";
            while (!rest.endsWith("\n")) {
                clock.advance(ofMillis(100));
                // The gap before a piece begins once the last piece is out: advancing too early moves nothing.
                rest = rest + readIfThere(scene);
            }
        });
    }

    private static String readIfThere(Scene scene) {
        try {
            scene.client.expectSilence(5);
            return "";
        } catch (AssertionError octetThere) {
            return octetThere.getMessage().contains("octet 10.") ? "\n" : ".";
        }
    }

    /** Silence is also that of a server whose turn has not come. */
    private static void isNotedAsStalled(Scene scene) {
        Eventually.isTrue(
                "it is noted", () -> scene.session().transcript().notes().contains("stalled"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aStallLastsUntilTheClientLeaves(Case where) {
        at(where, Fault.STALL, scene -> {
            scene.client.expectSilence(SILENCE);
            isNotedAsStalled(scene);
            if (where.at == At.AFTER_COMMIT) {
                assertThat(scene.server.takeMail().acknowledgement()).isEqualTo(Acknowledgement.WITHHELD);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aHoldLastsUntilItIsReleased(Case where) {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .clock(clock)
                .startTls()
                .smtpsPort(0)
                .build()
                .start()) {
            Hold hold = server.hold(where.at.stage);
            try (WireDialogue client = where.transport.connect(server)) {
                where.at.reach(client);
                hold.awaitReached();
                client.expectSilence(SILENCE);
                if (where.at == At.AFTER_COMMIT) {
                    assertThat(server.awaitMails(1).get(0).acknowledgement()).isEqualTo(Acknowledgement.WITHHELD);
                }
                hold.release();
                client.expect(where.at.usual);
                if (where.at == At.AFTER_COMMIT) {
                    client.say("NOOP", "250 ");
                    assertThat(server.mails().get(0).acknowledgement()).isEqualTo(Acknowledgement.SENT);
                }
            }
        }
    }

    static Stream<Transport> transports() {
        return Stream.of(Transport.values());
    }

    private static final String BODY = "Subject: x\r\n\r\n" + "0123456789".repeat(200) + "\r\n";

    private void inBody(Transport transport, long position, Effect effect, Consumer<Scene> test) {
        RuleDraft draft = RuleDraft.at(Stage.MID_DATA, position);
        RuleDraft complete =
                effect instanceof Effect.Pace pace ? draft.paced(pace) : draft.decided((Effect.Decision) effect);
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().clock(clock).smtpsPort(0).build().start()) {
            server.script(Rule.of(complete, new Rule.Limit.Times(1)));
            try (WireDialogue client = transport.connect(server)) {
                At.greet(client).envelope("ann@example.com", "bob@example.com").sendRaw(BODY + ".\r\n");
                test.accept(new Scene(server, client));
            }
            assertThat(server.unfired()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aResetInTheMiddleOfABodyComesAfterExactlyItsOctets(Transport transport) {
        inBody(transport, 512, Fault.RESET, scene -> {
            scene.client.expectReset();
            assertThat(scene.server.mails()).isEmpty();
            assertThat(scene.server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
                assertThat(attempt.stage()).isEqualTo(Stage.MID_DATA);
                assertThat(attempt.body().orElseThrow().toByteArray())
                        .isEqualTo(BODY.substring(0, 512).getBytes(StandardCharsets.US_ASCII));
            });
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aCloseInTheMiddleOfABodyEndsInOrder(Transport transport) {
        inBody(transport, 1, Fault.CLOSE, scene -> {
            scene.client.expectEnd();
            assertThat(scene.server.attempts().get(0).body().orElseThrow().size())
                    .isEqualTo(1);
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aStallInTheMiddleOfABodyIsSilence(Transport transport) {
        inBody(transport, 100, Fault.STALL, scene -> {
            scene.client.expectSilence(SILENCE);
            isNotedAsStalled(scene);
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aDelayInTheMiddleOfABodyEndsWhenTheClockSaysSo(Transport transport) {
        inBody(transport, 100, new Effect.Delay(ofSeconds(5)), scene -> {
            scene.client.expectSilence(SILENCE);
            clock.awaitWait().advance(ofSeconds(5));
            scene.client.expect("250 ");
            assertThat(scene.server.takeMail().bytes()).isEqualTo(BODY.getBytes(StandardCharsets.US_ASCII));
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aThrottleHoldsItsRate(Transport transport) {
        // 2,000 octets at 1,000 a second: nothing less than two seconds of the server's clock lets them through.
        inBody(transport, 16, new Effect.Throttle(1000), scene -> {
            scene.client.expectSilence(SILENCE);
            Duration advanced = Duration.ZERO;
            Optional<CapturedMail> mail = Optional.empty();
            while (mail.isEmpty()) {
                clock.advance(ofMillis(50));
                advanced = advanced.plusMillis(50);
                mail = scene.server.mails().stream().findFirst();
                Thread.onSpinWait();
            }
            assertThat(advanced).isGreaterThanOrEqualTo(ofMillis(1900));
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void theSecondBodyOfAConnectionCanBeMeant(Transport transport) {
        try (FakeSmtpServer server =
                        FakeSmtpServer.builder().smtpsPort(0).build().start();
                WireDialogue client = transport.connect(server)) {
            server.script(
                    Script.midData(10).nthInConnection(2).closeConnection().once());
            At.greet(client).mail("ann@example.com", "bob@example.com");
            client.envelope("ann@example.com", "bob@example.com").sendRaw(BODY).expectEnd();
            assertThat(server.mails()).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aDiscardedMailIsAcknowledgedAndForgotten(Transport transport) {
        at(new Case(At.END_OF_DATA, transport), Fault.DISCARD, scene -> {
            scene.client.expect("250 2.0.0 ");
            assertThat(scene.server.mails()).isEmpty();
            assertThat(scene.server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ACCEPTED);
                assertThat(attempt.mailId()).isEmpty();
                assertThat(attempt.body()).isPresent();
            });
        });
    }

    /** A TLS handshake has no reply: what is left of the effects, before its first octet. */
    private void atHandshake(Transport transport, Effect effect, Consumer<Scene> test) {
        RuleDraft draft = RuleDraft.at(Stage.TLS_HANDSHAKE, 0);
        RuleDraft complete =
                effect instanceof Effect.Pace pace ? draft.paced(pace) : draft.decided((Effect.Decision) effect);
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .clock(clock)
                .startTls()
                .smtpsPort(0)
                .build()
                .start()) {
            server.script(Rule.of(complete, new Rule.Limit.Times(1)));
            try (WireDialogue client = transport == Transport.TLS
                    ? WireDialogue.with(server.host(), server.smtpsPort())
                    : WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
                test.accept(new Scene(server, client));
            }
            assertThat(server.unfired()).isEmpty();
            assertThat(server.mails()).isEmpty();
        }
    }

    private static void shakesHands(Scene scene) {
        scene.client.handshake(scene.server.tls().sslContext()).send("EHLO client.test");
        assertThat(scene.client.reply().get(0)).matches("(220 |250-).*");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aHandshakeMayEndInOrderOrInAResetBeforeItBegins(Transport transport) {
        atHandshake(transport, Fault.CLOSE, scene -> {
            scene.client.expectEnd();
            assertThat(scene.session().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
        });
        atHandshake(transport, Fault.RESET, scene -> {
            scene.client.expectReset();
            assertThat(scene.session().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aDelayedHandshakeBeginsWhenTheClockSaysSo(Transport transport) {
        atHandshake(transport, new Effect.Delay(ofSeconds(5)), scene -> {
            scene.client.expectSilence(SILENCE);
            Thread later = new Thread(() -> clock.awaitWait().advance(ofSeconds(5)));
            later.start();
            shakesHands(scene);
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aHeldHandshakeBeginsWhenItIsReleased(Transport transport) {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().startTls().smtpsPort(0).build().start()) {
            Hold hold = server.hold(Stage.TLS_HANDSHAKE);
            try (WireDialogue client = transport == Transport.TLS
                    ? WireDialogue.with(server.host(), server.smtpsPort())
                    : WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
                hold.awaitReached();
                hold.release();
                shakesHands(new Scene(server, client));
            }
        }
    }
}
