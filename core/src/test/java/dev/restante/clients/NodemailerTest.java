package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.MailAddress;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** nodemailer comes from npm into a folder below {@code target}, in the version that the lock file names. */
@Timeout(120)
class NodemailerTest extends RealClient {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path INSTALLED = Path.of("target", "nodemailer").toAbsolutePath();
    private static final Map<String, Object> LETTER = Map.of(
            "from", "Änn <ann@client.test>",
            "to", "Bob <bob@dest.test>, eve@dest.test",
            "subject", "Grüße 🎈",
            "text", "Grüß Gott\n.dot\n.\nend",
            "html", "<p>Grüß <b>Gott</b></p>",
            "attachments",
                    List.of(Map.of(
                            "filename",
                            "Übersicht.bin",
                            "content",
                            Base64.getEncoder().encodeToString(new byte[] {0, 13, 10, 46, 13, 10, -1}),
                            "encoding",
                            "base64")));

    /** Once at a time: another class sends with nodemailer, too. */
    @BeforeAll
    static synchronized void install() throws IOException {
        OutsideProgram.named("node", "nodejs");
        OutsideProgram npm = OutsideProgram.named("npm", "npm");
        Files.createDirectories(INSTALLED);
        boolean fresh = false;
        for (String name : List.of("package.json", "package-lock.json", "send.js")) {
            Path target = INSTALLED.resolve(name);
            try (InputStream resource =
                    Objects.requireNonNull(NodemailerTest.class.getResourceAsStream("/clients/nodemailer/" + name))) {
                byte[] wanted = resource.readAllBytes();
                if (!Files.exists(target) || !Arrays.equals(Files.readAllBytes(target), wanted)) {
                    fresh = true;
                    Files.copy(new ByteArrayInputStream(wanted), target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        if (fresh || !Files.exists(INSTALLED.resolve("node_modules/nodemailer/package.json"))) {
            OutsideProgram.Result result = npm.atHome()
                    .in(INSTALLED)
                    .run(
                            Duration.ofSeconds(60),
                            "ci",
                            "--ignore-scripts",
                            "--no-audit",
                            "--no-fund",
                            "--loglevel=error");
            if (result.exitCode() != 0) {
                Files.deleteIfExists(INSTALLED.resolve("package.json"));
            }
            OutsideProgram.needed(
                    result.exitCode() == 0,
                    "npm could not install nodemailer. To run this test: give npm a registry. " + result);
        }
    }

    /** Sends, and returns what nodemailer reports, one element for each mail. */
    static JsonNode send(Map<String, Object> order) {
        String out = OutsideProgram.named("node", "nodejs")
                .in(INSTALLED)
                .run("send.js", JSON.writeValueAsString(order))
                .expectExit(0)
                .out();
        return JSON.readTree(out);
    }

    @Override
    FakeSmtpServer.Builder configured(FakeSmtpServer.Builder usual) {
        return usual.lmtpPort(0);
    }

    @Test
    void onLmtpItReportsOfEachRecipient() {
        smtp.script(on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Full").once());

        JsonNode report = send(Map.of(
                        "transport",
                        Map.of("host", smtp.host(), "port", smtp.lmtpPort(), "lmtp", true, "ignoreTLS", true),
                        "mail",
                        LETTER))
                .get(0);

        assertThat(report.get("accepted").toString()).isEqualTo("[\"eve@dest.test\"]");
        assertThat(report.get("rejected").toString()).isEqualTo("[\"bob@dest.test\"]");
        CapturedMail mail = mail("ann@client.test", "eve@dest.test");
        assertThat(mail.session().orElseThrow().listener()).isEqualTo("LMTP");
        lintFindsNoFault(mail);
    }

    private Map<String, Object> plain() {
        return Map.of("host", smtp.host(), "port", smtp.port(), "secure", false, "ignoreTLS", true);
    }

    @Test
    void sendsInPlainText() {
        JsonNode report = send(Map.of("transport", plain(), "mail", LETTER)).get(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test", "eve@dest.test");
        assertThat(report.get("response").asString()).contains("queued as " + mail.id());
        assertThat(report.get("rejected")).isEmpty();
        cameInPlainText(mail);
        assertThat(mail.client().heloName()).contains("client.test");
        assertThat(mail.subject()).contains("Grüße 🎈");
        assertThat(mail.from()).containsExactly(new MailAddress("Änn", "ann@client.test"));
        assertThat(mail.to()).extracting(MailAddress::address).containsExactly("bob@dest.test", "eve@dest.test");
        assertThat(mail.text().orElseThrow().lines()).containsExactly("Grüß Gott", ".dot", ".", "end");
        assertThat(mail.html()).contains("<p>Grüß <b>Gott</b></p>");
        assertThat(mail.attachments()).singleElement().satisfies(part -> {
            assertThat(part.fileName()).contains("Übersicht.bin");
            assertThat(part.bytes()).containsExactly(0, 13, 10, 46, 13, 10, -1);
        });
        assertThat(onlySession().outcome()).isIn(SmtpSession.Outcome.QUIT, SmtpSession.Outcome.CLIENT_CLOSED);
        lintFindsNoFault(mail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"})
    void sendsAfterStartTlsAndLogin(String mechanism) {
        boolean token = mechanism.equals("XOAUTH2");
        send(Map.of(
                "transport",
                Map.of(
                        "host",
                        smtp.host(),
                        "port",
                        smtp.port(),
                        "requireTLS",
                        true,
                        "authMethod",
                        mechanism,
                        "auth",
                        token
                                ? Map.of("type", "OAuth2", "user", USER, "accessToken", PASSWORD)
                                : Map.of("user", USER, "pass", PASSWORD)),
                "caFile",
                authority.toString(),
                "mail",
                LETTER));

        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test", "eve@dest.test"), mechanism, false);
    }

    @Test
    void sendsBySmtps() {
        send(Map.of(
                "transport",
                Map.of(
                        "host", smtp.host(),
                        "port", smtp.smtpsPort(),
                        "secure", true,
                        "auth", Map.of("user", USER, "pass", PASSWORD)),
                "caFile",
                authority.toString(),
                "mail",
                LETTER));

        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test", "eve@dest.test"), "PLAIN", true);
    }

    @Test
    void doesNotTrustAnAuthorityThatItDoesNotKnow() {
        JsonNode report = send(Map.of(
                        "transport",
                        Map.of("host", smtp.host(), "port", smtp.smtpsPort(), "secure", true),
                        "mail",
                        LETTER))
                .get(0);

        assertThat(report.get("message").asString()).contains("certificate");
        nothingStored();
    }

    @Test
    void reportsThatItsTokenIsRefused() {
        JsonNode report = send(Map.of(
                        "transport",
                        Map.of(
                                "host",
                                smtp.host(),
                                "port",
                                smtp.port(),
                                "ignoreTLS",
                                true,
                                "auth",
                                Map.of("type", "OAuth2", "user", USER, "accessToken", "expired")),
                        "mail",
                        LETTER))
                .get(0);

        assertThat(report.get("code").asString()).isEqualTo("EAUTH");
        assertThat(onlySession().attempts()).isNotEmpty().allSatisfy(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
            assertThat(attempt.client().user()).contains(USER);
        });
        nothingStored();
    }

    @Test
    void reportsThatItsLoginIsRefused() {
        JsonNode report = send(Map.of(
                        "transport",
                        Map.of(
                                "host", smtp.host(),
                                "port", smtp.port(),
                                "ignoreTLS", true,
                                "auth", Map.of("user", USER, "pass", "wrong")),
                        "mail",
                        LETTER))
                .get(0);

        assertThat(report.get("code").asString()).isEqualTo("EAUTH");
        assertThat(report.get("responseCode").asInt()).isEqualTo(535);
        nothingStored();
    }

    @Test
    void sendsManyOverAPool() {
        Map<String, Object> pool =
                Map.of("host", smtp.host(), "port", smtp.port(), "ignoreTLS", true, "pool", true, "maxConnections", 1);
        smtp.script(on(END_OF_DATA).nthOnServer(2).reply(451, "4.3.0 Try again").once());

        JsonNode reports = send(Map.of("transport", pool, "mail", LETTER, "count", 3));

        assertThat(reports.get(1).get("responseCode").asInt()).isEqualTo(451);
        assertThat(smtp.awaitMails(2))
                .extracting(mail -> mail.subject().orElse(""))
                .containsExactly("Grüße 🎈 0", "Grüße 🎈 2");
    }

    @Test
    void sendsToTheRecipientsThatAreTakenAndNamesTheOthers() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").always());

        JsonNode report = send(Map.of("transport", plain(), "mail", LETTER)).get(0);

        assertThat(report.get("accepted").toString()).isEqualTo("[\"bob@dest.test\"]");
        assertThat(report.get("rejected").toString()).isEqualTo("[\"eve@dest.test\"]");
        mail("ann@client.test", "bob@dest.test");
    }

    @Test
    void reportsThatAllRecipientsAreBusy() {
        smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").always());

        JsonNode report = send(Map.of("transport", plain(), "mail", LETTER)).get(0);

        assertThat(report.get("code").asString()).isEqualTo("EENVELOPE");
        assertThat(report.get("responseCode").asInt()).isEqualTo(450);
        nothingStored();
    }

    @Test
    void reportsThatItIsNotGreeted() {
        smtp.script(on(CONNECT).reply(421, "4.3.2 Come back later").once());

        JsonNode report = send(Map.of("transport", plain(), "mail", LETTER)).get(0);

        assertThat(report.get("responseCode").asInt()).isEqualTo(421);
        assertThat(report.get("response").asString()).isEqualTo("421 4.3.2 Come back later");
    }

    @Test
    void reportsThatTheConnectionBrokeInTheBody() {
        smtp.script(midData(100).resetConnection().once());

        JsonNode report = send(Map.of("transport", plain(), "mail", LETTER)).get(0);

        assertThat(report.get("code").asString()).isIn("ESOCKET", "ECONNECTION");
        nothingStored();
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
    }
}
