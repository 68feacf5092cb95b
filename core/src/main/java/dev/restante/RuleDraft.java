package dev.restante;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule while it is being written: immutable, so that a step kept by a test can be used twice. */
record RuleDraft(
        Stage<?> stage,
        long atByte,
        String name,
        List<Condition> conditions,
        List<Effect.Pace> paces,
        Effect.@Nullable Decision decision) {

    static RuleDraft at(Stage<?> stage, long atByte) {
        return new RuleDraft(stage, atByte, "", List.of(), List.of(), null);
    }

    RuleDraft named(String newName) {
        return new RuleDraft(stage, atByte, newName, conditions, paces, decision);
    }

    RuleDraft when(Condition condition) {
        return new RuleDraft(stage, atByte, name, appended(conditions, condition), paces, decision);
    }

    RuleDraft paced(Effect.Pace pace) {
        return new RuleDraft(stage, atByte, name, conditions, appended(paces, pace), decision);
    }

    RuleDraft decided(Effect.Decision newDecision) {
        return new RuleDraft(stage, atByte, name, conditions, paces, newDecision);
    }

    private static <T> List<T> appended(List<T> list, T element) {
        List<T> all = new ArrayList<>(list);
        all.add(element);
        return List.copyOf(all);
    }
}
