package dev.restante;

import dev.restante.script.Barrier;
import java.time.Duration;

/** A hold of a server in this JVM. */
final class BarrierHold implements Hold {
    private final SmtpFixture fixture;
    private final Barrier barrier;
    private final Duration defaultTimeout;

    BarrierHold(SmtpFixture fixture, Barrier barrier, Duration defaultTimeout) {
        this.fixture = fixture;
        this.barrier = barrier;
        this.defaultTimeout = defaultTimeout;
    }

    @Override
    public String name() {
        return barrier.name();
    }

    @Override
    public int waiting() {
        return barrier.waiting();
    }

    @Override
    public void awaitReached(int connections) {
        awaitReached(connections, defaultTimeout);
    }

    @Override
    public void awaitReached(int connections, Duration timeout) {
        if (!isReachedWithin(connections, timeout)) {
            throw notReached(this, connections, timeout, fixture);
        }
    }

    @Override
    public boolean isReachedWithin(int connections, Duration timeout) {
        try {
            return barrier.awaitWaiting(connections, WaitingMailbox.bounded(timeout));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting at " + name() + ".", e);
        }
    }

    /** What is told when fewer came than were waited for. */
    static AssertionError notReached(Hold hold, int connections, Duration timeout, SmtpFixture fixture) {
        int waiting = hold.waiting();
        return FailureReport.of(
                "Expected " + connections + (connections == 1 ? " connection" : " connections") + " at " + hold.name()
                        + (hold.isReleased()
                                ? ", but it was released, by the test, a reset or the end of the server."
                                : " within " + FailureReport.spoken(timeout) + ", but there "
                                        + (waiting == 1 ? "is 1." : "are " + waiting + ".")),
                fixture,
                fixture.mails(),
                Matching.any(),
                FailureReport.Missing.CONNECTION);
    }

    @Override
    public boolean isReleased() {
        return barrier.isOpen();
    }

    @Override
    public void release() {
        barrier.open();
    }

    @Override
    public String toString() {
        return name() + " with " + waiting() + " waiting";
    }
}
