package dev.restante.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the octets of a mail into a tree of {@link MimeEntity} (RFC 5322, RFC 2045, RFC 2046), whatever they are.
 *
 * <p>One pass over the lines: a line that starts with "--" is looked up among the boundaries that are open, so that
 * deep nesting costs no more than flat mail. A line ends with LF or CRLF; a CR alone is a character like others. What
 * cannot be read is reported and never fails; what is too much (see the limits) is left out and reported.
 */
public final class MimeReader {
    /** How deep multiparts may be nested; deeper ones are not split. */
    public static final int NESTING_LIMIT = 100;
    /** How many parts a mail may have; later ones are left out. */
    public static final int PART_LIMIT = 10_000;
    /** How many fields a header may have; later ones are left out. */
    public static final int FIELD_LIMIT = 10_000;
    /** How many fields all headers of a mail may have together. */
    public static final int TOTAL_FIELD_LIMIT = 100_000;

    private static final int GUESS_LINE_LIMIT = 1_000;
    private static final int GUESS_LENGTH_LIMIT = 200;
    private static final ContentField PLAIN_TEXT = new ContentField("text/plain", Map.of());
    private static final ContentField NESTED_MESSAGE = new ContentField("message/rfc822", Map.of());
    private static final Pattern TYPE = Pattern.compile("[^\\s/()<>@,;:\"?=]+/[^\\s()<>@,;:\"?=]+");

    private final byte[] octets;
    private final Problems problems;
    private final Map<String, Multipart> open = new HashMap<>();
    private int longestBoundary;
    private int parts;
    private int fieldsInAll;
    private int at;
    private @Nullable Delimiter found;

    private MimeReader(byte[] octets, Problems problems) {
        this.octets = octets;
        this.problems = problems;
    }

    /** Reads a mail and adds what could not be read to {@code problems}. */
    public static MimeEntity read(byte[] octets, Problems problems) {
        return new MimeReader(octets, problems).entity("0", 0, PLAIN_TEXT);
    }

    /** The lines of a header as text, each for itself UTF-8 if it is valid UTF-8, else windows-1252. */
    public static String text(byte[] header) {
        StringBuilder text = new StringBuilder(header.length);
        int from = 0;
        while (from < header.length) {
            int to = from;
            while (to < header.length && header[to++] != '\n') {}
            text.append(TextDecoder.guess(header, from, to));
            from = to;
        }
        return text.toString();
    }

    /** A multipart whose boundary is being looked for. Compared by identity: two may use the same boundary. */
    private static final class Multipart {}

    /** A line with a boundary: the part before it ends at {@code contentEnd}, the line itself at {@code lineEnd}. */
    private record Delimiter(Multipart owner, boolean closes, int contentEnd, int lineEnd) {}

    private MimeEntity entity(String path, int depth, ContentField defaultType) {
        Consumer<String> sink = problems.at(Problems.place(path));
        int headerFrom = at;
        List<MimeEntity.Field> fields = new ArrayList<>();
        int headerTo = header(fields, path.equals("0"), sink);
        int bodyFrom = at;
        ContentField type = type(fields, defaultType, sink);
        ContentField disposition = contentField(fields, "Content-Disposition", sink);
        String encoding = encoding(fields, sink);

        List<MimeEntity> children = new ArrayList<>();
        boolean split = false;
        String boundary = found == null && type.value().startsWith("multipart/") ? boundary(type, depth, sink) : null;
        if (boundary == null) {
            if (found == null) {
                scan();
            }
        } else {
            split = split(boundary, path, depth, type.value(), children, sink);
            if (split && !TransferDecoder.isIdentity(encoding)) {
                sink.accept("a multipart cannot be encoded in " + encoding + "; it was read as it is");
            }
        }
        int bodyTo = Math.max(bodyFrom, found == null ? octets.length : found.contentEnd());
        return new MimeEntity(
                path,
                List.copyOf(fields),
                headerFrom,
                headerTo,
                bodyFrom,
                bodyTo,
                type,
                disposition,
                encoding,
                split,
                List.copyOf(children));
    }

    /** Reads the parts of a multipart up to its end. False if its boundary never occurred. */
    private boolean split(
            String boundary, String path, int depth, String type, List<MimeEntity> children, Consumer<String> sink) {
        Multipart multipart = new Multipart();
        String key = key(boundary);
        longestBoundary = Math.max(longestBoundary, key.length());
        Multipart shadowed = open.put(key, multipart);
        ContentField partType = type.equals("multipart/digest") ? NESTED_MESSAGE : PLAIN_TEXT;
        boolean started = false;
        boolean cut = false;
        scan();
        while (found != null && found.owner() == multipart && !found.closes()) {
            started = true;
            at = found.lineEnd();
            found = null;
            if (parts == PART_LIMIT) {
                problems.add("message: more than " + PART_LIMIT + " parts; the rest is left out");
                parts++;
            }
            if (parts > PART_LIMIT) {
                cut = true;
                at = octets.length;
                break;
            }
            parts++;
            String child = Integer.toString(children.size() + 1);
            children.add(entity(path.equals("0") ? child : path + "." + child, depth + 1, partType));
        }
        open.remove(key);
        if (shadowed != null) {
            open.put(key, shadowed);
        }
        if (found != null && found.owner() == multipart) {
            if (!started) {
                sink.accept(
                        "boundary " + Problems.quote(boundary) + " is closed before it was opened; there are no parts");
            }
            at = found.lineEnd();
            scan(); // the epilogue
            return true;
        }
        if (!cut && parts <= PART_LIMIT) {
            sink.accept("boundary " + Problems.quote(boundary) + (started ? " is never closed" : " never occurs"));
        }
        return started;
    }

