package dev.restante;

import java.util.List;

/**
 * A ready situation: rules that belong together, under one name. {@link Scenarios} has those that every mail client meets
 * sooner or later; {@link #of} makes others.
 *
 * <pre>{@code
 * smtp.scenario(greylisting(), mailboxFull("bob@*"));
 * }</pre>
 *
 * <p>The rules of a scenario are asked after the test's own, so that a single rule can make an exception.
 *
 * <p>Immutable and thread-safe.
 *
 * @param name what it is called in transcripts and lists
 * @param rules what it is made of, in the order they are asked
 */
public record Scenario(String name, List<Rule> rules) {
    /** Copies the list. */
    public Scenario {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A scenario has a name.");
        }
        rules = List.copyOf(rules);
    }

    /** A scenario of these rules. */
    public static Scenario of(String name, Rule... rules) {
        return new Scenario(name, List.of(rules));
    }

    @Override
    public String toString() {
        return name;
    }
}
