package dev.restante.lint;

import dev.restante.LintCheck;
import dev.restante.mail.MimeEntity;
import dev.restante.mail.Problems;
import dev.restante.mail.TextDecoder;
import dev.restante.mail.TransferDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** What is wrong with the body of a part: its type, its encoding, its boundaries. */
final class PartLint {
    private static final Pattern BOUNDARY =
            Pattern.compile("[0-9A-Za-z'()+_,./:=? \\x2d]{0,69}[0-9A-Za-z'()+_,./:=?\\x2d]");
    private static final Pattern TYPE =
            Pattern.compile("[^\\s/()<>@,;:\\\\\"\\[\\]?=]+/[^\\s/()<>@,;:\\\\\"\\[\\]?=]+");
    private static final int LONGEST_ENCODED_LINE = 76;
    /** Decoding takes the memory of several copies: the content of larger parts is not looked at. */
    private static final int LARGEST_READ = 8 << 20;

    private final byte[] octets;
    private final MailFindings findings;
    private final boolean binaryDeclared;

    PartLint(byte[] octets, MailFindings findings, boolean binaryDeclared) {
        this.octets = octets;
        this.findings = findings;
        this.binaryDeclared = binaryDeclared;
    }

    /** Checks one part, not those below it. */
    void check(MimeEntity part) {
        type(part);
        String encoding = part.encoding();
        boolean composite = part.isMultipart() || part.type().value().equals("message/rfc822");
        if (!TransferDecoder.isKnown(encoding) || encoding.endsWith("uue") || encoding.endsWith("uuencode")) {
            if (!encoding.startsWith("x-")) {
                add(
                        LintCheck.TRANSFER_ENCODING_UNKNOWN,
                        part,
                        "Content-Transfer-Encoding " + Problems.quote(encoding) + " is not known.");
            }
        } else if (composite && !TransferDecoder.isIdentity(encoding)) {
            add(
                    LintCheck.TRANSFER_ENCODING_NOT_ALLOWED,
                    part,
                    part.type().value() + " is encoded in " + encoding + ", which only parts may be.");
        } else if (encoding.equals("7bit")) {
            sevenBit(part, composite);
        } else if (encoding.equals("binary") && !binaryDeclared) {
            add(LintCheck.BINARY_UNDECLARED, part, LintCheck.BINARY_UNDECLARED.meaning());
        }
        if (part.isMultipart()) {
            boundary(part);
        } else if (!composite) {
            content(part);
        }
    }

    private void add(LintCheck check, MimeEntity part, String message) {
        findings.add(check, part.headerFrom(), "In " + Problems.place(part.path()) + ": " + message);
    }

    private void type(MimeEntity part) {
        for (MimeEntity.Field field : part.fields()) {
            if (field.name().equalsIgnoreCase("Content-Type")) {
                String value = field.raw()
                        .replaceFirst("(?s);.*", "")
                        .replaceAll("\\([^()]*\\)", "")
                        .strip();
                if (!TYPE.matcher(value).matches()) {
                    add(
                            LintCheck.CONTENT_TYPE_MALFORMED,
                            part,
                            "Content-Type " + Problems.quote(field.raw()) + " is not of the form type/subtype.");
                }
                return;
            }
        }
    }

    private void sevenBit(MimeEntity part, boolean composite) {
        for (int i = part.bodyFrom(); i < part.bodyTo(); i++) {
            if (octets[i] < 0) {
                if (composite && part.split()) {
                    if (hasChildBeyond7Bit(part)) {
                        add(
                                LintCheck.EIGHT_BIT_IN_7BIT_MULTIPART,
                                part,
                                LintCheck.EIGHT_BIT_IN_7BIT_MULTIPART.meaning());
                    }
                } else {
                    findings.add(
                            LintCheck.EIGHT_BIT_IN_7BIT_PART,
                            i,
                            "In " + Problems.place(part.path()) + ": " + LintCheck.EIGHT_BIT_IN_7BIT_PART.meaning());
                }
                return;
            }
        }
    }

    private static boolean hasChildBeyond7Bit(MimeEntity part) {
        return part.children().stream()
                .anyMatch(child ->
                        child.encoding().equals("8bit") || child.encoding().equals("binary"));
    }

