package dev.restante.mailbox;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.Onlooker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The mails of one mailbox in order of arrival, bounded by number and bytes.
 *
 * <p>Thread-safe. A mail is visible once it is {@linkplain #add added}; waiting takes notice once it is {@linkplain
 * #settle settled}. Predicates run outside the lock.
 */
public final class MailStore {
    /** What a mail costs beside its octets: envelope, map entry, MIME view before it is read. */
    private static final int MAIL_COST = 1024;

    /** How many are removed before others get a turn: nothing that a test does holds up a connection for long. */
    private static final int AT_ONCE = 500;

    private final Notifier notifier = new Notifier();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private int maxMails;
    private long maxBytes;
    /** Shared with other stores; null once this one has left it. */
    private @Nullable MailRoom room;

    private final Map<String, Stored> mails = new HashMap<>();
    /** The same mails in order of arrival, between {@code first} and {@code end}; null where one was removed. */
    private @Nullable Stored[] order = new Stored[64];

    private int first;
    private int end;
    private long bytes;
    private long octets;
    private long removed;
    private long evicted;
    /** Settled mails by {@link Stored#arrival}. */
    private final NavigableMap<Long, Stored> arrivals = new TreeMap<>();

    private long arrived;
    private long changes;
    private boolean closed;

    private static final class Stored {
        final CapturedMail mail;
        final long cost;
        volatile boolean settled;
        volatile boolean lookedAt;
        // Guarded by the store's lock.
        int place;
        long arrival;

        Stored(CapturedMail mail) {
            this.mail = mail;
            this.cost = cost(mail);
        }
    }

    /** A store that keeps at most this many mails and, roughly, bytes. */
    public MailStore(int maxMails, long maxBytes) {
        this(maxMails, maxBytes, new MailRoom(maxBytes));
    }

    /** A store that keeps at most this many mails and, roughly, bytes, and together with others no more than there is room. */
    @SuppressWarnings("this-escape") // the room asks it only for what it holds
    public MailStore(int maxMails, long maxBytes, MailRoom room) {
        this.maxMails = maxMails;
        this.maxBytes = maxBytes;
        this.room = room;
        room.enter(this);
    }

    /** Makes a mail visible, and evicts the oldest where it must. */
    public void add(CapturedMail mail) {
        Stored stored = new Stored(mail);
        List<CapturedMail> gone;
        MailRoom shared;
        lock.lock();
        try {
            mails.put(mail.id(), stored);
            append(stored);
            grow(stored.cost);
            octets += mail.size();
            gone = evict();
            shared = room;
        } finally {
            lock.unlock();
        }
        tellEvicted(gone);
        if (shared != null) {
            shared.fit();
        }
    }

    private void tellEvicted(List<CapturedMail> gone) {
        if (!gone.isEmpty()) {
            notifier.removed(gone);
        }
    }

    // Guarded by lock, as the next.
    private void grow(long cost) {
        bytes += cost;
        if (room != null) {
            room.changed(cost);
        }
    }

    /** Evicts what is beyond the bounds. */
    private List<CapturedMail> evict() {
        List<CapturedMail> gone = List.of();
        // The newest stays even if it alone is over the bound: a mail that was acknowledged must be seen.
        while (mails.size() > 1 && (mails.size() > maxMails || bytes > maxBytes)) {
            gone = gone.isEmpty() ? new ArrayList<>() : gone;
            gone.add(evictFirst());
        }
        return gone;
    }

    private CapturedMail evictFirst() {
        Stored evictee = Objects.requireNonNull(order[first]);
        drop(evictee);
        evicted++;
        changes++; // those who wait learn of it once the newcomer is settled
        return evictee.mail;
    }

    /** Changes how many mails and, roughly, bytes are kept at most; what is too much now is evicted. */
    public void keep(int mailsAtMost, long bytesAtMost) {
        List<CapturedMail> gone;
        lock.lock();
        try {
            maxMails = mailsAtMost;
            maxBytes = bytesAtMost;
            gone = evict();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tellEvicted(gone);
    }

    /** How many mails are kept at most. */
    public int maxMails() {
        lock.lock();
        try {
            return maxMails;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes are kept at most, roughly. */
    public long maxBytes() {
        lock.lock();
        try {
            return maxBytes;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes the mails take, roughly. */
    public long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is another mail beside the newest. */
    boolean canEvict() {
        lock.lock();
        try {
            return mails.size() > 1;
        } finally {
            lock.unlock();
        }
    }

    /** Evicts the oldest mail, for others' sake; false if there is none but the newest. */
    boolean evictOldest() {
        CapturedMail gone;
        lock.lock();
        try {
            if (mails.size() < 2) {
                return false;
            }
            gone = evictFirst();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        notifier.removed(List.of(gone));
        return true;
    }

    /** Ends it: nothing will come any more, what is here stays readable, and others have its room. */
    public void retire() {
        close();
        MailRoom left;
        long given;
        lock.lock();
        try {
            left = room;
            room = null;
            given = bytes;
        } finally {
            lock.unlock();
        }
        if (left != null) {
            left.leave(this, given);
        }
    }

    // Guarded by lock, as the next three.
    private void append(Stored stored) {
        if (end == order.length) {
            closeUp();
        }
        stored.place = end;
        order[end++] = stored;
    }

    /** Leaves the holes out, and makes room. */
    private void closeUp() {
        @Nullable Stored[] old = order;
        order = new Stored[Math.max(64, 2 * mails.size())];
        int to = 0;
        for (int from = first; from < end; from++) {
            Stored stored = old[from];
            if (stored != null) {
                stored.place = to;
                order[to++] = stored;
            }
        }
        first = 0;
        end = to;
    }

    private void drop(Stored stored) {
        mails.remove(stored.mail.id());
        order[stored.place] = null;
        while (first < end && order[first] == null) {
            first++;
        }
        if (end - first > 64 && end - first > 4 * mails.size()) {
            closeUp();
        }
        arrivals.remove(stored.arrival);
        grow(-stored.cost);
        octets -= stored.mail.size();
        removed++;
    }

    /** What is here, as it stood under the lock: only references are copied while others wait. */
    private @Nullable Stored[] copy() {
        return Arrays.copyOfRange(order, first, end);
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
        @Nullable Stored[] here;
        lock.lock();
        try {
            here = copy();
        } finally {
            lock.unlock();
        }
        return mails(here, stored -> true);
    }

    private static List<CapturedMail> mails(@Nullable Stored[] here, Predicate<Stored> wanted) {
        List<CapturedMail> all = new ArrayList<>(here.length);
        for (Stored stored : here) {
            if (stored != null && wanted.test(stored)) {
                all.add(stored.mail);
            }
        }
        return Collections.unmodifiableList(all);
    }

    /** The newest mails, newest first, without the first {@code start} of them: at most {@code limit}. */
    public Onlooker.Page newest(int start, int limit) {
        lock.lock();
        try {
            List<CapturedMail> page = new ArrayList<>(Math.max(0, Math.min(limit, mails.size() - start)));
            boolean whole = mails.size() == end - first; // then places can be counted
            int skip = whole ? 0 : start;
            for (int at = end - 1 - (whole ? start : 0); at >= first && page.size() < limit; at--) {
                Stored stored = order[at];
                if (stored != null && skip-- <= 0) {
                    page.add(stored.mail);
                }
            }
            return new Onlooker.Page(page, mails.size(), octets, removed);
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
        List<CapturedMail> gone = new ArrayList<>(chosen.size());
        for (int from = 0; from < chosen.size() || from == 0; from += AT_ONCE) {
            List<CapturedMail> some = chosen.subList(from, Math.min(chosen.size(), from + AT_ONCE));
            lock.lock();
            try {
                for (CapturedMail mail : some) {
                    Stored stored = mails.get(mail.id());
                    if (stored != null) {
                        drop(stored);
                        gone.add(mail);
                    }
                }
                changes++;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
        if (!gone.isEmpty()) {
            notifier.removed(gone);
        }
        return Collections.unmodifiableList(gone);
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

    /** Waits until something has changed since {@code seen}; tells what is here then, or when time is up. */
    public Onlooker.Contents contents(long seen, Duration timeout) throws InterruptedException {
        Watch watch = new Watch(mail -> true, timeout);
        watch.seen = seen;
        watch.awaitChange();
        @Nullable Stored[] here;
        long now;
        boolean over;
        lock.lock();
        try {
            here = copy();
            now = changes;
            over = closed;
        } finally {
            lock.unlock();
        }
        List<CapturedMail> settled = mails(here, stored -> stored.settled);
        return new Onlooker.Contents(now, over, mails(here, stored -> true), new HashSet<>(settled));
    }

    /** Notes that these mails were shown to somebody who asked, and returns them. */
    public List<CapturedMail> lookedAt(List<CapturedMail> shown) {
        for (CapturedMail mail : shown) {
            lock.lock();
            try {
                Stored stored = mails.get(mail.id());
                if (stored != null) {
                    stored.lookedAt = true;
                }
            } finally {
                lock.unlock();
            }
        }
        return shown;
    }

    /** The mails that nobody was shown yet, oldest first. */
    public List<CapturedMail> notLookedAt() {
        @Nullable Stored[] here;
        lock.lock();
        try {
            here = copy();
        } finally {
            lock.unlock();
        }
        return mails(here, stored -> !stored.lookedAt);
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
            @Nullable Stored[] here;
            lock.lock();
            try {
                seen = changes;
                here = copy();
            } finally {
                lock.unlock();
            }
            return judge(mails(here, stored -> stored.settled));
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
