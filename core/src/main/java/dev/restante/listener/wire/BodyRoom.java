package dev.restante.listener.wire;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all bodies under way on a server may take up together. A lone body always finds room.
 *
 * <p>Thread-safe.
 */
public final class BodyRoom {
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    /** Room for this many octets. */
    public BodyRoom(long most) {
        this.most = most;
    }

    /** Takes room for more of a body that has taken {@code own} already; false if the others leave too little. */
    boolean take(long more, long own) {
        long all = taken.addAndGet(more);
        if (all > most && all > own + more) {
            taken.addAndGet(-more);
            return false;
        }
        return true;
    }

    void giveBack(long octets) {
        taken.addAndGet(-octets);
    }

    /** The octets that are taken now. */
    public long taken() {
        return taken.get();
    }
}
