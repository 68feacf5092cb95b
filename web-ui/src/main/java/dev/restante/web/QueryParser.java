package dev.restante.web;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.restante.web.Query.Needle;
import dev.restante.web.Query.Place;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;

/**
 * Reads searches: the words and keywords of Mailpit's, and {@code OR}, parentheses, regular expressions between slashes and
 * further keywords beside them.
 *
 * <pre>
 * query  = terms *( "OR" terms )
 * terms  = 1*( *( "-" / "!" ) ( "(" query ")" / term ) )
 * term   = [ keyword ":" ] ( words / "/" expression "/" )
 * </pre>
 */
final class QueryParser {
    private static final int MAX_LENGTH = 10_000;
    private static final int MAX_DEPTH = 100;
    private static final Query EVERYTHING = new Query.All(List.of());
    private static final Set<String> OTHER_KEYWORDS =
            Set.of("header", "session", "tag", "after", "before", "larger", "smaller", "is", "has");
    private static final java.util.regex.Pattern SIZE = java.util.regex.Pattern.compile(
            "(\\d{1,12}(?:\\.\\d{1,6})?)\\s*([kmg]?)i?b?", java.util.regex.Pattern.CASE_INSENSITIVE);
    private static final Map<String, Query.Flag> FLAGS = Map.of(
            "is:read", Query.Flag.READ,
            "is:unread", Query.Flag.UNREAD,
            "is:tagged", Query.Flag.TAGGED,
            "has:attachment", Query.Flag.ATTACHMENT,
            "has:attachments", Query.Flag.ATTACHMENT,
            "has:inline", Query.Flag.INLINE,
            "has:inlines", Query.Flag.INLINE);

    private final String text;
    private final ZoneId zone;
    private final List<String> ignored = new ArrayList<>();
    private int at;
    private int depth;

    private QueryParser(String text, ZoneId zone) {
        this.text = text;
        this.zone = zone;
    }

    /**
     * What was read.
     *
     * @param query what is asked for
     * @param ignored terms without a meaning, such as dates that are none: searches pass over them, removals must not
     */
    record Parsed(Query query, List<String> ignored) {}

    /**
     * The query that {@code text} spells.
     *
     * @param zone where days begin
     * @throws QueryException if it cannot be read
     */
    static Parsed parse(String text, ZoneId zone) {
        if (text.length() > MAX_LENGTH) {
            throw new QueryException(
                    "A search has at most " + MAX_LENGTH + " characters, but this one has " + text.length(), text, 0);
        }
        QueryParser parser = new QueryParser(text, zone);
        Query query = parser.alternatives().orElse(EVERYTHING);
        if (parser.at < text.length()) {
            throw new QueryException("This \")\" closes nothing", text, parser.at);
        }
        return new Parsed(query, List.copyOf(parser.ignored));
    }

    /** Empty if all of it was passed over. */
    private Optional<Query> alternatives() {
        List<Query> alternatives = new ArrayList<>();
        terms(-1).ifPresent(alternatives::add);
        while (isOr()) {
            int or = at;
            at += 2;
            terms(or).ifPresent(alternatives::add);
        }
        return alternatives.size() < 2
                ? alternatives.stream().findFirst()
                : Optional.of(new Query.Any(List.copyOf(alternatives)));
    }

