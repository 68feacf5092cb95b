package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells other programs of each mail that arrives: a POST with what the list of messages shows of it, to each address in the order
 * of arrival. One that is not answered with 2xx is tried again after 1, 2, 4, 8 and 16 seconds, while the next wait; a refusal
 * that will not change (4xx but 408 and 429) is not.
 */
final class Webhooks implements AutoCloseable {
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(Webhooks.class);
    private static final String FINAL = "it refused: ";
    private static final int ATTEMPTS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MailMarks marks;
    private final Duration firstPause;
    private final List<Hook> hooks;
    private final Mailbox.Subscription arrivals;
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();

    Webhooks(List<URI> addresses, MailMarks marks, Mailbox mailbox, Duration firstPause) {
        this.marks = marks;
        this.firstPause = firstPause;
        this.hooks = addresses.stream().map(Hook::new).toList();
        this.arrivals = mailbox.onArrival(mail -> hooks.forEach(hook -> hook.tell(mail)));
    }

    /** Made at the first use: who has no webhooks starts without it. */
    private static final class Client {
        static final HttpClient CLIENT =
                // Some receivers refuse the offer of HTTP/2 that every request would carry.
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(PATIENCE)
                        .build();
    }

    /** How many mails are still to be told of, over all addresses. */
    long waiting() {
        return hooks.stream().mapToLong(hook -> hook.backlog.waiting()).sum();
    }

    /** How often an address has taken it that a mail arrived. */
    long delivered() {
        return delivered.get();
    }

    /** How often an address was not told of a mail in the end. */
    long dropped() {
        return dropped.get();
    }

    /** One address and its backlog. */
    private final class Hook {
        private final URI address;
        private final Backlog backlog = new Backlog("restante-webhook", this::deliver);

        Hook(URI address) {
            this.address = address;
        }

        void tell(CapturedMail mail) {
            if (!backlog.add(mail)) {
                drop(mail, "too many others wait");
            }
        }

        private void deliver(CapturedMail mail) {
            try {
                // Made as late as this, so that the marks are those of now.
                String body = Json.mapper().writeValueAsString(MessageJson.Summary.of(mail, marks));
                Duration pause = firstPause;
                for (int attempt = 1; true; attempt++) {
                    String problem = post(body);
                    if (problem.isEmpty()) {
                        delivered.incrementAndGet();
                        return;
                    } else if (attempt == ATTEMPTS || problem.startsWith(FINAL)) {
                        drop(mail, problem);
                        return;
                    }
                    log.debug("{} was not told of mail {}: {}", address, mail.id(), problem);
                    Thread.sleep(pause.toMillis());
                    pause = pause.multipliedBy(2);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                drop(mail, e.toString());
            }
        }

        /** Posts once; what went wrong, or nothing. */
        private String post(String body) throws InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(address)
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/json")
                    .header("User-Agent", "Restante")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            try {
                int code = Client.CLIENT
                        .send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (code / 100 == 2) {
                    return "";
                }
                boolean isFinal = code / 100 == 4 && code != 408 && code != 429;
                return (isFinal ? FINAL : "it answered ") + code;
            } catch (IOException e) {
                return "it did not answer (" + e + ")";
            }
        }

        CompletableFuture<Void> ending() {
            return CompletableFuture.runAsync(
                    () -> {
                        long left = backlog.close(Backlog.GRACE);
                        if (left > 0) {
                            dropped.addAndGet(left);
                            log.warn("{} was not told of {} mails that waited: the server ends.", address, left);
                        }
                    },
                    task -> new Thread(task, "restante-webhook-ending").start());
        }

        private void drop(CapturedMail mail, String why) {
            dropped.incrementAndGet();
            log.warn("{} was not told of mail {}: {}.", address, mail.id(), why);
        }
    }

    @Override
    public void close() {
        arrivals.close();
        // One after another they would wait longer than whoever ends the server.
        hooks.stream().map(Hook::ending).toList().forEach(CompletableFuture::join);
    }
}
