package dev.restante.assertj;

import static dev.restante.Matching.subject;
import static dev.restante.Matching.to;
import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatAttempts;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.MailSessions;
import dev.restante.Mailbox;
import dev.restante.Matching;
import dev.restante.SmtpFixture;
import dev.restante.SmtpSession;
import dev.restante.golden.Messages;
import dev.restante.junit.FakeSmtp;
import dev.restante.junit.Strict;
import dev.restante.shop.Newsletter;
import dev.restante.shop.RawMail;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FixtureAssertTest {
    private static final String DIALOGUE = "The dialogue of session 1";

    @FakeSmtp(strict = Strict.OFF)
    FakeSmtpServer smtp;

    private void newsletter(String... recipients) {
        new Newsletter(smtp.mailProperties()).send(recipients);
    }

    // ---- LMTP

    @Test
    void tellsOfEachRecipientOnLmtp() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().lmtpPort(0).build().start()) {
            server.script(on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Full").once());
            for (int i = 0; i < 2; i++) {
                RawMail.to(server)
                        .byLmtp()
                        .envelope("MAIL FROM:<app@x.test>", "RCPT TO:<ann@y.test>", "RCPT TO:<bob@y.test>")
                        .say("Message-ID: <" + i + "@x.test>", "", "hello");
            }
            assertThat(server).hasMails(2);
            assertThat(server)
                    .attempts(to("ann@*"))
                    .wereAnswered(250, 250)
                    .allSucceeded()
                    .exactlyOnce();
            assertThat(server).attempts(to("bob@*")).wereAnswered(452, 250).lastSucceeded();
            assertThat(server).attempts(to("bob@*")).refused().hasSize(1).noneSucceeded();
            assertThat(server).attempts(to("ann@*")).refused().isEmpty();
            assertThat(server.mails().get(0)).isTo("ann@y.test");
        }
    }

    // ---- mailbox

    @Test
    void tellsWhatIsInTheMailbox() {
        newsletter("ann@example.com");
        newsletter("bob@example.com");
        assertThat(smtp)
                .hasMails(2)
                .hasMails(2, Matching.from("news@example.com"))
                .hasMail(to("ann@*"))
                .hasNoMail(to("carl@*"))
                .hasNoDuplicates()
                .acceptedEverything()
                .allClientsQuit()
                .hasConnections(2)
                .hasNoUnfiredRules();
        assertThat(smtp)
                .onlyMail(to("ann@example.com"))
                .hasSubject("News")
                .session()
                .greetedAs("news.example.com");
        assertThat((Mailbox) smtp).hasMails(2);
        assertThat((SmtpFixture) smtp).session(2).endedBy(SmtpSession.Outcome.QUIT);
        new Messages()
                .of("hasMails", () -> assertThat(smtp).hasMails(3))
                .of(
                        "hasMails, matching",
                        () -> assertThat(smtp).hasMails(1, to("Carl@*").and(subject("News"))))
                .of("hasNoMail", () -> assertThat(smtp).hasNoMail())
                .of("hasNoMail, matching", () -> assertThat(smtp).hasNoMail(to("ann@*")))
                .of("hasMail", () -> assertThat(smtp).hasMail(subject("Olds")))
                .of("onlyMail()", () -> assertThat(smtp).onlyMail())
                .of("onlyMail(), matching", () -> assertThat(smtp).onlyMail(to("carl@*")))
                .of("hasNoConnections", () -> assertThat(smtp).hasNoConnections())
                .of("hasConnections", () -> assertThat(smtp).hasConnections(3))
                .of("onlySession()", () -> assertThat(smtp).onlySession())
                .of("session()", () -> assertThat(smtp).session(3))
                .of(
                        "a mailbox alone",
                        () -> assertThat(smtp.within(ofMillis(1))).hasMails(3))
                .match("mailbox", "In the mailbox (2)");
    }

    @Test
    void tellsThatNobodyConnected() {
        assertThat(smtp).hasNoMail().hasNoConnections().attempts().isEmpty();
        new Messages()
                .of("hasMails", () -> assertThat(smtp).hasMails(1))
                .of("attempts()", () -> assertThat(smtp).attempts(to("ann@*")).lastSucceeded())
                .match("nobody", "No client has connected.");
    }

    @Test
    void tellsDuplicates() {
        RawMail.to(smtp).say("Message-ID: <1@x>", "", "first");
        RawMail.to(smtp).say("Message-ID: <1@x>", "", "again");
        new Messages()
                .of("hasNoDuplicates", () -> assertThat(smtp).hasNoDuplicates())
                .match("duplicates", "In the mailbox (2)");
    }

    // ---- rules

    @Test
    void tellsHowOftenARuleFired() {
        smtp.script(
                on(RCPT_TO)
                        .named("busy")
                        .to("ann@*")
                        .reply(450, "4.2.1 Mailbox busy")
                        .once(),
                on(END_OF_DATA).named("slow").reply(451, "4.3.0 Later").times(9));
        assertThatThrownBy(() -> newsletter("bob@example.com")).isInstanceOf(IllegalStateException.class);
        assertThat(smtp).rule("slow").fired().fired(5);
        assertThat(smtp).rule("busy").didNotFire();
        new Messages()
                .of("rule()", () -> assertThat(smtp).rule("slo"))
                .of("fired, count", () -> assertThat(smtp).rule("slow").fired(3))
                .of("fired", () -> assertThat(smtp).rule("busy").fired())
                .of("didNotFire", () -> assertThat(smtp).rule("slow").didNotFire())
                .of("hasNoUnfiredRules", () -> assertThat(smtp).hasNoUnfiredRules())
                .of("acceptedEverything", () -> assertThat(smtp).acceptedEverything())
                .match("rules", DIALOGUE);
    }

    // ---- attempts

    @Test
    void tellsARecipientsViewOfTheAttempts() {
        smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").times(2));
        newsletter("ann@example.com", "bob@example.com");
        assertThat(smtp)
                .attempts(to("bob@example.com"))
                .hasSize(3)
                .hasSizeAtLeast(2)
                .wereRetried()
                .gapsAtLeast(ofMillis(100))
                .gapsAtLeast(ofMillis(100), ofMillis(50))
                .wereAnswered(450, 450, 250)
                .exactlyOnce()
                .lastSucceeded();
        assertThat(smtp)
                .attempts(to("bob@*"))
                .refused()
                .hasSize(2)
                .noneSucceeded()
                .lastFailed();
        assertThat(smtp).attempts(to("bob@*")).accepted().hasSize(1).allSucceeded();
        assertThat(smtp).attempts(to("ann@*")).wereNotRetried().allSucceeded().wereAnswered(250);
        assertThat(smtp).attempts().hasSize(3).exactlyOnce().aborted().isEmpty();
        assertThat(smtp).attempts(to("bob@*")).at(RCPT_TO).hasSize(1);
        assertThatAttempts(smtp.attempts()).hasSize(3);
        new Messages()
                .of("hasSize", () -> assertThat(smtp).attempts(to("bob@*")).hasSize(1))
                .of(
                        "hasSizeAtLeast",
                        () -> assertThat(smtp).attempts(to("bob@*")).hasSizeAtLeast(4))
                .of("wereRetried", () -> assertThat(smtp).attempts(to("ann@*")).wereRetried())
                .of(
                        "wereNotRetried",
                        () -> assertThat(smtp).attempts(to("bob@*")).wereNotRetried())
                .of("gapsAtLeast", () -> assertThat(smtp).attempts(to("bob@*")).gapsAtLeast(ofHours(1)))
                .of(
                        "gapsAtLeast, one",
                        () -> assertThat(smtp).attempts(to("ann@*")).gapsAtLeast(ofHours(1)))
                .of(
                        "gapsAtLeast, each",
                        () -> assertThat(smtp).attempts(to("bob@*")).gapsAtLeast(Duration.ZERO, ofHours(1)))
                .of(
                        "gapsAtLeast, too many",
                        () -> assertThat(smtp).attempts(to("bob@*")).gapsAtLeast(ofMillis(1), ofMillis(1), ofMillis(1)))
                .of(
                        "lastSucceeded",
                        () -> assertThat(smtp).attempts(to("bob@*")).refused().lastSucceeded())
                .of("lastFailed", () -> assertThat(smtp).attempts(to("bob@*")).lastFailed())
                .of(
                        "noneSucceeded",
                        () -> assertThat(smtp).attempts(to("bob@*")).noneSucceeded())
                .of("allSucceeded", () -> assertThat(smtp).attempts(to("bob@*")).allSucceeded())
                .of("wereAnswered", () -> assertThat(smtp).attempts(to("bob@*")).wereAnswered(450, 250))
                .of(
                        "refused()",
                        () -> assertThat(smtp).attempts(to("bob@*")).refused().hasSize(3))
                .of(
                        "aborted()",
                        () -> assertThat(smtp).attempts(to("bob@*")).aborted().hasSize(1))
                .of(
                        "accepted()",
                        () -> assertThat(smtp).attempts(to("bob@*")).accepted().hasSize(3))
                .of(
                        "at()",
                        () -> assertThat(smtp).attempts(to("bob@*")).at(CONNECT).hasSize(1))
                .match("attempts", DIALOGUE);
    }

    @Test
    void tellsALostAcknowledgementThatMadeASecondMail() {
        smtp.script(on(AFTER_COMMIT).closeConnection().once());
        RawMail.to(smtp).say("Message-ID: <1@x>", "", "lost");
        RawMail.to(smtp).say("Message-ID: <1@x>", "", "sent anew");
        CapturedMail lost = smtp.takeMail(); // taken mail counts too
        assertThat(lost).wasNotAcknowledged();
        new Messages()
                .of("exactlyOnce", () -> assertThat(smtp).attempts().exactlyOnce())
                .of(
                        "exactlyOnce, recipient",
                        () -> assertThat(smtp).attempts(to("ann@*")).exactlyOnce())
                .of("wasAcknowledged", () -> assertThat(lost).wasAcknowledged())
                .match("exactly-once", DIALOGUE);
    }

    @Test
    void tellsWhatNeverArrivedAndWhatHasNoMessageId() {
        smtp.script(on(END_OF_DATA).reply(554, "5.7.1 Rejected").once());
        RawMail.to(smtp).say("Message-ID: <1@x>", "", "rejected");
        new Messages()
                .of("never", () -> assertThat(smtp).attempts().exactlyOnce())
                .match("exactly-once-never", DIALOGUE);
        smtp.reset();
        RawMail.to(smtp).say("Subject: x", "", "no Message-ID");
        assertThatThrownBy(() -> assertThat(smtp).attempts().exactlyOnce())
                .hasMessageContaining("Exactly once cannot be told of mails without a Message-ID")
                .hasMessageContaining("ACCEPTED");
        smtp.reset();
        assertThatThrownBy(() -> assertThat(smtp).attempts().exactlyOnce())
                .hasMessageContaining("no message was tried");
    }

    @Test
    void tellsABrokenBody() {
        smtp.script(midData(10).resetConnection().once());
        assertThatThrownBy(() -> RawMail.to(smtp).say("Message-ID: <1@x>", "", "x".repeat(100)))
                .isNotNull();
        smtp.sessions()
                .forEach(session -> assertThat(session).transcript().ruleFired("midData(10).resetConnection().once()"));
        assertThat(smtp).hasNoMail().attempts(to("ann@*")).noneSucceeded();
        new Messages()
                .of("allClientsQuit", () -> assertThat(smtp).allClientsQuit())
                .match("broken-body", DIALOGUE);
    }

    // ---- TLS

    @Test
    void tellsThatTheClientUsedTls() {
        try (FakeSmtpServer server = FakeSmtpServer.builder().startTls().build().start()) {
            new Newsletter(MailSessions.startTls(server).getProperties()).send("ann@example.com");
            CapturedMail mail = server.takeMail();
            assertThat(mail).cameOverTls().session().usedTls();
            new Messages()
                    .of("cameInPlain", () -> assertThat(mail).cameInPlain())
                    .of("usedNoTls", () -> assertThat(mail).session().usedNoTls())
                    .match("tls", DIALOGUE);
        }
    }

    // ---- sessions

    @Test
    void tellsASessionAndWhatWasSaid() {
        newsletter("ann@example.com");
        assertThat(smtp)
                .onlySession()
                .endedBy(SmtpSession.Outcome.QUIT)
                .usedNoTls()
                .greetedAs("NEWS.example.com")
                .transcript()
                .clientSaid("MAIL FROM:<news@*>")
                .clientDidNotSay("RSET")
                .clientSaidInOrder("EHLO *", "RCPT *", "QUIT")
                .clientVerbsAre("EHLO", "MAIL", "RCPT", "DATA", "QUIT")
                .serverSaid(354)
                .serverSaid("221 *");
        assertThat(smtp).onlySession().attempts().hasSize(1).allSucceeded();
        SmtpSession session = smtp.sessions().get(0);
        assertThat(session.transcript()).clientSaid("QUIT");
        new Messages()
                .of("endedBy", () -> assertThat(session).endedBy(SmtpSession.Outcome.CLIENT_BROKE))
                .of("isOpen", () -> assertThat(session).isOpen())
                .of("usedTls", () -> assertThat(session).usedTls())
                .of("greetedAs", () -> assertThat(session).greetedAs("app.example.com"))
                .of("loggedInAs", () -> assertThat(session).loggedInAs("ann"))
                .of("clientSaid", () -> assertThat(session).transcript().clientSaid("QUITE"))
                .of("clientDidNotSay", () -> assertThat(session).transcript().clientDidNotSay("rcpt *"))
                .of("clientSaidInOrder", () -> assertThat(session).transcript().clientSaidInOrder("DATA", "MAIL *"))
                .of("clientVerbsAre", () -> assertThat(session).transcript().clientVerbsAre("EHLO", "QUIT"))
                .of("serverSaid", () -> assertThat(session).transcript().serverSaid("421 *"))
                .of("serverSaid, code", () -> assertThat(session).transcript().serverSaid(421))
                .of("ruleFired", () -> assertThat(session).transcript().ruleFired("busy"))
                .match("session", DIALOGUE);
    }
}
