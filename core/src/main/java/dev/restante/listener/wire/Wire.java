package dev.restante.listener.wire;

import dev.restante.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection's octets: whole lines and bodies in, replies out, plain or inside TLS, and the faults that live below
 * SMTP.
 *
 * <p>The connection's own thread reads and writes; other threads may {@linkplain #interject interject} a last reply, ask
 * for {@link #idleNanos()} and {@linkplain #abort abort}. Nothing here throws on a broken connection: reading ends, and
 * writing is in vain.
 */
public final class Wire {
    private static final int BUFFER_SIZE = 16 * 1024;
    private static final long LINGER_NANOS = 500_000_000L;
    private static final int LINGER_OCTETS = 1 << 20;
    private static final int TLS_HANDSHAKE = 22;
    private static final int TLS_MAJOR_VERSION = 3;
    private static final int TLS_RECORD_HEADER = 5;
    private static final int THROTTLE_STEPS_PER_SECOND = 20;
    private static final int START_OF_LINE = 16;
    private static final long A_MOMENT_NANOS = 20_000_000L;

    private static final VarHandle EIGHT_OCTETS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONE_IN_EACH = 0x0101010101010101L;
    private static final long HIGH_BIT_IN_EACH = 0x8080808080808080L;
    private static final long CR_IN_EACH = '\r' * ONE_IN_EACH;

    private final Socket raw;
    private final int maxLine;
    private InputStream in;
    private OutputStream out;
    private @Nullable SSLSocket tls;

    private final Buffers buffers;
    private final byte[] buffer;
    private int position;
    private int limit;

    private final ReentrantLock outLock = new ReentrantLock();
    private byte[] pending = new byte[512];
    private int pendingLength;
    private boolean writable = true;

    private @Nullable Throttle throttle;
    private long reads;
    private boolean bareLineFeed;
    private byte[] cutLine = {};
    private byte[] tooLongStart = {};
    private volatile @Nullable DottedState waitingBehind;
    private volatile boolean awaitingInput;
    private volatile boolean sending;
    private volatile boolean broken;
    private final long madeAt = System.nanoTime();
    private volatile long lastActivity = madeAt;

    /** What {@link #readLine()} returns for a line over the limit, whose octets are gone. */
    public static final byte[] TOO_LONG = {};

    /** Waits on behalf of a throttle or a dribbled reply. */
    @FunctionalInterface
    public interface Pacer {
        /**
         * Waits for this time; returns early if the connection is to end.
         *
         * @param follows whether it begins where the last wait ended, since there was something to go on with
         */
        void pause(long nanos, boolean follows);
    }

    private record Throttle(int octetsPerSecond, Pacer pacer) {}

    /** Input buffers that connections leave to those that come after them; a fresh one costs more than a small mail. */
    public static final class Buffers {
        private static final int KEPT = 64;

        private final ArrayBlockingQueue<byte[]> free = new ArrayBlockingQueue<>(KEPT);

        private byte[] take() {
            byte[] used = free.poll();
            return used == null ? new byte[BUFFER_SIZE] : used;
        }

        private void giveBack(byte[] used) {
            free.offer(used);
        }
    }

    /** A wire over an accepted socket, with lines of at most {@code maxLine} octets. */
    public Wire(Socket raw, int maxLine, Buffers buffers) throws IOException {
        this.raw = raw;
        this.maxLine = maxLine;
        this.buffers = buffers;
        this.buffer = buffers.take();
        this.in = raw.getInputStream();
        this.out = raw.getOutputStream();
        // Replies to pipelined commands go out in several writes: each would wait for the last one's acknowledgement.
        raw.setTcpNoDelay(true);
    }

    /** Leaves the buffer to others. Called once, by the connection's own thread, when it will read no more. */
    public void release() {
        position = 0;
        limit = 0;
        buffers.giveBack(buffer);
    }

    /** The client's address. */
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) raw.getRemoteSocketAddress();
    }

    /** The port the client connected to. */
    public int localPort() {
        return raw.getLocalPort();
    }

    // ---- input

    /**
     * Reads a line and strips its end; {@code null} if the input ends first. Pending replies are flushed before waiting.
     */
    public byte @Nullable [] readLine() {
        byte[] start = {};
        boolean tooLong = false;
        while (true) {
            for (int i = position; i < limit; i++) {
                if (buffer[i] == '\n') {
                    byte[] line = withoutCr(start, i);
                    position = i + 1;
                    if (!tooLong && line.length > maxLine) {
                        tooLong = true;
                        tooLongStart = Arrays.copyOf(line, START_OF_LINE);
                    }
                    return tooLong ? TOO_LONG : line;
                }
            }
            // Octets of an overlong line are dropped as they come: what is kept stays bounded.
            boolean wasTooLong = tooLong;
            tooLong |= start.length + (limit - position) > maxLine;
            if (tooLong && !wasTooLong) {
                byte[] all = joined(start, limit);
                tooLongStart = Arrays.copyOf(all, Math.min(all.length, START_OF_LINE));
            }
            start = tooLong ? new byte[0] : joined(start, limit);
            position = limit;
            if (!fill()) {
                cutLine = start;
                return null;
            }
        }
    }

    /** How the last line that was {@link #TOO_LONG} began. */
    public byte[] tooLongStart() {
        return tooLongStart;
    }

    /** What had come of a line when the input ended, so that {@link #readLine()} returned nothing. */
    public byte[] cutLine() {
        return cutLine;
    }

    /** The line whose LF stands at {@code lineFeed}, without the CR before it. */
    private byte[] withoutCr(byte[] start, int lineFeed) {
        if (lineFeed > position) {
            bareLineFeed = buffer[lineFeed - 1] != '\r';
            return joined(start, bareLineFeed ? lineFeed : lineFeed - 1);
        }
        bareLineFeed = start.length == 0 || start[start.length - 1] != '\r';
        return bareLineFeed ? start : Arrays.copyOf(start, start.length - 1);
    }

    private byte[] joined(byte[] start, int end) {
        if (start.length == 0) {
            return Arrays.copyOfRange(buffer, position, end);
        }
        byte[] all = Arrays.copyOf(start, start.length + end - position);
        System.arraycopy(buffer, position, all, start.length, end - position);
        return all;
    }

    /** Whether the last line ended in a LF without CR. */
    public boolean endedInBareLineFeed() {
        return bareLineFeed;
    }

    /** Whether input has arrived that is not read yet, as from a client that pipelines. */
    public boolean hasBufferedInput() {
        return position < limit;
    }

    /**
     * Whether the input goes on with a TLS handshake (RFC 8446 section 5.1); nothing of it is taken. Pending replies are
     * flushed before waiting for input.
     */
    public boolean beginsTlsHandshake() {
        return nextOctet() == TLS_HANDSHAKE && position + 1 < limit && buffer[position + 1] == TLS_MAJOR_VERSION;
    }

    /** The next octet of the input without taking it; -1 if the input has ended. */
    private int nextOctet() {
        return position == limit && !fill() ? -1 : buffer[position] & 0xff;
    }

    /** Reads a TLS record (RFC 8446 section 5.1) and forgets it; false if the input ends first. */
    public boolean skipTlsRecord() {
        int length = 0;
        for (int i = 0; i < TLS_RECORD_HEADER; i++) {
            int octet = nextOctet();
            if (octet < 0) {
                return false;
            }
            // The last two octets of the header are the length of what follows.
            length = ((length << 8) | octet) & 0xffff;
            position++;
        }
        while (length > 0) {
            if (nextOctet() < 0) {
                return false;
            }
            int skipped = Math.min(length, limit - position);
            position += skipped;
            length -= skipped;
        }
        return true;
    }

    /** Whether input has arrived, read or not: more exact than {@link #hasBufferedInput()}, and a system call. */
    public boolean hasInput() {
        try {
            return position < limit || in.available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Reads whatever the client sent ahead and forgets it; returns how many octets that were. */
    public int discardInput() {
        int discarded = limit - position;
        position = limit;
        try {
            while (in.available() > 0) {
                int count = in.read(buffer, 0, Math.min(buffer.length, in.available()));
                if (count < 0) {
                    break;
                }
                discarded += count;
            }
        } catch (IOException e) {
            broken = true;
        }
        return discarded;
    }

    /** Refills the empty buffer; false if the input has ended. */
    private boolean fill() {
        flush();
        int most = buffer.length;
        if (throttle != null) {
            most = Math.max(1, Math.min(most, throttle.octetsPerSecond / THROTTLE_STEPS_PER_SECOND));
        }
        boolean hadCome = throttle != null && hasCome();
        reads++;
        awaitingInput = true;
        try {
            int count = in.read(buffer, 0, most);
            lastActivity = System.nanoTime();
            if (count <= 0) {
                return false;
            }
            position = 0;
            limit = count;
        } catch (IOException e) {
            broken = true;
            return false;
        } finally {
            awaitingInput = false;
        }
        payFor(limit, hadCome);
        return true;
    }

    /** The same, but waits no longer than this; false if nothing has come by then. */
    public boolean swallow(Duration atMost) {
        try {
            raw.setSoTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, atMost.toMillis())));
            if (position < limit) {
                position = limit;
                return true;
            }
            return in.read(buffer, 0, buffer.length) > 0;
        } catch (IOException e) {
            return false;
        } finally {
            forgetTimeout();
        }
    }

    private void forgetTimeout() {
        try {
            raw.setSoTimeout(0);
        } catch (SocketException e) {
            broken = true;
        }
    }

    /** Waits for octets of the client, unless some have come, and forgets them; false if the input has ended. */
    public boolean swallow() {
        if (position < limit) {
            position = limit;
            return true;
        }
        try {
            int count = in.read(buffer, 0, buffer.length);
            lastActivity = System.nanoTime();
            return count > 0;
        } catch (IOException e) {
            broken = true;
            return false;
        }
    }

    /**
     * Reads what a proxy says of its client before anything else is said (see {@link Preamble}). Only a header that is in
     * order is taken from the input.
     */
    public Preamble readPreamble(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            Preamble found = PreambleParser.parse(buffer, limit, buffer.length);
            while (found == null) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return late();
                }
                raw.setSoTimeout((int) Math.min(Integer.MAX_VALUE, left));
                int count = in.read(buffer, limit, buffer.length - limit);
                lastActivity = System.nanoTime();
                if (count < 0) {
                    return new Preamble.Ended(limit);
                }
                limit += count;
                found = PreambleParser.parse(buffer, limit, buffer.length);
            }
            raw.setSoTimeout(0);
            position = found instanceof Preamble.Told told ? told.length() : 0;
            return found;
        } catch (SocketTimeoutException e) {
            return late();
        } catch (IOException e) {
            broken = true;
            return new Preamble.Ended(limit);
        }
    }

    private Preamble late() {
        forgetTimeout();
        return new Preamble.Late(limit);
    }

    /** Whether the connection broke, as opposed to being closed in order. */
    public boolean isBroken() {
        return broken;
    }

    /** Whether the connection's thread waits for the client just now. */
    public boolean isAwaitingInput() {
        return awaitingInput;
    }

    /** Whether the connection's thread waits for the client to read. */
    public boolean isSending() {
        return sending;
    }

    /** What the client seems to take for the end of the body, if it has sent that and nothing more for a moment. */
    public Optional<String> falseEnd() {
        DottedState state = waitingBehind;
        // Its octets do not change while it is waited behind.
        return state == null || !awaitingInput || idleNanos() < A_MOMENT_NANOS ? Optional.empty() : state.falseEnd();
    }

    /** How long ago the client was last heard. */
    public long idleNanos() {
        return System.nanoTime() - lastActivity;
    }

    /** Reads no faster than this from now on; what is read already is paid for at once. */
    public void throttle(int octetsPerSecond, Pacer pacer) {
        throttle = new Throttle(octetsPerSecond, pacer);
        payFor(limit - position, false);
    }

    /** Reads as fast as octets come from now on. */
    public void endThrottle() {
        throttle = null;
    }

    private void payFor(int octets, boolean hadCome) {
        if (throttle != null && octets > 0) {
            throttle.pacer.pause(octets * 1_000_000_000L / throttle.octetsPerSecond, hadCome);
        }
    }

    /** Whether there are octets to read without waiting for the client. */
    private boolean hasCome() {
        try {
            return in.available() > 0 || raw.getInputStream().available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** When the connection was accepted, on {@link System#nanoTime()}. */
    public long madeAt() {
        return madeAt;
    }

    /** How often the connection was read from: what is answered between two readings was pipelined. */
    public long reads() {
        return reads;
    }

    /** How a part of a body ended. */
    public enum BodyEnd {
        /** All of it has arrived. */
        COMPLETE,
        /** The position asked for is reached. */
        STOPPED,
        /** The input ended in the middle. */
        CUT
    }

    /** Reads {@code count} octets into {@code sink}. */
    public BodyEnd readOctets(long count, BodySink sink) {
        long left = count;
        while (left > 0) {
            if (position == limit && !fill()) {
                return BodyEnd.CUT;
            }
            int available = (int) Math.min(left, limit - position);
            sink.append(buffer, position, position + available);
            position += available;
            left -= available;
        }
        return BodyEnd.COMPLETE;
    }

    /**
     * Reads a body that ends in CRLF, a dot and CRLF, and undoes dot-stuffing (RFC 5321 section 4.5.2). Only that sequence
     * ends it: lone CR and LF are ordinary octets.
     *
     * @param state where in the body reading stands; new for a new body
     * @param stopAt the number of octets on the wire, terminator excluded, after which to return
     */
    public BodyEnd readDotted(DottedState state, BodySink sink, long stopAt) {
        while (true) {
            if (state.mayStop() && state.octets >= stopAt) {
                return BodyEnd.STOPPED;
            }
            if (position == limit) {
                state.remember(buffer, limit);
                waitingBehind = state;
                if (!fill()) {
                    return BodyEnd.CUT;
                }
                waitingBehind = null;
            }
            long wanted = Math.max(1, stopAt - state.octets);
            int end = wanted < limit - position ? position + (int) wanted : limit;
            boolean complete = scan(state, sink, end);
            if (complete) {
                return BodyEnd.COMPLETE;
            }
        }
    }

    /** Takes octets up to {@code end}; true once the terminator was among them. */
    private boolean scan(DottedState state, BodySink sink, int end) {
        int begin = position;
        int run = begin;
        int i = begin;
        int at = state.at;
        while (i < end) {
            byte octet = buffer[i];
            switch (at) {
                case DottedState.IN_LINE -> {
                    i = indexOfCr(buffer, i, end);
                    if (i == end) {
                        continue;
                    }
                    at = DottedState.AFTER_CR;
                }
                case DottedState.AFTER_CR ->
                    at = octet == '\n'
                            ? DottedState.LINE_START
                            : octet == '\r' ? DottedState.AFTER_CR : DottedState.IN_LINE;
                case DottedState.LINE_START -> {
                    if (octet == '.') {
                        sink.append(buffer, run, i);
                        run = i + 1;
                        at = DottedState.AFTER_DOT;
                    } else {
                        at = octet == '\r' ? DottedState.AFTER_CR : DottedState.IN_LINE;
                    }
                }
                case DottedState.AFTER_DOT -> {
                    // A CR may belong to the terminator, so it waits outside the run until the next octet tells.
                    if (octet == '\r') {
                        run = i + 1;
                        at = DottedState.AFTER_DOT_CR;
                    } else {
                        if (octet != '.') {
                            state.strayDot(octet);
                        }
                        at = DottedState.IN_LINE;
                    }
                }
                default -> {
                    if (octet == '\n') {
                        position = i + 1;
                        state.octets += position - begin - DottedState.TERMINATOR;
                        state.at = DottedState.LINE_START;
                        return true;
                    }
                    state.strayDot(DottedState.CR[0]);
                    sink.append(DottedState.CR, 0, 1);
                    at = octet == '\r' ? DottedState.AFTER_CR : DottedState.IN_LINE;
                }
            }
            i++;
        }
        if (run < end) {
            sink.append(buffer, run, end);
        }
        position = end;
        state.octets += end - begin;
        state.at = at;
        return false;
    }

    /** The index of the first CR, or {@code end}. Eight octets a step: most of a large body's time is spent here. */
    private static int indexOfCr(byte[] octets, int from, int end) {
        int i = from;
        while (i + Long.BYTES <= end) {
            // An octet of x is zero where a CR stands; the expression below then has its highest bit set, and no other
            // octet before it has.
            long x = (long) EIGHT_OCTETS.get(octets, i) ^ CR_IN_EACH;
            long zeros = (x - ONE_IN_EACH) & ~x & HIGH_BIT_IN_EACH;
            if (zeros != 0) {
                return i + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
            }
            i += Long.BYTES;
        }
        while (i < end && octets[i] != '\r') {
            i++;
        }
        return i;
    }

    // ---- output

    /** Puts a reply behind what is pending; it goes out with {@link #flush()} or before the next wait for input. */
    public void write(Reply reply) {
        outLock.lock();
        try {
            int length = reply.length();
            if (pendingLength + length > pending.length) {
                pending = Arrays.copyOf(pending, Math.max(pending.length * 2, pendingLength + length));
            }
            reply.copyTo(pending, pendingLength);
            pendingLength += length;
        } finally {
            outLock.unlock();
        }
    }

    /** Writes what is pending; false if the connection does not take it. */
    public boolean flush() {
        outLock.lock();
        try {
            if (pendingLength > 0) {
                int length = pendingLength;
                pendingLength = 0;
                send(pending, 0, length);
            }
            return writable;
        } finally {
            outLock.unlock();
        }
    }

    /** Writes these octets, after what is pending, in one write; false if the connection does not take them. */
    public boolean writeNow(byte[] octets, int offset, int length) {
        outLock.lock();
        try {
            flush();
            send(octets, offset, length);
            return writable;
        } finally {
            outLock.unlock();
        }
    }

    private void send(byte[] octets, int offset, int length) {
        if (writable) {
            sending = true;
            try {
                out.write(octets, offset, length);
                out.flush();
            } catch (IOException e) {
                writable = false;
                broken = true;
            } finally {
                sending = false;
            }
        }
    }

    /**
     * Says a last reply on behalf of another thread, if the connection's own thread waits for the client, and ends the
     * input, so that it wakes. Returns whether the reply was written.
     */
    public boolean interject(Reply reply) {
        outLock.lock();
        try {
            boolean written = false;
            if (awaitingInput && writable) {
                byte[] octets = reply.toBytes();
                written = writeNow(octets, 0, octets.length);
                writable = false;
            }
            raw.shutdownInput();
            return written;
        } catch (IOException e) {
            // Already closed, which is what was wanted.
            return false;
        } finally {
            outLock.unlock();
        }
    }

    // ---- TLS

    /** What makes the TLS layer over a plain socket, its handshake done. */
    @FunctionalInterface
    public interface TlsLayer {
        /** Layers TLS over {@code plain}, whose octets come from {@code input}, and completes the handshake. */
        SSLSocket over(Socket plain, InputStream input) throws IOException;
    }

    /**
     * Goes on inside TLS.
     *
     * @throws IOException if the handshake fails; the connection is then of no more use
     */
    public SSLSocket startTls(TlsLayer layer) throws IOException {
        SSLSocket secured = layer.over(raw, withReadAhead());
        tls = secured;
        in = secured.getInputStream();
        out = secured.getOutputStream();
        lastActivity = System.nanoTime();
        return secured;
    }

    /** What the socket reads, after what was read of it already: a PROXY header does not come alone. */
    private InputStream withReadAhead() {
        if (position == limit) {
            return in;
        }
        InputStream ahead = new ByteArrayInputStream(Arrays.copyOfRange(buffer, position, limit));
        position = limit;
        return new SequenceInputStream(ahead, in);
    }

    // ---- the end

    /**
     * Flushes and closes so that the client reads all that was written and then the end: unread input would turn the close
     * into a reset, so it is read and forgotten for a moment.
     *
     * @param mayBeSending whether the client may send more before it sees the end
     */
    public void close(boolean mayBeSending) {
        flush();
        try {
            SSLSocket secured = tls;
            if (secured != null) {
                secured.shutdownOutput();
            }
            if (mayBeSending || hasBufferedInput()) {
                linger();
            }
        } catch (IOException e) {
            // Closed or silent: either way there is nobody left to be polite to.
        }
        abort();
    }

    private void linger() throws IOException {
        raw.shutdownOutput();
        raw.setSoTimeout((int) (LINGER_NANOS / 1_000_000));
        long deadline = System.nanoTime() + LINGER_NANOS;
        int swallowed = 0;
        InputStream rest = raw.getInputStream();
        while (swallowed < LINGER_OCTETS && System.nanoTime() < deadline) {
            int count = rest.read(buffer, 0, buffer.length);
            if (count < 0) {
                break;
            }
            swallowed += count;
        }
    }

    /** Resets the connection: the client sees a RST at once. */
    public void reset() {
        try {
            raw.setSoLinger(true, 0);
        } catch (SocketException e) {
            // Closed already.
        }
        abort();
    }

    /** Closes the socket below everything, from any thread, without waiting. */
    public void abort() {
        try {
            raw.close();
        } catch (IOException e) {
            // Closed already.
        }
    }

    /** Whether the socket is closed. */
    public boolean isClosed() {
        return raw.isClosed();
    }
}
