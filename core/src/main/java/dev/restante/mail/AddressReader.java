package dev.restante.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the address lists of From, To and their like (RFC 5322 section 3.4, UTF-8 as in RFC 6532) in one pass and
 * without ever giving up: a broken entry costs a problem and yields what can be read of it.
 *
 * <p>Groups are flattened, routes and comments dropped (a comment serves as the name if there is no other), semicolons
 * between addresses taken for commas.
 */
public final class AddressReader {
    private static final int LIMIT = 10_000;
    private static final int LITERAL_LIMIT = 100;

    private final String text;
    private final Consumer<String> problems;
    private final boolean nested;
    private final List<Mailbox> mailboxes = new ArrayList<>();
    private int at;
    private boolean quotesAreBroken;
    private boolean commentsAreBroken;
    private boolean tooManyWords;

    // The entry being read.
    private List<Word> words = new ArrayList<>();
    private List<Word> trailing = new ArrayList<>();
    private @Nullable String angle;
    private @Nullable String comment;
    private boolean glued;
    private boolean atSign;

    private AddressReader(String text, Consumer<String> problems, boolean nested) {
        this.text = text;
        this.problems = problems;
        this.nested = nested;
    }

    /**
     * One address of a list.
     *
     * @param name the display name, decoded; empty if there is none
     * @param address the address without angle brackets; empty if the entry has none
     */
    public record Mailbox(String name, String address) {}

    /** The addresses in an unfolded but otherwise raw field value, in the order sent. */
    public static List<Mailbox> read(String field, Consumer<String> problems) {
        return new AddressReader(field, problems, false).read();
    }

    private List<Mailbox> read() {
        while (at < text.length() && mailboxes.size() < LIMIT) {
            char c = text.charAt(at);
            switch (c) {
                case '(' -> comment();
                case '"' -> quoted();
                case '<' -> angle();
                case ',', ';' -> {
                    at++;
                    finish();
                }
                case ':' -> colon();
                case ')', '>' -> {
                    at++;
                    glued = false;
                }
                default -> {
                    if (isBlank(c)) {
                        at++;
                        glued = false;
                    } else {
                        word();
                    }
                }
            }
        }
        finish();
        if (at < text.length()) {
            problems.accept("more than " + LIMIT + " addresses; the rest is left out");
        }
        return mailboxes;
    }

    private void word() {
        int from = at;
        int encodedEnd = EncodedWords.solidWordEnd(text, at);
        if (encodedEnd >= 0) {
            at = encodedEnd;
        } else {
            do {
                at++;
            } while (at < text.length() && !isBlank(text.charAt(at)) && "()<>,;:\"".indexOf(text.charAt(at)) < 0);
            String word = text.substring(from, at);
            int literal = word.startsWith("[") ? 0 : word.indexOf("@[");
            if (literal >= 0) {
                at = Math.max(at, literalEnd(from + literal));
            }
        }
        add(text.substring(from, at), text.substring(from, at));
    }

    /** The end of a domain literal: the colons of {@code [IPv6:::1]} do not end a word. -1 if there is none. */
    private int literalEnd(int from) {
        int end = from;
        int limit = Math.min(text.length(), from + LITERAL_LIMIT);
        while (end < limit && !isBlank(text.charAt(end)) && "<>,;\"".indexOf(text.charAt(end)) < 0) {
            if (text.charAt(end++) == ']') {
                return end;
            }
        }
        return -1;
    }

    private void add(String raw, String shown) {
        List<Word> target = angle == null ? words : trailing;
        atSign |= raw.indexOf('@') >= 0;
        if (words.size() + trailing.size() >= LIMIT) {
            // Not an address any more, and each word costs.
            if (!tooManyWords) {
                tooManyWords = true;
                problems.accept("an address of more than " + LIMIT + " words; the rest of it is left out");
            }
            return;
        }
        if (glued && !target.isEmpty()) {
            target.get(target.size() - 1).append(raw, shown);
        } else {
            target.add(new Word(raw, shown));
        }
        glued = true;
    }

    private void quoted() {
        int open = at;
        int close = closingQuote(open + 1);
        if (close < 0) {
            at = open + 1;
            glued = false;
            return;
        }
        at = close + 1;
        StringBuilder shown = new StringBuilder();
        for (int i = open + 1; i < close; i++) {
            char c = text.charAt(i);
            shown.append(c == '\\' && i + 1 < close ? text.charAt(++i) : c);
        }
        add(text.substring(open, at), shown.toString());
    }

