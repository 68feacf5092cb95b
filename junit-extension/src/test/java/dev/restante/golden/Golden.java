package dev.restante.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Messages as people read them, kept in files; {@code -Drestante.golden=update} writes what is there now. */
public final class Golden {
    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final boolean UPDATE = "update".equals(System.getProperty("restante.golden"));

    private Golden() {}

    /** Verifies that {@code message}, but for what no two runs have in common, is the one in the file. */
    public static void matches(String name, String message) {
        Path file = FOLDER.resolve(name + ".txt");
        String found = normalized(message);
        try {
            if (UPDATE) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, found);
            }
            assertThat(file)
                    .as("golden message; -Drestante.golden=update writes it")
                    .exists();
            assertThat(found).as("message %s", name).isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The message without what no two runs have in common. */
    public static String normalized(String message) {
        String text = message.replace("\r\n", "\n");
        text = replace(text, "127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT");
        text = replace(text, " +\\+\\d+\\.\\d{3}  ", "   +0.000  ");
        text = replace(text, "at \\+\\d+\\.\\d{3}: ", "at +0.000: ");
        text = replace(text, "\\b\\d+\\.\\d{3} s\\b", "0.000 s");
        text = replace(text, "<[\\d.]+@[\\w.-]+>", "<MESSAGE-ID>");
        text = replace(text, "queued as \\w+", "queued as ID");
        text = replace(text, "SIZE=\\d+", "SIZE=N");
        text = replace(text, "=?_Part_[\\w.]+", "_Part_N");
        text = replace(text, "\\b\\d{3,} octets", "N octets");
        text = replace(text, "(EHLO|HELO) [\\w.-]+(?=[\\n),])", "$1 CLIENT");
        text = replace(text, "(?m)^(Date: ).*$", "$1DATE");
        return text.lines().map(String::stripTrailing).collect(Collectors.joining("\n")) + "\n";
    }

    private static String replace(String text, String regex, String by) {
        return Pattern.compile(regex).matcher(text).replaceAll(by);
    }
}
