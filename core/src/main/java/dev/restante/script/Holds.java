package dev.restante.script;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The holds of a server by name.
 *
 * <p>Thread-safe.
 */
public final class Holds {
    private static final int AT_MOST = 10_000;

    private final Map<String, Barrier> byName = new LinkedHashMap<>();
    private int made;

    /**
     * A new hold with a name of its own.
     *
     * @throws IllegalStateException if there are too many
     */
    public synchronized Barrier create() {
        if (byName.size() >= AT_MOST) {
            throw new IllegalStateException(
                    "There are " + AT_MOST + " holds already. reset() releases and forgets them.");
        }
        Barrier barrier = new Barrier("hold-" + ++made);
        byName.put(barrier.name(), barrier);
        return barrier;
    }

    /** The hold with this name. */
    public synchronized Optional<Barrier> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Opens this one and forgets it. */
    public void release(Barrier barrier) {
        synchronized (this) {
            byName.remove(barrier.name());
        }
        barrier.open();
    }

    /** Opens all holds and forgets them. */
    public void clear() {
        List<Barrier> all;
        synchronized (this) {
            all = new ArrayList<>(byName.values());
            byName.clear();
        }
        all.forEach(Barrier::open);
    }
}
