package dev.restante.script;

import dev.restante.Condition;
import dev.restante.Envelope;
import dev.restante.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * What a condition remembers from one time to the next, for one rule. Asked, under the rule's lock, only once all conditions
 * without memory hold.
 */
@FunctionalInterface
interface Memory {
    /** Takes this time into account and decides the condition. */
    boolean holds(Moment moment, Instant now);

    /** A fresh memory for a condition; empty if it needs none. */
    static Optional<Memory> of(Condition condition) {
        if (condition instanceof Condition.Attempts attempts) {
            Keyed<int[]> counts = new Keyed<>(attempts.key(), () -> new int[1]);
            return Optional.of((moment, now) -> {
                int attempt = ++counts.of(moment)[0];
                return attempt >= attempts.first() && attempt <= attempts.last();
            });
        } else if (condition instanceof Condition.Newcomer newcomer) {
            Keyed<Instant[]> firstTimes = new Keyed<>(newcomer.key(), () -> new Instant[1]);
            return Optional.of((moment, now) -> isNew(newcomer, firstTimes.of(moment), now));
        } else if (condition instanceof Condition.Rate rate) {
            Keyed<Deque<Instant>> passed = new Keyed<>(rate.key(), ArrayDeque::new);
            return Optional.of((moment, now) -> isOver(rate, passed.of(moment), now));
        } else if (condition instanceof Condition.Chance chance) {
            SplittableRandom draws = new SplittableRandom(chance.seed());
            return Optional.of((moment, now) -> draws.nextDouble() < chance.probability());
        }
        return Optional.empty();
    }

    private static boolean isNew(Condition.Newcomer newcomer, Instant[] first, Instant now) {
        if (first[0] == null || hasPassed(newcomer.forgottenAfter(), first[0], now)) {
            first[0] = now;
        }
        return !hasPassed(newcomer.time(), first[0], now);
    }

    /** Only what is let through fills the window, so that a client that keeps knocking is let in again. */
    private static boolean isOver(Condition.Rate rate, Deque<Instant> passed, Instant now) {
        while (!passed.isEmpty() && hasPassed(rate.window(), passed.peekFirst(), now)) {
            passed.removeFirst();
        }
        if (passed.size() >= rate.count()) {
            return true;
        }
        passed.addLast(now);
        return false;
    }

    /** Whether this time has passed since then. A time may be longer than an {@link Instant} can be moved. */
    static boolean hasPassed(Duration time, Instant since, Instant now) {
        return Duration.between(since, now).compareTo(time) >= 0;
    }

    /** A value for each key, made on first use; the least recently used of more than 10,000 are forgotten. */
    final class Keyed<V> {
        private static final int KEYS = 10_000;

        private final Condition.Key key;
        private final Supplier<V> fresh;
        private final Map<String, V> values = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > KEYS;
            }
        };

        Keyed(Condition.Key key, Supplier<V> fresh) {
            this.key = key;
            this.fresh = fresh;
        }

        V of(Moment moment) {
            return values.computeIfAbsent(spell(moment), any -> fresh.get());
        }

        private String spell(Moment moment) {
            return switch (key) {
                case RECIPIENT -> recipient(moment);
                case SENDER -> sender(moment);
                case USER -> moment.client().user().orElse("");
                case CLIENT -> moment.client().ip();
                case TRIPLE -> moment.client().ip() + "\n" + sender(moment) + "\n" + recipient(moment);
            };
        }

        private static String recipient(Moment moment) {
            return moment.recipient()
                    .map(Envelope.Recipient::address)
                    .orElse("")
                    .toLowerCase(Locale.ROOT);
        }

        private static String sender(Moment moment) {
            return moment.sender().map(Envelope.Sender::address).orElse("").toLowerCase(Locale.ROOT);
        }
    }
}
