package dev.restante;

import java.time.Duration;
import java.time.Instant;

/**
 * The time a server lives in: it drives delays, tarpits, throttles, dribbled replies, rules that last for a time, and the
 * arrival time of mail. Waits of a test and time-outs of connections run on {@link System#nanoTime()} instead.
 *
 * <p>Implementations are thread-safe.
 */
public interface ServerClock {
    /** The current time. */
    Instant now();

    /**
     * Runs {@code task} once, when {@code delay} has passed on this clock; at once if it is zero or negative. The task must
     * be quick.
     */
    void schedule(Duration delay, Runnable task);

    /**
     * Moves the time on and runs what falls due.
     *
     * @throws UnsupportedOperationException if this clock moves by itself
     */
    default void advance(Duration time) {
        throw new UnsupportedOperationException(
                "This server's clock moves by itself. To move it by hand, start the server"
                        + " with FakeSmtpServer.builder().clock(ServerClock.manual()).");
    }

    /** The machine's clock. */
    static ServerClock system() {
        return SystemClock.SYSTEM;
    }

    /** A clock that stands still at the present time until it is {@linkplain #advance advanced}. */
    static ManualClock manual() {
        return manual(Instant.now());
    }

    /** A clock that stands still at {@code start} until it is {@linkplain #advance advanced}. */
    static ManualClock manual(Instant start) {
        return new ManualClock(start);
    }
}
