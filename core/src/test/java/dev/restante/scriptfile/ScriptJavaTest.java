package dev.restante.scriptfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.SmtpFixture;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java that is printed is compiled and run. */
@Timeout(120)
class ScriptJavaTest {
    @TempDir
    private Path folder;

    @Test
    void theSnippetImportsWhatItNeedsAndNoMore() {
        assertThat(ScriptFile.toJava(ScriptFile.fromJson(ScriptFileTest.EXAMPLE)))
                .isEqualTo("""
                        import static dev.restante.Script.midData;
                        import static dev.restante.Script.on;
                        import static dev.restante.Stage.AFTER_COMMIT;
                        import static dev.restante.Stage.END_OF_DATA;
                        import static dev.restante.Stage.RCPT_TO;
                        import static java.time.Duration.ofSeconds;

                        smtp.script(
                            on(RCPT_TO).named("bob is busy").to("bob@*").reply(450, "4.2.1 Mailbox busy").times(2),
                            midData(512).named("cut").resetConnection().once(),
                            on(END_OF_DATA).named("slow spam gate").subject("*win*").after(ofSeconds(2)).reply(554, "5.7.1 Rejected").always(),
                            on(AFTER_COMMIT).named("lost ack").closeConnection().once());
                        """);
        assertThat(ScriptFile.toJava(List.of())).isEqualTo("smtp.script();\n");
    }

    @Test
    void everythingCompilesToEqualRules() throws Exception {
        assertThat(run(ScriptFile.toJava(ScriptFileTest.EVERYTHING))).isEqualTo(ScriptFileTest.EVERYTHING);
        assertThat(run(ScriptFile.toJava(List.of()))).isEmpty();
    }

    @Test
    void whateverCompiledCompilesAgain() throws Exception {
        List<Rule> rules = new ArrayList<>();
        for (long seed = 0; seed < 400; seed++) {
            rules.add(new RandomRules(new SplittableRandom(seed)).rule());
        }
        assertThat(run(ScriptFile.toJava(rules))).isEqualTo(rules);
    }

    /** Compiles the snippet, runs it, and returns the rules that it gave to its server. */
    private List<Rule> run(String java) throws Exception {
        String imports = java.lines().filter(line -> line.startsWith("import ")).reduce("", (a, b) -> a + b + "\n");
        String source = imports + "public class Snippet { public static void run(dev.restante.SmtpFixture smtp) {\n"
                + java.substring(imports.length()) + "} }\n";
        compile(Files.writeString(folder.resolve("Snippet.java"), source));
        List<Rule> given = new ArrayList<>();
        SmtpFixture smtp = (SmtpFixture) Proxy.newProxyInstance(
                SmtpFixture.class.getClassLoader(), new Class<?>[] {SmtpFixture.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("script");
                    given.addAll(List.of((Rule[]) arguments[0]));
                    return null;
                });
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("Snippet").getMethod("run", SmtpFixture.class).invoke(null, smtp);
        }
        return given;
    }

    private void compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            String classes = Path.of(Rule.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .toString();
            boolean compiled = compiler.getTask(
                            complaints,
                            files,
                            null,
                            List.of("-d", folder.toString(), "-cp", classes, "-encoding", "UTF-8", "-proc:none"),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled).as("%s", complaints).isTrue();
        }
    }
}
