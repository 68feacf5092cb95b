package dev.restante.mailbox;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.Onlooker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The mails of one mailbox in order of arrival, bounded by number and bytes.
 *
 * <p>Thread-safe. A mail is visible once it is {@linkplain #add added}; waiting takes notice once it is {@linkplain
 * #settle settled}. Predicates run outside the lock.
 */
public final class MailStore {
    /** What a mail costs beside its octets: envelope, map entry, MIME view before it is read. */
    private static final int MAIL_COST = 1024;

    private final int maxMails;
    private final long maxBytes;
    private final Notifier notifier = new Notifier();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final Map<String, Stored> mails = new LinkedHashMap<>();
    private long bytes;
    private long evicted;
    /** Settled mails by {@link Stored#arrival}. */
    private final NavigableMap<Long, Stored> arrivals = new TreeMap<>();

    private long arrived;
    private long changes;
    private boolean closed;

    private static final class Stored {
        final CapturedMail mail;
        boolean settled;
        boolean lookedAt;
        long arrival;

        Stored(CapturedMail mail) {
            this.mail = mail;
        }
    }

    /** A store that keeps at most this many mails and, roughly, bytes. */
    public MailStore(int maxMails, long maxBytes) {
        this.maxMails = maxMails;
        this.maxBytes = maxBytes;
    }

    /** Makes a mail visible, and evicts the oldest where it must. */
    public void add(CapturedMail mail) {
        List<CapturedMail> gone = null;
        lock.lock();
        try {
            mails.put(mail.id(), new Stored(mail));
            bytes += cost(mail);
            // The newest stays even if it alone is over the bound: a mail that was acknowledged must be seen.
            while (mails.size() > 1 && (mails.size() > maxMails || bytes > maxBytes)) {
                Iterator<Stored> oldest = mails.values().iterator();
                Stored evictee = oldest.next();
                CapturedMail victim = evictee.mail;
                arrivals.remove(evictee.arrival);
                oldest.remove();
                bytes -= cost(victim);
                evicted++;
                gone = gone == null ? new ArrayList<>() : gone;
                gone.add(victim);
            }
        } finally {
            lock.unlock();
        }
        if (gone != null) {
            notifier.removed(gone);
        }
    }

    /** Wakes those who wait: what became of the mail's acknowledgement is known. */
    public void settle(CapturedMail mail) {
        lock.lock();
        try {
            Stored stored = mails.get(mail.id());
            if (stored == null || stored.settled) {
                return;
            }
            stored.settled = true;
            stored.arrival = ++arrived;
            arrivals.put(stored.arrival, stored);
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        notifier.arrived(mail);
    }

    /** All mails, oldest first. */
    public List<CapturedMail> snapshot() {
        return snapshot(false);
    }

    private List<CapturedMail> snapshot(boolean onlySettled) {
        lock.lock();
        try {
            List<CapturedMail> all = new ArrayList<>(mails.size());
            for (Stored stored : mails.values()) {
                if (stored.settled || !onlySettled) {
                    all.add(stored.mail);
                }
            }
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    /** The mail with this identifier. */
    public Optional<CapturedMail> find(String id) {
        lock.lock();
        try {
            Stored stored = mails.get(id);
            return stored == null ? Optional.empty() : Optional.of(stored.mail);
        } finally {
            lock.unlock();
        }
    }

    /** Removes all mails and returns them, oldest first. */
    public List<CapturedMail> clear() {
        return removeAll(snapshot());
    }

    /** Removes the mails that match and returns them, oldest first. */
    public List<CapturedMail> remove(Predicate<CapturedMail> matching) {
        return removeAll(snapshot().stream().filter(matching).toList());
    }

    private List<CapturedMail> removeAll(List<CapturedMail> chosen) {
        List<CapturedMail> removed = new ArrayList<>(chosen.size());
        lock.lock();
        try {
            for (CapturedMail mail : chosen) {
                Stored stored = mails.remove(mail.id());
                if (stored != null) {
                    arrivals.remove(stored.arrival);
                    bytes -= cost(mail);
                    removed.add(mail);
                }
            }
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!removed.isEmpty()) {
            notifier.removed(removed);
        }
        return List.copyOf(removed);
    }

    /** Removes all mails and forgets that some were evicted. */
    public void reset() {
        clear();
        lock.lock();
        try {
            evicted = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waits, now and later: nothing will come any more. What is here stays readable. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing will come any more. */
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a settled mail that matches, and removes the oldest; empty if none came in time. */
    public Optional<CapturedMail> take(Predicate<CapturedMail> matching, Duration timeout) throws InterruptedException {
        Watch watch = new Watch(matching, timeout);
        while (true) {
            for (CapturedMail mail : watch.matches()) {
                List<CapturedMail> removed = removeAll(List.of(mail));
                if (!removed.isEmpty()) {
                    return Optional.of(removed.get(0));
                }
            }
            if (!watch.awaitChange()) {
                return Optional.empty();
            }
        }
    }

    /** Waits until at least {@code count} settled mails match; returns those that do, fewer if time ran out. */
    public List<CapturedMail> await(int count, Predicate<CapturedMail> matching, Duration timeout)
            throws InterruptedException {
        Watch watch = new Watch(matching, timeout);
        while (true) {
            List<CapturedMail> matches = watch.matches();
            if (matches.size() >= count || !watch.awaitChange()) {
                return matches;
            }
        }
    }

    /**
     * Waits until at least {@code count} mails that match were settled after the one with the number {@code after}; returns
     * those that do, fewer if time ran out, in the order in which they were settled.
     */
    public Onlooker.Arrivals arrivals(long after, int count, Predicate<CapturedMail> matching, Duration timeout)
            throws InterruptedException {
        Watch watch = new Watch(matching, timeout);
        while (true) {
            Onlooker.Arrivals found = watch.matchesAfter(after);
            if (found.mails().size() >= count || !watch.awaitChange()) {
                return found;
            }
        }
    }

    /** Notes that these mails were shown to somebody who asked, and returns them. */
    public List<CapturedMail> lookedAt(List<CapturedMail> shown) {
        lock.lock();
        try {
            for (CapturedMail mail : shown) {
                Stored stored = mails.get(mail.id());
                if (stored != null) {
                    stored.lookedAt = true;
                }
            }
        } finally {
            lock.unlock();
        }
        return shown;
    }

    /** The mails that nobody was shown yet, oldest first. */
    public List<CapturedMail> notLookedAt() {
        lock.lock();
        try {
            return mails.values().stream()
                    .filter(stored -> !stored.lookedAt)
                    .map(stored -> stored.mail)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** How many mails were evicted. */
    public long evicted() {
        lock.lock();
        try {
            return evicted;
        } finally {
            lock.unlock();
        }
    }

    /** Who is told of arrivals and removals. */
    public Notifier notifier() {
        return notifier;
    }

    private static long cost(CapturedMail mail) {
        long cost = (long) MAIL_COST + mail.size();
        for (Envelope.Recipient recipient : mail.envelope().recipients()) {
            cost += recipient.footprint();
        }
        return cost;
    }

    /** One wait: it asks its predicate once for each mail, and remembers what it had seen. */
    private final class Watch {
        private final Predicate<CapturedMail> matching;
        private final long deadline;
        private final IdentityHashMap<CapturedMail, Boolean> judged = new IdentityHashMap<>();
        private long seen;

        Watch(Predicate<CapturedMail> matching, Duration timeout) {
            this.matching = matching;
            this.deadline = System.nanoTime() + timeout.toNanos();
        }

        List<CapturedMail> matches() {
            List<CapturedMail> settled;
            lock.lock();
            try {
                seen = changes;
                settled = snapshot(true);
            } finally {
                lock.unlock();
            }
            return judge(settled);
        }

        Onlooker.Arrivals matchesAfter(long number) {
            List<CapturedMail> settled;
            long latest;
            lock.lock();
            try {
                seen = changes;
                latest = arrived;
                settled = arrivals.tailMap(number, false).values().stream()
                        .map(stored -> stored.mail)
                        .toList();
            } finally {
                lock.unlock();
            }
            return new Onlooker.Arrivals(judge(settled), latest);
        }

        private List<CapturedMail> judge(List<CapturedMail> settled) {
            return settled.stream()
                    .filter(mail -> judged.computeIfAbsent(mail, matching::test))
                    .toList();
        }

        /** Waits until something has changed since {@link #matches()}; false if time ran out first, or nothing will come. */
        boolean awaitChange() throws InterruptedException {
            lock.lock();
            try {
                while (changes == seen) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0 || closed) {
                        return false;
                    }
                    changed.await(left, TimeUnit.NANOSECONDS);
                }
                return true;
            } finally {
                lock.unlock();
            }
        }
    }
}
