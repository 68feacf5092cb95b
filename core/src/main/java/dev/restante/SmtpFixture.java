package dev.restante;

import java.util.List;
import java.util.Optional;

/**
 * What a test holds of an SMTP server, wherever it runs: its mailbox, script, sessions, attempts, clock and holds.
 *
 * <p>Mail that belongs to a {@linkplain SmtpMailbox mailbox of its own} is there, and not in the server's own mailbox; the
 * server's sessions and attempts are those of everybody, and its script acts on everything.
 *
 * <p>Thread-safe.
 */
public interface SmtpFixture extends Mailbox {
    /** The address that clients connect to, in digits. */
    String host();

    /** The port of the SMTP listener. */
    int port();

    /** Whether the server listens: it was started and is not closed. */
    boolean isListening();

    /** Appends these rules to the script. */
    void script(Rule... rules);

    /** Appends these scenarios: their rules are asked after those of the test. */
    void scenario(Scenario... scenarios);

    /**
     * Gives the server this persona's manners, in place of another's: its rules are asked last. Where it lists STARTTLS, clients
     * that upgrade whenever they can, and verify, need to trust the server.
     */
    void persona(Persona persona);

    /** The rules of the script with their hits, in the order they are asked. */
    List<RuleReport> rules();

    /** The rules that fired less often than they were scripted to. */
    default List<RuleReport> unfired() {
        return rules().stream().filter(RuleReport::isUnfired).toList();
    }

    /**
     * Switches a rule off, so that it is passed over, or on again. It keeps its place, its hits, and what is left of them; what
     * happens meanwhile is not counted for it, but a time it was scripted for goes on.
     *
     * @param id the rule's {@link RuleReport#id()}
     * @throws IllegalArgumentException if the script has no such rule, or no longer
     */
    void switchRule(long id, boolean on);

    /**
     * Removes one rule, whether the test's own, a scenario's or a persona's.
     *
     * @param id the rule's {@link RuleReport#id()}
     * @throws IllegalArgumentException if the script has no such rule, or no longer
     */
    void removeRule(long id);

    /** Removes all rules. */
    void clearScript();

    /** A new hold at this stage, for whoever reaches it. */
    Hold hold(Stage<?> stage);

    /** A new hold; rules wait at it by {@link Step#waitFor(String) waitFor(hold.name())}. */
    Hold hold();

    /** All sessions as they stand now, oldest first. */
    List<SmtpSession> sessions();

    /** The session with this {@link SmtpSession#id()}. */
    Optional<SmtpSession> session(String id);

    /** All attempts that have ended, in order of ending. */
    List<Attempt> attempts();

    /** The attempts that concern what {@code matching} describes with {@code to(...)} and {@code from(...)}. */
    default List<Attempt> attempts(Matching matching) {
        return attempts().stream().filter(matching::concerns).toList();
    }

    /**
     * A mailbox of its own on this server, for the mails that any of these selectors chooses from now on. If there is one of
     * this name that is chosen by the same, it is that one, as it stands.
     *
     * @param name up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit
     * @throws IllegalArgumentException if it is no name, or there is a mailbox of this name that is chosen by something else
     * @throws IllegalStateException if there are as many mailboxes as there may be, 1,000
     */
    SmtpMailbox mailbox(String name, MailboxSelector selector, MailboxSelector... more);

    /**
     * The mailbox of this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that there are
     */
    SmtpMailbox mailbox(String name);

    /** The mailboxes beside the server's own, in the order they were made. */
    List<? extends SmtpMailbox> mailboxes();

    /** The server's clock. */
    ServerClock clock();

    /**
     * Forgets mail, sessions and script, those of all mailboxes, too; releases holds and aborts open transactions; keeps ports,
     * idle connections and which mailboxes there are.
     */
    void reset();
}
