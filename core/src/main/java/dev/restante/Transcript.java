package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What was said on a connection, in order and with times.
 *
 * <p>{@link #toString()} prints it for people: control characters are escaped. Passwords are masked and bodies elided to their
 * size everywhere.
 *
 * @param entries everything that is kept, in order
 * @param dropped how many older entries were dropped to stay within bounds
 */
public record Transcript(List<Entry> entries, int dropped) {
    /** Copies the list. */
    public Transcript {
        entries = List.copyOf(entries);
    }

    /** What an entry tells. */
    public enum Kind {
        /** A line from the client. */
        CLIENT,
        /** A reply of the server, several lines joined by {@code \n}. */
        SERVER,
        /** Octets of a body from the client, elided to their number. */
        BODY,
        /** TLS was established; what follows is inside. */
        TLS,
        /** A rule of the script fired. */
        RULE,
        /** A remark of the server on what happened. */
        NOTE,
        /** The connection ended. */
        END
    }

    /**
     * One entry.
     *
     * @param at the time since the connection was accepted
     * @param text what was said, without line ends
     * @param octets for a body, how many octets it had on the wire; else 0
     * @param mailId for a body that has arrived whole, the {@link CapturedMail#id()} that its mail has if it was stored
     */
    public record Entry(Kind kind, Duration at, String text, long octets, Optional<String> mailId) {
        /** The entry as one or more indented lines. */
        @Override
        public String toString() {
            String mark = switch (kind) {
                case CLIENT -> "C: ";
                case SERVER -> "S: ";
                case BODY -> "C: ";
                case TLS -> "-- ";
                case RULE -> "!! ";
                case NOTE -> "-- ";
                case END -> "-- ";
            };
            String time = String.format(Locale.ROOT, "%+9.3f  ", at.toNanos() / 1e9);
            String[] lines = text.split("\n", -1);
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < lines.length; i++) {
                all.append(i == 0 ? time : "\n" + " ".repeat(time.length()))
                        .append(mark)
                        .append(printable(lines[i]));
            }
            return all.toString();
        }
    }

    /** The text with its control characters escaped, so that a terminal shows them and obeys none. */
    static String printable(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                shown.append("\\t");
            } else if (c == '\r') {
                shown.append("\\r");
            } else if (Character.isISOControl(c)) {
                shown.append(String.format("\\x%02x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    /** The client's lines, in order. */
    public List<String> clientLines() {
        return texts(Kind.CLIENT);
    }

    /** The server's replies, in order. */
    public List<String> replies() {
        return texts(Kind.SERVER);
    }

    /** The names of the rules that fired, in order. */
    public List<String> rules() {
        return texts(Kind.RULE);
    }

    /** The remarks, in order. */
    public List<String> notes() {
        return texts(Kind.NOTE);
    }

    private List<String> texts(Kind kind) {
        return entries.stream()
                .filter(entry -> entry.kind() == kind)
                .map(Entry::text)
                .toList();
    }

    /** The dialogue, one line each. */
    @Override
    public String toString() {
        String all = entries.stream().map(Entry::toString).collect(Collectors.joining("\n"));
        return dropped == 0 ? all : "(" + dropped + " earlier entries dropped)\n" + all;
    }
}
