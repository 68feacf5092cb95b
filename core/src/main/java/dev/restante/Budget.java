package dev.restante;

import java.time.Duration;

/** The last step of a rule: how often it may fire. {@link SmtpFixture#script} takes nothing less than a finished rule. */
public interface Budget {
    /** The finished rule with this limit. */
    Rule limited(Rule.Limit limit);

    /** Fires for the first match only; the rule counts as unfired until then. */
    default Rule once() {
        return times(1);
    }

    /**
     * Fires for the first {@code count} matches; the rule counts as unfired until it has fired that often.
     *
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    default Rule times(int count) {
        return limited(new Rule.Limit.Times(count));
    }

    /** Fires for every match. */
    default Rule always() {
        return limited(Rule.Limit.Always.ALWAYS);
    }

    /**
     * Fires for every match within {@code time} from being scripted, on the server's clock.
     *
     * @throws IllegalArgumentException if {@code time} is not positive
     */
    default Rule during(Duration time) {
        return limited(new Rule.Limit.During(time));
    }
}
