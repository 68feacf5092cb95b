package dev.restante;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be written as a rule, how it reads, and what does not compile. */
@Timeout(60)
class ScriptGrammarTest {
    static Stream<Rule> rules() {
        return Stream.of(
                on(RCPT_TO)
                        .to("bob@*")
                        .attempts(1, 2)
                        .perRecipient()
                        .reply(450, "4.2.1 Mailbox busy")
                        .always(),
                midData(512).resetConnection().once(),
                on(AFTER_COMMIT).closeConnection().once(),
                on(END_OF_DATA)
                        .header("Subject", "*invoice*")
                        .after(ofSeconds(2))
                        .reply(554, "5.7.1 Rejected")
                        .times(3),
                on(END_OF_DATA)
                        .named("spam gate")
                        .subject("/win+er/")
                        .sizeAtLeast(100)
                        .sizeAtMost(2000)
                        .discard()
                        .always(),
                on(CONNECT)
                        .client("10.0.0.0/8")
                        .nthInConnection(1)
                        .nthOnServer(3)
                        .reply(421, "4.3.2 Busy")
                        .during(ofMinutes(1)),
                on(CONNECT)
                        .connectionsAbove(10)
                        .connectionsOfClientAbove(2)
                        .garbage()
                        .always(),
                on(MAIL_FROM)
                        .from("ann@*")
                        .helo("app*")
                        .user("u")
                        .overTls()
                        .stall()
                        .once(),
                on(MAIL_FROM)
                        .inPlain()
                        .moreThan(20, ofMinutes(1))
                        .perUser()
                        .reply(450, "4.7.0 Slow down")
                        .always(),
                on(RCPT_TO)
                        .newcomers(ofMinutes(5), Duration.ofHours(4))
                        .perTriple()
                        .reply(450, "4.7.1 Greylisted")
                        .always(),
                on(RCPT_TO)
                        .nth(2)
                        .withProbability(0.25, 42)
                        .rawReply("\u00ff\"\\\r\n")
                        .times(2),
                on(EHLO).hide("PIPELINING", "SIZE").always(),
                on(EHLO).advertise("SIZE 10", "XLIE").always(),
                on(EHLO).hide("*")
                        .advertise("SIZE 10")
                        .greeting("mx.test at \"your\" service")
                        .always(),
                on(EHLO).after(ofSeconds(1)).greeting("mx.test").once(),
                on(RCPT_TO).recipientsAbove(100).reply(452, "4.5.3 Too many").always(),
                on(EHLO).tarpit(ofMillis(250)).always(),
                on(EHLO).dribble(1, ofMillis(5)).cutReply(4).once(),
                on(TLS_HANDSHAKE).throttle(100).waitFor("hold-1").always(),
                on(TLS_HANDSHAKE).expiredCertificate().once(),
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
                on(TLS_HANDSHAKE).after(ofSeconds(1)).expiredCertificate().once(),
                on(EHLO).after(ofSeconds(1, 5)).hide("SIZE").once(),
                on(END_OF_DATA)
                        .sizeAtLeast(5_000_000_000L)
                        .after(ofSeconds(30_000_000_000L))
                        .discard()
                        .once(),
                midData(3_000_000_000L).nthInConnection(2).stall().once());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aRulePrintsTheJavaThatMakesIt(Rule rule) {
        String problems = compile("Rule rule = " + rule + ";");

        assertThat(problems).isEmpty();
    }

    @Test
    void aRuleReadsAsItWasWritten() {
        assertThat(rules().limit(4).map(Rule::toString))
                .containsExactly(
                        "on(RCPT_TO).to(\"bob@*\").attempts(1, 2).perRecipient().reply(450, \"4.2.1 Mailbox busy\").always()",
                        "midData(512).resetConnection().once()",
                        "on(AFTER_COMMIT).closeConnection().once()",
                        "on(END_OF_DATA).header(\"Subject\", \"*invoice*\").after(ofSeconds(2)).reply(554, \"5.7.1 Rejected\").times(3)"
                                .replace("header(\"Subject\", ", "subject("));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "midData(1).reply(450, \"no reply in the middle of a body\").once()",
                "midData(1).dribble(1, ofSeconds(1)).once()",
                "midData(1).header(\"Subject\", \"not here yet\").stall().once()",
                "on(CONNECT).to(\"nobody yet\").closeConnection().once()",
                "on(CONNECT).helo(\"not said yet\").closeConnection().once()",
                "on(MAIL_FROM).to(\"nobody yet\").stall().once()",
                "on(RCPT_TO).subject(\"not here yet\").stall().once()",
                "on(RCPT_TO).discard().once()",
                "on(AFTER_COMMIT).discard().once()",
                "on(TLS_HANDSHAKE).reply(454, \"there is no reply\").once()",
                "on(RCPT_TO).expiredCertificate().once()",
                "on(RCPT_TO).hide(\"SIZE\").once()",
                "on(MAIL_FROM).recipientsAbove(1).stall().once()",
                "on(EHLO).hide(\"SIZE\").reply(250, \"two effects\").once()",
                "on(RCPT_TO).reply(450, \"no budget\")",
                "on(RCPT_TO).to(\"no effect\").once()",
                "on(RCPT_TO).reply(450, \"one\").reply(451, \"two\").once()"
            })
    void whatMakesNoSenseDoesNotCompile(String rule) {
        assertThat(compile("Rule rule = " + rule + ";")).isNotEmpty();
    }

