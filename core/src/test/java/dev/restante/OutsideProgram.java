package dev.restante;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A program that a test runs and that is none of ours. Where it is not installed the test is skipped, and the message says
 * how to install it; with {@code CI=true} in the environment its absence is a failure.
 *
 * <p>A run has a time limit, its output is captured, and it sees nothing of the user's: an empty home folder, no proxies,
 * UTF-8. Immutable: each option returns a new one.
 */
public final class OutsideProgram {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);

    private final List<String> command;
    private final Optional<Path> folder;
    private final boolean atHome;
    private final byte[] input;

    private OutsideProgram(List<String> command, Optional<Path> folder, boolean atHome, byte[] input) {
        this.command = command;
        this.folder = folder;
        this.atHome = atHome;
        this.input = input;
    }

    /** What a run came to. */
    public record Result(List<String> command, int exitCode, String out, String err) {
        /** Both outputs, for assertions on what the program said wherever it said it. */
        public String all() {
            return out + err;
        }

        /** Fails unless the program ended with this code. */
        public Result expectExit(int code) {
            if (exitCode != code) {
                throw new AssertionError("Expected exit code " + code + " of " + this);
            }
            return this;
        }

        /** Fails if the program ended with 0. */
        public Result expectFailure() {
            if (exitCode == 0) {
                throw new AssertionError("Expected a failure of " + this);
            }
            return this;
        }

        @Override
        public String toString() {
            return String.join(" ", command) + "\nexit code " + exitCode + "\n--- out\n" + out + "\n--- err\n" + err;
        }
    }

    /** The program of this name, which {@code apt-get install packages} brings. */
    public static OutsideProgram named(String name, String packages) {
        Optional<Path> found = find(name);
        needed(found.isPresent(), name + " is not installed. To run this test: apt-get install " + packages);
        return new OutsideProgram(List.of(found.orElseThrow().toString()), Optional.empty(), false, new byte[0]);
    }

    /** The program of this name, which no package may bring; {@code howTo} says how to get it. */
    public static OutsideProgram unpacked(String name, String howTo) {
        Optional<Path> found = find(name);
        needed(found.isPresent(), name + " is not on the path. To run this test: " + howTo);
        return new OutsideProgram(List.of(found.orElseThrow().toString()), Optional.empty(), false, new byte[0]);
    }

    /** Where the program is. */
    public Path path() {
        return Path.of(command.get(0));
    }

    /** A Java that runs a class of these tests, with these options of the virtual machine. */
    public static OutsideProgram java(Class<?> main, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return new OutsideProgram(List.copyOf(command), Optional.empty(), false, new byte[0]);
    }

    /** Skips the test unless {@code met}; fails it with {@code CI=true}. */
    public static void needed(boolean met, String message) {
        if (!met && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(met, message);
    }

    private static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin" + File.pathSeparator
                + "/sbin";
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** This program, called with these first arguments. */
    public OutsideProgram with(String... arguments) {
        List<String> longer = new ArrayList<>(command);
        Collections.addAll(longer, arguments);
        return new OutsideProgram(List.copyOf(longer), folder, atHome, input);
    }

    /** This program, run in this folder. */
    public OutsideProgram in(Path newFolder) {
        return new OutsideProgram(command, Optional.of(newFolder), atHome, input);
    }

    /** This program, reading this text. */
    public OutsideProgram reading(String text) {
        return reading(text.getBytes(StandardCharsets.UTF_8));
    }

    /** This program, reading these octets. */
    public OutsideProgram reading(byte[] octets) {
        return new OutsideProgram(command, folder, atHome, octets.clone());
    }

    /** This program with the user's own home folder and proxies: for one that needs the network. */
    public OutsideProgram atHome() {
        return new OutsideProgram(command, folder, true, input);
    }

    /** Runs the program and returns what came of it, whatever its exit code. Fails if it takes longer than 30 seconds. */
    public Result run(String... arguments) {
        return run(TIME_LIMIT, arguments);
    }

    /** Runs the program and returns what came of it. Fails if it takes longer than {@code limit}. */
    public Result run(Duration limit, String... arguments) {
        List<String> whole = with(arguments).command;
        try {
            Path scratch = Files.createTempDirectory("restante-run");
            try {
                return run(whole, limit, scratch);
            } finally {
                delete(scratch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", whole), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while running " + whole, e);
        }
    }

    private Result run(List<String> whole, Duration limit, Path scratch) throws IOException, InterruptedException {
        Path in = Files.write(scratch.resolve("in"), input);
        Path out = scratch.resolve("out");
        Path err = scratch.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(whole)
                .directory(folder.orElse(scratch).toFile())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        if (!atHome) {
            isolate(builder.environment(), scratch);
        }
        Process process = builder.start();
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
        }
        Result result = new Result(whole, ended ? process.exitValue() : -1, text(out), text(err));
        if (!ended) {
            throw new AssertionError("Not done within " + limit.toSeconds() + " s: " + result);
        }
        return result;
    }

    private static void isolate(Map<String, String> environment, Path home) {
        environment.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        environment.put("HOME", home.toString());
        environment.put("LC_ALL", "C.UTF-8");
    }

    private static String text(Path file) throws IOException {
        // Not Files.readString: it refuses what is no UTF-8.
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
