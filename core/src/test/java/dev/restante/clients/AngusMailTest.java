package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.SmtpSession;
import jakarta.activation.DataHandler;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class AngusMailTest extends RealClient {
    private Properties plain() {
        Properties properties = smtp.mailProperties();
        properties.setProperty("mail.smtp.localhost", "client.test");
        properties.setProperty("mail.smtp.timeout", "20000");
        return properties;
    }

    private Properties startTls() {
        Properties properties = plain();
        properties.putAll(smtp.tls().mailProperties(true));
        return properties;
    }

    private static MimeMessage message(Properties properties, String... recipients) throws MessagingException {
        MimeMessage message = new MimeMessage(Session.getInstance(properties));
        message.setFrom("ann@client.test");
        for (String recipient : recipients) {
            message.addRecipients(Message.RecipientType.TO, recipient);
        }
        message.setSubject("Grüße aus Köln", "UTF-8");
        message.setText("Grüß Gott\r\n.dot\r\n.\r\nend", "UTF-8");
        return message;
    }

    private static void send(Properties properties, String... recipients) throws MessagingException {
        Transport.send(message(properties, recipients));
    }

    @Test
    void sendsInPlainText() throws MessagingException {
        MimeMessage message = message(plain(), "bob@dest.test", "eve@dest.test");
        MimeBodyPart text = new MimeBodyPart();
        text.setText("Grüß Gott\r\n.dot\r\n.\r\nend", "UTF-8");
        MimeBodyPart file = new MimeBodyPart();
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        file.setDataHandler(new DataHandler(new ByteArrayDataSource(all, "application/octet-stream")));
        file.setFileName("Übersicht.bin");
        message.setContent(new MimeMultipart(text, file));

        Transport.send(message);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test", "eve@dest.test");
        cameInPlainText(mail);
        assertThat(mail.client().heloName()).contains("client.test");
        assertThat(mail.subject()).contains("Grüße aus Köln");
        assertThat(mail.messageId().map(id -> "<" + id + ">")).contains(message.getMessageID());
        assertThat(mail.text()).contains("Grüß Gott\r\n.dot\r\n.\r\nend");
        assertThat(mail.attachments()).singleElement().satisfies(part -> {
            assertThat(part.fileName()).contains("Übersicht.bin");
            assertThat(part.bytes()).isEqualTo(all);
        });
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
        lintFindsNoFault(mail);
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, TLSv1.3", "LOGIN, TLSv1.2", "XOAUTH2, TLSv1.3"})
    void sendsAfterStartTlsAndLogin(String mechanism, String version) throws MessagingException {
        Properties properties = startTls();
        properties.setProperty("mail.smtp.auth", "true");
        properties.setProperty("mail.smtp.auth.mechanisms", mechanism);
        properties.setProperty("mail.smtp.auth.xoauth2.disable", "false");
        properties.setProperty("mail.smtp.ssl.protocols", version);

        Transport.send(message(properties, "bob@dest.test"), USER, PASSWORD);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        cameFromAnnInTls(mail, mechanism, false);
        assertThat(mail.client().tls().orElseThrow().protocol()).isEqualTo(version);
        lintFindsNoFault(mail);
    }

    @Test
    void sendsBySmtps() throws MessagingException {
        Properties properties = smtp.tls().mailProperties(false);
        properties.setProperty("mail.transport.protocol.rfc822", "smtps");
        properties.setProperty("mail.smtps.host", smtp.host());
        properties.setProperty("mail.smtps.port", smtpsPort());
        properties.setProperty("mail.smtps.auth", "true");

        Transport.send(message(properties, "bob@dest.test"), USER, PASSWORD);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        cameFromAnnInTls(mail, mail.client().authentication().orElseThrow().mechanism(), true);
    }

    @Test
    void doesNotTrustAnAuthorityThatItDoesNotKnow() {
        Properties properties = plain();
        properties.setProperty("mail.smtp.starttls.required", "true");

        assertThatExceptionOfType(MessagingException.class)
                .isThrownBy(() -> send(properties, "bob@dest.test"))
                .withMessageContaining("Could not convert socket to TLS");

        nothingStored();
        assertThat(onlySession().tls()).isEmpty();
    }

    @Test
    void reportsThatItsLoginIsRefused() {
        Properties properties = plain();
        properties.setProperty("mail.smtp.auth", "true");
        properties.setProperty("mail.smtp.auth.mechanisms", "PLAIN");

        assertThatExceptionOfType(AuthenticationFailedException.class)
                .isThrownBy(() -> Transport.send(message(properties, "bob@dest.test"), USER, "wrong"))
                .withMessageContaining("535 5.7.8");

        nothingStored();
    }

    @Test
    void sendsToAddressesBeyondAscii() throws MessagingException {
        Properties properties = plain();
        properties.setProperty("mail.mime.allowutf8", "true");
        MimeMessage message = new MimeMessage(Session.getInstance(properties));
        message.setFrom("änn@bücher.test");
        message.setRecipients(Message.RecipientType.TO, "böb@dest.test");
        message.setSubject("hello");
        message.setText("hello");

        Transport.send(message);

        CapturedMail mail = mail("änn@bücher.test", "böb@dest.test");
        assertThat(mail.envelope().sender().parameters().has("SMTPUTF8")).isTrue();
    }

    /** It reports the server's complaint, and leaves without waiting for the 535 that would come after it. */
    @Test
    void reportsThatItsTokenIsRefused() {
        Properties properties = startTls();
        properties.setProperty("mail.smtp.auth", "true");
        properties.setProperty("mail.smtp.auth.mechanisms", "XOAUTH2");
        properties.setProperty("mail.smtp.auth.xoauth2.disable", "false");

        assertThatExceptionOfType(AuthenticationFailedException.class)
                .isThrownBy(() -> Transport.send(message(properties, "bob@dest.test"), USER, "expired"))
                .withMessageStartingWith("334 ");

        Attempt attempt = onlyAttempt();
        assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
        assertThat(attempt.client().user()).contains(USER);
        assertThat(attempt.reply())
                .hasValueSatisfying(reply -> assertThat(reply.code()).isEqualTo(334));
        assertThat(onlySession().toString()).doesNotContain("expired");
    }

    @Test
    void sendsWithDeliveryStatusNotifications() throws MessagingException {
        Properties properties = plain();
        properties.setProperty("mail.smtp.dsn.notify", "SUCCESS,DELAY");
        properties.setProperty("mail.smtp.dsn.ret", "FULL");
        properties.setProperty("mail.smtp.from", "bounces@client.test");

        send(properties, "bob@dest.test");

        CapturedMail mail = mail("bounces@client.test", "bob@dest.test");
        assertThat(mail.envelope().sender().parameters().ret()).contains("FULL");
        assertThat(mail.envelope().recipients().get(0).parameters().notifyOn()).containsExactly("SUCCESS", "DELAY");
    }

    /** Angus Mail doubles leading dots in chunks too, where nobody takes them off: what it sent is what is kept. */
    @Test
    void sendsInChunks() throws MessagingException {
        Properties properties = plain();
        properties.setProperty("mail.smtp.chunksize", "8192");
        MimeMessage message = message(properties, "bob@dest.test");
        message.setText("0123456789\r\n".repeat(2000) + ".dot\r\n");

        Transport.send(message);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        assertThat(mail.text()).contains("0123456789\r\n".repeat(2000) + "..dot\r\n");
        assertThat(mail.session().orElseThrow().transcript().clientLines())
                .contains("BDAT 8192")
                .anyMatch(line -> line.matches("BDAT \\d+ LAST"))
                .doesNotContain("DATA");
    }

    @Test
    void sendsToTheRecipientsThatAreTakenAndNamesTheOthers() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").always());
        Properties properties = plain();
        properties.setProperty("mail.smtp.sendpartial", "true");

        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> send(properties, "bob@dest.test", "eve@dest.test"))
                .satisfies(failure -> {
                    assertThat(failure.getValidSentAddresses()).containsExactly(addresses("bob@dest.test"));
                    assertThat(failure.getInvalidAddresses()).containsExactly(addresses("eve@dest.test"));
                    assertThat(failuresBehind(failure))
                            .anySatisfy(refusal -> assertThat(refusal)
                                    .isInstanceOf(SMTPAddressFailedException.class)
                                    .hasMessageContaining("550 5.1.1 No such mailbox"));
                });

        mail("ann@client.test", "bob@dest.test");
    }

    private static List<Exception> failuresBehind(MessagingException first) {
        List<Exception> all = new ArrayList<>();
        Exception next = first;
        while (next instanceof MessagingException failure) {
            all.add(failure);
            next = failure.getNextException();
        }
        return all;
    }

    private static Address[] addresses(String address) {
        try {
            return InternetAddress.parse(address);
        } catch (MessagingException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    @Test
    void reportsThatOneOfItsRecipientsIsRefusedAndSendsNothing() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(450, "4.2.1 Mailbox busy").always());

        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> send(plain(), "bob@dest.test", "eve@dest.test"))
                .satisfies(failure -> {
                    assertThat(failure.getValidSentAddresses()).isNullOrEmpty();
                    assertThat(failure.getValidUnsentAddresses()).hasSize(2);
                });

        nothingStored();
    }

    @Test
    void reportsThatItIsNotGreeted() {
        smtp.script(on(CONNECT).reply(421, "4.3.2 Come back later").once());

        assertThatExceptionOfType(MessagingException.class)
                .isThrownBy(() -> send(plain(), "bob@dest.test"))
                .withMessageContaining("response: 421");
    }

    @Test
    void reportsThatTheConnectionBrokeInTheBody() {
        smtp.script(midData(100).resetConnection().once());

        assertThatExceptionOfType(MessagingException.class).isThrownBy(() -> send(plain(), "bob@dest.test"));

        nothingStored();
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
    }

    @Test
    void sendsOverOneConnectionAsLongAsItIsKept() throws MessagingException {
        Properties properties = plain();
        smtp.script(on(RCPT_TO).nthOnServer(2).reply(451, "4.3.0 Try again").once());
        MimeMessage message = message(properties, "bob@dest.test");
        message.saveChanges();
        try (SMTPTransport transport =
                (SMTPTransport) Session.getInstance(properties).getTransport()) {
            transport.connect();
            transport.sendMessage(message, message.getAllRecipients());
            assertThatExceptionOfType(SendFailedException.class)
                    .isThrownBy(() -> transport.sendMessage(message, message.getAllRecipients()));
            transport.sendMessage(message, message.getAllRecipients());
            assertThat(transport.getLastServerResponse()).startsWith("250 2.0.0");
        }

        assertThat(smtp.awaitMails(2))
                .extracting(CapturedMail::bytes)
                .satisfies(bodies -> assertThat(bodies.get(0)).isEqualTo(bodies.get(1)));
        assertThat(onlySession().attempts()).hasSize(3);
    }
}
