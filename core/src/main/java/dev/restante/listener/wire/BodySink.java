package dev.restante.listener.wire;

import dev.restante.mail.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects a body in chunks that grow, up to a limit; what comes beyond it is counted and dropped.
 *
 * <p>At no time are more octets held than have arrived, but for the room left in the last chunk, an eighth of the whole at
 * most.
 */
public final class BodySink {
    private static final int SMALLEST_GROWTH = 8 * 1024;
    /** Less than half a region of the usual collector's smallest ones: a larger array would take up whole regions. */
    private static final int LARGEST_CHUNK = (256 << 10) - 16;

    private final long maxSize;
    private final BodyRoom room;
    private final List<byte[]> full = new ArrayList<>();
    private byte[] chunk = {};
    private int used;
    private long size;
    private long roomTaken;
    private boolean crowdedOut;

    /** A sink that keeps at most {@code maxSize} octets, as long as there is room for them. */
    public BodySink(long maxSize, BodyRoom room) {
        this.maxSize = maxSize;
        this.room = room;
    }

    /** A sink that counts and keeps nothing. */
    public static BodySink ofNothing() {
        return new BodySink(0, new BodyRoom(0));
    }

    void append(byte[] source, int from, int to) {
        size += to - from;
        if (size > maxSize || crowdedOut) {
            release();
            return;
        }
        int at = from;
        while (at < to) {
            if (used == chunk.length && !next(to - at)) {
                crowdedOut = true;
                release();
                return;
            }
            int count = Math.min(to - at, chunk.length - used);
            System.arraycopy(source, at, chunk, used, count);
            used += count;
            at += count;
        }
    }

    /**
     * Begins a chunk: the first as large as what is at hand, so that a small mail is copied once and fits. False if there is
     * no room for it.
     */
    private boolean next(int wanted) {
        long growth = Math.max(SMALLEST_GROWTH, Math.min(LARGEST_CHUNK, size / 8));
        int length = used == 0 && full.isEmpty() ? wanted : (int) Math.max(wanted, growth);
        if (!room.take(length, roomTaken)) {
            return false;
        }
        roomTaken += length;
        if (used > 0) {
            full.add(chunk);
        }
        chunk = new byte[length];
        used = 0;
        return true;
    }

    /** Forgets what was collected and gives its room back; more than once does no harm. */
    public void release() {
        full.clear();
        chunk = new byte[0];
        used = 0;
        room.giveBack(roomTaken);
        roomTaken = 0;
    }

    /** How many octets have arrived, dropped ones included. */
    public long size() {
        return size;
    }

    /** Whether more has arrived than is kept. */
    public boolean isOverLimit() {
        return size > maxSize;
    }

    /** Whether the bodies under way on the whole server left no room for this one. */
    public boolean isCrowdedOut() {
        return crowdedOut;
    }

    /** What was collected; empty if it was too much. The sink gives it away and is empty then. */
    public Octets octets() {
        List<byte[]> all = new ArrayList<>(full);
        if (used > 0) {
            all.add(used == chunk.length ? chunk : Arrays.copyOf(chunk, used));
        }
        release();
        return Octets.adopt(all);
    }
}
