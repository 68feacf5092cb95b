package dev.restante.clients;

import dev.restante.Eventually;
import dev.restante.OutsideProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** An HAProxy of the tests' own, which passes connections on by the configuration it is given. */
final class Haproxy implements AutoCloseable {
    private static final int TRIES = 10;

    /** Runs HAProxy until nobody holds the other end of standard input any more, in whatever way that ended. */
    private static final String GUARD = """
            haproxy -db -f "$1" >"$2" 2>&1 </dev/null &
            proxy=$!
            cat >/dev/null
            kill $proxy 2>/dev/null
            wait $proxy
            """;

    private final Process guard;
    private final int port;

    private Haproxy(Process guard, int port) {
        this.guard = guard;
        this.port = port;
    }

    /**
     * Starts one that listens in plain text or, with {@code bindOptions}, inside TLS.
     *
     * @param server where it connects to, and how: what follows the word {@code server} and a name
     * @param backend more lines of the configuration; {@code PORT} is the one that it listens on
     */
    static Haproxy start(Path folder, String bindOptions, String server, String backend) throws IOException {
        OutsideProgram.named("haproxy", "haproxy");
        for (int i = 1; ; i++) {
            int port = freePort();
            Path configuration =
                    Files.writeString(folder.resolve("haproxy-" + port + ".cfg"), """
                    global
                        maxconn 100
                    defaults
                        mode tcp
                        timeout connect 10s
                        timeout client 30s
                        timeout server 30s
                    listen smtp
                        bind 127.0.0.1:PORT OPTIONS
                        BACKEND
                        server restante SERVER
                    """.replace("OPTIONS", bindOptions)
                            .replace("BACKEND", backend)
                            .replace("SERVER", server)
                            .replace("PORT", String.valueOf(port)));
            Path log = folder.resolve("haproxy-" + port + ".log");
            ProcessBuilder builder =
                    new ProcessBuilder("sh", "-c", GUARD, "haproxy-guard", configuration.toString(), log.toString());
            builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
            Haproxy started = new Haproxy(builder.start(), port);
            try {
                Eventually.isTrue("HAProxy listens, or says why not", () -> isListening(port) || says(log, "ALERT"));
            } catch (AssertionError e) {
                started.close();
                throw e;
            }
            if (!says(log, "ALERT")) {
                return started;
            }
            started.close();
            // Between finding a free port and taking it, another may have taken it.
            if (!says(log, "cannot bind") || i == TRIES) {
                throw new AssertionError("HAProxy did not start:\n" + Files.readString(log));
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static boolean isListening(int port) {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean says(Path log, String word) {
        try {
            return Files.exists(log)
                    && Files.readString(log, StandardCharsets.UTF_8).contains(word);
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        guard.getOutputStream().close();
        try {
            if (!guard.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("HAProxy did not stop.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
