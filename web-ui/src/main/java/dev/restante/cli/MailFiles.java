package dev.restante.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Mail in files: a file each ({@code .eml}), one for all (mbox in its variant mboxrd, RFC 4155), or a Maildir. */
final class MailFiles {
    /** Somebody, and when: what merely begins with "From" is a line of a text. */
    private static final Pattern SEPARATOR = Pattern.compile("From \\S+.*\\d:\\d\\d.*\\d{4}.*\\s*");

    private static final DateTimeFormatter MBOX_DATE =
            DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy", Locale.ROOT).withZone(ZoneOffset.UTC);

    private MailFiles() {}

    /** How mail lies in files. */
    enum Format {
        /** A file for each mail. */
        eml,
        /** All mails in one file. */
        mbox,
        /** A folder with {@code cur}, {@code new} and {@code tmp}. */
        maildir
    }

    /** Puts mails into files. */
    interface Writer extends Closeable {
        /** Writes a mail; false if it is there already. */
        boolean write(String id, String sender, Instant arrived, byte[] octets) throws IOException;
    }

    /** Takes mails out of files. */
    @FunctionalInterface
    interface Reader {
        /** Takes the next mail, which is at {@code place}. */
        void read(String place, byte[] octets) throws IOException, InterruptedException, Subcommand.Problem;
    }

    // ---- writing

    static Writer writer(Format format, Path target) throws IOException, Subcommand.Problem {
        try {
            return switch (format) {
                case eml -> new EmlWriter(Files.createDirectories(target));
                case mbox -> new MboxWriter(target);
                case maildir -> new MaildirWriter(target);
            };
        } catch (FileAlreadyExistsException e) {
            throw Subcommand.Problem.failed(
                    format == Format.mbox
                            ? target + " is there already; an mbox is written anew. Name another file, or remove it."
                            : target + " is a file; " + format + " needs a folder.");
        }
    }

    private record EmlWriter(Path folder) implements Writer {
        @Override
        public boolean write(String id, String sender, Instant arrived, byte[] octets) throws IOException {
            return create(folder.resolve(id + ".eml"), octets);
        }

        @Override
        public void close() {}
    }

