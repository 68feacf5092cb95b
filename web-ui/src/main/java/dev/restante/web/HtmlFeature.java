package dev.restante.web;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Comment;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.select.NodeVisitor;

/** How often a mail uses a feature that Can I email knows. The feature's slug and title say how it is found. */
@FunctionalInterface
interface HtmlFeature {
    int MAX_CHARACTERS = 1 << 20;

    /** What is looked at. */
    record Letter(String html, Document document, StyleSheet style) {
        /** Of a mail that is larger than any that people read, its beginning. */
        static Letter of(String whole) {
            String html = whole.length() <= MAX_CHARACTERS ? whole : whole.substring(0, MAX_CHARACTERS);
            Document document = org.jsoup.Jsoup.parse(html);
            StyleSheet style = new StyleSheet();
            document.select("style").forEach(element -> style.read(element.data()));
            for (Element element : document.select("[style]")) {
                style.read(element.attr("style"));
            }
            return new Letter(html, document, style);
        }
    }

    /** How often the letter uses it. */
    int count(Letter letter);

    Pattern ELEMENT = Pattern.compile("<(\\w+)>(?: element)?");
    Pattern TYPED_ELEMENT = Pattern.compile("<(\\w+) type=\"(\\w+)\"> element");
    Pattern ATTRIBUTE = Pattern.compile("([a-z-]+) attribute");
    Pattern FUNCTIONS = Pattern.compile("[a-z-]+\\(\\)(?:, [a-z-]+\\(\\))*");
    Pattern VALUE = Pattern.compile("([a-z-]+):\\s*([a-z-]+)");
    Map<String, String> SELECTORS = Map.ofEntries(
            Map.entry("html-address", "address"),
            Map.entry("html-anchor-links", "a[href^=#], a[name]"),
            Map.entry("html-h1-h6", "h1, h2, h3, h4, h5, h6"),
            Map.entry("html-image-maps", "map, img[usemap]"),
            Map.entry("html-lists", "ul, ol, dl"),
            Map.entry("html-mailto-links", "a[href^=mailto:]"),
            Map.entry("html-meta-color-scheme", "meta[name=color-scheme]"),
            Map.entry(
                    "html-semantics",
                    "article, aside, details, figcaption, figure, footer, header, main, mark, nav, section, summary, time"),
            Map.entry("html-srcset", "[srcset], [sizes]"),
            Map.entry("html-svg", "svg"));
    Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("css-block-inline-size", "block-size|inline-size"),
            Map.entry("css-border-inline-block", "border-inline|border-block"),
            Map.entry("css-border-inline-block-individual", "border-(inline|block)-(start|end).*"),
            Map.entry("css-border-inline-block-longhand", "border-(inline|block)-(width|style|color)"),
            Map.entry("css-border-radius-logical", "border-(start|end)-(start|end)-radius"),
            Map.entry("css-column-layout-properties", "columns|column-(fill|rule.*|span|width)"),
            Map.entry("css-gap", "gap|column-gap|row-gap"),
            Map.entry("css-grid-template", "grid-template.*"),
            Map.entry("css-left-right-top-bottom", "left|right|top|bottom"),
            Map.entry("css-margin-block-start-end", "margin-block-(start|end)"),
            Map.entry("css-margin-inline-block", "margin-(inline|block)"),
            Map.entry("css-margin-inline-start-end", "margin-inline-(start|end)"),
            Map.entry("css-padding-block-start-end", "padding-block-(start|end)"),
            Map.entry("css-padding-inline-block", "padding-(inline|block)"),
            Map.entry("css-padding-inline-start-end", "padding-inline-(start|end)"),
            Map.entry("css-scroll-snap", "scroll-snap-.*"));
    Map<String, String> VALUES = Map.of(
            "css-important", "!\\s*important",
            "css-intrinsic-size", "\\b(fit|min|max)-content\\b",
            "css-sytem-ui", "\\b(system-ui|ui-(serif|sans-serif|rounded|monospace))\\b",
            "css-unit-calc", "\\bcalc\\(",
            "css-unit-initial", "\\binitial\\b",
            "css-unit-percent", "[\\d.]%");
    Map<String, String> IN_SELECTORS = Map.ofEntries(
            Map.entry("css-selector-adjacent-sibling", "\\+"),
            Map.entry("css-selector-attribute", "\\["),
            Map.entry("css-selector-chaining", "[\\w\\])-][.#\\[]\\w"),
            Map.entry("css-selector-child", ">"),
            Map.entry("css-selector-class", "\\.[a-z_-]"),
            Map.entry("css-selector-descendant", "[\\w\\])*-]\\s+[\\w.#\\[*:]"),
            Map.entry("css-selector-general-sibling", "~(?!=)"),
            Map.entry("css-selector-id", "#[a-z_-]"),
            Map.entry("css-selector-type", "(^|[\\s>+~])[a-z]"),
            Map.entry("css-selector-universal", "(^|[\\s>+~])\\*"));

    /** How to find a feature; empty if nothing here knows. */
    static Optional<HtmlFeature> find(String slug, String title) {
        return slug.startsWith("html-") ? markup(slug, title) : styles(slug, title);
    }

    private static Optional<HtmlFeature> markup(String slug, String title) {
        if (slug.equals("html-body")) { // the parser adds one where there is none
            return Optional.of(letter -> occurrences("<body[\\s>]", letter.html()));
        } else if (slug.equals("html-comments")) {
            return Optional.of(letter -> comments(letter.document()));
        } else if (slug.equals("html-doctype")) {
            return Optional.of(letter -> (int) letter.document().childNodes().stream()
                    .filter(node -> node instanceof DocumentType type
                            && type.name().equalsIgnoreCase("html")
                            && type.publicId().isEmpty())
                    .count());
        }
        Matcher typed = TYPED_ELEMENT.matcher(title);
        Matcher element = ELEMENT.matcher(title);
        Matcher attribute = ATTRIBUTE.matcher(title);
        String selector = SELECTORS.get(slug);
        if (selector == null && typed.matches()) {
            selector = typed.group(1) + "[type=" + typed.group(2) + "]";
        } else if (selector == null && element.matches()) {
            selector = element.group(1);
        } else if (selector == null && attribute.matches()) {
            selector = "[" + attribute.group(1) + "]";
        }
        String found = selector;
        return found == null
                ? Optional.empty()
                : Optional.of(letter -> letter.document().select(found).size());
    }

    private static int comments(Document document) {
        int[] count = {0};
        document.traverse(new NodeVisitor() {
            @Override
            public void head(Node node, int depth) {
                count[0] += node instanceof Comment ? 1 : 0;
            }
        });
        return count[0];
    }

    private static int occurrences(String regex, String text) {
        return (int) Pattern.compile(regex, Pattern.CASE_INSENSITIVE)
                .matcher(text)
                .results()
                .count();
    }

    private static Optional<HtmlFeature> styles(String slug, String title) {
        Matcher value = VALUE.matcher(title);
        if (slug.equals("css-comments")) {
            return Optional.of(letter -> letter.style().comments);
        } else if (slug.equals("css-nesting")) {
            return Optional.of(letter -> letter.style().nested);
        } else if (slug.equals("css-selector-grouping")) {
            return Optional.of(letter -> letter.style().groups);
        } else if (slug.equals("css-variables")) {
            return declared(
                    each -> each.property().startsWith("--") || each.value().contains("var("));
        } else if (IN_SELECTORS.containsKey(slug)) {
            return selected(IN_SELECTORS.getOrDefault(slug, ""));
        } else if (slug.startsWith("css-pseudo-class-")) {
            return selected("(?<!:):" + Pattern.quote(slug.substring("css-pseudo-class-".length())) + "(?![\\w-])");
        } else if (slug.startsWith("css-pseudo-element-")) {
            return selected("::?" + Pattern.quote(slug.substring("css-pseudo-element-".length())) + "(?![\\w-])");
        } else if (slug.startsWith("css-at-")) {
            return atRule(slug);
        } else if (VALUES.containsKey(slug)) {
            return valued(VALUES.getOrDefault(slug, ""));
        } else if (slug.startsWith("css-unit-")) {
            return valued("(?<![\\w#.-])[\\d.]+" + Pattern.quote(slug.substring("css-unit-".length())) + "\\b");
        } else if (PROPERTIES.containsKey(slug)) {
            return property(PROPERTIES.getOrDefault(slug, ""));
        } else if (FUNCTIONS.matcher(title).matches()) {
            List<String> names = Arrays.stream(title.split(", ", -1))
                    .map(name -> Pattern.quote(name.replace("()", "(")))
                    .toList();
            return valued("(?<![\\w-])(" + String.join("|", names) + ")");
        } else if (value.matches()) {
            String name = value.group(1);
            String wanted = value.group(2);
            return declared(each ->
                    each.property().equals(name) && each.value().matches("(?s)" + wanted + "(\\s*!\\s*important)?"));
        }
        String name =
                title.replaceAll(" (shorthand|property|CSS property)$", "").strip();
        return name.matches("[a-z-]+") ? property(name) : Optional.empty();
    }

    private static Optional<HtmlFeature> atRule(String slug) {
        String name = slug.substring("css-at-".length());
        String wanted = name.startsWith("media-")
                ? "@media.*\\((-webkit-)?((min|max)-)?(any-)?(" + name.substring("media-".length()) + ")"
                : "@" + name + "(?![\\w-])";
        Pattern pattern = Pattern.compile(wanted, Pattern.DOTALL);
        return Optional.of(letter -> (int) letter.style().atRules.stream()
                .filter(rule -> pattern.matcher(rule).lookingAt())
                .count());
    }

    private static Optional<HtmlFeature> selected(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return Optional.of(letter -> (int) letter.style().selectors.stream()
                .filter(selector -> pattern.matcher(selector).find())
                .count());
    }

    private static Optional<HtmlFeature> valued(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return declared(each -> pattern.matcher(each.value()).find());
    }

    private static Optional<HtmlFeature> property(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return declared(each -> pattern.matcher(each.property()).matches());
    }

    private static Optional<HtmlFeature> declared(Predicate<StyleSheet.Declaration> wanted) {
        return Optional.of(letter ->
                (int) letter.style().declarations.stream().filter(wanted).count());
    }
}
