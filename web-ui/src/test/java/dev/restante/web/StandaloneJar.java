package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running jar. Closing it kills it. */
final class StandaloneJar implements AutoCloseable {
    static final Pattern PORT = Pattern.compile(":(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final Process process;
    final BufferedReader out;
    private final Path err;

    /** The jar, reading nothing. */
    static StandaloneJar run(Path folder, String... options) throws IOException {
        // A shell may have told its children to ignore SIGINT or SIGHUP; a person's shell does not.
        return new StandaloneJar(folder, "--default-signal=INT,HUP", "", options);
    }

    /** The jar, told by who started it to ignore a signal. */
    static StandaloneJar deafTo(String signal, Path folder, String... options) throws IOException {
        return new StandaloneJar(folder, "--ignore-signal=" + signal, "", options);
    }

    /** The jar, reading this text. */
    static StandaloneJar reading(String text, Path folder, String... options) throws IOException {
        return new StandaloneJar(folder, "--default-signal=INT,HUP", text, options);
    }

    private StandaloneJar(Path folder, String signals, String input, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", signals));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("restante.jar")));
        command.addAll(List.of(options));
        err = Files.createTempFile(folder, "err", "");
        process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(err.toFile())
                .start();
        out = process.inputReader();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
    }

    /** The next line that it says. */
    String line() throws IOException {
        return String.valueOf(out.readLine());
    }

    /** The port in the next line that it says. */
    int port() throws IOException {
        String line = line();
        Matcher port = PORT.matcher(line);
        assertThat(port.find()).as(line).isTrue();
        return Integer.parseInt(port.group(1));
    }

    /** Waits for its end; returns the exit code. */
    int exit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the jar ends")
                .isTrue();
        return process.exitValue();
    }

    void signal(String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** What it says on standard output until it ends. */
    List<String> said() {
        return out.lines().toList();
    }

    /** What it has said on standard error so far. */
    String complained() throws IOException {
        return Files.readString(err);
    }

    /** Waits until it has said this many lines on standard error, and returns the last. */
    String awaitComplaint(int count) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (complained().lines().count() < count || !complained().endsWith("\n")) {
            assertThat(System.nanoTime())
                    .as("waiting for complaint %s after %s", count, complained())
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        List<String> lines = complained().lines().toList();
        assertThat(lines).hasSize(count);
        return lines.get(count - 1);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
