package dev.restante;

import java.time.Duration;

/**
 * A barrier in the conversation: connections that reach its stage wait there until the test releases them. It replaces
 * sleeping in tests of concurrency and time-outs. Closing or resetting the server releases all holds.
 *
 * <p>Thread-safe.
 */
public interface Hold {
    /** The name by which rules {@linkplain Step#waitFor(String) refer} to the hold. */
    String name();

    /** How many connections wait here now. */
    int waiting();

    /**
     * Waits until a connection has reached the hold.
     *
     * @throws AssertionError if none does within the server's default time-out; it shows the dialogues so far
     */
    default void awaitReached() {
        awaitReached(1);
    }

    /**
     * Waits until {@code connections} wait here at the same time.
     *
     * @throws AssertionError if they do not within the server's default time-out; it shows the dialogues so far
     */
    void awaitReached(int connections);

    /**
     * Waits until {@code connections} wait here at the same time.
     *
     * @throws AssertionError if they do not within {@code timeout}; it shows the dialogues so far
     */
    void awaitReached(int connections, Duration timeout);

    /**
     * Waits until {@code connections} wait here at the same time; returns whether they did within {@code timeout}. At a hold that
     * was released nobody ever will.
     */
    boolean isReachedWithin(int connections, Duration timeout);

    /** Whether it was released: by the test, a reset, or the end of the server. Nobody waits here any more then. */
    boolean isReleased();

    /** Lets everybody go on who waits here, and everybody who comes later. */
    void release();
}
