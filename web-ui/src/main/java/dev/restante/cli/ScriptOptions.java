package dev.restante.cli;

import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the SMTP server is to misbehave. */
final class ScriptOptions {
    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = {
                "Misbehave as this script says: .json, .yaml or .yml. SIGHUP reads it again.",
                "A change that is not in order is refused; the rules before it stay."
            })
    @Nullable
    Path file;

    @Option(
            names = "--watch-script",
            negatable = true,
            fallbackValue = "true",
            description = "Read the script again whenever the file changes.")
    boolean watched;

    @Option(
            names = "--persona",
            paramLabel = "NAME",
            description = "Have the manners of gmail, microsoft-365, yahoo, postfix, exim or amazon-ses.")
    String persona = "";

    /** What does not go together. */
    Optional<String> complaint() {
        return watched && file == null
                ? Optional.of("--watch-script needs a --script FILE to watch")
                : Optional.empty();
    }

    void applyTo(FakeSmtpServer server) {
        if (!persona.isEmpty()) {
            if (!Persona.names().contains(persona)) {
                throw new IllegalArgumentException("There is no --persona " + persona + ". There are "
                        + String.join(", ", Persona.names()) + "; a --script can name one, and add rules of its own.");
            }
            server.persona(Persona.named(persona));
        }
    }
}
