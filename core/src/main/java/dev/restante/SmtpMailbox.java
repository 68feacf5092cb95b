package dev.restante;

import java.util.List;

/**
 * A mailbox of its own on a server: with messages, script, evidence and bounds of its own, for one among several users of the
 * server. It is a fixture as a server is, and {@link SmtpFixture#mailbox(String, MailboxSelector, MailboxSelector...)} makes it:
 *
 * <pre>{@code
 * SmtpMailbox orders = smtp.mailbox("orders", recipient("*@orders.example"));
 * orders.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());
 * CapturedMail mail = orders.takeMail();
 * }</pre>
 *
 * <p>Its own are
 *
 * <ul>
 *   <li>the mails that a {@linkplain #selectors() selector} chooses from when it was made on: they are not in the server's own
 *       mailbox, unless they are for recipients of that as well. Of a mail that several mailboxes choose, each has the whole.
 *   <li>the rules that it is given: they act on nothing but what is the mailbox's, and are asked before the server's. A rule at a
 *       stage at which that is never known is refused. One answer to several recipients is given to all of them: where a mail
 *       for two mailboxes is refused behind its recipients, it is refused for both.
 *   <li>the attempts that concern it, and the sessions in which something did. A session is shown as a whole.
 *   <li>holds, and what {@link #reset()} forgets.
 * </ul>
 *
 * <p>Ports, clock, certificates and limits of connections are the server's.
 *
 * <p>Thread-safe. What a closed mailbox had stays readable where it was in this JVM.
 */
public interface SmtpMailbox extends SmtpFixture, AutoCloseable {
    /** The name of the server's own mailbox, where {@link Attempt#mailboxes()} and the HTTP API name it. */
    String DEFAULT = "default";

    /**
     * How much a mailbox keeps: beyond it, the oldest mails are evicted and counted.
     *
     * @param mails how many mails at most
     * @param octets how much memory their octets take at most, roughly
     */
    record Retention(int mails, long octets) {
        /** Refuses bounds below 1. */
        public Retention {
            if (mails < 1 || octets < 1) {
                throw new IllegalArgumentException("A mailbox keeps 1 mail and 1 octet at least, but was to keep "
                        + mails + " and " + octets + ".");
            }
        }
    }

    /** Its name: up to 64 letters, digits, dots, dashes and underscores. */
    String name();

    /** What chooses its mails: any of these. */
    List<MailboxSelector> selectors();

    /**
     * An address that this mailbox is chosen by: {@code localPart} at the domain of its first selector of the form {@code
     * rcpt:*@domain}, such as {@code ann@orders.example}.
     *
     * @throws IllegalStateException if it has no such selector
     */
    default String address(String localPart) {
        for (MailboxSelector selector : selectors()) {
            if (selector instanceof MailboxSelector.Recipient by
                    && by.pattern().toString().matches("\\*@[A-Za-z0-9.-]+")) {
                return localPart + by.pattern().toString().substring(1);
            }
        }
        throw new IllegalStateException("The mailbox \"" + name() + "\" is chosen by " + selectors()
                + ", and by no recipients of one domain, such as rcpt:*@orders.example.");
    }

    /** How much it keeps. */
    Retention retention();

    /**
     * Changes how much it keeps, by default as much as its server does. What is too much now is evicted. All mailboxes of a
     * server together have the memory that it has for mail; where they need more, the mailbox that holds most loses its oldest.
     *
     * @throws IllegalArgumentException if that is more than the server itself keeps
     */
    void keep(Retention retention);

    /** Whether it was closed, or removed from its server. */
    boolean isRemoved();

    /**
     * Forgets its mail, attempts, sessions and script, releases its holds, and aborts open transactions that concern it;
     * selectors and bounds stay, and so does everybody else's.
     */
    @Override
    void reset();

    /**
     * Removes the mailbox from its server: its script ends, as with {@link #reset()}, waits fail, and what it was chosen by goes
     * to the server's own mailbox from now on. Closing again does nothing.
     */
    @Override
    void close();
}
