package dev.restante;

import dev.restante.remote.EvidenceForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what comes and goes at a server elsewhere, on a thread that lives as long as there are any. It compares what
 * is there with what was: of a mail that comes and goes between two looks nobody is told.
 */
final class RemoteListeners {
    private static final Logger log = LoggerFactory.getLogger(RemoteListeners.class);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final RemoteMailbox mailbox;
    private final RemoteServer server;
    private final List<Consumer<CapturedMail>> onArrival = new CopyOnWriteArrayList<>();
    private final List<Consumer<List<CapturedMail>>> onRemoval = new CopyOnWriteArrayList<>();
    // Guarded by this.
    private @Nullable Thread thread;

    RemoteListeners(RemoteMailbox mailbox, RemoteServer server) {
        this.mailbox = mailbox;
        this.server = server;
    }

    Mailbox.Subscription onArrival(Consumer<CapturedMail> listener) {
        return added(onArrival, listener);
    }

    Mailbox.Subscription onRemoval(Consumer<List<CapturedMail>> listener) {
        return added(onRemoval, listener);
    }

    private synchronized <T> Mailbox.Subscription added(List<Consumer<T>> listeners, Consumer<T> own) {
        if (thread == null) {
            // Looked at here: what comes after this call has returned is told.
            Look begin = WaitingMailbox.uninterrupted(() -> look(-1, Duration.ZERO, Map.of()));
            thread = new Thread(() -> watch(begin), "restante-client-listeners");
            thread.setDaemon(true);
            thread.start();
        }
        listeners.add(own);
        AtomicBoolean ended = new AtomicBoolean();
        return () -> {
            if (!ended.getAndSet(true)) { // the same listener may have been added twice
                removed(listeners, own);
            }
        };
    }

    private synchronized <T> void removed(List<Consumer<T>> listeners, Consumer<T> own) {
        listeners.remove(own);
        if (onArrival.isEmpty() && onRemoval.isEmpty()) {
            close();
        }
    }

    /** The settled mails at a moment. */
    private record Look(long changes, Map<String, CapturedMail> mails) {}

    private Look look(long seen, Duration longest, Map<String, CapturedMail> before) throws InterruptedException {
        EvidenceForm.Contents now = mailbox.contents(seen, longest);
        List<String> settled = new ArrayList<>();
        for (int i = 0; i < now.ids().size(); i++) {
            if (now.settled().get(i)) {
                settled.add(now.ids().get(i));
            }
        }
        List<String> unknown =
                settled.stream().filter(id -> !before.containsKey(id)).toList();
        Map<String, CapturedMail> fetched = new LinkedHashMap<>();
        mailbox.mails(unknown).forEach(mail -> fetched.put(mail.id(), mail));
        Map<String, CapturedMail> mails = new LinkedHashMap<>();
        for (String id : settled) {
            CapturedMail mail = before.getOrDefault(id, fetched.get(id));
            if (mail != null) {
                mails.put(id, mail);
            }
        }
        return new Look(now.changes(), mails);
    }

    private void watch(Look begin) {
        Look last = begin;
        while (!Thread.currentThread().isInterrupted() && !server.isClosed()) {
            try {
                Look next = look(last.changes(), LOOK, last.mails());
                Map<String, CapturedMail> before = last.mails();
                last = next;
                next.mails().forEach((id, mail) -> {
                    if (!before.containsKey(id)) {
                        tell(onArrival, mail);
                    }
                });
                List<CapturedMail> gone = before.values().stream()
                        .filter(mail -> !next.mails().containsKey(mail.id()))
                        .toList();
                if (!gone.isEmpty()) {
                    tell(onRemoval, gone);
                }
            } catch (InterruptedException | RemoteServer.Absent e) {
                return; // of a mailbox that was removed nothing more is to be told
            } catch (RuntimeException e) {
                if (server.isClosed() || Thread.currentThread().isInterrupted()) {
                    return;
                }
                log.warn("Listeners are not told of mail for the moment; trying again.", e);
                try {
                    Thread.sleep(PAUSE.toMillis());
                } catch (InterruptedException ended) {
                    return;
                }
            }
        }
    }

    private static <T> void tell(List<Consumer<T>> listeners, T event) {
        for (Consumer<T> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException | Error e) {
                log.warn("A mailbox listener failed; the others go on.", e);
            }
        }
    }

    synchronized void close() {
        if (thread != null) {
            thread.interrupt();
            thread = null;
        }
    }
}
