package dev.restante.scenarios;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Attempt;
import dev.restante.Condition;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.ManualClock;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.Scenario;
import dev.restante.ScenarioKind;
import dev.restante.Scenarios;
import dev.restante.ServerClock;
import dev.restante.Stage;
import dev.restante.WireDialogue;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each scenario from first to last, as a client on a bare socket meets it. */
@Timeout(60)
class ScenariosTest {
    private final ManualClock clock = ServerClock.manual();
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().clock(clock).startTls().build().start();

    @AfterEach
    void close() {
        server.close();
    }

    private WireDialogue greeted() {
        return WireDialogue.greeted(server);
    }

    private WireDialogue inMail() {
        return greeted().say("MAIL FROM:<a@x.test>", "250 ");
    }

    private static String plain(String user) {
        return "AUTH PLAIN "
                + Base64.getEncoder().encodeToString(("\0" + user + "\0secret").getBytes(StandardCharsets.UTF_8));
    }

    // ---- 421

    @Test
    void aServiceThatShutsDownSays421InsteadOfItsGreetingAndCloses() {
        server.scenario(Scenarios.shuttingDown());
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expect("421 4.3.2 ").expectEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO", "MAIL_FROM", "RCPT_TO", "DATA", "END_OF_DATA", "RSET", "NOOP", "ANY_COMMAND"})
    void aServiceMayShutDownAtAnyStage(String stage) {
        server.scenario(Scenarios.shuttingDown(Stage.named(stage).orElseThrow()));
        try (WireDialogue client = WireDialogue.with(server).expect("220 ")) {
            for (String line :
                    List.of("EHLO c", "NOOP", "RSET", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA")) {
                String reply = client.send(line).reply().get(0);
                if (reply.startsWith("421")) {
                    client.expectEnd();
                    return;
                }
            }
            client.send("Subject: x").send("").say(".", "421 4.3.2 ").expectEnd();
        }
        assertThat(server.mails()).isEmpty();
    }

    @Test
    void aStageWithoutAReplyCannotSay421() {
        assertThatThrownBy(() -> Scenarios.shuttingDown(Stage.MID_DATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MID_DATA");
    }

    @Test
    void connectionsOverTheLimitGet421AndOthersAreServed() {
        server.scenario(Scenarios.connectionLimit(1));
        try (WireDialogue first = greeted();
                WireDialogue second = WireDialogue.with(server)) {
            second.expect("421 4.3.2 ").expectEnd();
            first.mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void connectionsOfAClientOverItsLimitGet421() {
        server.scenario(Scenarios.connectionLimitPerClient(1));
        try (WireDialogue first = greeted();
                WireDialogue second = WireDialogue.with(server)) {
            second.expect("421 4.7.0 ").expectEnd();
            first.say("QUIT", "221 ");
        }
    }

    @Test
    void aClientOverItsRateGets421UntilTheWindowHasPassed() {
        server.scenario(Scenarios.rateLimit(Condition.Key.CLIENT, 2, ofMinutes(1)));
        try (WireDialogue client = greeted()) {
            client.mail("a@x.test", "b@y.test").mail("c@x.test", "b@y.test");
            client.say("MAIL FROM:<d@x.test>", "421 4.7.0 ").expectEnd();
        }
        clock.advance(ofSeconds(61));
        try (WireDialogue client = greeted()) {
            client.mail("a@x.test", "b@y.test");
        }
        assertThat(server.mails()).hasSize(3);
    }

    // ---- 450, 451, 452

    @Test
    void aUserOverHisRateGets450AndOthersNothing() {
        server.scenario(Scenarios.rateLimit(Condition.Key.USER, 1, ofHours(1)));
        try (WireDialogue ann = greeted().say(plain("ann"), "235 ");
                WireDialogue bob = greeted().say(plain("bob"), "235 ");
                WireDialogue nobody = greeted()) {
            ann.mail("a@x.test", "b@y.test").say("MAIL FROM:<a@x.test>", "450 4.7.1 ");
            bob.mail("a@x.test", "b@y.test");
            nobody.mail("a@x.test", "b@y.test").mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void aSenderOrRecipientOverItsRateGets452Or450() {
        server.scenario(
                Scenarios.rateLimit(Condition.Key.SENDER, 1, ofHours(1)),
                Scenarios.rateLimit(Condition.Key.RECIPIENT, 1, ofHours(1)));
        try (WireDialogue client = greeted()) {
            client.mail("a@x.test", "b@y.test")
                    .say("MAIL FROM:<A@x.test>", "452 4.3.2 ")
                    .say("MAIL FROM:<c@x.test>", "250 ")
                    .say("RCPT TO:<b@y.test>", "450 4.2.1 ")
                    .say("RCPT TO:<d@y.test>", "250 ");
        }
    }

    @Test
    void greylistingRefusesATripleUntilItsDelayHasPassedAndForgetsItAfterItsLifetime() {
        server.scenario(Scenarios.greylisting(ofMinutes(5), ofDays(36)));
        try (WireDialogue client = greeted()) {
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<b@y.test>", "451 4.7.1 ")
                    .say("RSET", "250 ");
            clock.advance(ofMinutes(4));
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<b@y.test>", "451 4.7.1 ")
                    .say("RSET", "250 ");
            clock.advance(ofMinutes(1));
            client.mail("a@x.test", "b@y.test");
            client.say("MAIL FROM:<other@x.test>", "250 ")
                    .say("RCPT TO:<b@y.test>", "451 4.7.1 ")
                    .say("RCPT TO:<c@y.test>", "451 4.7.1 ")
                    .say("RSET", "250 ");
            clock.advance(ofDays(36));
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test>", "451 4.7.1 ");
        }
        assertThat(server.attempts())
                .filteredOn(attempt -> attempt.outcome() == Attempt.Outcome.ACCEPTED)
                .hasSize(1);
        assertThat(server.attempts().get(0).rules()).containsExactly("greylisting");
    }

    @Test
    void recipientsAreRefusedEachInItsWayAndOthersAreTaken() {
        server.scenario(
                Scenarios.mailboxBusy("busy@*"),
                Scenarios.mailboxFull("full@*"),
                Scenarios.quotaExceeded("quota@*"),
                Scenarios.unknownUser("ghost@*"),
                Scenarios.userMoved("gone@*", "new@z.test"),
                Scenarios.addressNotAllowed("odd@*"));
        try (WireDialogue client = inMail()) {
            client.say("RCPT TO:<busy@y.test>", "450 4.2.1 ")
                    .say("RCPT TO:<full@y.test>", "452 4.2.2 ")
                    .say("RCPT TO:<quota@y.test>", "552 5.2.2 ")
                    .say("RCPT TO:<ghost@y.test>", "550 5.1.1 ")
                    .say("RCPT TO:<gone@y.test>", "551 5.1.6 User has moved; please try <new@z.test>")
                    .say("RCPT TO:<odd@y.test>", "553 5.1.3 ")
                    .say("RCPT TO:<b@y.test>", "250 ")
                    .say("DATA", "354 ")
                    .send("x")
                    .say(".", "250 ");
        }
        assertThat(server.takeMail().envelope().recipientAddresses()).containsExactly("b@y.test");
    }

    @Test
    void aLocalErrorRefusesTheBodyAndLeavesTheConnectionUsable() {
        server.scenario(Scenarios.localError());
        try (WireDialogue client = greeted()) {
            client.envelope("a@x.test", "b@y.test").send("x").say(".", "451 4.3.0 ");
            client.envelope("a@x.test", "b@y.test")
                    .send("x")
                    .say(".", "451 4.3.0 ")
                    .say("QUIT", "221 ");
        }
        assertThat(server.mails()).isEmpty();
    }

    // ---- 554, 552

    @Test
    void sendersAndClientsAreBlockedOrAllowed() {
        server.scenario(Scenarios.blockSenders("*@spam.test", "bad@*"));
        try (WireDialogue client = greeted()) {
            client.say("MAIL FROM:<x@spam.test>", "554 5.7.1 ")
                    .say("MAIL FROM:<bad@x.test>", "554 5.7.1 ")
                    .say("MAIL FROM:<good@x.test>", "250 ");
        }
        server.reset();
        server.scenario(Scenarios.allowSenders("*@x.test", "boss@*"));
        try (WireDialogue client = greeted()) {
            client.say("MAIL FROM:<x@y.test>", "554 5.7.1 ")
                    .say("MAIL FROM:<>", "554 5.7.1 ")
                    .say("MAIL FROM:<boss@y.test>", "250 ")
                    .say("RSET", "250 ")
                    .say("MAIL FROM:<any@x.test>", "250 ");
        }
        server.reset();
        server.scenario(Scenarios.blockClients("10.0.0.0/8", "127.0.0.0/8"));
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expect("554 5.7.1 ").say("EHLO c", "503 ").say("QUIT", "221 ");
        }
        server.reset();
        server.scenario(Scenarios.allowClients("10.0.0.0/8"));
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expect("554 5.7.1 ");
        }
        server.reset();
        server.scenario(Scenarios.allowClients("10.0.0.0/8", "127.0.0.1"));
        try (WireDialogue client = greeted()) {
            client.mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void relayingIsDeniedUnlessTheClientHasLoggedIn() {
        server.scenario(Scenarios.relayDenied("here.test", "near.test"));
        try (WireDialogue client = inMail()) {
            client.say("RCPT TO:<b@far.test>", "554 5.7.1 ")
                    .say("RCPT TO:<Postmaster>", "250 ")
                    .say("RCPT TO:<postmaster@far.test>", "554 5.7.1 ")
                    .say("RCPT TO:<b@here.test>", "250 ")
                    .say("RCPT TO:<b@NEAR.test>", "250 ")
                    .say("RSET", "250 ")
                    .say(plain("ann"), "235 ")
                    .say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<b@far.test>", "250 ");
        }
    }

    @Test
    void whatNamesNobodyOrNoSizeIsNoScenario() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Scenarios.blockSenders())
                .withMessage("blockSenders needs at least one sender.");
        assertThatIllegalArgumentException().isThrownBy(() -> Scenarios.allowSenders());
        assertThatIllegalArgumentException().isThrownBy(() -> Scenarios.blockClients());
        assertThatIllegalArgumentException().isThrownBy(() -> Scenarios.allowClients());
        assertThatIllegalArgumentException().isThrownBy(() -> Scenarios.relayDenied());
        assertThatIllegalArgumentException().isThrownBy(() -> Scenarios.sizeRefusedLate(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Scenarios.sizeRefusedLate(Long.MAX_VALUE));
    }

    @Test
    void aSizeIsRefusedOnlyOnceTheBodyHasArrived() {
        server.scenario(Scenarios.sizeRefusedLate(20));
        try (WireDialogue client = greeted()) {
            client.say("MAIL FROM:<a@x.test> SIZE=1000", "250 ")
                    .say("RCPT TO:<b@y.test>", "250 ")
                    .say("DATA", "354 ")
                    .send("x".repeat(19))
                    .say(".", "552 5.3.4 ");
            client.envelope("a@x.test", "b@y.test").send("x".repeat(18)).say(".", "250 ");
        }
    }

    // ---- 530, 535, 454

    @Test
    void loginsAndTlsAreAskedForRefusedOrUnavailable() {
        server.scenario(Scenarios.authRequired());
        try (WireDialogue client = greeted()) {
            client.say("MAIL FROM:<a@x.test>", "530 5.7.0 ")
                    .say(plain("ann"), "235 ")
                    .say("MAIL FROM:<a@x.test>", "250 ");
        }
        server.reset();
        server.scenario(Scenarios.authRefused());
        try (WireDialogue client = greeted()) {
            client.say(plain("ann"), "535 5.7.8 ").say("MAIL FROM:<a@x.test>", "250 ");
        }
        server.reset();
        server.scenario(Scenarios.authUnavailable());
        try (WireDialogue client = greeted()) {
            client.say(plain("ann"), "454 4.7.0 ");
        }
        server.reset();
        server.scenario(Scenarios.tlsRequired(), Scenarios.startTlsFailing());
        try (WireDialogue client = greeted()) {
            client.say("MAIL FROM:<a@x.test>", "530 5.7.0 ").say("STARTTLS", "454 4.7.0 ");
        }
        server.reset();
        server.scenario(Scenarios.tlsRequired());
        try (WireDialogue client = greeted()) {
            client.say("STARTTLS", "220 ")
                    .handshake(server.tls().sslContext())
                    .say("EHLO c", "250 ")
                    .mail("a@x.test", "b@y.test");
        }
        server.reset();
        server.scenario(Scenarios.startTlsStripped());
        try (WireDialogue client = WireDialogue.with(server).expect("220 ")) {
            assertThat(client.send("EHLO c").reply()).noneMatch(line -> line.contains("STARTTLS"));
        }
    }

    @Test
    void aServerWithoutStartTlsOffersItWhereAScenarioNeedsIt() {
        try (FakeSmtpServer bare = FakeSmtpServer.create().start()) {
            bare.scenario(Scenarios.startTlsFailing());
            try (WireDialogue client = WireDialogue.with(bare).expect("220 ")) {
                assertThat(client.send("EHLO c").reply()).anyMatch(line -> line.endsWith("STARTTLS"));
                client.say("STARTTLS", "454 4.7.0 ");
            }
            bare.reset();
            bare.scenario(Scenarios.tlsRequired());
            try (WireDialogue client = WireDialogue.with(bare).expect("220 ")) {
                client.say("EHLO c", "250 ")
                        .say("MAIL FROM:<a@x.test>", "530 5.7.0 ")
                        .say("STARTTLS", "220 ")
                        .handshake(bare.tls().sslContext());
                assertThat(client.send("EHLO c").reply()).noneMatch(line -> line.contains("STARTTLS"));
                client.mail("a@x.test", "b@y.test");
            }
        }
    }

    // ---- time

    @Test
    void aTarpitAndASlowStartRunOnTheServersClock() {
        server.scenario(Scenarios.slowStart(ofSeconds(30)), Scenarios.tarpit(ofSeconds(20)));
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expectSilence(50);
            clock.advance(ofSeconds(30));
            client.expectSilence(50);
            clock.advance(ofSeconds(20));
            client.expect("220 ").send("EHLO c").expectSilence(50);
            clock.advance(ofSeconds(20));
            client.expect("250 ");
        }
    }

    // ---- the network

    @Test
    void aFlakyNetworkBreaksTheSameConnectionsWithTheSameSeedAndNamesIt() {
        List<String> first = fates(Scenarios.flakyNetwork(0.3, 4711));
        server.reset();
        List<String> second = fates(Scenarios.flakyNetwork(0.3, 4711));

        assertThat(first).isEqualTo(second).contains("ok").anyMatch(fate -> fate.contains("seed 4711"));
        assertThat(Scenarios.flakyNetwork().name()).matches("flaky network, seed \\d+");
    }

    private List<String> fates(Scenario scenario) {
        server.scenario(scenario);
        List<String> fates = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            try (WireDialogue client = WireDialogue.with(server)) {
                client.expect("220 ").say("EHLO c", "250 ").envelope("a@x.test", "b@y.test");
                client.send("Subject: " + "x".repeat(200)).say(".", "250 ").say("QUIT", "221 ");
                fates.add("ok");
            } catch (AssertionError | UncheckedIOException broken) {
                fates.add("broken");
            }
            int connection = i;
            Eventually.isTrue(
                    "session " + i + " has ended",
                    () -> server.sessions().size() > connection
                            && !server.sessions().get(connection).isOpen());
            List<String> rules = server.sessions().get(i).transcript().rules();
            if (!rules.isEmpty()) {
                fates.set(i, rules.get(0));
            }
        }
        return fates;
    }

    @Test
    void aMailWhoseAcknowledgementIsLostIsStoredAndTakenAgain() {
        server.scenario(Scenarios.duplicateDelivery());
        try (WireDialogue client = greeted()) {
            client.envelope("a@x.test", "b@y.test").send("x").send(".").expectEnd();
        }
        try (WireDialogue client = greeted()) {
            client.mail("a@x.test", "b@y.test");
        }
        assertThat(server.awaitMails(2)).hasSize(2);
    }

    // ---- beside other rules

    @Test
    void aRuleOfTheTestIsAskedFirst() {
        server.scenario(Scenarios.unknownUser("*"));
        server.script(on(RCPT_TO).to("vip@*").reply(250, "2.1.5 Welcome").always());
        try (WireDialogue client = inMail()) {
            client.say("RCPT TO:<vip@y.test>", "250 2.1.5 Welcome").say("RCPT TO:<b@y.test>", "550 ");
        }
    }

    @Test
    void scenariosAreCountedAndNeverUnfiredAndClearedWithTheScript() {
        server.scenario(Scenarios.unknownUser("ghost@*"), Scenarios.mailboxFull("full@*"));
        try (WireDialogue client = inMail()) {
            client.say("RCPT TO:<ghost@y.test>", "550 ");
            assertThat(server.rules())
                    .extracting(RuleReport::toString)
                    .containsExactly("unknown user: 1 hit", "mailbox full: 0 hits");
            assertThat(server.unfired()).isEmpty();
            server.clearScript();
            assertThat(server.rules()).isEmpty();
            client.say("RCPT TO:<ghost@y.test>", "250 ");
        }
    }

    @Test
    void anyRulesMakeAScenario() {
        Rule rule = on(RCPT_TO).to("x@*").reply(550, "5.1.1 No").always();
        Scenario own = Scenario.of("my own", rule);
        server.scenario(own);
        assertThat(own.rules()).containsExactly(rule);
        assertThat(own).hasToString("my own");
        assertThatThrownBy(() -> Scenario.of(" ", rule)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- by name

    /** Every kind makes a scenario of its usual values and of what it needs, and Java has a factory of that name. */
    @Test
    void everyKindIsAFactoryToo() throws ReflectiveOperationException {
        Map<String, Object> needed = Map.of(
                "count",
                3,
                "connections",
                2,
                "octets",
                100L,
                "address",
                "new@z.test",
                "senders",
                List.of("a@*"),
                "networks",
                List.of("10.0.0.0/8"),
                "domains",
                List.of("here.test"),
                "host",
                "localhost",
                "port",
                2525);
        for (ScenarioKind kind : Scenarios.kinds()) {
            Map<String, Object> values = new LinkedHashMap<>();
            for (ScenarioKind.Parameter parameter : kind.parameters()) {
                if (parameter.usual().isEmpty()) {
                    values.put(parameter.name(), needed.get(parameter.name()));
                }
            }
            Scenario scenario = kind.with(values);
            assertThat(scenario.rules()).as(kind.name()).isNotEmpty().allSatisfy(rule -> {
                assertThat(rule.limit()).isEqualTo(Rule.Limit.Always.ALWAYS);
                assertThat(rule.isNamed()).isTrue();
            });
            assertThat(kind.summary()).endsWith(".");
            assertThat(kind.provokes()).endsWith(".");
            assertThat(List.of(Scenarios.class.getMethods()))
                    .as(kind.name())
                    .anyMatch(method -> method.getName().equals(kind.name()));
            assertThat(Scenarios.kind(kind.name())).contains(kind);
        }
        assertThat(Scenarios.kind("nothing")).isEmpty();
    }

    @Test
    void wrongValuesAreNamed() {
        ScenarioKind limit = Scenarios.kind("rateLimit").orElseThrow();
        assertThatThrownBy(() -> limit.with(Map.of())).hasMessageContaining("\"count\"");
        assertThatThrownBy(() -> limit.with(Map.of("count", "3"))).hasMessageContaining("NUMBER");
        assertThatThrownBy(() -> limit.with(Map.of("count", 3, "per", "moom")))
                .hasMessageContaining("recipient, sender, user, client, triple");
        assertThatThrownBy(() -> limit.with(Map.of("count", 3, "foo", 1))).hasMessageContaining("has no \"foo\"");
    }
}
