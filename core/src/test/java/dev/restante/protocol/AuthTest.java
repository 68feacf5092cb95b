package dev.restante.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.Authentication;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.WireDialogue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AUTH (RFC 4954) and its mechanisms. */
@Timeout(60)
class AuthTest {
    private final FakeSmtpServer anyone = FakeSmtpServer.create().start();
    private final FakeSmtpServer users = FakeSmtpServer.builder()
            .auth(AuthPolicy.users(Map.of("ann", "s3cret", "bob", "")).required())
            .build()
            .start();

    @AfterEach
    void close() {
        anyone.close();
        users.close();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static Stream<Arguments> firstMessages() {
        return Stream.of(
                Arguments.of("PLAIN", "\0ann\0s3cret"),
                Arguments.of("XOAUTH2", "user=ann\u0001auth=Bearer s3cret\u0001\u0001"),
                Arguments.of("OAUTHBEARER", "n,a=ann,\u0001host=x\u0001auth=Bearer s3cret\u0001\u0001"));
    }

    @ParameterizedTest
    @MethodSource("firstMessages")
    void aMechanismWithOneMessageTakesItAtOnceOrWhenAsked(String mechanism, String message) {
        for (FakeSmtpServer server : new FakeSmtpServer[] {anyone, users}) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("AUTH " + mechanism + " " + base64(message), "235 2.7.0 ");
                client.mail("a@x.test", "b@y.test");
            }
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("auth " + mechanism.toLowerCase(Locale.ROOT), "334 ").say(base64(message), "235 2.7.0 ");
                client.mail("a@x.test", "b@y.test");
            }
            assertThat(server.awaitMails(2))
                    .allSatisfy(mail -> assertThat(mail.client().authentication())
                            .contains(new Authentication(mechanism, "ann", "s3cret")));
        }
    }

    @Test
    void loginAsksForUserAndPassword() {
        try (WireDialogue client = WireDialogue.greeted(users)) {
            client.say("AUTH LOGIN", "334 " + base64("Username:")).say(base64("ann"), "334 " + base64("Password:"));
            client.say(base64("s3cret"), "235 ").mail("a@x.test", "b@y.test");
        }
        try (WireDialogue client = WireDialogue.greeted(users)) {
            client.say("AUTH LOGIN " + base64("bob"), "334 " + base64("Password:"))
                    .say("=", "235 ");
        }
        assertThat(users.takeMail().client().user()).contains("ann");
    }

    @Test
    void cramMd5ChecksTheDigestOfUsersThatAreKnown() throws Exception {
        try (WireDialogue client = WireDialogue.greeted(users)) {
            String challenge = client.send("AUTH CRAM-MD5").reply().get(0).substring(4);
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec("s3cret".getBytes(StandardCharsets.US_ASCII), "HmacMD5"));
            String digest =
                    HexFormat.of().formatHex(mac.doFinal(Base64.getDecoder().decode(challenge)));
            client.say(base64("ann " + digest), "235 ").mail("a@x.test", "b@y.test");
        }
        try (WireDialogue client = WireDialogue.greeted(users)) {
            client.say("AUTH CRAM-MD5", "334 ").say(base64("ann 00000000000000000000000000000000"), "535 5.7.8 ");
        }
        try (WireDialogue client = WireDialogue.greeted(anyone)) {
            client.say("AUTH CRAM-MD5", "334 ").say(base64("zoe 0123456789ABCDEF0123456789abcdef"), "235 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AUTH PLAIN !!!              | 501 5.5.2 That is not base64",
                "AUTH PLAIN YWJj             | 501 5.5.2 PLAIN is: authorization identity, NUL, user, NUL, password",
                "AUTH XOAUTH2 dXNlcj1hbm4BAQ== | 501 5.5.2 XOAUTH2 needs auth=Bearer and a token",
                "AUTH CRAM-MD5 YWJj          | 501 5.7.0 This mechanism takes no initial response",
                "AUTH KERBEROS_V4            | 504 5.5.4 Mechanism not offered",
                "AUTH PLAIN AGFubgB3cm9uZw== | 535 5.7.8 Authentication credentials invalid",
            })
    void whatIsWrongIsSaidAndLeavesAnAttempt(String line, String reply) {
        try (WireDialogue client = WireDialogue.greeted(users)) {
            client.say(line, reply).say("MAIL FROM:<a@x.test>", "530 5.7.0 Authentication required");
            assertThat(users.attempts().get(0).stage()).isEqualTo(Stage.AUTH);
            assertThat(users.attempts().get(0).outcome()).isEqualTo(Attempt.Outcome.REFUSED);
            client.say("AUTH PLAIN " + base64("\0ann\0s3cret"), "235 ").mail("a@x.test", "b@y.test");
        }
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("XOAUTH2", "auth=Bearer t\1\1", "XOAUTH2 begins with user="),
                Arguments.of("XOAUTH2", "user=\1auth=Bearer t\1\1", "XOAUTH2 begins with user="),
                Arguments.of("XOAUTH2", "user=ann\1auth=Bearer t", "XOAUTH2 ends with two control-A"),
                Arguments.of("XOAUTH2", "user=ann\1auth=Bearer t\1", "XOAUTH2 ends with two control-A"),
                Arguments.of("OAUTHBEARER", "n,a=ann,\1auth=Bearer t\1", "OAUTHBEARER ends with two control-A"),
                Arguments.of("OAUTHBEARER", "n,a=ann,\1host=x\1\1", "OAUTHBEARER needs auth=Bearer"),
                Arguments.of("LOGIN", "", "LOGIN needs a user"),
                Arguments.of("CRAM-MD5", "ann secret", "CRAM-MD5 answers with"),
                Arguments.of("CRAM-MD5", " 00000000000000000000000000000000", "CRAM-MD5 answers with"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void whatIsNotAsTheMechanismHasItDoesNotLogIn(String mechanism, String answer, String complaint) {
        String octets = answer.isEmpty() ? "=" : base64(answer);
        try (WireDialogue client = WireDialogue.greeted(anyone)) {
            client.say("AUTH " + mechanism, "334 ").say(octets, "501 5.5.2 " + complaint);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN"})
    void whatIsNoUtf8DoesNotLogIn(String mechanism) {
        String user = mechanism.equals("PLAIN") ? "\0j\u00f6rg\0s\u00e4cret" : "j\u00f6rg";
        String octets = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.ISO_8859_1));
        try (WireDialogue client = WireDialogue.greeted(anyone)) {
            client.say("AUTH " + mechanism + " " + octets, "501 5.5.2 That is not UTF-8");
            client.say("AUTH " + mechanism, "334 ").say(octets, "501 5.5.2 That is not UTF-8");
        }
    }

    @Test
    void anAttemptNamesTheMechanismAndTheUserAsFarAsTheyWereSaid() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("AUTH LOGIN", "334 ").say("*", "501 ");
                client.say("AUTH LOGIN", "334 ").say(base64("ann"), "334 ").say("*", "501 ");
                client.say("AUTH PLAIN !!!", "501 ");
                client.say("AUTH kerberos", "504 ");
                client.say("AUTH LOGIN", "334 ").say(base64("zoe"), "334 ");
            }
            Eventually.isTrue("five attempts", () -> server.attempts().size() == 5);
            assertThat(server.attempts())
                    .extracting(Attempt::toString)
                    .containsExactly(
                            "#1 REFUSED at AUTH (LOGIN), then 501 5.7.0 Authentication cancelled",
                            "#2 REFUSED at AUTH (LOGIN ann), then 501 5.7.0 Authentication cancelled",
                            "#3 REFUSED at AUTH (PLAIN), then 501 5.5.2 That is not base64: its length is no multiple of"
                                    + " four",
                            "#4 REFUSED at AUTH (KERBEROS), then 504 5.5.4 Mechanism not offered; take one of PLAIN LOGIN"
                                    + " CRAM-MD5 XOAUTH2 OAUTHBEARER",
                            "#5 ABORTED at AUTH (LOGIN zoe)");
            assertThat(server.attempts().get(0).client().user()).isEmpty();
        }
    }

    @Test
    void aLineOfAuthThatIsTooLongLeavesAnAttempt() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN " + "A".repeat(40_000), "500 5.5.2 Line too long");
            client.say("AUTH PLAIN", "334 ").say("A".repeat(40_000), "500 5.5.6 ");
            assertThat(server.attempts())
                    .extracting(
                            Attempt::stage,
                            attempt -> attempt.reply().orElseThrow().code())
                    .containsExactly(tuple(Stage.AUTH, 500), tuple(Stage.AUTH, 500));
            assertThat(server.sessions().get(0).lint())
                    .filteredOn(finding -> finding.check() == LintCheck.COMMAND_TOO_LONG)
                    .extracting(LintFinding::message)
                    .contains("A line of AUTH is longer than 12288 octets, its end included (RFC 4954 section 4).");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"})
    void theClientMayCancel(String mechanism) {
        try (WireDialogue client = WireDialogue.greeted(anyone)) {
            client.say("AUTH " + mechanism, "334 ").say("*", "501 5.7.0 Authentication cancelled");
            client.mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void authHasItsPlace() {
        String line = "AUTH PLAIN " + base64("\0ann\0s3cret");
        try (WireDialogue client = WireDialogue.with(anyone)) {
            client.expect("220 ").say(line, "503 5.5.1 Say EHLO or HELO first").say("EHLO client.test", "250 ");
            client.say("MAIL FROM:<a@x.test>", "250 ").say(line, "503 5.5.1 AUTH is not taken in a mail transaction");
            client.say("RSET", "250 ").say(line, "235 ").say(line, "503 5.5.1 Already authenticated");
        }
        try (FakeSmtpServer none =
                        FakeSmtpServer.builder().auth(AuthPolicy.none()).build().start();
                WireDialogue client = WireDialogue.with(none)) {
            client.expect("220 ").send("EHLO client.test");
            assertThat(client.reply()).noneMatch(keyword -> keyword.contains("AUTH"));
            client.say(line, "502 5.5.1 Command not implemented");
        }
    }

    @Test
    void aJudgeDecidesAndSecretsAreMaskedInText() {
        try (FakeSmtpServer judged = FakeSmtpServer.builder()
                        .auth(AuthPolicy.judgedBy(login -> login.secret().startsWith("valid")))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.greeted(judged)) {
            client.say("AUTH PLAIN " + base64("\0ann\0invalid"), "535 ");
            client.say("AUTH LOGIN", "334 ").say(base64("ann"), "334 ").say(base64("valid-1"), "235 ");
            client.mail("a@x.test", "b@y.test").say("QUIT", "221 ");

            assertThat(judged.takeMail().client().authentication()).get().satisfies(login -> {
                assertThat(login.secret()).isEqualTo("valid-1");
                assertThat(login).hasToString("LOGIN ann ****");
            });
            SmtpSession session = judged.sessions().get(0);
            assertThat(session.toString())
                    .contains("AUTH PLAIN ****", "C: ****")
                    .doesNotContain("valid-1", base64("valid-1"), base64("\0ann\0invalid"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AUTH AHNlY3JldA==",
                "AUTH PLAIN=AHNlY3JldA==",
                "AUTHPLAIN AHNlY3JldA==",
                "AUTH:PLAIN AHNlY3JldA==",
                "AUTH PLAIN,AHNlY3JldA== x",
                "AUTH NTLM|AHNlY3JldA==",
                "AUTH PLAIN AHNlY3JldA== x"
            })
    void aSecretIsMaskedHoweverTheLoginGoesWrong(String lines) {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.greeted(server)) {
            for (String line : lines.split("[|]", -1)) {
                client.say(line, "50");
            }
            client.say("NOOP hello", "250 ");
            assertThat(server.sessions().get(0).toString())
                    .doesNotContain("AHNlY3JldA")
                    .contains("****")
                    .contains("NOOP hello");
        }
    }

    @Test
    void aRefusedLoginTellsWhoTriedAndMasksTheSecret() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .auth(AuthPolicy.users(Map.of("ann", "right")))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN AGFubgB3cm9uZw==", "535 ");
            Attempt attempt = server.attempts().get(0);
            assertThat(attempt.client().authentication()).contains(new Authentication("PLAIN", "ann", "wrong"));
            assertThat(attempt).asString().contains("AUTH (PLAIN ann ****)").doesNotContain("wrong");
            assertThat(server.sessions().get(0).client().authentication()).isEmpty();
        }
    }
}
