package dev.restante.personas;

import static dev.restante.Script.on;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.Reply;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Personas of one's own, what is wrong with them in words, and personas in script files. */
@Timeout(60)
class PersonaFileTest {
    private static final String OWN = """
            { "persona": { "name": "our-mx", "description": "Our own receiver.",
                           "sources": ["https://wiki.example.com/mx"], "checked": "2026-11-23" },
              "rules": [ { "on": "EHLO", "greeting": "mx.example.com", "hide": ["*"], "advertise": ["SIZE 1000000"] },
                         { "name": "limit", "on": "RCPT_TO", "when": { "recipientsAbove": 1 }, "reply": { "code": 452 } } ],
              "replies": { "mailboxFull": { "code": 552, "text": "5.2.2 Over quota" } } }
            """;

    @TempDir
    Path folder;

    @Test
    void aPersonaOfOnesOwnIsReadFromJsonAndYaml() throws IOException {
        Path json = Files.writeString(folder.resolve("ours.json"), OWN);
        Path yaml = Files.writeString(folder.resolve("ours.yaml"), """
                persona:
                  name: our-mx
                  description: Our own receiver.
                  sources: [https://wiki.example.com/mx]
                  checked: "2026-11-23"
                rules:
                  - { on: EHLO, greeting: mx.example.com, hide: ["*"], advertise: [SIZE 1000000] }
                  - { name: limit, on: RCPT_TO, when: { recipientsAbove: 1 }, reply: { code: 452 } }
                replies:
                  mailboxFull: { code: 552, text: 5.2.2 Over quota }
                """);

        Persona ours = Persona.load(json);

        assertThat(ours).isEqualTo(Persona.load(yaml)).isEqualTo(Persona.fromJson(OWN));
        assertThat(ours.name()).isEqualTo("our-mx");
        assertThat(ours.sources()).containsExactly(URI.create("https://wiki.example.com/mx"));
        assertThat(ours.checked()).isEqualTo(LocalDate.of(2026, 11, 23));
        assertThat(ours.reply("mailboxFull")).isEqualTo(Reply.of(552, "5.2.2 Over quota"));
        assertThat(ours.rules())
                .containsExactly(
                        on(EHLO).named("our-mx")
                                .greeting("mx.example.com")
                                .hide("*")
                                .advertise("SIZE 1000000")
                                .always(),
                        on(RCPT_TO)
                                .named("our-mx: limit")
                                .recipientsAbove(1)
                                .reply(452, "")
                                .always());
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "our-mx"                        | "Our MX"          | persona.name: found "Our MX", but expected a name of small letters, digits and single hyphens, such as "our-mx".
            "our-mx"                        | 7                 | persona.name: found 7, but expected a name as a string, in quotes.
            "Our own receiver."             | " "               | persona.description: found " ", but expected a description in words.
            ["https://wiki.example.com/mx"] | []                | persona.sources: found an empty array, but expected at least one source.
            ["https://wiki.example.com/mx"] | "x"               | persona.sources: found "x", but expected an array of addresses, such as ["https://example.com/smtp"].
            ["https://wiki.example.com/mx"] | ["wiki"]          | persona.sources[0]: found "wiki", but expected an address such as "https://example.com/smtp".
            ["https://wiki.example.com/mx"] | ["http://a b"]    | persona.sources[0]: found "http://a b", but expected an address such as "https://example.com/smtp". Illegal character in authority.
            "2026-11-23"                    | "23.11.2026"      | persona.checked: found "23.11.2026", but expected a date such as "2026-11-23".
            "2026-11-23"                    | "2026-02-30"      | persona.checked: found "2026-02-30", but expected a date such as "2026-11-23".
            "sources"                       | "source"          | persona.source: found the unknown key "source", but expected one of name, description, sources, checked. Did you mean "sources"?
            "replies"                       | "replys"          | replys: found the unknown key "replys", but expected one of persona, rules, replies, $schema. Did you mean "replies"?
            "RCPT_TO"                       | "RCPTTO"          | rules[1].on: found "RCPTTO", but expected a stage:
            "recipientsAbove": 1            | "recipientsAbove": -1 | rules[1].when.recipientsAbove: found -1, but expected a whole number of at least 0.
            "code": 552                     | "code": 700       | replies.mailboxFull.code: found 700, but expected a whole number from 200 to 599.
            "mailboxFull"                   | "mailbox full"    | found the reply's name "mailbox full", but expected a name of letters and digits, such as mailboxFull.
            """)
    void aWrongFileIsRefusedWithItsPlaceAndAHint(String right, String wrong, String complaint) throws IOException {
        Path file = Files.writeString(folder.resolve("ours.json"), replaced(right, wrong));

        assertThatThrownBy(() -> Persona.load(file))
                .isInstanceOf(ScriptFileException.class)
                .hasMessageStartingWith(file + ", line ")
                .hasMessageContaining(complaint);
    }

    private static String replaced(String right, String wrong) {
        assertThat(OWN).contains(right);
        return OWN.replace(right, wrong);
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> Persona.fromJson("{\"rules\": []}"))
                .hasMessageContaining("found no key \"persona\", but expected it.");
        assertThatThrownBy(() -> Persona.fromJson("{\"persona\": {}, \"rules\": []}"))
                .hasMessageContaining("persona: found no key \"name\", but expected it.");
        assertThatThrownBy(() -> Persona.fromJson("{")).isInstanceOf(ScriptFileException.class);
        assertThatThrownBy(() -> Persona.load(folder.resolve("ours.txt")))
                .hasMessageContaining("expected a name in .json, .yaml or .yml");
        assertThatThrownBy(() -> Persona.load(folder.resolve("none.json"))).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void aWrongFileLeavesTheServerAsItWas() throws IOException {
        Path file = Files.writeString(folder.resolve("ours.json"), replaced("RCPT_TO", "RCPT"));
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            smtp.persona(Persona.named("yahoo"));

            assertThatThrownBy(() -> smtp.persona(Persona.load(file))).isInstanceOf(ScriptFileException.class);

            try (WireDialogue client = WireDialogue.with(smtp)) {
                client.expect("220 mta1382.mail.ne1.yahoo.com ESMTP ready");
            }
        }
    }

    // ---- in script files

    static Stream<String> names() {
        return Persona.names().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aScriptFileNamesAPersonaWhoseRulesComeLast(String name) {
        List<Rule> rules = ScriptFile.fromJson("""
                { "persona": "NAME",
                  "scenarios": ["localError"],
                  "rules": [ { "name": "mine", "on": "EHLO", "hide": ["PIPELINING"] } ] }
                """.replace("NAME", name));

        List<Rule> persona = Persona.named(name).rules();
        assertThat(rules.get(0).name()).isEqualTo("mine");
        assertThat(rules.subList(rules.size() - persona.size(), rules.size())).isEqualTo(persona);
        assertThat(ScriptFile.fromYaml("persona: " + name)).isEqualTo(persona);
    }

    @Test
    void aScriptWithAPersonaActsAsThePersonaDoes() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            smtp.replaceScript(ScriptFile.fromJson("""
                    { "persona": "yahoo", "rules": [ { "on": "EHLO", "hide": ["STARTTLS"] } ] }
                    """));
            try (WireDialogue client = WireDialogue.with(smtp)) {
                client.expect("220 mta1382.mail.ne1.yahoo.com ESMTP ready");
                assertThat(client.send("EHLO client.test").reply())
                        .containsExactly(
                                "250-mta1382.mail.ne1.yahoo.com",
                                "250-PIPELINING",
                                "250-SIZE 41943040",
                                "250 8BITMIME");
            }
        }
    }

    /** What is brought along is in the very form that a user's own has, so that one can be copied and changed. */
    @ParameterizedTest
    @MethodSource("names")
    void thePersonasThatAreBroughtAlongCanBeCopiedAndChanged(String name) throws IOException {
        Path copy = folder.resolve(name + ".json");
        try (InputStream resource = Persona.class.getResourceAsStream("personas/" + name + ".json")) {
            assertThat(resource).isNotNull();
            Files.write(copy, resource.readAllBytes());
        }
        assertThat(Persona.load(copy)).isEqualTo(Persona.named(name));

        Files.writeString(copy, Files.readString(copy).replace("\"name\": \"" + name + "\"", "\"name\": \"mine\""));
        assertThat(Persona.load(copy).rules()).allMatch(rule -> rule.name().startsWith("mine"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void rulesOfPersonasCanBeWrittenAndReadAgain(String name) {
        List<Rule> rules = Persona.named(name).rules();

        assertThat(ScriptFile.fromJson(ScriptFile.toJson(rules))).isEqualTo(rules);
        assertThat(ScriptFile.fromYaml(ScriptFile.toYaml(rules))).isEqualTo(rules);
        assertThat(ScriptFile.toJava(rules)).contains("on(EHLO)");
    }

    @Test
    void theSchemaKnowsThePersonasThatThereAre() {
        assertThat(ScriptFile.schema()).contains("^(" + String.join("|", Persona.names()) + ")$");
    }

    @Test
    void everyFileOfTheFolderHasAName() throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("src/main/resources/dev/restante/personas"))) {
            all.map(file -> String.valueOf(file.getFileName())).sorted().forEach(files::add);
        }
        assertThat(files)
                .isEqualTo(Persona.names().stream().map(name -> name + ".json").toList());
        assertThat(Persona.names()).isSorted();
        for (String file : files) {
            Path path = Path.of("src/main/resources/dev/restante/personas", file);
            assertThat(Files.readString(path, StandardCharsets.US_ASCII)).endsWith("}\n");
        }
    }
}
