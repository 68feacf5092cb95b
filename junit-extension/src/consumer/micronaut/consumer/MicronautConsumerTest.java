package consumer;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import dev.restante.junit.FakeSmtp;
import io.micronaut.email.Attachment;
import io.micronaut.email.Email;
import io.micronaut.email.EmailException;
import io.micronaut.email.EmailSender;
import io.micronaut.email.MultipartBody;
import io.micronaut.email.javamail.sender.MailPropertiesProvider;
import io.micronaut.email.javamail.sender.SessionProvider;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.mail.Session;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A Micronaut application of somebody's: its beans are compiled, its mail goes through micronaut-email-javamail. */
class MicronautConsumerTest {
    @Singleton
    static class OrderMailer {
        private final EmailSender<?, ?> sender;

        OrderMailer(EmailSender<?, ?> sender) {
            this.sender = sender;
        }

        void confirm(String to) {
            sender.send(Email.builder()
                    .from("shop@example.com")
                    .to(to)
                    .subject("Your order 42")
                    .body(new MultipartBody("<p>thank you</p>", "thank you"))
                    .attachment(Attachment.builder()
                            .filename("invoice.txt")
                            .contentType("text/plain")
                            .content("42".getBytes(StandardCharsets.UTF_8))
                            .build()));
        }
    }

    /** Micronaut's own provider keeps the JVM's default session, and with it the port of the first test class. */
    @Singleton
    static class Sessions implements SessionProvider {
        private final MailPropertiesProvider configuration;

        Sessions(MailPropertiesProvider configuration) {
            this.configuration = configuration;
        }

        @Override
        public Session session() {
            return Session.getInstance(configuration.mailProperties());
        }
    }

    /** By Micronaut's own way to hand a test's properties to the application. */
    @MicronautTest(startApplication = false)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS) // as TestPropertyProvider asks
    static class ByPropertyProviderTest implements TestPropertyProvider {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Inject
        OrderMailer mailer;

        @Override
        public Map<String, String> getProperties() {
            return Map.of(
                    "javamail.properties.mail.smtp.host", smtp.host(),
                    "javamail.properties.mail.smtp.port", String.valueOf(smtp.port()));
        }

        @Test
        void sends() {
            mailer.confirm("ann@example.com");

            assertThat(smtp.takeMail())
                    .isFrom("shop@example.com")
                    .isTo("ann@example.com")
                    .hasSubject("Your order 42")
                    .hasAttachments("invoice.txt")
                    .text()
                    .contains("thank you");
        }

        @Test
        void tellsOfARefusal() {
            smtp.script(on(RCPT_TO).reply(550, "5.1.1 No such user").once());

            assertThatThrownBy(() -> mailer.confirm("bob@example.com")).isInstanceOf(EmailException.class);

            assertThat(smtp).hasNoMail().attempts().hasSize(1);
        }
    }

    /** By system properties, which Micronaut reads: under PER_CLASS, set before its context is made. */
    @MicronautTest(startApplication = false)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class BySystemPropertiesTest {
        @FakeSmtp(
                systemProperties = {
                    "javamail.properties.mail.smtp.host={host}",
                    "javamail.properties.mail.smtp.port={port}"
                })
        static FakeSmtpServer smtp;

        @Inject
        OrderMailer mailer;

        @Test
        void sends() {
            mailer.confirm("ann@example.com");

            assertThat(smtp.takeMail()).isTo("ann@example.com");
        }
    }
}
