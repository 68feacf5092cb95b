package dev.restante.web;

import dev.restante.CapturedMail;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Mails that wait for something to be done with them, one after another. It is bounded by their number and, since the mailbox
 * may have evicted them, by their octets. Thread-safe.
 */
final class Backlog {
    /** What waits is given this long when the server ends. */
    static final Duration GRACE = Duration.ofSeconds(3);

    static final int MAX_MAILS = 10_000;
    private static final long MAX_OCTETS = 32L << 20;

    private final Consumer<CapturedMail> work;
    private final AtomicLong octets = new AtomicLong();
    private final ThreadPoolExecutor thread;

    /** A backlog whose work is done on a thread of this name. */
    Backlog(String name, Consumer<CapturedMail> work) {
        this.work = work;
        this.thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_MAILS), task -> {
            Thread worker = new Thread(task, name);
            worker.setDaemon(true);
            return worker;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Puts a mail behind the others; false if there are too many. */
    boolean add(CapturedMail mail) {
        long size = mail.size();
        if (octets.addAndGet(size) > MAX_OCTETS && waiting() > 0) {
            octets.addAndGet(-size);
            return false;
        }
        try {
            thread.execute(() -> {
                try {
                    work.accept(mail);
                } finally {
                    octets.addAndGet(-size);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            octets.addAndGet(-size);
            return false;
        }
    }

    /** How many mails wait, the one included whose turn it is. */
    long waiting() {
        return thread.getQueue().size() + (long) thread.getActiveCount();
    }

    /** Takes no more, and gives what waits this long to be done; returns how many mails it was not done for. */
    long close(Duration grace) {
        thread.shutdown();
        try {
            if (thread.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                return 0;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long left = waiting();
        thread.shutdownNow();
        return left;
    }
}
