package dev.restante;

import dev.restante.mail.AddressReader;
import java.util.List;
import java.util.function.Consumer;

/**
 * An address as it stands in a header field such as From or To (RFC 5322 section 3.4); not an envelope address.
 *
 * <p>Immutable and thread-safe.
 *
 * @param name the display name, decoded; empty if there is none
 * @param address the address without angle brackets, as sent: quotes of the local part, upper case and UTF-8 are kept;
 *     empty if the entry has none
 */
public record MailAddress(String name, String address) {
    /**
     * Reads an address list, such as {@code Ann <ann@example.com>, bob@example.com}.
     *
     * <p>Tolerant: groups are flattened, encoded words decoded, comments dropped, and of a broken entry comes what can
     * be read of it, possibly without an address. Never fails. At most 10,000 addresses are read.
     *
     * @param list the field's unfolded raw value, as {@link HeaderField#rawValue()} has it
     * @return the addresses in the order of the list; empty if it holds none
     */
    public static List<MailAddress> parseList(String list) {
        return parseList(list, problem -> {});
    }

    static List<MailAddress> parseList(String list, Consumer<String> problems) {
        return AddressReader.read(list, problems).stream()
                .map(mailbox -> new MailAddress(mailbox.name(), mailbox.address()))
                .toList();
    }

    /** {@code Name <address>}, or the bare address if there is no name. For people: the name is not quoted. */
    @Override
    public String toString() {
        return name.isEmpty() ? address : name + " <" + address + ">";
    }
}
