package dev.restante.assertj;

import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.golden.Messages;
import dev.restante.shop.RawMail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LintAssertTest {
    private FakeSmtpServer smtp;
    private CapturedMail careless;

    @BeforeEach
    void start() {
        smtp = FakeSmtpServer.create().start();
        careless = RawMail.to(smtp)
                .envelope("MAIL FROM: <app@example.com>", "RCPT TO:<ann@example.com>")
                .send("From: app@example.com", "Subject: careless", "", "one\ntwo", "three\nfour");
    }

    @AfterEach
    void close() {
        smtp.close();
    }

    @Test
    void findsWhatIsWrongWithAMailAndItsConversation() {
        assertThat(careless)
                .lint()
                .has("bare-lf", "space-before-path")
                .hasNo("nul-octet")
                .hasOnly("space-before-path", "date-missing", "message-id-missing", "bare-lf")
                .ignoring("space-before-path", "date-missing", "bare-lf")
                .hasNoErrors();
        assertThat(careless.session().orElseThrow()).lint().hasOnly("space-before-path");
    }

    @Test
    void aMailThatIsInOrderHasNone() {
        CapturedMail careful = RawMail.to(smtp)
                .send(
                        "Date: Mon, 23 Nov 2026 12:00:00 +0000",
                        "From: app@example.com",
                        "Message-ID: <1@example.com>",
                        "",
                        "hello");
        assertThat(careful).hasNoLint().lint().isEmpty();
        assertThat(careful.session().orElseThrow()).hasNoLint().lint().isEmpty();
        smtp.reset();
        RawMail.to(smtp)
                .say(
                        "Date: Mon, 23 Nov 2026 12:00:00 +0000",
                        "From: app@example.com",
                        "Message-ID: <1@example.com>",
                        "",
                        "hello");
        assertThat(smtp).hasNoLint();
    }

    @Test
    void eachMessageNamesTheFindings() {
        RawMail.to(smtp).say("Subject: again", "", "hello");
        new Messages()
                .of("hasNoLint", () -> assertThat(careless).hasNoLint())
                .of(
                        "hasNoFaults",
                        () -> assertThat(careless)
                                .lint()
                                .ignoring("date-missing")
                                .hasNoFaults())
                .of("hasNoErrors", () -> assertThat(careless).lint().hasNoErrors())
                .of("isEmpty", () -> assertThat(careless).lint().isEmpty())
                .of("has", () -> assertThat(careless).lint().has("nul-octet", "bare-lf"))
                .of(
                        "has, nothing",
                        () -> assertThat(careless)
                                .lint()
                                .ignoring("bare-lf", "date-missing", "message-id-missing", "space-before-path")
                                .has("bare-lf"))
                .of("hasNo", () -> assertThat(careless).lint().hasNo("nul-octet", "bare-lf"))
                .of("hasOnly", () -> assertThat(careless).lint().hasOnly("bare-lf", "nul-octet"))
                .of("hasOnly, nothing", () -> assertThat(careless).lint().hasOnly())
                .of(
                        "of a session",
                        () -> assertThat(careless.session().orElseThrow()).hasNoLint())
                .of("of a server", () -> assertThat(smtp).hasNoLint())
                .match("lint", "C: MAIL FROM: <app@example.com>");
    }

    @Test
    void aCodeThatIsNoneIsRefusedWithThoseThatAreNear() {
        assertThatThrownBy(() -> assertThat(careless).lint().ignoring("no-quite"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Lint has no code \"no-quite\". Is one of these meant: no-quit, ");
    }

    @Test
    void theyAreSoftWithinSoftAssertions() {
        MailSoftAssertions softly = new MailSoftAssertions();
        softly.assertThat(careless).hasNoLint().hasSubject("careless").lint().has("nul-octet");
        assertThat(softly.errorsCollected()).hasSize(2);
    }
}
