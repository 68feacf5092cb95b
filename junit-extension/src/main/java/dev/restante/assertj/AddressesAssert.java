package dev.restante.assertj;

import dev.restante.MailAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Assertions on the addresses of a header field. An address is compared with regard to the case of what stands before the
 * {@code @} and without regard to that of the domain (RFC 5321 section 2.4).
 */
public final class AddressesAssert extends AbstractEvidenceAssert<AddressesAssert, List<MailAddress>> {
    private final String field;
    private final Supplier<String> evidence;

    AddressesAssert(String field, List<MailAddress> actual, Supplier<String> evidence, Reporting reporting) {
        super(actual, AddressesAssert.class, reporting);
        this.field = field;
        this.evidence = evidence;
    }

    @Override
    String evidence() {
        return evidence.get();
    }

    /** Verifies that these are the addresses, in any order; names do not matter. */
    public AddressesAssert areExactly(String... addresses) {
        return check(
                same(bare(), Arrays.asList(addresses)),
                () -> "Expected " + field + " to have " + listed(Arrays.asList(addresses)) + ", but it has " + found()
                        + ".");
    }

    /** Verifies that all of these are among the addresses. */
    public AddressesAssert contain(String... addresses) {
        List<String> missing = Arrays.stream(addresses)
                .filter(wanted -> bare().stream().noneMatch(address -> sameAddress(address, wanted)))
                .toList();
        return check(
                missing.isEmpty(),
                () -> "Expected " + listed(missing) + " in " + field + ", but it has " + found() + ".");
    }

    /** Verifies that none of these is among the addresses. */
    public AddressesAssert doNotContain(String... addresses) {
        List<String> present = Arrays.stream(addresses)
                .filter(unwanted -> bare().stream().anyMatch(address -> sameAddress(address, unwanted)))
                .toList();
        return check(
                present.isEmpty(),
                () -> "Expected " + listed(present) + " not to be in " + field + ", but it has " + found() + ".");
    }

    /** Verifies that there is an entry with this name and address. */
    public AddressesAssert contain(String name, String address) {
        return check(
                actual.stream().anyMatch(entry -> entry.name().equals(name) && sameAddress(entry.address(), address)),
                () -> "Expected " + name + " <" + address + "> in " + field + ", but it has " + found() + ".");
    }

    /** Verifies that there are so many addresses. */
    public AddressesAssert hasSize(int size) {
        return check(
                actual.size() == size,
                () -> "Expected " + (size == 1 ? "1 address" : size + " addresses") + " in " + field + ", but it has "
                        + (actual.isEmpty() ? "none." : actual.size() + ": " + found() + "."));
    }

    /** Verifies that the field has no address, or is missing. */
    public AddressesAssert isEmpty() {
        return check(actual.isEmpty(), () -> "Expected no address in " + field + ", but it has " + found() + ".");
    }

    private List<String> bare() {
        return actual.stream().map(MailAddress::address).toList();
    }

    private String found() {
        return actual.isEmpty() ? "none" : Evidence.joined(actual);
    }

    static String listed(List<String> addresses) {
        return addresses.isEmpty() ? "none" : String.join(", ", addresses);
    }

    /** Whether these are the same addresses, in any order, each as often. */
    static boolean same(List<String> some, List<String> others) {
        return folded(some).equals(folded(others));
    }

    private static List<String> folded(List<String> addresses) {
        return addresses.stream().map(AddressesAssert::folded).sorted().toList();
    }

    static boolean sameAddress(String one, String other) {
        return folded(one).equals(folded(other));
    }

    /** The address with its domain in lower case. */
    static String folded(String address) {
        int at = address.lastIndexOf('@');
        return at < 0
                ? address
                : address.substring(0, at) + address.substring(at).toLowerCase(java.util.Locale.ROOT);
    }
}
