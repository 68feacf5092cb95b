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
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report that a mail could not be delivered: a {@code multipart/report} as RFC 3464 has it, to the mail's sender. */
final class DeliveryReport {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String to;
    private final byte[] octets;

    private DeliveryReport(String to, byte[] octets) {
        this.to = to;
        this.octets = octets;
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
        return Optional.of(new DeliveryReport(sender.address(), new Writer(mail, bounce, reporter, now).write(failed)));
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
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Writer(CapturedMail mail, Effect.Bounce bounce, String reporter, Instant now) {
            this.mail = mail;
            this.bounce = bounce;
            this.reporter = reporter;
            this.now = now;
            // No line of the returned mail can be this: the identifier was made after it had arrived.
            this.boundary = "=_report_" + mail.id();
        }

        byte[] write(List<Envelope.Recipient> failed) {
            boolean utf8 = mail.envelope().sender().parameters().has("SMTPUTF8");
            line("Date: " + DATE.format(now));
            line("From: Mail Delivery System <MAILER-DAEMON@" + reporter + ">");
            line("To: <" + mail.envelope().sender().address() + ">");
            line("Subject: Undelivered mail returned to sender");
            line("Message-ID: <" + mail.id() + ".report@" + reporter + ">");
            line("Auto-Submitted: auto-replied");
            line("MIME-Version: 1.0");
            line("Content-Type: multipart/report; report-type=delivery-status;");
            line("\tboundary=\"" + boundary + "\"");
            line("");
            text(failed);
            status(failed, utf8);
            returned(utf8);
            line("--" + boundary + "--");
            return out.toByteArray();
        }

        private void text(List<Envelope.Recipient> failed) {
            part("text/plain; charset=utf-8", "8bit");
            line("This is the mail system at " + reporter + ".");
            line("");
            line("Your mail was accepted and could then not be delivered to:");
            line("");
            failed.forEach(recipient -> line("  <" + recipient.address() + ">: " + bounce.diagnostic()));
            line("");
        }

        private void status(List<Envelope.Recipient> failed, boolean utf8) {
            part(utf8 ? "message/global-delivery-status" : "message/delivery-status", utf8 ? "8bit" : "7bit");
            mail.envelope()
                    .sender()
                    .parameters()
                    .envid()
                    .ifPresent(envid -> line("Original-Envelope-Id: " + harmless(envid)));
            line("Reporting-MTA: dns; " + reporter);
            mail.client().heloName().ifPresent(name -> line("Received-From-MTA: dns; " + harmless(name)));
            line("Arrival-Date: " + DATE.format(mail.arrivedAt()));
            line("");
            for (Envelope.Recipient recipient : failed) {
                recipient.parameters().orcpt().ifPresent(original -> {
                    int semicolon = original.indexOf(';');
                    line("Original-Recipient: " + harmless(original.substring(0, semicolon)) + "; "
                            + harmless(original.substring(semicolon + 1)));
                });
                line("Final-Recipient: " + (utf8 ? "utf-8" : "rfc822") + "; " + recipient.address());
                line("Action: failed");
                line("Status: " + bounce.status());
                line("Diagnostic-Code: smtp; " + bounce.diagnostic());
                line("");
            }
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
            int end = headersOnly ? endOfHeaders(original) : original.length;
            part(kind, isAscii(original, end) ? "7bit" : "8bit");
            out.write(original, 0, end);
            line("");
        }

        private static int endOfHeaders(byte[] octets) {
            for (int i = 0; i + 3 < octets.length; i++) {
                if (octets[i] == '\r' && octets[i + 1] == '\n' && octets[i + 2] == '\r' && octets[i + 3] == '\n') {
                    return i + 2;
                }
            }
            return octets.length;
        }

        private static boolean isAscii(byte[] octets, int end) {
            for (int i = 0; i < end; i++) {
                if (octets[i] < 0) {
                    return false;
                }
            }
            return true;
        }

        private void part(String type, String encoding) {
            line("--" + boundary);
            line("Content-Type: " + type);
            line("Content-Transfer-Encoding: " + encoding);
            line("");
        }

        /** What a client may have encoded in xtext must not become lines of its own. */
        private static String harmless(String text) {
            return text.replaceAll("\\p{Cntrl}", "?");
        }

        private void line(String text) {
            out.writeBytes((text + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
