package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import dev.restante.relay.Relay;
import dev.restante.relay.RelayException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases by itself what a query finds, one mail at a time and in order; what became of it is a tag of the mail, and a line of
 * the log.
 */
final class AutoRelease implements AutoCloseable {
    static final String RELEASED = "Released";
    static final String FAILED = "Release failed";
    private static final Logger log = LoggerFactory.getLogger(AutoRelease.class);

    /** A mail that went this far goes in circles (RFC 5321 section 6.3). */
    private static final int MOST_HOPS = 50;

    private static final int ATTEMPTS = 6;
    private static final int MOST_TIMES = 20;
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int REMEMBERED = 1_000;

    /** When what was released, of the latest kinds of mail; used on the backlog's thread alone. */
    private final Map<String, Deque<Long>> lately = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
            return size() > REMEMBERED;
        }
    };

    private final Relay relay;
    private final Predicate<CapturedMail> wanted;
    private final MailMarks marks;
    private final Duration firstPause;
    private final Mailbox.Subscription arrivals;
    private final Backlog backlog = new Backlog("restante-release", this::consider);

    /** {@code firstPause} is waited before the second try, twice as long before each one after that. */
    AutoRelease(Relay relay, Predicate<CapturedMail> wanted, MailMarks marks, Mailbox mailbox, Duration firstPause) {
        this.firstPause = firstPause;
        this.relay = relay;
        this.wanted = wanted;
        this.marks = marks;
        this.arrivals = mailbox.onArrival(this::arrived);
    }

    private void arrived(CapturedMail mail) {
        if (!backlog.add(mail)) {
            failed(mail, "too many others wait");
        }
    }

    private void consider(CapturedMail mail) {
        try {
            List<String> recipients = wanted.test(mail) ? relay.recipients(mail) : List.of();
            if (recipients.isEmpty()) {
                return;
            } else if (mail.message().headers("Received").size() > MOST_HOPS) {
                failed(mail, "it has been through more than " + MOST_HOPS + " servers");
                return;
            }
            if (comesBack(mail, recipients)) {
                failed(mail, "the very same was released " + MOST_TIMES + " times within a minute: it goes in circles");
                return;
            }
            String reply = release(mail, recipients);
            log.info("Mail {} of session {} was released to {}: {}", mail.id(), mail.sessionId(), recipients, reply);
            tag(mail, RELEASED);
        } catch (RelayException e) {
            failed(mail, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server ends
            failed(mail, "the server ended before the relay took it");
        } catch (RuntimeException e) {
            // Whatever it is, the mails behind it still go out.
            failed(mail, e.toString());
        }
    }

    /** Whether this mail has been released again and again lately: servers that release to each other add no field to count by. */
    private boolean comesBack(CapturedMail mail, List<String> recipients) {
        String what = new String(mail.bytes(), StandardCharsets.ISO_8859_1).hashCode() + " " + mail.size() + recipients;
        long now = System.nanoTime();
        Deque<Long> times = lately.computeIfAbsent(what, key -> new ArrayDeque<>());
        while (!times.isEmpty() && now - times.getFirst() > MINUTE_NANOS) {
            times.removeFirst();
        }
        times.addLast(now);
        if (times.size() > MOST_TIMES) {
            times.removeFirst();
            return true;
        }
        return false;
    }

    /** Tries again what may be otherwise in a while; the mails behind it wait. */
    private String release(CapturedMail mail, List<String> recipients) throws RelayException, InterruptedException {
        Duration pause = firstPause;
        for (int attempt = 1; true; attempt++) {
            try {
                return relay.release(mail, recipients);
            } catch (RelayException e) {
                if (!e.isTemporary() || attempt == ATTEMPTS) {
                    throw e;
                }
                log.debug("Mail {} will be released again in {}: {}", mail.id(), pause, e.getMessage());
                Thread.sleep(pause.toMillis());
                pause = pause.multipliedBy(2);
            }
        }
    }

    private void failed(CapturedMail mail, String why) {
        log.warn("Mail {} of session {} was not released: {}.", mail.id(), mail.sessionId(), why);
        tag(mail, FAILED);
    }

    private void tag(CapturedMail mail, String tag) {
        List<String> tags = new ArrayList<>(marks.tags(mail));
        tags.add(tag);
        marks.setTags(mail, tags);
    }

    @Override
    public void close() {
        arrivals.close();
        long left = backlog.close(Backlog.GRACE);
        if (left > 0) {
            log.warn("{} mails that waited were not considered for release: the server ends.", left);
        }
    }
}