    /**
     * The terms up to an OR or the end, empty if all were passed over; {@code or} is where the OR before them stands, if there
     * is one.
     */
    private Optional<Query> terms(int or) {
        List<Query> terms = new ArrayList<>();
        int read = 0;
        for (skipBlanks(); at < text.length() && text.charAt(at) != ')' && !isOr(); skipBlanks()) {
            read++;
            term().ifPresent(terms::add);
        }
        if (read == 0 && (or >= 0 || isOr())) {
            throw new QueryException("\"OR\" needs a term on either side", text, or >= 0 ? or : at);
        }
        return terms.size() < 2 ? terms.stream().findFirst() : Optional.of(new Query.All(List.copyOf(terms)));
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean isOr() {
        skipBlanks();
        if (!text.startsWith("OR", at)) {
            return false;
        }
        return at + 2 == text.length() || isEnd(text.charAt(at + 2)) || text.charAt(at + 2) == '(';
    }

    private static boolean isEnd(char c) {
        return Character.isWhitespace(c) || c == ')';
    }

    /** A term with its negations; empty if it is passed over. */
    private Optional<Query> term() {
        boolean negated = false;
        while (at + 1 < text.length()
                && (text.charAt(at) == '-' || text.charAt(at) == '!')
                && !isEnd(text.charAt(at + 1))) {
            negated = !negated;
            at++;
        }
        Optional<Query> term = text.charAt(at) == '(' ? group() : word();
        return negated ? term.map(Query.Not::new) : term;
    }

    private Optional<Query> group() {
        int open = at++;
        if (++depth > MAX_DEPTH) {
            throw new QueryException("Parentheses are nested deeper than " + MAX_DEPTH, text, open);
        }
        Optional<Query> inner = inside(open);
        if (at >= text.length()) {
            throw new QueryException("This \"(\" is never closed", text, open);
        }
        at++;
        depth--;
        return inner;
    }

    private Optional<Query> inside(int open) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == ')') {
            throw new QueryException("There is no term between these parentheses", text, open);
        } else if (at >= text.length()) {
            throw new QueryException("This \"(\" is never closed", text, open);
        }
        return alternatives();
    }

    /** A word as spoken: without its quotes, whose colons and slashes mean nothing. */
    private record Word(String text, int valueStart, int colon, Optional<String> expression) {}

    private Optional<Query> word() {
        Word word = read();
        String whole = word.text();
        String keyword =
                word.colon() < 0 ? "" : whole.substring(0, word.colon()).toLowerCase(Locale.ROOT);
        String value = whole.substring(word.colon() + 1);
        Optional<Place> place = Query.place(keyword);
        if (place.isPresent()) {
            return value.isEmpty() && word.expression().isEmpty()
                    ? pass(whole)
                    : Optional.of(new Query.Text(place.get(), needle(word, value)));
        }
        return switch (keyword) {
            case "header" -> header(word, value);
            case "session" -> value.isEmpty() ? pass(whole) : Optional.of(new Query.Session(value));
            case "tag" -> value.isEmpty() ? pass(whole) : Optional.of(new Query.Tag(value.strip()));
            case "after", "before" -> date(whole, value, keyword.equals("after"));
            case "larger", "smaller" -> size(word, value, keyword.equals("larger"));
            default -> free(word);
        };
    }

    private Optional<Query> free(Word word) {
        Query.Flag flag = FLAGS.get(word.text().toLowerCase(Locale.ROOT));
        if (flag != null) {
            return Optional.of(flag);
        }
        return word.expression().isEmpty() && MailFacts.clean(word.text()).isEmpty()
                ? pass(word.text())
                : Optional.of(new Query.Text(Place.ANYWHERE, needle(word, word.text())));
    }

    private Optional<Query> pass(String term) {
        ignored.add(term);
        return Optional.empty();
    }

    private Needle needle(Word word, String value) {
        return word.expression().isPresent()
                ? expression(word.expression().get(), word.valueStart())
                : Needle.Words.of(value);
    }

    private Needle expression(String source, int start) {
        try {
            return new Needle.Expression(Pattern.compile(source, Pattern.CASE_INSENSITIVE));
        } catch (PatternSyntaxException e) {
            String part = String.valueOf(e.getPattern()).replaceFirst("^\\(\\?i\\)", "");
            int found = part.isEmpty() ? -1 : source.indexOf(part);
            throw new QueryException(
                    "The regular expression is malformed: " + e.getDescription()
                            + (part.isEmpty() ? "" : " in \"" + part + "\""),
                    text,
                    Math.min(start + 1 + Math.max(found, 0), text.length() - 1));
        }
    }

    private Optional<Query> header(Word word, String value) {
        int equals = value.indexOf('=');
        String name = (equals < 0 ? value : value.substring(0, equals)).strip();
        if (name.isEmpty()) {
            return pass(word.text());
        }
        String wanted = equals < 0 ? "" : value.substring(equals + 1);
        Optional<Needle> needle = word.expression().isPresent() || !wanted.isEmpty()
                ? Optional.of(needle(word, wanted))
                : Optional.empty();
        return Optional.of(new Query.Header(name, needle));
    }

    private Optional<Query> date(String whole, String value, boolean after) {
        Optional<Instant> when = DateWords.read(value, zone);
        return when.isPresent() ? Optional.of(new Query.Arrived(when.get(), after)) : pass(whole);
    }

    private Optional<Query> size(Word word, String value, boolean larger) {
        if (value.isEmpty()) {
            return pass(word.text());
        }
        OptionalLong octets = octets(value);
        return octets.isPresent() ? Optional.of(new Query.Size(octets.getAsLong(), larger)) : free(word);
    }

    private static OptionalLong octets(String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        int shift = switch (size.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        return OptionalLong.of((long) (Double.parseDouble(size.group(1)) * (1L << shift)));
    }

    /** Reads to the end of a word: a blank, or a parenthesis that closes a group around it. */
    private Word read() {
        StringBuilder word = new StringBuilder();
        int colon = -1;
        int valueStart = at;
        int open = 0;
        boolean valueBegins = true; // where an expression may stand
        Optional<String> expression = Optional.empty();
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            char c = text.charAt(at);
            if (c == '"') {
                quoted(word);
                valueBegins = false;
                if (colon < 0 && word.indexOf(":") >= 0) { // "subject:a b" is what subject:"a b" is
                    colon = word.indexOf(":");
                }
                continue;
            }
            if (c == '/' && valueBegins) {
                Optional<String> found = slashes();
                if (found.isPresent()) {
                    valueStart = at;
                    expression = found;
                    at += found.get().length() + 2;
                    break;
                }
            }
            if (c == '(' && colon >= 0 && colon == word.length() - 1 && isKeyword(word.substring(0, colon))) {
                throw new QueryException(
                        "A keyword takes one word or a quoted text, not a group: say (" + word + "a OR " + word + "b)",
                        text,
                        at);
            }
            if (c == ')' && depth > 0 && open-- == 0) {
                break;
            }
            open += c == '(' ? 1 : 0;
            valueBegins = false;
            if (c == ':' && colon < 0) {
                colon = word.length();
                valueBegins =
                        Query.place(word.toString().toLowerCase(Locale.ROOT)).isPresent();
            } else if (c == '=' && colon >= 0 && word.substring(0, colon).equalsIgnoreCase("header")) {
                valueBegins = true;
            }
            word.append(c);
            at++;
        }
        return new Word(word.toString(), valueStart, colon, expression);
    }

    private static boolean isKeyword(String word) {
        String keyword = word.toLowerCase(Locale.ROOT);
        return Query.place(keyword).isPresent() || OTHER_KEYWORDS.contains(keyword);
    }

    private void quoted(StringBuilder word) {
        int close = text.indexOf('"', at + 1);
        if (close < 0) {
            throw new QueryException("This quote is never closed", text, at);
        }
        word.append(text, at + 1, close);
        at = close + 1;
    }

    /** What stands between this slash and the next, if that is where the word ends. */
    private Optional<String> slashes() {
        for (int i = at + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '/') {
                boolean ends = i + 1 == text.length()
                        || Character.isWhitespace(text.charAt(i + 1))
                        || (depth > 0 && text.charAt(i + 1) == ')');
                return ends && i > at + 1 ? Optional.of(text.substring(at + 1, i)) : Optional.empty();
            }
        }
        return Optional.empty();
    }
}
