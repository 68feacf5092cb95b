package dev.restante.readme;

import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.junit.FakeSmtp;
import dev.restante.shop.OrderMailer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java of docs/moving.md, word for word: {@link ReadmeTest} holds the two to one another. */
@Timeout(60)
class MovingExamplesTest {
    private static final OrderMailer.Order order42 = new OrderMailer.Order(42, "ann@example.com");

    private static OrderMailer mailer(FakeSmtpServer smtp) {
        return new OrderMailer(smtp.host(), smtp.port());
    }

    @Nested
    class FromGreenMailTest {
        @FakeSmtp
        FakeSmtpServer smtp;

        @Test
        void mailsTheInvoice() {
            mailer(smtp).confirm(order42);

            CapturedMail mail = smtp.awaitMails(1).get(0);
            assertThat(mail).hasSubject("Your order 42").text().contains("thank you");
            assertThat(smtp.mails(to("*@example.com"))).hasSize(1);
        }
    }

    @Nested
    class FromWiserTest {
        @Test
        void mailsTheInvoice() {
            try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
                smtp.script(on(RCPT_TO)
                        .to("!*@example.com")
                        .reply(550, "5.1.1 No such user")
                        .always());
                mailer(smtp).confirm(order42);

                assertThat(smtp.takeMail().envelope().sender().address()).isEqualTo("shop@example.com");
            }
        }
    }
}
