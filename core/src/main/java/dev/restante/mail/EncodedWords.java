package dev.restante.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Encoded words in header fields ({@code =?charset?Q?text?=}, RFC 2047 and the language suffix of RFC 2231 section 5),
 * read tolerantly.
 *
 * <p>Neighbours of the same charset are decoded as one run of octets, so that a character cut in two by a careless
 * encoder is whole again. Words inside quoted strings, beside other text without white space, or with blanks inside are
 * decoded too: RFC 2047 forbids them, mail clients send and show them.
 */
public final class EncodedWords {
    private static final int CHARSET_LIMIT = 80;

    private EncodedWords() {}

    /** {@code text} with its encoded words decoded; what looks like one but is broken stays as it is. */
    public static String decode(String text, Consumer<String> problems) {
        int start = text.indexOf("=?");
        if (start < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length());
        Run run = new Run(decoded, problems);
        int done = 0;
        while (start >= 0) {
            Word word = wordAt(text, start);
            if (word == null) {
                start = text.indexOf("=?", start + 2);
                continue;
            }
            String between = text.substring(done, start);
            if (!run.isOpen() || !between.isBlank()) {
                run.close();
                decoded.append(between);
            }
            run.add(word);
            done = word.end;
            start = text.indexOf("=?", done);
        }
        run.close();
        return decoded.append(text, done, text.length()).toString();
    }

    /** Where the encoded word that starts at {@code start} ends, or -1 if none starts there or it holds white space. */
    static int solidWordEnd(String text, int start) {
        if (!text.startsWith("=?", start)) {
            return -1;
        }
        Word word = wordAt(text, start);
        return word == null || word.text.chars().anyMatch(Character::isWhitespace) ? -1 : word.end;
    }

    private static @Nullable Word wordAt(String text, int start) {
        int charsetEnd = text.indexOf('?', start + 2);
        if (charsetEnd < 0 || charsetEnd == start + 2 || charsetEnd - start > CHARSET_LIMIT) {
            return null;
        }
        if (charsetEnd + 2 >= text.length() || text.charAt(charsetEnd + 2) != '?') {
            return null;
        }
        char encoding = Character.toUpperCase(text.charAt(charsetEnd + 1));
        if (encoding != 'B' && encoding != 'Q') {
            return null;
        }
        String charset = text.substring(start + 2, charsetEnd);
        for (int i = 0; i < charset.length(); i++) {
            if (charset.charAt(i) <= ' ') {
                return null;
            }
        }
        int from = charsetEnd + 3;
        for (int mark = text.indexOf('?', from); mark >= 0; mark = text.indexOf('?', mark + 1)) {
            if (mark + 1 < text.length() && text.charAt(mark + 1) == '=') {
                int star = charset.indexOf('*');
                String name = star > 0 ? charset.substring(0, star) : charset;
                return new Word(name, encoding == 'B', text.substring(from, mark), mark + 2);
            }
            if (mark > from && text.charAt(mark - 1) == '=') {
                return null; // the next word starts here: this one was never finished
            }
        }
        return null;
    }

    private record Word(String charset, boolean base64, String text, int end) {
        byte[] octets() {
            byte[] encoded = text.getBytes(UTF_8);
            return base64 ? TransferDecoder.base64(encoded, ignored -> {}) : TransferDecoder.qEncoding(encoded);
        }
    }

    /** Encoded words that follow each other with nothing but white space between. */
    private static final class Run {
        private final StringBuilder target;
        private final Consumer<String> problems;
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private @Nullable String charset;

        Run(StringBuilder target, Consumer<String> problems) {
            this.target = target;
            this.problems = problems;
        }

        boolean isOpen() {
            return charset != null;
        }

        void add(Word word) {
            String name = word.charset.toLowerCase(Locale.ROOT);
            if (charset != null && (!charset.equals(name) || startsWithMark(name))) {
                close();
            }
            charset = name;
            octets.writeBytes(word.octets());
        }

        /** Whether each word in this charset has a byte order mark of its own, so that words cannot be joined. */
        private static boolean startsWithMark(String charset) {
            return charset.equals("utf-16") || charset.equals("utf-32");
        }

        void close() {
            if (charset != null) {
                target.append(TextDecoder.decode(octets.toByteArray(), charset, problems));
                octets.reset();
                charset = null;
            }
        }
    }
}
