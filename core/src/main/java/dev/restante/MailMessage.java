package dev.restante;

import dev.restante.mail.DateReader;
import dev.restante.mail.MimeReader;
import dev.restante.mail.Octets;
import dev.restante.mail.Problems;
import java.lang.ref.SoftReference;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a mail's octets say: header fields, addresses, texts and parts (RFC 5322, RFC 2045 to 2049, RFC 2231).
 *
 * <pre>{@code
 * MailMessage message = MailMessage.parse(bytes);
 * message.subject();      // Optional[Your order 42]
 * message.to();           // [Ann <ann@example.com>]
 * message.text();         // Optional[Thank you …]
 * message.attachments();  // [2 application/pdf "invoice.pdf"]
 * }</pre>
 *
 * <p>Any sequence of octets is a message; nothing here fails. What could not be read is named in {@link #problems()}.
 * What would take too much is left out and named too: nesting deeper than 100 levels, more than 10,000 parts, more than
 * 10,000 fields in a header.
 *
 * <p>Immutable and thread-safe. Making one costs nothing: the first question reads the octets, once. What was read is
 * given up when memory runs short and read again when asked for.
 */
public final class MailMessage {
    /** How deep messages may be nested in messages. */
    static final int NESTING_LIMIT = 100;

    private static final List<String> ADDRESS_FIELDS = List.of("From", "Sender", "Reply-To", "To", "Cc", "Bcc");

    private final Octets octets;
    private final int from;
    private final int to;
    private final int depth;
    private volatile @Nullable SoftReference<View> view;

    /** The message in {@code octets} from {@code from} to {@code to}, {@code depth} messages deep in others. */
    MailMessage(Octets octets, int from, int to, int depth) {
        this.octets = octets;
        this.from = from;
        this.to = to;
        this.depth = depth;
    }

    /** What was read, and what was found wrong when someone asked for it. */
    private static final class View {
        final MimePart root;
        final List<MimePart> leaves;
        final Problems structure;
        volatile @Nullable List<String> problems;

        View(MimePart root, Problems structure) {
            this.root = root;
            this.structure = structure;
            List<MimePart> all = new ArrayList<>();
            root.addTo(all);
            this.leaves = all.stream().filter(MimePart::isLeaf).toList();
        }
    }

    /** The message that {@code bytes} hold; they are copied. */
    public static MailMessage parse(byte[] bytes) {
        return parse(Octets.of(bytes));
    }

    /** The message that {@code octets} hold. */
    public static MailMessage parse(Octets octets) {
        return nested(octets, 0);
    }

    static MailMessage nested(Octets octets, int depth) {
        return new MailMessage(octets, 0, octets.size(), depth);
    }

    /** The length of the message in octets. */
    public int size() {
        return to - from;
    }

    /** A fresh array with the octets of the message. */
    public byte[] bytes() {
        return octets.toByteArray(from, to);
    }

    /** The message's header fields in the order sent; at most 10,000. */
    public List<HeaderField> headers() {
        return root().headers();
    }

    /** The header fields called {@code name}, whatever the case, in the order sent. */
    public List<HeaderField> headers(String name) {
        return root().headers(name);
    }

    /** The first header field called {@code name}, whatever the case. */
    public Optional<HeaderField> header(String name) {
        return root().header(name);
    }

    /**
     * The header's lines as sent, with their line breaks and without the empty line after them. Each line's octets are
     * read as UTF-8 if they are valid UTF-8, else as windows-1252.
     */
    public String rawHeaders() {
        return root().rawHeaders();
    }

    /** The first Subject, decoded; empty if there is no such field. */
    public Optional<String> subject() {
        return header("Subject").map(HeaderField::value);
    }

    /** The addresses of all From fields. Like all address lists here: as far as they can be read, groups flattened. */
    public List<MailAddress> from() {
        return addresses("From");
    }

    /** The addresses of all Sender fields. */
    public List<MailAddress> sender() {
        return addresses("Sender");
    }

    /** The addresses of all To fields; the envelope's recipients may be others. */
    public List<MailAddress> to() {
        return addresses("To");
    }

    /** The addresses of all Cc fields. */
    public List<MailAddress> cc() {
        return addresses("Cc");
    }

    /**
     * The addresses of all Bcc fields. A well-behaved client sends none: blind copies are seen in the envelope only.
     */
    public List<MailAddress> bcc() {
        return addresses("Bcc");
    }

    /** The addresses of all Reply-To fields. */
    public List<MailAddress> replyTo() {
        return addresses("Reply-To");
    }

    /** The first Message-ID without its angle brackets; empty if there is none. */
    public Optional<String> messageId() {
        return header("Message-ID").flatMap(field -> identifier(field.rawValue()));
    }

    /**
     * The moment of the first Date field with its own offset (RFC 5322 section 3.3); empty if there is none or it
     * cannot be read. A missing or unknown zone is taken for UTC.
     */
    public Optional<OffsetDateTime> date() {
        return header("Date").map(field -> DateReader.read(field.rawValue()));
    }

    /**
     * The plain text of the mail, line breaks as sent; empty if it has no text/plain part. It is never made from the
     * HTML.
     *
     * <p>In a multipart/alternative message it is the first text/plain part, level by level; in other multiparts all of
     * them joined by {@code "\n--\n"}. Attachments do not count.
     */
    public Optional<String> text() {
        MimePart root = root();
        if (root.contentType().equals("multipart/alternative")) {
            return firstText(MimePart::isTextBody);
        }
        List<String> texts = parts().stream()
                .filter(MimePart::isTextBody)
                .map(MimePart::text)
                .toList();
        return texts.isEmpty() ? Optional.empty() : Optional.of(String.join("\n--\n", texts));
    }

    /**
     * The HTML of the mail: the first text/html part, level by level, that is no attachment; empty if there is none.
     */
    public Optional<String> html() {
        return firstText(MimePart::isHtmlBody);
    }

    /** The links, as {@link CapturedMail#links()} has them. */
    public List<Link> links() {
        return MailExtracts.links(this);
    }

    /** The link that reads {@code text}, as {@link CapturedMail#link} finds it. */
    public Link link(String text) {
        return MailExtracts.link(this, text);
    }

    /** The one text that a regular expression finds, as {@link CapturedMail#code} does. */
    public String code(String regex) {
        return MailExtracts.code(this, regex);
    }

    /** The message as a part: the only one ("0") or the multipart that holds the others. */
    public MimePart root() {
        return view().root;
    }

    /**
     * All parts that are no containers, depth first, as a reader meets them; at most 10,000. A message within the
     * message is one part; its own parts are in {@link #nestedMessages()}.
     */
    public List<MimePart> parts() {
        return view().leaves;
    }

    /**
     * The part at {@code path}, leaf or container, such as "1.2"; see {@link MimePart#path()}. A path leads on into nested
     * messages as IMAP numbers them (RFC 9051 section 6.4.5): below a message/rfc822 part "2" are the parts of the message in
     * it, "2.1" and so on, or its only one, "2.1".
     */
    public Optional<MimePart> part(String path) {
        MimePart part = root();
        if (path.equals("0")) {
            return Optional.of(part);
        }
        for (String step : path.split("\\.", -1)) {
            int number = step.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(step) : 0;
            List<MimePart> below = part.message().map(MailMessage::numbered).orElse(part.children());
            if (number < 1 || number > below.size()) {
                return Optional.empty();
            }
            part = below.get(number - 1);
        }
        return Optional.of(part);
    }

    /** What is numbered below a part that holds this message. */
    List<MimePart> numbered() {
        return root().children().isEmpty() ? List.of(root()) : root().children();
    }

    /** The parts for which {@link MimePart#isAttachment()} holds, with or without a file name, level by level. */
    public List<MimePart> attachments() {
        return leaves(MimePart::isAttachment);
    }

    /** The parts for which {@link MimePart#isInline()} holds, with or without a Content-ID, level by level. */
    public List<MimePart> inlineParts() {
        return leaves(MimePart::isInline);
    }

    /**
     * The first part with this Content-ID (RFC 2392).
     *
     * @param contentId the identifier, bare, in angle brackets or as the {@code cid:} URL that HTML refers to it with
     */
    public Optional<MimePart> byContentId(String contentId) {
        String wanted = contentId.regionMatches(true, 0, "cid:", 0, 4)
                ? percentDecoded(contentId.substring(4))
                : identifier(contentId).orElse("");
        return parts().stream()
                .filter(part -> part.contentId().filter(wanted::equals).isPresent())
                .findFirst();
    }

    /** The messages that this message's parts hold (message/rfc822, message/global), not those nested deeper. */
    public List<MailMessage> nestedMessages() {
        return parts().stream().map(MimePart::message).flatMap(Optional::stream).toList();
    }

    /** The text/calendar parts (RFC 5545): invitations and their answers, whatever their disposition. */
    public List<MimePart> calendars() {
        return parts().stream()
                .filter(part -> part.contentType().equals("text/calendar"))
                .toList();
    }

    /**
     * What could not be read, and where, in plain English: {@code part 1.2: boundary "x" is never closed}. Empty for a
     * sound mail. Nested messages have problems of their own. At most 1,000 are listed, then their number.
     *
     * <p>The wording is for people and may change.
     */
    public List<String> problems() {
        View view = view();
        List<String> problems = view.problems;
        if (problems == null) {
            problems = check(view);
            view.problems = problems;
        }
        return problems;
    }

    /** The subject and the size, for people. */
    @Override
    public String toString() {
        return "MailMessage[" + subject().orElse("no subject") + ", " + size() + " octets]";
    }

    /** What stands between angle brackets, or all of it if there are none; empty if that is nothing. */
    static Optional<String> identifier(String text) {
        int open = text.indexOf('<');
        int close = text.indexOf('>', open + 1);
        String identifier = text.substring(open + 1, open >= 0 && close >= 0 ? close : text.length())
                .strip();
        return identifier.isEmpty() ? Optional.empty() : Optional.of(identifier);
    }

    private View view() {
        SoftReference<View> reference = view;
        View read = reference == null ? null : reference.get();
        if (read == null) { // two threads may both read it; either result will do
            Problems problems = new Problems();
            read = new View(new MimePart(octets, from, MimeReader.read(bytes(), problems), depth), problems);
            view = new SoftReference<>(read);
        }
        return read;
    }

    private List<MailAddress> addresses(String name) {
        return addresses(name, problem -> {});
    }

    private List<MailAddress> addresses(String name, Consumer<String> problems) {
        return headers(name).stream()
                .flatMap(field -> MailAddress.parseList(field.rawValue(), problems).stream())
                .toList();
    }

    private Optional<String> firstText(Predicate<MimePart> kind) {
        return leaves(kind).stream().findFirst().map(MimePart::text);
    }

    private List<MimePart> leaves(Predicate<MimePart> kind) {
        return root().breadthFirst().stream()
                .filter(MimePart::isLeaf)
                .filter(kind)
                .toList();
    }

    private List<String> check(View view) {
        Problems problems = view.structure.copy();
        for (String name : ADDRESS_FIELDS) {
            addresses(name, problems.at("message: header field " + name));
        }
        header("Date").ifPresent(field -> {
            if (DateReader.read(field.rawValue()) == null) {
                problems.add("message: header field Date is no date: " + Problems.quote(field.rawValue()));
            }
        });
        for (MimePart part : view.leaves) {
            part.check(problems.at(Problems.place(part.path())));
        }
        return problems.list();
    }

    private static String percentDecoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            return text;
        }
    }
}
