package dev.restante.junit;

import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(1000)
class ThousandServersTest {
    private static final Set<FakeSmtpServer> SERVERS = ConcurrentHashMap.newKeySet();

    static class ThousandCase {
        @FakeSmtp(strict = Strict.ALL)
        FakeSmtpServer smtp;

        @RepeatedTest(1000)
        void hasItsOwnMailAndNoOther(RepetitionInfo repetition) {
            SERVERS.add(smtp);
            String subject = "mail " + repetition.getCurrentRepetition();
            Kit.send(smtp, "ann@example.com", subject);
            assertThat(smtp.takeMail()).hasSubject(subject);
            assertThat(smtp).hasNoMail().allClientsQuit();
        }
    }

    @Test
    void aThousandTestsSideBySideHaveAServerEach() {
        int runs = Integer.getInteger("restante.thousand.runs", 1);
        for (int i = 0; i < runs; i++) {
            var results = Kit.runConcurrently(16, ThousandCase.class);
            assertThat(Kit.failures(results)).isEmpty();
            results.testEvents().assertStatistics(events -> events.succeeded(1000));
        }
        assertThat(SERVERS).hasSize(1000 * runs);
    }
}
