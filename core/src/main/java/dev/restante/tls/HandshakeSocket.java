package dev.restante.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Stands between a TLS layer and the accepted socket. During the handshake it sends what belongs together in one piece: a
 * client that refuses what it reads says why and leaves, and its alert would be lost to a server that still writes. And it
 * can let a handshake go on up to a point only. The accepted socket stays open until the handshake is done: what becomes of
 * it is for others to decide.
 *
 * <p>Used by the connection's own thread alone.
 */
final class HandshakeSocket extends Socket {
    private static final int HEADER = 5;
    private static final int HANDSHAKE_RECORD = 22;
    private static final int SERVER_HELLO = 2;
    private static final int RANDOM_AT = 6;

    /** The random of a ServerHello that only asks for another ClientHello (RFC 8446 section 4.1.3). */
    private static final byte[] RETRY =
            HexFormat.of().parseHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

    private final Socket plain;
    private final ServerIdentity.Course course;
    private final InputStream in;
    private final OutputStream out;
    private final ByteArrayOutputStream flight = new ByteArrayOutputStream();
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private final ClientRecords client = new ClientRecords();
    private boolean saidHello;
    private boolean heardAnswer;
    private boolean brokenOff;
    private final long begin = System.nanoTime();
    private final long timeout;
    private volatile boolean done;

    /**
     * A socket whose handshake goes as far as {@code course}, and takes no longer than {@code timeout} in all.
     *
     * @param input what {@code plain} reads, and before it what was read of it already
     */
    HandshakeSocket(Socket plain, InputStream input, ServerIdentity.Course course, Duration timeout)
            throws IOException {
        this.plain = plain;
        this.course = course;
        this.timeout = timeout.toNanos();
        this.in = input;
        this.out = plain.getOutputStream();
    }

    /** Whether the handshake came to the point up to which it was to go. */
    boolean isBrokenOff() {
        return brokenOff;
    }

    /** What the client has said. */
    ClientRecords client() {
        return client;
    }

    /** Sends what is left of the handshake. */
    void flush() throws IOException {
        if (flight.size() > 0) {
            byte[] all = flight.toByteArray();
            flight.reset();
            out.write(all);
            out.flush();
        }
    }

    /** From here on everything passes as it comes, and closing closes. */
    void done() throws IOException {
        flush();
        done = true;
    }

    @Override
    public InputStream getInputStream() {
        return new Incoming();
    }

    @Override
    public OutputStream getOutputStream() {
        return new Outgoing();
    }

    private final class Incoming extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (done) {
                return in.read(target, offset, length);
            }
            HandshakeSocket.this.flush();
            // A client that sends an octet now and then is not to hold its handshake open for ever.
            long left = (timeout - (System.nanoTime() - begin)) / 1_000_000;
            if (left <= 0) {
                throw new SocketTimeoutException("The handshake takes too long.");
            }
            plain.setSoTimeout((int) Math.min(Integer.MAX_VALUE, left));
            int count = in.read(target, offset, length);
            heardAnswer |= saidHello && count > 0;
            client.read(target, offset, offset + Math.max(0, count));
            return count;
        }

        @Override
        public int available() throws IOException {
            return in.available();
        }
    }

    private final class Outgoing extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            if (done) {
                out.write(octets, offset, length);
            } else if (course == ServerIdentity.Course.WHOLE) {
                flight.write(octets, offset, length);
            } else {
                split(octets, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            if (done) {
                out.flush();
            }
        }
    }

    /** Takes the output apart into records. */
    private void split(byte[] octets, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            record.write(octets[i]);
            if (record.size() >= HEADER) {
                byte[] sofar = record.toByteArray();
                if (sofar.length == HEADER + number(sofar, 3, 2)) {
                    record.reset();
                    pass(sofar);
                }
            }
        }
    }

    private void pass(byte[] whole) throws IOException {
        // Whatever the server says once the client has answered its hello comes after the client's Finished.
        if (brokenOff || heardAnswer) {
            throw breakOff();
        }
        boolean isHello = isServerHello(whole);
        saidHello |= isHello;
        if (isHello && course == ServerIdentity.Course.UP_TO_SERVER_HELLO) {
            // More messages may share the record: one of its own takes its place.
            int length = 4 + number(whole, HEADER + 1, 3);
            byte[] hello = Arrays.copyOf(whole, HEADER + length);
            hello[3] = (byte) (length >> 8);
            hello[4] = (byte) length;
            flight.write(hello, 0, hello.length);
            throw breakOff();
        }
        flight.write(whole, 0, whole.length);
    }

    private IOException breakOff() {
        brokenOff = true;
        return new IOException("The handshake is broken off by a rule.");
    }

    private static boolean isServerHello(byte[] record) {
        int random = HEADER + RANDOM_AT;
        return record[0] == HANDSHAKE_RECORD
                && record.length > random + RETRY.length
                && record[HEADER] == SERVER_HELLO
                && !Arrays.equals(record, random, random + RETRY.length, RETRY, 0, RETRY.length);
    }

    private static int number(byte[] octets, int at, int length) {
        int number = 0;
        for (int i = at; i < at + length; i++) {
            number = (number << 8) | (octets[i] & 0xff);
        }
        return number;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return plain.isClosed();
    }

    @Override
    public InetAddress getInetAddress() {
        return plain.getInetAddress();
    }

    @Override
    public int getPort() {
        return plain.getPort();
    }

    @Override
    public int getLocalPort() {
        return plain.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return plain.getRemoteSocketAddress();
    }

    @Override
    public synchronized int getSoTimeout() throws SocketException {
        return plain.getSoTimeout();
    }

    @Override
    public synchronized void setSoTimeout(int timeout) throws SocketException {
        plain.setSoTimeout(timeout);
    }

    @Override
    public synchronized int getSoLinger() throws SocketException {
        return plain.getSoLinger();
    }

    @Override
    public boolean isInputShutdown() {
        return plain.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return plain.isOutputShutdown();
    }

    @Override
    public void shutdownInput() throws IOException {
        if (done) {
            plain.shutdownInput();
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        if (done) {
            plain.shutdownOutput();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (done) {
            plain.close();
        }
    }
}
