package dev.restante.inbox;

import dev.restante.Envelope;
import dev.restante.MailMessage;
import dev.restante.MailboxSelector;
import dev.restante.Moment;
import dev.restante.Rule;
import dev.restante.SmtpClient;
import dev.restante.mailbox.MailStore;
import dev.restante.script.RuleBook;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One mailbox of a server: what it is chosen by, its mail and its rules.
 *
 * @param name its name
 * @param selectors any of which chooses it; none for the server's own, which has what no other takes
 * @param store its mail
 * @param rules its script
 */
public record Inbox(String name, List<MailboxSelector> selectors, MailStore store, RuleBook rules) {
    /** Copies the list. */
    public Inbox {
        selectors = List.copyOf(selectors);
    }

    /** Whether this is chosen, as far as these facts tell. */
    boolean isChosen(SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message) {
        for (MailboxSelector selector : selectors) {
            if (selector.selects(client, recipients, message)) {
                return true;
            }
        }
        return false;
    }

    /** Whether what is decided at this moment is this mailbox's business. */
    public boolean isConcerned(Moment moment) {
        return isChosen(
                moment.client(),
                moment.isAboutOneRecipient() ? moment.recipient().stream().toList() : moment.recipients(),
                moment.message());
    }

    /** Whether it is chosen by the client or the content, so that the whole mail is its own. */
    boolean takesWhole(SmtpClient client, Optional<MailMessage> message) {
        return isChosen(client, List.of(), message);
    }

    /**
     * Refuses a rule at a stage where it is never known whether this mailbox is concerned.
     *
     * @throws IllegalArgumentException if the rule could never fire; the message says why, and what to do
     */
    public void requireReachable(Rule rule) {
        if (!selectors.isEmpty() && selectors.stream().noneMatch(each -> each.isKnownAt(rule.stage()))) {
            throw new IllegalArgumentException("The mailbox \"" + name + "\" is chosen by " + chosenBy()
                    + ", so its rules can act "
                    + selectors.stream()
                            .map(MailboxSelector::whenKnown)
                            .distinct()
                            .collect(Collectors.joining(", and "))
                    + ": one at " + rule.stage() + " could never fire (" + rule
                    + "). Script a stage at which the mailbox is known, choose the mailbox by what is known earlier,"
                    + " or give the rule to the server.");
        }
    }

    /** What it is chosen by, in words. */
    public String chosenBy() {
        return selectors.stream().map(MailboxSelector::toString).collect(Collectors.joining(" or "));
    }
}
