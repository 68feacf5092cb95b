package dev.restante.scriptfile;

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
import static dev.restante.Stage.MID_DATA;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.QUIT;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.RSET;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static dev.restante.Stage.VRFY;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Condition;
import dev.restante.Effect;
import dev.restante.FakeSmtpServer;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import dev.restante.Stage;
import dev.restante.TextPattern;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ScriptFileTest {
    /** The example of the documentation. */
    static final String EXAMPLE = """
            { "rules": [
              { "name": "bob is busy", "on": "RCPT_TO", "when": { "to": "bob@*" }, "reply": { "code": 450, "text": "4.2.1 Mailbox busy" }, "times": 2 },
              { "name": "cut", "on": "MID_DATA", "atByte": 512, "fault": "RESET", "times": 1 },
              { "name": "slow spam gate", "on": "END_OF_DATA", "when": { "header": { "Subject": "*win*" } }, "delay": "PT2S", "reply": { "code": 554, "text": "5.7.1 Rejected" }, "times": "always" },
              { "name": "lost ack", "on": "AFTER_COMMIT", "fault": "CLOSE", "times": 1 } ] }
            """;

    /** A rule for every stage, condition, effect and limit; and what needs arrays. */
    static final List<Rule> EVERYTHING = List.of(
            on(CONNECT)
                    .client("10.0.0.0/8")
                    .nthOnServer(3)
                    .reply(554, "5.7.1 No service\nGo away")
                    .once(),
            on(CONNECT)
                    .connectionsAbove(100)
                    .inPlain()
                    .reply(421, "4.3.2 Too busy")
                    .always(),
            on(CONNECT).connectionsOfClientAbove(5).resetConnection().always(),
            on(TLS_HANDSHAKE)
                    .named("old certificate")
                    .helo("*.test")
                    .expiredCertificate()
                    .once(),
            on(TLS_HANDSHAKE).wrongHostCertificate().once(),
            on(TLS_HANDSHAKE).untrustedCertificate().once(),
            on(TLS_HANDSHAKE).cutHandshake().once(),
            on(TLS_HANDSHAKE).notYetValidCertificate().once(),
            on(TLS_HANDSHAKE).selfSignedCertificate().once(),
            on(TLS_HANDSHAKE).weakKeyCertificate().once(),
            on(TLS_HANDSHAKE).cutHandshakeAfterServerHello().once(),
            on(TLS_HANDSHAKE).cutHandshakeAfterFinished().once(),
            on(TLS_HANDSHAKE).stallHandshake().once(),
            on(TLS_HANDSHAKE).goOnInPlainText().once(),
            on(TLS_HANDSHAKE).onlyTls12().once(),
            on(TLS_HANDSHAKE).onlyTls13().once(),
            on(EHLO).helo("/^mx[0-9]+\\./").hide("STARTTLS", "DSN").always(),
            on(EHLO).overTls().advertise("SIZE 1000", "XFAKE").during(ofMinutes(5)),
            on(STARTTLS).reply(454, "4.7.0 TLS not available").times(2),
            on(AUTH).user("alice")
                    .attempts(1, 2)
                    .perUser()
                    .reply(535, "5.7.8 Try again")
                    .always(),
            on(MAIL_FROM)
                    .from("spam@*")
                    .sizeAtLeast(1000)
                    .sizeAtMost(2000)
                    .reply(552, "5.3.4 Too big")
                    .always(),
            on(MAIL_FROM)
                    .moreThan(20, ofMinutes(1))
                    .perSender()
                    .reply(450, "4.7.1 Slow down")
                    .always(),
            on(RCPT_TO).to("bob@*").nth(2).reply(550, "5.1.1 Unknown").always(),
            on(RCPT_TO)
                    .newcomers(ofMinutes(1), ofDays(35))
                    .perTriple()
                    .reply(451, "4.7.1 Greylisted")
                    .always(),
            on(RCPT_TO).attempts(1, 1).perRecipient().tarpit(ofSeconds(3)).always(),
            on(DATA).attempts(2, 3).perClient().rawReply("354 go\n\u0000\u00ff").once(),
            on(MID_DATA).stall().once(),
            midData(512)
                    .to("*@slow.test")
                    .throttle(1024)
                    .waitFor("hold-1")
                    .resetConnection()
                    .once(),
            on(END_OF_DATA)
                    .subject("*win*")
                    .header("X-Spam", "yes")
                    .header("List-Id", "*")
                    .after(ofSeconds(2))
                    .reply(554, "5.7.1 Rejected")
                    .times(3),
            on(END_OF_DATA).withProbability(0.25, 42).discard().always(),
            on(AFTER_COMMIT).cutReply(4).once(),
            on(AFTER_COMMIT).dribble(1, ofMillis(20)).always(),
            on(RSET).nthInConnection(2).closeConnection().once(),
            on(NOOP).garbage().once(),
            on(VRFY).reply(252, "").always(),
            on(QUIT).after(ofSeconds(1))
                    .waitFor("hold-2")
                    .after(Duration.ofNanos(1))
                    .always(),
            on(ANY_COMMAND)
                    .helo("a*")
                    .helo("*b")
                    .user("u")
                    .reply(421, "4.3.2 Shutting down")
                    .always());

    @Test
    void theDocumentedExampleSaysWhatItsJavaSays() {
        assertThat(ScriptFile.fromJson(EXAMPLE))
                .containsExactly(
                        on(RCPT_TO)
                                .named("bob is busy")
                                .to("bob@*")
                                .reply(450, "4.2.1 Mailbox busy")
                                .times(2),
                        midData(512).named("cut").resetConnection().once(),
                        on(END_OF_DATA)
                                .named("slow spam gate")
                                .subject("*win*")
                                .after(ofSeconds(2))
                                .reply(554, "5.7.1 Rejected")
                                .always(),
                        on(AFTER_COMMIT).named("lost ack").closeConnection().once());
    }

    @Test
    void everythingIsWrittenAsJsonAsTheGoldenFileHasIt() {
        assertThat(ScriptFile.toJson(EVERYTHING)).isEqualTo(golden("everything.json"));
        assertThat(ScriptFile.fromJson(golden("everything.json"))).isEqualTo(EVERYTHING);
    }

    @Test
    void everythingIsWrittenAsYamlAsTheGoldenFileHasIt() {
        assertThat(ScriptFile.toYaml(EVERYTHING)).isEqualTo(golden("everything.yaml"));
        assertThat(ScriptFile.fromYaml(golden("everything.yaml"))).isEqualTo(EVERYTHING);
    }

    @Test
    void everyStageIsInTheGoldenFile() {
        assertThat(EVERYTHING.stream().map(Rule::stage)).containsAll(Stage.values());
    }

    @Test
    void shortFormsMeanTheSame() {
        String json = """
                {"$schema": "https://example.com/script.schema.json", "rules": [
                  {"on": "END_OF_DATA", "when": {"subject": "a", "size": {"atLeast": 10, "atMost": 20}}, "delay": "1.5s", "fault": "STALL"},
                  {"on": "RCPT_TO", "when": {"nth": {"n": 2}, "probability": 0.5}, "reply": {"code": 250}, "times": 2.0},
                  {"on": "QUIT", "when": [], "pace": [{"tarpit": "250 ms", "throttle": 10}], "during": "2h"},
                  {"on": "MID_DATA", "fault": "CLOSE"}]}
                """;
        assertThat(ScriptFile.fromJson(json))
                .containsExactly(
                        on(END_OF_DATA)
                                .header("Subject", "a")
                                .when(new Condition.Size(10, 20))
                                .after(ofMillis(1500))
                                .stall()
                                .always(),
                        on(RCPT_TO)
                                .nth(2)
                                .withProbability(0.5, 0)
                                .reply(250, "")
                                .times(2),
                        on(QUIT).tarpit(ofMillis(250)).throttle(10).during(Duration.ofHours(2)),
                        midData(0).closeConnection().always());
    }

    @Test
    void yamlNeedsNoQuotesWhereYamlNeedsNone() {
        String yaml = """
                # Bob is away.
                rules:
                  - on: RCPT_TO
                    when: {to: bob@*}
                    reply: {code: 450, text: 4.2.1 Mailbox busy}
                    times: 2
                  - on: AFTER_COMMIT
                    fault: CLOSE
                """;
        assertThat(ScriptFile.fromYaml(yaml))
                .containsExactly(
                        on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").times(2),
                        on(AFTER_COMMIT).closeConnection().always());
    }

    @Test
    void aFileIsReadByItsEnding(@TempDir Path folder) throws IOException {
        Path json = Files.writeString(folder.resolve("a.JSON"), "\ufeff" + EXAMPLE);
        Path yaml = Files.writeString(folder.resolve("a.yaml"), "rules: []\n");
        Path yml = Files.writeString(folder.resolve("a.yml"), "rules: []\n");
        assertThat(ScriptFile.read(json)).isEqualTo(ScriptFile.fromJson(EXAMPLE));
        assertThat(ScriptFile.read(yaml)).isEmpty();
        assertThat(ScriptFile.read(yml)).isEmpty();
    }

    @Test
    void aRefusedFileIsNamed(@TempDir Path folder) throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.json"), "{\"rules\":\n [{\"on\": \"RCPT\"}]}");
        assertThatThrownBy(() -> ScriptFile.read(wrong))
                .isInstanceOf(ScriptFileException.class)
                .hasMessageStartingWith(
                        wrong + ", line 2, column 10: rules[0].on: found \"RCPT\", but expected a stage: ")
                .hasMessageEndingWith(". Did you mean \"RCPT_TO\"?");
        Path binary = Files.write(folder.resolve("binary.json"), new byte[] {'{', (byte) 0xff});
        assertThatThrownBy(() -> ScriptFile.read(binary))
                .hasMessage(binary + ", script: found octets that are no UTF-8, but expected UTF-8.");
        assertThatThrownBy(() -> ScriptFile.read(folder.resolve("script.txt")))
                .isInstanceOf(ScriptFileException.class)
                .hasMessageEndingWith("found a file of another kind, but expected a name in .json, .yaml or .yml.");
        assertThatThrownBy(() -> ScriptFile.read(folder.resolve("none.json")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.json");
    }

    @Test
    void aFunctionHasNoWrittenFormAndTheRuleIsNamed() {
        Rule plain = on(QUIT).closeConnection().once();
        Rule asking = on(QUIT).named("odd days")
                .matching(moment -> true)
                .closeConnection()
                .once();
        Rule computing = on(QUIT).answer(moment -> Effect.Pass.PASS).once();
        assertThatThrownBy(() -> ScriptFile.toJson(List.of(plain, asking)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Rule 2, on(QUIT).named(\"odd days\").matching(...).closeConnection().once(), has no written"
                                + " form: its condition matching(...) is a function. Say the condition in the words of"
                                + " Conditions, or keep this rule in Java.");
        assertThatThrownBy(() -> ScriptFile.toYaml(List.of(computing)))
                .hasMessageStartingWith(
                        "Rule 1, on(QUIT).answer(...).once(), has no written form: its effect answer(...)");
        assertThatThrownBy(() -> ScriptFile.toJava(List.of(computing))).hasMessageContaining("answer(...)");
    }

    @Test
    void aConditionThatItsStageCannotKnowHasNoWrittenForm() {
        Rule rule = on(CONNECT)
                .when(new Condition.To(TextPattern.of("bob@*")))
                .closeConnection()
                .once();
        assertThatThrownBy(() -> ScriptFile.toJson(List.of(rule)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("when.to: found \"to\" at CONNECT, where no recipient is known");
    }

    @Test
    void theRuleOfAHoldIsWrittenToo() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create()) {
            smtp.hold(END_OF_DATA);
            List<Rule> rules = smtp.rules().stream().map(RuleReport::rule).toList();
            assertThat(ScriptFile.fromJson(ScriptFile.toJson(rules))).isEqualTo(rules);
        }
    }

    static String golden(String name) {
        try (InputStream in = Objects.requireNonNull(ScriptFileTest.class.getResourceAsStream("/scriptfile/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
