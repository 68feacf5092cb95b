package dev.restante;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What this module puts on a user's class path. */
@Timeout(30)
class DependenciesTest {
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>(.*?)</dependency>",
            Pattern.DOTALL);

    private static Set<String> compiled(Path pom) throws IOException {
        Set<String> dependencies = new TreeSet<>();
        Matcher matcher = DEPENDENCY.matcher(Files.readString(pom));
        while (matcher.find()) {
            if (!matcher.group(3).contains("<scope>")) {
                dependencies.add(matcher.group(1) + ":" + matcher.group(2));
            }
        }
        return dependencies;
    }

    @Test
    void areThoseOfCoreAndAssertJ() throws IOException {
        Set<String> ours = compiled(Path.of("pom.xml"));
        assertThat(ours).contains("dev.restante:restante-core", "org.assertj:assertj-core");
        ours.removeAll(Set.of("dev.restante:restante-core", "org.assertj:assertj-core"));
        assertThat(compiled(Path.of("../core/pom.xml"))).containsAll(ours);
    }
}
