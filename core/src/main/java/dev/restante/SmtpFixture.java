package dev.restante;

import java.util.List;
import java.util.Optional;

/**
 * What a test holds of an SMTP server, wherever it runs: its mailbox, script, sessions, attempts, clock and holds.
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

    /** The server's clock. */
    ServerClock clock();

    /** Forgets mail, sessions and script, releases holds and aborts open transactions; keeps ports and idle connections. */
    void reset();
}
