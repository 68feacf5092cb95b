package dev.restante.personas;

import static dev.restante.Script.on;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page docs/personas.md tells the truth: its Java is the Java below, its tables are the personas. */
@Timeout(60)
class PersonasDocTest {
    private static final Path THIS = Path.of("src/test/java/dev/restante/personas/PersonasDocTest.java");

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/personas.md")).replace("\r\n", "\n");
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$").matcher(page());
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        return blocks;
    }

    @Test
    void theExampleActsAsItSays() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            Persona gmail = Persona.named("gmail");
            smtp.persona(gmail);
            smtp.script(
                    on(RCPT_TO).to("ghost@*").reply(gmail.reply("unknownUser")).always(), // in Gmail's words
                    on(EHLO).hide("CHUNKING").always()); // Gmail's list, without one

            try (WireDialogue client = WireDialogue.with(smtp).expect("220 mx.google.com ")) {
                assertThat(client.send("EHLO client.test").reply())
                        .hasSize(7)
                        .noneMatch(line -> line.contains("CHUNKING"));
                client.say("MAIL FROM:<ann@example.com>", "250 ")
                        .say("RCPT TO:<ghost@example.com>", "550 5.1.1 double-checking the recipient's")
                        .say("RCPT TO:<bob@example.com>", "250 2.1.5 OK ");
            }
        }
    }

    @Test
    void thePagesJavaIsInThisTest() throws IOException {
        String code = Files.readString(THIS).replaceAll("\\s", "");

        assertThat(blocks("java"))
                .hasSize(1)
                .allSatisfy(block -> assertThat(code).contains(block.replaceAll("\\s", "")));
    }

    @Test
    void thePagesFilesAreRead() throws IOException {
        List<String> files = blocks("json");

        List<Rule> rules = ScriptFile.fromJson(files.get(0));
        assertThat(rules).hasSize(1 + Persona.named("gmail").rules().size());
        Persona ours = Persona.fromJson(files.get(1));
        assertThat(ours.name()).isEqualTo("our-mx");
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            smtp.persona(ours);
            try (WireDialogue client = WireDialogue.with(smtp).expect("220 mx.example.com ready at ")) {
                assertThat(client.send("EHLO client.test").reply())
                        .containsExactly("250-mx.example.com greets client.test", "250-SIZE 1000000", "250 8BITMIME");
                client.say("MAIL FROM:<ann@example.com>", "250 ");
                for (int i = 0; i < 10; i++) {
                    client.say("RCPT TO:<bob@example.com>", "250 ");
                }
                client.say("RCPT TO:<bob@example.com>", "452 4.5.3 Ten are enough");
            }
        }
    }

    @Test
    void thePageTellsOfEachPersonaItsRepliesAndItsSources() throws IOException {
        String page = page();
        for (String name : Persona.names()) {
            Persona persona = Persona.named(name);
            assertThat(page)
                    .contains("| `" + name + "` | `"
                            + String.join("`, `", persona.replies().keySet()) + "` |")
                    .contains("| `" + name + "`, " + persona.checked() + " | <"
                            + String.join(
                                    ">, <",
                                    persona.sources().stream()
                                            .map(Object::toString)
                                            .toList())
                            + "> |");
        }
    }
}
