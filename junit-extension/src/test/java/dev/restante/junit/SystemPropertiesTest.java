package dev.restante.junit;

import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.golden.Golden;
import dev.restante.shop.OrderMailer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** The classes within set properties of this JVM: none of the names is used elsewhere. */
@Timeout(60)
class SystemPropertiesTest {
    private static final List<Integer> SEEN = new CopyOnWriteArrayList<>();

    /** An application that reads its configuration when it is made, as Quarkus, Micronaut and MicroProfile Config do. */
    static final class Application {
        private final OrderMailer mailer = new OrderMailer(
                System.getProperty("quarkus.mailer.host"), Integer.getInteger("quarkus.mailer.port", -1));

        void order(String customer) {
            mailer.confirm(new OrderMailer.Order(42, customer));
        }
    }

    static class ApplicationCase {
        @FakeSmtp(systemProperties = {"quarkus.mailer.host={host}", "quarkus.mailer.port={port}"})
        static FakeSmtpServer smtp;

        private final Application application = new Application();

        @Test
        void sends() {
            application.order("ann@example.com");
            assertThat(smtp.takeMail()).isTo("ann@example.com");
        }

        @Test
        void sendsAgain() {
            application.order("bob@example.com");
            assertThat(smtp).onlyMail().isTo("bob@example.com");
        }
    }

    @Test
    void anApplicationThatReadsSystemPropertiesIsLedToTheServer() {
        var results = Kit.run(ApplicationCase.class);
        assertThat(Kit.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(2));
        assertThat(System.getProperty("quarkus.mailer.host")).as("put back").isNull();
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClassCase {
        @FakeSmtp(
                smtps = true,
                systemProperties = {"restante.test.a={port}/{smtpsPort}", "restante.test.b=x=y"})
        static FakeSmtpServer smtp;

        private final String atConstruction = System.getProperty("restante.test.a");

        @BeforeAll
        void isThereBefore() {
            assertThat(atConstruction).isEqualTo(smtp.port() + "/" + smtp.smtpsPort());
        }

        @Test
        void isSet() {
            assertThat(System.getProperty("restante.test.b")).isEqualTo("x=y");
            SEEN.add(smtp.port());
        }
    }

    @Test
    void theyAreSetBeforeTheInstanceIsMadeUnderPerClassTooAndPutBack() {
        System.setProperty("restante.test.b", "before");
        try {
            assertThat(Kit.failures(Kit.run(PerClassCase.class))).isEmpty();
            assertThat(SEEN).hasSize(1);
            assertThat(System.getProperty("restante.test.a")).isNull();
            assertThat(System.getProperty("restante.test.b")).isEqualTo("before");
        } finally {
            System.clearProperty("restante.test.b");
        }
    }

    static class TwinCase {
        @RegisterExtension
        static final FakeSmtpExtension MAIL =
                FakeSmtpExtension.create().withSystemProperty("restante.test.twin", "smtp://{host}:{port}");

        private final String atConstruction = System.getProperty("restante.test.twin");

        @Test
        void isSet() {
            assertThat(atConstruction)
                    .isEqualTo("smtp://127.0.0.1:" + MAIL.server().port());
        }
    }

    @Test
    void theTwinDoesTheSame() {
        assertThat(Kit.failures(Kit.run(TwinCase.class))).isEmpty();
        assertThat(System.getProperty("restante.test.twin")).isNull();
    }

    static class ConcurrentCase {
        @FakeSmtp(systemProperties = "restante.test.concurrent={port}")
        static FakeSmtpServer smtp;

        @Test
        void isNotReached() {}
    }

    @Isolated
    static class AloneCase {
        @FakeSmtp(systemProperties = "restante.test.alone={port}")
        static FakeSmtpServer smtp;

        @Test
        void isSet() {
            assertThat(System.getProperty("restante.test.alone")).isEqualTo(String.valueOf(smtp.port()));
        }
    }

    @Test
    void theyAreRefusedWhereClassesRunConcurrently() {
        var results = Kit.runConcurrently(2, "same_thread", "concurrent", ConcurrentCase.class);
        List<Throwable> failures = Kit.failures(results);
        assertThat(failures).hasSize(1);
        Golden.matches("misuse-properties-concurrently", failures.get(0).getMessage());
        assertThat(System.getProperty("restante.test.concurrent")).isNull();

        results = Kit.runConcurrently(2, "same_thread", "concurrent", AloneCase.class);
        assertThat(Kit.failures(results)).as("an isolated class runs alone").isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(1));
    }
}
