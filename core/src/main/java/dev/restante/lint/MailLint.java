package dev.restante.lint;

import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.mail.MimeEntity;
import dev.restante.mail.MimeReader;
import dev.restante.mail.Octets;
import dev.restante.mail.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is wrong with a mail by itself, and with what MAIL FROM said of it. */
public final class MailLint {
    private static final int LONGEST_LINE = 998;

    private final byte[] octets;
    private final MailFindings findings;
    private final boolean binary;
    private final boolean utf8;
    private final boolean eightBit;
    private final List<MimeEntity> entities = new ArrayList<>();

    private MailLint(byte[] octets, EsmtpParameters sender) {
        this.octets = octets;
        this.findings = new MailFindings(octets);
        Optional<String> body = sender.body();
        this.binary = body.filter("BINARYMIME"::equals).isPresent();
        this.utf8 = sender.has("SMTPUTF8");
        this.eightBit = binary || utf8 || body.filter("8BITMIME"::equals).isPresent();
    }

    /** What is wrong with a mail that was sent with this envelope, in the order of the mail. */
    public static List<LintFinding> of(Octets mail, Envelope envelope) {
        EsmtpParameters sender = envelope.sender().parameters();
        MailLint lint = new MailLint(mail.toByteArray(), sender);
        lint.check(sender, envelope.recipientAddresses());
        return lint.findings.list();
    }

    private void check(EsmtpParameters sender, List<String> recipients) {
        MimeEntity root = MimeReader.read(octets, new Problems());
        collect(root);
        octets();
        new HeaderLint(octets, findings, recipients).message(root);
        PartLint parts = new PartLint(octets, findings, binary);
        entities.forEach(parts::check);
        // DATA demands a line end before the dot, which the client's mail may not have had.
        int own = octets.length - (endsInCrlf() ? 2 : 0);
        sender.size().filter(declared -> own > declared).ifPresent(declared -> {
            findings.add(
                    LintCheck.SIZE_EXCEEDED,
                    declared,
                    "The mail has " + octets.length + " octets, but MAIL FROM said SIZE=" + declared + ".");
        });
    }

    private boolean endsInCrlf() {
        int length = octets.length;
        return length >= 2 && octets[length - 2] == '\r' && octets[length - 1] == '\n';
    }

    private void collect(MimeEntity entity) {
        entities.add(entity);
        entity.children().forEach(this::collect);
    }

    /** What stands in the octets, whatever they mean. Headers and binary parts have rules of their own. */
    private void octets() {
        // In order of the mail: each entity's header comes before its body.
        boolean inHeader;
        int entity = -1;
        int until = 0;
        boolean free = false;
        boolean freeLine = false; // a line that begins in a binary part ends in the boundary behind it
        int lineStart = 0;
        for (int i = 0; i < octets.length; i++) {
            while (i >= until
                    && entity + 1 < entities.size()
                    && (i >= entities.get(entity + 1).headerFrom())) {
                entity++;
                until = entities.get(entity).headerTo();
            }
            inHeader = entity >= 0 && i < until;
            free = binary && entity >= 0 && !inHeader && isBinaryContent(entities.get(entity), i);
            freeLine = i == lineStart ? free : freeLine;
            byte octet = octets[i];
            if (octet == '\n') {
                boolean crlf = i > 0 && octets[i - 1] == '\r';
                if (!crlf && !free) {
                    findings.add(LintCheck.BARE_LF, i, LintCheck.BARE_LF.meaning());
                }
                line(lineStart, crlf ? i - 1 : i, free || freeLine);
                lineStart = i + 1;
            } else if (octet == '\r') {
                if (!free && (i + 1 == octets.length || octets[i + 1] != '\n')) {
                    findings.add(LintCheck.BARE_CR, i, LintCheck.BARE_CR.meaning());
                }
            } else if (octet == 0) {
                if (!free) {
                    findings.add(LintCheck.NUL_OCTET, i, LintCheck.NUL_OCTET.meaning());
                }
            } else if (octet < 0) {
                if (inHeader && !utf8) {
                    findings.add(LintCheck.HEADER_NOT_ASCII, i, LintCheck.HEADER_NOT_ASCII.meaning());
                } else if (!inHeader && !eightBit) {
                    findings.add(LintCheck.EIGHT_BIT_UNDECLARED, i, LintCheck.EIGHT_BIT_UNDECLARED.meaning());
                }
            } else if (octet == '.' && !free) {
                dot(i);
            }
        }
        line(lineStart, octets.length, free || freeLine);
    }

    private static boolean isBinaryContent(MimeEntity entity, int at) {
        return !entity.split() && entity.encoding().equals("binary") && at >= entity.bodyFrom() && at < entity.bodyTo();
    }

    private void line(int from, int to, boolean free) {
        if (to - from > LONGEST_LINE && !free) {
            findings.add(LintCheck.LINE_TOO_LONG, from, LintCheck.LINE_TOO_LONG.meaning());
        }
    }

    /** A dot between two line ends of which one is not CRLF. */
    private void dot(int at) {
        String before = lineEndBefore(at);
        String after = lineEndAfter(at);
        // Behind CRLF the dot was stuffed, and what was not is noticed where it is undone.
        if (!before.isEmpty() && !after.isEmpty() && !before.equals("CRLF")) {
            findings.add(
                    LintCheck.SMUGGLING_SEQUENCE,
                    at,
                    before + "." + after + " is no end of data, but some servers take it for one.");
        }
    }

    private String lineEndBefore(int at) {
        if (at == 0) {
            return "CRLF";
        } else if (octets[at - 1] == '\n') {
            return at > 1 && octets[at - 2] == '\r' ? "CRLF" : "LF";
        }
        return octets[at - 1] == '\r' ? "CR" : "";
    }

    private String lineEndAfter(int at) {
        if (at + 1 == octets.length) {
            return "";
        } else if (octets[at + 1] == '\r') {
            return at + 2 < octets.length && octets[at + 2] == '\n' ? "CRLF" : "CR";
        }
        return octets[at + 1] == '\n' ? "LF" : "";
    }
}
