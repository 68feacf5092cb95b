package dev.restante;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;

/**
 * Texts for people, held as files below {@code src/test/resources/golden} so that a reviewer reads them as people will.
 * Times, ports and identifiers are replaced, since they differ from run to run.
 *
 * <p>{@code mvn test -Dgolden.accept=true} writes the files anew; read the difference before it is committed.
 */
final class Golden {
    private static final Path SOURCES = Path.of("src", "test", "resources", "golden");

    private Golden() {}

    /** Fails unless {@code text} is what the file of this name holds. */
    static void holds(String name, String text) {
        String actual = normalised(text).stripTrailing() + "\n";
        try {
            if (Boolean.getBoolean("golden.accept")) {
                Path file = SOURCES.resolve(name + ".txt");
                Files.createDirectories(file.getParent());
                Files.writeString(file, actual);
            }
            Assertions.assertThat(actual)
                    .as("golden/%s.txt; if the new text is better, accept it with -Dgolden.accept=true", name)
                    .isEqualTo(expected(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String expected(String name) throws IOException {
        if (Boolean.getBoolean("golden.accept")) {
            return Files.readString(SOURCES.resolve(name + ".txt"));
        }
        try (InputStream file = Golden.class.getResourceAsStream("/golden/" + name + ".txt")) {
            return file == null ? "" : new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The text without what differs from run to run. */
    static String normalised(String text) {
        return text.replace("\r\n", "\n")
                .replaceAll("(?m)^( *)[ +]*\\+\\d+\\.\\d{3}  ", "$1+0.000  ")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT")
                .replaceAll("queued as [0-9A-Za-z]{22}", "queued as ID");
    }
}
