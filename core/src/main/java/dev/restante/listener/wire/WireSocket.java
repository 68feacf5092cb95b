package dev.restante.listener.wire;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The socket that the engine sees. It reads one command word per line from it, never a line of the client's own, and what
 * it writes goes nowhere: all that the client reads is written to the {@link Wire}.
 */
public class WireSocket extends Socket {
    private final Wire wire;
    private final InetSocketAddress remote;
    private volatile @Nullable CommandSource source;

    /** Where the engine's command words come from. */
    @FunctionalInterface
    public interface CommandSource {
        /** Waits for the client's next command and returns the word to dispatch it by; {@code null} at the end. */
        @Nullable
        String nextCommand();
    }

    /** A socket over {@code wire}. */
    public WireSocket(Wire wire) {
        this.wire = wire;
        this.remote = withoutName(wire.remoteAddress());
    }

    /** The address with its digits as host name, so that nobody asks a name server for one. */
    private static InetSocketAddress withoutName(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(ip.getHostAddress(), ip.getAddress()), address.getPort());
        } catch (UnknownHostException e) {
            return address;
        }
    }

    /** The wire below. */
    public Wire wire() {
        return wire;
    }

    /** Sets where command words come from; before, the input is at its end. */
    public void source(CommandSource newSource) {
        source = newSource;
    }

    /** Where command words come from. */
    public @Nullable CommandSource source() {
        return source;
    }

    @Override
    public InputStream getInputStream() {
        return new CommandWords();
    }

    @Override
    public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return remote;
    }

    @Override
    public InetAddress getInetAddress() {
        return remote.getAddress();
    }

    @Override
    public int getPort() {
        return remote.getPort();
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return wire.isClosed();
    }

    /** Left to the server's own idle time-out, which needs no system call a read. */
    @Override
    public void setSoTimeout(int timeout) throws SocketException {}

    @Override
    public synchronized void close() {
        wire.abort();
    }

    private final class CommandWords extends InputStream {
        private String rest = "";
        private int at;

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == rest.length()) {
                CommandSource from = source;
                String word = from == null ? null : from.nextCommand();
                if (word == null) {
                    return -1;
                }
                rest = word + "\r\n";
                at = 0;
            }
            int count = Math.min(length, rest.length() - at);
            for (int i = 0; i < count; i++) {
                target[offset + i] = (byte) rest.charAt(at + i);
            }
            at += count;
            return count;
        }
    }
}
