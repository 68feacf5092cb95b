package dev.restante.session;

import dev.restante.Attempt;
import dev.restante.SmtpClient;
import dev.restante.SmtpSession;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The sessions of a server, oldest first, bounded by number and by memory. The oldest are dropped and counted; one that is
 * alone too large loses its older half.
 *
 * <p>Thread-safe.
 */
public final class SessionLog {
    static final int REPORT_EVERY = 4096;

    private final int maxSessions;
    private final long maxBytes;
    private final Deque<SessionRecorder> sessions = new ArrayDeque<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong sessionNumbers = new AtomicLong();
    private final AtomicLong attemptNumbers = new AtomicLong();
    private long dropped;

    /** A log that keeps at most this many sessions and, roughly, bytes. */
    public SessionLog(int maxSessions, long maxBytes) {
        this.maxSessions = maxSessions;
        this.maxBytes = maxBytes;
    }

    /** Begins a session. */
    public SessionRecorder begin(
            String id, String listener, int serverPort, SmtpClient client, Instant startedAt, long startedNanos) {
        SessionRecorder recorder = new SessionRecorder(
                this, id, sessionNumbers.incrementAndGet(), listener, serverPort, client, startedAt, startedNanos);
        synchronized (this) {
            sessions.addLast(recorder);
            if (sessions.size() > maxSessions) {
                drop(sessions.removeFirst());
            }
        }
        return recorder;
    }

    /** The number for the next attempt that ends. */
    public long nextAttemptNumber() {
        return attemptNumbers.incrementAndGet();
    }

    /** All kept sessions as they stand now, oldest first. */
    public List<SmtpSession> sessions() {
        return recorders().stream().map(SessionRecorder::snapshot).toList();
    }

    /** The kept sessions that were about a mailbox since this moment on {@link System#nanoTime()}, oldest first. */
    public List<SmtpSession> sessions(String mailbox, long since) {
        return recorders().stream()
                .filter(recorder -> recorder.hasTouched(mailbox, since))
                .map(SessionRecorder::snapshot)
                .toList();
    }

    /** The number of the latest attempt that has ended; 0 before the first. */
    public long latestAttempt() {
        return attemptNumbers.get();
    }

    /** The session with this identifier. */
    public Optional<SmtpSession> session(String id) {
        return recorders().stream()
                .filter(recorder -> recorder.id().equals(id))
                .findFirst()
                .map(SessionRecorder::snapshot);
    }

    /** All kept attempts that have ended, in order of their numbers. */
    public List<Attempt> attempts() {
        List<Attempt> all = new ArrayList<>();
        for (SessionRecorder recorder : recorders()) {
            all.addAll(recorder.attempts());
        }
        all.sort(Comparator.comparingLong(Attempt::number));
        return List.copyOf(all);
    }

    /** How many sessions were dropped to stay within bounds. */
    public synchronized long dropped() {
        return dropped;
    }

    /** Forgets everything. Sessions that are still open go on unheard. */
    public synchronized void clear() {
        sessions.forEach(SessionRecorder::detach);
        sessions.clear();
        bytes.set(0);
        dropped = 0;
    }

    private synchronized List<SessionRecorder> recorders() {
        return List.copyOf(sessions);
    }

    void grown(long delta) {
        if (bytes.addAndGet(delta) > maxBytes) {
            shrink();
        }
    }

    private synchronized void shrink() {
        while (bytes.get() > maxBytes && !sessions.isEmpty()) {
            SessionRecorder oldest = sessions.getFirst();
            boolean alone = sessions.size() == 1;
            long freed = alone || oldest.isOpen() ? oldest.trim() : 0;
            if (freed > 0) {
                bytes.addAndGet(-freed);
            } else if (alone) {
                return;
            } else {
                drop(sessions.removeFirst());
            }
        }
    }

    private void drop(SessionRecorder recorder) {
        bytes.addAndGet(-recorder.detach());
        dropped++;
    }
}
