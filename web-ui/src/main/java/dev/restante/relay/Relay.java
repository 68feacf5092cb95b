package dev.restante.relay;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.TextPattern;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A server that caught mail may be released to, and for whom. Nobody is allowed who is not on the list: a caught mail that goes
 * out by mistake cannot be called back.
 *
 * <p>Immutable and thread-safe.
 */
public final class Relay {
    private final Route route;
    private final List<TextPattern> allowed;
    private final List<TextPattern> blocked;
    private final Optional<String> returnPath;

    private Relay(Route route, List<TextPattern> allowed, List<TextPattern> blocked, Optional<String> returnPath) {
        this.route = route;
        this.allowed = allowed;
        this.blocked = blocked;
        this.returnPath = returnPath;
    }

    /** A relay over this way that nobody is allowed yet. */
    public static Relay over(Route route) {
        return new Relay(route, List.of(), List.of(), Optional.empty());
    }

    /**
     * This relay, and mail may go to addresses that match one of these {@linkplain TextPattern patterns} too, such as {@code
     * *@team.example.com}.
     *
     * @throws IllegalArgumentException if one is no pattern
     */
    public Relay allowing(Collection<String> recipients) {
        return new Relay(route, more(allowed, recipients), blocked, returnPath);
    }

    /** This relay, but no mail may go to addresses that match one of these, whatever is allowed. */
    public Relay blocking(Collection<String> recipients) {
        return new Relay(route, allowed, more(blocked, recipients), returnPath);
    }

    /** This relay, but the envelope's sender is always this, so that reports of failure come to you. */
    public Relay returningTo(String address) {
        return new Relay(route, allowed, blocked, Optional.of(address));
    }

    private static List<TextPattern> more(List<TextPattern> some, Collection<String> patterns) {
        return Stream.concat(some.stream(), patterns.stream().map(TextPattern::of))
                .toList();
    }

    /** The server. */
    public Route route() {
        return route;
    }

    /** Whom mail may go to. */
    public List<TextPattern> allowed() {
        return allowed;
    }

    /** Whom no mail may go to, whatever is allowed. */
    public List<TextPattern> blocked() {
        return blocked;
    }

    /** The envelope's sender, if it is not that of the mail. */
    public Optional<String> returnPath() {
        return returnPath;
    }

    /** Whether this address is on the list of those that mail may go to. */
    public boolean isAllowed(String recipient) {
        return allowed.stream().anyMatch(pattern -> pattern.matches(recipient));
    }

    /** Whether this address is on the list of those that no mail may go to. */
    public boolean isBlocked(String recipient) {
        return blocked.stream().anyMatch(pattern -> pattern.matches(recipient));
    }

    /** Those of the mail's own recipients that it may go to. */
    public List<String> recipients(CapturedMail mail) {
        return mail.envelope().recipients().stream()
                .map(Envelope.Recipient::address)
                .filter(address -> isAllowed(address) && !isBlocked(address))
                .distinct()
                .toList();
    }

    /**
     * Sends a mail on, as it was caught but for a Bcc field.
     *
     * @return the server's reply
     * @throws RelayException if somebody is not allowed, or the server does not take it
     */
    public String release(CapturedMail mail, Collection<String> recipients) throws RelayException {
        for (String recipient : recipients) {
            if (!isAllowed(recipient) || isBlocked(recipient)) {
                throw new RelayException("Mail may not go to " + recipient);
            }
        }
        try (Route.Line line = route.open()) {
            return line.send(returnPath.orElse(mail.envelope().sender().address()), recipients, mail.bytes());
        }
    }
}
