package dev.restante.junit;

import dev.restante.LintCheck;
import dev.restante.LintFinding;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * How strict a server's tests are.
 *
 * @param strict what fails them
 * @param allowed the findings of lint that do not
 */
record Strictness(Strict strict, Set<LintCheck> allowed) {
    static final Strictness USUAL = new Strictness(Strict.SCRIPT, Set.of());

    /** The strictness of an annotation at this place. */
    static Strictness of(FakeSmtp annotation, String place) {
        return new Strictness(annotation.strict(), Set.of())
                .allowing("@FakeSmtp on " + place, annotation.allowedLint());
    }

    Strictness with(Strict other) {
        return new Strictness(other, allowed);
    }

    /**
     * This, but these findings are allowed, too.
     *
     * @throws ExtensionConfigurationException if a code is none; the message begins with {@code who}
     */
    Strictness allowing(String who, String... codes) {
        Set<LintCheck> all = new LinkedHashSet<>(allowed);
        for (String code : codes) {
            all.add(LintCheck.of(code)
                    .orElseThrow(
                            () -> new ExtensionConfigurationException(who + ": allowedLint lists codes of lint, but \""
                                    + code + "\" is none. Take one of docs/lint.md, such as \"no-quit\".")));
        }
        return new Strictness(strict, Set.copyOf(all));
    }

    /** The errors and warnings among these that are not allowed. */
    List<LintFinding> faults(List<LintFinding> findings) {
        return findings.stream()
                .filter(LintFinding::isFault)
                .filter(finding -> !allowed.contains(finding.check()))
                .toList();
    }
}
