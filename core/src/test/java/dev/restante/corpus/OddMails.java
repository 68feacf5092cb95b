package dev.restante.corpus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Bodies that mail has been seen with, or that a parser may stumble over: those in the test resources, and larger ones. */
final class OddMails {
    private OddMails() {}

    /** All bodies with their names, in a fixed order. */
    static Map<String, byte[]> all() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        lineEndsAndDots(all);
        large(all);
        structures(all);
        resources(all);
        return all;
    }

    private static void lineEndsAndDots(Map<String, byte[]> all) {
        for (String text : new String[] {
            "",
            "\r\n",
            "\r\n\r\n",
            "\n",
            "\r",
            "\n\r",
            "\r\r\n",
            ".",
            "..",
            "...",
            ".\r\n",
            "..\r\n",
            ".\r\n.\r\n",
            "\r\n.\r\n",
            "a\r\n.\r\nb",
            "a\r\n..\r\nb",
            "a\r\n.b\r\n..c\r\n...d",
            "a\n.\nb",
            "a\n.\r\nb",
            "a\r\n.\nb",
            "a\r.\rb",
            "a\r.\r\nb",
            "a\r\n.\rb",
            "a\r\n.\r\r\nb",
            "a\r\n\r.\r\nb",
            "a\r\r\n.\r\r\n.",
            ".\r",
            ".\n",
            ".\r\r",
            "\r\n.\r",
            "\r\n.\n",
            "a\0b\0\0\r\n\0",
            "\0",
            "Subject: bare CR\rX: no field\r\rno body\r\n",
            "Subject: bare LF\nX: a field?\n\nbody\n",
            "Subject: ends in CR\r\n\r\nbody\r",
            "Subject: NUL\0 in it\r\n\r\nbo\0dy\r\n",
            "From nobody Thu Jan  1 00:00:00 1970\r\nSubject: mbox\r\n\r\n>From here\r\n",
            "no header at all",
            ": no name\r\n : folded\r\n\r\n",
            "MAIL FROM:<x@y>\r\nRCPT TO:<z@y>\r\nDATA\r\n.\r\nQUIT\r\n",
        }) {
            all.put(shown(text), text.getBytes(StandardCharsets.ISO_8859_1));
        }
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        all.put("all octets", every);
        byte[] pairs = new byte[2 * 256 * 256];
        for (int i = 0; i < pairs.length / 2; i++) {
            pairs[2 * i] = (byte) (i >> 8);
            pairs[2 * i + 1] = (byte) i;
        }
        all.put("all pairs of octets", pairs);
    }

    private static String shown(String text) {
        return text.isEmpty()
                ? "empty"
                : text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
    }

    private static void large(Map<String, byte[]> all) {
        byte[] line = new byte[1 << 20];
        Arrays.fill(line, (byte) 'x');
        all.put("a line of 1 MiB and nothing else", line);
        all.put("a header of 1 MiB", text("Subject: " + "word ".repeat(200_000) + "\r\n\r\nbody\r\n"));
        all.put("a header folded 50,000 times", text("Subject: a" + "\r\n  b".repeat(50_000) + "\r\n\r\nbody\r\n"));
        all.put("three lines of 1 MiB", text(("y".repeat(1 << 20) + "\r\n").repeat(3)));
        all.put("50,000 headers", text("X: y\r\n".repeat(50_000) + "\r\n"));
        all.put("200,000 lone dots", text(".\r\n".repeat(200_000)));
        all.put("1 MiB of dots", text(".".repeat(1 << 20)));
        all.put("1 MiB of bare CR", text("\r".repeat(1 << 20)));
        all.put("1 MiB of bare LF", text("\n".repeat(1 << 20)));
        all.put("1 MiB of NUL", new byte[1 << 20]);
        byte[] high = new byte[1 << 20];
        Arrays.fill(high, (byte) 0xff);
        all.put("1 MiB of octets 255", high);
        all.put(
                "base64 on one line of 1 MiB",
                text("Content-Transfer-Encoding: base64\r\n\r\n" + "QUJD".repeat(1 << 18)));
    }

    private static void structures(Map<String, byte[]> all) {
        all.put("50 levels of multipart", nested(50, true));
        all.put("50 levels of multipart, none closed", nested(50, false));
        all.put("1,000 levels of multipart", nested(1000, true));
        all.put(
                "20,000 parts",
                text("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n".repeat(20_000)
                        + "--b--\r\n"));
        all.put(
                "a boundary on every line",
                text("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n" + "--\r\n".repeat(20_000)));
        all.put("200 messages in messages", text("Content-Type: message/rfc822\r\n\r\n".repeat(200) + "the end"));
        ByteArrayOutputStream eightBit = new ByteArrayOutputStream();
        eightBit.writeBytes(text("Subject: "));
        eightBit.writeBytes("Grüße aus Köln".getBytes(StandardCharsets.ISO_8859_1));
        eightBit.writeBytes(text("\r\nFrom: "));
        eightBit.writeBytes("Jürgen <jürgen@bücher.test>".getBytes(StandardCharsets.UTF_8));
        eightBit.writeBytes(text("\r\nX-"));
        eightBit.write(0xfe);
        eightBit.writeBytes(text(": "));
        eightBit.writeBytes("日本".getBytes(StandardCharsets.UTF_16));
        eightBit.writeBytes(text("\r\n\r\nbody"));
        all.put("headers of eight bits", eightBit.toByteArray());
    }

    private static byte[] nested(int levels, boolean closed) {
        StringBuilder mail = new StringBuilder("Subject: nested\r\n");
        for (int i = 0; i < levels; i++) {
            mail.append("Content-Type: multipart/mixed; boundary=\"b")
                    .append(i)
                    .append("\"\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        mail.append("Content-Type: text/plain\r\n\r\ninnermost\r\n");
        for (int i = levels - 1; closed && i >= 0; i--) {
            mail.append("--b").append(i).append("--\r\n");
        }
        return text(mail.toString());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void resources(Map<String, byte[]> all) {
        try {
            Path plain = Path.of(Objects.requireNonNull(OddMails.class.getResource("/corpus/plain.eml"))
                    .toURI());
            try (Stream<Path> files = Files.list(plain.resolveSibling(""))) {
                for (Path file : files.filter(each -> each.toString().endsWith(".eml"))
                        .sorted()
                        .toList()) {
                    all.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
