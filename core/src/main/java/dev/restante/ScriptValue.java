package dev.restante;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A value of a script file and its path: asks for what should be there, and refuses anything else with all that helps to mend
 * it.
 */
record ScriptValue(String path, ScriptNode node) {
    private static final Pattern SHORT_TIME = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?) ?(ns|us|ms|s|m|h|d)");
    private static final Pattern ISO_TIME =
            Pattern.compile("P(?!$)(\\d{1,6}D)?(T(?=\\d)(\\d{1,9}H)?(\\d{1,9}M)?(\\d{1,12}(\\.\\d{1,9})?S)?)?");
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** The values of an object with their keys, which must be among these. */
    Map<String, ScriptValue> fields(Collection<String> known) {
        if (!(node instanceof ScriptNode.Fields object)) {
            throw wrong("an object with keys such as " + quoted(known.iterator().next()));
        }
        Map<String, ScriptValue> fields = new LinkedHashMap<>();
        object.all().forEach((key, field) -> {
            if (!known.contains(key)) {
                throw unknown(key, field.place(), known);
            }
            fields.put(key, new ScriptValue(ScriptSyntax.inside(path, key), field.value()));
        });
        return fields;
    }

    private ScriptFileException unknown(String key, ScriptNode.Place place, Collection<String> known) {
        return ScriptFileException.at(
                place,
                ScriptSyntax.inside(path, key),
                "the unknown key " + quoted(key),
                oneOf(known),
                misplaced(key, known));
    }

    /** The nearest of the known words, or where the word belongs if it is known elsewhere in a rule. */
    private static String misplaced(String key, Collection<String> known) {
        String home = ScriptWord.of(key)
                .map(word -> switch (word.role()) {
                    case CONDITION -> known.contains("when") ? "when." + key : "";
                    case PACE, DECISION, FRAME -> "";
                })
                .orElse("");
        return home.isEmpty() ? nearest(key, known) : home;
    }

    /** The values of an object whose keys are free. */
    Map<String, ScriptValue> freeFields(String example) {
        if (!(node instanceof ScriptNode.Fields object)) {
            throw wrong("an object such as " + example);
        }
        Map<String, ScriptValue> fields = new LinkedHashMap<>();
        object.all()
                .forEach((key, field) ->
                        fields.put(key, new ScriptValue(ScriptSyntax.inside(path, key), field.value())));
        return fields;
    }

    /** One of an object's values, which must be there. */
    ScriptValue require(Map<String, ScriptValue> fields, String key) {
        ScriptValue value = fields.get(key);
        if (value == null) {
            throw problem("no key " + quoted(key), "it", "");
        }
        return value;
    }

    boolean isArray() {
        return node instanceof ScriptNode.Items;
    }

    boolean isObject() {
        return node instanceof ScriptNode.Fields;
    }

    /** The values of an array. */
    List<ScriptValue> items(String what) {
        if (!(node instanceof ScriptNode.Items array)) {
            throw wrong("an array of " + what);
        }
        List<ScriptValue> items = new ArrayList<>();
        for (ScriptNode item : array.all()) {
            items.add(new ScriptValue(path + "[" + items.size() + "]", item));
        }
        return items;
    }

    /** A string. */
    String text(String what) {
        if (node instanceof ScriptNode.Scalar scalar && scalar.value() instanceof String text) {
            return text;
        }
        throw wrong(what + " as a string" + (node instanceof ScriptNode.Scalar ? ", in quotes" : ""));
    }

    boolean isText() {
        return node instanceof ScriptNode.Scalar scalar && scalar.value() instanceof String;
    }

    /** True or false. */
    boolean flag() {
        if (node instanceof ScriptNode.Scalar scalar && scalar.value() instanceof Boolean flag) {
            return flag;
        }
        throw wrong("true or false");
    }

    /** A whole number within bounds; {@code 2.0} is whole, as JSON Schema has it. */
    long wholeNumber(long least, long most) {
        return wholeNumber(least, most, "");
    }

    /** A whole number within bounds, in a place that takes something else too. */
    long wholeNumber(long least, long most, String otherwise) {
        String bounded = "a whole number from " + least + " to " + most + otherwise;
        String expected = most < Integer.MAX_VALUE ? bounded : "a whole number of at least " + least + otherwise;
        BigDecimal number = number(expected);
        BigDecimal upper = BigDecimal.valueOf(most);
        // The scale is asked first: 1e999999999 is a short text and a very long number.
        boolean fits = number.scale() > -20
                && number.compareTo(BigDecimal.valueOf(least)) >= 0
                && number.compareTo(upper) <= 0
                && number.stripTrailingZeros().scale() <= 0;
        if (!fits) {
            throw wrong(number.compareTo(upper) > 0 ? bounded : expected);
        }
        return number.longValueExact();
    }

    /** A number that must be there. */
    BigDecimal number(String expected) {
        if (node instanceof ScriptNode.Scalar scalar && scalar.value() instanceof BigDecimal number) {
            return number;
        }
        throw wrong(expected);
    }

    /** One of these words. */
    String word(String what, Collection<String> known) {
        String expected = what + ": " + oneOf(known);
        if (!(node instanceof ScriptNode.Scalar scalar) || !(scalar.value() instanceof String word)) {
            throw wrong(expected);
        }
        if (!known.contains(word)) {
            throw problem(quoted(word), expected, nearest(word, known));
        }
        return word;
    }

    /** A time in ISO 8601 such as {@code PT2S}, or short such as {@code 2s}. */
    Duration duration() {
        String expected = "a time such as \"2s\", \"150ms\", \"1h\" or \"PT2S\"";
        if (!isText()) {
            throw wrong(expected);
        }
        String text = text(expected);
        Matcher matcher = SHORT_TIME.matcher(text);
        if (!matcher.matches() && !ISO_TIME.matcher(text).matches()) {
            throw wrong(expected);
        }
        Duration time = matcher.matches() ? shortTime(matcher) : Duration.parse(text);
        if (time.compareTo(LONGEST) > 0) {
            throw wrong("a time from 0 to 36,500 days");
        }
        return time;
    }

    /** A time above zero. */
    Duration positiveDuration() {
        Duration time = duration();
        if (time.isZero()) {
            throw wrong("a time above zero");
        }
        return time;
    }

    private static Duration shortTime(Matcher matcher) {
        Duration unit = switch (matcher.group(2)) {
            case "ns" -> Duration.ofNanos(1);
            case "us" -> Duration.ofNanos(1_000);
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
        BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit.toNanos()));
        BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000));
        return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValue());
    }

    /** What a constructor makes of this value; its complaint becomes part of ours. */
    <T> T made(String expected, Supplier<T> constructor) {
        try {
            return constructor.get();
        } catch (IllegalArgumentException e) {
            String complaint = String.valueOf(e.getMessage());
            throw wrong(expected + ". "
                    + (complaint.endsWith(".") ? complaint.substring(0, complaint.length() - 1) : complaint));
        }
    }

    /** The refusal of this value. */
    ScriptFileException wrong(String expected) {
        return problem(description(), expected, "");
    }

    /** The refusal of this value in other words. */
    ScriptFileException problem(String found, String expected, String nearestOrEmpty) {
        return ScriptFileException.at(node.place(), path, found, expected, nearestOrEmpty);
    }

    private String description() {
        if (node instanceof ScriptNode.Fields) {
            return "an object";
        } else if (node instanceof ScriptNode.Items) {
            return "an array";
        }
        Object value = ((ScriptNode.Scalar) node).value();
        return value instanceof String text ? quoted(text) : ScriptSyntax.abbreviated(String.valueOf(value));
    }

    static String oneOf(Collection<String> words) {
        return (words.size() == 1 ? "" : "one of ") + words.stream().collect(Collectors.joining(", "));
    }

    static String quoted(String text) {
        return "\"" + ScriptSyntax.abbreviated(text) + "\"";
    }

    /** The word that comes nearest, ignoring case; empty if none comes near. */
    static String nearest(String word, Collection<String> known) {
        String best = "";
        int least = Integer.MAX_VALUE;
        if (word.length() <= 60) {
            for (String candidate : known) {
                int distance = difference(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
                int longest = Math.max(word.length(), candidate.length());
                int shortest = Math.min(word.length(), candidate.length());
                if (distance < least && distance < shortest && distance <= Math.max(2, longest / 3)) {
                    best = candidate;
                    least = distance;
                }
            }
        }
        return best;
    }

    /** The distance, where a word that was cut short or drawn out counts as one letter off. */
    private static int difference(String word, String candidate) {
        boolean isPart = word.length() > 2 && (candidate.startsWith(word) || word.startsWith(candidate));
        return isPart ? Math.min(1, distance(word, candidate)) : distance(word, candidate);
    }

    /** How many letters are to be added, dropped, changed or swapped with their neighbour. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
