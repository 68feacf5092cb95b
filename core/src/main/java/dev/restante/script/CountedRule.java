package dev.restante.script;

import dev.restante.Condition;
import dev.restante.Effect;
import dev.restante.Moment;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ServerClock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A rule on a server, with everything that is counted for it. */
final class CountedRule {
    private static final int RECENT_HITS = 100;

    private final Rule rule;
    private final ServerClock clock;
    private final Instant scriptedAt;
    private final List<Condition> plain;
    private final List<Memory> memories;

    // Guarded by this.
    private final Deque<RuleReport.Hit> recent = new ArrayDeque<>();
    private final List<Condition.Nth> nthOnServer;
    private long reached;
    private long hits;

    /**
     * That the rule fired.
     *
     * @param decision what it decides; {@code null} if it only paces
     */
    record Claim(Effect.@Nullable Decision decision) {}

    CountedRule(Rule rule, ServerClock clock) {
        this.rule = rule;
        this.clock = clock;
        this.scriptedAt = clock.now();
        this.nthOnServer = rule.conditions().stream()
                .filter(Condition.Nth.class::isInstance)
                .map(Condition.Nth.class::cast)
                .filter(nth -> nth.scope() == Condition.Scope.SERVER)
                .toList();
        this.memories = rule.conditions().stream()
                .flatMap(condition -> Memory.of(condition).stream())
                .toList();
        this.plain = rule.conditions().stream()
                .filter(condition ->
                        !nthOnServer.contains(condition) && Memory.of(condition).isEmpty())
                .toList();
    }

    Rule rule() {
        return rule;
    }

    /** Matches and, if that succeeds, counts; {@code null} if the rule does not fire. */
    @Nullable
    Claim claim(Moment moment, String sessionId) {
        if (!nthOnServer.isEmpty() && !isNthOnServer()) {
            return null;
        }
        for (Condition condition : plain) {
            if (!ConditionCheck.holds(condition, moment)) {
                return null;
            }
        }
        // A user's function runs outside the lock: it may take its time.
        Effect.Decision decision = rule.decision().orElse(null);
        if (decision instanceof Effect.Computed computed) {
            decision = Objects.requireNonNull(
                    computed.function().apply(moment),
                    "The function of answer(...) returned null. Effect.Pass.PASS leaves the stage to later rules.");
            if (decision == Effect.Pass.PASS) {
                return null;
            }
        }
        return take(moment, sessionId) ? new Claim(decision) : null;
    }

    private synchronized boolean isNthOnServer() {
        reached++;
        return nthOnServer.stream().allMatch(nth -> nth.n() == reached);
    }

    private synchronized boolean take(Moment moment, String sessionId) {
        if (isSpent()) {
            return false;
        }
        Instant now = clock.now();
        for (Memory memory : memories) {
            if (!memory.holds(moment, now)) {
                return false;
            }
        }
        hits++;
        recent.addLast(new RuleReport.Hit(sessionId, now));
        if (recent.size() > RECENT_HITS) {
            recent.removeFirst();
        }
        return true;
    }

    private boolean isSpent() {
        if (rule.limit() instanceof Rule.Limit.Times times) {
            return hits >= times.count();
        } else if (rule.limit() instanceof Rule.Limit.During during) {
            return !clock.now().isBefore(scriptedAt.plus(during.time()));
        }
        return false;
    }

    synchronized RuleReport report() {
        return new RuleReport(rule, hits, List.copyOf(recent));
    }
}
