package dev.restante.junit;

import dev.restante.RuleReport;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server that several tests use, one after another: reset before each, and refused to two at a time. */
@SuppressWarnings("deprecation") // the only closing that JUnit 5.12 knows
final class SharedServer implements AutoCloseable, ExtensionContext.Store.CloseableResource {
    private final ServerInUse server;
    private final String remedy;
    private final Runnable closing;
    private final Turn turn;

    /**
     * Shares a started server.
     *
     * @param turn whose turn it is, among all who share the server
     * @param remedy what to use instead for tests that run concurrently
     * @param closing ends it
     */
    SharedServer(ServerInUse server, Turn turn, String remedy, Runnable closing) {
        this.server = server;
        this.turn = turn;
        this.remedy = remedy;
        this.closing = closing;
    }

    ServerInUse server() {
        return server;
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
