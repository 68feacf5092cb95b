package dev.restante.assertj;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import dev.restante.Matching;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Assertions on the mails that are in a mailbox now. They never wait: for mail that may yet come, ask
 * {@link Mailbox#awaitMails(int)} or {@link Mailbox#awaitExactly(int, java.time.Duration)} first.
 *
 * @param <S> the assertion itself
 * @param <A> what it is about
 */
public abstract class AbstractMailboxAssert<S extends AbstractMailboxAssert<S, A>, A extends Mailbox>
        extends AbstractEvidenceAssert<S, A> {
    AbstractMailboxAssert(A actual, Class<?> self, Reporting reporting) {
        super(actual, self, reporting);
    }

    @Override
    String evidence() {
        return Evidence.of(actual, actual.mails());
    }

    /** Verifies that there are so many mails. */
    public S hasMails(int count) {
        isNotNull();
        int found = actual.mails().size();
        return check(found == count, () -> expected(count, "") + ", but there " + are(found) + ".");
    }

    /** Verifies that so many mails match. */
    public S hasMails(int count, Matching matching) {
        isNotNull();
        int found = actual.mails(matching).size();
        return check(
                found == count,
                () -> expected(count, " " + matching) + ", but there " + are(found) + "." + mismatches(matching));
    }

    /** Verifies that there is no mail. */
    public S hasNoMail() {
        return hasMails(0);
    }

    /** Verifies that no mail matches. */
    public S hasNoMail(Matching matching) {
        return hasMails(0, matching);
    }

    /** Verifies that at least one mail matches. */
    public S hasMail(Matching matching) {
        isNotNull();
        return check(
                !actual.mails(matching).isEmpty(),
                () -> "Expected a mail " + matching + ", but there is none." + mismatches(matching));
    }

    /** Leads to the only mail; fails unless there is exactly one. */
    public CapturedMailAssert onlyMail() {
        return onlyMail(Matching.any());
    }

    /** Leads to the only mail that matches; fails unless there is exactly one. */
    public CapturedMailAssert onlyMail(Matching matching) {
        isNotNull();
        List<CapturedMail> found = actual.mails(matching);
        if (found.size() != 1) {
            String which = matching.toString().equals("any") ? "" : " " + matching;
            fail(expected(1, which) + ", but there " + are(found.size()) + "." + mismatches(matching));
            if (found.isEmpty()) {
                throw new AssertionError("There is no mail" + which + " to go on with.");
            }
        }
        return passing(new CapturedMailAssert(found.get(0), reporting));
    }

    /**
     * Verifies that no message is here twice: that no two mails with the same Message-ID have a recipient in common. Mails
     * without one are compared by their octets.
     */
    public S hasNoDuplicates() {
        isNotNull();
        Map<String, List<CapturedMail>> copies = new LinkedHashMap<>();
        for (CapturedMail mail : actual.mails()) {
            String identity = mail.messageId()
                    .map(id -> "<" + id + ">")
                    .orElseGet(() -> String.format(
                            "one without a Message-ID (hash %08x)", java.util.Arrays.hashCode(mail.bytes())));
            for (String recipient : mail.envelope().recipientAddresses()) {
                copies.computeIfAbsent(identity + " to " + AddressesAssert.folded(recipient), key -> new ArrayList<>())
                        .add(mail);
            }
        }
        List<String> twice = copies.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .map(entry -> entry.getKey() + ", " + entry.getValue().size() + " times")
                .toList();
        return check(
                twice.isEmpty(), () -> "Expected each message once, but there is:\n  " + String.join("\n  ", twice));
    }

    private String mismatches(Matching matching) {
        return actual.mails().stream()
                .limit(10)
                .map(mail -> {
                    List<String> mismatches = matching.mismatches(mail);
                    return mismatches.isEmpty()
                            ? ""
                            : "\n  " + mail + "\n    but " + String.join("\n    but ", mismatches);
                })
                .collect(Collectors.joining());
    }

    private static String expected(int count, String which) {
        return "Expected " + (count == 0 ? "no mail" : count == 1 ? "1 mail" : count + " mails") + which;
    }

    static String are(int count) {
        return count == 0 ? "is none" : count == 1 ? "is 1" : "are " + count;
    }
}
