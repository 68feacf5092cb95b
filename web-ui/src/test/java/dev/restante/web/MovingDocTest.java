package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.cli.CommandLineNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** docs/moving.md leads nobody to an option, a command or a route that is not there. */
@Timeout(60)
class MovingDocTest {
    private static final Pattern OPTION = Pattern.compile("--([a-z][a-z-]+)");
    private static final Pattern COMMAND = Pattern.compile("`restante ([a-z]+)`");
    private static final Pattern ROUTE = Pattern.compile("(?:/api/[a-z0-9/{}-]+|/metrics)");

    /** What stands in the last columns of its tables. */
    private static String ours() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs/moving.md")).stream()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.substring(line.lastIndexOf(" | ") + 3))
                .toList();
        assertThat(rows).hasSizeGreaterThan(60);
        return String.join("\n", rows);
    }

    private static List<String> all(Pattern pattern) throws IOException {
        return pattern.matcher(ours())
                .results()
                .map((MatchResult result) -> result.groupCount() == 0 ? result.group() : result.group(1))
                .distinct()
                .toList();
    }

    @Test
    void itsOptionsAndCommandsAreThere() throws IOException {
        assertThat(CommandLineNames.options()).containsAll(all(OPTION));
        assertThat(CommandLineNames.commands()).containsAll(all(COMMAND));
    }

    @Test
    void itsRoutesAreThere() throws IOException {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                RestanteUi ui = RestanteUi.start(smtp)) {
            List<String> paths = ui.routes().stream()
                    .map(route -> route.replaceFirst("^[A-Z]+ ", ""))
                    .toList();
            assertThat(all(ROUTE))
                    .isNotEmpty()
                    .allSatisfy(route -> assertThat(paths.contains(route) || route.equals("/api/events"))
                            .as(route)
                            .isTrue());
        }
    }
}
