package dev.restante;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.ANY_COMMAND;
import static dev.restante.Stage.AUTH;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.RCPT_TO;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where one word of a script meets another, or the end of what it can say. */
@Timeout(60)
class ScriptEdgesTest {
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    private final WaitedForClock clock = new WaitedForClock();
    private final FakeSmtpServer smtp = FakeSmtpServer.builder()
            .hostName("mx.test")
            .clock(clock)
            .auth(AuthPolicy.users(Map.of("ann", "secret")))
            .build()
            .start();

    @AfterEach
    void close() {
        smtp.close();
    }

    // ---- times without end

    static Stream<Rule> rulesThatLastForEver() {
        return Stream.of(
                on(RCPT_TO)
                        .newcomers(ofMillis(1), FOR_EVER)
                        .perTriple()
                        .reply(250, "mine")
                        .always(),
                on(RCPT_TO).moreThan(1, FOR_EVER).perClient().reply(250, "mine").always(),
                on(RCPT_TO).reply(250, "mine").during(FOR_EVER));
    }

    @ParameterizedTest
    @MethodSource("rulesThatLastForEver")
    void aTimeMayBeForEver(Rule rule) {
        smtp.script(rule);
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.mail("ann@x.test", "bob@y.test", "bob@y.test", "bob@y.test").say("QUIT", "221 ");
        }
        assertThat(smtp.rules())
                .singleElement()
                .satisfies(report -> assertThat(report.hits()).isPositive());
    }

    static Stream<Rule> pacesThatLastForEver() {
        return Stream.of(
                on(MAIL_FROM).after(FOR_EVER).always(),
                on(MAIL_FROM).tarpit(FOR_EVER).always(),
                on(MAIL_FROM).dribble(4, FOR_EVER).always());
    }

    @ParameterizedTest
    @MethodSource("pacesThatLastForEver")
    void aPauseForEverEndsWithTheServer(Rule rule) {
        for (ServerClock clock : new ServerClock[] {ServerClock.manual(), ServerClock.system()}) {
            FakeSmtpServer server =
                    FakeSmtpServer.builder().clock(clock).build().start();
            try (WireDialogue client = WireDialogue.greeted(server)) {
                server.script(rule);
                client.send("MAIL FROM:<ann@x.test>").expectSilenceOrEnd(50);
                server.close();
                assertThat(server.sessions().get(0).transcript().toString()).doesNotContain("overflow");
            } finally {
                server.close();
            }
        }
    }

    @Test
    void aClockMovedForEverStandsAtTheEndOfTime() {
        ManualClock clock = ServerClock.manual();
        AtomicInteger runs = new AtomicInteger();
        clock.schedule(FOR_EVER, runs::incrementAndGet);
        clock.advance(FOR_EVER);
        clock.advance(FOR_EVER);
        assertThat(runs).hasValue(1);
    }

    // ---- what was said before the end is heard

    @Test
    void aResetLetsTheClientReadWhatTheTranscriptHas() {
        smtp.script(midData(0).resetConnection().once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.envelope("ann@x.test", "bob@y.test").expectReset();
        }
    }

    @Test
    void aResetLetsTheClientReadWhatWasPipelined() {
        smtp.script(on(DATA).resetConnection().once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.sendRaw("MAIL FROM:<ann@x.test>\r\nRCPT TO:<bob@y.test>\r\nDATA\r\n")
                    .expect("250 2.1.0")
                    .expect("250 2.1.5")
                    .expectReset();
        }
    }

    // ---- any command

    @Test
    void aReplyToAnyCommandStandsInItsPlace() {
        smtp.script(on(ANY_COMMAND).reply(250, "mine").once());
        try (WireDialogue client = WireDialogue.with(smtp).expect("220 ")) {
            client.say("EHLO client.test", "250 mine").say("MAIL FROM:<ann@x.test>", "503 ");
        }
    }

    @Test
    void aCutAtAnyCommandCutsTheReplyThatIsDue() {
        smtp.script(on(ANY_COMMAND).cutReply(12).once());
        try (WireDialogue client = WireDialogue.with(smtp).expect("220 ")) {
            client.send("EHLO client.test");
            assertThat(new String(client.octets(12), US_ASCII)).isEqualTo("250-mx.test ".substring(0, 11) + "\r");
            client.expectEnd();
        }
        assertThat(smtp.sessions().get(0).client().heloName()).contains("client.test");
    }

    @Test
    void aCutAtAnyCommandLosesTheAcknowledgementOfTheLastChunk() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<ann@x.test>", "250 ").say("RCPT TO:<bob@y.test>", "250 ");
            smtp.script(on(ANY_COMMAND).cutReply(3).once());
            client.sendRaw("BDAT 4 LAST\r\nab\r\n");
            assertThat(client.octets(3)).isEqualTo("250".getBytes(US_ASCII));
            client.expectEnd();
        }
        assertThat(smtp.takeMail().acknowledgement()).isEqualTo(Acknowledgement.LOST);
        assertThat(smtp.attempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED));
    }

    // ---- the end of data and after it

    @Test
    void whatTheEndOfDataSaidOfMannerHoldsForAReplyAfterTheCommit() {
        smtp.script(
                on(END_OF_DATA).cutReply(5).once(),
                on(AFTER_COMMIT)
                        .dribble(50, ofMillis(0))
                        .reply(250, "2.0.0 mine")
                        .once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.envelope("ann@x.test", "bob@y.test").sendRaw("Subject: a\r\n\r\n.\r\n");
            assertThat(new String(client.octets(5), US_ASCII)).isEqualTo("250 2");
            client.expectEnd();
        }
        assertThat(smtp.takeMail().acknowledgement()).isEqualTo(Acknowledgement.LOST);
    }

    @Test
    void aDribbleAtTheEndOfDataIsThatOfAReplyAfterTheCommit() {
        smtp.script(
                on(END_OF_DATA).dribble(4, ofMillis(1)).once(),
                on(AFTER_COMMIT).reply(250, "2.0.0 mine").once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.envelope("ann@x.test", "bob@y.test").sendRaw("Subject: a\r\n\r\n.\r\n");
            assertThat(client.octets(4)).isEqualTo("250 ".getBytes(US_ASCII));
            // The clock stands, and so does the reply.
            client.expectSilence(30);
        }
    }

    // ---- functions

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFunctionThatFailsIsTheRulesFault(boolean inCondition) {
        smtp.script(
                inCondition
                        ? on(RCPT_TO)
                                .named("mine")
                                .matching(moment -> {
                                    throw boom();
                                })
                                .reply(450, "x")
                                .once()
                        : on(RCPT_TO)
                                .named("mine")
                                .answer(moment -> {
                                    throw boom();
                                })
                                .once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<ann@x.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "421 4.3.0 Server failed: ")
                    .expectEnd();
        }
        assertThat(smtp.sessions().get(0).transcript().notes())
                .contains("a function of the rule mine failed: java.lang.IllegalStateException: boom");
        assertThat(smtp.rules())
                .singleElement()
                .satisfies(report -> assertThat(report.hits()).isEqualTo(inCondition ? 0 : 1));
        Attempt attempt = smtp.attempts().get(0);
        assertThat(attempt.reply()).get().asString().startsWith("421 4.3.0 Server failed: ");
        assertThat(attempt.recipients().get(0).reply()).isEqualTo(attempt.reply());
        assertThat(attempt.rules().contains("mine")).isEqualTo(!inCondition);
    }

    private static IllegalStateException boom() {
        return new IllegalStateException("boom");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "EHLO", "MAIL_FROM"})
    void aFunctionThatFailsOutsideOfATransactionLeavesAnAttemptToo(String stage) {
        Rule rule = stage.equals("CONNECT")
                ? on(CONNECT)
                        .named("mine")
                        .answer(moment -> {
                            throw boom();
                        })
                        .once()
                : stage.equals("EHLO")
                        ? on(EHLO).named("mine")
                                .answer(moment -> {
                                    throw boom();
                                })
                                .once()
                        : on(MAIL_FROM)
                                .named("mine")
                                .answer(moment -> {
                                    throw boom();
                                })
                                .once();
        smtp.script(rule);
        try (WireDialogue client = WireDialogue.with(smtp)) {
            client.sendRaw("EHLO client.test\r\nMAIL FROM:<ann@x.test>\r\n");
            while (!client.reply().get(0).startsWith("421 ")) {
                // Until the rule's turn.
            }
            client.expectEnd();
        }
        assertThat(smtp.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.stage().name()).isEqualTo(stage);
            assertThat(attempt.reply()).get().asString().startsWith("421 ");
            assertThat(attempt.rules()).containsExactly("mine");
        });
    }

    @Test
    void aFunctionIsNotAskedOnceItsBudgetIsSpent() {
        AtomicInteger calls = new AtomicInteger();
        smtp.script(on(NOOP).answer(moment -> {
                    calls.incrementAndGet();
                    return new Effect.Answer(Reply.of(250, "mine"));
                })
                .once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "250 mine").say("NOOP", "250 2").say("NOOP", "250 2");
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void aFunctionThatPassesIsAskedAgain() {
        AtomicInteger calls = new AtomicInteger();
        smtp.script(on(NOOP).answer(moment ->
                        calls.incrementAndGet() < 3 ? Effect.Pass.PASS : new Effect.Answer(Reply.of(250, "mine")))
                .once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "250 2")
                    .say("NOOP", "250 2")
                    .say("NOOP", "250 mine")
                    .say("NOOP", "250 2");
        }
    }

    static Stream<Arguments> meaninglessAnswers() {
        return Stream.of(
                Arguments.of(Effect.Fault.DISCARD, "DISCARD at NOOP, where it means nothing: it is for END_OF_DATA"),
                Arguments.of(
                        Effect.TlsFault.EXPIRED, "EXPIRED at NOOP, where it means nothing: it is for TLS_HANDSHAKE"),
                Arguments.of(
                        new Effect.Keywords(List.of("X"), List.of()),
                        "at NOOP, where it means nothing: it is for EHLO"),
                Arguments.of(new Effect.Computed(moment -> Effect.Pass.PASS), "returned another function"));
    }

    @ParameterizedTest
    @MethodSource("meaninglessAnswers")
    void anAnswerThatMeansNothingIsToldSo(Effect.Decision decision, String complaint) {
        smtp.script(on(NOOP).answer(moment -> decision).once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "421 ").expectEnd();
        }
        assertThat(smtp.sessions().get(0).transcript().notes())
                .singleElement()
                .asString()
                .contains(complaint);
    }

    // ---- credentials

    @Test
    void successCanBeWordedWithoutLettingAnybodyIn() {
        smtp.script(
                on(AUTH).rightCredentials().reply(235, "Welcome").always(),
                on(AUTH).wrongCredentials().reply(535, "Go away").always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("AUTH PLAIN AGFubgB3cm9uZw==", "535 Go away").say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 Welcome");
        }
        assertThat(smtp.sessions().get(0).client().user()).contains("ann");
        assertThat(smtp.rules()).extracting(RuleReport::hits).containsExactly(1L, 1L);
    }

    // ---- paces and a clock that jumps

    @Test
    void aThrottleHoldsItsRateHoweverFarTheClockJumps() {
        smtp.script(on(DATA).throttle(1000).once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.envelope("ann@x.test", "bob@y.test")
                    .sendRaw("x".repeat(78).concat("\r\n").repeat(50));
            client.sendRaw(".\r\n");
            clock.awaitWait().advance(Duration.ofMillis(3_900));
            client.expectSilence(50);
            clock.advance(Duration.ofMillis(200));
            client.expect("250 ");
        }
    }

    @Test
    void aDribbleGoesOnWhereTheClockIs() {
        smtp.script(on(NOOP).dribble(1, Duration.ofSeconds(1)).once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.send("NOOP");
            assertThat(client.octets(1)).hasSize(1);
            clock.awaitWait().advance(Duration.ofSeconds(3));
            assertThat(client.octets(3)).isEqualTo("50 ".getBytes(US_ASCII));
            client.expectSilence(30);
        }
    }

    @Test
    void aTarpitKeepsPipelinedRepliesApart() {
        smtp.script(on(NOOP).tarpit(Duration.ofSeconds(1)).once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.sendRaw("NOOP\r\nNOOP\r\nNOOP\r\n").expectSilence(30);
            clock.awaitWait().advance(Duration.ofSeconds(2));
            client.expect("250 ").expect("250 ").expectSilence(30);
            clock.advance(Duration.ofSeconds(1));
            client.expect("250 ");
        }
    }

    // ---- what a reset ends

    static Stream<Arguments> whatLastsForAConnection() {
        return Stream.of(
                Arguments.of(on(EHLO).tarpit(Duration.ofSeconds(9)).once(), "250 "),
                Arguments.of(on(EHLO).throttle(1).once(), "250 "),
                Arguments.of(on(CONNECT).reply(554, "5.7.1 Go away").once(), "503 "));
    }

    @ParameterizedTest
    @MethodSource("whatLastsForAConnection")
    void aResetEndsWhatAScriptDidToAConnection(Rule rule, String ehlo) {
        smtp.script(rule);
        try (WireDialogue client = WireDialogue.with(smtp)) {
            client.reply();
            client.send("EHLO client.test");
            if (rule.toString().contains("tarpit")) {
                clock.awaitWait().advance(Duration.ofSeconds(9));
            }
            client.expect(ehlo);
            smtp.reset();
            client.say("NOOP", "250 ").say("EHLO client.test", "250 ").say("MAIL FROM:<ann@x.test>", "250 ");
        }
    }

    @Test
    void whatIsCountedInAConnectionBeginsAnewWithAReset() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.mail("ann@x.test", "bob@y.test");
            smtp.reset();
            smtp.script(
                    on(MAIL_FROM).nthInConnection(1).reply(450, "4.3.0 mine").always());
            client.say("MAIL FROM:<ann@x.test>", "450 4.3.0 mine").say("MAIL FROM:<ann@x.test>", "250 ");
        }
    }

    /** A wait that begins just as the clock is moved ends with it. */
    @Test
    void noAdvanceFallsBetweenTwoWaits() {
        smtp.script(on(NOOP).dribble(4, Duration.ofSeconds(1)).always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            for (int i = 0; i < 300; i++) {
                clock.forgetWaits();
                client.send("NOOP");
                assertThat(client.octets(4)).hasSize(4);
                clock.awaitWait().advance(Duration.ofSeconds(4));
                client.octets("250 2.0.0 OK\r\n".length() - 4);
            }
        }
    }

    // ---- what is counted

    @Test
    void aConditionIsNotAskedOnceTheRuleIsSpent() {
        AtomicInteger calls = new AtomicInteger();
        smtp.script(on(NOOP).matching(moment -> calls.incrementAndGet() > 0)
                .reply(450, "mine")
                .once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "450 ").say("NOOP", "250 ").say("NOOP", "250 ");
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void nthOnServerCountsWhatAnEarlierRuleDecided() {
        smtp.script(
                on(NOOP).reply(450, "first").once(),
                on(NOOP).nthOnServer(2).reply(451, "second").always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "450 ").say("NOOP", "451 ").say("NOOP", "250 ");
        }
    }

    @Test
    void aRuleThatComesTooLateDoesNothing() {
        smtp.script(
                on(NOOP).reply(450, "first").always(),
                on(NOOP).named("late").after(FOR_EVER).reply(451, "second").always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "450 ");
        }
        assertThat(smtp.rules().get(1).hits()).isZero();
    }

    @Test
    void whoLogsInHasNotLoggedInYet() {
        smtp.script(
                on(AUTH).loggedIn().reply(453, "in already").always(),
                on(AUTH).notLoggedIn().reply(454, "4.7.0 Not now").once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "454 ").say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ");
        }
        assertThat(smtp.rules()).extracting(RuleReport::hits).containsExactly(0L, 1L);
    }

    // ---- whose rules an attempt names

    @Test
    void anAttemptNamesTheRulesOfItsOwnCommands() {
        smtp.script(
                on(EHLO).named("ehlo").after(Duration.ZERO).always(),
                on(NOOP).named("noop").after(Duration.ZERO).always(),
                on(AUTH).named("auth").after(Duration.ZERO).always(),
                on(ANY_COMMAND).named("any").after(Duration.ZERO).always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "250 ")
                    .say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ")
                    .say("AUTH PLAIN AGV2ZQBzZWNyZXQ=", "503 ")
                    .say("MAIL FROM:<bad", "501 ")
                    .say("MAIL FROM:<ann@x.test>", "250 ")
                    .say("RCPT TO:<bad", "501 ")
                    .say("QUIT", "221 ");
        }
        assertThat(smtp.attempts())
                .extracting(Attempt::rules)
                .containsExactly(List.of("any"), List.of("any"), List.of("any", "any", "any"));
        assertThat(smtp.attempts().get(0).toString())
                .isEqualTo("#1 REFUSED at AUTH, then 503 5.5.1 Already authenticated [any]");
    }

    @ParameterizedTest
    @CsvSource({
        "2, EHLO, EHLO",
        "2, HELO, EHLO",
        "2, STARTTLS, STARTTLS",
        "2, AUTH PLAIN AGFubgBzZWNyZXQ=, AUTH",
        "2, MAIL FROM:<ann@x.test>, MAIL_FROM",
    })
    void aRefusalAtAnyCommandLeavesTheAttemptOfTheCommand(int nth, String command, String stage) {
        for (boolean closing : new boolean[] {false, true}) {
            smtp.reset();
            smtp.script(
                    closing
                            ? on(ANY_COMMAND)
                                    .named("mine")
                                    .nthInConnection(nth)
                                    .closeConnection()
                                    .once()
                            : on(ANY_COMMAND)
                                    .named("mine")
                                    .nthInConnection(nth)
                                    .reply(450, "4.3.0 no")
                                    .once());
            try (WireDialogue client = WireDialogue.greeted(smtp)) {
                client.send(command.length() == 4 ? command + " client.test" : command);
                if (closing) {
                    client.expectEnd();
                } else {
                    client.expect("450 4.3.0 no");
                }
            }
            assertThat(smtp.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.stage().name()).isEqualTo(stage);
                assertThat(attempt.rules()).containsExactly("mine");
                assertThat(attempt.outcome()).isEqualTo(closing ? Attempt.Outcome.ABORTED : Attempt.Outcome.REFUSED);
            });
        }
    }

    @Test
    void aRecipientRefusedAtAnyCommandIsInTheAttempt() {
        smtp.script(on(ANY_COMMAND).nthInConnection(3).reply(450, "4.2.1 no").once());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<ann@x.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "450 ")
                    .say("QUIT", "221 ");
        }
        assertThat(smtp.attempts().get(0).recipients()).singleElement().satisfies(outcome -> {
            assertThat(outcome.recipient().address()).isEqualTo("bob@y.test");
            assertThat(outcome.reply().orElseThrow().code()).isEqualTo(450);
        });
    }

    @Test
    void aBlankEndOfAnAuthLineIsKept() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("AUTH PLAIN  ", "334 ").say("*", "501 ");
        }
        assertThat(smtp.sessions().get(0).transcript().clientLines()).contains("AUTH PLAIN  ");
    }

    // ---- chunks that are refused

    @Test
    void aRefusedChunkThatIsCutIsToldByWhatCameOfIt() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.sendRaw("BDAT 99999999 LAST\r\na").endOutput().expectEnd();
        }
        assertThat(smtp.sessions().get(0).transcript().entries())
                .filteredOn(entry -> entry.kind() == Transcript.Kind.BODY)
                .singleElement()
                .satisfies(entry -> assertThat(entry.octets()).isEqualTo(1));
    }

    @Test
    void onlyBlanksStandBeforeLast() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("BDAT 4\u000bLAST", "5").expectSilenceOrEnd(10);
        }
        assertThat(smtp.sessions().get(0).transcript().entries())
                .noneMatch(entry -> entry.kind() == Transcript.Kind.BODY);
    }

    // ---- positions

    @Test
    void theBeginningOfABodyIsReachedOnceHoweverManyChunksAreEmpty() {
        smtp.script(midData(0).after(Duration.ZERO).always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<ann@x.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "250 ")
                    .say("BDAT 0", "250 ")
                    .say("BDAT 0", "250 ")
                    .sendRaw("BDAT 2 LAST\r\n\r\n")
                    .expect("250 ");
        }
        assertThat(smtp.rules())
                .singleElement()
                .satisfies(report -> assertThat(report.hits()).isEqualTo(1));
    }

    // ---- what is refused when it is written

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "X-A\r\nX-B", "X\tY", " X"})
    void aKeywordIsOneLine(String keyword) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(EHLO).advertise(keyword))
                .withMessageContaining("begins with a keyword, as \"SIZE 1000\" does");
        assertThatIllegalArgumentException().isThrownBy(() -> on(EHLO).hide(keyword));
    }

    @Test
    void aSizeHasBoundsThatItCanLieBetween() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(MAIL_FROM).sizeAtLeast(-1))
                .withMessage(
                        "A size has bounds with 0 <= at least <= at most, but they were -1 and 9223372036854775807.");
        assertThatIllegalArgumentException().isThrownBy(() -> on(MAIL_FROM).sizeAtMost(-1));
    }

    @Test
    void aReplyIsWholeCharacters() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reply.of(250, "\ud83d"))
                .withMessageContaining("half of a surrogate pair");
        assertThat(Reply.of(250, "\ud83d\ude00").length()).isEqualTo(10);
    }
}
