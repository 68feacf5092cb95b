package dev.restante.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.LintCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of docs/lint.md is the list of checks. */
@Timeout(60)
class LintDocTest {
    private static final Path PAGE = Path.of("../docs/lint.md");
    private static final String HEAD = "| code | severity | section | meaning |\n|---|---|---|---|\n";

    private static String row(LintCheck check) {
        return "| `" + check.code() + "` | " + check.severity().name().toLowerCase(Locale.ROOT) + " | "
                + check.reference() + " | " + check.meaning() + " |\n";
    }

    @Test
    void theTableListsEveryCheckAsItIs() throws IOException {
        String rows = Stream.of(LintCheck.values()).map(LintDocTest::row).collect(Collectors.joining());
        String page = Files.readString(PAGE).replace("\r\n", "\n");
        int from = page.indexOf(HEAD) + HEAD.length();
        int to = page.length();
        if (Boolean.getBoolean("golden.accept")) {
            Files.writeString(PAGE, page.substring(0, from) + rows);
        } else {
            assertThat(page.substring(from, to))
                    .as("the table of docs/lint.md; -Dgolden.accept=true writes it anew")
                    .isEqualTo(rows);
        }
    }

    @Test
    void codesAreDistinctWordsThatAreFoundAgain() {
        assertThat(Stream.of(LintCheck.values()).map(LintCheck::code))
                .doesNotHaveDuplicates()
                .allMatch(Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*").asMatchPredicate())
                .allSatisfy(code -> assertThat(LintCheck.of(code)).isPresent());
        assertThat(LintCheck.of("bare-lf")).contains(LintCheck.BARE_LF);
        assertThat(LintCheck.of("nonsense")).isEmpty();
    }

    @Test
    void everyMeaningIsASentenceWithItsSection() {
        assertThat(LintCheck.values()).allSatisfy(check -> {
            assertThat(check.meaning()).matches("[A-Z].*\\.");
            assertThat(check.reference()).matches("RFC \\d{4} (section [0-9.]+|appendix [A-Z])");
        });
    }
}
