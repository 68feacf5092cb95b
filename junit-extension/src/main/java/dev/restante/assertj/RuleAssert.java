package dev.restante.assertj;

import dev.restante.RuleReport;
import java.util.function.Supplier;

/** Assertions on a rule of a script: how often it fired. */
public final class RuleAssert extends AbstractEvidenceAssert<RuleAssert, RuleReport> {
    private final Supplier<String> server;

    RuleAssert(RuleReport actual, Supplier<String> server, Reporting reporting) {
        super(actual, RuleAssert.class, reporting);
        this.server = server;
    }

    @Override
    String evidence() {
        return server.get();
    }

    /** Verifies that the rule fired so many times. */
    public RuleAssert fired(int times) {
        isNotNull();
        return check(
                actual.hits() == times,
                () -> "Expected the rule " + actual.rule().name() + " to have fired " + times(times) + ", but it fired "
                        + times(actual.hits()) + ".");
    }

    /** Verifies that the rule fired at least once. */
    public RuleAssert fired() {
        isNotNull();
        return check(
                actual.hits() > 0,
                () -> "Expected the rule " + actual.rule().name() + " to have fired, but it did not.");
    }

    /** Verifies that the rule did not fire. */
    public RuleAssert didNotFire() {
        return fired(0);
    }

    private static String times(long count) {
        return count == 0 ? "not at all" : count == 1 ? "once" : count + " times";
    }
}
