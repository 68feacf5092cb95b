package dev.restante.junit;

import dev.restante.RuleReport;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server that several tests use, one after another: reset before each, and refused to two at a time. */
@SuppressWarnings("deprecation") // the only closing that JUnit 5.12 knows
final class SharedServer implements AutoCloseable, ExtensionContext.Store.CloseableResource {
    private final ServerInUse server;
    private final String remedy;
    private final Runnable closing;
    private final AtomicReference<String> user = new AtomicReference<>("");

    /**
     * Shares a started server.
     *
     * @param remedy what to use instead for tests that run concurrently
     * @param closing ends it
     */
    SharedServer(ServerInUse server, String remedy, Runnable closing) {
        this.server = server;
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
        if (!user.compareAndSet("", test.getUniqueId())) {
            throw new ExtensionConfigurationException("The server in " + server.place()
                    + " is shared, but used by two tests at the same time: " + user.get() + " and " + test.getUniqueId()
                    + ". " + remedy);
        }
        List<RuleReport> early = server.server().rules();
        if (!early.isEmpty()) {
            user.set("");
            throw new ExtensionConfigurationException("The server in " + server.place()
                    + " is shared and reset before each test, but was given a script before that, which no test would see: "
                    + early.get(0).rule() + ". Script it in @BeforeEach.");
        }
        server.server().reset();
        run.uses(server, () -> {
            server.server().clearScript();
            user.set("");
        });
    }

    @Override
    public void close() {
        closing.run();
    }
}
