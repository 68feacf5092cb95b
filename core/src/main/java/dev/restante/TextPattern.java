package dev.restante;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Locale;

/**
 * How scripts and queries match text: {@code *} stands for any run of characters and the rest must be equal; a text
 * between slashes is a regular expression (RE2/J syntax: no backtracking) that must be found somewhere. Case is ignored
 * in both. An exclamation mark in front turns a pattern round: {@code !*@example.com} matches what does not end so.
 *
 * <p>Immutable and thread-safe.
 */
public final class TextPattern {
    private final String source;
    private final Matcher matcher;

    @FunctionalInterface
    private interface Matcher {
        boolean matches(String text);
    }

    private TextPattern(String source, Matcher matcher) {
        this.source = source;
        this.matcher = matcher;
    }

    /**
     * The pattern that {@code source} spells.
     *
     * @throws IllegalArgumentException if {@code source} is empty or its regular expression is malformed
     */
    public static TextPattern of(String source) {
        if (source.isEmpty()) {
            throw new IllegalArgumentException("A pattern is not empty. Use \"*\" to match any text.");
        }
        if (source.startsWith("!")) {
            TextPattern negated = of(source.substring(1));
            return new TextPattern(source, text -> !negated.matches(text));
        }
        if (source.length() > 1 && source.startsWith("/") && source.endsWith("/")) {
            return new TextPattern(source, RegularExpression.of(source));
        }
        return new TextPattern(source, Glob.of(source));
    }

    /** Whether {@code text} matches. */
    public boolean matches(String text) {
        return matcher.matches(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TextPattern that && source.equals(that.source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    /** The pattern as {@link #of} takes it. */
    @Override
    public String toString() {
        return source;
    }

    /** A class of its own, so that RE2/J is loaded only once an expression is used. */
    private record RegularExpression(Pattern pattern) implements Matcher {
        static RegularExpression of(String source) {
            try {
                return new RegularExpression(
                        Pattern.compile(source.substring(1, source.length() - 1), Pattern.CASE_INSENSITIVE));
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("The regular expression " + source + " is malformed: "
                        + e.getDescription() + " in " + e.getPattern() + ".");
            }
        }

        @Override
        public boolean matches(String text) {
            return pattern.matcher(text).find();
        }
    }

    private record Glob(List<String> pieces) implements Matcher {
        static Glob of(String source) {
            return new Glob(List.of(fold(source).split("\\*", -1)));
        }

        @Override
        public boolean matches(String original) {
            String text = fold(original);
            String first = pieces.get(0);
            if (pieces.size() == 1) {
                return text.equals(first);
            }
            String last = pieces.get(pieces.size() - 1);
            int end = text.length() - last.length();
            int at = first.length();
            if (at > end || !text.startsWith(first) || !text.endsWith(last)) {
                return false;
            }
            for (int i = 1; i < pieces.size() - 1; i++) {
                int found = text.indexOf(pieces.get(i), at);
                if (found < 0 || found + pieces.get(i).length() > end) {
                    return false;
                }
                at = found + pieces.get(i).length();
            }
            return true;
        }

        private static String fold(String text) {
            return text.toLowerCase(Locale.ROOT);
        }
    }
}
