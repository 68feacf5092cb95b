package dev.restante.web;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import dev.restante.SmtpSession;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells open pages what changes, as server-sent events: {@code hello} once, {@code new} with a list item, {@code gone} with
 * IDs, {@code read} and {@code tags} when somebody marked a mail, {@code attempts} when something was tried, {@code sessions}
 * when connections came or went, {@code reload} when there was too much to tell.
 *
 * <p>Each page has a thread that waits for news, and a bounded queue: a page that reads slowly delays neither a mail nor
 * another page. (Javalin's own event client ends a request twice when the browser has gone, and then loops for ever.)
 */
final class EventStream implements MailMarks.Watcher, AutoCloseable {
    private static final int MAX_PAGES = 100;
    private static final int MAX_WAITING = 500;
    private static final int SILENT_SECONDS = 15;
    private static final long FAREWELL_NANOS = 500_000_000L;
    private static final Event END = new Event("end", Map.of());

    private final SmtpFixture smtp;
    private final IntSupplier open;
    private final AtomicInteger allPages;
    private final MailMarks marks;
    private final Set<Page> pages = ConcurrentHashMap.newKeySet();
    private final List<Mailbox.Subscription> subscriptions;
    private volatile boolean closed;

    private record Event(String name, Object data) {}

    /**
     * Streams of what a fixture does.
     *
     * @param open how many connections it has open
     * @param allPages how many pages are open, at other streams as well
     */
    EventStream(SmtpFixture smtp, IntSupplier open, MailMarks marks, AtomicInteger allPages) {
        this.smtp = smtp;
        this.open = open;
        this.allPages = allPages;
        this.marks = marks;
        this.subscriptions = List.of(
                // A page that does not read must not keep mails that are long evicted.
                smtp.onArrival(mail -> tell(new Event("new", new WeakReference<>(mail)))),
                smtp.onRemoval(gone -> tell(new Event(
                        "gone",
                        Map.of("ids", gone.stream().map(CapturedMail::id).toList())))));
        marks.watch(this);
    }

    private record ReadChange(String id, boolean read) {}

    private record TagChange(String id, List<String> tags) {}

    @Override
    public void read(String id, boolean read) {
        tell(new Event("read", new ReadChange(id, read)));
    }

    @Override
    public void tagged(String id, List<String> tags) {
        tell(new Event("tags", new TagChange(id, tags)));
    }

    @Override
    public void manyChanged() {
        tell(new Event("reload", Map.of()));
    }

    void addTo(Routes routes) {
        routes.get("/api/v1/events/stream", this::stream);
    }

    private void tell(Event event) {
        pages.forEach(page -> page.tell(event));
    }

    private void stream(Context ctx) throws IOException, InterruptedException {
        if (allPages.incrementAndGet() > MAX_PAGES) {
            allPages.decrementAndGet();
            throw Answer.text(503, "There are " + MAX_PAGES + " pages open. Close some.");
        }
        ctx.contentType("text/event-stream; charset=utf-8");
        Page page = new Page(ctx.res().getOutputStream());
        try {
            pages.add(page);
            if (!closed) {
                page.write(new Event("hello", Map.of("version", RestanteUi.version())));
                page.serve();
            }
        } catch (IOException e) {
            // The browser has gone: nobody is left to tell.
        } finally {
            allPages.decrementAndGet();
            pages.remove(page);
            page.left.countDown();
        }
    }

    /** One open page. All but {@link #tell} runs on the thread of its request. */
    private final class Page {
        private final OutputStream out;
        private final BlockingQueue<Event> news = new ArrayBlockingQueue<>(MAX_WAITING);
        private final CountDownLatch left = new CountDownLatch(1);
        private volatile boolean missedSome;
        private long lastAttempt = latestAttempt();
        private List<Long> lastSessions = sessions();

        Page(OutputStream out) {
            this.out = out;
        }

        void tell(Event event) {
            if (!news.offer(event)) {
                missedSome = true;
            }
        }

        void serve() throws IOException, InterruptedException {
            int silence = 0;
            while (true) {
                Event event = next();
                if (END.equals(event)) {
                    out.close(); // while the server still stands: an end, and not a cut
                    return;
                } else if (event != null) {
                    write(event);
                    silence = 0;
                } else if (++silence % SILENT_SECONDS == 0) { // shows whether the page is still there
                    put(": still here\n\n");
                }
            }
        }

        /** The next event; null if a second passes without one. */
        private @Nullable Event next() throws InterruptedException {
            Event event = news.poll(1, TimeUnit.SECONDS);
            if (missedSome) {
                boolean ends = END.equals(event) || news.contains(END);
                news.clear();
                missedSome = false;
                return ends || closed ? END : new Event("reload", Map.of());
            } else if (event != null) {
                return event;
            }
            if (smtp instanceof SmtpMailbox own && own.isRemoved()) {
                return END;
            }
            // Attempts and sessions have no listeners, but they are numbered: once a second is soon enough for a
            // person.
            long latest = latestAttempt();
            if (latest != lastAttempt) {
                lastAttempt = latest;
                return new Event("attempts", Map.of("latest", latest));
            }
            List<Long> sessions = sessions();
            if (!sessions.equals(lastSessions)) {
                lastSessions = sessions;
                return new Event("sessions", Map.of("latest", sessions.get(0), "open", sessions.get(1)));
            }
            return null;
        }

        private void write(Event event) throws IOException {
            Object data = event.data();
            if (data instanceof WeakReference<?> arrived) {
                if (!(arrived.get() instanceof CapturedMail mail)) {
                    return; // gone since, which is told as well
                }
                data = MessageJson.Summary.of(mail, marks);
            }
            put("event: " + event.name() + "\ndata: " + Json.text(data) + "\n\n");
        }

        private void put(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    private long latestAttempt() {
        List<Attempt> attempts = smtp.attempts();
        return attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).number();
    }

    /** The number of the latest session, and how many are open. */
    private List<Long> sessions() {
        List<SmtpSession> sessions = smtp.sessions();
        return List.of(
                sessions.isEmpty() ? 0L : sessions.get(sessions.size() - 1).number(), (long) open.getAsInt());
    }

    /** Ends all streams; those whose page does not read are left to the end of the server. */
    @Override
    public void close() {
        closed = true;
        subscriptions.forEach(Mailbox.Subscription::close);
        List<Page> open = List.copyOf(pages);
        tell(END);
        long deadline = System.nanoTime() + FAREWELL_NANOS;
        try {
            for (Page page : open) {
                page.left.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
