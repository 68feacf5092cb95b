package dev.restante;

import java.time.Duration;
import java.util.Locale;

/**
 * Something that a client did wrong, in its conversation or in a mail. Finding it changes nothing of what is captured.
 *
 * <p>What is wrong again and again is one finding with a count; its place is the first.
 *
 * @param check what was looked for
 * @param severity how severe it is here
 * @param message what is wrong, in a sentence
 * @param place where, the first time
 * @param count how often, at least 1
 */
public record LintFinding(LintCheck check, Severity severity, String message, Place place, long count) {
    /** How severe a finding is. */
    public enum Severity {
        /** A server may refuse or misread it. */
        ERROR,
        /** It breaks a rule that most servers overlook. */
        WARNING,
        /** It is worth knowing. Nothing fails for it. */
        NOTE
    }

    /** Where something was found. */
    public sealed interface Place permits InSession, InMail {}

    /**
     * A place in a conversation.
     *
     * @param entry the entry of the transcript, from 0; entries that were dropped count
     * @param at the time since the connection was accepted
     * @param line what was said, as the transcript has it
     */
    public record InSession(int entry, Duration at, String line) implements Place {
        private static final int LONGEST = 80;

        @Override
        public String toString() {
            String shown = line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
            return String.format(Locale.ROOT, "at %+.3f", at.toNanos() / 1e9) + ": " + Transcript.printable(shown);
        }
    }

    /**
     * A place in a mail.
     *
     * @param octet the octet, from 0
     * @param line its line, from 1
     */
    public record InMail(long octet, long line) implements Place {
        @Override
        public String toString() {
            return "in line " + line + ", at octet " + octet;
        }
    }

    /** The stable code of the check, such as {@code bare-lf}. */
    public String code() {
        return check.code();
    }

    /** The section that is broken, such as {@code RFC 5321 section 2.3.8}. */
    public String reference() {
        return check.reference();
    }

    /** Whether this is an error or a warning, for which assertions fail. */
    public boolean isFault() {
        return severity != Severity.NOTE;
    }

    /** The finding on one line. */
    @Override
    public String toString() {
        return severity.name().toLowerCase(Locale.ROOT) + " " + code() + ": " + Transcript.printable(message) + " ("
                + reference() + ") " + place + (count > 1 ? ", " + count + " times" : "");
    }
}
