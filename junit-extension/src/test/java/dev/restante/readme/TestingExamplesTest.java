package dev.restante.readme;

import static dev.restante.Matching.subject;
import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static java.time.Duration.ofMillis;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.ServerClock;
import dev.restante.SmtpMailbox;
import dev.restante.assertj.MailSoftAssertions;
import dev.restante.junit.FakeSmtp;
import dev.restante.junit.FakeSmtpExtension;
import dev.restante.junit.OwnMailbox;
import dev.restante.shop.Newsletter;
import dev.restante.shop.OrderMailer;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** The Java of docs/testing.md, word for word: {@link ReadmeTest} holds the two to one another. */
@Timeout(60)
@Isolated
class TestingExamplesTest {
    private static final OrderMailer.Order order42 = new OrderMailer.Order(42, "ann@example.com");

    @Configuration
    @EnableAutoConfiguration
    static class Application {}

    private static OrderMailer mailer(FakeSmtpServer smtp) {
        return new OrderMailer(smtp.host(), smtp.port());
    }

    private static Newsletter newsletter(FakeSmtpServer smtp) {
        return new Newsletter(smtp.mailProperties());
    }

    @Nested
    class SharedServerTest {
        @FakeSmtp
        static FakeSmtpServer smtp; // where the application sends

        @Test
        void reachesItsReader(@OwnMailbox SmtpMailbox mine) {
            newsletter(smtp).send(mine.address("ann")); // ann@reachesitsreader-1c2b3f9a.test
            assertThat(mine.takeMail()).isTo(mine.address("ann"));
            assertThat(mine).hasNoMail().attempts().hasSize(1);
        }

        @Test
        void triesAgainAfterARefusal(@OwnMailbox SmtpMailbox mine) {
            mine.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once()); // nobody else's mail is refused
            newsletter(smtp).send(mine.address("bob"));
            assertThat(mine).attempts(to(mine.address("bob"))).hasSize(2).lastSucceeded();
        }
    }

    @Nested
    class PlacesTest {
        @FakeSmtp
        FakeSmtpServer smtp; // one for each test, there before @BeforeEach

        @FakeSmtp
        static FakeSmtpServer shared; // one for the class and its nested classes, reset before each test

        @FakeSmtp
        final FakeSmtpServer slow =
                FakeSmtpServer.builder().clock(ServerClock.manual()).build(); // used as configured

        @RegisterExtension
        final FakeSmtpExtension byCode =
                FakeSmtpExtension.of(FakeSmtpServer.builder().hostName("mx.test"));

        @Test
        void everyServerIsOfItsOwn(@FakeSmtp(startTls = true, users = "ann:secret") FakeSmtpServer secure) {
            assertThat(Set.of(
                            smtp.port(),
                            shared.port(),
                            slow.port(),
                            byCode.server().port(),
                            secure.port()))
                    .hasSize(5);
        }
    }

    @Test
    void findsWhatATestGoesOnWith(@FakeSmtp FakeSmtpServer smtp) {
        mailer(smtp).confirm(order42);

        CapturedMail mail = smtp.takeMail(subject("Your order*")); // waits, 5 s unless told otherwise; removes it
        assertThat(mail.link("Confirm").uri()).hasHost("shop.example.com");
        assertThat(mail.code("\\d{6}")).isEqualTo("421337");

        assertThat(mail).envelope().hasSender("shop@example.com");
        assertThat(mail).session().transcript().clientSaid("MAIL FROM:<shop@*");
        MailSoftAssertions.assertSoftly(softly -> {
            softly.assertThat(mail).isTo("ann@example.com").hasSubject("Your order 42");
            softly.assertThat(smtp).hasNoMail();
        });

        smtp.awaitNone(ofMillis(50)); // nothing more comes
    }

    @Test
    void triesAgainAndDeliversOnce(@FakeSmtp FakeSmtpServer smtp) {
        smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once());

        newsletter(smtp).send("bob@example.com");

        assertThat(smtp).attempts(to("bob@example.com")).hasSize(2).lastSucceeded();
        assertThat(smtp).hasMails(1).hasNoUnfiredRules();
    }

    @Test
    void looksAsItDid(@FakeSmtp FakeSmtpServer smtp) {
        mailer(smtp).confirm(order42);

        assertThat(smtp.takeMail()).matchesSnapshot("order-confirmation");
    }

    @Nested
    @SpringBootTest(classes = Application.class)
    class SpringOrderTest {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void sends(@Autowired JavaMailSender sender) {
            SimpleMailMessage mail = new SimpleMailMessage();
            mail.setFrom("shop@example.com");
            mail.setTo("ann@example.com");
            mail.setText("hello");
            sender.send(mail);

            assertThat(smtp.takeMail()).isTo("ann@example.com");
        }
    }

    @Nested
    class QuarkusLikeTest {
        @FakeSmtp(systemProperties = {"quarkus.mailer.host={host}", "quarkus.mailer.port={port}"})
        static FakeSmtpServer smtp;

        @Test
        void theApplicationReadsThem() {
            assertThat(System.getProperty("quarkus.mailer.port")).isEqualTo(String.valueOf(smtp.port()));
        }
    }
}