    /** The boundary to split a multipart by, guessed if the header names none; null if it cannot be split. */
    private @Nullable String boundary(ContentField type, int depth, Consumer<String> sink) {
        if (depth == NESTING_LIMIT) {
            sink.accept("multiparts nested deeper than " + NESTING_LIMIT + " levels are not split");
            return null;
        }
        String boundary = type.parameter("boundary");
        if (boundary != null && !boundary.isBlank()) {
            return boundary.stripTrailing();
        }
        String guess = guessedBoundary();
        sink.accept(type.value() + " without a boundary parameter"
                + (guess == null ? "" : "; read with " + Problems.quote(guess) + " for it"));
        return guess;
    }

    private @Nullable String guessedBoundary() {
        int line = at;
        for (int count = 0; count < GUESS_LINE_LIMIT && line < octets.length; count++) {
            int next = lineEnd(line);
            if (startsWithDashes(line, next)) {
                int end = trimmedEnd(line, next);
                if (delimiter(line, next) != null) {
                    return null;
                }
                if (end - line > 2 && end - line <= GUESS_LENGTH_LIMIT) {
                    return TextDecoder.guess(octets, line + 2, end);
                }
            }
            line = next;
        }
        return null;
    }

    /** Moves to the next line with an open boundary, or to the end. */
    private void scan() {
        found = null;
        if (open.isEmpty()) {
            at = octets.length;
        }
        while (at < octets.length) {
            int next = lineEnd(at);
            found = delimiter(at, next);
            if (found != null) {
                return;
            }
            at = next;
        }
    }

    private @Nullable Delimiter delimiter(int line, int next) {
        if (open.isEmpty() || !startsWithDashes(line, next)) {
            return null;
        }
        int end = trimmedEnd(line, next);
        int length = end - line - 2;
        if (length > longestBoundary + 2) {
            return null;
        }
        String candidate = new String(octets, line + 2, length, ISO_8859_1);
        Multipart owner = open.get(candidate);
        boolean closes = false;
        if (owner == null && candidate.endsWith("--")) {
            owner = open.get(candidate.substring(0, length - 2));
            closes = true;
        }
        return owner == null ? null : new Delimiter(owner, closes, contentEnd(line), next);
    }

    private static String key(String boundary) {
        return new String(boundary.getBytes(UTF_8), ISO_8859_1);
    }

    /**
     * Reads header fields up to the empty line, to a boundary, or to a line that is no field; returns the header's end.
     */
    private int header(List<MimeEntity.Field> fields, boolean root, Consumer<String> sink) {
        if (root && startsWith(at, "From ")) {
            sink.accept("the first line is the \"From \" line of a mailbox file, not a header field");
            at = lineEnd(at);
        }
        int leftOut = 0;
        while (at < octets.length) {
            int next = lineEnd(at);
            if (lineContentEnd(at, next) == at) {
                int end = at;
                at = next;
                reportLeftOut(leftOut, sink);
                return end;
            }
            found = delimiter(at, next);
            if (found != null) {
                break;
            }
            if (isBlank(octets[at])) {
                sink.accept("a continuation line without a header field before it was passed over");
                at = next;
                continue;
            }
            int colon = colon(at, next);
            if (colon < 0) {
                sink.accept(
                        "no empty line between header and body; the body starts with the first line that is no field: "
                                + Problems.quote(TextDecoder.guess(octets, at, lineContentEnd(at, next))));
                break;
            }
            int name = at;
            at = next;
            while (at < octets.length && isBlank(octets[at])) {
                at = lineEnd(at);
            }
            if (fields.size() < FIELD_LIMIT && fieldsInAll < TOTAL_FIELD_LIMIT) {
                fieldsInAll++;
                fields.add(field(name, colon, at, sink));
            } else {
                leftOut++;
            }
        }
        reportLeftOut(leftOut, sink);
        return at;
    }

    private static void reportLeftOut(int count, Consumer<String> sink) {
        if (count > 0) {
            sink.accept(count + " header fields after the limit of " + FIELD_LIMIT + " in a header or "
                    + TOTAL_FIELD_LIMIT + " in a mail are left out");
        }
    }

