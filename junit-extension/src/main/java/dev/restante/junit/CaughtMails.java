package dev.restante.junit;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.Onlooker;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** All mails that a server has caught in a test, those too that the test took out of the mailbox: most failures are about them. */
final class CaughtMails implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final SmtpFixture server;
    private final String mailbox;
    private final Onlooker onlooker;
    private final Supplier<List<CapturedMail>> notLookedAt;
    private final Mailbox.Subscription subscription;
    private final Map<String, CapturedMail> removed = new LinkedHashMap<>();

    private CaughtMails(
            SmtpFixture server, String mailbox, Onlooker onlooker, Supplier<List<CapturedMail>> notLookedAt) {
        this.server = server;
        this.mailbox = mailbox;
        this.onlooker = onlooker;
        this.notLookedAt = notLookedAt;
        this.subscription = server.onRemoval(this::remember);
    }

    /** What the server's own mailbox catches. */
    static CaughtMails of(FakeSmtpServer server) {
        return new CaughtMails(server, SmtpMailbox.DEFAULT, server.onlooker(), server::mailsNotLookedAt);
    }

    /** What a mailbox catches. */
    static CaughtMails of(FakeSmtpMailbox mailbox) {
        return new CaughtMails(mailbox, mailbox.name(), mailbox.onlooker(), mailbox::mailsNotLookedAt);
    }

    /** The mails that are here, of which none counts as looked at for this. */
    List<CapturedMail> here() {
        return onlooker.mails();
    }

    /** The mails that no call has returned to the test. */
    List<CapturedMail> notLookedAt() {
        return notLookedAt.get();
    }

    private synchronized void remember(List<CapturedMail> mails) {
        mails.forEach(mail -> removed.put(mail.id(), mail));
        notifyAll();
    }

    /** Forgets what was removed so far: another test begins. */
    synchronized void forget() {
        removed.clear();
    }

    /** The mails in the order they arrived. Removals are told by another thread: waits for it, though not for long. */
    synchronized List<CapturedMail> all() {
        List<CapturedMail> all = new ArrayList<>(here());
        Set<String> here = all.stream().map(CapturedMail::id).collect(Collectors.toSet());
        Set<String> gone = server.attempts().stream()
                .filter(attempt -> attempt.mailboxes().contains(mailbox))
                .map(Attempt::mailId)
                .flatMap(Optional::stream)
                .filter(id -> !here.contains(id))
                .collect(Collectors.toSet());
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (long left = PATIENCE.toMillis(); left > 0 && !removed.keySet().containsAll(gone); ) {
                wait(left);
                left = (end - System.nanoTime()) / 1_000_000;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // and go on with what there is
        }
        removed.values().stream().filter(mail -> gone.contains(mail.id())).forEach(all::add);
        all.sort(Comparator.comparingLong(CapturedMail::arrivedAtNanos));
        return List.copyOf(all);
    }

    @Override
    public void close() {
        subscription.close();
    }
}
