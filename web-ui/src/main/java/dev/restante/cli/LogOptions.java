package dev.restante.cli;

import picocli.CommandLine.Option;

/** What is written to standard error while the servers run. */
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

    /** Must come before anything is logged. A configuration that somebody has named themselves stays. */
    void apply() {
        if (format == Format.json && System.getProperty(CONFIGURATION) == null) {
            System.setProperty(CONFIGURATION, "logback-json.xml");
        }
    }
}
