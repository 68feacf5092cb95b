package dev.restante.assertj;

import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.LintFinding.Severity;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Assertions on what lint finds wrong with a session or a mail. Codes are those of {@link LintCheck#code()}.
 *
 * <pre>{@code
 * assertThat(mail).lint().ignoring("message-id-missing").hasNoFaults();
 * assertThat(mail).lint().has("bare-lf");
 * }</pre>
 */
public final class LintAssert extends AbstractEvidenceAssert<LintAssert, List<LintFinding>> {
    private static final int NEAREST = 3;

    private final Supplier<String> where;

    LintAssert(List<LintFinding> actual, Supplier<String> where, Reporting reporting) {
        super(actual, LintAssert.class, reporting);
        this.where = where;
    }

    @Override
    String evidence() {
        StringBuilder text = new StringBuilder();
        if (actual.isEmpty()) {
            text.append("Lint finds nothing wrong.\n");
        } else {
            text.append("Lint (").append(actual.size()).append("):\n");
            Evidence.listed(text, actual, LintFinding::toString);
        }
        return text.append(where.get()).toString();
    }

    /** Leads to the findings without those of these codes. */
    public LintAssert ignoring(String... codes) {
        Set<LintCheck> ignored = Stream.of(codes).map(LintAssert::check).collect(Collectors.toSet());
        List<LintFinding> left = actual.stream()
                .filter(finding -> !ignored.contains(finding.check()))
                .toList();
        return passing(new LintAssert(left, where, reporting));
    }

    /** Verifies that there are no errors and no warnings. */
    public LintAssert hasNoFaults() {
        List<LintFinding> faults = actual.stream().filter(LintFinding::isFault).toList();
        return check(faults.isEmpty(), () -> "Expected lint to find no fault, but " + counted(faults) + ".");
    }

    /** Verifies that there are no errors; warnings and notes do not count. */
    public LintAssert hasNoErrors() {
        List<LintFinding> errors = actual.stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .toList();
        return check(errors.isEmpty(), () -> "Expected lint to find no error, but " + counted(errors) + ".");
    }

    /** Verifies that there is nothing, not even a note. */
    public LintAssert isEmpty() {
        return check(actual.isEmpty(), () -> "Expected lint to find nothing, but " + counted(actual) + ".");
    }

    /** Verifies that each of these codes is found, among others perhaps. */
    public LintAssert has(String... codes) {
        List<String> missing = Stream.of(codes)
                .map(code -> check(code).code())
                .filter(code -> !found().contains(code))
                .toList();
        return check(
                missing.isEmpty(),
                () -> "Expected lint to find " + String.join(", ", missing) + ", but it "
                        + (actual.isEmpty() ? "finds nothing." : "finds " + String.join(", ", found()) + "."));
    }

    /** Verifies that none of these codes is found. */
    public LintAssert hasNo(String... codes) {
        List<String> there = Stream.of(codes)
                .map(code -> check(code).code())
                .filter(found()::contains)
                .toList();
        return check(there.isEmpty(), () -> "Expected lint not to find " + String.join(", ", there) + ", but it does.");
    }

    /** Verifies that these codes are found and no others, notes included, in any order. */
    public LintAssert hasOnly(String... codes) {
        Set<String> expected =
                Stream.of(codes).map(code -> check(code).code()).collect(Collectors.toCollection(TreeSet::new));
        return check(
                found().equals(expected),
                () -> "Expected lint to find " + (expected.isEmpty() ? "nothing" : String.join(", ", expected))
                        + ", but it finds " + (actual.isEmpty() ? "nothing" : String.join(", ", found())) + ".");
    }

    private Set<String> found() {
        return actual.stream().map(LintFinding::code).collect(Collectors.toCollection(TreeSet::new));
    }

    private static LintCheck check(String code) {
        return LintCheck.of(code).orElseThrow(() -> {
            List<String> all =
                    Arrays.stream(LintCheck.values()).map(LintCheck::code).toList();
            List<String> nearest = Evidence.nearest(code, all).subList(0, NEAREST);
            return new IllegalArgumentException(
                    "Lint has no code \"" + code + "\". Is one of these meant: " + String.join(", ", nearest) + "?");
        });
    }

    static String counted(List<LintFinding> findings) {
        return "it finds "
                + Stream.of(Severity.values())
                        .map(severity -> counted(findings, severity))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining(", "));
    }

    private static String counted(List<LintFinding> findings, Severity severity) {
        long count = findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
        String name = severity.name().toLowerCase(Locale.ROOT);
        return count == 0 ? "" : count + " " + name + (count == 1 ? "" : "s");
    }
}
