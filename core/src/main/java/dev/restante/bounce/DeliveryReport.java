package dev.restante.bounce;

import dev.restante.CapturedMail;
import dev.restante.Effect;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report that a mail could not be delivered: a {@code multipart/report} as RFC 3464 has it, to the mail's sender. */
final class DeliveryReport {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String to;
    private final byte[] octets;
    private final boolean international;
    private final boolean eightBit;

    private DeliveryReport(String to, byte[] octets, boolean international, boolean eightBit) {
        this.to = to;
        this.octets = octets;
        this.international = international;
        this.eightBit = eightBit;
    }

    /** Whether an address or a header field has characters beyond ASCII, so that the report needs SMTPUTF8 (RFC 6531). */
    boolean isInternational() {
        return international;
    }

    /** Whether the report has octets beyond ASCII, so that it needs 8BITMIME (RFC 6152). */
    boolean isEightBit() {
        return eightBit;
    }

    /** The mail's sender, whose report this is. */
    String to() {
        return to;
    }

    /** The whole message, to be read. */
    InputStream open() {
        return new ByteArrayInputStream(octets);
    }

    /**
     * The report on those recipients of a mail that {@code bounce} returns; empty if nobody is to be told: the sender is
     * null, no recipient matches, or all that do asked for no report of failure (NOTIFY, RFC 3461 section 4.1).
     */
    static Optional<DeliveryReport> of(CapturedMail mail, Effect.Bounce bounce, String reporter, Instant now) {
        Envelope.Sender sender = mail.envelope().sender();
        List<Envelope.Recipient> failed = mail.envelope().recipients().stream()
                .filter(recipient -> bounce.recipients().matches(recipient.address()))
                .filter(recipient -> wantsToKnowOfFailure(recipient.parameters()))
                .toList();
        if (sender.isNull() || failed.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Writer(mail, bounce, reporter, now).write(failed));
    }

    private static boolean wantsToKnowOfFailure(EsmtpParameters parameters) {
        List<String> wanted = parameters.notifyOn();
        return wanted.isEmpty() || wanted.contains("FAILURE");
    }

    private static final class Writer {
        private final CapturedMail mail;
        private final Effect.Bounce bounce;
        private final String reporter;
        private final Instant now;
        private final String boundary;
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
        private String encoding = "7bit";

        Writer(CapturedMail mail, Effect.Bounce bounce, String reporter, Instant now) {
            this.mail = mail;
            this.bounce = bounce;
            this.reporter = reporter;
            this.now = now;
            // No line of the returned mail can be this: the identifier was made after it had arrived.
            this.boundary = "=_report_" + mail.id();
        }

        DeliveryReport write(List<Envelope.Recipient> failed) {
            Envelope.Sender sender = mail.envelope().sender();
            boolean utf8 = sender.parameters().has("SMTPUTF8") && isInternational(failed);
            text(failed);
            status(failed, utf8);
            returned(utf8);
            List<String> header = List.of(
                    "Date: " + DATE.format(now),
                    "From: Mail Delivery System <MAILER-DAEMON@" + reporter + ">",
                    "To: <" + sender.address() + ">",
                    "Subject: Undelivered mail returned to sender",
                    "Message-ID: <" + mail.id() + ".report@" + reporter + ">",
                    "Auto-Submitted: auto-replied",
                    "MIME-Version: 1.0",
                    "Content-Type: multipart/report; report-type=delivery-status;",
                    "\tboundary=\"" + boundary + "\"",
                    "Content-Transfer-Encoding: " + encoding,
                    "");
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(lines(header));
            all.writeBytes(parts.toByteArray());
            all.writeBytes(lines(List.of("--" + boundary + "--")));
            return new DeliveryReport(sender.address(), all.toByteArray(), utf8, !encoding.equals("7bit"));
        }

        private boolean isInternational(List<Envelope.Recipient> failed) {
            byte[] original = mail.bytes();
            return !isAscii(mail.envelope().sender().address())
                    || failed.stream()
                            .anyMatch(recipient -> !isAscii(recipient.address())
                                    || !isAscii(recipient.parameters().orcpt().orElse("")))
                    || hasOctetsBeyondAscii(original, endOfHeaders(original));
        }

