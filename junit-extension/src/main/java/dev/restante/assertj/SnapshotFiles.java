package dev.restante.assertj;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files that snapshots are kept in, and what is done with one that is missing or differs. */
record SnapshotFiles(Path directory, Mode mode) {
    static final String MODE = "restante.snapshots";
    static final String DIRECTORY = "restante.snapshots.directory";

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);
    private static final Pattern NAME = Pattern.compile("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*");

    enum Mode {
        /** Missing ones are written, different ones fail. */
        CREATE,
        /** Missing and different ones fail. */
        VERIFY,
        /** Missing and different ones are written. */
        UPDATE
    }

    record Mismatch(String headline, Optional<String> expected) {}

    static SnapshotFiles fromProperties() {
        return of(System.getProperty(MODE), System.getProperty(DIRECTORY), System.getenv("CI"));
    }

    static SnapshotFiles of(@Nullable String mode, @Nullable String directory, @Nullable String ci) {
        boolean inCi = ci != null && !ci.isBlank() && !ci.equalsIgnoreCase("false");
        return new SnapshotFiles(
                Path.of(directory == null ? "src/test/resources/snapshots" : directory),
                mode == null || mode.isBlank() ? (inCi ? Mode.VERIFY : Mode.CREATE) : modeOf(mode));
    }

    private static Mode modeOf(String mode) {
        try {
            return Mode.valueOf(mode.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "The system property " + MODE + " is create, verify or update, but was \"" + mode + "\".", unknown);
        }
    }

    /** Compares {@code found} with the snapshot of this name; what does not match and is not to be written is returned. */
    Optional<Mismatch> compare(String name, String found) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("A snapshot's name has letters, digits, _, - and . in it, and / between"
                    + " folders, but was \"" + name + "\".");
        }
        Path file = directory.resolve(name + ".txt");
        if (!Files.exists(file)) {
            if (mode == Mode.VERIFY) {
                return Optional.of(new Mismatch(
                        "There is no snapshot \"" + name + "\": " + file
                                + " is missing, and is not made here. Run the test"
                                + " where CI is not set, or with -D" + MODE
                                + "=update, look at what it wrote, and commit it.\nIt would be:\n"
                                + found.indent(2).stripTrailing(),
                        Optional.empty()));
            }
            write(file, found);
            LOG.info("Wrote the snapshot {}. Look at it and commit it.", file);
            return Optional.empty();
        }
        String expected = asWritten(new String(read(file), StandardCharsets.UTF_8));
        if (expected.equals(found)) {
            return Optional.empty();
        }
        if (mode == Mode.UPDATE) {
            write(file, found);
            LOG.info("Updated the snapshot {}. Look at the change and commit it.", file);
            return Optional.empty();
        }
        return Optional.of(new Mismatch(
                "The mail differs from the snapshot \"" + name + "\" (" + file
                        + "), - in the snapshot, + in the mail:\n"
                        + LineDiff.of(expected, found).indent(2).stripTrailing()
                        + "\nIf the mail is right, run the test with -D" + MODE
                        + "=update, look at the change, and commit"
                        + " it.",
                Optional.of(expected)));
    }

    /** What editors and version control may have done to a file, undone: marks, line ends, blanks at the end. */
    private static String asWritten(String text) {
        String unmarked = text.startsWith("\ufeff") ? text.substring(1) : text;
        return TextAssert.withPlainLineEnds(unmarked)
                        .lines()
                        .map(String::stripTrailing)
                        .collect(Collectors.joining("\n"))
                        .stripTrailing()
                + "\n";
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file + ": " + e, e);
        }
    }

    /** Whole or not at all, since tests that run side by side may write the same. */
    private static void write(Path file, String text) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Path draft = Files.createTempFile(folder, ".snapshot", ".tmp");
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the snapshot " + file + ": " + e, e);
        }
    }
}
