package dev.restante.scriptfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.ManualClock;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ScriptFile;
import dev.restante.ServerClock;
import dev.restante.Stage;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The documented example, rule by rule, against a server. */
@Timeout(60)
class ScriptExamplesTest {
    private FakeSmtpServer smtp;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("script.json"), ScriptFileTest.EXAMPLE);
        smtp = FakeSmtpServer.create().start();
        smtp.script(ScriptFile.read(file).toArray(Rule[]::new));
    }

    @AfterEach
    void stop() {
        smtp.close();
    }

    private long hits(String name) {
        return smtp.rules().stream()
                .filter(report -> report.rule().name().equals(name))
                .mapToLong(RuleReport::hits)
                .sum();
    }

    @Test
    void bobIsBusyTwiceAndThenNot() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<a@test>", "250 ");
            client.say("RCPT TO:<bob@test>", "450 4.2.1 Mailbox busy");
            client.say("RCPT TO:<carol@test>", "250 ");
            client.say("RCPT TO:<Bob@elsewhere.test>", "450 4.2.1 Mailbox busy");
            client.say("RCPT TO:<bob@test>", "250 ");
        }
        assertThat(hits("bob is busy")).isEqualTo(2);
    }

    @Test
    void theFirstLongBodyIsCutByAReset() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.envelope("a@test", "c@test").sendRaw("x".repeat(70) + "\r\n" + "y".repeat(600) + "\r\n");
            client.expectReset();
        }
        assertThat(hits("cut")).isEqualTo(1);
        assertThat(smtp.attempts())
                .singleElement()
                .returns(Attempt.Outcome.ABORTED, Attempt::outcome)
                .returns(Stage.MID_DATA, Attempt::stage);
        assertThat(smtp.mails()).isEmpty();
    }

    @Test
    void theAcknowledgementOfTheFirstMailIsLost() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.envelope("a@test", "c@test")
                    .sendRaw("Subject: x\r\n\r\ny\r\n.\r\n")
                    .expectEnd();
        }
        CapturedMail mail = smtp.takeMail();
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.LOST);
        assertThat(hits("lost ack")).isEqualTo(1);
    }

    @Test
    void spamIsRefusedAfterItsDelay() throws InterruptedException {
        ManualClock clock = ServerClock.manual();
        CountDownLatch delayed = new CountDownLatch(1);
        ServerClock watched = new ServerClock() {
            @Override
            public Instant now() {
                return clock.now();
            }

            @Override
            public void schedule(Duration delay, Runnable task) {
                clock.schedule(delay, task);
                if (delay.equals(Duration.ofSeconds(2))) {
                    delayed.countDown();
                }
            }
        };
        try (FakeSmtpServer slow =
                FakeSmtpServer.builder().clock(watched).build().start()) {
            slow.script(ScriptFile.fromJson(ScriptFileTest.EXAMPLE).toArray(Rule[]::new));
            try (WireDialogue client = WireDialogue.greeted(slow)) {
                client.envelope("a@test", "c@test").sendRaw("Subject: You win!\r\n\r\ny\r\n.\r\n");
                assertThat(delayed.await(10, TimeUnit.SECONDS)).isTrue();
                clock.advance(Duration.ofSeconds(2));
                client.expect("554 5.7.1 Rejected").say("RSET", "250 ");
            }
            assertThat(slow.mails()).isEmpty();
        }
    }

    @Test
    void aRefusedFileLeavesTheScriptAsItIs() {
        List<RuleReport> before = smtp.rules();
        assertThatThrownBy(() -> smtp.replaceScript(ScriptFile.fromJson("{\"rules\": [{\"on\": \"NOWHERE\"}]}")))
                .hasMessageContaining("rules[0].on");
        assertThat(smtp.rules()).isEqualTo(before).hasSize(4);
        smtp.replaceScript(ScriptFile.fromJson("{\"rules\": []}"));
        assertThat(smtp.rules()).isEmpty();
    }
}
