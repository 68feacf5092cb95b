package dev.restante;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * The conditions that every stage knows. All conditions of a rule must hold for it to fire. Steps are immutable: each
 * call returns a new one.
 *
 * @param <T> the step itself
 */
public interface Conditions<T> {
    /** Only if {@code condition} holds. */
    T when(Condition condition);

    /** Gives the rule a name for transcripts and messages; without one it is called by how it is written. */
    T named(String name);

    /** Only for clients in this network, such as {@code "127.0.0.0/8"}: see {@link Network}. */
    default T client(String cidr) {
        return when(new Condition.Client(Network.of(cidr)));
    }

    /** Only inside TLS. */
    default T overTls() {
        return when(new Condition.Tls(true));
    }

    /** Only in plain text. */
    default T inPlain() {
        return when(new Condition.Tls(false));
    }

    /** Only the nth time that the stage is reached in the mail transaction, or, outside of one, in the connection. */
    default T nth(int n) {
        return when(new Condition.Nth(n, Condition.Scope.TRANSACTION));
    }

    /** Only the nth time that the stage is reached in the connection. */
    default T nthInConnection(int n) {
        return when(new Condition.Nth(n, Condition.Scope.CONNECTION));
    }

    /** Only the nth time that the stage is reached on the server, since the rule was scripted. */
    default T nthOnServer(int n) {
        return when(new Condition.Nth(n, Condition.Scope.SERVER));
    }

    /** Only for the attempts from {@code first} to {@code last} with the same key, which the next step names. */
    default Attempts<T> attempts(int first, int last) {
        return key -> when(new Condition.Attempts(first, last, key));
    }

    /**
     * Only while a key is new: for {@code time} from the first time that all other conditions held for it. It is forgotten,
     * and new again, once {@code forgottenAfter} has passed. The next step names the key. This is greylisting (RFC 6647).
     */
    default Attempts<T> newcomers(Duration time, Duration forgottenAfter) {
        return key -> when(new Condition.Newcomer(time, forgottenAfter, key));
    }

    /**
     * Only for what goes over a rate: {@code count} times with the same key are let through within any {@code window} on the
     * server's clock. The next step names the key.
     */
    default Attempts<T> moreThan(int count, Duration window) {
        return key -> when(new Condition.Rate(count, window, key));
    }

    /** Only while more connections than this are open on the server, this one included. */
    default T connectionsAbove(int count) {
        return when(new Condition.Connections(count, false));
    }

    /** Only while more connections than this are open from this client's address, this one included. */
    default T connectionsOfClientAbove(int count) {
        return when(new Condition.Connections(count, true));
    }

    /** With this probability, from 0 to 1; {@code seed} decides the sequence of draws. */
    default T withProbability(double probability, long seed) {
        return when(new Condition.Chance(probability, seed));
    }

    /** Only if {@code predicate} agrees. Such a rule has no JSON form. */
    default T matching(Predicate<Moment> predicate) {
        return when(new Condition.Matching(predicate));
    }

    /**
     * Names whose attempts are counted.
     *
     * @param <T> the step that counting leads back to
     */
    @FunctionalInterface
    interface Attempts<T> {
        /** Counts for each of these keys. */
        T per(Condition.Key key);

        /** Counts for each recipient. */
        default T perRecipient() {
            return per(Condition.Key.RECIPIENT);
        }

        /** Counts for each sender. */
        default T perSender() {
            return per(Condition.Key.SENDER);
        }

        /** Counts for each authenticated user. */
        default T perUser() {
            return per(Condition.Key.USER);
        }

        /** Counts for each client address. */
        default T perClient() {
            return per(Condition.Key.CLIENT);
        }

        /** Counts for each triple of client, sender and recipient. */
        default T perTriple() {
            return per(Condition.Key.TRIPLE);
        }
    }

    /**
     * What is known once a client may have greeted.
     *
     * @param <T> the step itself
     */
    interface Greeted<T> extends Conditions<T> {
        /** Only if the name given with EHLO or HELO matches this {@linkplain TextPattern pattern}. */
        default T helo(String pattern) {
            return when(new Condition.Helo(TextPattern.of(pattern)));
        }

        /** Only for clients that have logged in. */
        default T loggedIn() {
            return when(new Condition.LoggedIn(true));
        }

        /** Only for clients that have not logged in. */
        default T notLoggedIn() {
            return when(new Condition.LoggedIn(false));
        }

        /** Only if the authenticated user matches this {@linkplain TextPattern pattern}. */
        default T user(String pattern) {
            return when(new Condition.User(TextPattern.of(pattern)));
        }
    }

    /**
     * What is known once the client has presented its credentials.
     *
     * @param <T> the step itself
     */
    interface WithCredentials<T> extends Greeted<T> {
        /**
         * Only if the server's {@link AuthPolicy} takes the credentials. A positive reply of such a rule words the success, and
         * lets nobody in who is not let in anyhow.
         */
        default T rightCredentials() {
            return when(new Condition.Credentials(true));
        }

        /** Only if the server's {@link AuthPolicy} does not take the credentials. A positive reply lets the client in. */
        default T wrongCredentials() {
            return when(new Condition.Credentials(false));
        }
    }

    /**
     * What is known once MAIL FROM was said.
     *
     * @param <T> the step itself
     */
    interface WithSender<T> extends Greeted<T> {
        /** Only if the sender matches this {@linkplain TextPattern pattern}. */
        default T from(String pattern) {
            return when(new Condition.From(TextPattern.of(pattern)));
        }

        /** Only if MAIL, or at RCPT this RCPT, gives an ESMTP parameter of this keyword, such as {@code REQUIRETLS}. */
        default T parameter(String keyword) {
            return parameter(keyword, "*");
        }

        /**
         * Only if MAIL, or at RCPT this RCPT, gives an ESMTP parameter of this keyword, and its value as spoken matches this
         * {@linkplain TextPattern pattern}.
         */
        default T parameter(String keyword, String pattern) {
            return when(new Condition.Parameter(keyword, TextPattern.of(pattern)));
        }

        /** Only if the size, declared or arrived, is at least this many octets. */
        default T sizeAtLeast(long octets) {
            return when(new Condition.Size(octets, Long.MAX_VALUE));
        }

        /** Only if the size, declared or arrived, is at most this many octets. */
        default T sizeAtMost(long octets) {
            return when(new Condition.Size(0, octets));
        }
    }

    /**
     * What is known once RCPT TO was said.
     *
     * @param <T> the step itself
     */
    interface WithRecipient<T> extends WithSender<T> {
        /**
         * Only if the recipient matches this {@linkplain TextPattern pattern}; at stages after RCPT TO, if any accepted
         * recipient does.
         */
        default T to(String pattern) {
            return when(new Condition.To(TextPattern.of(pattern)));
        }

        /** Only if the mail has more recipients than this: those accepted so far and, at RCPT TO, the one that it names. */
        default T recipientsAbove(int count) {
            return when(new Condition.Recipients(count));
        }
    }

    /**
     * What is known once the body has arrived.
     *
     * @param <T> the step itself
     */
    interface WithContent<T> extends WithRecipient<T> {
        /** Only if a header field {@code name} has a decoded value that matches this {@linkplain TextPattern pattern}. */
        default T header(String name, String pattern) {
            return when(new Condition.Header(name, TextPattern.of(pattern)));
        }

        /** Only if the decoded subject matches this {@linkplain TextPattern pattern}. */
        default T subject(String pattern) {
            return header("Subject", pattern);
        }
    }
}
