package dev.restante.assertj;

import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Assertions on an envelope: what MAIL FROM and the accepted RCPT TO said, ESMTP parameters included. */
public final class EnvelopeAssert extends AbstractEvidenceAssert<EnvelopeAssert, Envelope> {
    private final Supplier<String> mail;

    EnvelopeAssert(Envelope actual, Supplier<String> mail, Reporting reporting) {
        super(actual, EnvelopeAssert.class, reporting);
        this.mail = mail;
    }

    @Override
    String evidence() {
        return mail.get();
    }

    /** Verifies the sender's address, without brackets; the domain's case is ignored. */
    public EnvelopeAssert hasSender(String address) {
        isNotNull();
        String sender = actual.sender().address();
        return check(
                AddressesAssert.sameAddress(sender, address),
                () -> "Expected the sender <" + address + ">, but it is <" + sender + ">.");
    }

    /** Verifies the null sender {@code <>}, as bounces and receipts have it (RFC 5321 section 4.5.5). */
    public EnvelopeAssert hasNullSender() {
        isNotNull();
        return check(
                actual.sender().isNull(),
                () -> "Expected the null sender <>, but it is <"
                        + actual.sender().address() + ">.");
    }

    /** Verifies the recipients, all and in this order, duplicates included; the domains' case is ignored. */
    public EnvelopeAssert hasRecipients(String... addresses) {
        isNotNull();
        List<String> expected = Arrays.asList(addresses);
        List<String> found = actual.recipientAddresses();
        return check(
                folded(expected).equals(folded(found)),
                () -> "Expected the recipients " + AddressesAssert.listed(expected)
                        + (AddressesAssert.same(expected, found) ? " in this order" : "") + ", but they are "
                        + AddressesAssert.listed(found) + ".");
    }

    private static List<String> folded(List<String> addresses) {
        return addresses.stream().map(AddressesAssert::folded).toList();
    }

    /** Verifies how many recipients there are. */
    public EnvelopeAssert hasRecipientCount(int count) {
        isNotNull();
        int found = actual.recipients().size();
        return check(
                found == count,
                () -> "Expected " + (count == 1 ? "1 recipient" : count + " recipients") + ", but there "
                        + AbstractMailboxAssert.are(found) + ".");
    }

    /** Verifies that no recipient was named twice. */
    public EnvelopeAssert hasNoDuplicateRecipients() {
        isNotNull();
        List<String> found = folded(actual.recipientAddresses());
        List<String> twice = found.stream()
                .filter(address -> found.indexOf(address) != found.lastIndexOf(address))
                .distinct()
                .toList();
        return check(
                twice.isEmpty(),
                () -> "Expected each recipient once, but RCPT TO said again: " + String.join(", ", twice) + ".");
    }

    /** Verifies that MAIL FROM had this ESMTP parameter, such as {@code "SMTPUTF8"}; case is ignored. */
    public EnvelopeAssert hasParameter(String keyword) {
        isNotNull();
        EsmtpParameters parameters = actual.sender().parameters();
        return check(
                parameters.has(keyword),
                () -> "Expected the parameter " + keyword + " of MAIL FROM, but it has " + spoken(parameters) + ".");
    }

    /** Verifies that MAIL FROM had this ESMTP parameter with this value as spoken, such as {@code "BODY", "8BITMIME"}. */
    public EnvelopeAssert hasParameter(String keyword, String value) {
        isNotNull();
        EsmtpParameters parameters = actual.sender().parameters();
        return check(
                parameters.value(keyword).filter(value::equals).isPresent(),
                () -> "Expected the parameter " + keyword + "=" + value + " of MAIL FROM, but it has "
                        + spoken(parameters) + ".");
    }

    /** Verifies that RCPT TO of this address had this ESMTP parameter, such as {@code "NOTIFY", "NEVER"}. */
    public EnvelopeAssert hasRecipientParameter(String address, String keyword, String value) {
        isNotNull();
        Optional<Envelope.Recipient> recipient = actual.recipients().stream()
                .filter(each -> AddressesAssert.sameAddress(each.address(), address))
                .findFirst();
        return check(
                recipient
                        .flatMap(each -> each.parameters().value(keyword))
                        .filter(value::equals)
                        .isPresent(),
                () -> "Expected the parameter " + keyword + "=" + value + " of RCPT TO:<" + address + ">, but "
                        + recipient
                                .map(each -> "it has " + spoken(each.parameters()))
                                .orElse("that is no recipient") + ".");
    }

    private static String spoken(EsmtpParameters parameters) {
        return parameters.all().isEmpty() ? "none" : parameters.toString();
    }
}
