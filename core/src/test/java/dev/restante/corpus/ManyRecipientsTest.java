package dev.restante.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.corpus.Courier.Segments;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManyRecipientsTest {
    private static final int ALL = 10_000;
    private static final int TAKEN = 1_000;

    private static String recipient(int number) {
        return "user" + number + "@dest.test";
    }

    private static void mailToEverybody(Courier courier) {
        courier.say("MAIL FROM:<list@client.test>", "250 ");
        // In groups, as real clients pipeline: neither end's socket buffers may fill up with nobody reading.
        int group = 100;
        for (int first = 0; first < ALL; first += group) {
            StringBuilder commands = new StringBuilder();
            for (int i = first; i < first + group; i++) {
                commands.append("RCPT TO:<").append(recipient(i)).append(">\r\n");
            }
            courier.send(commands.toString().getBytes(StandardCharsets.UTF_8), Segments.ONE);
            for (int i = first; i < first + group; i++) {
                courier.expect(i < TAKEN ? "250 2.1.5" : "452 4.5.3");
            }
        }
    }

    @Test
    void beyondTheLimitAreRefusedAndTheMailGoesToTheOthers() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                Courier courier = Courier.greeted(smtp)) {
            mailToEverybody(courier);
            courier.say("DATA", "354 ");
            courier.send("Subject: to you all\r\n\r\nhello\r\n.\r\n");
            courier.expect("250 2.0.0");

            CapturedMail mail = smtp.takeMail();
            List<String> firstThousand =
                    IntStream.range(0, TAKEN).mapToObj(i -> recipient(i)).toList();
            assertThat(mail.envelope().recipientAddresses()).isEqualTo(firstThousand);
            Attempt attempt = smtp.attempts().get(0);
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ACCEPTED);
            assertThat(attempt.deliveredTo(recipient(TAKEN - 1))).isTrue();
            assertThat(attempt.deliveredTo(recipient(TAKEN))).isFalse();
            assertThat(attempt.recipients()).hasSize(ALL);
            assertThat(attempt.recipients().subList(TAKEN, ALL))
                    .allSatisfy(each ->
                            assertThat(each.reply().orElseThrow().code()).isEqualTo(452));
        }
    }

    @Test
    void beyondTheLimitOfOneMailCountAnewForTheNext() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                Courier courier = Courier.greeted(smtp)) {
            mailToEverybody(courier);
            courier.say("RSET", "250 ");
            mailToEverybody(courier);

            assertThat(smtp.mails()).isEmpty();
            assertThat(smtp.attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED));
        }
    }

    @Test
    void areLimitedAsConfigured() {
        try (FakeSmtpServer smtp =
                        FakeSmtpServer.builder().maxRecipients(2).build().start();
                Courier courier = Courier.greeted(smtp)) {
            courier.say("MAIL FROM:<list@client.test>", "250 ");
            courier.say("RCPT TO:<a@dest.test>", "250 ");
            courier.say("RCPT TO:<a@dest.test>", "250 ");
            courier.say("RCPT TO:<b@dest.test>", "452 ");
        }
    }
}
