package dev.restante.clients;

import static dev.restante.Script.on;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Attempt;
import dev.restante.OutsideProgram;
import dev.restante.Rule;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault of a TLS handshake makes a client that verifies give up, and the next attempt goes through. */
@Timeout(120)
class TlsFaultClientTest extends RealClient {
    private static final String MAIL = "From: ann@client.test\r\nTo: bob@dest.test\r\nSubject: x\r\n\r\nhello\r\n";

    private static List<Rule> faults() {
        return List.of(
                on(TLS_HANDSHAKE).expiredCertificate().once(),
                on(TLS_HANDSHAKE).notYetValidCertificate().once(),
                on(TLS_HANDSHAKE).wrongHostCertificate().once(),
                on(TLS_HANDSHAKE).untrustedCertificate().once(),
                on(TLS_HANDSHAKE).selfSignedCertificate().once(),
                on(TLS_HANDSHAKE).weakKeyCertificate().once(),
                on(TLS_HANDSHAKE).cutHandshake().once(),
                on(TLS_HANDSHAKE).cutHandshakeAfterServerHello().once(),
                on(TLS_HANDSHAKE).cutHandshakeAfterFinished().once(),
                on(TLS_HANDSHAKE).goOnInPlainText().once(),
                on(TLS_HANDSHAKE).closeConnection().once(),
                on(TLS_HANDSHAKE).resetConnection().once());
    }

    private void givesUpAtEachFault(BooleanSupplier send) {
        for (Rule fault : faults()) {
            smtp.reset();
            smtp.script(fault);

            assertThat(send.getAsBoolean()).as("%s", fault).isFalse();

            allEnded();
            assertThat(smtp.unfired()).as("%s", fault).isEmpty();
            assertThat(smtp.mails()).as("%s", fault).isEmpty();
            assertThat(smtp.attempts())
                    .as("%s", fault)
                    .allSatisfy(attempt -> assertThat(attempt.outcome()).isNotEqualTo(Attempt.Outcome.ACCEPTED));
        }
        assertThat(send.getAsBoolean()).as("without a fault").isTrue();
        mail("ann@client.test", "bob@dest.test");
    }

    @Test
    void curlGivesUpAtEachFault() throws IOException {
        Path upload = Files.writeString(folder.resolve("mail.eml"), MAIL);
        OutsideProgram curl = OutsideProgram.named("curl", "curl")
                .with("--silent", "--show-error", "--max-time", "20", "--cacert", authority.toString(), "--ssl-reqd")
                .with(
                        "--upload-file",
                        upload.toString(),
                        "--mail-from",
                        "ann@client.test",
                        "--mail-rcpt",
                        "bob@dest.test")
                .with("--url", "smtp://" + smtp.host() + ":" + port() + "/client.test");
        givesUpAtEachFault(() -> curl.run().exitCode() == 0);
    }

    @Test
    void msmtpGivesUpAtEachFault() {
        OutsideProgram msmtp = OutsideProgram.named("msmtp", "msmtp")
                .with("--host=" + smtp.host(), "--port=" + port(), "--domain=client.test", "--from=ann@client.test")
                .with("--timeout=20", "--tls=on", "--tls-trust-file=" + authority, "bob@dest.test")
                .reading(MAIL);
        givesUpAtEachFault(() -> msmtp.run().exitCode() == 0);
    }

    @Test
    void smtplibGivesUpAtEachFault() throws URISyntaxException {
        Path script = Path.of(Objects.requireNonNull(getClass().getResource("/clients/smtplib_client.py"))
                .toURI());
        OutsideProgram python = OutsideProgram.named("python3", "python3")
                .with(
                        "-X",
                        "utf8",
                        script.toString(),
                        "starttls",
                        smtp.host(),
                        port(),
                        authority.toString(),
                        "dan",
                        "pw");
        givesUpAtEachFault(() -> python.run().exitCode() == 0);
    }

    @Override
    Map<String, String> users() {
        return Map.of("dan", "pw");
    }

    @Test
    void angusMailGivesUpAtEachFault() {
        Properties properties = smtp.mailProperties();
        properties.putAll(smtp.tls().mailProperties(true));
        properties.setProperty("mail.smtp.timeout", "20000");
        givesUpAtEachFault(() -> {
            try {
                MimeMessage message = new MimeMessage(Session.getInstance(properties));
                message.setFrom("ann@client.test");
                message.setRecipients(Message.RecipientType.TO, "bob@dest.test");
                message.setSubject("x");
                message.setText("hello");
                Transport.send(message);
                return true;
            } catch (MessagingException e) {
                return false;
            }
        });
    }
}
