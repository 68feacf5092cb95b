package consumer.mail;

import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.MailSessions;
import dev.restante.junit.FakeSmtp;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** A test in a named module, all else on the module path too, and a main method that runs it. */
class ModularTest {
    @FakeSmtp
    private FakeSmtpServer smtp;

    @FakeSmtp
    private static FakeSmtpServer shared;

    @Test
    void catchesMail(@FakeSmtp(startTls = true) FakeSmtpServer secure) throws MessagingException {
        send(MailSessions.plain(smtp));
        send(MailSessions.plain(shared));
        send(MailSessions.startTls(secure));
        CapturedMail mail = smtp.takeMail();
        assertThat(mail).isTo("ann@example.com").html().link("Confirm").hasHost("shop.example.com");
        assertThat(shared).hasMails(1);
        assertThat(secure.takeMail()).cameOverTls();
        assertThat(List.of(1)).hasSize(1);
    }

    private static void send(Session session) throws MessagingException {
        MimeMessage mail = new MimeMessage(session);
        mail.setFrom(new InternetAddress("shop@example.com"));
        mail.setRecipients(Message.RecipientType.TO, "ann@example.com");
        mail.setSubject("Your order 42");
        mail.setContent("<a href=\"https://shop.example.com/42\">Confirm</a>", "text/html");
        Transport.send(mail);
    }

    public static void main(String[] arguments) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(ModularTest.class))
                                .build(),
                        summary);
        summary.getSummary()
                .getFailures()
                .forEach(failure -> failure.getException().printStackTrace());
        System.out.println("in " + ModularTest.class.getModule() + ", "
                + FakeSmtp.class.getModule() + ", " + FakeSmtpServer.class.getModule() + ": "
                + summary.getSummary().getTestsSucceededCount() + " succeeded");
    }
}
