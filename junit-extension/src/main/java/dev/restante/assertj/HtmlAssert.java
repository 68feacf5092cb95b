package dev.restante.assertj;

import dev.restante.Link;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;
import org.jsoup.select.Selector;

/** Assertions on the HTML of a mail, as a browser's parser reads it. */
public final class HtmlAssert extends AbstractEvidenceAssert<HtmlAssert, String> {
    private static final Pattern CSS_URL =
            Pattern.compile("url\\(\\s*['\"]?\\s*(cid:[^'\")\\s]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern HIDDEN =
            Pattern.compile("(?i)(^|[;\\s])(display\\s*:\\s*none|visibility\\s*:\\s*hidden)");

    private final MailMessage message;
    private final Document document;
    private final Supplier<String> mail;

    HtmlAssert(String html, MailMessage message, Supplier<String> mail, Reporting reporting) {
        super(html, HtmlAssert.class, reporting);
        this.message = message;
        this.document = Jsoup.parse(html);
        this.mail = mail;
    }

    @Override
    String evidence() {
        return mail.get();
    }

    // ---- links

    /**
     * Leads to the link that reads {@code text}, ignoring case and white space; if none does, the link whose text holds it.
     * Fails if there is none, or several that lead to different places.
     *
     * <pre>{@code
     * assertThat(mail).html().link("Confirm").hasHost("shop.example.com");
     * }</pre>
     */
    public LinkAssert link(String text) {
        try {
            return passing(new LinkAssert(message.link(text), mail, reporting));
        } catch (AssertionError error) {
            fail(String.valueOf(error.getMessage()));
            return passing(new LinkAssert(new Link(text, ""), mail, reporting.silent()));
        }
    }

    /** Verifies that there is no link that reads or holds {@code text}. */
    public HtmlAssert hasNoLink(String text) {
        String wanted = folded(text);
        List<Link> found = message.links().stream()
                .filter(link -> folded(link.text()).contains(wanted))
                .toList();
        return check(
                found.isEmpty(),
                () -> "Expected no link \"" + text + "\", but there is " + Evidence.joined(found) + ".");
    }

    private static String folded(String text) {
        return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }

    /** Verifies that every link to the web goes over https. */
    public HtmlAssert hasOnlySecureLinks() {
        List<Link> insecure = message.links().stream()
                .filter(link -> link.href().strip().toLowerCase(Locale.ROOT).startsWith("http:"))
                .toList();
        return check(
                insecure.isEmpty(),
                () -> "Expected all links to go over https, but not so: " + Evidence.joined(insecure) + ".");
    }

    // ---- images

    /**
     * Verifies that every {@code cid:} that the HTML shows, in images, backgrounds and style sheets, is a part of the mail
     * with something in it, of a type that can be shown there; and that there is at least one.
     */
    public HtmlAssert hasResolvedImages() {
        List<String> references = references();
        if (references.isEmpty()) {
            fail("Expected images by cid, but the HTML has none." + otherImages());
            return this;
        }
        List<String> wrong = new ArrayList<>();
        for (String reference : references) {
            problemOf(reference).ifPresent(wrong::add);
        }
        return check(
                wrong.isEmpty(),
                () -> "Expected the images to be parts of the mail, but not so:\n  " + String.join("\n  ", wrong));
    }

    /** Leads to the part that is shown for the image with this {@code alt} or this {@code cid:}; fails if it has none. */
    public PartAssert image(String altOrCid) {
        boolean byCid = altOrCid.regionMatches(true, 0, "cid:", 0, 4);
        List<Element> images = document.select("img").stream()
                .filter(image -> image.attr(byCid ? "src" : "alt").strip().equals(altOrCid))
                .toList();
        if (images.isEmpty()) {
            fail("Expected an image \"" + altOrCid + "\", but the HTML has "
                    + (document.select("img").isEmpty()
                            ? "no images."
                            : Evidence.joined(document.select("img").stream()
                                            .map(image -> "\"" + image.attr("alt") + "\" ("
                                                    + Evidence.shortened(image.attr("src")) + ")")
                                            .toList())
                                    + "."));
        } else {
            String source = images.get(0).attr("src").strip();
            Optional<MimePart> part = message.byContentId(source);
            if (source.regionMatches(true, 0, "cid:", 0, 4) && part.isPresent()) {
                return passing(new PartAssert(part.get(), mail, reporting));
            }
            fail("Expected the image \"" + altOrCid + "\" to be a part of the mail, but its source is "
                    + Evidence.quoted(source)
                    + problemOf(source).map(problem -> ": " + problem).orElse("") + ".");
        }
        return passing(new PartAssert(MailMessage.parse(new byte[0]).root(), mail, reporting.silent()));
    }

    /** Verifies that the mail shows no image that would be fetched from the web when it is read. */
    public HtmlAssert hasNoRemoteImages() {
        List<String> remote = document.select("img[src]").stream()
                .map(image -> image.attr("src").strip())
                .filter(source -> source.matches("(?i)(https?:)?//.*"))
                .map(Evidence::shortened)
                .toList();
        return check(
                remote.isEmpty(),
                () -> "Expected no images from the web, but there is " + String.join(", ", remote) + ".");
    }

    private List<String> references() {
        List<String> references = new ArrayList<>();
        document.select("[src], [background]").forEach(element -> {
            for (String attribute : new String[] {"src", "background"}) {
                String value = element.attr(attribute).strip();
                if (value.regionMatches(true, 0, "cid:", 0, 4)) {
                    references.add(value);
                }
            }
        });
        List<String> styles = new ArrayList<>(document.select("[style]").eachAttr("style"));
        document.select("style").forEach(style -> styles.add(style.data()));
        for (String style : styles) {
            Matcher url = CSS_URL.matcher(style);
            while (url.find()) {
                references.add(url.group(1));
            }
        }
        return references.stream().distinct().toList();
    }

    private Optional<String> problemOf(String reference) {
        if (!reference.regionMatches(true, 0, "cid:", 0, 4)) {
            return Optional.empty();
        }
        Optional<MimePart> part = message.byContentId(reference);
        if (part.isEmpty()) {
            List<String> ids = message.parts().stream()
                    .map(MimePart::contentId)
                    .flatMap(Optional::stream)
                    .toList();
            return Optional.of(reference + " is no part of the mail; "
                    + (ids.isEmpty()
                            ? "no part has a Content-ID"
                            : "its parts are " + Evidence.quoted(Evidence.nearest(reference.substring(4), ids))));
        } else if (part.get().size() == 0) {
            return Optional.of(reference + " is an empty part");
        } else if (part.get().contentType().startsWith("text/")
                && !part.get().contentType().equals("text/css")) {
            return Optional.of(reference + " is a part of type " + part.get().contentType());
        }
        return Optional.empty();
    }

    private String otherImages() {
        int images = document.select("img").size();
        return images == 0 ? "" : " Its " + images + " images come from elsewhere.";
    }

    // ---- text

    /**
     * Leads to what a reader sees: block elements and {@code br} begin a new line, white space is collapsed, and what is
     * hidden by {@code display: none}, {@code visibility: hidden} or the attribute {@code hidden} is left out.
     */
    public TextAssert visibleText() {
        return reporting.text(visibleText(document), leadingTo("the visible text"));
    }

    static String visibleText(Document document) {
        Document seen = document.clone();
        seen.select("head, script, style, template, [hidden]").remove();
        seen.select("[style]").forEach(element -> {
            if (HIDDEN.matcher(element.attr("style")).find()) {
                element.remove();
            }
        });
        StringBuilder text = new StringBuilder();
        seen.traverse(new NodeVisitor() {
            @Override
            public void head(Node node, int depth) {
                if (node instanceof TextNode words) {
                    String collapsed = words.getWholeText().replaceAll("[\\s\\u00a0]+", " ");
                    boolean atLineStart = text.isEmpty() || text.charAt(text.length() - 1) == '\n';
                    text.append(atLineStart ? collapsed.stripLeading() : collapsed);
                } else if (node instanceof Element element && (isLine(element) || element.nameIs("br"))) {
                    newLine(element.nameIs("br"));
                } else if (node instanceof Element cell && (cell.nameIs("td") || cell.nameIs("th"))) {
                    text.append(' ');
                }
            }

            @Override
            public void tail(Node node, int depth) {
                if (node instanceof Element element && isLine(element)) {
                    newLine(false);
                }
            }

            private boolean isLine(Element element) {
                return element.isBlock() && !element.nameIs("td") && !element.nameIs("th");
            }

            private void newLine(boolean forced) {
                if (forced || (!text.isEmpty() && text.charAt(text.length() - 1) != '\n')) {
                    text.append('\n');
                }
            }
        });
        return text.toString()
                .replaceAll("[ \\t]+", " ")
                .replaceAll(" ?\\n ?", "\n")
                .strip();
    }

    /** Leads to the source of the HTML, its lines ended by {@code \n}. */
    public TextAssert source() {
        return reporting.text(actual, leadingTo("the HTML"));
    }

    /** Verifies that the visible text holds this. */
    public HtmlAssert contains(String expected) {
        String text = visibleText(document);
        return check(
                text.contains(expected),
                () -> "Expected the visible text to contain \"" + expected + "\", but it reads:\n"
                        + text.indent(2).stripTrailing());
    }

    // ---- elements

    /** Leads to the elements that this CSS selector (jsoup's dialect) finds; fails if there are none. */
    public ElementsAssert select(String selector) {
        List<Element> found = found(selector);
        check(
                !found.isEmpty(),
                () -> "Expected an element \"" + selector + "\", but the HTML has none." + nearest(selector));
        return passing(new ElementsAssert(selector, found, mail, found.isEmpty() ? reporting.silent() : reporting));
    }

    /** Verifies that this CSS selector finds something. */
    public HtmlAssert hasElement(String selector) {
        select(selector);
        return this;
    }

    /** Verifies that this CSS selector finds nothing. */
    public HtmlAssert hasNoElement(String selector) {
        List<Element> found = found(selector);
        return check(
                found.isEmpty(),
                () -> "Expected no element \"" + selector + "\", but there is " + Evidence.html(found.get(0)) + ".");
    }

    private List<Element> found(String selector) {
        try {
            return List.copyOf(document.select(selector));
        } catch (Selector.SelectorParseException malformed) {
            throw new IllegalArgumentException(
                    "\"" + selector + "\" is no CSS selector: " + malformed.getMessage(), malformed);
        }
    }

    /** What would be found by less of the selector. */
    private String nearest(String selector) {
        String shorter = selector;
        while (shorter.matches(".*[\\s>.#\\[:].*")) {
            shorter = shorter.replaceFirst("[\\s>]*[\\s>.#\\[:][^\\s>.#\\[:]*$", "");
            if (!shorter.isBlank() && !document.select(shorter).isEmpty()) {
                return " Nearest: \"" + shorter + "\" finds "
                        + Evidence.html(document.select(shorter).get(0));
            }
        }
        return "";
    }
}
