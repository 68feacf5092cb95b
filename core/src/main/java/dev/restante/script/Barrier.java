package dev.restante.script;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * A barrier that connections wait at until it is opened. Once open it stays open.
 *
 * <p>Thread-safe.
 */
public final class Barrier {
    private final String name;
    private final Set<Gate> waiting = new HashSet<>();
    private boolean open;

    Barrier(String name) {
        this.name = name;
    }

    /** The barrier's name. */
    public String name() {
        return name;
    }

    /** Makes {@code gate} one that this barrier's opening opens; at once if it is open. */
    public void enter(Gate gate) {
        synchronized (this) {
            if (!open) {
                waiting.add(gate);
                notifyAll();
                return;
            }
        }
        gate.open();
    }

    /** Forgets a gate that no longer waits. */
    public synchronized void leave(Gate gate) {
        waiting.remove(gate);
    }

    /** Whether the barrier was opened. */
    public synchronized boolean isOpen() {
        return open;
    }

    /** How many wait here now. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /**
     * Waits until {@code count} wait here at the same time; returns whether they did within {@code timeout}. At an open barrier
     * nobody ever will.
     */
    public synchronized boolean awaitWaiting(int count, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (waiting.size() < count) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || open) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }

    /** Lets everybody through, now and later. */
    public void open() {
        Set<Gate> released;
        synchronized (this) {
            open = true;
            released = Set.copyOf(waiting);
            waiting.clear();
            notifyAll();
        }
        released.forEach(Gate::open);
    }
}
