package dev.restante.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.restante.CapturedMail;
import dev.restante.ClientCertificate;
import dev.restante.ClientCertificates;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import dev.restante.TlsInfo;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Clients that show the certificate they were issued, to a server that requires one; and log in by it where they can. */
@Timeout(120)
class ClientCertificateTest extends RealClient {
    private static final String MAIL =
            "From: ann@client.test\r\nTo: bob@dest.test\r\nSubject: certified\r\n\r\nhello\r\n";

    private ClientCertificate ann;
    private Path certificate;
    private Path key;

    @Override
    FakeSmtpServer.Builder configured(FakeSmtpServer.Builder usual) {
        return usual.clientCertificates(ClientCertificates.REQUIRED);
    }

    @BeforeEach
    void issue() throws IOException {
        ann = smtp.tls().issueClientCertificate(USER);
        certificate = Files.writeString(folder.resolve("ann.pem"), ann.chainPem());
        key = Files.writeString(folder.resolve("ann.key"), ann.keyPem());
    }

    private CapturedMail cameWithTheCertificate() {
        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        List<X509Certificate> shown =
                mail.client().tls().map(TlsInfo::clientCertificates).orElse(List.of());
        assertThat(shown).isNotEmpty();
        assertThat(shown.get(0)).isEqualTo(ann.certificate());
        return mail;
    }

    private void cameByExternal() {
        CapturedMail mail = cameWithTheCertificate();
        cameInTls(mail, USER, "EXTERNAL", mail.client().tls().orElseThrow().implicit());
    }

    private void wasTurnedAway() {
        SmtpSession session = onlySession();
        assertThat(session.transcript().notes())
                .contains("TLS handshake failed: the client showed no certificate, which this server requires");
        nothingStored();
    }

    private OutsideProgram curl() throws IOException {
        Path upload = Files.writeString(folder.resolve("mail.eml"), MAIL);
        return OutsideProgram.named("curl", "curl")
                .with("--silent", "--show-error", "--max-time", "20", "--cacert", authority.toString())
                .with(
                        "--upload-file",
                        upload.toString(),
                        "--mail-from",
                        "ann@client.test",
                        "--mail-rcpt",
                        "bob@dest.test");
    }

    @Test
    void curlLogsInByExternal() throws IOException {
        curl().run(
                        "--url",
                        "smtp://" + smtp.host() + ":" + port() + "/client.test",
                        "--ssl-reqd",
                        "--cert",
                        certificate.toString(),
                        "--key",
                        key.toString(),
                        "--user",
                        USER + ":",
                        "--login-options",
                        "AUTH=EXTERNAL")
                .expectExit(0);

        cameByExternal();
    }

    @Test
    void curlIsTurnedAwayWithoutACertificate() throws IOException {
        curl().run("--url", "smtps://" + smtp.host() + ":" + smtpsPort() + "/client.test")
                .expectFailure();

        wasTurnedAway();
    }

    private OutsideProgram msmtp() {
        return OutsideProgram.named("msmtp", "msmtp")
                .with("--host=" + smtp.host(), "--domain=client.test", "--from=ann@client.test", "--timeout=20")
                .with("--tls=on", "--tls-trust-file=" + authority)
                .reading(MAIL);
    }

    @Test
    void msmtpLogsInByExternal() {
        msmtp().run(
                        "--port=" + port(),
                        "--tls-cert-file=" + certificate,
                        "--tls-key-file=" + key,
                        "--auth=external",
                        "--user=" + USER,
                        "bob@dest.test")
                .expectExit(0);

        cameByExternal();
    }

    @Test
    void msmtpIsTurnedAwayWithoutACertificate() {
        msmtp().run("--port=" + smtpsPort(), "--tls-starttls=off", "bob@dest.test")
                .expectFailure();

        wasTurnedAway();
    }

    @Test
    void swaksShowsItsCertificate() {
        OutsideProgram swaks = OutsideProgram.named("swaks", "swaks");
        OutsideProgram.needed(
                swaks.run("--support").all().contains("TLS supported"),
                "swaks cannot do TLS. To run this test: apt-get install libnet-ssleay-perl");
        swaks.run(
                        "--server",
                        smtp.host(),
                        "--port",
                        port(),
                        "--from",
                        "ann@client.test",
                        "--to",
                        "bob@dest.test",
                        "-tls",
                        "--tls-verify",
                        "--tls-ca-path",
                        authority.toString(),
                        "--tls-cert",
                        certificate.toString(),
                        "--tls-key",
                        key.toString())
                .expectExit(0);

        cameWithTheCertificate();
    }

    @Test
    void smtplibShowsItsCertificate() throws URISyntaxException {
        Path script = Path.of(Objects.requireNonNull(getClass().getResource("/clients/smtplib_client.py"))
                .toURI());
        OutsideProgram.named("python3", "python3")
                .with("-X", "utf8", script.toString())
                .run(
                        "certified",
                        smtp.host(),
                        smtpsPort(),
                        authority.toString(),
                        certificate.toString(),
                        key.toString())
                .expectExit(0);

        cameWithTheCertificate();
    }

    @Test
    void nodemailerShowsItsCertificate() throws IOException {
        NodemailerTest.install();
        JsonNode report = NodemailerTest.send(Map.of(
                        "transport", Map.of("host", smtp.host(), "port", smtp.smtpsPort(), "secure", true),
                        "caFile", authority.toString(),
                        "certFile", certificate.toString(),
                        "keyFile", key.toString(),
                        "mail",
                                Map.of(
                                        "from", "ann@client.test",
                                        "to", "bob@dest.test",
                                        "subject", "certified",
                                        "text", "hello")))
                .get(0);

        assertThat(report.get("response").asString()).contains("queued as");
        cameWithTheCertificate();
    }

    private static MimeMessage message(Properties properties) throws MessagingException {
        MimeMessage message = new MimeMessage(Session.getInstance(properties));
        message.setFrom("ann@client.test");
        message.setRecipients(Message.RecipientType.TO, "bob@dest.test");
        message.setSubject("certified");
        message.setText("hello");
        return message;
    }

    @Test
    void angusMailShowsItsCertificateAndIsTurnedAwayWithoutOne() throws MessagingException {
        Properties without = smtp.mailProperties();
        without.putAll(smtp.tls().mailProperties(true));
        without.setProperty("mail.smtp.timeout", "20000");
        assertThatExceptionOfType(MessagingException.class).isThrownBy(() -> Transport.send(message(without)));
        wasTurnedAway();

        Properties properties = smtp.mailProperties();
        properties.putAll(smtp.tls().mailProperties(true, ann));
        Transport.send(message(properties));
        cameWithTheCertificate();
    }
}
