package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.MailMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/** A mail's words without its markup. */
final class MailText {
    private static final int SNIPPET_BYTES = 200;
    private static final int READ_FOR_SNIPPET = 512 << 10;
    private static final String NOT_SHOWN = "head, title, style, script, noscript, template";

    private MailText() {}

    /** The text as sent; made from the HTML if there is only that; empty if there is neither. */
    static String text(CapturedMail mail) {
        Optional<String> sent = mail.text();
        return sent.isPresent()
                ? sent.get()
                : mail.html().map(MailText::fromHtml).orElse("");
    }

    /** The beginning of what the mail says, on one line: at most 200 bytes and an ellipsis. */
    static String snippet(CapturedMail mail) {
        MailMessage message = mail.size() > READ_FOR_SNIPPET ? beginning(mail) : mail.message();
        Optional<String> html = message.html();
        String words = html.isPresent()
                ? onOneLine(html.get())
                : message.text().map(MailText::collapsed).orElse("");
        return shortened(words);
    }

    /** What a list shows of a large mail stands near its beginning: the whole of many would not fit into memory. */
    private static MailMessage beginning(CapturedMail mail) {
        try (InputStream octets = mail.open()) {
            return MailMessage.parse(octets.readNBytes(READ_FOR_SNIPPET));
        } catch (IOException e) {
            throw new UncheckedIOException("Octets in memory can be read.", e);
        }
    }

    private static String onOneLine(String html) {
        return words(Jsoup.parse(html));
    }

    /** What is visible of a document, on one line; takes out of it what is not. */
    static String words(Document document) {
        document.select(NOT_SHOWN).remove();
        document.select("img").before(" ");
        return collapsed(document.body().text());
    }

    private static String collapsed(String text) {
        return text.replaceAll("[\\s\\u00a0\\u200b-\\u200f\\u034f\\ufeff]+", " ")
                .strip();
    }

    private static String shortened(String words) {
        if (words.length() * 3 <= SNIPPET_BYTES || words.getBytes(StandardCharsets.UTF_8).length <= SNIPPET_BYTES) {
            return words;
        }
        int bytes = 0;
        int end = 0;
        while (end < words.length()) {
            int character = words.codePointAt(end);
            bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
            if (bytes > SNIPPET_BYTES) {
                break;
            }
            end += Character.charCount(character);
        }
        return words.substring(0, end) + "...";
    }

    /** HTML as somebody would type it: blocks on lines of their own, links with their addresses. */
    static String fromHtml(String html) {
        Document document = Jsoup.parse(html);
        document.select(NOT_SHOWN).remove();
        Lines lines = new Lines();
        document.body().traverse(lines);
        return lines.text();
    }

    private static final class Lines implements NodeVisitor {
        private final StringBuilder text = new StringBuilder();

        @Override
        public void head(Node node, int depth) {
            if (node instanceof TextNode words) {
                append(words.getWholeText());
            } else if (node instanceof Element element) {
                if (element.normalName().equals("br")) {
                    text.append('\n');
                } else if (isLine(element)) {
                    newLine();
                }
                if (element.normalName().equals("li")) {
                    text.append("* ");
                }
            }
        }

        @Override
        public void tail(Node node, int depth) {
            if (!(node instanceof Element element)) {
                return;
            }
            String name = element.normalName();
            if (name.equals("a") && element.attr("href").matches("(?i)(https?|mailto):.*")) {
                link(element);
            } else if (name.equals("td") || name.equals("th")) {
                append(" ");
            } else if (name.matches("p|h[1-6]|table|ul|ol|blockquote")) {
                newLine();
                text.append('\n');
            } else if (isLine(element)) {
                newLine();
            }
        }

        /** Cells are blocks to jsoup, but the row is the line. */
        private static boolean isLine(Element element) {
            return element.isBlock() && !element.normalName().matches("t[dh]");
        }

        private void link(Element element) {
            String target = element.attr("href").strip();
            if (!element.text().strip().equals(target)) {
                append(" (" + target + ")");
            }
        }

        private void append(String words) {
            String collapsed = words.replaceAll("[\\s\\u00a0]+", " ");
            boolean atBlank = text.length() == 0 || Character.isWhitespace(text.charAt(text.length() - 1));
            text.append(atBlank ? collapsed.stripLeading() : collapsed);
        }

        private void newLine() {
            if (text.length() > 0 && text.charAt(text.length() - 1) != '\n') {
                text.append('\n');
            }
        }

        String text() {
            return text.toString()
                    .replaceAll("[ \\t]+\\n", "\n")
                    .replaceAll("\\n{3,}", "\n\n")
                    .strip();
        }
    }
}
