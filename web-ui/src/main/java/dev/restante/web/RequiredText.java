package dev.restante.web;

import java.util.Locale;

/**
 * A piece of text that whatever an expression finds must hold, so that most mails need not be searched by the expression.
 *
 * <p>It reads no more of RE2's syntax than it is sure of: what may be missing, what is an alternative and what stands for
 * several characters ends a piece, and in doubt nothing is required.
 */
final class RequiredText {
    private static final String META = "\\^$.|?*+()[]{}";

    private final String expression;
    private final StringBuilder piece = new StringBuilder();
    private String longest = "";
    private int at;

    private RequiredText(String expression) {
        this.expression = expression;
    }

    /** The longest such piece that is sure, folded, without blanks and punctuation between words; empty if there is none. */
    static String of(String expression) {
        return new RequiredText(expression).read();
    }

    private String read() {
        while (at < expression.length()) {
            char c = expression.charAt(at++);
            if (c == '|') {
                return "";
            } else if (c == '(' || c == '[') {
                if (!skip(c)) {
                    return "";
                }
            } else if (c == '\\') {
                if (!escaped()) {
                    return "";
                }
            } else if (c == '{') {
                end();
                at = Math.max(at, expression.indexOf('}', at) + 1);
            } else if (META.indexOf(c) >= 0) {
                end();
            } else {
                literal(c);
            }
        }
        end();
        return longest;
    }

    /** A character that stands for itself, unless it may be missing. */
    private void literal(char c) {
        char next = at < expression.length() ? expression.charAt(at) : ' ';
        // Beyond ASCII, case is a matter of opinion.
        if (next == '?' || next == '*' || next == '{' || c > '~' || MailFacts.isBetweenWords(c)) {
            end();
        } else {
            piece.append(c);
        }
    }

    private boolean escaped() {
        if (at == expression.length()) {
            return false;
        }
        char c = expression.charAt(at++);
        if (!Character.isLetterOrDigit(c)) {
            literal(c);
            return true;
        }
        end();
        // Those with something behind that is no text, or is text whatever it looks like.
        return "pPxQ01234567".indexOf(c) < 0;
    }

    /** Goes behind a group or a class of characters. */
    private boolean skip(char open) {
        end();
        if (open == '(' && at > 1 && expression.startsWith("?", at) && !expression.startsWith("?:", at)) {
            return false; // flags: what repeats them repeats what is before them
        }
        if (open == '[' && (expression.startsWith("]", at) || expression.startsWith("^]", at))) {
            return false;
        }
        int depth = 1;
        while (at < expression.length()) {
            char c = expression.charAt(at++);
            if (c == '\\') {
                if (at == expression.length() || expression.charAt(at) == 'Q') {
                    return false;
                }
                at++;
            } else if (c == '[') {
                if (open == '[' || !skip(c)) { // classes with names in classes are not worth the trouble
                    return false;
                }
            } else if (open == '[' ? c == ']' : c == ')' && --depth == 0) {
                return true;
            } else if (c == '(') {
                depth++;
            }
        }
        return false;
    }

    private void end() {
        if (piece.length() > longest.length()) {
            longest = piece.toString().toLowerCase(Locale.ROOT);
        }
        piece.setLength(0);
    }
}
