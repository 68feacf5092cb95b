package consumer;

import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.MailSessions;
import jakarta.mail.MessagingException;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/** As a TestNG project uses it: the server is started and closed by the methods around a test. */
public final class TestNgConsumer {
    private FakeSmtpServer smtp;

    @BeforeMethod
    public void start() {
        smtp = FakeSmtpServer.create().start();
    }

    @AfterMethod
    public void close() {
        smtp.close();
    }

    @Test
    public void catchesMail() throws MessagingException {
        ConsumerMail.send(MailSessions.plain(smtp));
        assertThat(smtp.takeMail()).isTo("ann@example.com").hasSubject("Your order 42");
        assertThat(smtp).hasNoMail();
    }
}
