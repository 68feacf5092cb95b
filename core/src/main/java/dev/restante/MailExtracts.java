package dev.restante;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;

/**
 * Takes out of a mail what a test goes on with: a link to follow, a code to type.
 *
 * <p>What is not there, or is there twice, is an {@link AssertionError} that shows what there is; never null and never a
 * guess.
 */
final class MailExtracts {
    private static final Pattern URL = Pattern.compile("https?://[^\\s<>\"]+", Pattern.CASE_INSENSITIVE);
    private static final int SHOWN = 20;

    private MailExtracts() {}

    /**
     * The links of the mail: of its HTML in the order of the document; of a mail without HTML, the http and https URLs of
     * its text.
     */
    static List<Link> links(MailMessage message) {
        return message.html()
                .map(MailExtracts::ofHtml)
                .orElseGet(() -> message.text().map(MailExtracts::ofText).orElse(List.of()));
    }

    private static List<Link> ofHtml(String html) {
        return Jsoup.parse(html).select("a[href], area[href]").stream()
                .map(element -> new Link(visibleText(element), element.attr("href")))
                .toList();
    }

    private static String visibleText(Element element) {
        String text = element.text();
        if (text.isBlank()) {
            text = element.select("img[alt]").eachAttr("alt").stream().collect(Collectors.joining(" "));
        }
        return text.isBlank() ? element.attr("alt").strip() : text.strip();
    }

    private static List<Link> ofText(String text) {
        List<Link> links = new ArrayList<>();
        String before = "";
        for (String line : text.lines().toList()) {
            Matcher url = URL.matcher(line);
            boolean found = url.find();
            if (found) {
                String words = words(url.replaceAll(" "));
                String shown = words.isEmpty() ? before : words;
                url.reset();
                while (url.find()) {
                    links.add(new Link(shown, withoutPunctuation(url.group())));
                }
            }
            before = found || words(line).isEmpty() ? before : words(line);
        }
        return List.copyOf(links);
    }

    /** A line without what stands before its first and after its last letter or digit. */
    private static String words(String line) {
        return line.replaceAll("^[^\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+$", "");
    }

    /** What ends a sentence rather than a URL is left out, and a bracket that was opened before the URL. */
    private static String withoutPunctuation(String url) {
        int end = url.length();
        while (end > 0 && ".,;:!?'>".indexOf(url.charAt(end - 1)) >= 0) {
            end--;
        }
        String rest = url.substring(0, end);
        return rest.endsWith(")") && rest.indexOf('(') < 0 ? rest.substring(0, end - 1) : rest;
    }

    /**
     * The link that reads {@code text}, ignoring case and white space; if none does, the link whose text holds it.
     *
     * @throws AssertionError if there is none, or several that lead to different places
     */
    static Link link(MailMessage message, String text) {
        List<Link> links = links(message);
        List<Link> found = where(links, link -> folded(link.text()).equals(folded(text)));
        if (found.isEmpty()) {
            found = where(links, link -> folded(link.text()).contains(folded(text)));
        }
        if (found.stream().map(Link::href).distinct().count() == 1) {
            return found.get(0);
        }
        String headline = found.isEmpty()
                ? "The mail has no link \"" + text + "\"."
                : "The mail has " + found.size() + " links \"" + text + "\", which lead to different places.";
        throw new AssertionError(headline + "\n" + describe(message, found.isEmpty() ? links : found));
    }

    private static List<Link> where(List<Link> links, Predicate<Link> condition) {
        return links.stream().filter(condition).toList();
    }

    private static String folded(String text) {
        return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }

    private static String describe(MailMessage message, List<Link> links) {
        if (links.isEmpty()) {
            return message.html().isPresent()
                    ? "Its HTML has no links at all."
                    : message.text().isPresent()
                            ? "It has no HTML, and no URL in its text."
                            : "It has neither HTML nor text.";
        }
        return "Its links (" + links.size() + "):\n"
                + links.stream().limit(SHOWN).map(link -> "  " + link).collect(Collectors.joining("\n"))
                + (links.size() > SHOWN ? "\n  and " + (links.size() - SHOWN) + " more" : "");
    }

    /**
     * The one text that the regular expression finds, such as a code to type: in the plain text, or, of a mail without
     * one, in what is visible of its HTML. If the expression has a group, the first group's text.
     *
     * <p>A find that goes on in letters or digits before or after it, such as six digits of a longer number, does not count.
     *
     * @throws AssertionError if nothing is found, or several different texts are
     */
    static String code(MailMessage message, String regex) {
        Optional<String> searched = message.text()
                .or(() -> message.html().map(html -> Jsoup.parse(html).text()));
        String text = searched.orElse("");
        Matcher matcher = Pattern.compile(regex).matcher(text);
        Set<String> found = new LinkedHashSet<>();
        while (matcher.find()) {
            if (!continues(text, matcher.start() - 1, matcher.start())
                    && !continues(text, matcher.end() - 1, matcher.end())) {
                String group = matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
                if (group != null) {
                    found.add(group);
                }
            }
        }
        if (found.size() == 1) {
            return found.iterator().next();
        }
        throw new AssertionError((found.isEmpty()
                        ? "Nothing in the mail matches " + regex + "."
                        : found.size() + " different texts in the mail match " + regex + ": "
                                + String.join(", ", found)
                                + ". Say more of what stands around the one that is meant, and put that one in a group.")
                + "\n"
                + (text.isEmpty()
                        ? "It has neither text nor HTML."
                        : "It reads:\n" + text.strip().indent(2)));
    }

    /** Whether a word or number reaches from one position to the next. */
    private static boolean continues(String text, int from, int to) {
        return from >= 0
                && to < text.length()
                && Character.isLetterOrDigit(text.charAt(from))
                && Character.isLetterOrDigit(text.charAt(to));
    }
}
