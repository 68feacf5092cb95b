package dev.restante.mailbox;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the stores of a server have together. What is too much is evicted from the store that holds most, its oldest
 * mail first: a flood in one mailbox takes nothing from those that keep little.
 *
 * <p>Thread-safe. A mail in several stores counts in each.
 */
public final class MailRoom {
    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();
    private final List<MailStore> stores = new CopyOnWriteArrayList<>();

    /** Room for so many bytes, roughly. */
    public MailRoom(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    void enter(MailStore store) {
        stores.add(store);
    }

    void leave(MailStore store, long bytes) {
        stores.remove(store);
        changed(-bytes);
    }

    void changed(long bytes) {
        used.addAndGet(bytes);
    }

    /** How much is used. */
    public long used() {
        return used.get();
    }

    /** Evicts until all fits, or each store has but one mail left. No store's lock is held by the caller. */
    void fit() {
        if (used.get() > maxBytes) {
            evict();
        }
    }

    private synchronized void evict() {
        while (used.get() > maxBytes) {
            Optional<MailStore> largest =
                    stores.stream().filter(MailStore::canEvict).max(Comparator.comparingLong(MailStore::bytes));
            if (largest.isEmpty() || !largest.get().evictOldest()) {
                return;
            }
        }
    }
}