    private static boolean create(Path file, byte[] octets) throws IOException {
        try {
            Files.write(file, octets, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static final class MboxWriter implements Writer {
        private final OutputStream out;

        MboxWriter(Path file) throws IOException {
            out = new BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        }

        @Override
        public boolean write(String id, String sender, Instant arrived, byte[] octets) throws IOException {
            String from = sender.isEmpty() ? "MAILER-DAEMON" : sender.replaceAll("\\s", "_");
            out.write(("From " + from + " " + MBOX_DATE.format(arrived) + "\n").getBytes(StandardCharsets.UTF_8));
            boolean lineBegins = true;
            for (byte[] line : lines(octets)) {
                if (lineBegins && isFromLine(line)) {
                    out.write('>');
                }
                out.write(line);
                lineBegins = line.length > 0 && line[line.length - 1] == '\n';
            }
            out.write(
                    lineBegins ? "\n".getBytes(StandardCharsets.US_ASCII) : "\n\n".getBytes(StandardCharsets.US_ASCII));
            return true;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** The lines, each with its end, which becomes LF. */
    private static List<byte[]> lines(byte[] octets) {
        Stream.Builder<byte[]> lines = Stream.builder();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '\r' && i + 1 < octets.length && octets[i + 1] == '\n') {
                continue;
            }
            line.write(octets[i]);
            if (octets[i] == '\n') {
                lines.add(line.toByteArray());
                line.reset();
            }
        }
        if (line.size() > 0) {
            lines.add(line.toByteArray());
        }
        return lines.build().toList();
    }

    /** Whether a line is {@code From } behind any number of quoting signs. */
    private static boolean isFromLine(byte[] line) {
        int at = 0;
        while (at < line.length && line[at] == '>') {
            at++;
        }
        return new String(line, at, Math.min(5, line.length - at), StandardCharsets.ISO_8859_1).equals("From ");
    }

    private static final class MaildirWriter implements Writer {
        private final Path folder;

        MaildirWriter(Path folder) throws IOException {
            this.folder = folder;
            for (String each : List.of("cur", "new", "tmp")) {
                Files.createDirectories(folder.resolve(each));
            }
        }

        @Override
        public boolean write(String id, String sender, Instant arrived, byte[] octets) throws IOException {
            String name = arrived.getEpochSecond() + "." + id + ".restante";
            Path there = folder.resolve("new").resolve(name);
            if (Files.exists(there) || Files.exists(folder.resolve("cur").resolve(name + ":2,S"))) {
                return false;
            }
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            lines(octets).forEach(text::writeBytes);
            Path draft = Files.write(folder.resolve("tmp").resolve(name), text.toByteArray());
            Files.move(draft, there, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }

        @Override
        public void close() {}
    }

    // ---- reading

    /** Reads every mail that lies in a file or a folder, and tells how many files of the folder hold none. */
    static int read(Path source, Reader reader) throws IOException, InterruptedException, Subcommand.Problem {
        if (!Files.isDirectory(source)) {
            readFile(source, reader);
            return 0;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(source)) {
            all = files.filter(Files::isRegularFile).sorted().toList();
        }
        int passedOver = 0;
        for (Path file : all) {
            if (isMail(file)) {
                readFile(file, reader);
            } else {
                passedOver++;
            }
        }
        return passedOver;
    }

    private static void readFile(Path file, Reader reader)
            throws IOException, InterruptedException, Subcommand.Problem {
        if (isMbox(file)) {
            readMbox(file, reader);
        } else {
            reader.read(file.toString(), Files.readAllBytes(file));
        }
    }

    /** A .eml, an mbox, or a file of a Maildir, wherever in a folder that is. */
    private static boolean isMail(Path file) {
        Path folder = Objects.requireNonNull(file.getParent());
        boolean isOfMaildir = Stream.of("cur", "new").anyMatch(folder::endsWith)
                && Stream.of("cur", "new").map(folder::resolveSibling).allMatch(Files::isDirectory);
        String name = file.toString().toLowerCase(Locale.ROOT);
        return isOfMaildir || Stream.of(".eml", ".mbox", ".mbx").anyMatch(name::endsWith);
    }

    private static boolean isMbox(Path file) throws IOException, Subcommand.Problem {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(5), StandardCharsets.ISO_8859_1).equals("From ");
        } catch (NoSuchFileException e) {
            throw Subcommand.Problem.failed(file + ": there is no such file or folder.");
        }
    }

    private static void readMbox(Path file, Reader reader)
            throws IOException, InterruptedException, Subcommand.Problem {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream mail = new ByteArrayOutputStream();
            int count = 0;
            boolean afterEmptyLine = true;
            while (true) {
                byte[] line = line(in);
                boolean begins = afterEmptyLine
                        && (count == 0
                                ? isFromLine(line)
                                : SEPARATOR.matcher(latin1(line)).matches());
                if ((begins || line.length == 0) && count > 0) {
                    reader.read(file + " (" + count + ")", withoutLastLine(mail.toByteArray()));
                }
                if (line.length == 0) {
                    return;
                } else if (begins) {
                    count++;
                    mail.reset();
                } else {
                    int quoted = line[0] == '>' && isFromLine(line) ? 1 : 0;
                    mail.write(line, quoted, line.length - quoted);
                }
                afterEmptyLine = line.length == 1 || (line.length == 2 && line[0] == '\r');
            }
        }
    }

    private static String latin1(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1);
    }

    /** A line with its end; nothing at the end of the file. */
    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = in.read();
        while (octet >= 0) {
            line.write(octet);
            if (octet == '\n') {
                break;
            }
            octet = in.read();
        }
        return line.toByteArray();
    }

    /** Without the empty line that separates mails. */
    private static byte[] withoutLastLine(byte[] mail) {
        int end = mail.length;
        if (end > 1 && mail[end - 1] == '\n') {
            int before = mail[end - 2] == '\r' ? end - 3 : end - 2;
            if (before >= 0 && mail[before] == '\n') {
                end = before + 1;
            }
        }
        return Arrays.copyOf(mail, end);
    }
}
