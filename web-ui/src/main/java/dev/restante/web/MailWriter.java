package dev.restante.web;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Writes a mail (RFC 5322, RFC 2045): mixed around related around alternative around text and HTML, each level only where
 * there is something for it. Text goes as base64, so that line ends and dots stay what they are.
 */
final class MailWriter {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ENGLISH);
    private static final int ENCODED_WORD = 42;
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'});

    /** By name, in the order that is usual for the sort of names; a header's fields have no order of their own. */
    private final Map<String, String> fields = new TreeMap<>();

    private final List<Part> attachments = new ArrayList<>();
    private final List<Part> inline = new ArrayList<>();
    private String text = "";
    private String html = "";

    private record Part(String text) {
        static Part of(String type, String header, byte[] content) {
            return new Part("Content-Type: " + type + "\r\nContent-Transfer-Encoding: base64\r\n" + header + "\r\n"
                    + LINES.encodeToString(content) + "\r\n");
        }
    }

    /** A field whose value is a text of any characters. */
    void field(String name, String value) {
        fields.put(name, encoded(value));
    }

    /** A field whose value is written as it is. */
    void rawField(String name, String value) {
        fields.put(name, value);
    }

    /** Takes a field away, however its name is spelled. */
    void without(String name) {
        fields.keySet().removeIf(name::equalsIgnoreCase);
    }

    void date(ZonedDateTime when) {
        fields.put("Date", DATE.format(when));
    }

    void text(String newText) {
        text = newText;
    }

    void html(String newHtml) {
        html = newHtml;
    }

    void attachment(String fileName, String type, byte[] content) {
        attachments.add(Part.of(named(type, fileName), disposition("attachment", fileName), content));
    }

    void inline(String fileName, String type, String contentId, byte[] content) {
        String header = disposition("inline", fileName) + "Content-ID: <" + contentId + ">\r\n";
        inline.add(Part.of(named(type, fileName), header, content));
    }

    private static String named(String type, String fileName) {
        return fileName.isEmpty() ? type : type + ";\r\n name=" + quoted(encoded(fileName));
    }

    private static String disposition(String kind, String fileName) {
        String header = "Content-Disposition: " + kind;
        if (fileName.isEmpty()) {
            return header + "\r\n";
        }
        return header
                + (isPlain(fileName)
                        ? ";\r\n filename=" + quoted(fileName)
                        : ";\r\n filename*=UTF-8''" + percentEncoded(fileName))
                + "\r\n";
    }

    /** The mail. */
    byte[] write() {
        String body = mixed();
        fields.put("Mime-Version", "1.0");
        StringBuilder mail = new StringBuilder();
        fields.forEach(
                (name, value) -> mail.append(name).append(": ").append(value).append("\r\n"));
        return mail.append(body).toString().getBytes(StandardCharsets.UTF_8);
    }

    private String mixed() {
        return attachments.isEmpty() ? related() : multipart("mixed", related(), attachments);
    }

    private String related() {
        return inline.isEmpty() ? alternative() : multipart("related", alternative(), inline);
    }

    private String alternative() {
        Part plain = Part.of("text/plain; charset=utf-8", "", text.getBytes(StandardCharsets.UTF_8));
        Part rich = Part.of("text/html; charset=utf-8", "", html.getBytes(StandardCharsets.UTF_8));
        if (html.isEmpty()) {
            return plain.text();
        }
        return text.isEmpty() ? rich.text() : multipart("alternative", plain.text(), List.of(rich));
    }

    private static String multipart(String kind, String first, List<Part> others) {
        String boundary = "=_" + UUID.randomUUID().toString().replace("-", "");
        StringBuilder body = new StringBuilder("Content-Type: multipart/")
                .append(kind)
                .append(";\r\n boundary=\"")
                .append(boundary)
                .append("\"\r\n\r\n");
        body.append("--").append(boundary).append("\r\n").append(first);
        for (Part other : others) {
            body.append("\r\n--").append(boundary).append("\r\n").append(other.text());
        }
        return body.append("\r\n--").append(boundary).append("--\r\n").toString();
    }

    /** A person, as header fields name them. */
    static String person(String name, String address) {
        if (name.isEmpty()) {
            return "<" + address + ">";
        }
        return (isPlain(name) ? quoted(name) : encoded(name)) + " <" + address + ">";
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 127);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** As encoded words (RFC 2047) if it must be; line breaks are gone. */
    static String encoded(String value) {
        String line = value.replaceAll("[\\r\\n]+[ \\t]*", " ");
        if (isPlain(line) && line.length() < 900) {
            return line;
        }
        StringBuilder words = new StringBuilder();
        CharBuffer left = CharBuffer.wrap(line);
        while (left.hasRemaining()) {
            ByteBuffer chunk = ByteBuffer.allocate(ENCODED_WORD);
            int before = left.position();
            StandardCharsets.UTF_8.newEncoder().encode(left, chunk, true); // whole characters only
            if (left.position() == before) {
                left.position(before + 1); // half of a character
                continue;
            }
            words.append(words.isEmpty() ? "" : "\r\n ")
                    .append("=?utf-8?b?")
                    .append(Base64.getEncoder()
                            .encodeToString(java.util.Arrays.copyOf(chunk.array(), chunk.position())))
                    .append("?=");
        }
        return words.toString();
    }

    private static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int octet = b & 0xff;
            if (octet < 128 && Character.isLetterOrDigit(octet)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(String.format(Locale.ROOT, "%02X", octet));
            }
        }
        return encoded.toString();
    }
}
