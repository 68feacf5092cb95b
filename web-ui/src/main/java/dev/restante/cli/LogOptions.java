package dev.restante.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** What is written while the servers run. */
final class LogOptions {
    private static final String CONFIGURATION = "logback.configurationFile";

    @Option(
            names = "--log-attempts",
            negatable = true,
            fallbackValue = "true",
            description = "Write a line for each mail, refusal and broken attempt, with its session.")
    boolean attempts;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}: a JSON object a line (default: ${DEFAULT-VALUE}).")
    Format format = Format.text;

    /** How a line of the log is written. */
    enum Format {
        /** For people. */
        text,
        /** For programs: a JSON object a line. */
        json
    }

    /** What lines that are not of the log are written by, on the same stream as {@code plain}, in the format of the log. */
    PrintStream lines(PrintStream plain, Level level) {
        return format == Format.json ? new JsonLines(plain, level) : plain;
    }

    /** Every line printed is an object with the keys that lines of the log have. */
    private static final class JsonLines extends PrintStream {
        private static final JsonMapper JSON = JsonMapper.shared();

        private final PrintStream plain;
        private final Level level;

        JsonLines(PrintStream plain, Level level) {
            super(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
            this.plain = plain;
            this.level = level;
        }

        @Override
        public void println(@Nullable String line) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("level", level.toString());
            object.put("loggerName", Main.class.getName());
            object.put("formattedMessage", line);
            object.put("timestamp", System.currentTimeMillis());
            plain.println(JSON.writeValueAsString(object));
        }
    }

    /** Must come before anything is logged. A configuration that somebody has named themselves stays. */
    void apply() {
        if (format == Format.json && System.getProperty(CONFIGURATION) == null) {
            System.setProperty(CONFIGURATION, "logback-json.xml");
        }
    }
}
