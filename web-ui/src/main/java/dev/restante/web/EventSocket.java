package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.Onlooker;
import dev.restante.Reply;
import io.javalin.config.RoutesConfig;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import io.javalin.websocket.WsContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.eclipse.jetty.websocket.api.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compatible websocket: text frames that tell of what changes. What clients say is not listened to.
 *
 * <p>Frames are written without waiting; a client that does not read is dropped once too many wait for it.
 */
final class EventSocket implements MailMarks.Watcher, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventSocket.class);
    private static final int MAX_CLIENTS = 200;
    private static final int MAX_WAITING_FRAMES = 2_000;
    private static final int MAX_WAITING_CHARACTERS = 256 << 10;
    private static final int MANY = 200;
    private static final long TICK_MILLIS = 250;
    private static final long PING_SECONDS = 54;

    private final FakeSmtpServer smtp;
    private final MailMarks marks;
    /** Who listens, and how much is waiting to be read. */
    private final Map<WsContext, AtomicLong> clients = new ConcurrentHashMap<>();

    private final List<Mailbox.Subscription> subscriptions;
    private final Thread ticker = new Thread(this::tick, "restante-events");
    private final AtomicBoolean statsAreDue = new AtomicBoolean();
    private volatile long listeningSince;
    // On the ticker's thread.
    private long lastAttempt;
    private boolean heard;

    private record Frame(
            @JsonProperty("Type") String type,
            @JsonProperty("Data") @Nullable Object data) {}

    private record Stats(
            @JsonProperty("Total") int total,
            @JsonProperty("Unread") long unread,
            @JsonProperty("Version") String version) {}

    private record Removed(@JsonProperty("ID") String id) {}

    private record ReadChange(
            @JsonProperty("ID") String id,
            @JsonProperty("Read") boolean read) {}

    private record TagChange(
            @JsonProperty("ID") String id,
            @JsonProperty("Tags") List<String> tags) {}

    private record Failure(
            @JsonProperty("Level") String level,
            @JsonProperty("Type") String type,
            @JsonProperty("IP") String ip,
            @JsonProperty("Message") String message) {}

    EventSocket(FakeSmtpServer smtp, MailMarks marks) {
        this.smtp = smtp;
        this.marks = marks;
        this.subscriptions = List.of(
                smtp.onlooker().onArrival(this::arrived), smtp.onlooker().onRemoval(this::removed));
        marks.watch(this);
        ticker.setDaemon(true);
        ticker.start();
    }

    void addTo(RoutesConfig routes) {
        routes.ws("/api/events", this::configure);
    }

    private void configure(WsConfig socket) {
        socket.onConnect(this::connected);
        socket.onClose(clients::remove);
        socket.onError(clients::remove);
    }

    private void connected(WsConnectContext client) {
        if (clients.size() >= MAX_CLIENTS) {
            client.closeSession(1013, "There are " + MAX_CLIENTS + " clients connected.");
            return;
        }
        client.session.setIdleTimeout(Duration.ofSeconds(3 * PING_SECONDS));
        client.session.setMaxOutgoingFrames(MAX_WAITING_FRAMES);
        if (clients.isEmpty()) {
            listeningSince = latest(smtp.attempts());
        }
        clients.put(client, new AtomicLong());
        statsChanged();
    }

    // ---- what happens

    private void arrived(CapturedMail mail) {
        if (clients.isEmpty()) {
            return;
        }
        List<String> tags = marks.tags(mail);
        if (!tags.isEmpty()) {
            tell("update", new TagChange(mail.id(), tags));
        }
        tell("new", MessageJson.Summary.of(mail, marks));
        statsChanged();
    }

    private void removed(List<CapturedMail> gone) {
        if (gone.size() > MANY) {
            tell("prune", null);
        } else {
            gone.forEach(mail -> tell("delete", new Removed(mail.id())));
        }
        statsChanged();
    }

    /** Somebody removed all mails. */
    void cleared() {
        tell("truncate", null);
        statsChanged();
    }

    @Override
    public void read(String id, boolean read) {
        tell("update", new ReadChange(id, read));
        statsChanged();
    }

    @Override
    public void tagged(String id, List<String> tags) {
        tell("update", new TagChange(id, tags));
    }

    @Override
    public void manyChanged() {
        tell("prune", null);
        statsChanged();
    }

    private void statsChanged() {
        statsAreDue.set(true);
    }

    /** Stats are told at most four times a second, however much happens. */
    private void tick() {
        long ticks = 0;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
                tellAttempts();
                if (statsAreDue.getAndSet(false)) {
                    tellStats();
                }
                if (++ticks % (PING_SECONDS * 1_000 / TICK_MILLIS) == 0) {
                    clients.keySet().forEach(this::ping);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void tellStats() {
        Onlooker.Page all = smtp.onlooker().newest(0, 0);
        tell("stats", new Stats(all.total(), marks.unread(all), RestanteUi.version()));
    }

    /** Attempts have no listeners, but they are numbered. */
    private void tellAttempts() {
        if (clients.isEmpty()) {
            heard = false;
            return;
        }
        List<Attempt> attempts = smtp.attempts();
        if (!heard) { // what happened while nobody listened is not told
            heard = true;
            lastAttempt = Math.max(lastAttempt, listeningSince);
        }
        for (Attempt attempt : attempts) {
            if (attempt.number() > lastAttempt) {
                refusals(attempt).forEach(reply -> tell("error", failure(attempt, reply)));
            }
        }
        lastAttempt = Math.max(lastAttempt, latest(attempts));
    }

    private static Stream<Reply> refusals(Attempt attempt) {
        return Stream.concat(
                        attempt.recipients().stream().flatMap(each -> Stream.of(each.reply(), each.lastReply())),
                        Stream.of(attempt.reply()))
                .flatMap(Optional::stream)
                .filter(Reply::isNegative)
                .distinct();
    }

    private static Failure failure(Attempt attempt, Reply reply) {
        return new Failure(
                reply.code() < 500 ? "warning" : "error",
                "smtpd",
                attempt.client().ip(),
                String.join(" ", reply.wireLines()));
    }

    private static long latest(List<Attempt> attempts) {
        return attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).number();
    }

    private void tell(String type, @Nullable Object data) {
        if (clients.isEmpty()) {
            return;
        }
        String frame = Json.text(new Frame(type, data));
        clients.forEach((client, waiting) -> {
            int length = frame.length();
            if (waiting.addAndGet(length) > MAX_WAITING_CHARACTERS && waiting.get() > length) {
                drop(client, new IOException("It does not read: more than " + MAX_WAITING_CHARACTERS + " wait."));
                return;
            }
            client.session.sendText(frame, Callback.from(() -> waiting.addAndGet(-length), failure -> {
                waiting.addAndGet(-length);
                drop(client, failure);
            }));
        });
    }

    /** Ours, since Javalin's come from a thread that outlives every server and keeps the JVM from ending. */
    private void ping(WsContext client) {
        client.session.sendPing(ByteBuffer.allocate(0), Callback.from(() -> {}, failure -> drop(client, failure)));
    }

    private void drop(WsContext client, Throwable failure) {
        log.debug("A client of the websocket is dropped.", failure);
        clients.remove(client);
        client.session.disconnect();
    }

    @Override
    public void close() {
        subscriptions.forEach(Mailbox.Subscription::close);
        ticker.interrupt();
        clients.keySet().forEach(client -> client.session.disconnect());
        clients.clear();
    }
}
