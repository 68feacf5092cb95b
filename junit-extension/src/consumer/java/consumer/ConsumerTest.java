package consumer;

import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.MailSessions;
import dev.restante.assertj.MailSoftAssertions;
import dev.restante.junit.FakeSmtp;
import dev.restante.junit.FakeSmtpExtension;
import dev.restante.junit.Strict;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A project of somebody's, which knows the packaged jars only. Tests whose names begin with "fails" are to fail. */
class ConsumerTest {
    @FakeSmtp
    FakeSmtpServer smtp;

    @FakeSmtp
    static FakeSmtpServer shared;

    @RegisterExtension
    final FakeSmtpExtension twin = FakeSmtpExtension.of(FakeSmtpServer.builder().startTls());

    static void send(Session session, String... recipients) throws MessagingException {
        MimeMessage mail = new MimeMessage(session);
        mail.setFrom(new InternetAddress("shop@example.com"));
        mail.setRecipients(Message.RecipientType.TO, String.join(",", recipients));
        mail.setSubject("Your order 42");
        mail.setText("thank you, your code is 421337");
        Transport.send(mail);
    }

    @BeforeEach
    void areStarted() {
        assertThat(smtp).hasNoMail();
        assertThat(shared).hasNoMail();
    }

    @Test
    void catchesMail() throws MessagingException {
        send(MailSessions.plain(smtp), "ann@example.com");
        CapturedMail mail = smtp.takeMail();
        assertThat(mail).isFrom("shop@example.com").isTo("ann@example.com").hasNoBccLeak();
        assertThat(mail).text().contains("thank you");
        assertThat(mail.code("\\d{6}")).isEqualTo("421337");
        assertThat(List.of(1)).hasSize(1);
    }

    @Test
    void scripts(@FakeSmtp(strict = Strict.ALL) FakeSmtpServer other) {
        other.script(on(RCPT_TO).reply(550, "5.1.1 No such user").once());
        try {
            send(MailSessions.plain(other), "bob@example.com");
            throw new AssertionError("refused");
        } catch (MessagingException expected) {
            assertThat(other).hasNoMail().attempts(to("bob@example.com")).hasSize(1).lastFailed();
        }
    }

    @Test
    void upgrades() throws MessagingException {
        send(MailSessions.startTls(twin.server()), "ann@example.com");
        assertThat(twin.server().takeMail()).cameOverTls();
    }

    @RepeatedTest(3)
    void isResetBeforeEach() throws MessagingException {
        send(MailSessions.plain(shared), "ann@example.com");
        shared.awaitExactly(1, Duration.ofMillis(1));
    }

    @Nested
    class Inner {
        @FakeSmtp
        FakeSmtpServer inner;

        @Nested
        class Innermost {
            @Test
            void hasAll() throws MessagingException {
                send(MailSessions.plain(inner), "ann@example.com");
                assertThat(inner).hasMails(1);
                assertThat(smtp).hasNoMail();
            }
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class PerClass {
        @FakeSmtp
        FakeSmtpServer own;

        @RepeatedTest(2)
        void hasANewOneEach() throws MessagingException {
            assertThat(own).hasNoMail();
            send(MailSessions.plain(own), "ann@example.com");
        }
    }

    @Test
    void soft() throws MessagingException {
        send(MailSessions.plain(smtp), "ann@example.com");
        CapturedMail mail = smtp.takeMail();
        try {
            MailSoftAssertions.assertSoftly(softly -> {
                softly.assertThat(mail).hasSubject("x");
                softly.assertThat(mail).text().contains("never sent");
            });
        } catch (AssertionError both) {
            assertThat(both).hasMessageContaining("2 failures");
            return;
        }
        throw new AssertionError("it was to fail");
    }

    @Test
    void failsSinceARuleNeverFired() {
        smtp.script(on(RCPT_TO).reply(550, "5.1.1 No such user").once());
    }

    @Test
    void failsAndLeavesEvidence() throws MessagingException {
        send(MailSessions.plain(smtp), "ann@example.com");
        assertThat(smtp.takeMail()).hasSubject("Your order 43");
    }
}
