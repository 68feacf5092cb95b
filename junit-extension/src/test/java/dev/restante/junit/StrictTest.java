package dev.restante.junit;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.restante.FakeSmtpServer;
import dev.restante.golden.Golden;
import dev.restante.shop.RawMail;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class StrictTest {
    static class UnfiredCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void scriptsInVain() {
            smtp.script(
                    on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once(),
                    on(END_OF_DATA).named("slow gate").reply(451, "4.3.0 Later").times(2),
                    on(CONNECT).client("10.0.0.0/8").reply(554, "5.7.1 Go away").always());
            Kit.send(smtp, "ann@example.com", "Hello");
        }
    }

    @Test
    void aBoundedRuleThatNeverFiredFailsTheTest() {
        // the send fails at END_OF_DATA first: see the next case for a test that passes but for the script
        Throwable failure = Kit.failure(UnfiredCase.class);
        assertThat(failure).isInstanceOf(IllegalStateException.class);
        assertThat(failure.getSuppressed())
                .as("the strict failure is told besides the failure of the test")
                .anySatisfy(suppressed -> assertThat(suppressed)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("slow gate: 1 hit, 1 left"));
    }

    static class NeverFiredCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void scriptsInVain() {
            smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once());
            Kit.send(smtp, "ann@example.com", "Hello");
        }
    }

    @Test
    void theFailureShowsTheRuleTheMailsAndTheDialogue() {
        Throwable failure = Kit.failure(NeverFiredCase.class);
        assertThat(failure).isInstanceOf(AssertionError.class);
        Golden.matches("strict-unfired", failure.getMessage());
    }

    static class OptedOutCase {
        @FakeSmtp(strict = Strict.OFF)
        FakeSmtpServer smtp;

        @RegisterExtension
        final FakeSmtpExtension twin = FakeSmtpExtension.create().withStrict(Strict.OFF);

        @Test
        void scriptsInVain() {
            smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());
            twin.server().script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());
        }
    }

    @Test
    void itCanBeSwitchedOff() {
        assertThat(Kit.failures(Kit.run(OptedOutCase.class))).isEmpty();
    }

    static class ForgottenBudgetCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @Test
        void one() {
            smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());
        }

        @Test
        void two() {
            assertThat(smtp).hasNoUnfiredRules();
            assertThat(smtp.rules()).isEmpty();
        }
    }

    @Test
    void aSharedServersRuleFailsTheTestThatScriptedItAndNoOther() {
        assertThat(Kit.failure(ForgottenBudgetCase.class))
                .hasMessageContaining("field smtp of " + ForgottenBudgetCase.class.getName());
    }

    static class AbortedCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void isSkipped() {
            smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());
            Assumptions.abort("not here");
        }
    }

    @Test
    void aTestThatWasAbortedIsNotFailed() {
        Kit.run(AbortedCase.class)
                .testEvents()
                .assertStatistics(events -> events.aborted(1).failed(0));
    }

    static class TwinCase {
        @RegisterExtension
        final FakeSmtpExtension mail = FakeSmtpExtension.create();

        @Test
        void scriptsInVain() {
            mail.server().script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());
        }
    }

    @Test
    void theTwinIsAsStrict() {
        assertThat(Kit.failure(TwinCase.class))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the FakeSmtpExtension of " + TwinCase.class.getName())
                .hasMessageContaining("on(RCPT_TO)");
    }

    static class FailsAfterwardsCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void scriptsInVain() {
            smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());
        }

        @AfterEach
        void fails() {
            throw new IllegalStateException("the test's own");
        }
    }

    @Test
    void aFailureInAfterEachComesFirstToo() {
        Throwable failure = Kit.failure(FailsAfterwardsCase.class);
        assertThat(failure).hasMessageContaining("the test's own");
        assertThat(failure.getSuppressed())
                .anySatisfy(suppressed -> assertThat(suppressed).hasMessageContaining("on(RCPT_TO)"));
    }

    static class UnseenMailCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @Test
        void looksAtOneOnly() {
            Kit.send(smtp, "ann@example.com", "first");
            Kit.send(smtp, "bob@example.com", "second");
            smtp.takeMail();
        }
    }

    @Test
    void withAllMailThatNobodyLookedAtFailsTheTest() {
        Golden.matches("strict-unseen-mail", Kit.failure(UnseenMailCase.class).getMessage());
    }

    static class ManyUnseenCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @Test
        void looksAtNone() {
            for (int i = 1; i <= 25; i++) {
                Kit.send(smtp, "ann@example.com", "mail " + i);
            }
        }
    }

    @Test
    void ofManyTheFirstAreShown() {
        assertThat(Kit.failure(ManyUnseenCase.class))
                .hasMessageContaining("25 mails were caught")
                .hasMessageContaining("\"mail 20\"")
                .hasMessageContaining("\n  and 5 more\n")
                .hasMessageNotContaining("\"mail 21\"");
    }

    static class ProbeCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @Test
        void isProbed() throws IOException {
            try (Socket probe = new Socket(smtp.host(), smtp.port())) {
                assertThat(new String(probe.getInputStream().readNBytes(3), US_ASCII))
                        .isEqualTo("220");
                probe.getOutputStream().write("QUIT\r\n".getBytes(US_ASCII));
                probe.getInputStream().readAllBytes();
            }
        }
    }

    @Test
    void withAllAConnectionWithoutMailFailsTheTest() {
        Golden.matches(
                "strict-unexpected-connection", Kit.failure(ProbeCase.class).getMessage());
    }

    private static void sendCarelessly(FakeSmtpServer smtp) {
        RawMail.to(smtp).say("From: app@example.com", "Subject: careless", "", "one\ntwo");
    }

    static class CarelessCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @Test
        void sendsAMailThatIsNotInOrder() {
            RawMail.to(smtp)
                    .envelope("MAIL FROM: <app@example.com>", "RCPT TO:<ann@example.com>")
                    .say("From: app@example.com", "Subject: careless", "", "one\ntwo", "three\nfour");
            smtp.takeMail();
        }
    }

    @Test
    void withAllWhatLintFindsWrongFailsTheTestThoughTheMailWasTaken() {
        Golden.matches("strict-lint", Kit.failure(CarelessCase.class).getMessage());
    }

    static class AllowedCase {
        @FakeSmtp(
                strict = Strict.ALL,
                allowedLint = {"date-missing", "message-id-missing", "bare-lf"})
        FakeSmtpServer smtp;

        @RegisterExtension
        final FakeSmtpExtension twin = FakeSmtpExtension.create()
                .withStrict(Strict.ALL)
                .withAllowedLint("date-missing", "message-id-missing")
                .withAllowedLint("bare-lf");

        @Test
        void sendsAMailThatIsNotInOrder(
                @FakeSmtp(
                                strict = Strict.ALL,
                                allowedLint = {"date-missing", "message-id-missing", "bare-lf"})
                        FakeSmtpServer other) {
            for (FakeSmtpServer each : List.of(smtp, twin.server(), other)) {
                sendCarelessly(each);
                each.takeMail();
            }
        }
    }

    @Test
    void whatIsAllowedDoesNotFailIt() {
        assertThat(Kit.failures(Kit.run(AllowedCase.class))).isEmpty();
    }

    static class CarelessTwinCase {
        @RegisterExtension
        final FakeSmtpExtension mail = FakeSmtpExtension.create().withStrict(Strict.ALL);

        @Test
        void sendsAMailThatIsNotInOrder() {
            sendCarelessly(mail.server());
            mail.server().takeMail();
        }
    }

    @Test
    void theTwinLooksForTheSame() {
        assertThat(Kit.failure(CarelessTwinCase.class)).hasMessageContaining("lint finds 3 faults");
    }

    static class CarelessByDefaultCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void sendsAMailThatIsNotInOrder() {
            sendCarelessly(smtp);
        }
    }

    @Test
    void withoutAllNothingOfItFailsTheTest() {
        assertThat(Kit.failures(Kit.run(CarelessByDefaultCase.class))).isEmpty();
    }

    static class FailedAnywayCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @Test
        void fails() throws IOException {
            sendCarelessly(smtp);
            try (Socket probe = new Socket(smtp.host(), smtp.port())) {
                probe.getInputStream().readNBytes("220 localhost ESMTP Restante\r\n".length());
                probe.getOutputStream().write("QUIT\r\n".getBytes(US_ASCII));
                probe.getInputStream().readAllBytes();
            }
            throw new IllegalStateException("the test's own");
        }
    }

    @Test
    void ofATestThatHasFailedAllOfItIsToldBesidesItsOwnFailure() {
        Throwable failure = Kit.failure(FailedAnywayCase.class);
        assertThat(failure).isInstanceOf(IllegalStateException.class).hasMessageContaining("the test's own");
        assertThat(Arrays.stream(failure.getSuppressed()).map(Throwable::getMessage))
                .anySatisfy(message -> assertThat(message).contains("that the test did not look at"))
                .anySatisfy(message -> assertThat(message).contains("over which no mail was tried"))
                .anySatisfy(message -> assertThat(message).contains("lint finds 3 faults in what clients did"));
    }

    static class SharedCarelessCase {
        @FakeSmtp(strict = Strict.ALL)
        static FakeSmtpServer smtp;

        @Test
        void careless() {
            sendCarelessly(smtp);
            smtp.takeMail();
        }

        @Test
        void careful() {
            Kit.send(smtp, "ann@example.com", "Hello");
            smtp.takeMail();
        }
    }

    @Test
    void ofASharedServerOnlyTheTestFailsThatDidIt() {
        assertThat(Kit.failure(SharedCarelessCase.class)).hasMessageContaining("careless");
    }

    static class ExpectedCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @Test
        void looksAtAll() throws IOException {
            smtp.script(on(CONNECT).reply(421, "4.3.2 Closing down").once());
            try (Socket probe = new Socket(smtp.host(), smtp.port())) {
                probe.getInputStream().readAllBytes();
            }
            Kit.send(smtp, "ann@example.com", "first");
            smtp.takeMail();
        }
    }

    @Test
    void withAllATestThatLookedAtEverythingPasses() {
        var failures = Kit.failures(Kit.run(ExpectedCase.class));
        assertThat(failures).as(() -> Arrays.toString(failures.toArray())).isEmpty();
    }

    // ---- every place

    static class EveryPlaceCase {
        @FakeSmtp(strict = Strict.ALL)
        static FakeSmtpServer shared;

        @RegisterExtension
        static final FakeSmtpExtension TWIN = FakeSmtpExtension.create().withStrict(Strict.ALL);

        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer outer;

        @Test
        void looks() {
            for (FakeSmtpServer each : List.of(shared, TWIN.server(), outer)) {
                Kit.send(each, "ann@example.com", "x");
                each.takeMail();
            }
        }

        @Nested
        class Inner {
            @FakeSmtp(strict = Strict.ALL)
            FakeSmtpServer inner;

            @RegisterExtension
            final FakeSmtpExtension twin = FakeSmtpExtension.create().withStrict(Strict.ALL);

            @Test
            void doesNotLook(@FakeSmtp(strict = Strict.ALL) FakeSmtpServer parameter) {
                List.of(shared, TWIN.server(), outer, inner, twin.server(), parameter)
                        .forEach(each -> Kit.send(each, "ann@example.com", "x"));
            }
        }
    }

    @Test
    void eachServerThatATestUsesIsLookedAfterWhereverItIsDeclared() {
        Throwable failure = Kit.failure(EveryPlaceCase.class);
        String told = failure.getMessage()
                + Arrays.stream(failure.getSuppressed())
                        .map(Throwable::getMessage)
                        .toList();
        assertThat(told)
                .contains("field shared of ", "field outer of ", "field inner of ", "parameter parameter of ")
                .contains("the FakeSmtpExtension of " + EveryPlaceCase.class.getName() + ":")
                .contains("the FakeSmtpExtension of " + EveryPlaceCase.Inner.class.getName() + ":");
        assertThat(failure.getSuppressed()).hasSize(5);
    }

    static class MailOfTheClassCase {
        @FakeSmtp(strict = Strict.ALL)
        static FakeSmtpServer smtp;

        @BeforeAll
        static void start() {
            Kit.send(smtp, "ann@example.com", "started");
        }

        @Test
        void sendsNothing() {
            assertThat(smtp).hasNoMail();
        }
    }

    @Test
    void whatComesBeforeTheTestsIsNoTestsFault() {
        assertThat(Kit.failures(Kit.run(MailOfTheClassCase.class))).isEmpty();
    }
}
