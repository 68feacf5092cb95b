package dev.restante.junit;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.fail;

import dev.restante.FakeSmtpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.opentest4j.AssertionFailedError;

@Timeout(60)
class FailureFilesTest {
    private static final Pattern POINTER = Pattern.compile("Mail evidence: (target/restante/\\S+)");

    private static Path folder(String message) {
        Matcher pointer = POINTER.matcher(message);
        if (!pointer.find()) {
            throw new AssertionError("There is no pointer in: " + message);
        }
        return Path.of(pointer.group(1));
    }

    private static Map<String, String> entries(EngineExecutionResults results) {
        Map<String, String> entries = new TreeMap<>();
        results.allEvents()
                .reportingEntryPublished()
                .map(event -> event.getRequiredPayload(ReportEntry.class))
                .forEach(entry -> entries.putAll(entry.getKeyValuePairs()));
        return entries;
    }

    static class FailingCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void fails(@FakeSmtp(strict = Strict.OFF) FakeSmtpServer other) {
            smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").always());
            Kit.send(smtp, "ann@example.com", "Hello");
            Kit.send(smtp, "carl@example.com", "Hello again");
            assertThat(smtp).hasMails(3);
        }
    }

    @Test
    void aFailedTestPublishesEntriesAndWritesFilesAndItsMessagePointsThere() throws IOException {
        var results = Kit.run(FailingCase.class);
        Throwable failure = Kit.failures(results).get(0);

        assertThat(failure).isExactlyInstanceOf(AssertionError.class);
        Path folder = folder(failure.getMessage());
        assertThat(folder.getFileName().toString()).startsWith("FailingCase.fails-");
        assertThat(folder.resolve("smtp/transcript.txt")).content().contains("RCPT TO:<carl@example.com>");
        assertThat(folder.resolve("smtp/summary.txt"))
                .content()
                .contains("field smtp of " + FailingCase.class.getName(), "\"Hello again\"", "on(RCPT_TO)");
        assertThat(folder.resolve("smtp/mail-01.eml")).content().contains("Subject: Hello\r\n");
        assertThat(folder.resolve("smtp/mail-02.eml")).content().contains("Subject: Hello again\r\n");
        assertThat(folder.resolve("other/transcript.txt")).content().contains("nobody connected");
        assertThat(folder.resolve("failure.txt")).content().contains("Expected 3 mails", "[method:fails(");

        Map<String, String> entries = entries(results);
        assertThat(entries)
                .containsKeys(
                        "restante.smtp.mails",
                        "restante.smtp.rules",
                        "restante.smtp.transcript",
                        "restante.smtp.files",
                        "restante.other.transcript");
        assertThat(entries.get("restante.smtp.mails")).contains("\"Hello\"", "\"Hello again\"");
        assertThat(entries.get("restante.smtp.rules")).contains("on(RCPT_TO).to(\"bob@*\")", "0 hits");
        assertThat(entries.get("restante.smtp.transcript")).contains("MAIL FROM:<app@example.com>");
    }

    static class TakingCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void takesAndFails() {
            Kit.send(smtp, "ann@example.com", "taken");
            Kit.send(smtp, "ann@example.com", "left");
            assertThat(smtp.takeMail()).hasSubject("another");
        }

        @Test
        void failsWithoutAMail() {
            fail("no mail here");
        }
    }

    @Test
    void aMailThatTheTestTookIsEvidentToo() {
        List<Throwable> failures = Kit.failures(Kit.run(TakingCase.class));
        assertThat(failures).hasSize(2);
        for (Throwable failure : failures) {
            Path folder = folder(failure.getMessage()).resolve("smtp");
            if (failure.getMessage().contains("no mail here")) {
                assertThat(folder.resolve("mail-01.eml")).as("another test's").doesNotExist();
            } else {
                assertThat(folder.resolve("mail-01.eml")).content().contains("Subject: taken");
                assertThat(folder.resolve("mail-02.eml")).content().contains("Subject: left");
                assertThat(folder.resolve("summary.txt")).content().contains("(taken or removed)");
            }
        }
    }

    static class PassingCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void passes() {
            Kit.send(smtp, "ann@example.com", "Hello");
        }
    }

    @Test
    void aTestThatPassesLeavesNothing() {
        var results = Kit.run(PassingCase.class);
        assertThat(Kit.failures(results)).isEmpty();
        assertThat(entries(results)).isEmpty();
    }

    static class FailsAtFirstCase {
        private static boolean first = true;

        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void flickers() {
            if (first) {
                first = false;
                fail("at first");
            }
        }
    }

    @Test
    void theFolderOfAnEarlierRunIsRemoved() {
        Path folder = folder(Kit.failure(FailsAtFirstCase.class).getMessage());
        assertThat(folder).isDirectory();
        assertThat(Kit.failures(Kit.run(FailsAtFirstCase.class))).isEmpty();
        assertThat(folder).doesNotExist();
    }

    static class ManyCase {
        @FakeSmtp
        static FakeSmtpServer shared;

        @ParameterizedTest
        @ValueSource(strings = {"a/b", "../..", "a b"})
        void fails(String value) {
            fail("for " + value);
        }
    }

    @Test
    void eachTestHasAFolderOfItsOwn() {
        List<Throwable> failures = Kit.failures(Kit.run(ManyCase.class));
        assertThat(failures).hasSize(3);
        Set<Path> folders = new HashSet<>();
        failures.forEach(failure -> folders.add(folder(failure.getMessage())));
        assertThat(folders).hasSize(3).allSatisfy(folder -> {
            assertThat(folder).isDirectory();
            assertThat(folder.getParent()).isEqualTo(Path.of("target/restante"));
        });
    }

    static class ComparisonCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void compares() {
            Assertions.assertEquals("expected", "actual");
        }
    }

    @Test
    void aComparisonKeepsWhatAnIdeShows() {
        Throwable failure = Kit.failure(ComparisonCase.class);
        assertThat(failure).isInstanceOfSatisfying(AssertionFailedError.class, comparison -> {
            assertThat(comparison.getExpected().getStringRepresentation()).isEqualTo("expected");
            assertThat(comparison.getActual().getStringRepresentation()).isEqualTo("actual");
        });
        assertThat(folder(failure.getMessage())).isDirectory();
        assertThat(failure.getStackTrace())
                .as("where the test failed")
                .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("compares"));
    }

    static class ExceptionCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void breaks() {
            throw new IllegalArgumentException("broken");
        }
    }

    @Test
    void anExceptionStaysWhatItIsAndIsGivenThePointer() {
        Throwable failure = Kit.failure(ExceptionCase.class);
        assertThat(failure).isInstanceOf(IllegalArgumentException.class).hasMessage("broken");
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(folder(failure.getSuppressed()[0].getMessage())).isDirectory();
    }

    static class BeforeEachCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @RegisterExtension
        final FakeSmtpExtension twin = FakeSmtpExtension.create();

        @BeforeEach
        void fails() {
            fail("early");
        }

        @Test
        void isNotReached() {}

        private static void fail(String message) {
            throw new AssertionError(message);
        }
    }

    @Test
    void aFailureBeforeTheTestIsEvidentTooAndPointsOnce() throws IOException {
        Throwable failure = Kit.failure(BeforeEachCase.class);
        assertThat(POINTER.matcher(failure.getMessage()).results()).hasSize(1);
        try (var files = Files.list(folder(failure.getMessage()))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("smtp", "server", "failure.txt");
        }
    }

    // ---- dynamic tests, classes, instances

    static class DynamicCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @RegisterExtension
        final FakeSmtpExtension twin = FakeSmtpExtension.create();

        @TestFactory
        Stream<DynamicNode> tests() {
            smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once());
            return Stream.of(
                    DynamicTest.dynamicTest("passes", () -> Kit.send(smtp, "ann@example.com", "x")),
                    DynamicContainer.dynamicContainer(
                            "more",
                            List.of(DynamicTest.dynamicTest(
                                    "fails", () -> assertThat(smtp).hasMails(2)))),
                    DynamicTest.dynamicTest("is skipped", () -> Assumptions.abort("not here")));
        }
    }

    @Test
    void ofADynamicTestThatFailsTheEvidenceIsItsOwnAndItsFactoryIsNotFailedToo() {
        var results = Kit.run(DynamicCase.class);
        results.testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(1).aborted(1));
        assertThat(Kit.failures(results)).hasSize(1);
        Path folder = folder(Kit.failures(results).get(0).getMessage());
        assertThat(folder.getFileName().toString()).startsWith("DynamicCase.tests-2-1-");
        assertThat(folder.resolve("smtp/mail-01.eml")).exists();
        assertThat(folder.resolve("server/transcript.txt")).content().contains("nobody connected");
        assertThat(entries(results)).containsKey("restante.smtp.transcript").containsKey("restante.server.transcript");
    }

    @Test
    void whatAnEarlierRunLeftOfDynamicTestsAndClassesIsRemoved() throws IOException {
        for (Class<?> type : List.of(DynamicCase.class, BeforeAllCase.class)) {
            Path folder = folder(Kit.failure(type).getMessage());
            Path stale = Files.writeString(folder.resolve("smtp/mail-99.eml"), "stale");

            assertThat(folder(Kit.failure(type).getMessage())).isEqualTo(folder);
            assertThat(stale).doesNotExist();
            assertThat(folder.resolve("smtp/mail-01.eml")).exists();
            assertThat(folder.resolve("server/transcript.txt")).exists();
        }
    }

    static class DynamicPassingCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @TestFactory
        Stream<DynamicTest> tests() {
            smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once());
            return Stream.of(DynamicTest.dynamicTest("passes", () -> Kit.send(smtp, "ann@example.com", "x")));
        }
    }

    @Test
    void whereAllDynamicTestsPassTheirFactoryIsHeldToItsScript() {
        assertThat(Kit.failure(DynamicPassingCase.class))
                .hasMessageContaining("Strict check of the server in field smtp");
    }

    static class BeforeAllCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @RegisterExtension
        static final FakeSmtpExtension TWIN = FakeSmtpExtension.create();

        @BeforeAll
        static void fails(@FakeSmtp FakeSmtpServer other) {
            Kit.send(smtp, "ann@example.com", "start");
            Kit.send(TWIN.server(), "ann@example.com", "start");
            Kit.send(other, "ann@example.com", "start");
            fail("at the start");
        }

        private static void fail(String message) {
            throw new AssertionError(message);
        }

        @Test
        void isNotReached() {}
    }

    static class AfterAllCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void passes() {}

        @AfterAll
        static void fails() {
            Kit.send(smtp, "ann@example.com", "end");
            assertThat(smtp).hasNoMail();
        }
    }

    @Test
    void ofAClassThatFailsTheEvidenceIsThatOfItsSharedServers() {
        var results = Kit.run(BeforeAllCase.class);
        Path folder = folder(Kit.failures(results).get(0).getMessage());
        assertThat(folder.getFileName().toString()).startsWith("BeforeAllCase-");
        for (String server : List.of("smtp", "server", "other")) {
            assertThat(folder.resolve(server).resolve("mail-01.eml")).exists();
        }
        assertThat(entries(results)).containsKey("restante.other.transcript");

        assertThat(folder(Kit.failure(AfterAllCase.class).getMessage()).resolve("smtp/mail-01.eml"))
                .exists();
    }

    static class ConstructorCase {
        private static final AtomicReference<FakeSmtpServer> SERVER = new AtomicReference<>();

        ConstructorCase(@FakeSmtp FakeSmtpServer smtp) {
            SERVER.set(smtp);
            Kit.send(smtp, "ann@example.com", "start");
            throw new IllegalStateException("at the start");
        }

        @Test
        void isNotReached() {}
    }

    @Test
    void ofATestWhoseInstanceCannotBeMadeTheServerIsClosedAndTheEvidenceIsKept() {
        Throwable failure = Kit.failure(ConstructorCase.class);
        assertThat(failure).hasMessageContaining("at the start");
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(folder(failure.getSuppressed()[0].getMessage()).resolve("smtp/mail-01.eml"))
                .exists();
        assertThat(ConstructorCase.SERVER.get().isListening()).isFalse();
    }

    // ---- names

    @SuppressWarnings("TypeName")
    static class Con {
        @FakeSmtp
        FakeSmtpServer aux;

        @FakeSmtp
        FakeSmtpServer smtp;

        @FakeSmtp
        FakeSmtpServer SMTP;

        @ParameterizedTest
        @ValueSource(strings = {"../..", "a:b*c?\n"})
        void over$all(String any) {
            fail(any);
        }
    }

    @Test
    void namesAreThoseThatEveryFileSystemTakes() {
        var failures = Kit.failures(Kit.run(Con.class));
        assertThat(failures).hasSize(2);
        for (Throwable failure : failures) {
            Path folder = folder(failure.getMessage());
            assertThat(folder.getFileName().toString()).matches("_Con\\.over_all-[12]-\\w{10}");
            assertThat(folder.toFile().list())
                    .extracting(name -> name.toLowerCase(Locale.ROOT)) // which comes first is JUnit's choice
                    .containsExactlyInAnyOrder("_aux", "smtp", "smtp-2", "failure.txt");
        }
    }
}
