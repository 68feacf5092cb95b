package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The texts that searches read, kept within a bound; what does not fit is read anew each time. Mails are read as they arrive,
 * on a thread of the index's own, and forgotten when they are removed. Thread-safe.
 */
final class SearchIndex implements AutoCloseable {
    /** Octets; no more than a part of the memory that there is. */
    static final long ROOM = Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 8);

    /** What a mail costs beside its texts: its facts, and its entry in the map. */
    private static final int MAIL_COST = 128;
    /** What a text costs beside its characters. */
    private static final int TEXT_COST = 48;
    /** Larger mails are read once a search asks: their texts need memory while they are made. */
    private static final int READ_AHEAD = 1 << 20;
    /** Whatever comes while so many wait is read once a search asks. */
    private static final int MAX_BEHIND = 200_000;

    private final Mailbox mailbox;
    private final long room;
    private final ConcurrentHashMap<String, MailFacts> known = new ConcurrentHashMap<>();
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger behind = new AtomicInteger();
    private final ThreadPoolExecutor reader;
    private final Mailbox.Subscription arrivals;
    private final Mailbox.Subscription removals;

    SearchIndex(Mailbox mailbox, long room) {
        this.mailbox = mailbox;
        this.room = room;
        this.reader = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "restante-search-index");
            thread.setDaemon(true);
            return thread;
        });
        reader.allowCoreThreadTimeOut(true);
        reader.setRejectedExecutionHandler((task, pool) -> {}); // closed
        this.removals = mailbox.onRemoval(gone -> gone.forEach(mail -> forget(mail.id())));
        this.arrivals = mailbox.onArrival(this::readAhead);
        mailbox.mails().forEach(this::readAhead);
    }

    private void readAhead(CapturedMail mail) {
        if (mail.size() > READ_AHEAD || used.get() >= room || behind.get() >= MAX_BEHIND) {
            return;
        }
        behind.incrementAndGet();
        reader.execute(() -> {
            behind.decrementAndGet();
            if (mailbox.mail(mail.id()).isPresent()) { // else removed before its turn came
                facts(mail).readAhead();
            }
        });
    }

    /** What is known of this mail, or can be found out. */
    MailFacts facts(CapturedMail mail) {
        MailFacts facts = known.get(mail.id());
        if (facts != null) {
            return facts;
        }
        MailFacts fresh = new MailFacts(mail, this);
        if (!reserve(MAIL_COST)) {
            return fresh;
        }
        MailFacts other = known.putIfAbsent(mail.id(), fresh);
        if (other != null) {
            used.addAndGet(-MAIL_COST);
            return other;
        }
        if (mailbox.mail(mail.id()).isEmpty()) { // removed meanwhile, and maybe told before it was known
            forget(mail.id());
        }
        return fresh;
    }

    /** Roughly the octets of memory that a text takes: Java spends one for a character, but two for any of a text with rare ones. */
    static long cost(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                return TEXT_COST + 2L * text.length();
            }
        }
        return (long) TEXT_COST + text.length();
    }

    /** Reserves room for more of this mail's texts. */
    boolean hasRoomFor(MailFacts facts, long cost) {
        return known.get(facts.mail().id()) == facts && reserve(cost);
    }

    private boolean reserve(long cost) {
        if (used.addAndGet(cost) <= room) {
            return true;
        }
        used.addAndGet(-cost);
        return false;
    }

    private void forget(String id) {
        MailFacts gone = known.remove(id);
        if (gone != null) {
            used.addAndGet(-MAIL_COST - gone.giveUp());
        }
    }

    /** How many octets are kept. */
    long used() {
        return used.get();
    }

    /** How many can be kept. */
    long room() {
        return room;
    }

    /** How many mails it knows something of. */
    int mails() {
        return known.size();
    }

    /** How many wait to be read. */
    int behind() {
        return behind.get();
    }

    @Override
    public void close() {
        arrivals.close();
        removals.close();
        reader.shutdownNow();
    }
}
