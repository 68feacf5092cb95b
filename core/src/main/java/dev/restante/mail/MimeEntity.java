package dev.restante.mail;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node of a mail's MIME tree: what its header says, and where in the mail's octets its header and its body are.
 *
 * <p>Offsets are from the first octet that was given to {@link MimeReader}; the body is without the line break that
 * belongs to the boundary after it (RFC 2046 section 5.1.1).
 *
 * @param path "0" for the root, "1", "2" … for its parts, "1.2" for parts of these
 * @param fields the header fields in the order sent
 * @param headerFrom where the header starts
 * @param headerTo where it ends, without the empty line
 * @param bodyFrom where the body starts
 * @param bodyTo where it ends
 * @param type the Content-Type; its value is always of the form type/subtype
 * @param disposition the Content-Disposition; null if there is none
 * @param encoding the Content-Transfer-Encoding in lower case; "7bit" if there is none
 * @param split whether this is a multipart whose boundary was found
 * @param children the parts of a multipart
 */
public record MimeEntity(
        String path,
        List<Field> fields,
        int headerFrom,
        int headerTo,
        int bodyFrom,
        int bodyTo,
        ContentField type,
        @Nullable ContentField disposition,
        String encoding,
        boolean split,
        List<MimeEntity> children) {

    /** Whether the Content-Type says multipart, split or not. */
    public boolean isMultipart() {
        return type.value().startsWith("multipart/");
    }

    /**
     * A header field.
     *
     * @param name the name as sent, without blanks before the colon
     * @param raw the value without its line breaks
     * @param value the value as a reader sees it: encoded words decoded, each fold one blank
     */
    public record Field(String name, String raw, String value) {}
}
