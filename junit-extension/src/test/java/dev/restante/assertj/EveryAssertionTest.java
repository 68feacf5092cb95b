package dev.restante.assertj;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holds that each assertion has its failure message in a golden file. */
@Timeout(30)
class EveryAssertionTest {
    private static final Pattern GOLDEN =
            Pattern.compile("new Messages\\(\\).*?\\.match\\(|Golden\\.matches\\(.*?\\);", Pattern.DOTALL);

    /** Shown by {@code SnapshotTest}, which compares the headline and the evidence each by itself. */
    private static final List<String> ELSEWHERE = List.of("matchesSnapshot");

    @Test
    void hasAGoldenMessage() throws IOException {
        String failing = failingCalls();
        List<String> without;
        try (Stream<Path> classes = Files.list(Path.of("target/classes/dev/restante/assertj"))) {
            without = classes.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Assert.class"))
                    .map(name -> "dev.restante.assertj." + name.replace(".class", ""))
                    .flatMap(EveryAssertionTest::assertions)
                    .filter(method -> !ELSEWHERE.contains(method.getName()))
                    .filter(method -> !failing.contains("." + method.getName() + "("))
                    .map(method -> method.getDeclaringClass().getSimpleName() + "." + method.getName())
                    .sorted()
                    .toList();
        }
        assertThat(without).as("assertions that no golden message shows").isEmpty();
    }

    private static String failingCalls() throws IOException {
        StringBuilder calls = new StringBuilder();
        try (Stream<Path> tests = Files.list(Path.of("src/test/java/dev/restante/assertj"))) {
            for (Path test : tests.sorted().toList()) {
                calls.append(GOLDEN.matcher(Files.readString(test))
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.joining("\n")));
            }
        }
        return calls.toString();
    }

    private static Stream<Method> assertions(String name) {
        try {
            return Arrays.stream(Class.forName(name).getDeclaredMethods())
                    .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
