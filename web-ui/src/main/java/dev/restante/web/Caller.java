package dev.restante.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.jspecify.annotations.Nullable;

/**
 * Whoever waits for the answer to a request. A server hears of a client that leaves only when it reads, which it does not do
 * while it makes an answer: so a wait looks itself, now and then, and before it removes something. Used by one thread.
 */
final class Caller {
    /** How long a wait goes on before it looks. */
    private static final long GLANCE_NANOS = 200_000_000L;

    /** One step of a wait: so long, from now on. */
    record Glance(Duration time, long began) {
        /** Whether the time is over. A wait that ends before, and in vain, waits for what cannot come any more. */
        boolean isOver() {
            return System.nanoTime() - began >= time.toNanos() - 1_000_000;
        }
    }

    /** A step of a wait that ends at this moment on {@link System#nanoTime()}. */
    static Glance glance(long end) {
        long now = System.nanoTime();
        return new Glance(Duration.ofNanos(Math.min(Math.max(0, end - now), GLANCE_NANOS)), now);
    }

    private final Context ctx;
    private final @Nullable SocketChannel channel;
    private final boolean secure;
    private boolean gone;
    private boolean heardMore;

    private Caller(Context ctx, EndPoint end) {
        this.ctx = ctx;
        this.secure = end instanceof SslConnection.SslEndPoint;
        EndPoint plain = end instanceof SslConnection.SslEndPoint ssl
                ? ssl.getSslConnection().getEndPoint()
                : end;
        this.channel = plain instanceof SocketChannelEndPoint socket ? socket.getChannel() : null;
    }

    /** The caller of this request. */
    static Caller of(Context ctx) {
        return new Caller(
                ctx,
                ServletContextRequest.getServletContextRequest(ctx.req())
                        .getConnectionMetaData()
                        .getConnection()
                        .getEndPoint());
    }

    /** Whether the caller has closed the connection, so that nobody takes the answer. */
    boolean hasLeft() {
        if (gone || heardMore || channel == null) {
            return gone;
        }
        try {
            // The channel does not block: there is nothing to read of a caller who waits.
            int count = channel.read(ByteBuffer.allocate(1));
            // Inside TLS, a farewell comes before the end.
            gone = count < 0 || (count > 0 && secure);
            if (count > 0 && !secure) {
                // The beginning of a next request, which has to come again over another connection.
                heardMore = true;
                ctx.header("Connection", "close");
            }
        } catch (IOException e) {
            gone = true;
        }
        return gone;
    }
}
