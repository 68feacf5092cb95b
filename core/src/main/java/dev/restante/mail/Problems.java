package dev.restante.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Collects what could not be read of a mail, in plain English, up to a bound: a mail made of nothing but errors must
 * not cost more than the mail itself.
 *
 * <p>Not thread-safe; {@link #list()} is an immutable snapshot.
 */
public final class Problems {
    private static final int LIMIT = 1_000;
    private static final int QUOTE_LIMIT = 80;

    private final List<String> problems = new ArrayList<>();
    private long dropped;

    /** Adds one problem, or only counts it when there are too many already. */
    public void add(String problem) {
        if (problems.size() < LIMIT) {
            problems.add(problem);
        } else {
            dropped++;
        }
    }

    /** A sink that says where each of its problems was met: {@code where + ": " + problem}. */
    public Consumer<String> at(String where) {
        return problem -> add(where + ": " + problem);
    }

    /** The same problems in a collection of its own. */
    public Problems copy() {
        Problems copy = new Problems();
        copy.problems.addAll(problems);
        copy.dropped = dropped;
        return copy;
    }

    /** What was collected so far, in the order it was met. */
    public List<String> list() {
        if (dropped == 0) {
            return List.copyOf(problems);
        }
        List<String> all = new ArrayList<>(problems);
        all.add("and " + dropped + " more problems");
        return List.copyOf(all);
    }

    /** How the place of a part is named in a problem: "message" for the root, else "part" and its path. */
    public static String place(String path) {
        return path.equals("0") ? "message" : "part " + path;
    }

    /** A text taken from a mail, in quotation marks, on one line and cut to a bearable length. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder().append('"');
        int length = Math.min(text.length(), QUOTE_LIMIT);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            quoted.append(Character.isISOControl(c) ? '\uFFFD' : c);
        }
        return quoted.append(length < text.length() ? "\u2026\"" : "\"").toString();
    }
}
