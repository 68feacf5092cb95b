package dev.restante.assertj;

import dev.restante.HeaderField;
import dev.restante.Link;
import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ByteArrayAssert;
import org.assertj.core.api.OffsetDateTimeAssert;
import org.jsoup.Jsoup;

/**
 * Assertions on what a mail says: header, texts, attachments, nested messages.
 *
 * @param <S> the assertion itself
 * @param <A> what it is about
 */
public abstract class AbstractMailAssert<S extends AbstractMailAssert<S, A>, A> extends AbstractEvidenceAssert<S, A> {
    private static final MailMessage NOTHING = MailMessage.parse(new byte[0]);

    AbstractMailAssert(A actual, Class<?> self, Reporting reporting) {
        super(actual, self, reporting);
    }

    /** What the mail says. */
    abstract MailMessage message();

    // ---- header

    /**
     * Verifies that the decoded Subject is exactly this.
     *
     * <pre>{@code
     * assertThat(mail).hasSubject("Your order 42");   // passes for "Subject: =?UTF-8?Q?Your_order_42?="
     * assertThat(mail).hasSubject("your order 42");   // fails: it differs in case only
     * }</pre>
     */
    public S hasSubject(String expected) {
        isNotNull();
        Optional<String> subject = message().subject();
        return check(
                subject.filter(expected::equals).isPresent(),
                () -> "Expected the subject \"" + expected + "\", but "
                        + subject.map(found -> "it is \"" + found + "\"" + oddity(expected, found))
                                .orElse("there is none.")
                        + (subject.isPresent() ? "." : ""));
    }

    private static String oddity(String expected, String found) {
        if (expected.equalsIgnoreCase(found)) {
            return ", which differs in case only";
        } else if (withoutSpace(expected).equals(withoutSpace(found))) {
            return ", which differs in white space only";
        } else if (expected.replaceAll("\\P{ASCII}+|\\?+", "?").equals(found.replaceAll("\\P{ASCII}+|\\?+", "?"))) {
            return ", which differs in letters beyond ASCII only: was it encoded in another charset than declared?";
        }
        return "";
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("[\\s\\p{Z}]+", "");
    }

    /** Leads to the decoded Subject; fails if there is none. */
    public TextAssert subject() {
        return header("Subject");
    }

    /** Verifies that there is a header field of this name; case is ignored. */
    public S hasHeader(String name) {
        isNotNull();
        return check(
                message().header(name).isPresent(),
                () -> "Expected a header field " + name + ", but there is none." + nearestHeaders(name));
    }

    /** Verifies that a header field of this name has exactly this value, decoded. */
    public S hasHeader(String name, String value) {
        isNotNull();
        List<String> values = values(name);
        return check(
                values.contains(value),
                () -> "Expected the header field " + name + " to be \"" + value + "\", but "
                        + (values.isEmpty()
                                ? "there is none." + nearestHeaders(name)
                                : "it is " + Evidence.quoted(values) + "."));
    }

    /** Verifies that there is exactly one header field of this name: RFC 5322 section 3.6 allows most no more often. */
    public S hasHeaderOnce(String name) {
        isNotNull();
        List<String> values = values(name);
        return check(
                values.size() == 1,
                () -> "Expected one header field " + name + ", but there "
                        + (values.isEmpty()
                                ? "is none." + nearestHeaders(name)
                                : "are " + values.size() + ": " + Evidence.quoted(values) + "."));
    }

    /** Verifies that there is no header field of this name. */
    public S hasNoHeader(String name) {
        isNotNull();
        List<String> values = values(name);
        return check(
                values.isEmpty(),
                () -> "Expected no header field " + name + ", but there is: " + Evidence.quoted(values) + ".");
    }

    /** Leads to the decoded value of the first header field of this name; fails if there is none. */
    public TextAssert header(String name) {
        hasHeader(name);
        Optional<String> value = values(name).stream().findFirst();
        return (value.isPresent() ? reporting : reporting.silent())
                .text(value.orElse(""), leadingTo("the header field " + name));
    }

    private List<String> values(String name) {
        return message().headers(name).stream().map(HeaderField::value).toList();
    }

    private String nearestHeaders(String name) {
        List<String> near = Evidence.nearest(
                name, message().headers().stream().map(HeaderField::name).toList());
        return near.isEmpty()
                ? " The header is empty."
                : " Nearest: " + String.join(", ", near.subList(0, Math.min(3, near.size()))) + ".";
    }

    /** Leads to the addresses of From. */
    public AddressesAssert from() {
        return addresses("From", MailMessage::from);
    }

    /** Leads to the addresses of To, in the header; the envelope's recipients may be others. */
    public AddressesAssert to() {
        return addresses("To", MailMessage::to);
    }

