package dev.restante.web;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import io.javalin.config.RoutesConfig;
import io.javalin.http.sse.SseClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Tells open pages what changes, as server-sent events: {@code hello} once, {@code new} with a list item, {@code gone} with
 * IDs, {@code attempts} when something was tried, {@code reload} when there was too much to tell.
 *
 * <p>One thread writes to all of them, and what waits for it is bounded: a page that reads slowly delays other pages, but
 * never a mail.
 */
final class EventStream implements AutoCloseable {
    private static final int MAX_WAITING = 500;
    private static final int SILENT_TICKS = 15;

    private final FakeSmtpServer smtp;
    private final ReadMarks readMarks;
    private final Set<SseClient> pages = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor writer = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "restante-events");
        thread.setDaemon(true);
        return thread;
    });
    private final ScheduledFuture<?> ticks;
    private final List<Mailbox.Subscription> subscriptions;

    /** What happened since the last round. Guarded by itself; beyond the bound, only that there was more. */
    private final List<Event> waiting = new ArrayList<>();

    private boolean overflowed; // guarded by waiting

    // Of the writer's thread.
    private long lastAttempt;
    private int silence;

    private record Event(String name, Object data) {}

    EventStream(FakeSmtpServer smtp, ReadMarks readMarks) {
        this.smtp = smtp;
        this.readMarks = readMarks;
        this.subscriptions = List.of(
                smtp.onArrival(mail -> add(new Event("new", mail))),
                smtp.onRemoval(gone -> add(new Event(
                        "gone",
                        Map.of("ids", gone.stream().map(CapturedMail::id).toList())))));
        ticks = writer.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    void addTo(RoutesConfig routes) {
        routes.sse("/api/v1/events/stream", page -> {
            page.keepAlive();
            page.onClose(() -> pages.remove(page));
            page.sendEvent("hello", Map.of("version", Main.version()));
            pages.add(page);
        });
    }

    private void add(Event event) {
        if (pages.isEmpty()) {
            return;
        }
        boolean first;
        synchronized (waiting) {
            first = waiting.isEmpty() && !overflowed;
            if (waiting.size() < MAX_WAITING) {
                waiting.add(event);
            } else {
                overflowed = true;
            }
        }
        if (first) {
            try {
                writer.execute(this::flush);
            } catch (RejectedExecutionException e) {
                // closed meanwhile: nobody is left to tell
            }
        }
    }

    private void flush() {
        List<Event> events;
        synchronized (waiting) {
            events = overflowed ? List.of(new Event("reload", Map.of())) : List.copyOf(waiting);
            waiting.clear();
            overflowed = false;
        }
        events.forEach(event -> tell(
                event.data() instanceof CapturedMail mail
                        ? new Event(event.name(), MessageJson.Summary.of(mail, readMarks.isRead(mail)))
                        : event));
    }

    private void tick() {
        if (pages.isEmpty()) {
            return;
        }
        tellOfAttempts();
        if (++silence > SILENT_TICKS) { // so that a page that has gone is noticed, and no proxy takes us for dead
            silence = 0;
            pages.forEach(page -> page.sendComment("still here"));
        }
    }

    /** Sessions have no listeners, but their attempts are numbered: once a second is soon enough for a person. */
    private void tellOfAttempts() {
        List<Attempt> attempts = smtp.attempts();
        long latest = attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).number();
        if (latest != lastAttempt) {
            lastAttempt = latest;
            tell(new Event("attempts", Map.of("latest", latest)));
        }
    }

    private void tell(Event event) {
        silence = 0;
        pages.forEach(page -> page.sendEvent(event.name(), event.data()));
    }

    @Override
    public void close() {
        subscriptions.forEach(Mailbox.Subscription::close);
        ticks.cancel(true);
        writer.shutdownNow();
        pages.forEach(SseClient::close);
    }
}
