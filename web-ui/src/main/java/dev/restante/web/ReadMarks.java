package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which mails somebody has opened; forgotten with the mail. */
final class ReadMarks implements AutoCloseable {
    private final Mailbox mailbox;
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private final Mailbox.Subscription removals;

    ReadMarks(Mailbox mailbox) {
        this.mailbox = mailbox;
        this.removals = mailbox.onRemoval(gone -> gone.forEach(mail -> read.remove(mail.id())));
    }

    void mark(CapturedMail mail) {
        read.add(mail.id());
        if (mailbox.mail(mail.id()).isEmpty()) { // removed meanwhile, and maybe told before it was marked
            read.remove(mail.id());
        }
    }

    boolean isRead(CapturedMail mail) {
        return read.contains(mail.id());
    }

    long unread(List<CapturedMail> mails) {
        return read.isEmpty()
                ? mails.size()
                : mails.stream().filter(mail -> !isRead(mail)).count();
    }

    @Override
    public void close() {
        removals.close();
    }
}
