package dev.restante;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * A link in a mail.
 *
 * <p>Immutable and thread-safe.
 *
 * @param text what a reader sees of it: the text between the tags, white space collapsed; for an image that is a link, its
 *     {@code alt}; in a plain text, the words on the link's line
 * @param href where it leads, as the mail says it, character references decoded
 */
public record Link(String text, String href) {
    /**
     * Where it leads.
     *
     * @throws AssertionError if that is no URI (RFC 3986); the message says where it breaks
     */
    public URI uri() {
        try {
            return new URI(href.strip());
        } catch (URISyntaxException e) {
            throw new AssertionError(
                    "The link \"" + text + "\" leads to \"" + href + "\", which is no URI: " + e.getReason()
                            + " at position " + e.getIndex() + ".",
                    e);
        }
    }

    /** {@code "text" -> href}. */
    @Override
    public String toString() {
        return "\"" + text + "\" -> " + href;
    }
}
