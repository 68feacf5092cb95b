package dev.restante;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A manual clock that tells when somebody begins to wait for it, so that a test does not move it before. */
public final class WaitedForClock implements ServerClock {
    private final ManualClock manual = ServerClock.manual();
    private final Semaphore waits = new Semaphore(0);

    @Override
    public Instant now() {
        return manual.now();
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        manual.schedule(delay, task);
        waits.release();
    }

    /** Waits that have begun until now are no longer spoken of. */
    public void forgetWaits() {
        waits.drainPermits();
    }

    /** Waits until somebody has begun one more wait. */
    public WaitedForClock awaitWait() {
        try {
            assertThat(waits.tryAcquire(20, TimeUnit.SECONDS))
                    .as("somebody waits for the clock")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted", e);
        }
        return this;
    }

    @Override
    public void advance(Duration time) {
        manual.advance(time);
    }
}
