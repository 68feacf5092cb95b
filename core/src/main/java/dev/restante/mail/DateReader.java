package dev.restante.mail;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Date field (RFC 5322 section 3.3 with the obsolete forms of 4.3), and also ISO 8601, the form of C's
 * {@code asctime}, months in full, any word for the day of the week, and a missing zone, which is taken for UTC.
 */
public final class DateReader {
    private static final int LENGTH_LIMIT = 1_000;
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final Pattern TIME = Pattern.compile("(\\d{1,2})[:.](\\d{1,2})(?:[:.](\\d{1,2})(?:[.,]\\d+)?)?");
    private static final Pattern OFFSET = Pattern.compile("(?:GMT|UTC)?([+-])(\\d{1,2}):?(\\d{2})");

    private DateReader() {}

    /** The moment that an unfolded field value names, with its own offset; null if it names none. */
    public static @Nullable OffsetDateTime read(String field) {
        if (field.length() > LENGTH_LIMIT) {
            return null;
        }
        List<String> words = words(field);
        try {
            return words.size() == 1 ? OffsetDateTime.parse(words.get(0)) : read(words);
        } catch (DateTimeException | NumberFormatException noDate) {
            return null;
        }
    }

    private static @Nullable OffsetDateTime read(List<String> words) {
        int at = !words.isEmpty() && month(words, 0) == 0 && !startsWithDigit(words, 0) ? 1 : 0;
        int month = month(words, at);
        if (month > 0) { // asctime: Jan 2 15:04:05 2006
            int day = number(words, at + 1);
            if (number(words, at + 3) >= 0) {
                return moment(number(words, at + 3), month, day, word(words, at + 2), word(words, at + 4));
            }
            return moment(number(words, at + 4), month, day, word(words, at + 2), word(words, at + 3));
        }
        int day = number(words, at);
        return moment(number(words, at + 2), month(words, at + 1), day, word(words, at + 3), word(words, at + 4));
    }

    private static @Nullable OffsetDateTime moment(int year, int month, int day, String time, String zone) {
        Matcher clock = TIME.matcher(time);
        ZoneOffset offset = offset(zone);
        if (year < 0 || month < 1 || day < 1 || offset == null || !clock.matches()) {
            return null;
        }
        int fullYear = year < 50 ? year + 2000 : year < 1000 ? year + 1900 : year;
        int second = clock.group(3) == null ? 0 : Integer.parseInt(clock.group(3));
        return LocalDateTime.of(
                        fullYear,
                        month,
                        day,
                        Integer.parseInt(clock.group(1)),
                        Integer.parseInt(clock.group(2)),
                        second == 60 ? 59 : second) // a leap second
                .atOffset(offset);
    }

    private static @Nullable ZoneOffset offset(String zone) {
        String name = zone.toUpperCase(Locale.ROOT);
        Matcher offset = OFFSET.matcher(name);
        if (offset.matches()) {
            int sign = offset.group(1).equals("-") ? -1 : 1;
            return ZoneOffset.ofHoursMinutes(
                    sign * Integer.parseInt(offset.group(2)), sign * Integer.parseInt(offset.group(3)));
        }
        return switch (name) {
            case "EDT" -> ZoneOffset.ofHours(-4);
            case "EST", "CDT" -> ZoneOffset.ofHours(-5);
            case "CST", "MDT" -> ZoneOffset.ofHours(-6);
            case "MST", "PDT" -> ZoneOffset.ofHours(-7);
            case "PST" -> ZoneOffset.ofHours(-8);
            case "CET", "MEZ" -> ZoneOffset.ofHours(1);
            case "CEST", "MESZ" -> ZoneOffset.ofHours(2);
            default -> name.startsWith("+") || name.startsWith("-") ? null : ZoneOffset.UTC; // RFC 5322 section 4.3
        };
    }

    /** The words of a date: comments dropped, commas and the hyphens of {@code 2-Jan-2006} taken for blanks. */
    private static List<String> words(String field) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int depth = 0;
        for (int i = 0; i <= field.length(); i++) {
            char c = i == field.length() ? ' ' : field.charAt(i);
            if (c == '(') {
                depth++;
            }
            boolean inComment = depth > 0;
            if (c == ')' && depth > 0) {
                depth--;
            }
            boolean hyphen = c == '-' && word.length() > 0 && (isMonth(word) || isDay(word));
            if (inComment || c <= ' ' || (c == ',' && !word.toString().contains(":")) || hyphen) {
                if (word.length() > 0) {
                    words.add(word.toString());
                    word.setLength(0);
                }
            } else {
                word.append(c);
            }
        }
        if (word.length() > 0) {
            words.add(word.toString());
        }
        return words;
    }

    private static boolean isMonth(CharSequence word) {
        return word.length() == 3 && MONTHS.contains(word.toString().toLowerCase(Locale.ROOT));
    }

    private static boolean isDay(CharSequence word) {
        return word.length() <= 2 && word.chars().allMatch(Character::isDigit);
    }

    /** The number of the month at {@code at}, from 1; 0 if there is none. */
    private static int month(List<String> words, int at) {
        String word = word(words, at).toLowerCase(Locale.ROOT);
        return word.length() < 3 ? 0 : MONTHS.indexOf(word.substring(0, 3)) + 1;
    }

    private static int number(List<String> words, int at) {
        String word = word(words, at);
        return !word.isEmpty() && word.length() <= 4 && word.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Integer.parseInt(word)
                : -1;
    }

    private static boolean startsWithDigit(List<String> words, int at) {
        return Character.isDigit(words.get(at).charAt(0));
    }

    private static String word(List<String> words, int at) {
        return at < words.size() ? words.get(at) : "";
    }
}
