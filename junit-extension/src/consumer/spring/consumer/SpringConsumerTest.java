package consumer;

import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.junit.FakeSmtp;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/**
 * A Spring Boot application of somebody's: its classes run one after another, and the last asks how many contexts and servers
 * those before it had.
 */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class SpringConsumerTest {
    private static final Set<Integer> CONTEXTS = ConcurrentHashMap.newKeySet();
    private static final Set<Integer> PORTS = ConcurrentHashMap.newKeySet();

    @Configuration
    @EnableAutoConfiguration
    static class Application {}

    static void send(JavaMailSender sender, String to) {
        SimpleMailMessage mail = new SimpleMailMessage();
        mail.setFrom("shop@example.com");
        mail.setTo(to);
        mail.setSubject("From Spring");
        mail.setText("Hello.");
        sender.send(mail);
    }

    static void saw(ApplicationContext context, FakeSmtpServer server) {
        CONTEXTS.add(System.identityHashCode(context));
        PORTS.add(server.port());
    }

    @SpringBootTest(classes = Application.class)
    static class FirstTest {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Autowired
        JavaMailSender sender;

        @AfterEach
        void see(@Autowired ApplicationContext context) {
            saw(context, smtp);
        }

        @Test
        void sends() {
            send(sender, "ann@example.com");
            assertThat(smtp.takeMail()).isTo("ann@example.com").hasSubject("From Spring");
        }

        @Test
        void sendsAgain() {
            send(sender, "bob@example.com");
            assertThat(smtp).onlyMail().isTo("bob@example.com");
        }

        @Nested
        class Inner {
            @Test
            void sendsToo(@Autowired ApplicationContext context, @Autowired JavaMailSender own) {
                saw(context, smtp);
                send(own, "carl@example.com");
                assertThat(smtp).onlyMail().isTo("carl@example.com");
            }
        }
    }

    @SpringBootTest(classes = Application.class)
    static class SecondTest {
        @FakeSmtp
        private static FakeSmtpServer mailServer;

        @Test
        void sends(@Autowired JavaMailSender sender, @Autowired ApplicationContext context) {
            saw(context, mailServer);
            send(sender, "dora@example.com");
            assertThat(mailServer).onlyMail().isTo("dora@example.com");
        }
    }

    @SpringBootTest(classes = Application.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class ThirdTest {
        @FakeSmtp
        private static FakeSmtpServer mailServer;

        @Test
        void sends(@Autowired JavaMailSender sender, @Autowired ApplicationContext context) {
            saw(context, mailServer);
            send(sender, "emil@example.com");
            assertThat(mailServer).onlyMail().isTo("emil@example.com");
        }
    }

    @Order(Integer.MAX_VALUE)
    static class ZLastTest {
        @Test
        void oneContextAndOneServerServedThemAll() {
            assertThat(CONTEXTS).as("contexts").hasSize(1);
            assertThat(PORTS).as("ports").hasSize(1);
        }
    }
}
