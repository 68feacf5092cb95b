package dev.restante.junit;

import dev.restante.FakeSmtpServer;
import dev.restante.RuleReport;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server that several tests use: one after another, reset before each and refused to two at a time, or side by side, each but by
 * mailboxes of its own.
 */
@SuppressWarnings("deprecation") // the only closing that JUnit 5.12 knows
final class SharedServer implements AutoCloseable, ExtensionContext.Store.CloseableResource {
    private final ServerInUse server;
    private final FakeSmtpServer all;
    private final String remedy;
    private final Runnable closing;
    private final Turn turn;

    /**
     * Shares a started server.
     *
     * @param all the server itself
     * @param turn whose turn it is, among all who share the server
     * @param remedy what to use instead for tests that run concurrently
     * @param closing ends it
     */
    SharedServer(ServerInUse server, FakeSmtpServer all, Turn turn, String remedy, Runnable closing) {
        this.server = server;
        this.all = all;
        this.turn = turn;
        this.remedy = remedy;
        this.closing = closing;
    }

    ServerInUse server() {
        return server;
    }

    /** The server itself, of which a test may have but a mailbox. */
    FakeSmtpServer all() {
        return all;
    }

    /** Has a test use the server, but only by mailboxes of its own, until the test's end. */
    void shareWith(ExtensionContext test, TestRun run) {
        if (run.beginsToShare(all)) {
            turn.beginShared(
                    test.getUniqueId(),
                    server.place(),
                    remedy,
                    () -> server.prepared().apply(all));
            run.atEnd(() -> turn.endShared(test.getUniqueId(), () -> {
                if (!server.prepared().equals(Preparation.NONE)) {
                    all.clearScript(); // else it would lie behind a test that has all of the server
                }
            }));
        }
    }

    /**
     * Hands the server to a test until the test's end.
     *
     * @param owner the context as long as which the server lives
     */
    void handTo(ExtensionContext test, ExtensionContext owner, TestRun run) {
        Concurrency.refuseSharing(test, owner, server.place(), remedy);
        turn.begin(test.getUniqueId(), server.place(), remedy);
        List<RuleReport> early = server.server().rules();
        if (!early.isEmpty()) {
            turn.end();
            throw new ExtensionConfigurationException("The server in " + server.place()
                    + " is shared and reset before each test, but was given a script before that, which no test would see: "
                    + early.get(0).rule() + ". Script it in @BeforeEach.");
        }
        server.server().reset();
        server.caught().forget();
        run.uses(server, () -> {
            server.server().clearScript();
            turn.end();
        });
    }

    @Override
    public void close() {
        server.caught().close();
        closing.run();
    }
}
