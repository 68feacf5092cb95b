package dev.restante;

import java.time.Instant;
import java.util.List;

/**
 * A rule on a server, and what became of it so far.
 *
 * @param rule the rule
 * @param hits how often it fired
 * @param recent the latest hits, oldest first; at most 100
 */
public record RuleReport(Rule rule, long hits, List<Hit> recent) {
    /** Copies the list. */
    public RuleReport {
        recent = List.copyOf(recent);
    }

    /**
     * One time that a rule fired.
     *
     * @param sessionId the {@link SmtpSession#id()} of the connection
     * @param at when, on the server's clock
     */
    public record Hit(String sessionId, Instant at) {}

    /** Whether the rule has fired less often than it was scripted to: never true for {@code always()}. */
    public boolean isUnfired() {
        return rule.limit() instanceof Rule.Limit.Times times && hits < times.count();
    }

    @Override
    public String toString() {
        String left = rule.limit() instanceof Rule.Limit.Times times ? ", " + (times.count() - hits) + " left" : "";
        return rule.name() + ": " + hits + (hits == 1 ? " hit" : " hits") + left;
    }
}
