package dev.restante.mail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.restante.MailMessage;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damages the corpus in thousands of ways and asks each result everything. The seed is fixed: a failure comes again.
 */
class MutationTest {
    private static final int MUTANTS = 6_000;
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(3);
    private static final List<String> TOKENS = List.of(
            "\r\n",
            "\n",
            "\r",
            "\r\n ",
            "\r\n\r\n",
            "\0",
            "\"",
            "(",
            ")",
            "<",
            ">",
            "=?",
            "?=",
            "=?utf-8?q?",
            "=?utf-8?b?",
            "--",
            "--b",
            "--b--",
            "; boundary=b",
            "Content-Type: multipart/mixed; boundary=b\r\n",
            ": ",
            ";",
            "=",
            "%",
            "*0*=",
            "Content-Transfer-Encoding: base64\r\n",
            "Content-Type: message/rfc822\r\n\r\n",
            "charset=utf-16",
            "\u00fc",
            "@",
            ",");

    @Test
    void noMutantOfTheCorpusIsTooMuch() {
        Random random = new Random(20260303);
        List<byte[]> corpus = Corpus.names().stream().map(Corpus::mail).toList();
        long start = System.nanoTime();
        for (int i = 0; i < MUTANTS && System.nanoTime() - start < LONG_ENOUGH.toNanos(); i++) {
            byte[] mutant = corpus.get(random.nextInt(corpus.size()));
            int mutations = 1 + random.nextInt(8);
            for (int j = 0; j < mutations; j++) {
                mutant = mutate(mutant, corpus, random);
            }
            byte[] mail = mutant;
            assertThatCode(() -> MessageDump.of(MailMessage.parse(mail)))
                    .as("mutant %d: %s", i, new String(mail, UTF_8))
                    .doesNotThrowAnyException();
        }
    }

    private static byte[] mutate(byte[] mail, List<byte[]> corpus, Random random) {
        int at = random.nextInt(mail.length + 1);
        int length = Math.min(mail.length - at, random.nextInt(40));
        ByteArrayOutputStream mutant = new ByteArrayOutputStream();
        mutant.write(mail, 0, at);
        switch (random.nextInt(6)) {
            case 0 -> { // leave out
                mutant.write(mail, at + length, mail.length - at - length);
            }
            case 1 -> { // double
                mutant.write(mail, at, length);
                mutant.write(mail, at, mail.length - at);
            }
            case 2 -> { // overwrite one octet
                if (at < mail.length) {
                    mutant.write(random.nextInt(256));
                    mutant.write(mail, at + 1, mail.length - at - 1);
                }
            }
            case 3 -> { // insert a token
                mutant.writeBytes(TOKENS.get(random.nextInt(TOKENS.size())).getBytes(UTF_8));
                mutant.write(mail, at, mail.length - at);
            }
            case 4 -> { // go on with another mail
                byte[] other = corpus.get(random.nextInt(corpus.size()));
                int from = random.nextInt(other.length + 1);
                mutant.write(other, from, Math.min(other.length - from, 2_000));
            }
            default -> {
                // cut
            }
        }
        return mutant.toByteArray();
    }
}
