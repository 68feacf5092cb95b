package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A mailbox for somebody beside the test, such as a page or an HTTP API over the test's own server: what it returns does
 * not count as looked at.
 *
 * <p>Thread-safe.
 */
public interface Onlooker extends Mailbox {
    /**
     * Mails in the order in which they were settled.
     *
     * @param mails those that match, oldest first
     * @param cursor where to go on: the number of the latest mail that was looked at
     */
    record Arrivals(List<CapturedMail> mails, long cursor) {
        /** Copies the list. */
        public Arrivals {
            mails = List.copyOf(mails);
        }
    }

    /**
     * Some of the newest mails, and what all mails amount to at the same moment.
     *
     * @param mails newest first
     * @param total how many mails are here
     * @param octets how many octets these have together
     * @param removed how many were removed so far, whatever the reason: while it stays the same, no mail went
     */
    record Page(List<CapturedMail> mails, int total, long octets, long removed) {
        /** Copies the list. */
        public Page {
            mails = List.copyOf(mails);
        }
    }

    /**
     * The newest mails, newest first, but for the first {@code start} of them, at most {@code limit}. It takes no longer for
     * many mails that are kept than for few.
     */
    Page newest(int start, int limit);

    /**
     * What is here, and since when nothing has changed.
     *
     * @param changes grows whenever a mail is settled or removed
     * @param closed whether nothing will come any more
     * @param mails all mails in order of arrival
     * @param settled those of them of which it is known what became of the reply
     */
    record Contents(long changes, boolean closed, List<CapturedMail> mails, Set<CapturedMail> settled) {
        /** Copies the lists. */
        public Contents {
            mails = List.copyOf(mails);
            settled = Set.copyOf(settled);
        }
    }

    /**
     * Waits until something has changed since {@code seen}, and tells what is here then, or when time is up.
     *
     * @param seen the changes that are known; -1 for none, which does not wait
     */
    Contents contents(long seen, Duration timeout);

    /**
     * Waits until at least {@code count} mails that match have come since {@code after}, and returns all such; fewer if time
     * runs out. Whoever goes on with the cursor that was returned sees every mail once, as long as it is kept.
     *
     * @param after a cursor; 0 for all mails
     * @param timeout how long to wait; zero does not wait
     */
    Arrivals arrivals(long after, int count, Matching matching, Duration timeout);

    /** Waits for a mail that matches, and removes and returns the oldest such; empty if none came in time. */
    Optional<CapturedMail> take(Matching matching, Duration timeout);
}
