package dev.restante.web;

import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How our own routes read what they are asked: nothing is guessed, and what makes no sense is refused with its name. */
final class Parameters {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(ms|s|m|h)?");

    private Parameters() {}

    /** Refuses parameters other than these: one that is spelled wrongly would be passed over. */
    static void only(Context ctx, Set<String> names) {
        for (String name : ctx.queryParamMap().keySet()) {
            if (!names.contains(name)) {
                throw Answer.badParameter(
                        name,
                        "\"" + name + "\" is no parameter here; these are: "
                                + (names.isEmpty()
                                        ? "none"
                                        : String.join(
                                                ", ", names.stream().sorted().toList()))
                                + ".");
            }
        }
    }

    /** A whole number from {@code least} to {@code most}. */
    static int number(Context ctx, String name, int otherwise, int least, int most) {
        String text = ctx.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw Answer.badParameter(
                name, name + " is a number from " + least + " to " + most + ", but was \"" + text + "\".");
    }

    static boolean flag(Context ctx, String name) {
        String text = ctx.queryParam(name);
        if (text == null || text.equals("false")) {
            return false;
        } else if (text.equals("true")) {
            return true;
        }
        throw Answer.badParameter(name, name + " is true or false, but was \"" + text + "\".");
    }

    /** A time such as PT5S, 5s, 500ms or 5 (seconds); empty if it is none, or longer than {@code longest}. */
    static Optional<Duration> time(String text, Duration longest) {
        Optional<Duration> time;
        Matcher amount = TIME.matcher(text.strip().toLowerCase(Locale.ROOT));
        try {
            time = amount.matches() ? Optional.of(time(amount)) : Optional.of(Duration.parse(text.strip()));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
        return time.filter(each -> !each.isNegative() && each.compareTo(longest) <= 0);
    }

    private static Duration time(Matcher amount) {
        String unit = String.valueOf(amount.group(2));
        double nanos = Double.parseDouble(amount.group(1))
                * switch (unit) {
                    case "ms" -> 1e6;
                    case "m" -> 60e9;
                    case "h" -> 3600e9;
                    default -> 1e9;
                };
        return Duration.ofNanos((long) nanos);
    }

    /** The search that a text spells, any mail if there is none; its mistakes are told in our way. */
    static Query query(@Nullable String text, @Nullable String timeZone) {
        if (text == null || text.isBlank()) {
            return new Query.All(java.util.List.of());
        }
        requireZone(timeZone);
        try {
            QueryParser.Parsed parsed = Search.parse(text, timeZone);
            if (!parsed.ignored().isEmpty()) {
                throw Answer.problem(
                        400, "bad_query", "\"" + parsed.ignored().get(0) + "\" means nothing in a search.", "query");
            }
            return parsed.query();
        } catch (QueryException e) {
            throw Answer.problem(400, "bad_query", e.text(), "query");
        }
    }

    private static void requireZone(@Nullable String name) {
        try {
            if (name != null && !name.isBlank()) {
                ZoneId.of(name.strip());
            }
        } catch (DateTimeException e) {
            throw Answer.badParameter("tz", "\"" + name + "\" is no time zone. Write Europe/Berlin or +02:00.");
        }
    }

    /** A pattern as scripts have them; empty if the parameter is not there. */
    static <T> Optional<T> pattern(Context ctx, String name, Function<String, T> reader) {
        String text = ctx.queryParam(name);
        try {
            return text == null ? Optional.empty() : Optional.of(reader.apply(text));
        } catch (IllegalArgumentException e) {
            throw Answer.badParameter(name, String.valueOf(e.getMessage()));
        }
    }
}
