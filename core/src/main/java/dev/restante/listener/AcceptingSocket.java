package dev.restante.listener;

import dev.restante.listener.wire.Wire;
import dev.restante.listener.wire.WireSocket;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server socket that the engine accepts from: it hands out {@link WireSocket}s, and once accepting is stopped it keeps
 * the engine's thread waiting rather than failing, until the engine is stopped too.
 */
final class AcceptingSocket extends ServerSocket {
    private static final Logger log = LoggerFactory.getLogger(AcceptingSocket.class);

    private final Connections connections;
    private final int maxLine;
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile int boundPort;

    AcceptingSocket(Connections connections, int maxLine) throws IOException {
        this.connections = connections;
        this.maxLine = maxLine;
    }

    /** Binds once; the engine binds again, which does nothing. */
    @Override
    public void bind(SocketAddress address, int backlog) throws IOException {
        if (!isBound()) {
            super.bind(address, backlog);
            boundPort = getLocalPort();
        }
    }

    int boundPort() {
        return boundPort;
    }

    @Override
    public Socket accept() throws IOException {
        while (true) {
            try {
                connections.awaitRoom();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SocketException("stopped");
            }
            boolean handedOut = false;
            Socket raw = null;
            try {
                raw = super.accept();
                Socket socket = new CountedSocket(new Wire(raw, maxLine, connections.buffers()));
                handedOut = true;
                return socket;
            } catch (IOException e) {
                if (stopped) {
                    awaitEngineStop();
                    throw e;
                }
                if (raw == null) {
                    throw e;
                }
                log.debug("A connection was gone before it was served", e);
                raw.close();
            } finally {
                if (!handedOut) {
                    connections.freeRoom();
                }
            }
        }
    }

    /** Parks the engine's thread; the engine interrupts it when it is stopped. */
    private void awaitEngineStop() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stopAccepting() {
        stopped = true;
        try {
            close();
        } catch (IOException e) {
            log.debug("Closing a listening socket failed", e);
        }
    }

    private final class CountedSocket extends WireSocket {
        private final AtomicBoolean closed = new AtomicBoolean();

        CountedSocket(Wire wire) {
            super(wire);
        }

        @Override
        public synchronized void close() {
            super.close();
            if (closed.compareAndSet(false, true)) {
                connections.freeRoom();
            }
        }
    }
}
