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
        try {
            if (!barrier.awaitWaiting(connections, StoreMailbox.bounded(timeout))) {
                throw FailureReport.of(
                        "Expected " + connections + (connections == 1 ? " connection" : " connections") + " at "
                                + name()
                                + (barrier.isOpen()
                                        ? ", but it was released, by the test, a reset or the end of the server."
                                        : " within " + FailureReport.spoken(timeout) + ", but there "
                                                + (barrier.waiting() == 1
                                                        ? "is 1."
                                                        : "are " + barrier.waiting() + ".")),
                        fixture,
                        fixture.mails(),
                        Matching.any(),
                        FailureReport.Missing.CONNECTION);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting at " + name() + ".", e);
        }
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
