package dev.restante.junit;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.SmtpFixture;
import dev.restante.golden.Golden;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MisuseTest {
    private static void refused(String golden, Class<?> type) {
        Golden.matches(golden, Kit.failure(type).getMessage());
    }

    static class WrongTypeCase {
        @FakeSmtp
        String smtp;

        @Test
        void test() {}
    }

    static class WrongParameterTypeCase {
        @Test
        void test(@FakeSmtp String smtp) {}
    }

    static class FinalNullCase {
        @FakeSmtp
        final FakeSmtpServer smtp = null;

        @Test
        void test() {}
    }

    static class StaticFinalNullCase {
        @FakeSmtp
        static final FakeSmtpServer SMTP = null;

        @Test
        void test() {}
    }

    static class ConfiguredTwiceCase {
        @FakeSmtp(startTls = true)
        final FakeSmtpServer smtp = FakeSmtpServer.create();

        @Test
        void test() {}
    }

    static class ClosedCase {
        @FakeSmtp
        final FakeSmtpServer smtp = closed();

        private static FakeSmtpServer closed() {
            FakeSmtpServer server = FakeSmtpServer.create();
            server.close();
            return server;
        }

        @Test
        void test() {}
    }

    static class BadLintCase {
        @FakeSmtp(allowedLint = "no-quite")
        FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class BadLintOfParameterCase {
        @Test
        void test(@FakeSmtp(allowedLint = "no-quite") FakeSmtpServer smtp) {}
    }

    static class BadUsersCase {
        @FakeSmtp(users = "ann")
        FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class BadSizeCase {
        @Test
        void test(@FakeSmtp(maxMessageSize = -1) FakeSmtpServer smtp) {}
    }

    static class PropertiesOnFieldCase {
        @FakeSmtp(systemProperties = "x={port}")
        FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class PropertiesOnParameterCase {
        @Test
        void test(@FakeSmtp(systemProperties = "x={port}") FakeSmtpServer smtp) {}
    }

    static class MalformedPropertyCase {
        @FakeSmtp(systemProperties = "port")
        static FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class SmtpsPropertyCase {
        @FakeSmtp(systemProperties = "x={smtpsPort}")
        static FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class PropertiesOnInstanceTwinCase {
        @RegisterExtension
        final FakeSmtpExtension mail = FakeSmtpExtension.create().withSystemProperty("x", "{port}");

        @Test
        void test() {}
    }

    static class ScriptBeforeAllCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @BeforeAll
        static void script() {
            smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").always());
        }

        @Test
        void test() {}
    }

    @Test
    void isNamedWithItsFieldOrParameterAndTheRemedy() {
        refused("misuse-type-of-field", WrongTypeCase.class);
        refused("misuse-type-of-parameter", WrongParameterTypeCase.class);
        refused("misuse-final-null", FinalNullCase.class);
        refused("misuse-static-final-null", StaticFinalNullCase.class);
        refused("misuse-configured-twice", ConfiguredTwiceCase.class);
        refused("misuse-closed", ClosedCase.class);
        refused("misuse-users", BadUsersCase.class);
        refused("misuse-lint", BadLintCase.class);
        refused("misuse-lint-of-parameter", BadLintOfParameterCase.class);
        refused("misuse-size", BadSizeCase.class);
        refused("misuse-properties-on-field", PropertiesOnFieldCase.class);
        refused("misuse-properties-on-parameter", PropertiesOnParameterCase.class);
        refused("misuse-property-malformed", MalformedPropertyCase.class);
        refused("misuse-property-smtps", SmtpsPropertyCase.class);
        refused("misuse-properties-on-instance-twin", PropertiesOnInstanceTwinCase.class);
        refused("misuse-script-before-all", ScriptBeforeAllCase.class);
    }

    @FakeSmtp(hostName = "a.test")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Mx {}

    static class AnnotatedTwiceCase {
        @Mx
        @FakeSmtp(hostName = "b.test")
        FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class ParameterAnnotatedTwiceCase {
        @Test
        void test(@Mx @FakeSmtp(hostName = "b.test") FakeSmtpServer smtp) {}
    }

    @Test
    void twoAnnotationsOfWhichOneWouldBeOverlookedAreRefused() {
        assertThat(Kit.failure(AnnotatedTwiceCase.class))
                .hasMessage("@FakeSmtp is on field smtp of " + AnnotatedTwiceCase.class.getName()
                        + " twice, since an annotation of yours means it too. Remove one of them.");
        assertThat(Kit.failure(ParameterAnnotatedTwiceCase.class))
                .hasMessageContaining("smtp of " + ParameterAnnotatedTwiceCase.class.getName() + ".test twice");
    }

    static class UnannotatedCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void test(FakeSmtpServer other) {}
    }

    static class UnannotatedBeforeEachCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @BeforeEach
        void before(SmtpFixture other) {}

        @Test
        void test() {}
    }

    static class UnannotatedAfterEachCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @AfterEach
        void after(Mailbox other) {}

        @Test
        void test() {}
    }

    static class UnannotatedBeforeAllCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @BeforeAll
        static void before(FakeSmtpServer other) {}

        @Test
        void test() {}
    }

    static class UnannotatedAfterAllCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @AfterAll
        static void after(FakeSmtpServer other) {}

        @Test
        void test() {}
    }

    @Test
    void aParameterWithoutTheAnnotationIsToldToHaveOne() {
        for (Class<?> type : List.of(
                UnannotatedCase.class,
                UnannotatedBeforeEachCase.class,
                UnannotatedAfterEachCase.class,
                UnannotatedBeforeAllCase.class,
                UnannotatedAfterAllCase.class)) {
            assertThat(Kit.failure(type))
                    .hasMessageContaining(" other] in method")
                    .hasMessageEndingWith(". To have a server, annotate it: @FakeSmtp FakeSmtpServer smtp.");
        }
    }

    static class BeforeTheArgumentsCase {
        @ParameterizedTest
        @ValueSource(strings = "a")
        void test(@FakeSmtp FakeSmtpServer smtp, String argument) {}
    }

    static class AnotherResolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == FakeSmtpServer.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            throw new IllegalStateException("not reached");
        }
    }

    @ExtendWith(AnotherResolver.class)
    static class ResolvedTwiceCase {
        @Test
        void test(@FakeSmtp FakeSmtpServer smtp) {}
    }

    @Test
    void aParameterThatAnotherExtensionGivesTooIsToldWhatToDo() {
        assertThat(Kit.failure(BeforeTheArgumentsCase.class))
                .hasMessageContaining("smtp] in method")
                .hasMessageEndingWith(". The arguments of a @ParameterizedTest come first: put the parameter with"
                        + " @FakeSmtp behind as many parameters as there are arguments.");
        assertThat(Kit.failure(ResolvedTwiceCase.class))
                .hasMessageContaining("AnotherResolver")
                .hasMessageEndingWith(". Remove @FakeSmtp, or the other extension that gives such a parameter.");
    }

    static class AnnotatedTwinCase {
        @FakeSmtp
        @RegisterExtension
        final FakeSmtpExtension mail = FakeSmtpExtension.create();

        @Test
        void test() {}
    }

    @ExtendWith(FakeSmtpExtension.class)
    static class ExtendedCase {
        @Test
        void test() {}
    }

    static class NegativeTimeoutCase {
        @FakeSmtp(timeoutMillis = -1)
        FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class LmtpPropertyCase {
        @FakeSmtp(systemProperties = "x={lmtpPort}")
        static FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    @Test
    void theTwinMisusedIsToldHowItIsUsed() {
        refused("misuse-annotated-twin", AnnotatedTwinCase.class);
        refused("misuse-extend-with", ExtendedCase.class);
        refused("misuse-timeout", NegativeTimeoutCase.class);
        refused("misuse-property-lmtp", LmtpPropertyCase.class);
    }

    static class RunTwiceCase {
        @FakeSmtp
        static final FakeSmtpServer SMTP = FakeSmtpServer.create();

        @Test
        void test() {}
    }

    @Test
    void aConfiguredStaticServerOfAClassThatRunsAgainIsToldWhatRunsAgain() {
        assertThat(Kit.failures(Kit.run(RunTwiceCase.class))).isEmpty();
        refused("misuse-run-again", RunTwiceCase.class);
    }

    static class EarlyTwinCase {
        @RegisterExtension
        final FakeSmtpExtension mail = FakeSmtpExtension.create();

        private final int port = mail.server().port();

        @Test
        void test() {
            assertThat(port).isPositive();
        }
    }

    @Test
    void theTwinsServerBeforeTheTestIsRefused() {
        refused("misuse-early", EarlyTwinCase.class);
    }

    // ---- sharing

    static class SharedConcurrentlyCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void one() {}

        @Test
        void two() {}
    }

    static class SharedTwinConcurrentlyCase {
        @RegisterExtension
        static final FakeSmtpExtension MAIL = FakeSmtpExtension.create();

        @Test
        void one() {}

        @Test
        void two() {}
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Execution(ExecutionMode.CONCURRENT) // without which JUnit runs the methods of such a class in turn
    static class PerClassConcurrentlyCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void one() {}

        @Test
        void two() {}
    }

    static class NestedConcurrentlyCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Nested
        @Execution(ExecutionMode.CONCURRENT)
        class First {
            @Test
            void one() {}
        }

        @Nested
        @Execution(ExecutionMode.CONCURRENT)
        class Second {
            @Test
            void two() {}
        }
    }

    @Test
    void aSharedServerOfTestsThatRunConcurrentlyIsRefusedWithTheRemedy() {
        for (Class<?> type : List.of(
                SharedConcurrentlyCase.class,
                SharedTwinConcurrentlyCase.class,
                PerClassConcurrentlyCase.class,
                NestedConcurrentlyCase.class)) {
            var results = Kit.runConcurrently(2, type);
            // always and for each, whether or not two happen to meet
            assertThat(Kit.failures(results))
                    .hasSize(2)
                    .allSatisfy(failure -> assertThat(failure)
                            .hasMessageContaining("run concurrently")
                            .hasMessageContaining("@FakeSmtp FakeSmtpServer smtp")
                            .hasMessageContaining("@Execution(SAME_THREAD)"));
        }
        var results = Kit.runConcurrently(1, SharedConcurrentlyCase.class);
        Golden.matches(
                "misuse-shared-concurrently",
                Kit.failures(results).stream()
                        .map(Throwable::getMessage)
                        .sorted()
                        .findFirst()
                        .orElseThrow());
    }

    static class AloneCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void one() {}
    }

    @Execution(ExecutionMode.SAME_THREAD)
    static class InTurnCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void one() {}

        @Test
        void two() {}
    }

    static class LockedCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        @ResourceLock("smtp")
        void one() {}

        @Test
        @ResourceLock("smtp")
        void two() {}
    }

    @Test
    void noFalseAlarmIsRaisedForTestsThatCannotMeet() {
        var results = Kit.runConcurrently(4, AloneCase.class, InTurnCase.class, LockedCase.class);
        assertThat(Kit.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(5));

        results = Kit.runConcurrently(4, "same_thread", "concurrent", SharedConcurrentlyCase.class, InTurnCase.class);
        assertThat(Kit.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(4));
    }

    static class LockedByDifferentLocksCase {
        private static final CountDownLatch BOTH = new CountDownLatch(2);

        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        @ResourceLock("one")
        void one() throws InterruptedException {
            meet();
        }

        @Test
        @ResourceLock("another")
        void two() throws InterruptedException {
            meet();
        }

        private static void meet() throws InterruptedException {
            BOTH.countDown();
            BOTH.await(2, TimeUnit.SECONDS); // the other one is refused before it comes here
        }
    }

    @Test
    void testsWhoseLocksDoNotKeepThemApartAreRefusedWhenTheyMeet() {
        var results = Kit.runConcurrently(4, LockedByDifferentLocksCase.class);
        assertThat(Kit.failures(results))
                .hasSize(1)
                .allSatisfy(failure -> assertThat(failure)
                        .hasMessageContaining("used by two tests at the same time")
                        .hasMessageContaining("[method:one()]")
                        .hasMessageContaining("[method:two()]"));
    }
}
