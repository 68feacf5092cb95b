package dev.restante.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.MailMessage;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mails made to hurt. The time limits are many times what they take; what takes quadratic time misses them by far.
 */
@Timeout(120)
class MimeBoundsTest {
    private static MailMessage message(CharSequence text) {
        return MailMessage.parse(text.toString().getBytes(ISO_8859_1));
    }

    private static MailMessage nested(int levels) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < levels; i++) {
            text.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        return message(text.append("\r\nbottom\r\n"));
    }

    @Test
    void splitsAHundredLevelsOfMultiparts() {
        MailMessage mail = nested(100);

        assertThat(mail.parts()).hasSize(1);
        assertThat(mail.text()).contains("bottom\r\n");
        assertThat(mail.problems()).hasSize(100).allMatch(problem -> problem.endsWith("is never closed"));
    }

    @Test
    void leavesDeeperMultipartsUnsplit() {
        for (int levels : new int[] {101, 500, 10_000}) {
            MailMessage mail = nested(levels);

            assertThat(mail.parts()).hasSize(1);
            assertThat(mail.text()).isEmpty();
            assertThat(mail.parts().get(0).text()).contains("bottom");
            assertThat(mail.problems()).anyMatch(problem -> problem.endsWith("deeper than 100 levels are not split"));
            MessageDump.of(mail);
        }
    }

    @Test
    void opensAHundredMessagesInMessages() {
        MailMessage mail =
                message("Content-Type: message/rfc822\r\n\r\n".repeat(20_000) + "Subject: innermost\r\n\r\n");
        int depth = 0;
        while (!mail.nestedMessages().isEmpty()) {
            mail = mail.nestedMessages().get(0);
            depth++;
        }

        assertThat(depth).isEqualTo(100);
        assertThat(mail.problems()).containsExactly("message: messages nested deeper than 100 levels are not read");
    }

    @Test
    void leavesOutPartsBeyondTheLimit() {
        MailMessage mail = message(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n".repeat(50_000) + "--b--");

        assertThat(mail.parts()).hasSize(10_000);
        assertThat(mail.part("10000")).isPresent();
        assertThat(mail.problems()).containsExactly("message: more than 10000 parts; the rest is left out");
    }

    @Test
    void leavesOutPartsBeyondTheLimitOnAllLevels() {
        StringBuilder text = new StringBuilder("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
        for (int i = 0; i < 200; i++) {
            text.append("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n")
                    .append("--c\r\n\r\nx\r\n".repeat(100))
                    .append("--c--\r\n");
        }

        assertThat(message(text).parts()).hasSizeBetween(9_000, 10_000);
        assertThat(message(text).problems()).containsExactly("message: more than 10000 parts; the rest is left out");
    }

    @Test
    void leavesOutHeaderFieldsBeyondTheLimit() {
        MailMessage mail = message("X-Field: =?utf-8?q?a?=\r\n".repeat(100_000) + "Subject: last\r\n\r\nbody");

        assertThat(mail.headers()).hasSize(10_000);
        assertThat(mail.subject()).isEmpty();
        assertThat(mail.text()).contains("body");
        assertThat(mail.rawHeaders()).endsWith("Subject: last\r\n");
        assertThat(mail.problems())
                .singleElement()
                .asString()
                .startsWith("message: 90001 header fields after the limit");
    }

    @Test
    void leavesOutHeaderFieldsBeyondTheLimitOfTheWholeMail() {
        MailMessage mail = message("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                + ("--b\r\n" + "X: y\r\n".repeat(10_000) + "\r\nx\r\n").repeat(12)
                + "--b--");

        assertThat(mail.parts()).hasSize(12);
        assertThat(mail.parts().stream().mapToInt(part -> part.headers().size()).sum())
                .isEqualTo(99_999);
        assertThat(mail.problems()).hasSize(3);
    }

    @Test
    void readsLinesOfMegabytes() {
        String line = "x".repeat(5_000_000);
        MailMessage mail = message("Subject: " + line + "\r\n\r\n--" + line + "\r\n" + line);

        assertThat(mail.subject()).contains(line);
        assertThat(mail.text().orElseThrow()).hasSize(10_000_004);
    }

    @Test
    void readsABoundaryOfAMegabyte() {
        String boundary = "x".repeat(1_000_000);
        MailMessage mail = message("Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary
                + "\r\n\r\nfound\r\n" + ("--" + "x".repeat(900) + "\r\n").repeat(5_000) + "--" + boundary + "--\r\n");

        assertThat(mail.parts()).hasSize(1);
        assertThat(mail.problems()).isEmpty();
    }

    @Test
    void readsManyLinesThatAreAlmostBoundaries() {
        for (String line :
                new String[] {"--\r\n", "--b \tx\r\n", "--b--x\r\n", "---\r\n", "--" + " ".repeat(50) + "\r\n"}) {
            MailMessage mail = message(
                    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + line.repeat(200_000) + "--b--");

            assertThat(mail.parts()).hasSize(1);
        }
    }

    @Test
    void guessesBoundariesOfManyMultipartsWithoutOne() {
        MailMessage mail = message("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                + ("--b\r\nContent-Type: multipart/mixed\r\n\r\n" + "no boundary here\r\n".repeat(50)).repeat(9_000));

        assertThat(mail.parts()).hasSize(9_000);
        assertThat(mail.problems()).hasSize(1_001);
    }

    @Test
    void readsFoldedFieldsOfMegabytes() {
        MailMessage mail = message("To: a@x" + ",\r\n a@x".repeat(200_000) + "\r\nSubject: a" + "\r\n ".repeat(500_000)
                + "b\r\nX: a" + "\r\n b".repeat(500_000) + "\r\n\r\n");

        assertThat(mail.to()).hasSize(10_000);
        assertThat(mail.subject().orElseThrow()).startsWith("a ").endsWith("b");
        assertThat(mail.headers()).hasSize(3);
    }

    @Test
    void readsManyEncodedWordsInUnknownCharsets() {
        StringBuilder text = new StringBuilder("Subject:");
        for (int i = 0; i < 50_000; i++) {
            text.append(" =?x-").append(i).append("?q?a?=");
        }

        assertThat(message(text).subject()).contains("a".repeat(50_000));
        assertThat(message(text).problems()).hasSize(1_001);
    }

    @Test
    void readsRandomOctets() {
        Random random = new Random(17);
        for (int size : new int[] {1, 10, 1_000, 100_000, 2_000_000}) {
            byte[] octets = new byte[size];
            random.nextBytes(octets);

            assertThat(MessageDump.of(MailMessage.parse(octets))).isNotEmpty();
        }
        assertThat(MessageDump.of(MailMessage.parse(new byte[1_000_000]))).isNotEmpty();
    }

    @Test
    void readsAnAttachmentOf20Megabytes() {
        StringBuilder text =
                new StringBuilder("Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        String line = "A".repeat(76) + "\r\n";
        for (int i = 0; i < 350_000; i++) {
            text.append(line);
        }
        MailMessage mail = message(text);

        assertThat(mail.attachments())
                .singleElement()
                .extracting(part -> part.size())
                .isEqualTo(350_000 * 57);
        assertThat(mail.problems()).isEmpty();
    }
}
