package dev.restante.assertj;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.AbstractStringAssert;

/**
 * Assertions on a text of a mail: all that AssertJ has for strings, with the mail in the message, and for {@code contains} the
 * line that comes nearest.
 *
 * <p>Lines end in {@code \n} here, whatever ended them in the mail, so that Java's text blocks can be compared.
 */
public class TextAssert extends AbstractStringAssert<TextAssert> {
    /** Assertions on {@code text} as it is; mails' assertions lead here with line ends made plain. */
    public TextAssert(String text) {
        super(text, TextAssert.class);
    }

    static String withPlainLineEnds(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    /**
     * Verifies that the text holds all of these.
     *
     * <pre>{@code
     * assertThat(mail).text().contains("thank you");   // passes for "Dear Ann, thank you for your order."
     * assertThat(mail).text().contains("Thank you");   // fails, and shows the line with "thank you"
     * }</pre>
     */
    @Override
    public TextAssert contains(CharSequence... values) {
        List<String> missing = new ArrayList<>();
        for (CharSequence value : values) {
            if (!actual.contains(value)) {
                missing.add(value.toString());
            }
        }
        if (missing.isEmpty()) {
            return this;
        }
        try {
            return super.contains(values);
        } catch (AssertionError error) {
            StringBuilder hints = new StringBuilder();
            missing.forEach(value -> hints.append(nearestLine(value)));
            AssertionError better =
                    new AssertionError(String.valueOf(error.getMessage()).stripTrailing() + hints, error.getCause());
            better.setStackTrace(error.getStackTrace());
            throw better;
        }
    }

    private String nearestLine(String value) {
        List<String> lines = actual.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        return Evidence.nearestLine(value, lines)
                .map(line -> "\nNearest to " + Evidence.quoted(value) + " is the line " + Evidence.quoted(line)
                        + (line.toLowerCase(Locale.ROOT).contains(value.toLowerCase(Locale.ROOT))
                                ? ", which differs in case only."
                                : "."))
                .orElse("");
    }
}
