package dev.restante.listener.wire;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all bodies and long envelopes under way on a server may take up together. A lone body always finds room,
 * and a small one does beside large ones.
 *
 * <p>Thread-safe.
 */
public final class BodyRoom {
    private static final long SMALL = 64 << 10;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    /** Room for this many octets. */
    public BodyRoom(long most) {
        this.most = most;
    }

    /** Takes room for more of a body that has taken {@code own} already; false if the others leave too little. */
    boolean take(long more, long own) {
        while (true) {
            long before = taken.get();
            long all = before + more;
            boolean alone = before == own;
            if (all > most && !alone && own + more > SMALL) {
                return false;
            }
            if (taken.compareAndSet(before, all)) {
                return true;
            }
        }
    }

    /** Takes room for something that has no claim to any; false if there is too little. */
    public boolean takeIfFree(long octets) {
        while (true) {
            long before = taken.get();
            if (before + octets > most) {
                return false;
            }
            if (taken.compareAndSet(before, before + octets)) {
                return true;
            }
        }
    }

    /** Gives back what was taken. */
    public void giveBack(long octets) {
        taken.addAndGet(-octets);
    }

    /** The octets that are taken now. */
    public long taken() {
        return taken.get();
    }
}
