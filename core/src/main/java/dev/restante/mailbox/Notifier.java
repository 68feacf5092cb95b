package dev.restante.mailbox;

import dev.restante.CapturedMail;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of arrivals and removals, one at a time and in order, on a thread that lives only while there is
 * something to tell: no listener can hold up a connection.
 *
 * <p>Thread-safe. A listener that falls behind by 100,000 events misses what comes then; the log says so.
 */
public final class Notifier {
    private static final Logger log = LoggerFactory.getLogger(Notifier.class);
    private static final int MAX_BEHIND = 100_000;

    private final List<Consumer<CapturedMail>> onArrival = new CopyOnWriteArrayList<>();
    private final List<Consumer<List<CapturedMail>>> onRemoval = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_BEHIND), task -> {
                Thread worker = new Thread(task, "restante-mailbox-listeners");
                worker.setDaemon(true);
                return worker;
            });

    Notifier() {
        thread.allowCoreThreadTimeOut(true);
    }

    /** Adds a listener for arrivals and returns what removes it. */
    public Runnable onArrival(Consumer<CapturedMail> listener) {
        return added(onArrival, listener);
    }

    /** Adds a listener for removals and returns what removes it. */
    public Runnable onRemoval(Consumer<List<CapturedMail>> listener) {
        return added(onRemoval, listener);
    }

    /** Adds a listener as an object of its own: the same one may be added twice, and each is removed by itself. */
    private static <T> Runnable added(List<Consumer<T>> listeners, Consumer<T> listener) {
        Consumer<T> own = new Consumer<>() {
            @Override
            public void accept(T event) {
                listener.accept(event);
            }
        };
        listeners.add(own);
        return () -> listeners.remove(own);
    }

    void arrived(CapturedMail mail) {
        tell(onArrival, mail);
    }

    void removed(List<CapturedMail> mails) {
        tell(onRemoval, List.copyOf(mails));
    }

    private <T> void tell(List<Consumer<T>> listeners, T event) {
        if (listeners.isEmpty()) {
            return;
        }
        try {
            thread.execute(() -> {
                for (Consumer<T> listener : listeners) {
                    try {
                        listener.accept(event);
                    } catch (RuntimeException | Error e) {
                        log.warn("A mailbox listener failed; the others go on.", e);
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            log.warn("Mailbox listeners are {} events behind; one event was not told.", MAX_BEHIND);
        }
    }
}
