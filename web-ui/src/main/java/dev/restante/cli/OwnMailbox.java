package dev.restante.cli;

import dev.restante.MailboxSelector;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A mailbox, and one of the things that choose it. */
record OwnMailbox(String name, MailboxSelector selector) {
    /** Reads {@code orders=rcpt:*@orders.example}. */
    static final class Reader implements ITypeConverter<OwnMailbox> {
        @Override
        public OwnMailbox convert(String spelled) {
            String text = Quoted.plain(spelled);
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new TypeConversionException("a mailbox is written NAME=SELECTOR, such as"
                        + " orders=rcpt:*@orders.example, but is \"" + text + "\"");
            }
            try {
                return new OwnMailbox(
                        text.substring(0, equals).strip(), MailboxSelector.of(text.substring(equals + 1)));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
