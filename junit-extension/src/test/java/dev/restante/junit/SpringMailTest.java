package dev.restante.junit;

import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.convention.TestBean;

@Timeout(120)
class SpringMailTest {
    /** A real Spring Boot application, with the mail sender that Boot makes of its properties. */
    @Configuration
    @EnableAutoConfiguration
    static class Application {}

    private static void send(JavaMailSender sender, String to) {
        SimpleMailMessage mail = new SimpleMailMessage();
        mail.setFrom("shop@example.com");
        mail.setTo(to);
        mail.setSubject("From Spring");
        mail.setText("Hello.");
        sender.send(mail);
    }

    private static void passes(int tests, Class<?>... types) {
        var results = Kit.run(types);
        assertThat(Kit.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(tests));
    }

    // ---- one context for equal servers

    private static final List<ApplicationContext> CONTEXTS = new CopyOnWriteArrayList<>();
    private static final List<FakeSmtpServer> SERVERS = new CopyOnWriteArrayList<>();

    @SpringBootTest(classes = Application.class)
    static class FirstCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Autowired
        JavaMailSender sender;

        @Autowired
        ApplicationContext context;

        @BeforeEach
        void isEmptyBefore() {
            assertThat(smtp).hasNoMail();
        }

        @Test
        void sends() {
            send(sender, "ann@example.com");
            assertThat(smtp.takeMail()).isFrom("shop@example.com").isTo("ann@example.com");
            saw(context, smtp);
        }

        @Test
        void sendsAgain() {
            send(sender, "bob@example.com");
            assertThat(smtp).onlyMail().isTo("bob@example.com");
        }

