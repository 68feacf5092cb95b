package dev.restante.scenarios;

import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.CONNECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.CapturedMail;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.Hold;
import dev.restante.Scenarios;
import dev.restante.WireDialogue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mail that is accepted and then returned: the report goes to a second server, where the sender's mail would arrive. */
@Timeout(60)
class BounceTest {
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().hostName("mx.test").build().start();
    private final FakeSmtpServer home = FakeSmtpServer.create().start();

    @AfterEach
    void close() {
        server.close();
        home.close();
    }

    private void send(String mail, String... recipients) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:" + mail, "250 ");
            for (String recipient : recipients) {
                client.say("RCPT TO:" + recipient, "250 ");
            }
            client.say("DATA", "354 ")
                    .send("Message-ID: <1@x.test>")
                    .send("Subject: order")
                    .send("")
                    .send("the body")
                    .say(".", "250 ")
                    .say("QUIT", "221 ");
        }
    }

    private void bounce(String recipients) {
        server.scenario(Scenarios.bounceAfterAccept(recipients, home.host(), home.port()));
    }

    private static String text(CapturedMail mail) {
        return new String(mail.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aReportGoesToTheSenderFromNobody() {
        bounce("bob@*");
        send("<ann@x.test> ENVID=QQ+2B1", "<bob@y.test> ORCPT=rfc822;robert+40y.test", "<carl@y.test>");

        assertThat(server.takeMail().envelope().recipientAddresses()).containsExactly("bob@y.test", "carl@y.test");
        CapturedMail report = home.takeMail();
        assertThat(report.envelope().sender().isNull()).isTrue();
        assertThat(report.envelope().recipientAddresses()).containsExactly("ann@x.test");
        assertThat(report.subject()).contains("Undelivered mail returned to sender");
        assertThat(report.header("Auto-Submitted")).contains("auto-replied");
        assertThat(report.header("Content-Type").orElseThrow())
                .contains("multipart/report")
                .contains("report-type=delivery-status");
        String all = text(report);
        assertThat(all)
                .contains("Original-Envelope-Id: QQ+1\r\n")
                .contains("Reporting-MTA: dns; mx.test\r\n")
                .contains("Original-Recipient: rfc822; robert@y.test\r\n")
                .contains("Final-Recipient: rfc822; bob@y.test\r\n")
                .contains("Action: failed\r\n")
                .contains("Status: 5.1.1\r\n")
                .contains("Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n")
                .contains("Content-Type: message/rfc822\r\n")
                .contains("the body")
                .doesNotContain("carl");
        assertThat(report.message().problems()).isEmpty();
    }

    @Test
    void onlyHeadersAreReturnedWhereTheClientAskedForThem() {
        bounce("*");
        send("<ann@x.test> RET=HDRS", "<bob@y.test>");
        assertThat(text(home.takeMail()))
                .contains("Content-Type: text/rfc822-headers\r\n")
                .contains("Subject: order\r\n")
                .doesNotContain("the body");
    }

    @Test
    void nobodyIsToldWhoDoesNotWantToKnow() {
        bounce("*");
        send("<ann@x.test>", "<a@y.test> NOTIFY=NEVER", "<b@y.test> NOTIFY=SUCCESS,DELAY");
        send("<>", "<bob@y.test>");
        send("<ann@x.test>", "<c@y.test> NOTIFY=NEVER", "<d@y.test> NOTIFY=SUCCESS,FAILURE");

        assertThat(text(home.takeMail())).contains("d@y.test").doesNotContain("c@y.test");
        assertThat(home.mails()).isEmpty();
        assertThat(server.sessions().get(0).transcript().notes())
                .contains("nobody is to be told that the mail is returned");
    }

    @Test
    void xtextHidesNothingButPrintableAscii() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<ann@x.test> ENVID=a+0D+0AX-Evil:+20yes", "501 5.5.4 ")
                    .say("MAIL FROM:<ann@x.test> ENVID=A+C3+BC", "501 5.5.4 ")
                    .say("MAIL FROM:<ann@x.test> ENVID=A+20B+2B", "250 ")
                    .say("RCPT TO:<bob@y.test> ORCPT=rfc822;b+0D+0AX-Evil:+20yes", "501 5.5.4 ")
                    .say("RCPT TO:<bob@y.test> ORCPT=rfc822;+C3+BC@x", "501 5.5.4 ")
                    .say("QUIT", "221 ");
        }
        assertThat(server.attempts().get(2).sender().orElseThrow().parameters().envid())
                .contains("A B+");
    }

    private void deliver(String mail, String recipient, String octets) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:" + mail, "250 ")
                    .say("RCPT TO:" + recipient, "250 ")
                    .say("DATA", "354 ")
                    .sendRaw(octets.getBytes(StandardCharsets.UTF_8))
                    .say(".", "250 ")
                    .say("QUIT", "221 ");
        }
    }

    @Test
    void aReportInAsciiAsksForNoExtension() {
        bounce("*");
        deliver("<ann@x.test>", "<bob@y.test>", "Subject: a\r\n\r\nb\r\n");
        CapturedMail report = home.takeMail();
        assertThat(report.envelope().sender().parameters().all()).isEmpty();
        assertThat(text(report)).doesNotContain("8bit").contains("Content-Transfer-Encoding: 7bit\r\n\r\n--=_report");
    }

    @Test
    void aReportOfAnEightBitMailSaysSoWhereItIs() {
        bounce("*");
        deliver("<ann@x.test> BODY=8BITMIME", "<bob@y.test>", "Subject: a\r\n\r\n\u00fc\r\n");
        CapturedMail report = home.takeMail();
        assertThat(report.envelope().sender().parameters().toString()).isEqualTo("BODY=8BITMIME");
        assertThat(text(report))
                .contains("Content-Transfer-Encoding: 8bit\r\n\r\n--=_report")
                .contains("text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit")
                .contains("message/delivery-status\r\nContent-Transfer-Encoding: 7bit")
                .contains("message/rfc822\r\nContent-Transfer-Encoding: 8bit");
    }

    @Test
    void aReportOfLongLinesIsLabelledBinary() {
        bounce("*");
        deliver("<ann@x.test>", "<bob@y.test>", "Subject: a\r\n\r\n" + "x".repeat(999) + "\r\n");
        assertThat(text(home.takeMail())).contains("message/rfc822\r\nContent-Transfer-Encoding: binary");
        deliver("<ann@x.test>", "<bob@y.test>", "Subject: a\r\n\r\n" + "x".repeat(998) + "\r\n");
        assertThat(text(home.takeMail())).doesNotContain("binary");
    }

    @Test
    void aReportToAnInternationalAddressSpeaksUtf8() {
        bounce("*");
        deliver("<j\u00f6rg@x.test> SMTPUTF8", "<bob@y.test>", "Subject: a\r\n\r\nb\r\n");
        CapturedMail report = home.takeMail();
        assertThat(report.envelope().sender().parameters().has("SMTPUTF8")).isTrue();
        assertThat(report.envelope().recipients().get(0).address()).isEqualTo("j\u00f6rg@x.test");
        assertThat(text(report)).contains("message/global-delivery-status");

        deliver("<ann@x.test> SMTPUTF8", "<bob@y.test>", "Subject: a\r\n\r\nb\r\n");
        assertThat(home.takeMail().envelope().sender().parameters().has("SMTPUTF8"))
                .as("needed by nothing in this report")
                .isFalse();
    }

    @Test
    void headersOnlyMeansNoLineOfTheBody() {
        bounce("*");
        deliver("<ann@x.test> RET=HDRS", "<bob@y.test>", "\r\nsecret body\r\n");
        assertThat(text(home.takeMail())).doesNotContain("secret");
        deliver("<ann@x.test> RET=HDRS", "<bob@y.test>", "Subject: a\n\nsecret body\r\n");
        assertThat(text(home.takeMail())).contains("Subject: a").doesNotContain("secret");
    }

    @Test
    void theTranscriptTellsWhatBecameOfTheReport() {
        bounce("*");
        send("<ann@x.test>", "<bob@y.test>");
        home.takeMail();
        String where = home.host() + ":" + home.port();
        Eventually.isTrue(
                "the note",
                () -> server.sessions()
                        .get(0)
                        .transcript()
                        .notes()
                        .contains("report to <ann@x.test> by " + where + ": sent"));

        home.script(on(CONNECT).reply(554, "5.3.2 Not here").always());
        send("<ann@x.test>", "<bob@y.test>");
        Eventually.isTrue(
                "the failure is noted",
                () -> server.sessions().get(1).transcript().notes().stream()
                        .anyMatch(note -> note.startsWith("report to <ann@x.test> by " + where + ": failed, ")));
    }

    @Test
    void aMailWhoseAcknowledgementIsLostIsReturnedTooAndARefusedOneIsNot() {
        bounce("*");
        server.script(
                on(AFTER_COMMIT).from("lost@*").closeConnection().once(),
                on(AFTER_COMMIT).from("no@*").reply(451, "4.3.0 Not now").once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.envelope("no@x.test", "bob@y.test").send("x").say(".", "451 ");
            client.envelope("lost@x.test", "bob@y.test").send("x").send(".").expectEnd();
        }
        assertThat(home.takeMail().envelope().recipientAddresses()).containsExactly("lost@x.test");
        assertThat(home.mails()).isEmpty();
    }

    @Test
    void closingTheServerBreaksOffAReportThatHangs() {
        Hold hold = home.hold(CONNECT);
        bounce("*");
        send("<ann@x.test>", "<bob@y.test>");
        hold.awaitReached();

        long begin = System.nanoTime();
        server.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
        hold.release();
        home.awaitNone(Duration.ofMillis(100));
    }

    @Test
    void whatAReportCannotSayIsRefused() {
        assertThatThrownBy(() -> on(AFTER_COMMIT).bounce("*", "localhost", 0)).hasMessageContaining("1 to 65535");
        assertThatThrownBy(() -> on(AFTER_COMMIT).bounce("*", "localhost", 25, "2.0.0", "x"))
                .hasMessageContaining("5.1.1");
        assertThatThrownBy(() -> on(AFTER_COMMIT).bounce("*", "localhost", 25, "5.0.0", "x\r\ny"))
                .hasMessageContaining("one line");
    }
}
