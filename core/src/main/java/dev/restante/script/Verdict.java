package dev.restante.script;

import dev.restante.Effect;
import dev.restante.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a script says at a stage.
 *
 * @param paces the effects of pace of every rule that fired, in order
 * @param decision how the stage ends; {@code null} if it goes on as usual
 * @param fired the rules that fired, in order
 * @param failure what went wrong in a function of a rule, after which no more were asked; {@code null} if nothing did
 */
public record Verdict(
        List<Effect.Pace> paces,
        Effect.@Nullable Decision decision,
        List<Rule> fired,
        @Nullable Failure failure) {
    /** Nothing to say: the stage is served normally. */
    public static final Verdict NONE = new Verdict(List.of(), null, List.of(), null);

    /**
     * That a function of a rule threw, or answered what means nothing.
     *
     * @param rule the rule
     * @param cause what was thrown
     */
    public record Failure(Rule rule, Throwable cause) {}

    /** Whether the script has nothing to say. */
    public boolean isEmpty() {
        return fired.isEmpty() && failure == null;
    }
}
