package dev.restante.junit;

import dev.restante.Persona;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import dev.restante.SmtpFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * What a server is given before each test that uses it.
 *
 * @param persona whose manners it has
 * @param script rules that are asked before those of the test
 */
record Preparation(Optional<Persona> persona, List<Rule> script) {
    static final Preparation NONE = new Preparation(Optional.empty(), List.of());

    /**
     * What an annotation asks for.
     *
     * @param place where the annotation is, for messages
     * @param besides the class beside which the script lies
     * @throws ExtensionConfigurationException if there is no such persona or script, or the script is none
     */
    static Preparation of(FakeSmtp annotation, String place, Class<?> besides) {
        try {
            return new Preparation(
                    annotation.persona().isEmpty()
                            ? Optional.empty()
                            : Optional.of(Persona.named(annotation.persona())),
                    annotation.script().isEmpty() ? List.of() : rules(annotation.script(), besides));
        } catch (IllegalArgumentException e) {
            throw new ExtensionConfigurationException("@FakeSmtp on " + place + ": " + e.getMessage(), e);
        }
    }

    private static List<Rule> rules(String resource, Class<?> besides) {
        String lower = resource.toLowerCase(Locale.ROOT);
        boolean yaml = lower.endsWith(".yaml") || lower.endsWith(".yml");
        if (!yaml && !lower.endsWith(".json")) {
            throw new IllegalArgumentException(
                    "script names a resource in .json, .yaml or .yml, but is \"" + resource + "\".");
        }
        try (InputStream file = besides.getResourceAsStream(resource)) {
            if (file == null) {
                throw new IllegalArgumentException("There is no resource \"" + resource + "\" for script, "
                        + (resource.startsWith("/")
                                ? "from the class path's root."
                                : "beside " + besides.getName()
                                        + ". Put it into that package below src/test/resources, or begin with / to name it from"
                                        + " the class path's root."));
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return yaml ? ScriptFile.fromYaml(text) : ScriptFile.fromJson(text);
        } catch (ScriptFileException e) {
            throw new IllegalArgumentException("script = \"" + resource + "\": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the resource " + resource + ": " + e, e);
        }
    }

    Preparation with(Persona other) {
        return new Preparation(Optional.of(other), script);
    }

    Preparation with(Rule... more) {
        List<Rule> all = new ArrayList<>(script);
        all.addAll(List.of(more));
        return new Preparation(persona, List.copyOf(all));
    }

    /** Gives it to a server. */
    void apply(SmtpFixture server) {
        persona.ifPresent(server::persona);
        server.script(script.toArray(Rule[]::new));
    }
}
