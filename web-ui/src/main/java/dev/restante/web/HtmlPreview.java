package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.MailAddress;
import dev.restante.MimePart;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;

/**
 * A mail's HTML made fit for a frame: without scripts, forms and everything that asks another server.
 *
 * <p>Two lines of defence: what is dangerous or would be blocked is taken out here, and the {@linkplain #policy policy} of
 * the frame stops what is overlooked.
 *
 * @param html a whole document
 * @param blocked how many images and other files from outside were taken out
 */
record HtmlPreview(String html, int blocked) {
    /** For what is shown on this server's address but written by a stranger. */
    static final String NOTHING_ALLOWED =
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'self'";

    private static final Pattern CSS_OUTSIDE = Pattern.compile(
            "@import[^;{}]*;?|(?:-webkit-)?image-set\\(|url\\(\\s*(?:\"([^\"]*)\"|'([^']*)'|([^()\"']*))\\s*\\)?",
            Pattern.CASE_INSENSITIVE);
    /** CSS Syntax Level 3 section 4.3.7: a character by its number, or itself. */
    private static final Pattern CSS_ESCAPE =
            Pattern.compile("\\\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?|([g-zG-Z]))");

    /** The range of a media query has "<", too, and no tag. */
    private static final Pattern END_TAG_LIKE = Pattern.compile("<[/!?]|<[A-Za-z][^<>{};]*>");

    private static final Pattern CID_REFERENCE =
            Pattern.compile("(=\\s*[\"']?)cid:([^\"'\\s>]+)(?=[\"'\\s>])", Pattern.CASE_INSENSITIVE);
    private static final Pattern DARK_WANTED =
            Pattern.compile("prefers-color-scheme\\s*:\\s*dark", Pattern.CASE_INSENSITIVE);
    private static final Pattern LIGHT_WANTED =
            Pattern.compile("prefers-color-scheme\\s*:\\s*light", Pattern.CASE_INSENSITIVE);
    /** Both are as old as media queries, so that no browser's own idea of colours gets in between. */
    private static final String ALWAYS = "min-width: 0";

    private static final String NEVER = "max-width: 0";
    private static final String INVERTED =
            "html{background:#fff;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}";

    // Inline and important: no style of the mail can make its head look like another.
    private static final String PRINTED_HEAD =
            "all:initial!important;display:block!important;margin:0 0 18px!important;"
                    + "padding:0 0 12px!important;border-bottom:1px solid #bbb!important";
    private static final String PRINTED_SUBJECT = "all:initial!important;display:block!important;"
            + "font:600 20px/1.4 system-ui,sans-serif!important;margin:0 0 6px!important;color:#111!important";
    private static final String PRINTED_LINE = "all:initial!important;display:block!important;"
            + "font:13px/1.55 system-ui,sans-serif!important;color:#333!important";
    private static final List<String> BODY_ATTRIBUTES =
            List.of("style", "class", "id", "dir", "lang", "bgcolor", "text", "align");
    private static final Safelist SAFE = new Safelist()
            .addTags(
                    "a",
                    "abbr",
                    "address",
                    "article",
                    "aside",
                    "b",
                    "bdi",
                    "bdo",
                    "big",
                    "blockquote",
                    "br",
                    "caption",
                    "center",
                    "cite",
                    "code",
                    "col",
                    "colgroup",
                    "dd",
                    "del",
                    "details",
                    "dfn",
                    "div",
                    "dl",
                    "dt",
                    "em",
                    "figcaption",
                    "figure",
                    "font",
                    "footer",
                    "h1",
                    "h2",
                    "h3",
                    "h4",
                    "h5",
                    "h6",
                    "header",
                    "hr",
                    "i",
                    "img",
                    "ins",
                    "kbd",
                    "li",
                    "main",
                    "mark",
                    "nav",
                    "ol",
                    "p",
                    "pre",
                    "q",
                    "s",
                    "samp",
                    "section",
                    "small",
                    "span",
                    "strike",
                    "strong",
                    "style",
                    "sub",
                    "summary",
                    "sup",
                    "table",
                    "tbody",
                    "td",
                    "tfoot",
                    "th",
                    "thead",
                    "time",
                    "tr",
                    "tt",
                    "u",
                    "ul",
                    "var",
                    "wbr")
            .addAttributes(
                    ":all",
                    "align",
                    "aria-hidden",
                    "aria-label",
                    "bgcolor",
                    "class",
                    "dir",
                    "height",
                    "id",
                    "lang",
                    "role",
                    "style",
                    "title",
                    "valign",
                    "width")
            .addAttributes("a", "href", "name")
            .addAttributes("img", "alt", "border", "hspace", "src", "vspace")
            .addAttributes("table", "border", "cellpadding", "cellspacing", "frame", "rules", "summary")
            .addAttributes("td", "abbr", "colspan", "headers", "nowrap", "rowspan", "scope")
            .addAttributes("th", "abbr", "colspan", "headers", "nowrap", "rowspan", "scope")
            .addAttributes("col", "span")
            .addAttributes("colgroup", "span")
            .addAttributes("font", "color", "face", "size")
            .addAttributes("ol", "reversed", "start", "type")
            .addAttributes("ul", "type")
            .addAttributes("li", "type", "value")
            .addAttributes("hr", "color", "noshade", "size")
            .addAttributes("style", "media", "type")
            .addAttributes("time", "datetime")
            .addEnforcedAttribute("a", "rel", "noopener noreferrer")
            .addEnforcedAttribute("a", "target", "_blank");

