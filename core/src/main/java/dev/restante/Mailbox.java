package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Caught mail, in the order it arrived, bounded by number and size: the oldest are evicted and counted.
 *
 * <p>A mail is here before the client is told that it was taken. Waiting, however, ends only once it is settled what
 * became of that reply ({@link CapturedMail#acknowledgement()}), so that a test that goes on never races with its client.
 *
 * <p>Every wait has a time-out, 5 seconds unless the server was built with another, or {@link #within} says otherwise. A
 * wait that fails throws an {@link AssertionError} that shows what did arrive, the nearest misses and the dialogues.
 *
 * <p>Thread-safe. Lists are snapshots.
 */
public interface Mailbox {
    /** All mails here now, oldest first. */
    List<CapturedMail> mails();

    /** The mails here now that match, oldest first. */
    default List<CapturedMail> mails(Matching matching) {
        return mails().stream().filter(matching).toList();
    }

    /** The mail with this {@link CapturedMail#id()}, if it is still here. */
    Optional<CapturedMail> mail(String id);

    /** Waits for a mail, removes the oldest and returns it. */
    default CapturedMail takeMail() {
        return takeMail(Matching.any());
    }

    /** Waits for a mail that matches, removes the oldest such and returns it. */
    CapturedMail takeMail(Matching matching);

    /** Waits until a mail that matches is here and returns the oldest such; it stays. */
    default CapturedMail awaitMail(Matching matching) {
        return awaitMails(1, matching).get(0);
    }

    /** Waits until at least {@code count} mails are here and returns all. */
    default List<CapturedMail> awaitMails(int count) {
        return awaitMails(count, Matching.any());
    }

    /** Waits until at least {@code count} mails that match are here and returns all such. */
    List<CapturedMail> awaitMails(int count, Matching matching);

    /**
     * Waits until exactly {@code count} mails are here, and then for as long as {@code quiet} to see that no other comes.
     *
     * @throws AssertionError at once if there are more
     */
    default List<CapturedMail> awaitExactly(int count, Duration quiet) {
        return awaitExactly(count, quiet, Matching.any());
    }

    /** Waits as {@link #awaitExactly(int, Duration)} does, for mails that match. */
    List<CapturedMail> awaitExactly(int count, Duration quiet, Matching matching);

    /**
     * Waits for the whole of {@code time} to see that no mail comes.
     *
     * @throws AssertionError at once if there is one
     */
    default void awaitNone(Duration time) {
        awaitNone(time, Matching.any());
    }

    /** Waits as {@link #awaitNone(Duration)} does, for mails that match. */
    default void awaitNone(Duration time, Matching matching) {
        awaitExactly(0, time, matching);
    }

    /** Removes all mails and returns them, oldest first. */
    List<CapturedMail> clear();

    /** Removes these mails and returns those that were still here. */
    List<CapturedMail> remove(Matching matching);

    /** How many mails were evicted to stay within bounds. */
    long evicted();

    /**
     * Calls {@code listener} for each mail from now on, once it is settled; one call at a time, on a thread of the
     * mailbox's own. An exception of the listener is logged.
     */
    Subscription onArrival(Consumer<CapturedMail> listener);

    /** Calls {@code listener} with what was taken, removed or evicted, as {@link #onArrival} does. */
    Subscription onRemoval(Consumer<List<CapturedMail>> listener);

    /** This mailbox, with another time-out for its waits. */
    Mailbox within(Duration timeout);

    /** Ends the calls to a listener. */
    interface Subscription extends AutoCloseable {
        /** Ends the calls; more than once does no harm. */
        @Override
        void close();
    }
}
