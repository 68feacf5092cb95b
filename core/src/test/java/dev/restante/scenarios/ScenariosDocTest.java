package dev.restante.scenarios;

import static dev.restante.Condition.Key.SENDER;
import static dev.restante.Scenarios.addressNotAllowed;
import static dev.restante.Scenarios.allowClients;
import static dev.restante.Scenarios.allowSenders;
import static dev.restante.Scenarios.authRefused;
import static dev.restante.Scenarios.authRequired;
import static dev.restante.Scenarios.authUnavailable;
import static dev.restante.Scenarios.blockClients;
import static dev.restante.Scenarios.blockSenders;
import static dev.restante.Scenarios.bounceAfterAccept;
import static dev.restante.Scenarios.connectionLimit;
import static dev.restante.Scenarios.connectionLimitPerClient;
import static dev.restante.Scenarios.duplicateDelivery;
import static dev.restante.Scenarios.flakyNetwork;
import static dev.restante.Scenarios.greylisting;
import static dev.restante.Scenarios.localError;
import static dev.restante.Scenarios.mailboxBusy;
import static dev.restante.Scenarios.mailboxFull;
import static dev.restante.Scenarios.quotaExceeded;
import static dev.restante.Scenarios.rateLimit;
import static dev.restante.Scenarios.relayDenied;
import static dev.restante.Scenarios.shuttingDown;
import static dev.restante.Scenarios.sizeRefusedLate;
import static dev.restante.Scenarios.slowStart;
import static dev.restante.Scenarios.startTlsFailing;
import static dev.restante.Scenarios.startTlsStripped;
import static dev.restante.Scenarios.tarpit;
import static dev.restante.Scenarios.tlsRequired;
import static dev.restante.Scenarios.unknownUser;
import static dev.restante.Scenarios.userMoved;
import static dev.restante.Script.on;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.ManualClock;
import dev.restante.Scenario;
import dev.restante.ScenarioKind;
import dev.restante.Scenarios;
import dev.restante.ScriptFile;
import dev.restante.ServerClock;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page docs/scenarios.md tells the truth: its Java is the Java below, its tables are the list of scenarios. */
@Timeout(60)
class ScenariosDocTest {
    private static final Path PAGE = Path.of("../docs/scenarios.md");
    private static final Path THIS = Path.of("src/test/java/dev/restante/scenarios/ScenariosDocTest.java");

    private final Outbox outbox = new Outbox();

    /** An application that sends one mail, and tries again when told to. */
    private static final class Outbox {
        void sendTo(FakeSmtpServer smtp) {
            try (WireDialogue client = WireDialogue.greeted(smtp)) {
                client.say("MAIL FROM:<shop@example.com>", "250 ").send("RCPT TO:<bob@example.com>");
                if (client.reply().get(0).startsWith("250")) {
                    client.say("DATA", "354 ").send("Subject: x").send("").say(".", "250 ");
                }
                client.say("QUIT", "221 ");
            }
        }
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s", "");
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    @Test
    void itsJavaIsCompiledAndRun() throws IOException {
        String here = withoutSpace(Files.readString(THIS));
        assertThat(blocks("java"))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(here).contains(withoutSpace(block)));
        assertThat(Pattern.compile("(?m)^\\| `([^`]+\\))` \\| [^|]+\\| [^|]+\\|$")
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map(row -> row.group(1)))
                .hasSize(Scenarios.kinds().size())
                .allSatisfy(call -> assertThat(here).contains(withoutSpace(call)));
    }

    @Test
    void itsJsonIsRead() throws IOException {
        assertThat(blocks("json"))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(ScriptFile.fromJson(block)).hasSize(4));
    }

    @Test
    void itsTablesNameEveryScenarioAndParameter() throws IOException {
        String page = Files.readString(PAGE);
        for (ScenarioKind kind : Scenarios.kinds()) {
            assertThat(page)
                    .contains("| `" + kind.name() + "(")
                    .contains("| " + kind.summary() + " | " + kind.provokes() + " |")
                    .contains("| `" + kind.name() + "` |");
            for (ScenarioKind.Parameter parameter : kind.parameters()) {
                assertThat(page).contains("`" + parameter.name() + "`");
            }
        }
    }

    @Test
    void theCallsOfItsTableMakeScenarios() {
        try (FakeSmtpServer listening = FakeSmtpServer.create().start()) {
            assertThat(calls(listening)).hasSize(Scenarios.kinds().size()).doesNotHaveDuplicates();
        }
    }

    private static List<Scenario> calls(FakeSmtpServer home) {
        return List.of(
                greylisting(ofMinutes(5), ofDays(36)),
                rateLimit(SENDER, 10, ofMinutes(1)),
                connectionLimit(5),
                connectionLimitPerClient(2),
                mailboxBusy("bob@*"),
                mailboxFull("bob@*"),
                localError(),
                shuttingDown(DATA),
                quotaExceeded("bob@*"),
                unknownUser("ghost@*"),
                userMoved("bob@*", "bob@new.example"),
                addressNotAllowed("*!*"),
                blockSenders("*@spam.example"),
                blockClients("10.0.0.0/8"),
                allowSenders("*@example.com"),
                allowClients("127.0.0.0/8", "::1"),
                relayDenied("example.com", "example.org"),
                sizeRefusedLate(1_000_000),
                tarpit(ofSeconds(5)),
                slowStart(ofSeconds(30)),
                authRequired(),
                authRefused(),
                authUnavailable(),
                tlsRequired(),
                startTlsStripped(),
                startTlsFailing(),
                flakyNetwork(0.1, 4711),
                duplicateDelivery(),
                bounceAfterAccept("bob@*", home.host(), home.port()));
    }

    @Test
    void scenariosStandBesideRules() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            smtp.scenario(greylisting(), mailboxFull("bob@*"));
            smtp.script(on(RCPT_TO)
                    .to("vip@*")
                    .reply(250, "2.1.5 Welcome")
                    .always()); // the test's own rules are asked first
            assertThat(smtp.rules()).hasSize(3);
        }
    }

    @Test
    void greylistingWithTheClockInHand() {
        ManualClock clock = ServerClock.manual();
        try (FakeSmtpServer smtp = FakeSmtpServer.builder().clock(clock).build().start()) {
            smtp.scenario(greylisting(ofMinutes(5), ofDays(36)));

            outbox.sendTo(smtp); // 451 for whoever is new

            clock.advance(ofMinutes(5));
            outbox.sendTo(smtp);
            assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactly("bob@example.com");
        }
    }

    @Test
    void aMailThatComesBack() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            try (FakeSmtpServer home = FakeSmtpServer.create().start()) { // where mail to the sender arrives
                smtp.scenario(bounceAfterAccept("bob@*", home.host(), home.port()));

                outbox.sendTo(smtp); // accepted

                CapturedMail report = home.takeMail();
                assertThat(report.envelope().sender().isNull()).isTrue();
                assertThat(report.header("Content-Type").orElseThrow()).contains("report-type=delivery-status");
            }
        }
    }
}
