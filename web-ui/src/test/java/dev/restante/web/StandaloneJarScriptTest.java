package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The packaged jar with a script, as people run it; Maven runs this once the jar is built. */
@Timeout(60)
@EnabledIfSystemProperty(named = "restante.jar", matches = ".+")
class StandaloneJarScriptTest {
    private static final String BUSY = """
            rules:
              - on: RCPT_TO
                reply: { code: 450, text: 4.2.1 Mailbox busy }
            """;
    private static final String UNKNOWN = """
            rules:
              - on: RCPT_TO
                reply: { code: 550, text: 5.1.1 No such mailbox }
              - on: NOOP
                reply: { code: 421, text: 4.3.2 Closing }
            """;
    private static final String MISSPELT = BUSY.replace("RCPT_TO", "RCTP_TO");

    @TempDir
    private Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private StandaloneJar run(String... options) throws IOException {
        return StandaloneJar.run(folder, options);
    }

    /** What the server on this port says to RCPT. */
    private static String replyToRcpt(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            BufferedReader replies =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            for (String line : List.of("HELO x", "MAIL FROM:<a@b.test>", "RCPT TO:<c@d.test>")) {
                assertThat(replies.readLine()).startsWith("2");
                client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            return replies.readLine();
        }
    }

    // ---- at start

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rules.yaml | {rules: [{on: RCPT_TO, reply: {code: 450, text: 4.2.1 Mailbox busy}}]}",
                "RULES.YML  | {rules: [{on: RCPT_TO, reply: {code: 450, text: 4.2.1 Mailbox busy}}]}",
                "rules.json | {\"rules\": [{\"on\": \"RCPT_TO\", \"reply\": {\"code\": 450, \"text\": \"4.2.1 Mailbox busy\"}}]}",
            })
    void actsFromTheFirstConnectionOn(String name, String text) throws Exception {
        Path file = write(name, text);
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0", "--script", file.toString())) {
            assertThat(jar.out.readLine()).isEqualTo("Script " + file + ": 1 rule acts.");
            assertThat(replyToRcpt(jar.port())).isEqualTo("450 4.2.1 Mailbox busy");
            assertThat(jar.complained()).isEmpty();
        }
    }

    @Test
    void thatIsNotInOrderIsRefusedBeforeAnythingListens() throws Exception {
        write("rules.yaml", MISSPELT);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StandaloneJar jar = run("--smtp-port=" + taken.getLocalPort(), "--script=rules.yaml")) {
            assertThat(jar.exit()).isEqualTo(2);
            assertThat(jar.complained())
                    .startsWith(
                            "restante: rules.yaml:2:9: rules[0].on: found \"RCTP_TO\", but expected a stage: one of CONNECT,")
                    .endsWith("Did you mean \"RCPT_TO\"?\n")
                    .hasLineCount(1);
            assertThat(jar.said()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nowhere.yaml | restante: nowhere.yaml: there is no such file.",
                "rules.txt    | restante: rules.txt: found a file of another kind, but expected a name in .json, .yaml or .yml.",
                "folder.json  | restante: folder.json: it cannot be read (Is a directory).",
            })
    void thatCannotBeReadEndsTheStart(String name, String complaint) throws Exception {
        write("rules.txt", BUSY);
        Files.createDirectory(folder.resolve("folder.json"));
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0", "--script", name)) {
            assertThat(jar.exit()).isEqualTo(2);
            assertThat(jar.complained()).isEqualTo(complaint + "\n");
        }
    }

    @Test
    void isNeededForWatching() throws Exception {
        try (StandaloneJar jar = run("--watch-script")) {
            assertThat(jar.exit()).isEqualTo(2);
            assertThat(jar.complained()).startsWith("restante: --watch-script needs a --script FILE to watch.");
        }
    }

    // ---- changes

    @Test
    void isReadAgainOnSighup() throws Exception {
        write("rules.yaml", BUSY);
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0", "--script=rules.yaml")) {
            assertThat(jar.out.readLine()).isEqualTo("Script rules.yaml: 1 rule acts.");
            int smtp = jar.port();
            jar.port();

            write("rules.yaml", UNKNOWN);
            jar.signal("HUP");
            assertThat(jar.out.readLine()).isEqualTo("Script rules.yaml: 2 rules act.");
            assertThat(replyToRcpt(smtp)).startsWith("550 ");

            write("rules.yaml", MISSPELT);
            jar.signal("HUP");
            assertThat(jar.awaitComplaint(1))
                    .startsWith("restante: rules.yaml:2:9: rules[0].on: found \"RCTP_TO\"")
                    .endsWith("Did you mean \"RCPT_TO\"? The rules that acted before still do.");
            assertThat(replyToRcpt(smtp)).startsWith("550 ");

            Files.delete(folder.resolve("rules.yaml"));
            jar.signal("HUP");
            assertThat(jar.awaitComplaint(2))
                    .isEqualTo("restante: rules.yaml: there is no such file. The rules that acted before still do.");
            assertThat(replyToRcpt(smtp)).startsWith("550 ");

            write("rules.yaml", "rules: []");
            jar.signal("HUP");
            assertThat(jar.out.readLine()).isEqualTo("Script rules.yaml: no rules act.");
            assertThat(replyToRcpt(smtp)).startsWith("250 ");

            jar.signal("TERM");
            assertThat(jar.exit()).isEqualTo(143);
            assertThat(jar.said()).isEmpty();
        }
    }

    @Test
    void saysThatSighupIsNotHeard() throws Exception {
        write("rules.yaml", BUSY);
        try (StandaloneJar jar =
                StandaloneJar.deafTo("HUP", folder, "--smtp-port=0", "--http-port=0", "--script=rules.yaml")) {
            assertThat(jar.awaitComplaint(1)).contains("does not hear SIGHUP").contains("--watch-script");
        }
    }

    /** How programs change a file. */
    private enum Change {
        IN_PLACE {
            @Override
            void to(String text, Path file) throws IOException {
                Files.writeString(file, text);
            }
        },
        BY_RENAME {
            @Override
            void to(String text, Path file) throws IOException {
                Path fresh = Files.writeString(file.resolveSibling("rules.yaml~"), text);
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        },
        BY_REMOVAL {
            @Override
            void to(String text, Path file) throws IOException {
                Files.delete(file);
                Files.writeString(file, text);
            }
        },
        /** As Kubernetes changes mounted settings: a link to a folder leads elsewhere. */
        BY_LINK {
            @Override
            void to(String text, Path file) throws IOException {
                Path folder = Files.createTempDirectory(file.getParent(), "version");
                Files.writeString(folder.resolve("rules.yaml"), text);
                Path link = Files.createSymbolicLink(file.resolveSibling("next"), folder.resolve("rules.yaml"));
                Files.move(link, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        };

        abstract void to(String text, Path file) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void isTakenUpWhenItChanges(Change change) throws Exception {
        Path file = write("rules.yaml", BUSY);
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0", "--script", file.toString(), "--watch-script")) {
            assertThat(jar.out.readLine()).isEqualTo("Script " + file + ": 1 rule acts.");
            int smtp = jar.port();
            jar.port();

            change.to(UNKNOWN, file);
            assertThat(jar.out.readLine()).isEqualTo("Script " + file + ": 2 rules act.");
            assertThat(replyToRcpt(smtp)).startsWith("550 ");

            change.to(MISSPELT, file);
            assertThat(jar.awaitComplaint(1))
                    .startsWith("restante: " + file + ":2:9: rules[0].on: ")
                    .endsWith("still do.");
            assertThat(replyToRcpt(smtp)).startsWith("550 ");

            change.to(BUSY, file);
            assertThat(jar.out.readLine()).isEqualTo("Script " + file + ": 1 rule acts.");
            assertThat(replyToRcpt(smtp)).startsWith("450 ");
            assertThat(jar.awaitComplaint(1)).isNotEmpty();
        }
    }

    @Test
    void thatIsGoneIsComplainedOfOnce() throws Exception {
        Path file = write("rules.yaml", BUSY);
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0", "--script=rules.yaml", "--watch-script")) {
            assertThat(jar.out.readLine()).isEqualTo("Script rules.yaml: 1 rule acts.");
            int smtp = jar.port();
            jar.port();

            Files.delete(file);
            assertThat(jar.awaitComplaint(1)).startsWith("restante: rules.yaml: there is no such file.");
            assertThat(replyToRcpt(smtp)).startsWith("450 ");

            write("rules.yaml", UNKNOWN);
            assertThat(jar.out.readLine()).isEqualTo("Script rules.yaml: 2 rules act.");
            assertThat(replyToRcpt(smtp)).startsWith("550 ");
            assertThat(jar.awaitComplaint(1)).isNotEmpty();
        }
    }

    /** What scenarios are made of counts as rules. */
    @Test
    void mayNameScenarios() throws Exception {
        write("rules.yaml", "scenarios: [ unknownUser ]");
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0", "--script=rules.yaml")) {
            assertThat(jar.out.readLine()).isEqualTo("Script rules.yaml: 1 rule acts.");
            assertThat(replyToRcpt(jar.port())).startsWith("550 5.1.1 ");
        }
    }

    // ---- check

    @Test
    void isCheckedWithoutStarting() throws Exception {
        write("busy.yaml", BUSY);
        write("unknown.yml", UNKNOWN);
        write("misspelt.yaml", MISSPELT);
        try (StandaloneJar good = run("check", "busy.yaml", "unknown.yml");
                StandaloneJar bad = run("check", "misspelt.yaml", "busy.yaml", "nowhere.json")) {
            assertThat(good.said()).containsExactly("busy.yaml: 1 rule.", "unknown.yml: 2 rules.");
            assertThat(good.exit()).isZero();
            assertThat(good.complained()).isEmpty();

            assertThat(bad.said()).containsExactly("busy.yaml: 1 rule.");
            assertThat(bad.exit()).isEqualTo(1);
            assertThat(bad.complained().lines())
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .startsWith("misspelt.yaml:2:9: rules[0].on: found \"RCTP_TO\"")
                                    .endsWith("Did you mean \"RCPT_TO\"?"),
                            line -> assertThat(line).isEqualTo("nowhere.json: there is no such file."));
        }
    }

    @Test
    void isCheckedFromStandardInput() throws Exception {
        String json = "\ufeff{\"rules\": [\n {\"on\": \"QUIT\", \"reply\": {\"code\": 600}}]}";
        try (StandaloneJar yaml = StandaloneJar.reading(BUSY, folder, "check", "-");
                StandaloneJar bad = StandaloneJar.reading(json, folder, "check", "-")) {
            assertThat(yaml.said()).containsExactly("standard input: 1 rule.");
            assertThat(yaml.exit()).isZero();
            assertThat(bad.exit()).isEqualTo(1);
            assertThat(bad.complained())
                    .startsWith("standard input:2:35: rules[0].reply.code: found 600, but expected");
        }
    }

    @Test
    void checkingExplainsItself() throws Exception {
        try (StandaloneJar help = run("check", "--help");
                StandaloneJar nothing = run("check")) {
            assertThat(help.said())
                    .anyMatch(line -> line.startsWith("Usage: java -jar restante.jar check"))
                    .anyMatch(line -> line.startsWith("Exit codes: 0"));
            assertThat(help.exit()).isZero();
            assertThat(nothing.exit()).isEqualTo(2);
            assertThat(nothing.complained()).startsWith("restante: Missing required parameter: 'FILE'.");
        }
    }
}
