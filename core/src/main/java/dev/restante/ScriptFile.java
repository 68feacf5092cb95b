package dev.restante;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Scripts in writing: as JSON, as YAML, and as Java.
 *
 * <pre>{@code
 * { "rules": [
 *   { "on": "RCPT_TO", "when": { "to": "bob@*" }, "reply": { "code": 450, "text": "4.2.1 Mailbox busy" }, "times": 2 },
 *   { "on": "AFTER_COMMIT", "fault": "CLOSE", "times": 1 } ] }
 * }</pre>
 *
 * <p>Beside {@code "rules"} there may be {@code "scenarios"}, such as {@code [ "localError", { "greylisting": { "delay": "5m" }
 * } ]}: each becomes the rules it is made of (see {@link Scenarios}), after the others; and {@code "persona"}, such as {@code
 * "gmail"}, which becomes the rules of that {@link Persona}, last of all.
 *
 * <p>Reading what was written gives equal rules. The order of rules, conditions and effects of pace is that of the text. A text
 * says what {@link Script} compiles and nothing else; {@link #schema()} describes it to editors. YAML 1.2 says the same in its
 * own syntax, without aliases and tags. A byte order mark in front is passed over. What is read is checked as a whole before it is returned, so that a script in use is replaced
 * only by one that is sound.
 */
public final class ScriptFile {
    private ScriptFile() {}

    /**
     * The rules that a JSON text holds.
     *
     * @throws ScriptFileException if it is no script; the message says where and why
     */
    public static List<Rule> fromJson(String json) {
        return ScriptReader.rules(ScriptSyntax.JSON.parse(json));
    }

    /**
     * The rules that a YAML text holds.
     *
     * @throws ScriptFileException if it is no script; the message says where and why
     */
    public static List<Rule> fromYaml(String yaml) {
        return ScriptReader.rules(ScriptSyntax.YAML.parse(yaml));
    }

    /**
     * The rules that a file holds: JSON if its name ends in {@code .json}, YAML if it ends in {@code .yaml} or {@code .yml}. The
     * text is UTF-8.
     *
     * @throws ScriptFileException if it is no script, or none of these endings; the message says where and why
     * @throws UncheckedIOException if the file cannot be read
     */
    public static List<Rule> read(Path file) {
        try {
            return ScriptReader.rules(syntaxTree(file));
        } catch (ScriptFileException e) {
            throw e.in(file.toString());
        }
    }

    /** What stands in a file, by the syntax that its name tells. */
    static ScriptNode syntaxTree(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        try {
            if (name.endsWith(".json")) {
                return ScriptSyntax.JSON.parse(text(file));
            } else if (name.endsWith(".yaml") || name.endsWith(".yml")) {
                return ScriptSyntax.YAML.parse(text(file));
            }
        } catch (ScriptFileException e) {
            throw e.in(file.toString());
        }
        throw ScriptFileException.at(
                        ScriptNode.Place.UNKNOWN, "", "a file of another kind", "a name in .json, .yaml or .yml", "")
                .in(file.toString());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw ScriptFileException.at(ScriptNode.Place.UNKNOWN, "", "octets that are no UTF-8", "UTF-8", "");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the script " + file + ": " + e, e);
        }
    }

    /**
     * The rules as JSON, which {@link #fromJson} reads.
     *
     * @throws IllegalArgumentException if a rule has no written form, since it holds a function or a condition that its stage
     *     cannot know; the message names the rule and the reason
     */
    public static String toJson(List<Rule> rules) {
        return ScriptSyntax.JSON.write(ScriptWriter.script(rules));
    }

    /**
     * The rules as YAML, which {@link #fromYaml} reads.
     *
     * @throws IllegalArgumentException as {@link #toJson} does
     */
    public static String toYaml(List<Rule> rules) {
        return ScriptSyntax.YAML.write(ScriptWriter.script(rules));
    }

    /**
     * The rules as Java: the imports it needs, and a call that gives the rules to a server named {@code smtp}.
     *
     * @throws IllegalArgumentException as {@link #toJson} does
     */
    public static String toJava(List<Rule> rules) {
        List<String> texts = new ArrayList<>();
        for (Rule rule : rules) {
            ScriptWriter.checked(rule, texts.size() + 1);
            texts.add(rule.toString());
        }
        StringBuilder java = new StringBuilder();
        imports(rules, texts).forEach(line -> java.append(line).append('\n'));
        java.append(rules.isEmpty() ? "smtp.script(" : "\nsmtp.script(\n    ");
        return java.append(String.join(",\n    ", texts)).append(");\n").toString();
    }

    private static List<String> imports(List<Rule> rules, List<String> texts) {
        Stream<String> words = Stream.of("midData", "on")
                .filter(word -> texts.stream().anyMatch(text -> text.startsWith(word + "(")))
                .map(word -> "dev.restante.Script." + word);
        Stream<String> stages = rules.stream()
                .map(Rule::stage)
                .filter(stage -> stage != Stage.MID_DATA)
                .map(stage -> "dev.restante.Stage." + stage.name())
                .sorted()
                .distinct();
        Stream<String> times = Stream.of("ofMillis", "ofNanos", "ofSeconds")
                .filter(word -> texts.stream().anyMatch(text -> text.contains(word + "(")))
                .map(word -> "java.time.Duration." + word);
        return Stream.of(words, stages, times)
                .flatMap(each -> each)
                .map(name -> "import static " + name + ";")
                .toList();
    }

    /** The JSON Schema (2020-12) of script files, as the resource {@code dev/restante/script.schema.json} holds it. */
    public static String schema() {
        try (InputStream schema = ScriptFile.class.getResourceAsStream("script.schema.json")) {
            if (schema == null) {
                throw new IllegalStateException(
                        "The resource dev/restante/script.schema.json is missing from the jar.");
            }
            return new String(schema.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the resource dev/restante/script.schema.json.", e);
        }
    }
}
