package dev.restante;

import java.util.List;
import java.util.Optional;

/**
 * The envelope of one SMTP transaction as the client spoke it: the sender, and each accepted recipient in order,
 * duplicates included (RFC 5321 section 2.3.1).
 *
 * @param sender what MAIL FROM said
 * @param recipients what each accepted RCPT TO said, in order
 */
public record Envelope(Sender sender, List<Recipient> recipients) {
    /** Copies the list. */
    public Envelope {
        recipients = List.copyOf(recipients);
    }

    /** The addresses of all recipients, in order. */
    public List<String> recipientAddresses() {
        return recipients.stream().map(Recipient::address).toList();
    }

    /**
     * The reverse-path of MAIL FROM.
     *
     * @param address the mailbox without brackets and source route, spelled as spoken; empty for the null sender
     *     {@code <>}
     * @param spoken the path exactly as spoken, brackets and source route included
     * @param parameters the ESMTP parameters that followed
     */
    public record Sender(String address, String spoken, EsmtpParameters parameters) {
        /** Whether this is the null sender {@code <>} of bounces and receipts. */
        public boolean isNull() {
            return address.isEmpty();
        }

        @Override
        public String toString() {
            return spokenWith(spoken, parameters);
        }
    }

    /**
     * The forward-path of one RCPT TO.
     *
     * @param address the mailbox without brackets and source route, spelled as spoken
     * @param spoken the path exactly as spoken, brackets and source route included
     * @param parameters the ESMTP parameters that followed
     */
    public record Recipient(String address, String spoken, EsmtpParameters parameters) {
        /** Roughly how many octets of memory it takes to keep this: what bounds count. */
        public int footprint() {
            return 128
                    + 2 * (address.length() + spoken.length())
                    + 64 * parameters.all().size();
        }

        /** The domain after the last {@code @}; empty for a bare {@code postmaster}. */
        public Optional<String> domain() {
            int at = address.lastIndexOf('@');
            return at < 0 ? Optional.empty() : Optional.of(address.substring(at + 1));
        }

        @Override
        public String toString() {
            return spokenWith(spoken, parameters);
        }
    }

    private static String spokenWith(String spoken, EsmtpParameters parameters) {
        return parameters.all().isEmpty() ? spoken : spoken + " " + parameters;
    }

    /** The envelope on one line: {@code <a@x> -> <b@y>, <c@z>}. */
    @Override
    public String toString() {
        return sender + " -> "
                + String.join(", ", recipients.stream().map(Recipient::toString).toList());
    }
}
