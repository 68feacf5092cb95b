package dev.restante.script;

import dev.restante.Condition;
import dev.restante.Effect;
import dev.restante.Moment;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ServerClock;
import dev.restante.Stage;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule on a server, with everything that is counted for it. */
final class CountedRule {
    private static final int RECENT_HITS = 100;

    private final long id;
    private final RuleReport.Layer layer;
    private final Rule rule;
    private final ServerClock clock;
    private final Instant scriptedAt;
    private final List<Condition> plain;
    private final List<Memory> memories;
    private final boolean asksFunctions;

    // Guarded by this.
    private final Deque<RuleReport.Hit> recent = new ArrayDeque<>();
    private final List<Condition.Nth> nthOnServer;
    private long reached;
    private long hits;
    private boolean on = true;

    /**
     * That the rule fired, or that a function of it failed.
     *
     * @param decision what it decides; {@code null} if it only paces
     * @param fired whether it fired, and is counted: false if a function among its conditions failed
     * @param failure what a function threw, or what is wrong with its answer; {@code null} if nothing failed
     */
    record Claim(
            Effect.@Nullable Decision decision,
            boolean fired,
            @Nullable Throwable failure) {}

    CountedRule(long id, RuleReport.Layer layer, Rule rule, ServerClock clock) {
        this.id = id;
        this.layer = layer;
        this.rule = rule;
        this.clock = clock;
        this.scriptedAt = clock.now();
        this.nthOnServer = rule.conditions().stream()
                .filter(Condition.Nth.class::isInstance)
                .map(Condition.Nth.class::cast)
                .filter(nth -> nth.scope() == Condition.Scope.SERVER)
                .toList();
        this.asksFunctions = rule.conditions().stream().anyMatch(Condition.Matching.class::isInstance);
        this.memories = rule.conditions().stream()
                .flatMap(condition -> Memory.of(condition).stream())
                .toList();
        this.plain = rule.conditions().stream()
                .filter(condition ->
                        !nthOnServer.contains(condition) && Memory.of(condition).isEmpty())
                .toList();
    }

    long id() {
        return id;
    }

    Rule rule() {
        return rule;
    }

    synchronized boolean isOn() {
        return on;
    }

    /** From now on it fires, or does not, whoever is about to ask it. */
    synchronized void turn(boolean wanted) {
        on = wanted;
    }

    /** Matches and, if that succeeds, counts; {@code null} if the rule does not fire. */
    @Nullable
    Claim claim(Moment moment, String sessionId) {
        if (asksFunctions && isOver()) {
            return null;
        }
        try {
            for (Condition condition : plain) {
                if (!ConditionCheck.holds(condition, moment)) {
                    return null;
                }
            }
        } catch (RuntimeException | Error e) {
            return new Claim(null, false, e);
        }
        Effect.Decision decision = rule.decision().orElse(null);
        if (decision instanceof Effect.Computed computed) {
            return compute(computed, moment, sessionId);
        }
        return take(moment, sessionId) ? new Claim(decision, true, null) : null;
    }

    /** Asks a user's function, once all else holds. It runs outside the lock: it may take its time. */
    private @Nullable Claim compute(Effect.Computed computed, Moment moment, String sessionId) {
        if (!isDue(moment)) {
            return null;
        }
        try {
            Effect.Decision decision = computed.function().apply(moment);
            requireMeaning(decision, moment.stage());
            return decision != Effect.Pass.PASS && count(sessionId) ? new Claim(decision, true, null) : null;
        } catch (RuntimeException | Error e) {
            return new Claim(null, count(sessionId), e);
        }
    }

    private static void requireMeaning(Effect.@Nullable Decision decision, Stage<?> stage) {
        if (decision == null) {
            throw new NullPointerException(
                    "The function of answer(...) returned null. Effect.Pass.PASS leaves the stage to later rules.");
        }
        String place = decision instanceof Effect.Keywords
                ? "EHLO"
                : decision == Effect.Fault.DISCARD
                        ? "END_OF_DATA"
                        : decision instanceof Effect.TlsFault ? "TLS_HANDSHAKE" : stage.name();
        if (!place.equals(stage.name())) {
            throw new IllegalStateException("The function of answer(...) returned " + decision + " at " + stage
                    + ", where it means nothing: it is for " + place + ".");
        } else if (decision instanceof Effect.Computed) {
            throw new IllegalStateException("The function of answer(...) returned another function.");
        }
    }

    private synchronized boolean isDue(Moment moment) {
        return !isSpent() && remembers(moment, clock.now());
    }

    private boolean remembers(Moment moment, Instant now) {
        for (Memory memory : memories) {
            if (!memory.holds(moment, now)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it counts how often its stage was reached on the server. */
    boolean countsOnServer() {
        return !nthOnServer.isEmpty();
    }

    /** Counts that the rule's stage was reached, whether the rule is asked or not; false if it is not its turn. */
    boolean reach() {
        return nthOnServer.isEmpty() || isNthOnServer();
    }

    private synchronized boolean isOver() {
        return isSpent();
    }

    private synchronized boolean isNthOnServer() {
        if (!on) {
            return false;
        }
        reached++;
        return nthOnServer.stream().allMatch(nth -> nth.n() == reached);
    }

    private synchronized boolean take(Moment moment, String sessionId) {
        return isDue(moment) && count(sessionId);
    }

    private synchronized boolean count(String sessionId) {
        if (isSpent()) {
            return false;
        }
        hits++;
        recent.addLast(new RuleReport.Hit(sessionId, clock.now()));
        if (recent.size() > RECENT_HITS) {
            recent.removeFirst();
        }
        return true;
    }

    private boolean isSpent() {
        if (!on) {
            return true;
        } else if (rule.limit() instanceof Rule.Limit.Times times) {
            return hits >= times.count();
        } else if (rule.limit() instanceof Rule.Limit.During during) {
            return Memory.hasPassed(during.time(), scriptedAt, clock.now());
        }
        return false;
    }

    synchronized RuleReport report() {
        return new RuleReport(id, layer, rule, on, hits, List.copyOf(recent));
    }
}
