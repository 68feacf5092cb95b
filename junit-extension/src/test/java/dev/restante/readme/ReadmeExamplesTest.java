package dev.restante.readme;

import static dev.restante.Matching.to;
import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofMillis;
import static java.util.concurrent.CompletableFuture.runAsync;

import dev.restante.Acknowledgement;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Hold;
import dev.restante.RestanteClient;
import dev.restante.junit.FakeSmtp;
import dev.restante.shop.Newsletter;
import dev.restante.shop.OrderMailer;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The README's Java, word for word: {@link ReadmeTest} holds the two to one another. */
@Timeout(60)
class ReadmeExamplesTest {
    private static final OrderMailer.Order order42 = new OrderMailer.Order(42, "ann@example.com");

    private static OrderMailer mailer(FakeSmtpServer smtp) {
        return new OrderMailer(smtp.host(), smtp.port());
    }

    private static Newsletter newsletter(FakeSmtpServer smtp) {
        return new Newsletter(smtp.mailProperties());
    }

    @Nested
    class OrderMailTest {
        @FakeSmtp
        FakeSmtpServer smtp; // started, on its own port, fresh for each test

        @Test
        void mailsTheInvoice() {
            new OrderMailer(smtp.host(), smtp.port()).confirm(order42);

            CapturedMail mail = smtp.takeMail(); // waits; fails with the dialogue
            assertThat(mail)
                    .isFrom("shop@example.com")
                    .isTo("ann@example.com")
                    .hasSubject("Your order 42")
                    .hasNoBccLeak();
            assertThat(mail).text().contains("thank you");
            assertThat(mail).html().link("Confirm").hasHost("shop.example.com");
            assertThat(mail)
                    .attachment("invoice.pdf")
                    .hasContentType("application/pdf")
                    .content()
                    .startsWith("%PDF-".getBytes(US_ASCII));
        }

        @Test
        void retriesADeferredRecipient(@FakeSmtp FakeSmtpServer other) {
            other.script(on(RCPT_TO).nth(2).reply(450, "4.2.1 Mailbox busy").once());
            newsletter(other).send("ann@example.com", "bob@example.com");
            assertThat(other)
                    .hasMails(2)
                    .attempts(to("bob@example.com"))
                    .hasSize(2)
                    .gapsAtLeast(ofMillis(100))
                    .lastSucceeded();
        }
    }

    @FakeSmtp
    FakeSmtpServer smtp;

    @Test
    void retriesTwiceForEachRecipient(@FakeSmtp FakeSmtpServer smtp) {
        smtp.script(on(RCPT_TO)
                .to("bob@*")
                .attempts(1, 2)
                .perRecipient()
                .reply(450, "4.2.1 Mailbox busy")
                .always());

        newsletter(smtp).send("ann@example.com", "bob@example.com");

        assertThat(smtp)
                .hasMails(2)
                .attempts(to("bob@example.com"))
                .hasSize(3)
                .gapsAtLeast(ofMillis(100))
                .lastSucceeded();
    }

    @Test
    void survivesAResetInTheMiddleOfTheBody() {
        smtp.script(midData(512).resetConnection().once());

        assertThatThrownBy(() -> mailer(smtp).confirm(order42)).hasStackTraceContaining("Connection reset");
        assertThat(smtp).hasNoMail(); // half a mail is no mail

        mailer(smtp).confirm(order42); // the same server, healthy again
        assertThat(smtp.takeMail()).hasSubject("Your order 42");
    }

    @Test
    void doesNotSendTwiceWhenTheAcknowledgementIsLost() {
        smtp.script(on(AFTER_COMMIT).closeConnection().once());

        assertThatThrownBy(() -> mailer(smtp).confirm(order42)).isInstanceOf(IllegalStateException.class);
        assertThat(smtp.takeMail().acknowledgement()).isEqualTo(Acknowledgement.LOST); // it was stored all the same
    }

    @Test
    void waitsForASlowServer() {
        Hold hold = smtp.hold(END_OF_DATA);
        CompletableFuture<Void> sending = runAsync(() -> mailer(smtp).confirm(order42));

        hold.awaitReached(); // no sleep: the client has sent it all and waits for the reply
        assertThat(sending).isNotDone();
        hold.release();

        assertThat(smtp.takeMail()).hasSubject("Your order 42");
    }

    /** Compiled here; what it speaks to is the jar, whose module runs the like against it. */
    static void confirmsElsewhere() {
        try (RestanteClient smtp = RestanteClient.connect(URI.create("http://localhost:8025"))) {
            smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once());
            new OrderMailer(smtp.host(), smtp.port()).confirm(order42);
            assertThat(smtp.takeMail()).hasSubject("Your order 42");
        }
    }
}