    /**
     * How a mail is to be shown.
     *
     * @param outside whether images may come from elsewhere
     * @param dark whether it takes its reader to prefer dark colours; a mail without dark styles is inverted then
     */
    record Look(boolean outside, boolean dark) {
        static final Look PLAIN = new Look(false, false);
    }

    private HtmlPreview(Cleaned cleaned) {
        this(cleaned.document().outerHtml(), cleaned.blocked());
    }

    /**
     * What the frame of this mail may load: its own parts, and nothing else.
     *
     * @param hostAndApi where the API is below which the mail is
     */
    static String policy(CapturedMail mail, String hostAndApi) {
        return policy(mail, hostAndApi, Look.PLAIN);
    }

    /** What the frame of this mail may load: its own parts, images from outside if they are allowed, and nothing else. */
    static String policy(CapturedMail mail, String hostAndApi, Look look) {
        return "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline';"
                + " img-src data: "
                + (look.outside() ? "https: http:" : source(hostAndApi + partsOf("", mail)))
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
    }

    /** Without a scheme it is that of the frame, whoever ends TLS. Policies have no spelling for hosts in brackets. */
    private static String source(String address) {
        return address.startsWith("[") ? "'self'" : address;
    }

    /** The preview of a mail; says so if the mail has no HTML. */
    static HtmlPreview of(CapturedMail mail, String api) {
        return of(mail, api, Look.PLAIN);
    }

    /** The preview of a mail as {@code look} says. */
    static HtmlPreview of(CapturedMail mail, String api, Look look) {
        return new HtmlPreview(
                new Cleaning(mail, api, look).clean(mail.html().orElse("<p>This mail has no HTML.</p>")));
    }

    /** The mail as a document for paper and pictures: its head, and below it its HTML or text. */
    static String printable(CapturedMail mail, String api) {
        Document document = new Cleaning(mail, api, Look.PLAIN)
                .clean(mail.html().orElse(""))
                .document();
        Element head = new Element("div").attr("style", PRINTED_HEAD);
        head.appendElement("div")
                .attr("style", PRINTED_SUBJECT)
                .text(mail.subject().orElse("(no subject)"));
        printed(head, "From", mail.from());
        printed(head, "To", mail.to());
        printed(head, "Cc", mail.cc());
        line(
                head,
                "Date",
                mail.date().map(Object::toString).orElse(mail.arrivedAt().toString()));
        String files = mail.attachments().stream()
                .map(part -> part.fileName().orElse(part.contentType()))
                .collect(Collectors.joining(", "));
        line(head, "Files", files);
        if (mail.html().isEmpty()) {
            document.body()
                    .appendElement("pre")
                    .attr("style", "white-space:pre-wrap;overflow-wrap:anywhere;font:inherit")
                    .text(MailText.text(mail));
        }
        document.body().prependChild(head);
        document.title(mail.subject().orElse("(no subject)"));
        return document.outerHtml();
    }

