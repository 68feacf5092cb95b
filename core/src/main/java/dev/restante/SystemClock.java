package dev.restante;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The machine's clock; its tasks run on the JDK's own delay thread. */
enum SystemClock implements ServerClock {
    SYSTEM;

    /** For ever, as far as connections go; what is longer in nanoseconds could not be counted. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        if (delay.isZero() || delay.isNegative()) {
            task.run();
        } else {
            Duration bounded = delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
            CompletableFuture.delayedExecutor(bounded.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(task);
        }
    }

    @Override
    public String toString() {
        return "system clock";
    }
}
