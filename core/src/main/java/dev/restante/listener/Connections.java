package dev.restante.listener;

import dev.restante.listener.commands.Conversation;
import dev.restante.listener.commands.Conversation.Dismissal;
import dev.restante.listener.commands.Population;
import dev.restante.listener.wire.Wire;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live connections of a server, whatever listener accepted them: their threads, their number, their time-outs and their
 * end.
 *
 * <p>Thread-safe.
 */
public final class Connections implements Population {
    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    /** How many connections over the limit are answered 421 at the same time; more wait to be accepted. */
    static final int TURNED_AWAY_AT_ONCE = 256;

    private final int maxConnections;
    private final int maxConnectionsPerClient;
    private final Duration idleTimeout;
    private final Semaphore room;
    private final Map<Conversation, Place> live = new ConcurrentHashMap<>();
    private final Wire.Buffers buffers = new Wire.Buffers();
    private final AtomicInteger resets = new AtomicInteger();
    private final AtomicBoolean watching = new AtomicBoolean();
    private final ThreadPoolExecutor threads;
    private volatile boolean closing;

    /** Whether a connection is served. */
    enum Admission {
        SERVED,
        /** The server has as many as it serves. */
        TOO_MANY,
        /** The client has as many as it may. */
        TOO_MANY_OF_CLIENT
    }

    /** A connection's thread, and whether it is served rather than turned away. */
    private record Place(Thread thread, boolean served) {}

