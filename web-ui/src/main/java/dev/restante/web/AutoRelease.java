package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import dev.restante.relay.Relay;
import dev.restante.relay.RelayException;
import java.util.ArrayList;
import java.util.List;
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

    private final Relay relay;
    private final Predicate<CapturedMail> wanted;
    private final MailMarks marks;
    private final Mailbox.Subscription arrivals;
    private final Backlog backlog = new Backlog("restante-release", this::consider);

    AutoRelease(Relay relay, Predicate<CapturedMail> wanted, MailMarks marks, Mailbox mailbox) {
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
            String reply = relay.release(mail, recipients);
            log.info("Mail {} was released to {}: {}", mail.id(), recipients, reply);
            tag(mail, RELEASED);
        } catch (RelayException e) {
            failed(mail, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // Whatever it is, the mails behind it still go out.
            failed(mail, e.toString());
        }
    }

    private void failed(CapturedMail mail, String why) {
        log.warn("Mail {} was not released: {}.", mail.id(), why);
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
