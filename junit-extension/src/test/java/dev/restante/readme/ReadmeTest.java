package dev.restante.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The README, docs/testing.md and docs/moving.md tell the truth: their Java is that of a test, and what they point at is there. */
@Timeout(30)
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)\\)");

    static Stream<Arguments> javaBlocks() throws IOException {
        return Stream.of(
                        held("README.md", "ReadmeExamplesTest"),
                        held("docs/testing.md", "TestingExamplesTest"),
                        held("docs/moving.md", "MovingExamplesTest"))
                .flatMap(each -> each);
    }

    private static Stream<Arguments> held(String page, String test) throws IOException {
        return blocks(page).map(block -> Arguments.of(test, block));
    }

    private static Stream<String> blocks(String page) throws IOException {
        return JAVA_BLOCK
                .matcher(Files.readString(ROOT.resolve(page)))
                .results()
                .map(result -> result.group(1));
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @ParameterizedTest
    @MethodSource("javaBlocks")
    void itsJavaIsCompiledAndRun(String test, String block) throws IOException {
        String examples = Files.readString(Path.of("src/test/java/dev/restante/readme/" + test + ".java"));

        assertThat(withoutSpace(examples)).contains(withoutSpace(block));
    }

    @Test
    void whatItPointsAtIsThere() throws IOException {
        assertThat(LINK.matcher(readme())
                        .results()
                        .map(MatchResult::group)
                        .map(link -> link.substring(2, link.length() - 1)))
                .allSatisfy(target -> assertThat(ROOT.resolve(target)).exists());
    }

    /** The formatter breaks lines where the README does not. */
    private static String withoutSpace(String code) {
        return code.replaceAll("\\s", "");
    }
}
