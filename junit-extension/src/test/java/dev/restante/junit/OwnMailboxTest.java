package dev.restante.junit;

import static dev.restante.Script.on;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests with mailboxes of their own on a server that they share: side by side, isolated, checked, and told what is wrong. */
@Timeout(60)
class OwnMailboxTest {
    private static final List<FakeSmtpServer> SERVERS = new CopyOnWriteArrayList<>();
    private static final Set<String> NAMES = ConcurrentHashMap.newKeySet();

    private static void send(FakeSmtpServer smtp, String to, String subject) {
        Kit.send(smtp, to, subject);
    }

    // ---- side by side

    static class SideBySideCase {
        static final CountDownLatch MET = new CountDownLatch(2);

        @FakeSmtp(strict = Strict.ALL)
        static FakeSmtpServer smtp;

        private static void meet() throws Exception {
            MET.countDown();
            assertThat(MET.await(20, TimeUnit.SECONDS)).isTrue(); // both are in the middle of it
        }

        @Test
        void one(@OwnMailbox SmtpMailbox mine) throws Exception {
            use(mine);
        }

        @Test
        void two(@OwnMailbox FakeSmtpMailbox mine) throws Exception {
            use(mine);
        }

        private static void use(SmtpMailbox mine) throws Exception {
            SERVERS.add(smtp);
            NAMES.add(mine.name());
            mine.script(
                    on(RCPT_TO).to("refused@*").reply(550, "5.1.1 No such user").always());
            meet();
            for (int i = 0; i < 10; i++) {
                send(smtp, mine.address("ann"), mine.name() + i);
            }
            assertThat(mine.awaitMails(10))
                    .allSatisfy(mail -> assertThat(mail.subject().orElseThrow()).startsWith(mine.name()));
            assertThat(mine.attempts()).hasSize(10);
            assertThat(mine.sessions()).hasSize(10);
        }
    }

    @Test
    void testsWithMailboxesRunSideBySideOnOneServer() {
        SERVERS.clear();
        NAMES.clear();
        var results = Kit.runConcurrently(2, SideBySideCase.class);
        assertThat(Kit.failures(results)).isEmpty();
        assertThat(Set.copyOf(SERVERS)).hasSize(1);
        assertThat(NAMES).hasSize(2).anySatisfy(name -> assertThat(name).matches("one-[0-9a-f]{8}"));
        assertThat(SERVERS.get(0).mailboxes()).isEmpty(); // removed after the tests
    }

    static class ManyCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @OwnMailbox
        SmtpMailbox field;

        SmtpFixture given;

        @BeforeEach
        void prepare(@OwnMailbox SmtpFixture mailbox) {
            given = mailbox;
        }

        @RepeatedTest(100)
        @Execution(ExecutionMode.CONCURRENT)
        void each(@OwnMailbox Mailbox mine) {
            assertThat(NAMES.add(field.name())).isTrue();
            send(smtp, field.address("ann"), "field");
            send(smtp, ((SmtpMailbox) given).address("ann"), "given");
            send(smtp, ((SmtpMailbox) mine).address("ann"), "mine");
            assertThat(field.takeMail().subject()).contains("field");
            assertThat(given.takeMail().subject()).contains("given");
            assertThat(mine.takeMail().subject()).contains("mine");
        }

        @AfterEach
        void isStillThere() {
            assertThat(field.isRemoved()).isFalse();
        }

