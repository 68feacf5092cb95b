package dev.restante;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that moves only when a test says so.
 *
 * <p>Thread-safe. Tasks that fall due run on the thread that advances the clock, in the order of their times.
 */
public final class ManualClock implements ServerClock {
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::number));
    private Instant now;
    private long scheduled;

    private record Task(Instant due, long number, Runnable action) {}

    ManualClock(Instant start) {
        this.now = start;
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        synchronized (this) {
            if (!delay.isZero() && !delay.isNegative()) {
                tasks.add(new Task(after(delay), scheduled++, task));
                return;
            }
        }
        task.run();
    }

    /**
     * Moves the time on and runs what falls due.
     *
     * @throws IllegalArgumentException if {@code time} is negative
     */
    @Override
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("A clock only moves forward, but was advanced by " + time + ".");
        }
        Instant target;
        synchronized (this) {
            target = after(time);
        }
        while (true) {
            Task task;
            synchronized (this) {
                task = tasks.peek();
                if (task == null || task.due().isAfter(target)) {
                    now = now.isAfter(target) ? now : target;
                    return;
                }
                tasks.remove();
                now = task.due().isAfter(now) ? task.due() : now;
            }
            task.action().run();
        }
    }

    /** The time when {@code delay} will have passed, or the last that there is. */
    private Instant after(Duration delay) {
        return delay.compareTo(Duration.between(now, Instant.MAX)) >= 0 ? Instant.MAX : now.plus(delay);
    }

    @Override
    public String toString() {
        return "manual clock at " + now();
    }
}
