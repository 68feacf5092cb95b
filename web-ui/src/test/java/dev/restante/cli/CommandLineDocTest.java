package dev.restante.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** docs/command-line.md tells of every option and command, and of nothing else. */
@Timeout(60)
class CommandLineDocTest {
    private static final Pattern OPTION = Pattern.compile("--(?:no-)?([a-z][a-z-]+)");
    private static final List<String> OF_EVERY_PROGRAM = List.of("help", "version");

    @TempDir
    Path folder;

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/command-line.md"));
    }

    @Test
    void everyOptionAndCommandIsThere() throws IOException {
        Set<String> told = new TreeSet<>(OF_EVERY_PROGRAM);
        Matcher matcher = OPTION.matcher(page());
        while (matcher.find()) {
            told.add(matcher.group(1));
        }
        assertThat(told).isEqualTo(CommandLineNames.options());
        for (String command : CommandLineNames.commands()) {
            assertThat(page()).contains("| `restante " + command + "` |");
        }
    }

    @Test
    void theFileOnThePageIsTaken() throws Exception {
        Matcher yaml = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page());
        assertThat(yaml.find()).isTrue();
        Path file = Files.writeString(folder.resolve("restante.yaml"), yaml.group(1));
        ServerCommand command = new ServerCommand();
        CommandLine line = new CommandLine(command);

        line.setDefaultValueProvider(Defaults.of(Map.of()).with(file, line.getCommandSpec()))
                .parseArgs();

        assertThat(command.script.watched).isTrue();
        assertThat(command.smtp.users).hasSize(2);
        assertThat(command.complaint()).isEmpty();
    }
}
