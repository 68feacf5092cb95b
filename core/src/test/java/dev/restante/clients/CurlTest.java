package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.Transcript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CurlTest extends RealClient {
    private static final String MAIL = """
            From: Ann <ann@client.test>
            Date: Thu, 1 Jan 2026 10:00:00 +0000
            Message-ID: <1@client.test>
            Subject: by curl

            .first
            ..
            .
            last
            """.replace("\n", "\r\n");

    private OutsideProgram curl;
    private Path upload;

    @BeforeEach
    void find() throws IOException {
        upload = Files.writeString(folder.resolve("mail.eml"), MAIL);
        curl = OutsideProgram.named("curl", "curl").with("--silent", "--show-error", "--verbose", "--max-time", "20");
    }

    private OutsideProgram.Result send(String url, String... arguments) {
        return curl.with("--url", url, "--upload-file", upload.toString(), "--mail-from", "ann@client.test")
                .run(arguments);
    }

    private String plain() {
        return "smtp://" + smtp.host() + ":" + port() + "/client.test";
    }

    private String secured() {
        return "smtps://" + smtp.host() + ":" + smtpsPort() + "/client.test";
    }

    @Test
    void sendsInPlainText() {
        send(plain(), "--mail-rcpt", "bob@dest.test", "--mail-rcpt", "eve@dest.test")
                .expectExit(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test", "eve@dest.test");
        cameInPlainText(mail);
        assertThat(mail.client().heloName()).contains("client.test");
        assertThat(mail.bytes()).isEqualTo(MAIL.getBytes(StandardCharsets.UTF_8));
        assertThat(mail.envelope().sender().parameters().size()).contains((long) MAIL.length());
        lintFindsNoFault(mail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5"})
    void sendsAfterStartTlsAndLogin(String mechanism) {
        send(
                        plain(),
                        "--mail-rcpt",
                        "bob@dest.test",
                        "--ssl-reqd",
                        "--cacert",
                        authority.toString(),
                        "--user",
                        USER + ":" + PASSWORD,
                        "--login-options",
                        "AUTH=" + mechanism)
                .expectExit(0);

        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test"), mechanism, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void sendsBySmtps(String version) {
        send(
                        secured(),
                        "--mail-rcpt",
                        "bob@dest.test",
                        "--cacert",
                        authority.toString(),
                        "--tlsv" + version,
                        "--tls-max",
                        version,
                        "--user",
                        USER + ":" + PASSWORD)
                .expectExit(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        cameFromAnnInTls(mail, mail.client().authentication().orElseThrow().mechanism(), true);
        assertThat(mail.client().tls().orElseThrow().protocol()).isEqualTo("TLSv" + version);
    }

    @Test
    void doesNotTrustAnAuthorityThatItDoesNotKnow() {
        send(secured(), "--mail-rcpt", "bob@dest.test").expectExit(60);

        nothingStored();
        assertThat(onlyAttempt().stage()).isEqualTo(Stage.TLS_HANDSHAKE);
        assertThat(onlyAttempt().outcome()).isNotEqualTo(Attempt.Outcome.ACCEPTED);
    }

    /** With a token it takes the mechanism that it likes better, whatever it is told: it is offered one. */
    private OutsideProgram.Result sendWithToken(String mechanism, String token) {
        smtp.script(on(EHLO).advertise("AUTH " + mechanism).always());
        return send(
                plain(),
                "--mail-rcpt",
                "bob@dest.test",
                "--ssl-reqd",
                "--cacert",
                authority.toString(),
                "--user",
                USER,
                "--oauth2-bearer",
                token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"XOAUTH2", "OAUTHBEARER"})
    void logsInWithAToken(String mechanism) {
        sendWithToken(mechanism, PASSWORD).expectExit(0);

        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test"), mechanism, false);
    }

    /** It leaves at the complaint about the one, and answers the other, to which 535 comes then. */
    @ParameterizedTest
    @CsvSource({"XOAUTH2, 334", "OAUTHBEARER, 535"})
    void reportsThatItsTokenIsRefused(String mechanism, int code) {
        assertThat(sendWithToken(mechanism, "expired").expectFailure().all()).contains("Login denied");

        assertThat(onlyAttempt().reply())
                .hasValueSatisfying(reply -> assertThat(reply.code()).isEqualTo(code));
        assertThat(onlyAttempt().client().user()).contains(USER);
        nothingStored();
    }

    @Test
    void reportsThatItsLoginIsRefused() {
        assertThat(send(plain(), "--mail-rcpt", "bob@dest.test", "--user", USER + ":wrong")
                        .expectExit(67)
                        .all())
                .contains("535 5.7.8");

        nothingStored();
    }

    @Test
    void sendsToTheRecipientsThatAreTaken() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").always());

        send(plain(), "--mail-rcpt", "bob@dest.test", "--mail-rcpt", "eve@dest.test", "--mail-rcpt-allowfails")
                .expectExit(0);

        mail("ann@client.test", "bob@dest.test");
    }

    @Test
    void reportsThatOneOfItsRecipientsIsRefused() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").always());

        assertThat(send(plain(), "--mail-rcpt", "bob@dest.test", "--mail-rcpt", "eve@dest.test")
                        .expectExit(55)
                        .err())
                .contains("RCPT failed: 550");

        nothingStored();
    }

    @Test
    void reportsThatItsOnlyRecipientIsBusy() {
        smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());

        assertThat(send(plain(), "--mail-rcpt", "bob@dest.test").expectExit(55).err())
                .contains("RCPT failed: 450");

        nothingStored();
    }

    @Test
    void reportsThatItIsNotGreeted() {
        smtp.script(on(CONNECT).reply(421, "4.3.2 Come back later").once());

        assertThat(send(plain(), "--mail-rcpt", "bob@dest.test").expectFailure().err())
                .contains("421");

        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
    }

    @Test
    void reportsThatItsMailIsRefusedAtTheEnd() {
        smtp.script(on(END_OF_DATA).reply(451, "4.3.0 Try again").once());

        assertThat(send(plain(), "--mail-rcpt", "bob@dest.test").expectFailure().err())
                .contains("451 4.3.0 Try again");
        nothingStored();

        send(plain(), "--mail-rcpt", "bob@dest.test").expectExit(0);
        mail("ann@client.test", "bob@dest.test");
    }

    @Test
    void reportsThatTheConnectionBrokeInTheBody() {
        smtp.script(midData(20).resetConnection().once());

        send(plain(), "--mail-rcpt", "bob@dest.test").expectFailure();

        nothingStored();
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
    }

    @Test
    void sendsLargeMailAndHearsThatItIsTooLarge() throws IOException {
        Files.writeString(upload, "Subject: large\r\n\r\n" + "0123456789abcdef".repeat(4_000_000) + "\r\n");

        // It declares the size, and is refused before it has sent any of it.
        assertThat(send(plain(), "--mail-rcpt", "bob@dest.test").expectFailure().err())
                .contains("552 5.3.4");

        nothingStored();
        assertThat(onlySession().transcript().entries()).noneMatch(entry -> entry.kind() == Transcript.Kind.BODY);
    }

    @Test
    void asksAboutAnAddress() {
        assertThat(curl.run("--url", plain(), "--mail-rcpt", "bob")
                        .expectExit(0)
                        .out())
                .contains("252");
    }
}
