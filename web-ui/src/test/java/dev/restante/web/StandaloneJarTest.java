package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged jar as people run it; Maven runs this once the jar is built. */
@Timeout(60)
@EnabledIfSystemProperty(named = "restante.jar", matches = ".+")
class StandaloneJarTest {
    @TempDir
    private Path folder;

    private StandaloneJar run(String... options) throws IOException {
        return StandaloneJar.run(folder, options);
    }

    @Test
    void catchesMailAndShowsIt() throws Exception {
        try (StandaloneJar jar =
                run("--smtp-port", "0", "--http-port=0", "--hostname", "mail.test", "--max-message-size", "2m")) {
            int smtp = jar.port();
            try (Socket early = new Socket(InetAddress.getLoopbackAddress(), smtp)) {
                assertThat(new BufferedReader(new InputStreamReader(early.getInputStream(), StandardCharsets.US_ASCII))
                                .readLine())
                        .startsWith("220 mail.test ");
            }
            Sender.send(
                    "127.0.0.1",
                    smtp,
                    "app.test",
                    "ann@example.test",
                    List.of("mara@example.test"),
                    SampleMails.invoice());
            Http http = new Http("http://localhost:" + jar.port());

            assertThat(http.json("/api/v1/messages")
                            .get("messages")
                            .get(0)
                            .get("Subject")
                            .asString())
                    .isEqualTo("Your invoice € 46");
            assertThat(http.get("/").body()).contains("/assets/app.js");
            assertThat(http.get("/assets/lit/lit-html.js").statusCode()).isEqualTo(200);
            assertThat(http.get("/preview/latest").body()).contains("on its way");
            assertThat(http.json("/api/v1/server").get("version").asString()).matches("\\d+\\.\\d+\\.\\d+.*");
            assertThat(http.json("/api/v1/message/latest/evidence").toString()).contains("SIZE 2097152");
            assertThat(jar.complained()).isEmpty();
        }
    }

