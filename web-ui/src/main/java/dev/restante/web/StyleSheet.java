package dev.restante.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a mail's CSS uses: declarations, selectors and at-rules, in lower case. Anything is read; what is no CSS is passed
 * over.
 */
final class StyleSheet {
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?(?:\\*/|\\z)", Pattern.DOTALL);
    private static final int MAX_DEPTH = 30;

    final List<Declaration> declarations = new ArrayList<>();
    /** Each on its own, the parts of a group apart. */
    final List<String> selectors = new ArrayList<>();

    final List<String> atRules = new ArrayList<>();
    int comments;
    int groups;
    int nested;

    /** A property with its value. */
    record Declaration(String property, String value) {}

    /** Reads a style sheet, or the declarations of one element. */
    void read(String css) {
        Matcher comment = COMMENT.matcher(css);
        while (comment.find()) {
            comments++;
        }
        String bare =
                comment.replaceAll(" ").replace("<!--", " ").replace("-->", " ").toLowerCase(Locale.ROOT);
        new Reader(bare).block(0, false);
    }

    private final class Reader {
        private final String css;
        private int at;

        Reader(String css) {
            this.css = css;
        }

        void block(int depth, boolean inRule) {
            while (at < css.length()) {
                int start = at;
                char end = findEnd();
                String prelude = css.substring(start, at).strip();
                at++;
                if (end == '{' && depth < MAX_DEPTH) {
                    open(prelude, depth, inRule);
                } else {
                    declare(prelude);
                    if (end == '}' && depth > 0) {
                        return;
                    }
                }
            }
        }

        private void open(String prelude, int depth, boolean inRule) {
            boolean isRule = !prelude.startsWith("@");
            if (isRule) {
                nested += inRule && !prelude.isEmpty() ? 1 : 0;
                String[] parts = prelude.split(",", -1);
                groups += parts.length > 1 ? 1 : 0;
                for (String part : parts) {
                    if (!part.isBlank()) {
                        selectors.add(part.strip());
                    }
                }
            } else {
                atRules.add(prelude);
            }
            block(depth + 1, isRule);
        }

        private void declare(String text) {
            int colon = text.indexOf(':');
            if (text.startsWith("@")) {
                atRules.add(text);
            } else if (colon > 0) {
                declarations.add(new Declaration(
                        text.substring(0, colon).strip(),
                        text.substring(colon + 1).strip()));
            }
        }

        /** Goes to the brace or semicolon that ends what begins here; texts and brackets hide theirs. */
        private char findEnd() {
            int brackets = 0;
            char quote = 0;
            for (; at < css.length(); at++) {
                char c = css.charAt(at);
                if (quote != 0) {
                    quote = c == quote || c == '\n' ? 0 : quote;
                } else if (c == '"' || c == '\'') {
                    quote = c;
                } else if (c == '(') {
                    brackets++;
                } else if (c == ')') {
                    brackets = Math.max(0, brackets - 1);
                } else if (c == '{' || c == '}' || (c == ';' && brackets == 0)) {
                    return c;
                }
            }
            return ';';
        }
    }
}
