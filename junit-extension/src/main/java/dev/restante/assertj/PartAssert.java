package dev.restante.assertj;

import dev.restante.HeaderField;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.util.Optional;
import java.util.function.Supplier;
import org.assertj.core.api.ByteArrayAssert;
import org.jspecify.annotations.Nullable;

/** Assertions on a part of a mail: an attachment, an inline image, a text. */
public final class PartAssert extends AbstractEvidenceAssert<PartAssert, MimePart> {
    private final @Nullable Supplier<String> mail;

    PartAssert(MimePart actual, @Nullable Supplier<String> mail, Reporting reporting) {
        super(actual, PartAssert.class, reporting);
        this.mail = mail;
    }

    @Override
    String evidence() {
        String part = "The part:\n  " + Evidence.part(actual);
        return mail == null ? part : part + "\n" + mail.get();
    }

    /** Verifies the type and subtype, such as {@code "application/pdf"}; case is ignored, parameters do not matter. */
    public PartAssert hasContentType(String expected) {
        isNotNull();
        return check(
                actual.contentType().equalsIgnoreCase(expected),
                () -> "Expected the content type " + expected + ", but it is " + actual.contentType() + ".");
    }

    /** Verifies a parameter of the Content-Type, such as {@code "charset"}. */
    public PartAssert hasContentTypeParameter(String name, String value) {
        isNotNull();
        Optional<String> found = actual.contentTypeParameter(name);
        return check(
                found.filter(value::equals).isPresent(),
                () -> "Expected the content type's parameter " + name + " to be \"" + value + "\", but "
                        + found.map(it -> "it is \"" + it + "\"").orElse("there is none") + ".");
    }

    /** Verifies the decoded file name. */
    public PartAssert hasFileName(String expected) {
        isNotNull();
        return check(
                actual.fileName().filter(expected::equals).isPresent(),
                () -> "Expected the file name \"" + expected + "\", but "
                        + actual.fileName().map(it -> "it is \"" + it + "\"").orElse("there is none") + ".");
    }

    /** Verifies that the content has so many octets, its transfer encoding undone. */
    public PartAssert hasSize(int octets) {
        isNotNull();
        return check(
                actual.size() == octets,
                () -> "Expected " + octets + " octets of content, but there are " + actual.size() + ".");
    }

    /** Verifies that there is content. */
    public PartAssert isNotEmpty() {
        isNotNull();
        return check(actual.size() > 0, () -> "Expected content, but there is none.");
    }

    /** Verifies that the part is meant to be saved. */
    public PartAssert isAttachment() {
        isNotNull();
        return check(actual.isAttachment(), () -> "Expected an attachment, but the part is not one.");
    }

    /** Verifies that the part is meant to be shown within the mail. */
    public PartAssert isInline() {
        isNotNull();
        return check(actual.isInline(), () -> "Expected an inline part, but the part is not one.");
    }

    /** Verifies the Content-ID, written without brackets. */
    public PartAssert hasContentId(String expected) {
        isNotNull();
        return check(
                actual.contentId().filter(expected::equals).isPresent(),
                () -> "Expected the Content-ID \"" + expected + "\", but "
                        + actual.contentId().map(it -> "it is \"" + it + "\"").orElse("there is none") + ".");
    }

    /** Leads to the decoded value of the part's first header field of this name; fails if there is none. */
    public TextAssert header(String name) {
        isNotNull();
        Optional<HeaderField> field = actual.header(name);
        check(field.isPresent(), () -> "Expected a header field " + name + " in the part, but there is none.");
        return (field.isPresent() ? reporting : reporting.silent())
                .text(field.map(HeaderField::value).orElse(""), leadingTo("the part's header field " + name));
    }

    /** Leads to the content, its transfer encoding undone. */
    public ByteArrayAssert content() {
        isNotNull();
        return reporting.octets(actual.bytes(), leadingTo("the content"));
    }

    /** Leads to the content as text, decoded by its charset, its lines ended by {@code \n}. */
    public TextAssert text() {
        isNotNull();
        return reporting.text(actual.text(), leadingTo("the content"));
    }

    /** Leads to the message that the part holds; fails if it is no message. */
    public MailMessageAssert message() {
        isNotNull();
        Optional<MailMessage> message = actual.message();
        check(message.isPresent(), () -> "Expected a message, but the part is " + actual.contentType() + ".");
        return message.map(found -> passing(new MailMessageAssert(found, reporting)))
                .orElseGet(() -> passing(new MailMessageAssert(MailMessage.parse(new byte[0]), reporting.silent())));
    }
}