    private static void printed(Element head, String name, List<MailAddress> people) {
        line(head, name, people.stream().map(MailAddress::toString).collect(Collectors.joining(", ")));
    }

    private static void line(Element head, String name, String value) {
        if (!value.isEmpty()) {
            head.appendElement("div").attr("style", PRINTED_LINE).text(name + ": " + value);
        }
    }

    /** The HTML as sent, but with this server's addresses for the parts that it shows. */
    static String withCidResolved(CapturedMail mail, String api, String html) {
        Map<String, String> byContentId = new HashMap<>();
        Stream.concat(mail.inlineParts().stream(), mail.attachments().stream())
                .forEach(part -> part.contentId()
                        .ifPresent(id -> byContentId.putIfAbsent(
                                id.toLowerCase(Locale.ROOT), partsOf(api, mail) + part.path())));
        return CID_REFERENCE.matcher(html).replaceAll(found -> {
            String path = byContentId.get(found.group(2).toLowerCase(Locale.ROOT));
            return Matcher.quoteReplacement(path == null ? found.group() : found.group(1) + path);
        });
    }

    /** The HTML as a whole document whose links open in a place of their own. */
    static String withLinksOpeningElsewhere(String html) {
        Document document = Jsoup.parse(html);
        document.outputSettings().prettyPrint(false);
        document.select("a").attr("target", "_blank").attr("rel", "noreferrer noopener");
        return document.outerHtml();
    }

    private static String partsOf(String api, CapturedMail mail) {
        return api + "/message/" + mail.id() + "/part/";
    }

    private record Cleaned(Document document, int blocked) {}

    private static final class Cleaning {
        private final CapturedMail mail;
        private final String api;
        private final Look look;
        private int blocked;
        private boolean hasDarkStyles;

        Cleaning(CapturedMail mail, String api, Look look) {
            this.mail = mail;
            this.api = api;
            this.look = look;
        }

        Cleaned clean(String html) {
            Document sent = Jsoup.parse(html);
            // The cleaner keeps the body alone, but mails keep their styles in the head.
            List<Element> styles = sent.head().select("style");
            for (int i = styles.size() - 1; i >= 0; i--) {
                sent.body().prependChild(styles.get(i));
            }
            sent.select("img[srcset]:not([src])")
                    .forEach(image ->
                            image.attr("src", image.attr("srcset").strip().split("[\\s,]", 2)[0]));
            sent.select("[background]").forEach(Cleaning::backgroundAsStyle);
            Document clean = new Cleaner(SAFE).clean(sent);
            clean.outputSettings().prettyPrint(false);
            copyBodyAttributes(sent.body(), clean.body());
            clean.select("img").forEach(this::resolveImage);
            clean.select("a[href]").forEach(Cleaning::checkLink);
            clean.select("[style]").forEach(element -> element.attr("style", withoutOutside(element.attr("style"))));
            clean.select("style").forEach(this::checkStyles);
            clean.head()
                    .append(
                            "<meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\""
                                    + (look.dark() && hasDarkStyles ? "dark" : "light")
                                    + " only\"><title>Mail</title><style>"
                                    + (!look.dark()
                                            ? "html{color:#111"
                                            : hasDarkStyles
                                                    ? "html{background:#1c1c1e;color:#eee"
                                                    : INVERTED + "html{color:#111")
                                    + ";font:15px/1.5 system-ui,sans-serif}body{margin:16px}"
                                    + "img{max-width:100%}img:not([src]){outline:1px dashed #b9bdc6;outline-offset:-1px}</style>");
            clean.prependChild(new DocumentType("html", "", ""));
            return new Cleaned(clean, blocked);
        }

        /** The old attribute says the same, and what holds for styles shall hold for it. */
        private static void backgroundAsStyle(Element element) {
            String url = element.attr("background").strip().replaceAll("[\\s\"'()\\\\;]", "");
            if (!url.isEmpty()) {
                element.attr("style", "background-image:url('" + url + "');" + element.attr("style"));
            }
        }