        private void text(List<Envelope.Recipient> failed) {
            List<String> text = new ArrayList<>(List.of(
                    "This is the mail system at " + reporter + ".",
                    "",
                    "Your mail was accepted and could then not be delivered to:",
                    ""));
            failed.forEach(recipient -> text.add("  <" + recipient.address() + ">: " + bounce.diagnostic()));
            text.add("");
            part("text/plain; charset=utf-8", lines(text));
        }

        private void status(List<Envelope.Recipient> failed, boolean utf8) {
            List<String> fields = new ArrayList<>();
            EsmtpParameters asked = mail.envelope().sender().parameters();
            asked.envid().ifPresent(envid -> fields.add("Original-Envelope-Id: " + harmless(envid)));
            fields.add("Reporting-MTA: dns; " + reporter);
            mail.client().heloName().ifPresent(name -> fields.add("Received-From-MTA: dns; " + harmless(name)));
            fields.add("Arrival-Date: " + DATE.format(mail.arrivedAt()));
            fields.add("");
            for (Envelope.Recipient recipient : failed) {
                recipient.parameters().orcpt().ifPresent(original -> {
                    int semicolon = original.indexOf(';');
                    fields.add("Original-Recipient: " + harmless(original.substring(0, semicolon)) + "; "
                            + harmless(original.substring(semicolon + 1)));
                });
                fields.add("Final-Recipient: " + (utf8 ? "utf-8" : "rfc822") + "; " + recipient.address());
                fields.add("Action: failed");
                fields.add("Status: " + bounce.status());
                fields.add("Diagnostic-Code: smtp; " + bounce.diagnostic());
                fields.add("");
            }
            part(utf8 ? "message/global-delivery-status" : "message/delivery-status", lines(fields));
        }

        private void returned(boolean utf8) {
            boolean headersOnly = mail.envelope()
                    .sender()
                    .parameters()
                    .ret()
                    .filter("HDRS"::equals)
                    .isPresent();
            byte[] original = mail.bytes();
            String kind = headersOnly
                    ? (utf8 ? "message/global-headers" : "text/rfc822-headers")
                    : utf8 ? "message/global" : "message/rfc822";
            part(kind, headersOnly ? Arrays.copyOf(original, endOfHeaders(original)) : original);
            parts.writeBytes(lines(List.of("")));
        }

        /** Where the first empty line begins, however the lines end. */
        private static int endOfHeaders(byte[] octets) {
            int line = 0;
            for (int i = 0; i < octets.length; i++) {
                if (octets[i] == '\n') {
                    int length = i - line;
                    if (length == 0 || (length == 1 && octets[line] == '\r')) {
                        return line;
                    }
                    line = i + 1;
                }
            }
            return octets.length;
        }

        private void part(String type, byte[] content) {
            String own = encodingOf(content);
            // What holds a part is labelled no lower than the part (RFC 2045 section 6.4).
            encoding = own.equals("binary") || encoding.equals("7bit") ? own : encoding;
            parts.writeBytes(
                    lines(List.of("--" + boundary, "Content-Type: " + type, "Content-Transfer-Encoding: " + own, "")));
            parts.writeBytes(content);
        }

        /** What these octets are: lines of up to 998 octets without NUL, in ASCII or not, or something else (RFC 2045). */
        private static String encodingOf(byte[] octets) {
            int line = 0;
            boolean ascii = true;
            for (byte octet : octets) {
                line = octet == '\n' ? 0 : line + 1;
                ascii &= octet >= 0;
                // With its CR, a line of 998 octets has 999.
                if (octet == 0 || line > 999) {
                    return "binary";
                }
            }
            return ascii ? "7bit" : "8bit";
        }

        private static boolean hasOctetsBeyondAscii(byte[] octets, int end) {
            for (int i = 0; i < end; i++) {
                if (octets[i] < 0) {
                    return true;
                }
            }
            return false;
        }

        private static boolean isAscii(String text) {
            return text.chars().allMatch(c -> c < 0x80);
        }

        /** What a client may have said must not become lines of its own. */
        private static String harmless(String text) {
            return text.replaceAll("\\p{Cntrl}", "?");
        }

        private static byte[] lines(List<String> lines) {
            return (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8);
        }
    }
}
