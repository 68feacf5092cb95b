package dev.restante.listener.commands;

import dev.restante.ServerClock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Waits on the server's clock that follow from one another: each is counted from when the last was due, not from when its thread
 * woke, so that a rate holds however far the clock jumps.
 */
final class Pace {
    private final ServerClock clock;
    private @Nullable Instant due;

    Pace(ServerClock clock) {
        this.clock = clock;
    }

    /**
     * Until when to wait for this time to pass; it may be over.
     *
     * @param follows whether it begins where the last wait ended; else it begins now
     */
    Instant next(Duration time, boolean follows) {
        Instant now = clock.now();
        Instant from = follows && due != null ? due : now;
        due = time.compareTo(Duration.between(from, Instant.MAX)) < 0 ? from.plus(time) : Instant.MAX;
        return due;
    }
}
