package dev.restante;

import dev.restante.mail.ContentField;
import dev.restante.mail.EncodedWords;
import dev.restante.mail.MimeEntity;
import dev.restante.mail.MimeReader;
import dev.restante.mail.Octets;
import dev.restante.mail.TextDecoder;
import dev.restante.mail.TransferDecoder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One part of a mail (RFC 2045, RFC 2046): the mail itself, a multipart, or a leaf such as a text or an attachment.
 *
 * <p>Nothing here fails: what is broken in a part is read as far as it goes and named in {@link MailMessage#problems()}
 * of the message it belongs to. Content is decoded anew at each call and not kept.
 *
 * <p>Immutable and thread-safe.
 */
public final class MimePart {
    private static final Pattern META_CHARSET =
            Pattern.compile("<meta[^>]{0,200}charset\\s{0,9}=\\s{0,9}[\"']?([\\w:.-]{1,40})", Pattern.CASE_INSENSITIVE);
    private static final int META_LIMIT = 2_048;

    private final Octets octets;
    private final int headerFrom;
    private final int headerTo;
    private final int bodyFrom;
    private final int bodyTo;
    private final String path;
    private final List<HeaderField> headers;
    private final String contentType;
    private final Map<String, String> contentTypeParameters;
    private final @Nullable String disposition;
    private final @Nullable String fileName;
    private final String transferEncoding;
    private final boolean split;
    private final List<MimePart> children;
    private final int messageDepth;
    private volatile int decodedSize = -1;
    private volatile @Nullable MailMessage message;

    /** The part that {@code entity}, read from {@code octets} at {@code offset}, describes. */
    MimePart(Octets octets, int offset, MimeEntity entity, int messageDepth) {
        this.octets = octets;
        this.headerFrom = offset + entity.headerFrom();
        this.headerTo = offset + entity.headerTo();
        this.bodyFrom = offset + entity.bodyFrom();
        this.bodyTo = offset + entity.bodyTo();
        this.path = entity.path();
        this.headers = entity.fields().stream()
                .map(field -> new HeaderField(field.name(), field.raw(), field.value()))
                .toList();
        this.contentType = entity.type().value();
        this.contentTypeParameters = entity.type().parameters();
        this.disposition =
                entity.disposition() == null || entity.disposition().value().isEmpty()
                        ? null
                        : entity.disposition().value();
        this.fileName = fileName(entity.disposition(), entity.type());
        this.transferEncoding = entity.encoding();
        this.split = entity.split();
        this.messageDepth = messageDepth;
        this.children = entity.children().stream()
                .map(child -> new MimePart(octets, offset, child, messageDepth))
                .toList();
    }

    private static @Nullable String fileName(@Nullable ContentField disposition, ContentField type) {
        String name = disposition == null ? null : disposition.parameter("filename");
        if (name == null || name.isBlank()) {
            name = type.parameter("name");
        }
        return name == null || name.isBlank() ? null : EncodedWords.decode(name, problem -> {});
    }

    /**
     * Where the part is in its message: "0" is the message itself, "1", "2" … are the parts of a multipart message,
     * "1.2" is the second part of the first of these.
     */
    public String path() {
        return path;
    }

    /** The type and subtype in lower case; "text/plain" if there is no readable Content-Type (RFC 2045 section 5.2). */
    public String contentType() {
        return contentType;
    }

    /** A parameter of the Content-Type, such as "boundary"; continuations and charsets (RFC 2231) are decoded. */
    public Optional<String> contentTypeParameter(String name) {
        return Optional.ofNullable(contentTypeParameters.get(name.toLowerCase(Locale.ROOT)));
    }

    /** The charset parameter as declared, known or not; {@link #text()} says what is done without one. */
    public Optional<String> charset() {
        return contentTypeParameter("charset").filter(name -> !name.isBlank());
    }

    /** The value of Content-Disposition in lower case, such as "attachment" (RFC 2183); empty if there is none. */
    public Optional<String> disposition() {
        return Optional.ofNullable(disposition);
    }

    /**
     * The file name, decoded (RFC 2231, RFC 2047): the filename of Content-Disposition, else the name of Content-Type.
     *
     * <p>It is the sender's text and may hold path separators or "..": never use it as a path unchecked.
     */
    public Optional<String> fileName() {
        return Optional.ofNullable(fileName);
    }

    /** The Content-ID without its angle brackets; empty if there is none. */
    public Optional<String> contentId() {
        return header("Content-ID").flatMap(field -> MailMessage.identifier(field.rawValue()));
    }

    /** The Content-Transfer-Encoding in lower case, known or not; "7bit" if there is none (RFC 2045 section 6.1). */
    public String transferEncoding() {
        return transferEncoding;
    }

    /** The header fields in the order sent; at most 10,000. */
    public List<HeaderField> headers() {
        return headers;
    }

    /** The header fields called {@code name}, whatever the case, in the order sent. */
    public List<HeaderField> headers(String name) {
        return headers.stream().filter(field -> field.isNamed(name)).toList();
    }

    /** The first header field called {@code name}, whatever the case. */
    public Optional<HeaderField> header(String name) {
        return headers.stream().filter(field -> field.isNamed(name)).findFirst();
    }

    /**
     * The header's lines as sent, with their line breaks and without the empty line after them. Each field's octets are
     * read as UTF-8 if they are valid UTF-8, else as windows-1252.
     */
    public String rawHeaders() {
        return MimeReader.text(octets.toByteArray(headerFrom, headerTo));
    }

    /** The length of {@link #bytes()} in octets. */
    public int size() {
        if (isStoredAsIs()) {
            return bodyTo - bodyFrom;
        }
        int size = decodedSize;
        if (size < 0) {
            size = bytes().length;
            decodedSize = size;
        }
        return size;
    }

    /**
     * A fresh array with the content, its transfer encoding undone. What does not belong in the encoding is passed
     * over; an unknown encoding is taken for none. The content of a multipart is its body as sent.
     */
    public byte[] bytes() {
        return decode(problem -> {});
    }

    /** A fresh stream over {@link #bytes()}. It never throws and needs no closing. */
    public InputStream open() {
        return new ByteArrayInputStream(bytes());
    }

    /** A fresh array with the body as sent, still encoded. */
    public byte[] rawBytes() {
        return octets.toByteArray(bodyFrom, bodyTo);
    }

    /**
     * The content as text, line breaks as sent.
     *
     * <p>Text is decoded by its declared charset, broken characters becoming U+FFFD. Without a charset, or with one
     * that Java does not know, it is read as UTF-8 if it is valid UTF-8, else as windows-1252; so is content that is
     * not text. HTML without a charset may name one in a {@code meta} element.
     */
    public String text() {
        return text(bytes(), problem -> {});
    }

    /**
     * Whether the part is an attachment: disposition "attachment", or type application/octet-stream, or a disposition
     * that is unknown (RFC 2183 section 2.8). A message that is nothing but one part of a type other than text/plain
     * and text/html is an attachment unless its disposition is "inline". A text/plain or text/html part is one only by
     * its disposition, a multipart never.
     */
    public boolean isAttachment() {
        if (isMultipart()) {
            return false;
        }
        if (isBodyType()) {
            return "attachment".equals(disposition);
        }
        if (disposition == null) {
            return isWholeMessage() || contentType.equals("application/octet-stream");
        }
        return !disposition.equals("inline") || (!isWholeMessage() && contentType.equals("application/octet-stream"));
    }

    /**
     * Whether the part is shown within the mail: disposition "inline", or no disposition and a type other than
     * text/plain, text/html and application/octet-stream. A multipart never is, nor a message that is nothing but one
     * text.
     */
    public boolean isInline() {
        if (isMultipart() || (isWholeMessage() && isBodyType())) {
            return false;
        }
        return disposition == null
                ? !isWholeMessage() && !isBodyType() && !contentType.equals("application/octet-stream")
                : disposition.equals("inline");
    }

    /** Whether the type is multipart/…; such a part may have no {@link #children()} if it could not be split. */
    public boolean isMultipart() {
        return contentType.startsWith("multipart/");
    }

    /**
     * The parts of a multipart, in the order sent; empty for a leaf. The parts of a {@link #message()} are not among
     * them.
     */
    public List<MimePart> children() {
        return children;
    }

    /**
     * The message that a message/rfc822 or message/global part holds; empty for other types, and where messages are
     * nested deeper than 100 levels.
     */
    public Optional<MailMessage> message() {
        if (!holdsMessage() || messageDepth >= MailMessage.NESTING_LIMIT) {
            return Optional.empty();
        }
        MailMessage nested = message;
        if (nested == null) {
            nested = isStoredAsIs()
                    ? new MailMessage(octets, bodyFrom, bodyTo, messageDepth + 1)
                    : MailMessage.nested(Octets.adopt(List.of(bytes())), messageDepth + 1);
            message = nested;
        }
        return Optional.of(nested);
    }

    /** The path, the type and the file name, for people. */
    @Override
    public String toString() {
        return path + " " + contentType + (fileName == null ? "" : " \"" + fileName + "\"");
    }

    /** Whether this is no container: {@link MailMessage#parts()} lists it. */
    boolean isLeaf() {
        return !split;
    }

    /** Whether the text of the mail may come from this part; a multipart that could not be split is shown as text. */
    boolean isTextBody() {
        if (isMultipart()) {
            return isLeaf() && !isNestedTooDeep();
        }
        return contentType.equals("text/plain") && !isAttachment();
    }

    /** Whether the HTML of the mail may come from this part. */
    boolean isHtmlBody() {
        return contentType.equals("text/html") && !isAttachment();
    }

    /** Decodes the content only to find out what is wrong with it. */
    void check(Consumer<String> problems) {
        if (isLeaf()) {
            byte[] content = decode(problems);
            if (contentType.startsWith("text/")) {
                text(content, problems);
            }
        }
        if (holdsMessage() && messageDepth >= MailMessage.NESTING_LIMIT) {
            problems.accept("messages nested deeper than " + MailMessage.NESTING_LIMIT + " levels are not read");
        }
    }

    /** Adds this part and all below it to {@code target}, each before its children. */
    void addTo(List<MimePart> target) {
        target.add(this);
        children.forEach(child -> child.addTo(target));
    }

    /** This part and all below it, level by level. */
    List<MimePart> breadthFirst() {
        List<MimePart> all = new ArrayList<>(List.of(this));
        for (int i = 0; i < all.size(); i++) {
            all.addAll(all.get(i).children);
        }
        return all;
    }

    private byte[] decode(Consumer<String> problems) {
        byte[] raw = rawBytes();
        return split ? raw : TransferDecoder.decode(raw, transferEncoding, problems);
    }

    private String text(byte[] content, Consumer<String> problems) {
        if (!contentType.startsWith("text/")) {
            return TextDecoder.guess(content);
        }
        String declared = charset().orElse(null);
        if (declared == null && contentType.equals("text/html")) {
            Matcher meta = META_CHARSET.matcher(
                    TextDecoder.guess(content.length <= META_LIMIT ? content : Arrays.copyOf(content, META_LIMIT)));
            declared = meta.find() ? meta.group(1) : null;
        }
        return TextDecoder.decode(content, declared, problems);
    }

    private boolean isStoredAsIs() {
        return split || TransferDecoder.isIdentity(transferEncoding);
    }

    private boolean isWholeMessage() {
        return path.equals("0");
    }

    private boolean isNestedTooDeep() {
        return path.chars().filter(c -> c == '.').count() >= MimeReader.NESTING_LIMIT - 1;
    }

    private boolean isBodyType() {
        return contentType.equals("text/plain") || contentType.equals("text/html");
    }

    private boolean holdsMessage() {
        return contentType.equals("message/rfc822") || contentType.equals("message/global");
    }
}
