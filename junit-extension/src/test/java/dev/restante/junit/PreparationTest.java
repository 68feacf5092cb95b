package dev.restante.junit;

import static dev.restante.Script.on;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.RuleReport;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scripts and personas that a server is given before each test. */
@Timeout(60)
class PreparationTest {
    private static List<String> names(FakeSmtpServer server) {
        return server.rules().stream()
                .map(RuleReport::rule)
                .map(rule -> rule.name())
                .toList();
    }

    private static void meetsBobBeingBusy(FakeSmtpServer server) {
        assertThat(names(server)).containsExactly("bob is busy");
        assertThatThrownBy(() -> Kit.send(server, "bob@example.com", "x")).hasStackTraceContaining("4.2.1");
        Kit.send(server, "bob@example.com", "x");
    }

    private static void passes(int tests, Class<?> type) {
        var results = Kit.run(type);
        assertThat(Kit.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(tests));
    }

    static class PlacesCase {
        @FakeSmtp(script = "busy.yaml")
        FakeSmtpServer field;

        @FakeSmtp(script = "busy.yaml")
        final FakeSmtpServer configured = FakeSmtpServer.create();

        @FakeSmtp(script = "busy.yaml")
        static FakeSmtpServer shared;

        @FakeSmtp(script = "busy.yaml")
        static final FakeSmtpServer CONFIGURED = FakeSmtpServer.create();

        private static FakeSmtpServer ofBeforeAll;

        @BeforeAll
        static void before(@FakeSmtp(script = "busy.yaml") FakeSmtpServer smtp) {
            ofBeforeAll = smtp;
        }

        @BeforeEach
        void hasItBefore() {
            assertThat(names(field)).containsExactly("bob is busy");
            assertThat(names(shared)).containsExactly("bob is busy");
        }

        @RepeatedTest(2)
        void hasIt(@FakeSmtp(script = "busy.yaml") FakeSmtpServer parameter) {
            List.of(field, configured, shared, CONFIGURED, ofBeforeAll, parameter)
                    .forEach(PreparationTest::meetsBobBeingBusy);
        }
    }

    @Test
    void aScriptFromAResourceIsThereAnewInEachTestOfEachPlace() {
        passes(2, PlacesCase.class);
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClassCase {
        @FakeSmtp(script = "busy.yaml")
        FakeSmtpServer field;

        @FakeSmtp(script = "busy.yaml")
        final FakeSmtpServer configured = FakeSmtpServer.create();

        @RepeatedTest(2)
        void hasIt() {
            meetsBobBeingBusy(field);
            meetsBobBeingBusy(configured);
        }
    }

    @Test
    void alsoUnderPerClass() {
        passes(2, PerClassCase.class);
    }

    static class TwinCase {
        @RegisterExtension
        final FakeSmtpExtension own = FakeSmtpExtension.create()
                .withPersona(Persona.named("postfix"))
                .withScript(on(RCPT_TO).reply(450, "4.2.1 first").always())
                .withScript(on(MAIL_FROM).reply(451, "4.3.0 second").always());

        @RegisterExtension
        static final FakeSmtpExtension SHARED = FakeSmtpExtension.create()
                .withScript(on(RCPT_TO).named("mine").reply(450, "4.2.1 Busy").always());

        @RepeatedTest(2)
        void hasIt() {
            assertThat(names(own.server()))
                    .hasSizeGreaterThan(2)
                    .anySatisfy(name -> assertThat(name).startsWith("postfix"));
            assertThat(own.server().rules().get(1).rule().stage()).isEqualTo(MAIL_FROM);
            assertThat(names(SHARED.server())).containsExactly("mine");
        }
    }

    @Test
    void theTwinHasThemFromCode() {
        passes(2, TwinCase.class);
    }

    static class UnfiredCase {
        @FakeSmtp(script = "busy.yaml")
        static FakeSmtpServer smtp;

        @Test
        void sendsToSomebodyElse() {
            Kit.send(smtp, "ann@example.com", "x");
        }
    }

    @Test
    void aBoundedRuleOfTheResourceThatNeverFiredFailsTheTest() {
        assertThat(Kit.failure(UnfiredCase.class)).hasMessageContaining("bob is busy: 0 hits, 1 left");
    }

    static class AbsoluteCase {
        @FakeSmtp(script = "/scripts/closed.json", persona = "gmail")
        FakeSmtpServer smtp;

        @Test
        void hasBoth() {
            assertThat(names(smtp).get(0)).isEqualTo("closed");
            assertThat(names(smtp)).anySatisfy(name -> assertThat(name).startsWith("gmail"));
        }
    }

    @Test
    void aNameWithASlashIsFromTheClassPathsRootAndAPersonaIsAskedLast() {
        passes(1, AbsoluteCase.class);
    }

    static class MissingCase {
        @FakeSmtp(script = "absent.yaml")
        FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class OtherKindCase {
        @Test
        void test(@FakeSmtp(script = "busy.txt") FakeSmtpServer smtp) {}
    }

    static class BrokenCase {
        @FakeSmtp(script = "broken.yaml")
        static FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    static class NobodyCase {
        @FakeSmtp(persona = "gmial")
        FakeSmtpServer smtp;

        @Test
        void test() {}
    }

    @Test
    void whatIsNoneIsRefusedByNameOfItsPlace() {
        assertThat(Kit.failure(MissingCase.class))
                .hasMessage("@FakeSmtp on field smtp of " + MissingCase.class.getName()
                        + ": There is no resource \"absent.yaml\" for script, beside " + MissingCase.class.getName()
                        + ". Put it into that package below src/test/resources, or begin with / to name it from the class"
                        + " path's root.");
        assertThat(Kit.failure(OtherKindCase.class))
                .hasMessageContaining("parameter smtp of " + OtherKindCase.class.getName() + ".test")
                .hasMessageContaining(".json, .yaml or .yml");
        assertThat(Kit.failure(BrokenCase.class))
                .hasMessageContaining("field smtp of " + BrokenCase.class.getName())
                .hasMessageContaining("script = \"broken.yaml\"")
                .hasMessageContaining("RCPT_TO");
        assertThat(Kit.failure(NobodyCase.class))
                .hasMessageContaining("field smtp of " + NobodyCase.class.getName())
                .hasMessageContaining("gmail");
    }
}
