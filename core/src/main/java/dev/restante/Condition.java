package dev.restante;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What must be true for a rule to fire. All conditions of a rule must hold.
 *
 * <p>Rules are written with {@link Script}; these records are what a finished {@link Rule} holds.
 */
public sealed interface Condition {

    /** Whether the sender's address matches. */
    record From(TextPattern pattern) implements Condition {}

    /**
     * Whether the recipient's address matches; after RCPT, whether any accepted recipient's does, and on LMTP behind the body,
     * whether the one's whose reply is due does.
     */
    record To(TextPattern pattern) implements Condition {}

    /** Whether the name given with EHLO or HELO matches. */
    record Helo(TextPattern pattern) implements Condition {}

    /** Whether the authenticated user matches; false without AUTH. */
    record User(TextPattern pattern) implements Condition {}

    /** Whether the client's address lies in a network. */
    record Client(Network network) implements Condition {}

    /** Whether the connection is inside TLS ({@code true}) or in plain text ({@code false}). */
    record Tls(boolean encrypted) implements Condition {}

    /** Whether the client has logged in ({@code true}) or not. */
    record LoggedIn(boolean yes) implements Condition {}

    /** Whether the server takes the credentials that AUTH presents ({@code true}) or not. */
    record Credentials(boolean right) implements Condition {}

    /**
     * Whether an ESMTP parameter of this keyword was given with MAIL, or at RCPT with the RCPT that is asked for, and its value as
     * spoken matches; one without a value has the empty text.
     *
     * @param keyword the parameter's keyword; case is ignored
     */
    record Parameter(String keyword, TextPattern pattern) implements Condition {
        private static final Pattern KEYWORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*");

        /** Refuses what is no keyword (RFC 5321 section 4.1.2). */
        public Parameter {
            if (!isKeyword(keyword)) {
                throw new IllegalArgumentException(
                        "\"" + keyword + "\" is no keyword of a parameter, such as BY or MT-PRIORITY.");
            }
        }

        static boolean isKeyword(String text) {
            return KEYWORD.matcher(text).matches();
        }
    }

    /** Whether a header field of this name has a decoded value that matches. */
    record Header(String name, TextPattern pattern) implements Condition {}

    /**
     * Whether the size lies within bounds: the body's octets once it has arrived, the declared SIZE before.
     *
     * @param atLeast the smallest size that matches
     * @param atMost the largest size that matches
     */
    record Size(long atLeast, long atMost) implements Condition {
        /** Refuses bounds that no size lies between. */
        public Size {
            if (atLeast < 0 || atMost < atLeast) {
                throw new IllegalArgumentException("A size has bounds with 0 <= at least <= at most, but they were "
                        + atLeast + " and " + atMost + ".");
            }
        }
    }

    /** Whether a function agrees. It cannot travel: a script with one has no JSON form. */
    record Matching(Predicate<Moment> predicate) implements Condition {}

    /**
     * Whether this is the nth time that the stage is reached in its scope, counted from 1.
     *
     * @param n the ordinal, at least 1
     */
    record Nth(int n, Scope scope) implements Condition {
        /** Refuses an ordinal below 1. */
        public Nth {
            if (n < 1) {
                throw new IllegalArgumentException("nth counts from 1, but was " + n + ".");
            }
        }
    }

    /** Where {@link Nth} counts. */
    enum Scope {
        /** Within the current mail transaction; stages outside of one count within the connection. */
        TRANSACTION,
        /** Within the connection. */
        CONNECTION,
        /** On the server, since the rule was scripted. */
        SERVER
    }

    /**
     * Whether this is one of the attempts from first to last with the same key, counted from 1 since the rule was
     * scripted. An attempt counts once all other conditions of the rule hold.
     */
    record Attempts(int first, int last, Key key) implements Condition {
        /** Refuses an empty range. */
        public Attempts {
            if (first < 1 || last < first) {
                throw new IllegalArgumentException(
                        "attempts(first, last) needs 1 <= first <= last, but was (" + first + ", " + last + ").");
            }
        }
    }

    /**
     * Whether a key was first seen less than a while ago, as greylisting asks (RFC 6647): counted from the first time that
     * all other conditions of the rule held for it.
     *
     * @param time how long a key is new, on the server's clock
     * @param forgottenAfter how long after its first time a key is forgotten, and new again
     */
    record Newcomer(Duration time, Duration forgottenAfter, Key key) implements Condition {
        /** Refuses times that are not positive, and a key forgotten while it is new. */
        public Newcomer {
            if (time.isZero() || time.isNegative() || forgottenAfter.compareTo(time) <= 0) {
                throw new IllegalArgumentException(
                        "newcomers(time, forgottenAfter) needs 0 < time < forgottenAfter, but was (" + time + ", "
                                + forgottenAfter + ").");
            }
        }
    }

    /**
     * Whether a key goes over a rate: more times that all other conditions of the rule held for it, within a sliding window,
     * than are let through.
     *
     * @param count how many are let through, 1 to 100,000
     * @param window how long the window is, on the server's clock
     */
    record Rate(int count, Duration window, Key key) implements Condition {
        /** Refuses a count out of range and a window that is not positive. */
        public Rate {
            if (count < 1 || count > 100_000 || window.isZero() || window.isNegative()) {
                throw new IllegalArgumentException(
                        "moreThan(count, window) needs 1 <= count <= 100000 and a positive window, but was (" + count
                                + ", " + window + ").");
            }
        }
    }

    /**
     * Whether more connections are open than a number, this one included.
     *
     * @param above the number, at least 0
     * @param ofClient whether only those from this client's address count
     */
    record Connections(int above, boolean ofClient) implements Condition {
        /** Refuses a negative number. */
        public Connections {
            if (above < 0) {
                throw new IllegalArgumentException("connectionsAbove counts from 0, but was " + above + ".");
            }
        }
    }

    /**
     * Whether the mail has more recipients than a number: those accepted so far and, at RCPT, the one that it names.
     *
     * @param above the number, at least 0
     */
    record Recipients(int above) implements Condition {
        /** Refuses a negative number. */
        public Recipients {
            if (above < 0) {
                throw new IllegalArgumentException("recipientsAbove counts from 0, but was " + above + ".");
            }
        }
    }

    /** What makes two attempts the same for {@link Attempts}, {@link Newcomer} and {@link Rate}. */
    enum Key {
        /** The recipient's address, ignoring case. */
        RECIPIENT,
        /** The sender's address, ignoring case. */
        SENDER,
        /** The authenticated user. */
        USER,
        /** The client's address without port. */
        CLIENT,
        /** Client, sender and recipient together, as greylisting does (RFC 6647). */
        TRIPLE
    }

    /**
     * Whether a random draw, made once all other conditions hold, falls below a probability.
     *
     * @param probability from 0 to 1
     * @param seed decides the sequence of draws
     */
    record Chance(double probability, long seed) implements Condition {
        /** Refuses a probability outside 0 to 1. */
        public Chance {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("A probability lies between 0 and 1, but was " + probability + ".");
            }
        }
    }
}