    /** Leads to the addresses of Cc. */
    public AddressesAssert cc() {
        return addresses("Cc", MailMessage::cc);
    }

    /** Leads to the addresses of Reply-To. */
    public AddressesAssert replyTo() {
        return addresses("Reply-To", MailMessage::replyTo);
    }

    private AddressesAssert addresses(String field, Function<MailMessage, List<MailAddress>> addresses) {
        isNotNull();
        return passing(new AddressesAssert(field, addresses.apply(message()), this::evidence, reporting));
    }

    /** Verifies that there is one Message-ID, of the form {@code <left@right>} (RFC 5322 section 3.6.4). */
    public S hasMessageId() {
        isNotNull();
        List<String> values = values("Message-ID");
        return check(
                values.size() == 1 && values.get(0).strip().matches("<[^<>\\s@]+@[^<>\\s@]+>"),
                () -> "Expected one Message-ID of the form <left@right>, but there is "
                        + (values.isEmpty() ? "none" : Evidence.quoted(values)) + ".");
    }

    /** Leads to the Date with its own offset; fails if there is none or it cannot be read. */
    public OffsetDateTimeAssert date() {
        isNotNull();
        Optional<OffsetDateTime> date = message().date();
        check(
                date.isPresent(),
                () -> "Expected a Date, but "
                        + (values("Date").isEmpty()
                                ? "there is none."
                                : Evidence.quoted(values("Date")) + " cannot be read."));
        OffsetDateTime found = date.orElse(OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC));
        return (date.isPresent() ? reporting : reporting.silent())
                .own(
                        OffsetDateTimeAssert.class,
                        OffsetDateTime.class,
                        found,
                        () -> (OffsetDateTimeAssert) Assertions.assertThat(found),
                        leadingTo("the Date"));
    }

    // ---- texts

    /** Leads to the text of the text/plain body, its lines ended by {@code \n}; fails if there is none. */
    public TextAssert text() {
        isNotNull();
        Optional<String> text = message().text();
        check(
                text.isPresent(),
                () -> "Expected a plain text, but the mail has none"
                        + (message().html().isPresent() ? "; it has HTML: see html().visibleText()." : "."));
        return (text.isPresent() ? reporting : reporting.silent()).text(text.orElse(""), leadingTo("the text"));
    }

    /** Verifies that there is no text/plain body. */
    public S hasNoText() {
        isNotNull();
        return check(
                message().text().isEmpty(),
                () -> "Expected no plain text, but there is: "
                        + Evidence.quoted(message().text().orElse("").strip()) + ".");
    }

    /** Leads to the HTML body; fails if there is none. */
    public HtmlAssert html() {
        isNotNull();
        Optional<String> html = message().html();
        check(
                html.isPresent(),
                () -> "Expected HTML, but the mail has none"
                        + (message().text().isPresent() ? "; it has a plain text: see text()." : "."));
        return passing(new HtmlAssert(
                html.orElse(""), message(), this::evidence, html.isPresent() ? reporting : reporting.silent()));
    }

    /** Verifies that there is no HTML body. */
    public S hasNoHtml() {
        isNotNull();
        return check(
                message().html().isEmpty(),
                () -> "Expected no HTML, but there is some, which reads: "
                        + Evidence.quoted(HtmlAssert.visibleText(
                                Jsoup.parse(message().html().orElse(""))))
                        + ".");
    }

    /**
     * Leads to the link that reads {@code text}: in the HTML, or, of a mail without HTML, the URL on that line of the text or
     * on the next; fails if there is none, or several that lead to different places.
     */
    public LinkAssert link(String text) {
        isNotNull();
        try {
            return passing(new LinkAssert(message().link(text), this::evidence, reporting));
        } catch (AssertionError error) {
            fail(String.valueOf(error.getMessage()));
            return passing(new LinkAssert(new Link(text, ""), this::evidence, reporting.silent()));
        }
    }

    // ---- parts

    /** Leads to the attachment with this file name; fails if there is none or more than one. */
    public PartAssert attachment(String fileName) {
        isNotNull();
        List<MimePart> found = named(message().attachments(), fileName);
        if (found.size() == 1) {
            return passing(new PartAssert(found.get(0), this::evidence, reporting));
        }
        boolean inline = !named(message().inlineParts(), fileName).isEmpty();
        fail(
                found.isEmpty()
                        ? "Expected an attachment \"" + fileName + "\", but "
                                + (inline
                                        ? "the part of that name is inline: see part(path) or inlinePart(contentId)."
                                        : has(message().attachments(), fileName))
                        : "Expected one attachment \"" + fileName + "\", but there are " + found.size() + ".");
        return noPart();
    }

    private PartAssert noPart() {
        return passing(new PartAssert(NOTHING.root(), this::evidence, reporting.silent()));
    }

    private static String has(List<MimePart> parts, String wanted) {
        if (parts.isEmpty()) {
            return "the mail has no attachments.";
        }
        List<String> names = parts.stream().map(AbstractMailAssert::nameOf).toList();
        return "the mail has " + Evidence.quoted(Evidence.nearest(wanted, names)) + ".";
    }

    private static String nameOf(MimePart part) {
        return part.fileName().orElse("(without a name)");
    }

    private static List<MimePart> named(List<MimePart> parts, String fileName) {
        return parts.stream()
                .filter(part -> part.fileName().filter(fileName::equals).isPresent())
                .toList();
    }

    /** Verifies that these are the names of all attachments, in any order. */
    public S hasAttachments(String... fileNames) {
        isNotNull();
        List<String> names =
                message().attachments().stream().map(AbstractMailAssert::nameOf).toList();
        return check(
                names.stream()
                        .sorted()
                        .toList()
                        .equals(Arrays.stream(fileNames).sorted().toList()),
                () -> "Expected the attachments " + Evidence.quoted(List.of(fileNames)) + ", but there "
                        + (names.isEmpty() ? "are none" : "is " + Evidence.quoted(names)) + ".");
    }

    /** Verifies that nothing is attached; parts shown within the mail do not count. */
    public S hasNoAttachments() {
        isNotNull();
        List<String> names =
                message().attachments().stream().map(AbstractMailAssert::nameOf).toList();
        return check(names.isEmpty(), () -> "Expected no attachments, but there is " + Evidence.quoted(names) + ".");
    }

    /** Leads to the part with this Content-ID, bare, in brackets or as {@code cid:}; fails if there is none. */
    public PartAssert inlinePart(String contentId) {
        isNotNull();
        Optional<MimePart> part = message().byContentId(contentId);
        check(
                part.isPresent(),
                () -> "Expected a part with the Content-ID \"" + contentId + "\", but the mail has "
                        + (contentIds().isEmpty()
                                ? "no Content-ID"
                                : Evidence.quoted(Evidence.nearest(contentId, contentIds())))
                        + ".");
        return part.map(found -> passing(new PartAssert(found, this::evidence, reporting)))
                .orElseGet(this::noPart);
    }

    private List<String> contentIds() {
        return message().parts().stream()
                .map(MimePart::contentId)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Leads to the part at this {@link MimePart#path() path}, such as {@code "1.2"}; fails if there is none. */
    public PartAssert part(String path) {
        isNotNull();
        Optional<MimePart> part = message().part(path);
        check(part.isPresent(), () -> "Expected a part " + path + ", but there is none.");
        return part.map(found -> passing(new PartAssert(found, this::evidence, reporting)))
                .orElseGet(this::noPart);
    }

    /** Leads to the only message within the mail, as a forwarded mail or a bounce has it; fails unless there is one. */
    public MailMessageAssert nestedMessage() {
        isNotNull();
        List<MailMessage> nested = message().nestedMessages();
        check(
                nested.size() == 1,
                () -> "Expected one message within the mail, but there "
                        + (nested.isEmpty() ? "is none." : "are " + nested.size() + ": see nestedMessage(index)."));
        return nested.size() == 1
                ? passing(new MailMessageAssert(nested.get(0), reporting))
                : passing(new MailMessageAssert(NOTHING, reporting.silent()));
    }

    /** Leads to a message within the mail, counted from 0; fails if there are not so many. */
    public MailMessageAssert nestedMessage(int index) {
        isNotNull();
        List<MailMessage> nested = message().nestedMessages();
        boolean there = index >= 0 && index < nested.size();
        check(
                there,
                () -> "Expected a message number " + index + " within the mail, counted from 0, but there "
                        + AbstractMailboxAssert.are(nested.size()) + ".");
        return there
                ? passing(new MailMessageAssert(nested.get(index), reporting))
                : passing(new MailMessageAssert(NOTHING, reporting.silent()));
    }

    /** Verifies that all of the mail could be read: {@link MailMessage#problems()} is empty. */
    public S isWellFormed() {
        isNotNull();
        List<String> problems = message().problems();
        return check(
                problems.isEmpty(),
                () -> "Expected a well-formed mail, but it has "
                        + (problems.size() == 1 ? "a problem" : problems.size() + " problems") + ": "
                        + String.join("; ", problems) + ".");
    }

    /** Leads to the octets, exactly as sent. */
    public ByteArrayAssert bytes() {
        isNotNull();
        return reporting.octets(message().bytes(), leadingTo("the octets"));
    }
}