    private void boundary(MimeEntity part) {
        String boundary = part.type().parameter("boundary");
        if (boundary == null || boundary.isBlank()) {
            add(LintCheck.BOUNDARY_MISSING, part, part.type().value() + " names no boundary.");
            return;
        }
        if (!BOUNDARY.matcher(boundary).matches()) {
            add(
                    LintCheck.BOUNDARY_MALFORMED,
                    part,
                    "Boundary " + Problems.quote(boundary)
                            + " has more than 70 characters, or such as it may not have.");
        }
        if (!part.split() || part.children().isEmpty()) {
            add(LintCheck.BOUNDARY_MISSING, part, "Boundary " + Problems.quote(boundary) + " does not occur.");
        } else if (!isClosed(part, boundary.stripTrailing())) {
            add(LintCheck.BOUNDARY_NOT_CLOSED, part, "Boundary " + Problems.quote(boundary) + " is never closed.");
        }
    }

    /** Whether the last part is followed by the boundary that closes. */
    private boolean isClosed(MimeEntity part, String boundary) {
        int at = part.children().get(part.children().size() - 1).bodyTo();
        if (at < octets.length && octets[at] == '\r') {
            at++;
        }
        if (at < octets.length && octets[at] == '\n') {
            at++;
        }
        byte[] closing = ("--" + boundary + "--").getBytes(StandardCharsets.UTF_8);
        return at + closing.length <= octets.length
                && Arrays.equals(octets, at, at + closing.length, closing, 0, closing.length);
    }

    private void content(MimeEntity part) {
        boolean base64 = part.encoding().equals("base64");
        boolean quotedPrintable = part.encoding().equals("quoted-printable");
        if (base64 || quotedPrintable) {
            lines(part, base64 ? LintCheck.BASE64_LINE_TOO_LONG : LintCheck.QUOTED_PRINTABLE_LINE_TOO_LONG);
        }
        boolean text = part.type().value().startsWith("text/");
        if (part.bodyTo() - part.bodyFrom() > LARGEST_READ) {
            return;
        }
        if (!base64 && !quotedPrintable && !text) {
            return;
        }
        List<String> problems = new ArrayList<>();
        byte[] raw = Arrays.copyOfRange(octets, part.bodyFrom(), part.bodyTo());
        byte[] content = TransferDecoder.isKnown(part.encoding())
                ? TransferDecoder.decode(raw, part.encoding(), problems::add)
                : raw;
        for (String problem : problems) {
            findings.add(
                    LintCheck.CONTENT_BROKEN,
                    part.bodyFrom(),
                    "In " + Problems.place(part.path()) + ": " + problem + ".");
        }
        if (text) {
            charset(part, content);
        }
    }

    private void lines(MimeEntity part, LintCheck check) {
        int start = part.bodyFrom();
        for (int i = start; i <= part.bodyTo(); i++) {
            if (i == part.bodyTo() || octets[i] == '\n') {
                int end = i > start && octets[i - 1] == '\r' ? i - 1 : i;
                if (end - start > LONGEST_ENCODED_LINE) {
                    findings.add(check, start, "In " + Problems.place(part.path()) + ": " + check.meaning());
                }
                start = i + 1;
            }
        }
    }

    private void charset(MimeEntity part, byte[] content) {
        String charset = part.type().parameter("charset");
        if (charset != null && !charset.isBlank() && !TextDecoder.isKnown(charset)) {
            add(LintCheck.CHARSET_UNKNOWN, part, "Charset " + Problems.quote(charset) + " is not known.");
            return;
        }
        boolean[] broken = {false};
        String named = charset == null || charset.isBlank() ? null : charset;
        TextDecoder.decode(content, named, problem -> broken[0] = true);
        if (broken[0] && named != null) {
            add(
                    LintCheck.CHARSET_VIOLATED,
                    part,
                    "The text is not in the charset that it names, " + Problems.quote(named) + ".");
        } else if (broken[0]) {
            add(LintCheck.CHARSET_MISSING, part, LintCheck.CHARSET_MISSING.meaning());
        }
    }
}
