package dev.restante;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a script file and the place it stands at, whatever the syntax. */
sealed interface ScriptNode {
    /** Where a value begins. */
    Place place();

    /**
     * A place in a text.
     *
     * @param line counted from 1; 0 if unknown
     * @param column counted from 1; 0 if unknown
     */
    record Place(int line, int column) {
        static final Place UNKNOWN = new Place(0, 0);
    }

    /** An object, its keys in the order written. */
    record Fields(Map<String, Field> all, Place place) implements ScriptNode {}

    /** A key's place and its value. */
    record Field(Place place, ScriptNode value) {}

    /** An array. */
    record Items(List<ScriptNode> all, Place place) implements ScriptNode {}

    /**
     * Anything else.
     *
     * @param value a String, a BigDecimal or a Boolean; {@code null} for null
     */
    record Scalar(@Nullable Object value, Place place) implements ScriptNode {}

    /** The node of a value that the writer made: a map, a list, a string, a number or a boolean. */
    static ScriptNode of(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Field> all = new LinkedHashMap<>();
            map.forEach((key, each) -> all.put(String.valueOf(key), new Field(Place.UNKNOWN, of(each))));
            return new Fields(all, Place.UNKNOWN);
        } else if (value instanceof List<?> list) {
            List<ScriptNode> all = new ArrayList<>();
            list.forEach(each -> all.add(of(each)));
            return new Items(all, Place.UNKNOWN);
        }
        return new Scalar(value instanceof Number ? new BigDecimal(value.toString()) : value, Place.UNKNOWN);
    }
}
