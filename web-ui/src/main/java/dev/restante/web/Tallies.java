package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What has come and gone since the page was opened. Thread-safe. */
final class Tallies implements AutoCloseable {
    private final long startedAt = System.nanoTime();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong acceptedOctets = new AtomicLong();
    private final AtomicLong removed = new AtomicLong();
    private final List<Mailbox.Subscription> subscriptions;

    Tallies(Mailbox mailbox) {
        this.subscriptions =
                List.of(mailbox.onArrival(this::count), mailbox.onRemoval(gone -> removed.addAndGet(gone.size())));
    }

    private void count(CapturedMail mail) {
        accepted.incrementAndGet();
        acceptedOctets.addAndGet(mail.size());
    }

    Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    long accepted() {
        return accepted.get();
    }

    long acceptedOctets() {
        return acceptedOctets.get();
    }

    long removed() {
        return removed.get();
    }

    @Override
    public void close() {
        subscriptions.forEach(Mailbox.Subscription::close);
    }
}
