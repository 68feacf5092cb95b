package dev.restante.shop;

import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import dev.restante.MailSessions;
import dev.restante.junit.FakeSmtp;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MailSessionsTest {
    @FakeSmtp(startTls = true, smtps = true, users = "ann:secret")
    FakeSmtpServer smtp;

    private static void send(Session session) throws MessagingException {
        MimeMessage mail = new MimeMessage(session);
        mail.setFrom(new InternetAddress("app@example.com"));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress("ann@example.com"));
        mail.setText("Hello.");
        Transport.send(mail);
    }

    @Test
    void leadToTheServerInPlainText() throws MessagingException {
        send(MailSessions.plain(smtp));
        assertThat(smtp.takeMail()).cameInPlain();
    }

    @Test
    void trustTheServerAfterStartTlsAndOverSmtps() throws MessagingException {
        send(MailSessions.startTls(smtp));
        assertThat(smtp.takeMail()).cameOverTls();
        send(MailSessions.smtps(smtp));
        assertThat(smtp.takeMail()).cameOverTls().session().usedTls();
    }

    @Test
    void logIn() throws MessagingException {
        send(MailSessions.loggingIn(MailSessions.startTls(smtp), "ann", "secret"));
        assertThat(smtp.takeMail()).cameOverTls().cameFromUser("ann");
        send(MailSessions.loggingIn(MailSessions.smtps(smtp), "ann", "secret"));
        assertThat(smtp.takeMail()).cameFromUser("ann");
        assertThatThrownBy(() -> send(MailSessions.loggingIn(MailSessions.plain(smtp), "ann", "wrong")))
                .isInstanceOf(AuthenticationFailedException.class);
    }

    @Test
    void trustNoOtherServer(@FakeSmtp(startTls = true) FakeSmtpServer other) {
        Session strange = MailSessions.startTls(other);
        strange.getProperties().setProperty("mail.smtp.port", String.valueOf(smtp.port()));
        assertThatThrownBy(() -> send(strange)).hasMessageContaining("Could not convert socket to TLS");
        assertThat(smtp).hasNoMail();
    }
}
