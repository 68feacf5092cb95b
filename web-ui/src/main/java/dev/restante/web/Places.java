package dev.restante.web;

import java.util.concurrent.Semaphore;

/** How many requests may wait: each has a thread. Thread-safe. */
final class Places {
    private static final int MAX_WAITING = 100;

    private final Semaphore places = new Semaphore(MAX_WAITING);

    /** Runs a wait if there is a place for it. */
    void hold(Runnable wait) {
        if (!places.tryAcquire()) {
            throw Answer.problem(
                    503, "too_many_waits", "There are " + MAX_WAITING + " requests waiting. Try again later.", null);
        }
        try {
            wait.run();
        } catch (IllegalStateException e) {
            if (!Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw Answer.problem(503, "closing", "This server is being closed.", null);
        } finally {
            places.release();
        }
    }
}
