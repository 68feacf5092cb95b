package dev.restante;

/**
 * One field of a mail's or a part's header (RFC 5322 section 2.2).
 *
 * <p>Immutable and thread-safe.
 *
 * @param name the name as sent; compare it without regard to case
 * @param rawValue the value as sent, unfolded: the line breaks of a folded field and the white space around the value
 *     are removed, nothing is decoded. Octets that are not US-ASCII are read as UTF-8 if the field is valid UTF-8, else
 *     as windows-1252
 * @param value the value as a reader sees it: encoded words (RFC 2047) are decoded, and each fold is one blank. What
 *     cannot be decoded stays as it is
 */
public record HeaderField(String name, String rawValue, String value) {
    /** Whether this is a field called {@code name}, whatever the case. */
    public boolean isNamed(String name) {
        return this.name.equalsIgnoreCase(name);
    }

    /** The field on one line, {@code Name: value}, decoded. */
    @Override
    public String toString() {
        return name + ": " + value;
    }
}
