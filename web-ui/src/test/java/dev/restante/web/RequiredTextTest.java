package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an expression needs: enough to spare most mails, and never what a find does not hold. */
@Timeout(60)
class RequiredTextTest {
    private static final String[] PIECES = {
        "a",
        "B",
        "ab",
        "c",
        " ",
        "-",
        "s",
        "é",
        ".",
        "^",
        "$",
        "|",
        "?",
        "*",
        "+",
        "+?",
        "(",
        ")",
        "(?:",
        "(?i)",
        "[ab]",
        "[^a]",
        "[]a]",
        "[[:alpha:]]",
        "{2}",
        "{0}",
        "{1,}",
        "\\d",
        "\\.",
        "\\-",
        "\\Q",
        "\\E",
        "\\pL",
        "\\x61",
        "\\x{61}",
        "\\b",
        "1",
        "\\(",
        "]"
    };
    private static final String[] TEXTS = {
        "a", "B", "b", "c", " ", "-", "s", "\u017f", "k", "é", ".", "1", "(", "]", "{"
    };

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "order \\d+, order",
                "ORDER-\\d+ confirmed, confirmed",
                "colou?rs, colo",
                "ab+c, ab",
                "foo|bar, \"\"",
                "(foo|bar)baz, baz",
                "x([0-9]+)station, station",
                "[a-z]+, \"\"",
                "a{2}bcd, bcd",
                "www\\.shop\\.test, www.shop.test",
                "\\Qa|b\\E, \"\"",
            })
    void whatEveryFindHolds(String expression, String required) {
        assertThat(RequiredText.of(expression)).isEqualTo(required);
    }

    @Test
    void aFindAlwaysHoldsWhatIsRequired() {
        Random random = new Random(22);
        int finds = 0;
        int demands = 0;
        for (int i = 0; i < 60_000; i++) {
            String expression = join(random, PIECES, 6);
            Pattern pattern;
            try {
                pattern = Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
            } catch (PatternSyntaxException e) {
                continue;
            }
            String required = RequiredText.of(expression);
            demands += required.isEmpty() ? 0 : 1;
            for (int j = 0; j < 5; j++) {
                String text = join(random, TEXTS, 8);
                if (pattern.matcher(text).find()) {
                    finds++;
                    assertThat(MailFacts.fold(text).replace('\u017f', 's'))
                            .as("%s in %s", expression, text)
                            .contains(required);
                }
            }
        }
        assertThat(finds).isGreaterThan(5_000);
        assertThat(demands).isGreaterThan(5_000);
    }

    private static String join(Random random, String[] pieces, int most) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i <= random.nextInt(most); i++) {
            all.append(pieces[random.nextInt(pieces.length)]);
        }
        return all.toString();
    }
}