    @Test
    void listensOnBothLoopbackAddresses() throws Exception {
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0")) {
            String smtp = jar.out.readLine();
            String http = jar.out.readLine();

            assertThat(smtp).matches("SMTP listens on 127\\.0\\.0\\.1:\\d+( and \\[::1]:\\d+)?");
            assertThat(http).matches("HTTP listens on http://127\\.0\\.0\\.1:\\d+( and http://\\[::1]:\\d+)?");
            for (String line : List.of(smtp, http)) {
                Matcher port = StandaloneJar.PORT.matcher(line);
                assertThat(port.find()).isTrue();
                if (line.contains("::1")) {
                    connect("::1", Integer.parseInt(port.group(1)));
                }
            }
        }
    }

    @SuppressWarnings("AddressSelection") // digits
    private static void connect(String address, int port) throws IOException {
        new Socket(InetAddress.getByName(address), port).close();
    }

    @Test
    void offersTlsWhenAsked() throws Exception {
        try (StandaloneJar jar =
                run("--smtp-port=0", "--http-port=0", "--starttls", "--smtps-port=0", "--bind", "127.0.0.1")) {
            int smtp = jar.port();
            assertThat(jar.out.readLine()).startsWith("SMTPS listens on 127.0.0.1:");
            Sender.send("127.0.0.1", smtp, "x", "a@b.test", List.of("c@d.test"), SampleMails.plain("x", "y"));
            Http http = new Http("http://127.0.0.1:" + jar.port());

            assertThat(http.json("/api/v1/message/latest/evidence").toString()).contains("STARTTLS");
            assertThat(http.json("/api/v1/server").get("smtpsPort").isInt()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void endsCleanlyOnASignal(String signal, int exit) throws Exception {
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0")) {
            int smtp = jar.port();
            int port = jar.port();
            Http http = new Http("http://127.0.0.1:" + port);
            assertThat(http.get("/livez").statusCode()).isEqualTo(200);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), smtp);
                    Socket page = new Socket(InetAddress.getLoopbackAddress(), port)) {
                page.getOutputStream()
                        .write("GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(page.getInputStream().read()).isEqualTo('H');
                BufferedReader replies =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                assertThat(replies.readLine()).startsWith("220");

                jar.signal(signal);

                assertThat(replies.readLine()).startsWith("421 ");
            }
            assertThat(jar.exit()).isEqualTo(exit);
            assertThat(jar.said()).isEmpty();
            assertThat(jar.complained()).isEmpty();
        }
    }

    @Test
    void aMailUnderWayIsFinishedWhenItEnds() throws Exception {
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0")) {
            int smtp = jar.port();
            jar.port();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), smtp)) {
                client.setSoTimeout(10_000);
                BufferedReader replies =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                for (String line : List.of("HELO x", "MAIL FROM:<a@b.test>", "RCPT TO:<c@d.test>", "DATA")) {
                    assertThat(replies.readLine()).startsWith("2");
                    client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                }
                assertThat(replies.readLine()).startsWith("354");
                client.getOutputStream().write("Subject: cut\r\n\r\nhalf".getBytes(StandardCharsets.US_ASCII));

                jar.signal("TERM");
                client.getOutputStream().write(" and whole\r\n.\r\n".getBytes(StandardCharsets.US_ASCII));

                assertThat(replies.readLine()).matches("(250|421) .*");
            }
            assertThat(jar.exit()).isEqualTo(143);
            assertThat(jar.complained()).isEmpty();
        }
    }

    @Test
    void anArchiveOfClassDataCanBeWrittenAndUsed(@TempDir Path folder) throws Exception {
        Path archive = folder.resolve("restante.jsa");
        for (String option : List.of("ArchiveClassesAtExit", "SharedArchiveFile")) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:" + option + "=" + archive,
                            "-jar",
                            System.getProperty("restante.jar"),
                            "--smtp-port=0",
                            "--http-port=0")
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String line;
            do {
                line = process.inputReader().readLine();
            } while (line != null && !line.startsWith("HTTP listens"));
            assertThat(line).as(option).isNotNull();
            process.toHandle().destroy(); // SIGTERM, and its output stays open
            process.inputReader().transferTo(Writer.nullWriter());
            assertThat(process.waitFor()).as(option).isEqualTo(143);
            assertThat(archive).isNotEmptyFile();
        }
    }

    @Test
    void whatWasTakenIsInTheFolderWhenItHasEnded(@TempDir Path folder) throws Exception {
        int count = 60;
        try (StandaloneJar jar = run("--smtp-port=0", "--http-port=0", "--folder=" + folder)) {
            int port = jar.port();
            jar.port();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(10_000);
                BufferedReader replies =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                assertThat(replies.readLine()).startsWith("220");
                for (int i = 0; i < count; i++) {
                    for (String line : List.of("HELO x", "MAIL FROM:<a@b.test>", "RCPT TO:<c@d.test>", "DATA", ".")) {
                        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                        assertThat(replies.readLine()).matches("(250|354) .*");
                    }
                }
                jar.signal("TERM");
            }
            assertThat(jar.exit()).isEqualTo(143);
            assertThat(jar.complained()).isEmpty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.toString().endsWith(".json"))).hasSize(count);
        }
    }

    @ParameterizedTest
    @CsvSource({"--smtp-port, --http-port", "--http-port, --smtp-port"})
    void aPortInUseIsOneLineAndExitCode1(String option, String other) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StandaloneJar jar = run(other + "=0", option + "=" + taken.getLocalPort())) {
            assertThat(jar.exit()).isEqualTo(1);
            assertThat(jar.complained())
                    .startsWith("restante: Cannot listen for ")
                    .contains("port " + taken.getLocalPort() + ": the port is in use. Stop the program")
                    .endsWith("The option is " + option + ".\n")
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--smtp-port=x      | 'x' is no whole number",
                "--smtp-port=70000  | --smtp-port is 70000, but a port is between 0 and 65535. 0 takes a free one.",
                "--smtp-port=8025   | --smtp-port and --http-port are both 8025. Give each a port of its own.",
                "--nonsense         | Unknown option: '--nonsense'",
                "--bind=no.such.host.invalid | is no address of this machine",
                "--max-message-size=huge | 'huge' is no size",
                "--max-message-size=9g | is not between 1 octet and 2 GB",
                "--hostname=a/b     | is no host name",
            })
    void aWrongOptionIsOneLineAndExitCode2(String option, String complaint) throws Exception {
        try (StandaloneJar jar = run(option)) {
            assertThat(jar.exit()).isEqualTo(2);
            assertThat(jar.complained())
                    .startsWith("restante: ")
                    .contains(complaint)
                    .contains("--help")
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void attemptsAreLoggedWithTheirSessions(String format) throws Exception {
        try (StandaloneJar jar =
                run("--smtp-port", "0", "--http-port", "0", "--log-attempts", "--log-format", format)) {
            int smtp = jar.port();
            jar.port();
            Sender.send("127.0.0.1", smtp, "x", "a@b.test", List.of("c@d.test"), SampleMails.plain("x", "y"));
            String line = jar.awaitComplaint(1);
            if (format.equals("json")) {
                assertThat(line)
                        .startsWith("{")
                        .contains("\"level\":\"INFO\"", "\"session\":\"", "\"outcome\":\"ACCEPTED\"")
                        .contains("<a@b.test>");
                assertThat(JsonMapper.builder().build().readTree(line).isObject())
                        .isTrue();
            } else {
                assertThat(line)
                        .contains("INFO  AttemptLog: 127.0.0.1:", "#1 ACCEPTED at AFTER_COMMIT: <a@b.test>")
                        .containsPattern("session=\"\\w+\"");
            }
        }
    }

    @Test
    void everyLineIsJsonWhereThatIsWanted(@TempDir Path folder) throws Exception {
        Path script = Files.writeString(folder.resolve("rules.yaml"), "rules: []\n");
        try (StandaloneJar jar =
                run("--smtp-port=0", "--http-port=0", "--log-format=json", "--watch-script", "--script=" + script)) {
            List<String> lines = new ArrayList<>();
            do {
                lines.add(jar.line());
            } while (!lines.get(lines.size() - 1).contains("HTTP listens"));
            Files.writeString(script, "rules: [{on: NOWHERE}]\n");
            JsonNode complaint = JsonMapper.builder().build().readTree(jar.awaitComplaint(1));
            assertThat(complaint.get("level").asString()).isEqualTo("ERROR");
            assertThat(complaint.get("formattedMessage").asString()).contains("rules[0].on");
            jar.signal("TERM");
            assertThat(jar.exit()).isEqualTo(143);
            lines.addAll(jar.said());
            assertThat(lines).hasSizeGreaterThanOrEqualTo(3).allSatisfy(line -> {
                JsonNode said = JsonMapper.builder().build().readTree(line);
                assertThat(said.get("level").asString()).isEqualTo("INFO");
                assertThat(said.get("formattedMessage").asString()).isNotEmpty();
            });
        }
    }

    @Test
    void helpAndVersionGoToStandardOutput() throws Exception {
        try (StandaloneJar help = run("--help");
                StandaloneJar version = run("--version")) {
            assertThat(help.said())
                    .anyMatch(line -> line.contains("--smtp-port=PORT"))
                    .anyMatch(line -> line.contains("--bind=ADDRESS"))
                    .allMatch(line -> line.length() <= 120);
            assertThat(help.exit()).isZero();
            assertThat(version.said()).hasSize(1).first().asString().matches("Restante \\d+\\.\\d+\\.\\d+.*");
            assertThat(version.exit()).isZero();
        }
    }
}