    /** Connections of which at most {@code maxConnections} are served at once, and fewer of one client. */
    public Connections(int maxConnections, int maxConnectionsPerClient, Duration idleTimeout, String threadName) {
        this.maxConnections = maxConnections;
        this.maxConnectionsPerClient = maxConnectionsPerClient;
        this.idleTimeout = idleTimeout;
        this.room = new Semaphore(maxConnections + TURNED_AWAY_AT_ONCE);
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, threadName + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    Wire.Buffers buffers() {
        return buffers;
    }

    int maxConnections() {
        return maxConnections;
    }

    int resets() {
        return resets.get();
    }

    ThreadPoolExecutor threads() {
        return threads;
    }

    /** Waits until one more connection may be accepted. */
    void awaitRoom() throws InterruptedException {
        room.acquire();
    }

    void freeRoom() {
        room.release();
    }

    /** Takes in a conversation that runs on the current thread. Whether it is served is for {@link #admit} to tell. */
    void enter(Conversation conversation) {
        live.put(conversation, new Place(Thread.currentThread(), false));
        if (closing) {
            conversation.dismiss(Dismissal.SHUTDOWN, true);
        }
        watch();
    }

    /** Tells whether a conversation is to be served, now that it is known whose it is. */
    synchronized Admission admit(Conversation conversation) {
        Admission admission = admission(conversation);
        if (admission == Admission.SERVED) {
            live.put(conversation, new Place(Thread.currentThread(), true));
        }
        return admission;
    }

    private Admission admission(Conversation conversation) {
        InetAddress address = conversation.client().address().getAddress();
        int served = 0;
        int ofClient = 0;
        for (Map.Entry<Conversation, Place> each : live.entrySet()) {
            if (each.getValue().served && !each.getKey().hasEnded()) {
                served++;
                ofClient += each.getKey().client().address().getAddress().equals(address) ? 1 : 0;
            }
        }
        return served >= maxConnections
                ? Admission.TOO_MANY
                : ofClient >= maxConnectionsPerClient ? Admission.TOO_MANY_OF_CLIENT : Admission.SERVED;
    }

    void leave(Conversation conversation) {
        live.remove(conversation);
    }

    /** Those that have not ended: a client that has seen the end of one connection is not counted for it with its next. */
    @Override
    public int all() {
        return (int) live.keySet().stream()
                .filter(conversation -> !conversation.hasEnded())
                .count();
    }

    @Override
    public int most() {
        return maxConnections;
    }

    @Override
    public int mostOfClient() {
        return maxConnectionsPerClient;
    }

    @Override
    public boolean hasTooManyFrom(InetAddress address) {
        return live.entrySet().stream()
                        .filter(each -> each.getValue().served && !each.getKey().hasEnded())
                        .filter(each ->
                                each.getKey().client().address().getAddress().equals(address))
                        .count()
                > maxConnectionsPerClient;
    }

    @Override
    public int from(InetAddress address) {
        return (int) live.keySet().stream()
                .filter(conversation ->
                        conversation.client().address().getAddress().equals(address))
                .count();
    }

    private void watch() {
        if (!idleTimeout.isZero() && watching.compareAndSet(false, true)) {
            scheduleWatch();
        }
    }

    private void scheduleWatch() {
        long interval = Math.max(1_000_000, Math.min(1_000_000_000L, idleTimeout.toNanos() / 4));
        CompletableFuture.delayedExecutor(interval, TimeUnit.NANOSECONDS, threads)
                .execute(() -> {
                    live.keySet().stream()
                            .filter(conversation -> conversation.isStuckFor(idleTimeout.toNanos()))
                            .forEach(Conversation::abort);
                    live.keySet().stream()
                            .filter(conversation -> conversation.isIdleFor(idleTimeout.toNanos()))
                            .forEach(conversation -> conversation.dismiss(Dismissal.IDLE, true));
                    watching.set(false);
                    if (!live.isEmpty()) {
                        watch();
                    }
                });
    }

    /**
     * Ends delays, holds and stalls, and the connections with an open transaction. Idle ones go on as new sessions. Returns
     * once the ended ones are gone, or after 5 seconds.
     */
    public void reset() {
        resets.incrementAndGet();
        end(conversation -> true, Dismissal.RESET);
    }

    /**
     * Ends delays, holds and stalls of the sessions that are about a mailbox, and those with an open transaction. Returns as
     * {@link #reset()} does.
     */
    public void reset(String mailbox) {
        end(conversation -> conversation.hasTouched(mailbox), Dismissal.ofMailbox(mailbox));
    }

    private void end(Predicate<Conversation> chosen, Dismissal wish) {
        List<Conversation> ended = new ArrayList<>();
        for (Conversation conversation : live.keySet()) {
            if (chosen.test(conversation)) {
                conversation.letGo();
                if (conversation.endsWithReset()) {
                    ended.add(conversation);
                    threads.execute(() -> conversation.dismiss(wish, true));
                }
            }
        }
        awaitGone(ended::contains, System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
        // Who is still here does not read what it is told.
        ended.forEach(Conversation::abort);
        awaitGone(ended::contains, System.nanoTime() + TimeUnit.SECONDS.toNanos(4));
    }

    /**
     * Ends all conversations: idle ones are told 421 at once; a body under way may finish for as long as {@code grace}.
     *
     * @return the threads that have not ended after 5 seconds
     */
    public List<Thread> close(Duration grace) {
        closing = true;
        endAll(System.nanoTime(), grace);
        List<Thread> stuck = live.values().stream()
                .map(Place::thread)
                .filter(Thread::isAlive)
                .toList();
        if (!stuck.isEmpty()) {
            log.warn("{} connection threads did not end: {}", stuck.size(), stuck);
        }
        return stuck;
    }

    private void endAll(long begin, Duration grace) {
        dismissAll(false);
        awaitGone(any -> true, begin + grace.toNanos());
        dismissAll(true);
        awaitGone(any -> true, begin + grace.toNanos() + TimeUnit.SECONDS.toNanos(1));
        live.keySet().forEach(Conversation::abort);
        awaitGone(any -> true, begin + grace.toNanos() + TimeUnit.MILLISECONDS.toNanos(1500));
        live.values().forEach(place -> place.thread.interrupt());
        threads.shutdown();
        awaitWhile(() -> !threads.isTerminated(), begin + TimeUnit.SECONDS.toNanos(5));
    }

    private void dismissAll(boolean evenInBody) {
        for (Conversation conversation : Set.copyOf(live.keySet())) {
            // On a thread of its own: a client that does not read can hold up the one that speaks to it.
            threads.execute(() -> conversation.dismiss(Dismissal.SHUTDOWN, evenInBody));
        }
    }

    /** Waits until no conversation that matters is live, or until the deadline. */
    private void awaitGone(Predicate<Conversation> matters, long deadline) {
        awaitWhile(() -> live.keySet().stream().anyMatch(matters), deadline);
    }

    /**
     * Waits even on a thread that is interrupted, as one is whose test ran out of time: the connections are given their time
     * all the same, and the thread stays interrupted.
     */
    private static void awaitWhile(BooleanSupplier holds, long deadline) {
        boolean interrupted = false;
        while (holds.getAsBoolean() && System.nanoTime() - deadline < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
