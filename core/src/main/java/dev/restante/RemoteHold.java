package dev.restante;

import dev.restante.remote.EvidenceForm;
import java.time.Duration;
import java.util.Optional;

/** A hold of a server elsewhere. */
final class RemoteHold implements Hold {
    private static final Duration AT_A_TIME = Duration.ofSeconds(20);

    private final SmtpFixture fixture;
    private final RemoteServer server;
    private final String name;
    private final Duration defaultTimeout;

    RemoteHold(SmtpFixture fixture, RemoteServer server, String name, Duration defaultTimeout) {
        this.fixture = fixture;
        this.server = server;
        this.name = name;
        this.defaultTimeout = defaultTimeout;
    }

    @Override
    public String name() {
        return name;
    }

    /** How it stands; empty once the server has forgotten it, which a reset or a new start does. */
    private Optional<EvidenceForm.HoldTold> told(int connections, Duration wait) throws InterruptedException {
        try {
            return Optional.of(server.ask(
                    "GET",
                    "/api/v1/holds/" + name + "?connections=" + connections + "&timeout=" + wait.toMillis() + "ms",
                    null,
                    wait,
                    EvidenceForm.HoldTold.class));
        } catch (RemoteServer.Absent e) {
            return Optional.empty();
        }
    }

    private Optional<EvidenceForm.HoldTold> now() {
        return WaitingMailbox.uninterrupted(() -> told(0, Duration.ZERO));
    }

    @Override
    public int waiting() {
        return now().map(EvidenceForm.HoldTold::waiting).orElse(0);
    }

    @Override
    public boolean isReleased() {
        return now().map(EvidenceForm.HoldTold::open).orElse(true);
    }

    @Override
    public void awaitReached(int connections) {
        awaitReached(connections, defaultTimeout);
    }

    @Override
    public void awaitReached(int connections, Duration timeout) {
        if (!isReachedWithin(connections, timeout)) {
            throw BarrierHold.notReached(this, connections, timeout, fixture);
        }
    }

    @Override
    public boolean isReachedWithin(int connections, Duration timeout) {
        return WaitingMailbox.uninterrupted(() -> {
            long deadline = System.nanoTime() + WaitingMailbox.bounded(timeout).toNanos();
            while (true) {
                Duration left = Duration.ofMillis(Math.max(0, (deadline - System.nanoTime()) / 1_000_000));
                Optional<EvidenceForm.HoldTold> told =
                        told(connections, left.compareTo(AT_A_TIME) > 0 ? AT_A_TIME : left);
                if (told.isEmpty() || told.get().open() || told.get().reached() || left.isZero()) {
                    return told.isPresent() && told.get().reached();
                }
            }
        });
    }

    @Override
    public void release() {
        try {
            server.send("DELETE", "/api/v1/holds/" + name, null, EvidenceForm.HoldTold.class);
        } catch (RemoteServer.Absent e) {
            return; // released by a reset
        }
    }

    @Override
    public String toString() {
        return name + " with " + waiting() + " waiting";
    }
}