    private MimeEntity.Field field(int from, int colon, int to, Consumer<String> sink) {
        int nameEnd = colon;
        while (isBlank(octets[nameEnd - 1])) {
            nameEnd--;
        }
        String name = new String(octets, from, nameEnd - from, ISO_8859_1);
        String folded = TextDecoder.guess(octets, colon + 1, to);
        String raw = folded;
        String display = folded;
        if (folded.indexOf('\n') < folded.length() - 1) {
            raw = unfolded(folded, false);
            display = unfolded(folded, true);
        }
        raw = stripped(raw);
        if (raw.indexOf('\r') >= 0) {
            sink.accept("header field " + name + " holds a CR that ends no line");
        }
        if (raw.indexOf('\0') >= 0) {
            sink.accept("header field " + name + " holds a NUL octet");
        }
        String value =
                EncodedWords.decode(stripped(display), problem -> sink.accept("header field " + name + ": " + problem));
        return new MimeEntity.Field(name, raw, value.equals(raw) ? raw : value);
    }

    /** Without its line breaks; if {@code blanks}, each fold with the white space around it becomes one blank. */
    private static String unfolded(String folded, boolean blanks) {
        StringBuilder line = new StringBuilder(folded.length());
        int i = 0;
        while (i < folded.length()) {
            char c = folded.charAt(i++);
            if (c != '\n') {
                line.append(c);
                continue;
            }
            if (line.length() > 0 && line.charAt(line.length() - 1) == '\r') {
                line.setLength(line.length() - 1);
            }
            if (blanks) {
                while (line.length() > 0 && isBlank(line.charAt(line.length() - 1))) {
                    line.setLength(line.length() - 1);
                }
                while (i < folded.length() && isBlank(folded.charAt(i))) {
                    i++;
                }
                line.append(' ');
            }
        }
        return line.toString();
    }

    private static String stripped(String text) {
        int from = 0;
        int to = text.endsWith("\r\n") ? text.length() - 2 : text.endsWith("\n") ? text.length() - 1 : text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Where the colon after a field name is; -1 if the line does not start with a field name. */
    private int colon(int line, int next) {
        int i = line;
        while (i < next && octets[i] > ' ' && octets[i] != ':' && octets[i] != 127) {
            i++;
        }
        int nameEnd = i;
        while (i < next && isBlank(octets[i])) {
            i++;
        }
        return nameEnd > line && i < next && octets[i] == ':' ? i : -1;
    }

    private static ContentField type(List<MimeEntity.Field> fields, ContentField missing, Consumer<String> sink) {
        ContentField type = contentField(fields, "Content-Type", sink);
        if (type == null) {
            return missing;
        }
        if (TYPE.matcher(type.value()).matches()) {
            return type;
        }
        sink.accept("Content-Type " + Problems.quote(type.value())
                + " is not of the form type/subtype; read as text/plain");
        return new ContentField("text/plain", type.parameters());
    }

    private static @Nullable ContentField contentField(
            List<MimeEntity.Field> fields, String name, Consumer<String> sink) {
        String value = first(fields, name, sink);
        return value == null ? null : ContentField.read(value, problem -> sink.accept(name + ": " + problem));
    }

    private static String encoding(List<MimeEntity.Field> fields, Consumer<String> sink) {
        String value = first(fields, "Content-Transfer-Encoding", sink);
        String encoding =
                value == null ? "" : ContentField.read(value, ignored -> {}).value();
        return encoding.isEmpty() ? "7bit" : encoding.toLowerCase(Locale.ROOT);
    }

    private static @Nullable String first(List<MimeEntity.Field> fields, String name, Consumer<String> sink) {
        String value = null;
        int count = 0;
        for (MimeEntity.Field field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                value = count++ == 0 ? field.raw() : value;
            }
        }
        if (count > 1) {
            sink.accept(count + " " + name + " fields; the first one counts");
        }
        return value;
    }

    /** Where the line that starts at {@code from} ends, its line break included. */
    private int lineEnd(int from) {
        int i = from;
        while (i < octets.length) {
            if (octets[i++] == '\n') {
                return i;
            }
        }
        return i;
    }

    /** Where the content of a line ends, its line break not included. */
    private int lineContentEnd(int line, int next) {
        int end = next;
        if (end > line && octets[end - 1] == '\n') {
            end--;
            if (end > line && octets[end - 1] == '\r') {
                end--;
            }
        }
        return end;
    }

    /** Where the text before a line ends, the line break between not included. */
    private int contentEnd(int line) {
        int end = line;
        if (end > 0 && octets[end - 1] == '\n') {
            end--;
            if (end > 0 && octets[end - 1] == '\r') {
                end--;
            }
        }
        return end;
    }

    private int trimmedEnd(int line, int next) {
        int end = next;
        while (end > line + 2 && (isBlank(octets[end - 1]) || octets[end - 1] == '\n' || octets[end - 1] == '\r')) {
            end--;
        }
        return end;
    }

    private boolean startsWithDashes(int line, int next) {
        return next - line > 2 && octets[line] == '-' && octets[line + 1] == '-';
    }

    private boolean startsWith(int from, String prefix) {
        if (octets.length - from < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (octets[from + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }
}
