package dev.restante;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of scenario as files, pages and command lines know it: by name, with parameters.
 *
 * <p>Immutable and thread-safe.
 */
public final class ScenarioKind {
    private final String name;
    private final String summary;
    private final String provokes;
    private final List<Parameter> parameters;
    private final Function<Values, Scenario> maker;

    ScenarioKind(
            String name,
            String summary,
            String provokes,
            List<Parameter> parameters,
            Function<Values, Scenario> maker) {
        this.name = name;
        this.summary = summary;
        this.provokes = provokes;
        this.parameters = List.copyOf(parameters);
        this.maker = maker;
    }

    /** What a parameter's value is. */
    public enum Type {
        /** A time: a {@link Duration}, in files such as {@code "5m"}. */
        TIME,
        /** A whole number of at least 0: a {@link Long}. */
        NUMBER,
        /** The number of a port, 1 to 65535: a {@link Long}. */
        PORT,
        /** A number from 0 to 1: a {@link Double}. */
        CHANCE,
        /** A text: a {@link String}. */
        TEXT,
        /** Texts: a list of strings. */
        TEXTS,
        /** One of the parameter's choices: a {@link String}. */
        CHOICE,
        /** A {@linkplain TextPattern pattern}: a {@link String}. */
        PATTERN,
        /** {@linkplain TextPattern Patterns}: a list of strings. */
        PATTERNS,
        /** {@linkplain Network Networks}: a list of strings. */
        NETWORKS
    }

    /**
     * A parameter.
     *
     * @param name the name, as files spell it
     * @param type what its value is
     * @param usual the value if it is not given; empty if it must be
     * @param choices the values that there are, for {@link Type#CHOICE}; else none
     * @param description what it says, in a sentence
     */
    public record Parameter(String name, Type type, Optional<Object> usual, List<String> choices, String description) {}

    /** The name, as files and {@link Scenarios} spell it. */
    public String name() {
        return name;
    }

    /** What the server does. */
    public String summary() {
        return summary;
    }

    /** The behaviour of a client that it is meant to provoke. */
    public String provokes() {
        return provokes;
    }

    /** The parameters, in order. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /**
     * The scenario with these values by name; the usual ones for those that are missing.
     *
     * @throws IllegalArgumentException if a value is unknown, missing, of another type or out of bounds
     */
    public Scenario with(Map<String, ?> values) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            Object value = values.containsKey(parameter.name())
                    ? values.get(parameter.name())
                    : parameter.usual().orElse(null);
            if (value == null) {
                throw new IllegalArgumentException("The scenario " + name + " needs a value for \"" + parameter.name()
                        + "\": " + parameter.description());
            }
            all.put(parameter.name(), typed(parameter, value));
        }
        for (String given : values.keySet()) {
            if (!all.containsKey(given)) {
                throw new IllegalArgumentException("The scenario " + name + " has no \"" + given + "\". It has "
                        + (all.isEmpty() ? "no parameters" : String.join(", ", all.keySet())) + ".");
            }
        }
        return maker.apply(new Values(all));
    }

    private Object typed(Parameter parameter, Object value) {
        boolean fits = switch (parameter.type()) {
            case TIME -> value instanceof Duration;
            case NUMBER, PORT -> value instanceof Long || value instanceof Integer;
            case CHANCE -> value instanceof Number;
            case TEXT, PATTERN -> value instanceof String;
            case CHOICE -> value instanceof String word && isChoice(parameter, word);
            case TEXTS, PATTERNS, NETWORKS ->
                value instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
        };
        if (!fits) {
            throw new IllegalArgumentException("The value of \"" + parameter.name() + "\" of the scenario " + name
                    + " is of type " + parameter.type() + ", but was " + value + ".");
        }
        return value;
    }

    private static boolean isChoice(Parameter parameter, String word) {
        if (!parameter.choices().contains(word)) {
            String nearest = ScriptValue.nearest(word, parameter.choices());
            throw new IllegalArgumentException("\"" + parameter.name() + "\" is one of "
                    + String.join(", ", parameter.choices()) + ", but was \"" + word + "\"."
                    + (nearest.isEmpty() ? "" : " Did you mean \"" + nearest + "\"?"));
        }
        return true;
    }

    @Override
    public String toString() {
        return name;
    }

    /** The values of all parameters, typed. */
    record Values(Map<String, Object> all) {
        private Object value(String name) {
            return Objects.requireNonNull(all.get(name), name);
        }

        Duration time(String name) {
            return (Duration) value(name);
        }

        long number(String name) {
            return ((Number) value(name)).longValue();
        }

        int count(String name) {
            long number = number(name);
            if (number < 0 || number > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is a number from 0 to " + Integer.MAX_VALUE + ", but was " + number + ".");
            }
            return (int) number;
        }

        double chance(String name) {
            return ((Number) value(name)).doubleValue();
        }

        String text(String name) {
            return (String) value(name);
        }

        String[] texts(String name) {
            return ((List<?>) value(name)).stream().map(String.class::cast).toArray(String[]::new);
        }
    }
}
