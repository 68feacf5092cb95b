package dev.restante.script;

import dev.restante.Condition;
import dev.restante.Effect;
import dev.restante.Envelope;
import dev.restante.Moment;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ServerClock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A rule on a server, with everything that is counted for it. */
final class CountedRule {
    private static final int RECENT_HITS = 100;
    private static final int KEYS = 10_000;

    private final Rule rule;
    private final ServerClock clock;
    private final Instant scriptedAt;
    private final Condition.@Nullable Nth nthOnServer;
    private final Condition.@Nullable Attempts attempts;
    private final Condition.@Nullable Chance chance;
    private final List<Condition> plain;

    // Guarded by this.
    private final Deque<RuleReport.Hit> recent = new ArrayDeque<>();
    private final Map<String, Integer> attemptsByKey = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > KEYS;
        }
    };
    private final SplittableRandom draws;
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
        this.nthOnServer = first(rule, Condition.Nth.class, nth -> nth.scope() == Condition.Scope.SERVER);
        this.attempts = first(rule, Condition.Attempts.class, any -> true);
        this.chance = first(rule, Condition.Chance.class, any -> true);
        this.draws = new SplittableRandom(chance == null ? 0 : chance.seed());
        this.plain = rule.conditions().stream()
                .filter(condition -> condition != nthOnServer && condition != attempts && condition != chance)
                .toList();
    }

    private static <C extends Condition> @Nullable C first(Rule rule, Class<C> type, Predicate<C> test) {
        return rule.conditions().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(test)
                .findFirst()
                .orElse(null);
    }

    Rule rule() {
        return rule;
    }

    /** Matches and, if that succeeds, counts; {@code null} if the rule does not fire. */
    @Nullable
    Claim claim(Moment moment, String sessionId) {
        if (nthOnServer != null && !isNthOnServer(nthOnServer.n())) {
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
            decision = computed.function().apply(moment);
            if (decision == Effect.Pass.PASS) {
                return null;
            }
        }
        return take(moment, sessionId) ? new Claim(decision) : null;
    }

    private synchronized boolean isNthOnServer(int n) {
        reached++;
        return reached == n;
    }

    private synchronized boolean take(Moment moment, String sessionId) {
        if (attempts != null) {
            int attempt = attemptsByKey.merge(key(attempts.key(), moment), 1, Integer::sum);
            if (attempt < attempts.first() || attempt > attempts.last()) {
                return false;
            }
        }
        if (isSpent() || (chance != null && draws.nextDouble() >= chance.probability())) {
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
        if (rule.limit() instanceof Rule.Limit.Times times) {
            return hits >= times.count();
        } else if (rule.limit() instanceof Rule.Limit.During during) {
            return !clock.now().isBefore(scriptedAt.plus(during.time()));
        }
        return false;
    }

    private static String key(Condition.Key key, Moment moment) {
        return switch (key) {
            case RECIPIENT -> recipient(moment);
            case SENDER -> sender(moment);
            case USER -> moment.client().user().orElse("");
            case CLIENT -> moment.client().ip();
            case TRIPLE -> moment.client().ip() + "\n" + sender(moment) + "\n" + recipient(moment);
        };
    }

    private static String recipient(Moment moment) {
        return moment.recipient().map(Envelope.Recipient::address).orElse("").toLowerCase(Locale.ROOT);
    }

    private static String sender(Moment moment) {
        return moment.sender().map(Envelope.Sender::address).orElse("").toLowerCase(Locale.ROOT);
    }

    synchronized RuleReport report() {
        return new RuleReport(rule, hits, List.copyOf(recent));
    }
}