    /** Where the quote that opened before {@code from} closes; -1 if it never does, and then no later one does. */
    private int closingQuote(int from) {
        if (quotesAreBroken) {
            return -1;
        }
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '"') {
                return i;
            }
            if (text.charAt(i) == '\\') {
                i++;
            }
        }
        quotesAreBroken = true;
        problems.accept("a quote is never closed");
        return -1;
    }

    private void comment() {
        int open = at;
        int depth = 0;
        while (!commentsAreBroken && at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\\') {
                at = Math.min(at + 1, text.length());
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                if (comment == null) {
                    comment = text.substring(open + 1, at - 1);
                }
                glued = false;
                return;
            }
        }
        if (!commentsAreBroken) {
            problems.accept("a comment is never closed");
            commentsAreBroken = true;
        }
        at = open + 1;
        glued = false;
    }

    /** Reads {@code <…>}. A comma or semicolon ends it too, save in a route ({@code <@a,@b:user@c>}). */
    private void angle() {
        if (angle != null) {
            problems.accept("a comma is missing after " + Problems.quote(angle));
            List<Word> next = trailing;
            trailing = new ArrayList<>();
            finish();
            words = next;
        }
        at++;
        StringBuilder content = new StringBuilder();
        boolean route = false;
        boolean closed = false;
        while (at < text.length() && !closed) {
            char c = text.charAt(at);
            if ((c == ',' || c == ';') && !route) {
                break;
            }
            int close = c == '"' ? closingQuote(at + 1) : -1;
            if (close >= 0) {
                content.append(text, at, close + 1);
                at = close + 1;
            } else if (c == '(') {
                comment();
            } else {
                at++;
                closed = c == '>';
                if (c == '<' || (c == ':' && route)) {
                    content.setLength(0);
                    route = false;
                } else if (!closed && !isBlank(c)) {
                    route |= c == '@' && content.length() == 0;
                    content.append(c);
                }
            }
        }
        if (!closed) {
            problems.accept("\"<\" is never closed");
        }
        angle = content.toString();
        glued = false;
    }

    private void colon() {
        at++;
        glued = false;
        if (angle == null && !atSign) {
            words.clear(); // the name of a group
            comment = null;
        }
    }

    /** Ends the entry being read and adds what it holds. */
    private void finish() {
        if (angle != null) {
            if (!trailing.isEmpty()) {
                problems.accept("text after an address was passed over: " + Problems.quote(shown(trailing)));
            }
            mailboxes.add(new Mailbox(name(words), angle));
            if (angle.isEmpty()) {
                problems.accept("an address is empty");
            }
        } else if (!words.isEmpty()) {
            finishWithoutAngle();
        }
        words = new ArrayList<>();
        trailing = new ArrayList<>();
        angle = null;
        comment = null;
        glued = false;
        atSign = false;
    }

    private void finishWithoutAngle() {
        List<Word> joined = joinedAtSigns(words);
        List<Word> names = new ArrayList<>();
        List<Word> addresses = new ArrayList<>();
        for (Word word : joined) {
            (word.holdsAt() ? addresses : names).add(word);
        }
        if (addresses.isEmpty()) {
            finishWithoutAddress(names);
            return;
        }
        if (joined.size() == 1 && EncodedWords.solidWordEnd(joined.get(0).raw(), 0) > 0 && decodeAll(joined.get(0))) {
            return;
        }
        if (!names.isEmpty() || addresses.size() > 1) {
            problems.accept("brackets or commas are missing in " + Problems.quote(shown(joined)));
        }
        String name = name(names);
        for (Word address : addresses) {
            mailboxes.add(new Mailbox(name, address.raw()));
            name = "";
        }
    }

    private void finishWithoutAddress(List<Word> names) {
        if (names.size() == 1) {
            if (decodeAll(names.get(0))) {
                return;
            }
            problems.accept(Problems.quote(names.get(0).raw()) + " has no domain");
            mailboxes.add(new Mailbox(
                    comment == null ? "" : name(List.of()), names.get(0).raw()));
        } else {
            problems.accept(Problems.quote(shown(names)) + " holds no address");
            mailboxes.add(new Mailbox(name(names), ""));
        }
    }

    /** An address that was encoded as a whole, which RFC 2047 section 5 forbids. */
    private boolean decodeAll(Word word) {
        String decoded = nested ? word.raw() : EncodedWords.decode(word.raw(), problems);
        if (decoded.equals(word.raw()) || decoded.indexOf('@') < 0) {
            return false;
        }
        problems.accept("the address itself is an encoded word");
        List<Mailbox> inner = new AddressReader(decoded, problems, true).read();
        mailboxes.addAll(inner.subList(0, Math.min(inner.size(), LIMIT - mailboxes.size())));
        return true;
    }

    /** {@code a @ x} in one word again. */
    private static List<Word> joinedAtSigns(List<Word> words) {
        List<Word> joined = new ArrayList<>();
        for (Word word : words) {
            Word last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last != null && (last.endsWithAt() || word.startsWithAt())) {
                last.append(word.raw(), word.shown());
            } else {
                joined.add(word);
            }
        }
        return joined;
    }

    private String name(List<Word> from) {
        String raw = from.isEmpty() && comment != null ? comment : shown(from);
        return EncodedWords.decode(raw, problems).strip();
    }

    private static String shown(List<Word> words) {
        StringBuilder text = new StringBuilder();
        for (Word word : words) {
            text.append(text.length() == 0 ? "" : " ").append(word.shown);
        }
        return text.toString();
    }

    private static boolean isBlank(char c) {
        return c <= ' ';
    }

    /** Text without white space around it, as sent (quotes and escapes kept) and as shown. */
    private static final class Word {
        private final StringBuilder raw;
        private final StringBuilder shown;

        Word(String raw, String shown) {
            this.raw = new StringBuilder(raw);
            this.shown = new StringBuilder(shown);
        }

        void append(String moreRaw, String moreShown) {
            raw.append(moreRaw);
            shown.append(moreShown);
        }

        String raw() {
            return raw.toString();
        }

        String shown() {
            return shown.toString();
        }

        boolean holdsAt() {
            return raw.indexOf("@") >= 0;
        }

        boolean startsWithAt() {
            return raw.charAt(0) == '@';
        }

        boolean endsWithAt() {
            return raw.charAt(raw.length() - 1) == '@';
        }
    }
}