    @Test
    void badValuesAreRefusedInWords() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(RCPT_TO).reply(199, "x"))
                .withMessage("A reply code is between 200 and 599, but was 199.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(RCPT_TO).reply(450, "a\r\n250 b"))
                .withMessage("A reply's text holds no control character, but has U+000D at position 1."
                        + " Use \\n for a reply of several lines, and rawReply(...) for anything else.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(RCPT_TO).to("/(/"))
                .withMessageStartingWith("The regular expression /(/ is malformed: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(RCPT_TO).client("example.com"))
                .withMessageStartingWith("\"example.com\" is no network. Write an address in digits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(RCPT_TO).stall().times(0))
                .withMessage("A rule fires at least once, but times was 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(RCPT_TO).attempts(2, 1).perSender())
                .withMessage("attempts(first, last) needs 1 <= first <= last, but was (2, 1).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on(RCPT_TO).client("999.1.1.1"))
                .withMessageStartingWith("\"999.1.1.1\" is no network. ");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> on(CONNECT).attempts(1, 1).perRecipient().stall().once())
                .withMessage("At CONNECT no recipient is known that could be counted for."
                        + " Count for each client there, or script a later stage.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> midData(-1))
                .withMessage("midData counts from 0, but was -1.");
    }

    @Test
    void aStepCanBeKeptAndUsedTwice() {
        Trigger.OnRcptTo toBob = on(RCPT_TO).to("bob@*");

        assertThat(List.of(toBob.nth(1).stall().once(), toBob.nth(2).stall().once()))
                .extracting(rule -> rule.conditions().size())
                .containsExactly(2, 2);
    }

    private static String compile(String statement) {
        String source =
                "import dev.restante.*; import static dev.restante.Script.*; import static dev.restante.Stage.*;"
                        + " import static java.time.Duration.*; class Sample { void sample() { " + statement + " } }";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        boolean compiled = compiler.getTask(
                        problems,
                        null,
                        null,
                        List.of(
                                "-proc:none",
                                "-d",
                                "target/test-classes",
                                "-implicit:none",
                                "-Xlint:none",
                                "-cp",
                                System.getProperty("java.class.path")),
                        null,
                        List.of(
                                new SimpleJavaFileObject(
                                        URI.create("string:///Sample.java"), JavaFileObject.Kind.SOURCE) {
                                    @Override
                                    public CharSequence getCharContent(boolean ignored) {
                                        return source;
                                    }
                                }))
                .call();
        return compiled ? "" : problems + "does not compile";
    }
}
