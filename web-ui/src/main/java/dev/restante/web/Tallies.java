package dev.restante.web;

import dev.restante.Mailbox;
import dev.restante.Onlooker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** What has come and gone since the page was opened. Thread-safe. */
final class Tallies implements AutoCloseable {
    private final long startedAt = System.nanoTime();
    private final AtomicLong acceptedOctets = new AtomicLong();
    private final Onlooker mailbox;
    private final Onlooker.Page before;
    private final Mailbox.Subscription arrivals;

    Tallies(Onlooker mailbox) {
        this.mailbox = mailbox;
        this.before = mailbox.newest(0, 0);
        this.arrivals = mailbox.onArrival(mail -> acceptedOctets.addAndGet(mail.size()));
    }

    Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    long accepted() {
        Onlooker.Page now = mailbox.newest(0, 0);
        return now.total() + now.removed() - before.total() - before.removed();
    }

    long acceptedOctets() {
        return acceptedOctets.get();
    }

    long removed() {
        return mailbox.newest(0, 0).removed() - before.removed();
    }

    @Override
    public void close() {
        arrivals.close();
    }
}
