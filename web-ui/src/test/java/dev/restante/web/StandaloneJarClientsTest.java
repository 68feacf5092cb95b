package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged jar as the field's own clients see it; they come from npm, in the versions that the lock file names. */
@Timeout(180)
@EnabledIfSystemProperty(named = "restante.jar", matches = ".+")
class StandaloneJarClientsTest {
    private static final Path INSTALLED = Path.of("target", "clients").toAbsolutePath();

    @TempDir
    private Path folder;

    private record Result(int code, String said) {}

    @BeforeAll
    static void install() throws Exception {
        Files.createDirectories(INSTALLED);
        for (String name : List.of("package.json", "package-lock.json", "mailpit-api.mjs", "cypress-mailpit.mjs")) {
            try (InputStream resource = Objects.requireNonNull(
                    StandaloneJarClientsTest.class.getResourceAsStream("/clients/" + name), name)) {
                Files.write(INSTALLED.resolve(name), resource.readAllBytes());
            }
        }
        needed(isInstalled("node"), "node is not installed. To run this test: apt-get install nodejs");
        needed(isInstalled("npm"), "npm is not installed. To run this test: apt-get install npm");
        // Cypress itself is not needed, and would bring a browser.
        Result npm = run("npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund");
        needed(npm.code() == 0, "npm could not install the clients. To run this test: give npm a registry. " + npm);
    }

    /** Skips the test unless {@code met}; fails it with {@code CI=true}. */
    private static void needed(boolean met, String message) {
        if (!met && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(met, message);
    }

    private static boolean isInstalled(String program) throws InterruptedException {
        try {
            return run(program, "--version").code() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Result run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(INSTALLED, "said", ".txt");
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(90, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        return new Result(ended ? process.exitValue() : -1, said);
    }

    @ParameterizedTest
    @CsvSource({"mailpit-api.mjs, 27 calls", "cypress-mailpit.mjs, 26 commands"})
    void everyCallOfTheClientDoesWhatItShould(String script, String said) throws Exception {
        try (StandaloneJar jar = StandaloneJar.run(folder, "--smtp-port", "0", "--http-port", "0")) {
            jar.port();
            int port = jar.port();

            Result result = run("node", script, "http://127.0.0.1:" + port);

            assertThat(result.code()).as(result.said()).isZero();
            assertThat(result.said().lines()).last().isEqualTo(said);
        }
    }
}
