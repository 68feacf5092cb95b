package dev.restante.inbox;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.MailMessage;
import dev.restante.MailboxSelector;
import dev.restante.Moment;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import dev.restante.script.RuleBook;
import dev.restante.script.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The mailboxes of a server: its own and those that were made beside it.
 *
 * <p>A mail is in each mailbox that is chosen by it. Chosen by client or content, a mailbox has the whole mail; chosen by
 * recipient, the mail for that one: recipients whom no mailbox takes leave the mail in the server's own as well.
 *
 * <p>Thread-safe. Without mailboxes beside the server's own, asking costs one volatile read.
 */
public final class Inboxes {
    /** How many mailboxes a server may have beside its own: each command asks all of them. */
    public static final int AT_MOST = 1000;

    private final Inbox own;
    private final List<Inbox> ownAlone;
    private final List<String> ownNameAlone;
    private volatile List<Inbox> named = List.of();

    /** The mailboxes of a server that has only its own. */
    public Inboxes(Inbox own) {
        this.own = own;
        this.ownAlone = List.of(own);
        this.ownNameAlone = List.of(own.name());
    }

    /** The server's own. */
    public Inbox own() {
        return own;
    }

    /** Those beside the server's own, in the order they were made. */
    public List<Inbox> named() {
        return named;
    }

    /** Adds a mailbox; false if there is one of this name, or there are as many as there may be. */
    public synchronized boolean add(Inbox inbox) {
        if (named.size() >= AT_MOST
                || named.stream().anyMatch(each -> each.name().equals(inbox.name()))) {
            return false;
        }
        List<Inbox> all = new ArrayList<>(named);
        all.add(inbox);
        named = List.copyOf(all);
        return true;
    }

    /** Takes a mailbox away. */
    public synchronized void remove(Inbox inbox) {
        List<Inbox> all = new ArrayList<>(named);
        all.removeIf(each -> each.store() == inbox.store());
        named = List.copyOf(all);
    }

    // ---- whose a mail is

    /** Where this mail belongs: one mailbox at least. */
    public List<Inbox> homesOf(CapturedMail mail) {
        return concerned(mail.client(), mail.envelope().recipients(), Optional.of(mail.message()));
    }

    /** The names of those that a mail of these facts, or an attempt to send one, concerns: one at least. */
    public List<String> namesConcerned(
            SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message) {
        return named.isEmpty()
                ? ownNameAlone
                : concerned(client, recipients, message).stream()
                        .map(Inbox::name)
                        .toList();
    }

    private List<Inbox> concerned(
            SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message) {
        List<Inbox> others = named;
        if (others.isEmpty()) {
            return ownAlone;
        }
        List<Inbox> chosen = new ArrayList<>();
        boolean whole = false;
        for (Inbox each : others) {
            if (each.isChosen(client, recipients, message)) {
                chosen.add(each);
                whole |= each.takesWhole(client, message);
            }
        }
        if (chosen.isEmpty() || !(whole || areAllTaken(recipients, chosen))) {
            chosen.add(0, own);
        }
        return chosen;
    }

    private static boolean areAllTaken(List<Envelope.Recipient> recipients, List<Inbox> chosen) {
        for (Envelope.Recipient recipient : recipients) {
            if (chosen.stream().flatMap(each -> each.selectors().stream()).noneMatch(each -> takes(each, recipient))) {
                return false;
            }
        }
        return true;
    }

    private static boolean takes(MailboxSelector selector, Envelope.Recipient recipient) {
        return selector instanceof MailboxSelector.Recipient by && by.pattern().matches(recipient.address());
    }

    // ---- the scripts

    /** Whether no mailbox has a rule at this stage. */
    public boolean isEmptyAt(Stage<?> stage) {
        if (!own.rules().isEmptyAt(stage)) {
            return false;
        }
        for (Inbox each : named) {
            if (!each.rules().isEmptyAt(stage)) {
                return false;
            }
        }
        return true;
    }

    /** The first position from {@code octets} on at which a rule waits in a body; {@link Long#MAX_VALUE} if none does. */
    public long nextStop(long octets) {
        long next = own.rules().nextStop(octets);
        for (Inbox each : named) {
            next = Math.min(next, each.rules().nextStop(octets));
        }
        return next;
    }

    /** Asks the rules of {@code moment}'s stage: those of the mailboxes that it concerns, and then the server's. */
    public Verdict ask(Moment moment, String sessionId) {
        return askMidData(moment, sessionId, 0);
    }

    /** Asks, in the same order, the rules that wait at this position in a body. */
    public Verdict askMidData(Moment moment, String sessionId, long octets) {
        List<RuleBook> before = List.of();
        for (Inbox each : named) {
            if (!each.rules().isEmptyAt(moment.stage()) && each.isConcerned(moment)) {
                before = before.isEmpty() ? new ArrayList<>() : before;
                before.add(each.rules());
            }
        }
        return own.rules().askAfter(before, moment, sessionId, octets);
    }
}