        @Nested
        class Inside {
            @Test
            void hasTheEnclosingOnesToo(@OwnMailbox SmtpMailbox mine) {
                send(smtp, mine.address("ann"), "x");
                assertThat(mine.takeMail().subject()).contains("x");
                assertThat(field.mails()).isEmpty();
            }
        }
    }

    @Test
    void fieldsParametersAndNestedClassesHaveMailboxes() {
        NAMES.clear();
        var results = Kit.runConcurrently(8, ManyCase.class);
        assertThat(Kit.failures(results)).isEmpty();
        assertThat(NAMES).hasSize(100);
    }

    abstract static class Base {
        @FakeSmtp
        static FakeSmtpServer inherited;
    }

    static class FirstHeirCase extends Base {
        @Test
        void one(@OwnMailbox SmtpMailbox mine) {
            send(inherited, mine.address("ann"), "x");
            mine.takeMail();
        }
    }

    static class SecondHeirCase extends Base {
        @Test
        void two(@OwnMailbox SmtpMailbox mine) {
            send(inherited, mine.address("ann"), "x");
            mine.takeMail();
        }
    }

    @Test
    void classesThatInheritAServerRunSideBySide() {
        for (int i = 0; i < 5; i++) {
            var results = Kit.runConcurrently(2, FirstHeirCase.class, SecondHeirCase.class);
            assertThat(Kit.failures(results)).isEmpty();
        }
    }

    static class InTurnCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void withAMailbox(@OwnMailbox SmtpMailbox mine) {
            send(smtp, mine.address("ann"), "x");
            mine.takeMail();
            send(smtp, "ann@other.test", "left");
        }

        @Test
        void withTheServer() {
            assertThat(smtp.mails()).isEmpty();
            assertThat(smtp.mailboxes()).isEmpty();
            smtp.script(on(MAIL_FROM).reply(450, "4.0.0 x").always());
        }
    }

    @Test
    void oneAfterAnotherTestsMayHaveMailboxesOrAllOfTheServer() {
        assertThat(Kit.failures(Kit.run(InTurnCase.class))).isEmpty();
    }

    @Test
    void whoHasAllOfTheServerIsRefusedBesidesAndToldTheRemedy() {
        assertThat(Kit.failures(Kit.runConcurrently(2, InTurnCase.class)))
                .hasSize(1)
                .allSatisfy(failure -> assertThat(failure)
                        .hasMessageContaining("run concurrently")
                        .hasMessageContaining("a mailbox of its own on this one (@OwnMailbox SmtpMailbox mine)"));
    }

    static class SelectedCase {
        @FakeSmtp
        static FakeSmtpServer one;

        @FakeSmtp
        static FakeSmtpServer two;

        @Test
        void isWhatItSays(
                @OwnMailbox(
                                server = "two",
                                select = {"header:Subject={name}", "rcpt:only@{name}.test"})
                        SmtpMailbox mine) {
            assertThat(mine.port()).isEqualTo(two.port());
            send(two, "ann@" + mine.name() + ".test", "other");
            send(two, "ann@x.test", mine.name());
            assertThat(mine.awaitMails(1)).hasSize(1);
            assertThat(two.mails()).hasSize(1);
            assertThat(one.mailboxes()).isEmpty();
        }
    }

    @Test
    void serverAndSelectorsCanBeNamed() {
        assertThat(Kit.failures(Kit.run(SelectedCase.class))).isEmpty();
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClassCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @OwnMailbox
        SmtpMailbox mine;

        @Test
        void one() {
            assertThat(NAMES.add(mine.name())).isTrue();
        }

        @Test
        void two() {
            assertThat(NAMES.add(mine.name())).isTrue();
        }
    }

    @Test
    void underPerClassEachTestHasAnother() {
        NAMES.clear();
        assertThat(Kit.failures(Kit.run(PerClassCase.class))).isEmpty();
        assertThat(NAMES).hasSize(2);
    }

    // ---- checked

    static class UnfiredCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void scriptsInVain(@OwnMailbox SmtpMailbox mine) {
            mine.script(on(RCPT_TO).reply(450, "4.2.1 Busy").once());
            send(smtp, "ann@other.test", "not its own");
        }
    }

    @Test
    void aRuleOfAMailboxThatDidNotFireFailsItsTest() {
        assertThat(Kit.failure(UnfiredCase.class))
                .hasMessageContaining("Strict check of the mailbox in parameter ")
                .hasMessageContaining("on(RCPT_TO).reply(450, \"4.2.1 Busy\").once(): 0 hits, 1 left");
    }

    static class UnseenCase {
        @FakeSmtp(strict = Strict.ALL)
        static FakeSmtpServer smtp;

        @Test
        void looksAtNothing(@OwnMailbox SmtpMailbox mine) {
            send(smtp, "ann@other.test", "somebody else's");
            send(smtp, mine.address("ann"), "its own");
        }
    }

    @Test
    void strictAllLooksAtTheMailboxAlone() {
        assertThat(Kit.failure(UnseenCase.class))
                .hasMessageContaining("1 mail was caught that the test did not look at")
                .hasMessageContaining("its own")
                .hasMessageNotContaining("somebody else's");
    }

    static class FailingCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void fails(@OwnMailbox SmtpMailbox mine) {
            send(smtp, "ann@other.test", "somebody else's");
            send(smtp, mine.address("ann"), "its own");
            mine.takeMail();
            throw new AssertionError("as this test wants it to");
        }
    }

    @Test
    void aFailedTestLeavesTheEvidenceOfItsMailbox() throws Exception {
        String message = String.valueOf(Kit.failure(FailingCase.class).getMessage());
        Path folder = Path.of(message.substring(message.indexOf("Mail evidence: ") + "Mail evidence: ".length())
                .strip());
        try (var files = Files.walk(folder)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            assertThat(all).extracting(file -> file.getFileName().toString()).contains("mail-01.eml", "summary.txt");
            assertThat(all).extracting(file -> file.getFileName().toString()).doesNotContain("mail-02.eml");
            Path summary = all.stream()
                    .filter(file -> file.endsWith("summary.txt"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readString(summary)).contains("mailbox fails-").contains("(taken or removed)");
        }
    }

    // ---- misuse

    static class NoServerCase {
        @FakeSmtp
        FakeSmtpServer notShared;

        @Test
        void test(@OwnMailbox SmtpMailbox mine) {}
    }

    static class SeveralServersCase {
        @FakeSmtp
        static FakeSmtpServer one;

        @FakeSmtp
        static FakeSmtpServer two;

        @Test
        void test(@OwnMailbox SmtpMailbox mine) {}
    }

    static class WrongNameCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void test(@OwnMailbox(server = "smpt") SmtpMailbox mine) {}
    }

    static class WrongTypeCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void test(@OwnMailbox String mine) {}
    }

    static class WrongSelectorCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void test(@OwnMailbox(select = "to:{name}") SmtpMailbox mine) {}
    }

    static class StaticFieldCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @OwnMailbox
        static SmtpMailbox mine;

        @Test
        void test() {}
    }

    static class BeforeAllCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @BeforeAll
        static void once(@OwnMailbox SmtpMailbox mine) {}

        @Test
        void test() {}
    }

    @Test
    void misuseIsNamedWithItsPlaceAndTheRemedy() {
        assertThat(Kit.failure(NoServerCase.class))
                .hasMessageContaining("NoServerCase.test")
                .hasMessageContaining("Declare one in this class or around it: @FakeSmtp static FakeSmtpServer smtp.");
        assertThat(Kit.failure(SeveralServersCase.class))
                .hasMessageContaining("may be on any of several servers: one, two")
                .hasMessageContaining("@OwnMailbox(server = \"one\")");
        assertThat(Kit.failure(WrongNameCase.class))
                .hasMessageContaining("names the server \"smpt\", but the static fields with @FakeSmtp are smtp.");
        assertThat(Kit.failure(WrongTypeCase.class))
                .hasMessageContaining("is of type java.lang.String. Declare it as SmtpMailbox");
        assertThat(Kit.failure(WrongSelectorCase.class)).hasMessageContaining("selects no mail. Write rcpt:");
        assertThat(Kit.failure(StaticFieldCase.class))
                .hasMessageContaining("field mine of")
                .hasMessageContaining("is static. Make it an instance field");
        assertThat(Kit.failure(BeforeAllCase.class))
                .hasMessageContaining("lives as long as the class. Make it a parameter of the test or of @BeforeEach.");
    }
}