        @Nested
        class Inner {
            @Test
            void sendsToo(@Autowired JavaMailSender sender, @Autowired ApplicationContext context) {
                send(sender, "carl@example.com");
                assertThat(smtp).onlyMail().isTo("carl@example.com");
                saw(context, smtp);
            }
        }
    }

    private static void saw(ApplicationContext context, FakeSmtpServer smtp) {
        CONTEXTS.add(context);
        SERVERS.add(smtp);
    }

    @SpringBootTest(classes = Application.class)
    static class SecondCase {
        @FakeSmtp
        private static FakeSmtpServer mailServer;

        @Test
        void sends(@Autowired JavaMailSender sender, @Autowired ApplicationContext context) {
            send(sender, "ann@example.com");
            assertThat(mailServer).hasMails(1);
            saw(context, mailServer);
        }
    }

    @Test
    void classesThatAskForEqualServersShareTheCachedContextAndTheServerThatItsPortLeadsTo() {
        passes(4, FirstCase.class, SecondCase.class);
        assertThat(Set.copyOf(CONTEXTS)).hasSize(1);
        assertThat(Set.copyOf(SERVERS)).hasSize(1);
        assertThat(FirstCase.smtp).isNull();
    }

    // ---- options are part of the key

    @SpringBootTest(classes = Application.class)
    static class SecureCase {
        @FakeSmtp(requireTls = true, users = "ann:secret", requireAuth = true)
        static FakeSmtpServer smtp;

        @Test
        void sendsOverTlsAndLogsIn(@Autowired JavaMailSender sender) {
            send(sender, "ann@example.com");
            assertThat(smtp.takeMail()).cameOverTls().cameFromUser("ann");
        }
    }

    @SpringBootTest(classes = Application.class)
    static class PlainCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void sendsInPlain(@Autowired JavaMailSender sender) {
            send(sender, "ann@example.com");
            assertThat(smtp.takeMail()).cameInPlain();
        }
    }

    @Test
    void otherOptionsMakeAnotherContext() {
        passes(2, PlainCase.class, SecureCase.class);
    }

    // ---- inherited, dirtied, PER_CLASS

    @SpringBootTest(classes = Application.class)
    abstract static class IntegrationTest {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Autowired
        JavaMailSender sender;

        @Test
        void sends() {
            send(sender, "ann@example.com");
            assertThat(smtp).hasMails(1);
        }
    }

    static class OneOfMany extends IntegrationTest {}

    @TestPropertySource(properties = "other=context")
    static class AnotherContext extends IntegrationTest {}

    @DirtiesContext
    static class Dirty extends IntegrationTest {}

    static class AfterDirty extends IntegrationTest {}

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClass extends IntegrationTest {}

    @Test
    void anInheritedFieldHasTheServerOfEachClassesOwnContext() {
        passes(5, OneOfMany.class, AnotherContext.class, Dirty.class, AfterDirty.class, PerClass.class);
    }

    // ---- contexts that change from test to test

    @SpringBootTest(classes = Application.class)
    @TestPropertySource(properties = "dirtied=each")
    @DirtiesContext(classMode = DirtiesContext.ClassMode.AFTER_EACH_TEST_METHOD)
    static class DirtiedEachCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @RepeatedTest(3)
        void sends(@Autowired JavaMailSender sender) {
            send(sender, "ann@example.com");
            assertThat(smtp).onlyMail().isTo("ann@example.com");
        }

        @Nested
        class Inner {
            @RepeatedTest(2)
            @DirtiesContext
            void sendsToo(@Autowired JavaMailSender sender) {
                send(sender, "bob@example.com");
                assertThat(smtp).onlyMail().isTo("bob@example.com");
            }
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class DirtiedEachPerClass extends DirtiedEachCase {}

    @Test
    void aContextThatIsMadeAnewBringsItsServerAlong() {
        passes(5, DirtiedEachCase.class);
        passes(5, DirtiedEachPerClass.class);
        assertThat(DirtiedEachCase.smtp).isNull();
    }

    @SpringBootTest(classes = Application.class)
    static class OuterCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        private static void reaches(FakeSmtpServer server, JavaMailSender sender) {
            send(sender, "ann@example.com");
            assertThat(server).onlyMail().isTo("ann@example.com");
        }

        @Test
        void sends(@Autowired JavaMailSender sender) {
            reaches(smtp, sender);
        }

        @Nested
        @TestPropertySource(properties = "nested=other")
        class WithAnotherContext {
            @Test
            void sends(@Autowired JavaMailSender sender) {
                reaches(smtp, sender);
            }
        }

        @Nested
        class WithAServerOfItsOwn {
            @FakeSmtp(hostName = "mx.own")
            static FakeSmtpServer own;

            @RepeatedTest(2)
            void sends(@Autowired JavaMailSender sender) {
                reaches(own, sender);
                assertThat(smtp).hasNoMail();
            }
        }
    }

    @Test
    void aNestedClassWithAContextOfItsOwnFindsItsMailInTheFieldAround() {
        passes(4, OuterCase.class);
    }

    // ---- configured, and properties of other names

    @SpringBootTest(classes = Application.class)
    static class ConfiguredCase {
        @FakeSmtp
        static final FakeSmtpServer SMTP =
                FakeSmtpServer.builder().hostName("mx.example.com").build();

        @DynamicPropertySource
        static void mail(DynamicPropertyRegistry registry) {
            registry.add("shop.mail.port", SMTP::port);
        }

        @Test
        void sends(
                @Autowired JavaMailSender sender,
                @org.springframework.beans.factory.annotation.Value("${shop.mail.port}") int port) {
            send(sender, "ann@example.com");
            assertThat(SMTP).hasMails(1);
            assertThat(port).isEqualTo(SMTP.port());
        }
    }

    @Test
    void aConfiguredServerIsLedToAndServesADynamicPropertySource() {
        passes(1, ConfiguredCase.class);
    }

    // ---- strict, concurrent, ambiguous

    @SpringBootTest(classes = Application.class)
    static class UnfiredCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void scriptsInVain() {
            smtp.script(dev.restante.Script.on(dev.restante.Stage.RCPT_TO)
                    .reply(450, "4.2.1 Mailbox busy")
                    .once());
        }
    }

    @Test
    void strictnessIsTheSame() {
        assertThat(Kit.failure(UnfiredCase.class)).hasMessageContaining("field smtp of " + UnfiredCase.class.getName());
    }

    @Test
    void classesThatShareAServerAndRunConcurrentlyAreRefused() {
        var results = Kit.runConcurrently(2, "same_thread", "concurrent", OneOfMany.class, AfterDirty.class);
        assertThat(Kit.failures(results))
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure).hasMessageContaining("run concurrently"));
    }

    @SpringBootTest(classes = Application.class)
    static class AmbiguousCase {
        @FakeSmtp
        static FakeSmtpServer one;

        @FakeSmtp
        static FakeSmtpServer another;

        @Test
        void isNotReached() {}
    }

    @Test
    void twoStaticServersAreRefusedSinceSpringMailLeadsToOne() {
        Throwable failure = Kit.failure(AmbiguousCase.class);
        assertThat(failure)
                .hasMessageContaining("field one of " + AmbiguousCase.class.getName())
                .hasMessageContaining("field another of " + AmbiguousCase.class.getName())
                .hasMessageContaining("Leave one static");
    }

    // ---- contexts of their own, and contexts that fail

    @Configuration
    @EnableAutoConfiguration
    static class ApplicationWithABean {
        @Bean
        String greeting() {
            return "real";
        }
    }

    @SpringBootTest(classes = ApplicationWithABean.class)
    static class OverridingCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @TestBean
        String greeting;

        static String greeting() {
            return "of the test";
        }

        @RepeatedTest(2)
        void sends(@Autowired JavaMailSender sender) {
            assertThat(greeting).isEqualTo("of the test");
            send(sender, "ann@example.com");
            assertThat(smtp).hasMails(1);
            PORTS_OF_OVERRIDING.add(smtp.port());
        }
    }

    @SpringBootTest(classes = ApplicationWithABean.class)
    static class NotOverridingCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @RepeatedTest(2)
        void sends(@Autowired JavaMailSender sender, @Autowired String greeting) {
            assertThat(greeting).isEqualTo("real");
            send(sender, "ann@example.com");
            assertThat(smtp).hasMails(1);
            PORTS_OF_OVERRIDING.add(smtp.port());
        }
    }

    private static final Set<Integer> PORTS_OF_OVERRIDING = ConcurrentHashMap.newKeySet();

    @Test
    void aClassThatOverridesBeansHasAContextAndAServerOfItsOwn() {
        passes(4, OverridingCase.class, NotOverridingCase.class);
        assertThat(PORTS_OF_OVERRIDING).hasSize(2);
    }

    private static final AtomicInteger PORT_OF_BROKEN = new AtomicInteger();

    @Configuration
    static class BrokenApplication {
        @Bean
        Object broken(@Value("${spring.mail.port}") int port) {
            PORT_OF_BROKEN.set(port);
            throw new IllegalStateException("broken");
        }
    }

    @SpringBootTest(classes = BrokenApplication.class)
    static class BrokenCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void isNotReached() {}
    }

    @Test
    void theServerOfAnApplicationThatDoesNotStartIsClosed() {
        assertThat(Kit.failure(BrokenCase.class)).hasRootCauseMessage("broken");
        assertThat(PORT_OF_BROKEN).hasPositiveValue();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), PORT_OF_BROKEN.get()).close())
                .isInstanceOf(ConnectException.class);
    }
}
