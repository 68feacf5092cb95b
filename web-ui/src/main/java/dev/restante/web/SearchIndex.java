package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the texts that searches have read, within a bound; what does not fit is read anew each time. Forgotten with the
 * mail. Thread-safe.
 */
final class SearchIndex implements AutoCloseable {
    /** Characters, of which most take one octet; no more than a part of the memory that there is. */
    static final long ROOM = Math.min(192L << 20, Runtime.getRuntime().maxMemory() / 8);

    private static final int MAIL_COST = 256;

    private final Mailbox mailbox;
    private final long room;
    private final ConcurrentHashMap<String, MailFacts> known = new ConcurrentHashMap<>();
    private final AtomicLong used = new AtomicLong();
    private final Mailbox.Subscription removals;

    SearchIndex(Mailbox mailbox, long room) {
        this.mailbox = mailbox;
        this.room = room;
        this.removals = mailbox.onRemoval(gone -> gone.forEach(mail -> forget(mail.id())));
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

    /** How many characters are kept. */
    long used() {
        return used.get();
    }

    /** How many can be kept. */
    long room() {
        return room;
    }

    @Override
    public void close() {
        removals.close();
    }
}
