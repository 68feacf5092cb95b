package dev.restante;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One SMTP reply: a code, an optional enhanced status code and one or more lines of text (RFC 5321 section 4.2, RFC
 * 3463).
 *
 * <p>Immutable and thread-safe.
 */
public final class Reply {
    private final int code;
    private final String enhancedCode;
    private final List<String> lines;
    private final byte[] wire;

    private Reply(int code, String enhancedCode, List<String> lines) {
        this.code = code;
        this.enhancedCode = enhancedCode;
        this.lines = lines;
        this.wire = render().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A reply of {@code code} with {@code text}. A text that begins with an enhanced status code, such as {@code "4.2.1
     * Mailbox busy"}, gives that code to every line; each {@code \n} begins a new line.
     *
     * @throws IllegalArgumentException if the code is not between 200 and 599, or the text holds a CR, another control
     *     character than TAB and LF, or half of a surrogate pair
     */
    public static Reply of(int code, String text) {
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("A reply code is between 200 and 599, but was " + code + ".");
        }
        boolean surrogates = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            surrogates |= Character.isSurrogate(c);
            if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7f) {
                throw new IllegalArgumentException("A reply's text holds no control character, but has "
                        + String.format("U+%04X at position %d", (int) c, i)
                        + ". Use \\n for a reply of several lines, and rawReply(...) for anything else.");
            }
        }
        if (surrogates && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "A reply's text is whole characters, but has half of a surrogate pair. Use rawReply(...) for octets"
                            + " that are no UTF-8.");
        }
        int end = endOfEnhancedCode(text);
        return end == 0
                ? new Reply(code, "", splitLines(text))
                : new Reply(
                        code, text.substring(0, end), splitLines(end == text.length() ? "" : text.substring(end + 1)));
    }

    /** The length of the enhanced status code that {@code text} begins with (RFC 3463 section 2); 0 if there is none. */
    private static int endOfEnhancedCode(String text) {
        if (text.isEmpty() || "245".indexOf(text.charAt(0)) < 0) {
            return 0;
        }
        int subject = endOfNumber(text, 1);
        int detail = subject == 0 ? 0 : endOfNumber(text, subject);
        return detail == 0 || (detail < text.length() && text.charAt(detail) != ' ') ? 0 : detail;
    }

    /** The end of a dot and one to three digits at {@code dot}; 0 if they are not there. */
    private static int endOfNumber(String text, int dot) {
        if (dot >= text.length() || text.charAt(dot) != '.') {
            return 0;
        }
        int end = dot + 1;
        while (end < text.length() && end < dot + 4 && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end == dot + 1 ? 0 : end;
    }

    private static List<String> splitLines(String text) {
        return text.indexOf('\n') < 0 ? List.of(text) : List.of(text.split("\n", -1));
    }

    /** The three-digit code, 200 to 599. */
    public int code() {
        return code;
    }

    /** The enhanced status code of RFC 3463, such as {@code 4.2.1}; empty if the reply has none. */
    public Optional<String> enhancedCode() {
        return enhancedCode.isEmpty() ? Optional.empty() : Optional.of(enhancedCode);
    }

    /** The text of each line, without codes; at least one, possibly empty. */
    public List<String> lines() {
        return lines;
    }

    /** The text as {@link #of} takes it: the enhanced status code, if any, and the lines joined by {@code \n}. */
    public String text() {
        String joined = String.join("\n", lines);
        return enhancedCode.isEmpty() ? joined : joined.isEmpty() ? enhancedCode : enhancedCode + " " + joined;
    }

    /** Whether the code is 2xx. */
    public boolean isPositive() {
        return code < 300;
    }

    /** Whether the code is 4xx or 5xx. */
    public boolean isNegative() {
        return code >= 400;
    }

    /** The reply as it goes over the wire, each line ended by CRLF. */
    public byte[] toBytes() {
        return wire.clone();
    }

    /** The number of octets that {@link #toBytes()} has. */
    public int length() {
        return wire.length;
    }

    /** Copies the wire form into {@code target} at {@code offset}, without the array that {@link #toBytes()} makes. */
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(wire, 0, target, offset, wire.length);
    }

    private String render() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(code).append(i == lines.size() - 1 ? ' ' : '-');
            if (!enhancedCode.isEmpty()) {
                text.append(enhancedCode);
                if (!lines.get(i).isEmpty()) {
                    text.append(' ');
                }
            }
            text.append(lines.get(i)).append("\r\n");
        }
        return text.toString();
    }

    /** The lines as they go over the wire, without line ends. */
    public List<String> wireLines() {
        return List.of(new String(wire, StandardCharsets.UTF_8).split("\r\n"));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Reply that
                && code == that.code
                && enhancedCode.equals(that.enhancedCode)
                && lines.equals(that.lines);
    }

    @Override
    public int hashCode() {
        return 31 * code + lines.hashCode();
    }

    /** The wire lines joined by {@code " / "}, such as {@code 450 4.2.1 Mailbox busy}. */
    @Override
    public String toString() {
        return String.join(" / ", wireLines());
    }
}
