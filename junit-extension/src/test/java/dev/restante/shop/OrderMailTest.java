package dev.restante.shop;

import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofMillis;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.junit.FakeSmtp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the README promises, as it is written there. */
@Timeout(30)
class OrderMailTest {
    private final OrderMailer.Order order42 = new OrderMailer.Order(42, "ann@example.com");

    private static Newsletter newsletter(FakeSmtpServer smtp) {
        return new Newsletter(smtp.mailProperties());
    }

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
