package dev.restante.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A header field of the form {@code value; name=value; …}: Content-Type, Content-Disposition,
 * Content-Transfer-Encoding.
 *
 * <p>Reads RFC 2045 section 5.1 with the continuations, charsets and languages of RFC 2231, and also what is common and
 * wrong: missing semicolons, unclosed quotes, unquoted values with blanks, back slashes of file paths in quotes.
 *
 * @param value the value before the first parameter, in lower case; empty if there is none
 * @param parameters by name in lower case, in the order sent; the first of a name counts
 */
public record ContentField(String value, Map<String, String> parameters) {
    private static final int PARAMETER_LIMIT = 1_000;
    private static final Pattern SEGMENT = Pattern.compile("([^*]+)(?:\\*([0-9]{1,4}))?(\\*)?");

    /** Keeps an unmodifiable view of {@code parameters}. */
    public ContentField {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** Reads an unfolded field value; what cannot be read is reported and left out. */
    public static ContentField read(String field, Consumer<String> problems) {
        return new Reader(field, problems).read();
    }

    /** The parameter called {@code name} (lower case), or null. */
    public @Nullable String parameter(String name) {
        return parameters.get(name);
    }

    private record Segment(String text, boolean extended) {}

    private static final class Reader {
        private final String text;
        private final Consumer<String> problems;
        private final Map<String, String> plain = new LinkedHashMap<>();
        private final Map<String, SortedMap<Integer, Segment>> segmented = new LinkedHashMap<>();
        private int at;
        private boolean quotesAreBroken;

        Reader(String text, Consumer<String> problems) {
            this.text = text;
            this.problems = problems;
        }

        ContentField read() {
            skip("");
            int from = at;
            while (at < text.length() && !isBlank(text.charAt(at)) && ";(".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String value = text.substring(from, at).toLowerCase(Locale.ROOT);
            int count = 0;
            for (skip(";"); at < text.length(); skip(";")) {
                if (++count > PARAMETER_LIMIT) {
                    problems.accept("more than " + PARAMETER_LIMIT + " parameters; the rest is left out");
                    break;
                }
                parameter();
            }
            Map<String, String> parameters = new LinkedHashMap<>(plain);
            segmented.forEach((name, segments) -> parameters.put(name, joined(segments)));
            return new ContentField(value, parameters);
        }

        private void parameter() {
            int from = at;
            while (at < text.length() && !isBlank(text.charAt(at)) && "=;".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String name = text.substring(from, at).toLowerCase(Locale.ROOT);
            skip("");
            if (at == text.length() || text.charAt(at) != '=') {
                problems.accept("parameter " + Problems.quote(name) + " has no value");
                return;
            }
            at++;
            if (isFileName(name)) { // which may start with "("
                while (at < text.length() && isBlank(text.charAt(at))) {
                    at++;
                }
            } else {
                skip("");
            }
            String value = at < text.length() && text.charAt(at) == '"' ? quoted(name) : bare(name);
            if (name.isEmpty()) {
                problems.accept("a parameter has no name");
                return;
            }
            keep(name, value);
        }

        private void keep(String name, String value) {
            Matcher segment = SEGMENT.matcher(name);
            if (name.indexOf('*') < 0 || !segment.matches()) {
                String first = plain.putIfAbsent(name, value);
                if (first != null && !first.equals(value)) {
                    problems.accept("parameter " + Problems.quote(name) + " occurs twice; the first one counts");
                }
                return;
            }
            int number = segment.group(2) == null ? 0 : Integer.parseInt(segment.group(2));
            segmented
                    .computeIfAbsent(segment.group(1), key -> new TreeMap<>())
                    .putIfAbsent(number, new Segment(value, segment.group(3) != null));
        }

        private String quoted(String name) {
            int open = at++;
            StringBuilder value = new StringBuilder();
            while (!quotesAreBroken && at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return value.toString();
                }
                if (c == '\\' && at < text.length() && "\"\\".indexOf(text.charAt(at)) >= 0) {
                    c = text.charAt(at++);
                }
                value.append(c);
            }
            quotesAreBroken = true;
            problems.accept("the quote of parameter " + Problems.quote(name) + " is never closed");
            at = open + 1;
            return bare(name);
        }

        /** A value without quotes. File names and boundaries may hold blanks, other values end at the first. */
        private String bare(String name) {
            int from = at;
            boolean blanks = isFileName(name) || name.equals("boundary");
            while (at < text.length() && text.charAt(at) != ';') {
                if (!blanks && (isBlank(text.charAt(at)) || text.charAt(at) == '(')) {
                    break;
                }
                at++;
            }
            String value = text.substring(from, at);
            int next = name.equals("boundary") ? blankBeforeNextParameter(value) : -1;
            if (next >= 0) {
                at = from + next;
                value = value.substring(0, next);
            }
            return value.strip();
        }

        private static boolean isFileName(String name) {
            return name.startsWith("name") || name.startsWith("filename");
        }

        /** Where {@code a b=c} falls apart into a value and a parameter without its semicolon; -1 if it does not. */
        private static int blankBeforeNextParameter(String value) {
            for (int i = 1; i < value.length(); i++) {
                if (isBlank(value.charAt(i))) {
                    return value.indexOf('=', i) < 0 ? -1 : i;
                }
            }
            return -1;
        }

        /** Skips blanks, comments and the characters of {@code also}. */
        private void skip(String also) {
            int depth = 0;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '(') {
                    depth++;
                } else if (c == ')' && depth > 0) {
                    depth--;
                } else if (depth == 0 && !isBlank(c) && also.indexOf(c) < 0) {
                    return;
                } else if (c == '\\' && depth > 0 && at + 1 < text.length()) {
                    at++;
                }
                at++;
            }
            if (depth > 0) {
                problems.accept("a comment is never closed");
            }
        }

        private String joined(SortedMap<Integer, Segment> segments) {
            StringBuilder value = new StringBuilder();
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            String charset = null;
            int expected = segments.firstKey() == 1 ? 1 : 0; // RFC 2231 counts from 0; some encoders do not
            for (Map.Entry<Integer, Segment> entry : segments.entrySet()) {
                if (entry.getKey() != expected++) {
                    problems.accept("a piece of a split parameter is missing; the rest is left out");
                    break;
                }
                String text = entry.getValue().text();
                if (!entry.getValue().extended()) {
                    flush(octets, charset, value);
                    value.append(text);
                    continue;
                }
                int quote = charset == null ? text.indexOf('\'') : -1;
                int secondQuote = quote < 0 ? -1 : text.indexOf('\'', quote + 1);
                if (secondQuote >= 0) {
                    charset = text.substring(0, quote);
                    text = text.substring(secondQuote + 1);
                }
                unescape(text, octets);
            }
            flush(octets, charset, value);
            return value.toString();
        }

        private void flush(ByteArrayOutputStream octets, @Nullable String charset, StringBuilder target) {
            byte[] pending = octets.toByteArray();
            octets.reset();
            target.append(
                    charset == null || charset.isEmpty()
                            ? TextDecoder.guess(pending)
                            : TextDecoder.decode(pending, charset, problems));
        }

        private static void unescape(String text, ByteArrayOutputStream target) {
            byte[] octets = text.getBytes(UTF_8);
            for (int i = 0; i < octets.length; i++) {
                if (octets[i] == '%'
                        && i + 2 < octets.length
                        && TransferDecoder.hex(octets[i + 1]) >= 0
                        && TransferDecoder.hex(octets[i + 2]) >= 0) {
                    target.write(TransferDecoder.hex(octets[i + 1]) << 4 | TransferDecoder.hex(octets[i + 2]));
                    i += 2;
                } else {
                    target.write(octets[i]);
                }
            }
        }

        private static boolean isBlank(char c) {
            return c <= ' ';
        }
    }
}
