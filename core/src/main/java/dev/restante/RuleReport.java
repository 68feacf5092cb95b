package dev.restante;

import java.time.Instant;
import java.util.List;

/**
 * A rule on a server, and what became of it so far.
 *
 * @param id its number in this script: never given twice, also not after a reset
 * @param layer whose it is
 * @param rule the rule
 * @param on false while it is {@linkplain SmtpFixture#switchRule switched off}
 * @param hits how often it fired
 * @param recent the latest hits, oldest first; at most 100
 */
public record RuleReport(long id, Layer layer, Rule rule, boolean on, long hits, List<Hit> recent) {
    /** The layers of a script, in the order they are asked. */
    public enum Layer {
        /** The test's own rules: those of a script, of a script file, and of the page. */
        TEST,
        /** Ready scenarios. */
        SCENARIO,
        /** The manners of a well-known receiver. */
        PERSONA
    }

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

    /**
     * Whether the rule has fired less often than it was scripted to: never true for {@code always()}, nor of a rule that is
     * switched off.
     */
    public boolean isUnfired() {
        return on && rule.limit() instanceof Rule.Limit.Times times && hits < times.count();
    }

    @Override
    public String toString() {
        String left = rule.limit() instanceof Rule.Limit.Times times ? ", " + (times.count() - hits) + " left" : "";
        return rule.name() + ": " + hits + (hits == 1 ? " hit" : " hits") + left + (on ? "" : ", switched off");
    }
}
