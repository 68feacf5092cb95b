package dev.restante;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a rule does once it fires: how it paces the conversation ({@link Pace}), and what it decides ({@link Decision}).
 *
 * <p>Rules are written with {@link Script}; these records are what a finished {@link Rule} holds.
 */
public sealed interface Effect {

    /** An effect on the speed of a conversation. Those of all matching rules apply together. */
    sealed interface Pace extends Effect {}

    /** An effect that decides how a stage ends. Only the first matching rule's applies. */
    sealed interface Decision extends Effect {}

    /**
     * Waits before the stage goes on.
     *
     * @param time how long, on the server's clock
     */
    record Delay(Duration time) implements Pace {
        /** Refuses a negative time. */
        public Delay {
            requireNotNegative(time, "A delay");
        }
    }

    /**
     * Waits before this and every later reply of the connection.
     *
     * @param perReply how long before each reply, on the server's clock
     */
    record Tarpit(Duration perReply) implements Pace {
        /** Refuses a negative time. */
        public Tarpit {
            requireNotNegative(perReply, "A tarpit's time");
        }
    }

    /**
     * Limits how fast the server reads from this connection, from here to its end.
     *
     * @param bytesPerSecond octets a second on the server's clock, at least 1
     */
    record Throttle(int bytesPerSecond) implements Pace {
        /** Refuses a rate below 1. */
        public Throttle {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException(
                        "A throttle lets through at least 1 byte per second, but was " + bytesPerSecond + ".");
            }
        }
    }

    /**
     * Writes the stage's reply in pieces, one write each.
     *
     * @param pieceSize octets a piece, at least 1
     * @param gap how long between pieces, on the server's clock
     */
    record Dribble(int pieceSize, Duration gap) implements Pace {
        /** Refuses a piece below 1 and a negative gap. */
        public Dribble {
            if (pieceSize < 1) {
                throw new IllegalArgumentException("A dribbled piece has at least 1 byte, but was " + pieceSize + ".");
            }
            requireNotNegative(gap, "The gap between dribbled pieces");
        }
    }

    /**
     * Waits until the test releases the hold of this name.
     *
     * @param name the hold's name: {@link Hold#name()}
     */
    record WaitFor(String name) implements Pace {}

    /**
     * Says {@code reply}. A negative reply refuses what was asked; a positive one lets it take effect in these words.
     *
     * @param reply what is said; 421 also closes the connection
     */
    record Answer(Reply reply) implements Decision {}

    /**
     * Writes only the first octets of the reply that is due, then closes the connection. What the reply acknowledges
     * has taken effect.
     *
     * @param bytes how many octets, at least 0
     */
    record CutReply(int bytes) implements Decision {
        /** Refuses a negative number. */
        public CutReply {
            if (bytes < 0) {
                throw new IllegalArgumentException("A reply is cut after 0 bytes or more, but was " + bytes + ".");
            }
        }
    }

    /**
     * Returns the mail after it was accepted, by a delivery report (RFC 3464) to its sender, as the client asked with NOTIFY,
     * RET, ENVID and ORCPT (RFC 3461). The report goes out once the client has its reply. Nobody is told of a mail from the
     * null sender. The returned mail has CRLF at each line's end, whatever it came with.
     *
     * @param recipients whose mail is returned
     * @param host the SMTP server that takes the report
     * @param port its port
     * @param status the enhanced status code that the report gives, such as {@code 5.1.1}
     * @param diagnostic the reply that the report quotes
     */
    record Bounce(TextPattern recipients, String host, int port, String status, String diagnostic) implements Pace {
        /** Refuses what a report cannot say. */
        public Bounce {
            if (host.isBlank() || port < 1 || port > 65535) {
                throw new IllegalArgumentException("A report is taken by a host and a port from 1 to 65535, but was \""
                        + host + "\" and " + port + ".");
            }
            if (!status.matches("[45]\\.\\d{1,3}\\.\\d{1,3}")) {
                throw new IllegalArgumentException(
                        "The status of a mail that is returned is such as 5.1.1, but was \"" + status + "\".");
            }
            if (diagnostic.isBlank() || diagnostic.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("A diagnostic is one line of text.");
            }
        }
    }

    /**
     * Writes these octets in place of the reply that is due; what was asked does not take effect.
     *
     * @param octets the bytes as characters U+0000 to U+00FF
     */
    record RawReply(String octets) implements Decision {
        /** Refuses characters that are no octets. */
        public RawReply {
            for (int i = 0; i < octets.length(); i++) {
                if (octets.charAt(i) > 0xff) {
                    throw new IllegalArgumentException("A raw reply holds octets, written as U+0000 to U+00FF, but has "
                            + String.format("U+%04X at position %d.", (int) octets.charAt(i), i));
                }
            }
        }
    }

    /** Faults that need no further words. */
    enum Fault implements Decision {
        /** Closes the connection without a word (FIN). */
        CLOSE,
        /** Resets the connection (RST). */
        RESET,
        /** Says nothing more until the client leaves, the server is reset or it closes. */
        STALL,
        /** Writes octets that no SMTP client can read as a reply, then closes. */
        GARBAGE,
        /** Says that the mail was taken, and forgets it. */
        DISCARD
    }

    /** Faults of the TLS layer. */
    enum TlsFault implements Decision {
        /** The certificate's time is over. */
        EXPIRED,
        /** The certificate is for another host. */
        WRONG_HOST,
        /** The certificate is signed by an authority that nobody trusts. */
        UNTRUSTED,
        /** The certificate's time has not begun. */
        NOT_YET_VALID,
        /** The certificate is signed by no authority but by itself. */
        SELF_SIGNED,
        /** The certificate's key is RSA with 768 bits, which Java and OpenSSL refuse unless told otherwise. */
        WEAK_KEY,
        /** The connection ends after the client's first message of the handshake. */
        HANDSHAKE_CUT,
        /** The connection ends after the server's first message (ServerHello), in the middle of its flight. */
        HANDSHAKE_CUT_AFTER_SERVER_HELLO,
        /**
         * The connection ends after the client's last message (Finished). With TLS 1.2 the server's own is still owed; with
         * TLS 1.3 the handshake is complete for the client, and what it reads first is the end.
         */
        HANDSHAKE_CUT_AFTER_FINISHED,
        /** Nothing more comes after the server's first message (ServerHello). */
        HANDSHAKE_STALL,
        /**
         * There is no TLS: the conversation goes on in plain text although STARTTLS was accepted, or on the SMTPS port. A
         * client's handshake is answered with 500 in plain text.
         */
        PLAIN_TEXT,
        /** Only TLS 1.2 is spoken. */
        ONLY_TLS_1_2,
        /** Only TLS 1.3 is spoken. */
        ONLY_TLS_1_3
    }

    /**
     * Changes the answer to EHLO, for this reply. The changes of all matching rules apply together; where two concern the
     * same keyword, that of the rule that is asked first does.
     *
     * @param add lines added at the end, such as {@code "SIZE 1000"}; one with a keyword that stands already replaces it
     * @param hide keywords left out before the others are added; {@link #ALL} leaves out all that stand
     * @param greeting the text of the first line, and of the answer to HELO, as {@link Step.Answered#reply(int, String)}
     *     takes it; empty for the server's own
     */
    record Keywords(List<String> add, List<String> hide, String greeting) implements Decision {
        /** What hides every keyword. */
        public static final String ALL = "*";

        /** Copies the lists; refuses what would not be one line. */
        public Keywords {
            add = List.copyOf(add);
            hide = List.copyOf(hide);
            Stream.concat(add.stream(), hide.stream()).forEach(Keywords::requireLine);
            if (greeting.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("The greeting is one line without control characters.");
            }
        }

        /** Changes to the keywords alone. */
        public Keywords(List<String> add, List<String> hide) {
            this(add, hide, "");
        }

        /** These changes and, where they leave something open, those of a rule that is asked later. */
        public Keywords before(Keywords later) {
            List<String> allAdded = new ArrayList<>(hide.contains(ALL) ? List.of() : later.add);
            allAdded.removeIf(this::concerns);
            allAdded.addAll(add);
            Set<String> allHidden = new LinkedHashSet<>(later.hide);
            allHidden.addAll(hide);
            return new Keywords(allAdded, List.copyOf(allHidden), greeting.isEmpty() ? later.greeting : greeting);
        }

        /** The lines that are listed in place of these. */
        public List<String> applyTo(List<String> lines) {
            List<String> all = new ArrayList<>(hide.contains(ALL) ? List.of() : lines);
            all.removeIf(this::concerns);
            all.addAll(add);
            return all;
        }

        private static void requireLine(String line) {
            if (line.isBlank()
                    || Character.isWhitespace(line.charAt(0))
                    || line.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "A line of the answer to EHLO begins with a keyword, as \"SIZE 1000\" does, and has no control"
                                + " characters, but was \"" + line.replaceAll("\\p{Cntrl}", "?") + "\".");
            }
        }

        private boolean concerns(String line) {
            return Stream.concat(add.stream(), hide.stream())
                    .anyMatch(own -> keyword(own).equals(keyword(line)));
        }

        private static String keyword(String line) {
            int space = line.indexOf(' ');
            return (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
        }
    }

    /**
     * Asks a function. It cannot travel: a script with one has no JSON form.
     *
     * @param function from what is known at the moment to a decision; {@link Pass#PASS} leaves the stage to later rules
     */
    record Computed(Function<Moment, Decision> function) implements Decision {}

    /** The answer of a {@link Computed} effect that does not want to decide. */
    enum Pass implements Decision {
        /** Leaves the stage to later rules; counts as no hit. */
        PASS
    }

    private static void requireNotNegative(Duration time, String what) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(what + " is not negative, but was " + time + ".");
        }
    }
}
