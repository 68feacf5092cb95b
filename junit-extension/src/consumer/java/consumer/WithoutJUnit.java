package consumer;

import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.MailSessions;
import dev.restante.assertj.MailSoftAssertions;
import jakarta.mail.MessagingException;

/** The server and the assertions as TestNG, Spock or a main method uses them: no JUnit on the class path. */
public final class WithoutJUnit {
    private WithoutJUnit() {}

    public static void main(String[] arguments) throws MessagingException {
        try {
            Class.forName("org.junit.jupiter.api.Test");
            throw new IllegalStateException("JUnit is on the class path.");
        } catch (ClassNotFoundException asItShouldBe) {
            try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
                ConsumerMail.send(MailSessions.plain(smtp));
                CapturedMail mail = smtp.takeMail();
                assertThat(mail).isTo("ann@example.com").text().contains("thank you");
                assertThat(smtp).hasNoMail().hasNoUnfiredRules();
                MailSoftAssertions.assertSoftly(softly -> softly.assertThat(mail).hasSubject("Your order 42"));
                try {
                    assertThat(mail).hasSubject("x");
                } catch (AssertionError expected) {
                    System.out.println("passed without JUnit: " + expected.getMessage().lines().findFirst().orElse(""));
                }
            }
        }
    }
}
