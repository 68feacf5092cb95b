package dev.restante.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedWordsTest {
    private static String decode(String text) {
        return EncodedWords.decode(text, problem -> {});
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain text | plain text",
                "=?utf-8?Q?caf=C3=A9_au_lait?= | café au lait",
                "=?utf-8?q?caf=c3=a9?= | café",
                "=?iso-8859-1?B?Y2Fm6Q==?= | café",
                "=?iso-8859-1?b?Y2Fm6Q?= | café",
                "a =?utf-8?q?b?= c | a b c",
                "=?utf-8?q?a?= =?utf-8?q?b?= | ab",
                "=?utf-8?q?a?=   =?iso-8859-1?q?=E9?= | aé",
                "=?utf-8?q?=E2=82?= =?utf-8?q?=AC?= | €",
                "=?utf-8?b?4oI=?= =?UTF-8?q?=AC?= | €",
                "=?utf-16?b?/v8A/A==?= =?utf-16?b?/v8A/A==?= | üü",
                "=?utf-8*de?q?Gr=C3=BC=C3=9Fe?= | Grüße",
                "=?utf-8?q?Really??= | Really?",
                "=?utf-8?q?=?= | =",
                "=?utf-8?q?50=_off?= | 50= off",
                "=?utf-8?b?!!!?= | ``",
                "=?utf-8?q??= | ``",
                "=?nope?q?abc?= | abc",
                "=?nope?q?=FC?= | ü",
                "=?utf-8?q?a b?= | a b",
                "\"=?utf-8?q?a?=\" | \"a\"",
                "x=?utf-8?q?a?=y | xay",
                "=?utf-8?q?open =?utf-8?q?b?= | =?utf-8?q?open b",
                "=?utf-8?q?open | =?utf-8?q?open",
                "=?utf-8?z?a?= | =?utf-8?z?a?=",
                "=?utf-8?a?= | =?utf-8?a?=",
                "=??q?a?= | =??q?a?=",
                "=?a b?q?a?= | =?a b?q?a?=",
                "=? | =?",
                "=?= | =?=",
            })
    void decodes(String raw, String expected) {
        assertThat(decode(raw)).isEqualTo(expected);
    }

    @Test
    void keepsBlanksBetweenAWordAndText() {
        assertThat(decode("=?utf-8?q?a?=  b  =?utf-8?q?c?=")).isEqualTo("a  b  c");
    }

    @Test
    void reportsACharsetThatIsUnknown() {
        List<String> problems = new ArrayList<>();

        EncodedWords.decode("=?nope?q?abc?=", problems::add);

        assertThat(problems).containsExactly("charset \"nope\" is unknown");
    }

    @Test
    @Timeout(120)
    void staysLinearOnManyWordsAndHalfWords() {
        for (String piece :
                List.of("=?", "=?a?q?", "=?utf-8?q?a?= ", "=?x%d?q?a?=", "?=", "=?a?b?=", "=?utf-8?q??", "=")) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; text.length() < 300_000; i++) {
                text.append(String.format(piece.replace("%d", "%1$d"), i));
            }
            long start = System.nanoTime();
            assertThat(decode(text.toString())).isNotNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(piece).isLessThan(Duration.ofSeconds(5));
        }
    }
}
