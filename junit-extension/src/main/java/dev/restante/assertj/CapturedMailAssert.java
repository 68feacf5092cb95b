package dev.restante.assertj;

import dev.restante.Acknowledgement;
import dev.restante.CapturedMail;
import dev.restante.HeaderField;
import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import dev.restante.SmtpSession;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Assertions on a caught mail: its envelope, what it says, and how it came.
 *
 * <pre>{@code
 * assertThat(mail).isFrom("shop@example.com").isTo("ann@example.com").hasSubject("Your order 42").hasNoBccLeak();
 * assertThat(mail).attachment("invoice.pdf").hasContentType("application/pdf");
 * }</pre>
 *
 * <p>{@link #isFrom} and {@link #isTo} ask the envelope, as {@code Matching.from} and {@code Matching.to} do: it decides who
 * gets the mail. {@link #from()} and {@link #to()} lead to the header, which is what people see.
 *
 * <p>They never wait: take the mail by {@code takeMail()} or {@code awaitMails(...)} first.
 */
public final class CapturedMailAssert extends AbstractMailAssert<CapturedMailAssert, CapturedMail> {
    CapturedMailAssert(CapturedMail actual, Reporting reporting) {
        super(actual, CapturedMailAssert.class, reporting);
    }

    @Override
    MailMessage message() {
        return actual.message();
    }

    @Override
    String evidence() {
        return Evidence.of(actual);
    }

    /**
     * Verifies that lint finds neither an error nor a warning with the mail and the conversation that it came by; notes do not count. {@link #lint()} leads
     * to all.
     */
    public CapturedMailAssert hasNoLint() {
        lint().hasNoFaults();
        return this;
    }

    /** Leads to what lint finds wrong with the mail and the conversation that it came by. */
    public LintAssert lint() {
        isNotNull();
        return passing(new LintAssert(actual.lint(), this::evidence, reporting));
    }

    // ---- envelope

    /**
     * Verifies that MAIL FROM said this address, without brackets; the empty text stands for the null sender {@code <>}. The
     * domain's case is ignored.
     */
    public CapturedMailAssert isFrom(String address) {
        isNotNull();
        String sender = actual.envelope().sender().address();
        return check(AddressesAssert.sameAddress(sender, address), () -> {
            String hint = actual.from().stream().anyMatch(from -> AddressesAssert.sameAddress(from.address(), address))
                    ? " It is in the From header: see from()."
                    : "";
            return "Expected the mail to be from <" + address + ">, but MAIL FROM said <" + sender + ">."
                    + caseOnly(address, sender) + bareOnly(address) + hint;
        });
    }

    /**
     * Verifies that RCPT TO said these addresses and no others, in any order: blind copies count. The domains' case is
     * ignored.
     */
    public CapturedMailAssert isTo(String... addresses) {
        isNotNull();
        List<String> expected = Arrays.asList(addresses);
        List<String> found = actual.envelope().recipientAddresses();
        return check(AddressesAssert.same(expected, found), () -> {
            List<String> missing = without(expected, found);
            List<String> further = without(found, expected);
            StringBuilder text = new StringBuilder("Expected the mail to be to ")
                    .append(AddressesAssert.listed(expected))
                    .append(", but RCPT TO said ")
                    .append(AddressesAssert.listed(found))
                    .append(".");
            for (String address : missing) {
                boolean inHeader = Stream.of(actual.to(), actual.cc(), actual.bcc())
                        .flatMap(List::stream)
                        .anyMatch(entry -> AddressesAssert.sameAddress(entry.address(), address));
                text.append("\n  missing: ").append(address);
                text.append(bareOnly(address));
                text.append(inHeader ? ", though the header names it: was it refused, or sent by itself?" : "");
                found.stream()
                        .filter(other -> other.equalsIgnoreCase(address))
                        .findFirst()
                        .ifPresent(other -> text.append(caseOnly(address, other)));
            }
            for (String address : further) {
                text.append("\n  further: ").append(address);
                text.append(visible(address) ? "" : ", a blind copy: it is in neither To nor Cc");
            }
            return text.toString();
        });
    }

    private static String bareOnly(String expected) {
        return expected.indexOf('<') < 0 ? "" : " Give the bare address, without brackets and name.";
    }

    private static String caseOnly(String expected, String found) {
        return !expected.equals(found) && expected.equalsIgnoreCase(found)
                ? " They differ in case only, which counts before the @ (RFC 5321 section 2.4)."
                : "";
    }

    private static List<String> without(List<String> addresses, List<String> taken) {
        List<String> left = new ArrayList<>(addresses);
        for (String address : taken) {
            for (int i = 0; i < left.size(); i++) {
                if (AddressesAssert.sameAddress(left.get(i), address)) {
                    left.remove(i);
                    break;
                }
            }
        }
        return left;
    }

    /** Verifies that RCPT TO said this address, among others perhaps. */
    public CapturedMailAssert isAlsoTo(String address) {
        isNotNull();
        List<String> found = actual.envelope().recipientAddresses();
        return check(
                found.stream().anyMatch(recipient -> AddressesAssert.sameAddress(recipient, address)),
                () -> "Expected the mail to be to " + address + " among others, but RCPT TO said "
                        + AddressesAssert.listed(Evidence.nearest(address, found)) + ".");
    }

    /** Verifies that RCPT TO did not say this address. */
    public CapturedMailAssert isNotTo(String address) {
        isNotNull();
        return check(
                actual.envelope().recipientAddresses().stream()
                        .noneMatch(recipient -> AddressesAssert.sameAddress(recipient, address)),
                () -> "Expected the mail not to be to " + address + ", but RCPT TO said it.");
    }

    /** Verifies that these addresses got blind copies: RCPT TO said them, and neither To nor Cc has them. */
    public CapturedMailAssert isBlindCopyTo(String... addresses) {
        isNotNull();
        for (String address : addresses) {
            boolean received = actual.envelope().recipientAddresses().stream()
                    .anyMatch(recipient -> AddressesAssert.sameAddress(recipient, address));
            if (!received || visible(address)) {
                fail("Expected a blind copy to " + address + ", but "
                        + (received ? "the header shows it in To or Cc." : "RCPT TO did not say it."));
            }
        }
        return this;
    }

    private boolean visible(String address) {
        return Stream.of(actual.to(), actual.cc())
                .flatMap(List::stream)
                .anyMatch(entry -> AddressesAssert.sameAddress(entry.address(), address));
    }

    /**
     * Verifies that nobody can read who got a blind copy:
     *
     * <ul>
     *   <li>no Bcc or Resent-Bcc field is left in the header, unless the mail goes to no one but whom it names (RFC 5322
     *       section 3.6.3);
     *   <li>if the mail goes to several, no recipient that To and Cc do not show is named in any header field, text or
     *       HTML, be it in a link ({@code ?u=ann%40example.com}).
     * </ul>
     */
    public CapturedMailAssert hasNoBccLeak() {
        isNotNull();
        List<String> recipients = actual.envelope().recipientAddresses();
        List<String> leaks = new ArrayList<>();
        for (String field : List.of("Bcc", "Resent-Bcc")) {
            for (HeaderField header : message().headers(field)) {
                List<String> named = MailAddress.parseList(header.rawValue()).stream()
                        .map(MailAddress::address)
                        .toList();
                boolean onlyToThem = named.size() == 1 && AddressesAssert.same(recipients, named);
                if (!named.isEmpty() && !onlyToThem) {
                    leaks.add("the header has " + Evidence.shortened(header.toString()));
                }
            }
        }
        if (recipients.stream().map(AddressesAssert::folded).distinct().count() > 1) {
            recipients.stream()
                    .filter(recipient -> !visible(recipient))
                    .distinct()
                    .forEach(blind -> placesOf(blind).forEach(place -> leaks.add(place + " names " + blind)));
        }
        return check(
                leaks.isEmpty(),
                () -> "Expected no one to see who got a blind copy, but:\n  " + String.join("\n  ", leaks));
    }

    private List<String> placesOf(String address) {
        Predicate<String> names = namesOf(address);
        List<String> places = new ArrayList<>();
        for (HeaderField field : message().headers()) {
            boolean told = field.isNamed("Bcc") || field.isNamed("Resent-Bcc");
            if (!told && names.test(field.value() + " " + field.rawValue())) {
                places.add("the header field " + field.name());
            }
        }
        for (MimePart part : message().parts()) {
            if (part.contentType().startsWith("text/") && names.test(part.text())) {
                places.add("the part " + part);
            }
        }
        return places;
    }

    /** Whether a text has an address in it, as it is or as in a URL, and not only as a piece of a longer one. */
    private static Predicate<String> namesOf(String address) {
        String encoded = URLEncoder.encode(address, StandardCharsets.UTF_8);
        return Pattern.compile(
                        "(?<![\\w.+-])(" + Pattern.quote(address) + "|(?<![^=/:&?])" + Pattern.quote(encoded)
                                + ")(?![\\w-]|\\.\\w)",
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS)
                .asPredicate();
    }

    /** Leads to the envelope. */
    public EnvelopeAssert envelope() {
        isNotNull();
        return passing(new EnvelopeAssert(actual.envelope(), this::evidence, reporting));
    }

    // ---- how it came

    /** Verifies that the mail came over TLS. */
    public CapturedMailAssert cameOverTls() {
        isNotNull();
        return check(
                actual.client().tls().isPresent(),
                () -> "Expected the mail to come over TLS, but it came in plain text.");
    }

    /** Verifies that the mail came in plain text. */
    public CapturedMailAssert cameInPlain() {
        isNotNull();
        return check(
                actual.client().tls().isEmpty(),
                () -> "Expected the mail to come in plain text, but it came over "
                        + actual.client().tls().orElseThrow() + ".");
    }

    /** Verifies that the client had logged in as this user. */
    public CapturedMailAssert cameFromUser(String user) {
        isNotNull();
        Optional<String> found = actual.client().user();
        return check(
                found.filter(user::equals).isPresent(),
                () -> "Expected the client to have logged in as " + user + ", but "
                        + found.map(it -> "it was " + it).orElse("it had not logged in") + ".");
    }

    /** Verifies that the client was told that its mail was taken. */
    public CapturedMailAssert wasAcknowledged() {
        return acknowledgement(Acknowledgement.SENT);
    }

    /** Verifies that the client was not told that its mail was taken: it will have to send it again. */
    public CapturedMailAssert wasNotAcknowledged() {
        isNotNull();
        return check(
                actual.acknowledgement() != Acknowledgement.SENT,
                () -> "Expected the acknowledgement not to reach the client, but it is " + actual.acknowledgement()
                        + ".");
    }

    private CapturedMailAssert acknowledgement(Acknowledgement expected) {
        isNotNull();
        return check(
                actual.acknowledgement() == expected,
                () -> "Expected the acknowledgement to be " + expected + ", but it is " + actual.acknowledgement()
                        + ".");
    }

    /** Leads to the session that the mail came over; fails if it is not kept any more. */
    public SessionAssert session() {
        isNotNull();
        Optional<SmtpSession> found = actual.session();
        if (found.isEmpty()) {
            throw failureOf("The session that the mail came over is not kept any more: the server was reset, or it was"
                    + " dropped to stay within bounds.\n" + evidence());
        }
        return passing(new SessionAssert(found.get(), reporting));
    }

    // ---- snapshots

    /**
     * Verifies that the mail is as it was when the snapshot of this name was taken, with what changes from mail to mail made
     * the same: see {@link Snapshot}.
     *
     * @param name the file's name without {@code .txt}; a slash begins a folder
     */
    public CapturedMailAssert matchesSnapshot(String name) {
        return matchesSnapshot(name, Snapshot.standard());
    }

    /** Verifies the mail as {@link #matchesSnapshot(String)} does, with more made the same. */
    public CapturedMailAssert matchesSnapshot(String name, Snapshot normalization) {
        isNotNull();
        SnapshotFiles files = SnapshotFiles.fromProperties();
        String found = normalization.of(actual);
        Optional<SnapshotFiles.Mismatch> mismatch = files.compare(name, found);
        mismatch.ifPresent(it -> {
            String headline = it.headline() + "\n" + evidence();
            reporting.report(
                    it.expected().isPresent()
                            ? failureWithActualExpected(found, it.expected().get(), "%s", new Plain(headline))
                            : failureOf(headline));
        });
        return this;
    }

    /** Verifies that the mail's octets are those of a file, such as an {@code .eml} of an earlier run. */
    public CapturedMailAssert hasSameBytesAs(Path file) {
        isNotNull();
        byte[] expected = SnapshotFiles.read(file);
        byte[] found = actual.bytes();
        int at = Arrays.mismatch(expected, found);
        return check(
                at < 0,
                () -> "Expected the " + expected.length + " octets of " + file + ", but the mail has " + found.length
                        + ", and they differ from octet " + at + " on, - in the file, + in the mail:\n"
                        + LineDiff.of(shown(expected), shown(found)).indent(2).stripTrailing());
    }

    /** Octets with what ends their lines. */
    private static String shown(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1).replace("\r", "\\r");
    }
}