        /** Where this server has the part that a mail refers to by its Content-ID or Content-Location (RFC 2392, RFC 2557). */
        private Optional<String> carried(String url) {
            Optional<MimePart> part = url.regionMatches(true, 0, "cid:", 0, 4)
                    ? mail.message().byContentId(url)
                    : mail.message().parts().stream()
                            .filter(each -> each.header("Content-Location")
                                    .filter(field -> field.value().strip().equals(url))
                                    .isPresent())
                            .findFirst();
            return part.map(each -> partsOf(api, mail) + each.path());
        }

        private static void copyBodyAttributes(Element from, Element to) {
            for (String name : BODY_ATTRIBUTES) {
                if (from.hasAttr(name)) {
                    to.attr(name, from.attr(name));
                }
            }
        }

        private void resolveImage(Element image) {
            Attribute source = image.attribute("src");
            if (source == null) {
                return;
            }
            String url = source.getValue().strip();
            String lower = url.toLowerCase(Locale.ROOT);
            Optional<String> part = carried(url);
            if (part.isPresent()) {
                image.attr("src", part.get());
            } else if (lower.startsWith("cid:")) {
                image.removeAttr("src");
            } else if (!lower.startsWith("data:image/")) {
                boolean outside = lower.matches("(?s)(https?:)?//.*");
                blocked += outside ? 1 : 0;
                if (!outside || !look.outside()) {
                    image.removeAttr("src");
                } else {
                    image.attr("src", lower.startsWith("//") ? "https:" + url : url);
                }
            }
        }

        /** A link in a mail leads out, or to a place in the mail; never to a path of this server. */
        private static void checkLink(Element link) {
            String url = link.attr("href").strip();
            if (url.startsWith("#")) {
                link.removeAttr("target");
            } else if (!url.matches("(?is)(https?|mailto|tel):.*")) {
                link.removeAttr("href");
            }
        }

        private void checkStyles(Element style) {
            String css = withoutOutside(style.data().replace("<!--", "").replace("-->", ""));
            if (END_TAG_LIKE.matcher(css).find()) { // no style sheet, but markup that hopes to be read anew
                style.remove();
                return;
            }
            hasDarkStyles |= DARK_WANTED.matcher(css).find();
            css = DARK_WANTED.matcher(css).replaceAll(look.dark() ? ALWAYS : NEVER);
            css = LIGHT_WANTED.matcher(css).replaceAll(look.dark() ? NEVER : ALWAYS);
            style.empty();
            style.appendChild(new DataNode(css));
        }

        /** The same style sheet with no letter escaped: {@code u\\72l(} is {@code url(}. */
        private static String withPlainLetters(String css) {
            return CSS_ESCAPE.matcher(css).replaceAll(found -> {
                int letter = found.group(1) == null ? found.group(2).charAt(0) : Integer.parseInt(found.group(1), 16);
                boolean plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
                return plain ? String.valueOf((char) letter) : Matcher.quoteReplacement(found.group());
            });
        }

        /** Styles may bring their own images along, and ask nobody for others. */
        private String withoutOutside(String css) {
            return CSS_OUTSIDE.matcher(withPlainLetters(css)).replaceAll(found -> {
                if (found.group().startsWith("@")) {
                    blocked++;
                    return "";
                } else if (found.group().toLowerCase(Locale.ROOT).endsWith("image-set(")) {
                    blocked++;
                    return "none("; // takes addresses without url()
                }
                String url = Stream.of(1, 2, 3)
                        .map(found::group)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse("")
                        .strip();
                String lower = url.toLowerCase(Locale.ROOT);
                Optional<String> part = carried(url);
                if (part.isPresent()) {
                    return Matcher.quoteReplacement("url(\"" + part.get() + "\")");
                } else if (lower.startsWith("data:")) {
                    return Matcher.quoteReplacement(found.group());
                } else if (lower.startsWith("cid:")) {
                    return "none"; // it was to be in the mail, and is not
                }
                blocked++;
                if (look.outside() && lower.startsWith("//")) {
                    return Matcher.quoteReplacement("url(\"https:" + url + "\")");
                }
                boolean kept = look.outside() && lower.matches("(?s)https?://.*");
                return kept ? Matcher.quoteReplacement(found.group()) : "none";
            });
        }
    }
}
