package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A finished rule of a script: when (a stage and conditions), what (effects), and how often (a limit).
 *
 * <p>Immutable and thread-safe; hits are counted by the server that the rule is given to. {@link #toString()} prints the
 * Java that writes the rule.
 */
public final class Rule {
    private final String name;
    private final Stage<?> stage;
    private final long atByte;
    private final List<Condition> conditions;
    private final List<Effect.Pace> paces;
    private final Optional<Effect.Decision> decision;
    private final Limit limit;
    private final String label;

    /** How often a rule may fire. */
    public sealed interface Limit {
        /**
         * For the first matches.
         *
         * @param count how many, at least 1
         */
        record Times(int count) implements Limit {
            /** Refuses a count below 1. */
            public Times {
                if (count < 1) {
                    throw new IllegalArgumentException("A rule fires at least once, but times was " + count + ".");
                }
            }
        }

        /** For every match. */
        enum Always implements Limit {
            /** For every match. */
            ALWAYS
        }

        /**
         * For every match within a time from being scripted.
         *
         * @param time how long, on the server's clock
         */
        record During(Duration time) implements Limit {
            /** Refuses a time that is not positive. */
            public During {
                if (time.isZero() || time.isNegative()) {
                    throw new IllegalArgumentException("A rule lasts for a positive time, but was " + time + ".");
                }
            }
        }
    }

    private Rule(RuleDraft draft, Limit limit) {
        this.name = draft.name();
        this.stage = draft.stage();
        this.atByte = draft.atByte();
        this.conditions = draft.conditions();
        this.paces = draft.paces();
        this.decision = Optional.ofNullable(draft.decision());
        this.limit = limit;
        this.label = name.isEmpty() ? RuleText.label(this) : name;
    }

    static Rule of(RuleDraft draft, Limit limit) {
        draft.conditions().forEach(condition -> requireKeyIsKnown(condition, draft.stage()));
        return new Rule(draft, limit);
    }

    /** What is counted for each recipient can only be counted where a recipient is known, and so on. */
    private static void requireKeyIsKnown(Condition condition, Stage<?> stage) {
        Condition.Key key = condition instanceof Condition.Attempts attempts
                ? attempts.key()
                : condition instanceof Condition.Newcomer newcomer
                        ? newcomer.key()
                        : condition instanceof Condition.Rate rate ? rate.key() : Condition.Key.CLIENT;
        Stage<?> firstThatKnows = switch (key) {
            case RECIPIENT, TRIPLE -> Stage.RCPT_TO;
            case SENDER -> Stage.MAIL_FROM;
            case USER -> Stage.EHLO;
            case CLIENT -> Stage.CONNECT;
        };
        boolean envelope = firstThatKnows != Stage.CONNECT && firstThatKnows != Stage.EHLO;
        if (stage.index() < firstThatKnows.index() || (envelope && stage.index() > Stage.AFTER_COMMIT.index())) {
            throw new IllegalArgumentException(
                    "At " + stage + " no " + key.name().toLowerCase(Locale.ROOT)
                            + " is known that could be counted for. Count for each client there, or script a later stage.");
        }
    }

    /** The name it was given; without one, {@link #toString()} with long texts cut short. */
    public String name() {
        return label;
    }

    /** The same rule by another name. */
    Rule named(String newName) {
        return new Rule(new RuleDraft(stage, atByte, newName, conditions, paces, decision.orElse(null)), limit);
    }

    /** Whether the rule was given a name. */
    public boolean isNamed() {
        return !name.isEmpty();
    }

    /** The stage at which the rule is asked. */
    public Stage<?> stage() {
        return stage;
    }

    /** At MID_DATA, how many body octets come before it; 0 elsewhere. */
    public long atByte() {
        return atByte;
    }

    /** The conditions, all of which must hold. */
    public List<Condition> conditions() {
        return conditions;
    }

    /** The effects of pace, in the order written. */
    public List<Effect.Pace> paces() {
        return paces;
    }

    /** The effect that decides how the stage ends; empty if the rule only paces. */
    public Optional<Effect.Decision> decision() {
        return decision;
    }

    /** How often the rule may fire. */
    public Limit limit() {
        return limit;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rule that
                && name.equals(that.name)
                && stage == that.stage
                && atByte == that.atByte
                && conditions.equals(that.conditions)
                && paces.equals(that.paces)
                && decision.equals(that.decision)
                && limit.equals(that.limit);
    }

    @Override
    public int hashCode() {
        return 31 * stage.hashCode() + conditions.hashCode();
    }

    /** The rule as Java, such as {@code on(RCPT_TO).nth(2).reply(450, "4.2.1 Mailbox busy").once()}. */
    @Override
    public String toString() {
        return RuleText.of(this, name);
    }
}
