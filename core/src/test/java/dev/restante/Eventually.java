package dev.restante;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what the server offers no wait for, such as noticing that a client has left. */
public final class Eventually {
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);

    private Eventually() {}

    /** Returns once the condition is true; fails after 10 seconds with these words. */
    public static void isTrue(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > LIMIT) {
                throw new AssertionError("Not within 10 s: " + what);
            }
            LockSupport.parkNanos(500_000);
        }
    }
}
