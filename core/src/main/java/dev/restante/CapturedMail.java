package dev.restante;

import dev.restante.lint.MailLint;
import dev.restante.mail.Octets;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One mail as the server captured it: the envelope as spoken, and the octets exactly as the client sent them after
 * dot-unstuffing (RFC 5321 section 4.5.2). No header is added or mended.
 *
 * <p>The MIME view is read on first use; reading never fails, and {@link #problems()} says what could not be read.
 *
 * <p>Immutable and thread-safe, but for {@link #acknowledgement()}, which settles once. Two mails are equal when they
 * have the same {@link #id()}.
 */
public final class CapturedMail {
    private final String id;
    private final String sessionId;
    private final SmtpClient client;
    private final Envelope envelope;
    private final Octets octets;
    private final Instant arrivedAt;
    private final long arrivedAtNanos;
    private final Aftermath aftermath;
    private final MailMessage message;

    /** What is only known after a mail was stored. */
    public interface Aftermath {
        /** What became of the reply that acknowledged the mail. */
        Acknowledgement acknowledgement();

        /** What became of the reply for one of the envelope's recipients, by its place there from 0. */
        default Acknowledgement acknowledgement(int recipient) {
            return acknowledgement();
        }

        /** The session that the mail came over as it stands now, if it is still kept. */
        Optional<SmtpSession> session();
    }

    /**
     * A mail of these facts; the server makes one for each transaction that it commits.
     *
     * @param id an identifier that no other mail has
     * @param sessionId the {@link SmtpSession#id()} of the connection it came over
     * @param arrivedAt when it was committed, on the server's clock
     * @param arrivedAtNanos the same moment on {@link System#nanoTime()}
     * @param aftermath tells what has become of the reply and the session by the time it is asked
     */
    public CapturedMail(
            String id,
            String sessionId,
            SmtpClient client,
            Envelope envelope,
            Octets octets,
            Instant arrivedAt,
            long arrivedAtNanos,
            Aftermath aftermath) {
        this.id = id;
        this.sessionId = sessionId;
        this.client = client;
        this.envelope = envelope;
        this.octets = octets;
        this.arrivedAt = arrivedAt;
        this.arrivedAtNanos = arrivedAtNanos;
        this.aftermath = aftermath;
        this.message = MailMessage.parse(octets);
    }

    /** The mail's identifier: 22 characters of {@code 0-9A-Za-z}. */
    public String id() {
        return id;
    }

    /** The {@link SmtpSession#id()} of the connection that the mail came over. */
    public String sessionId() {
        return sessionId;
    }

    /** The client as it was known when the mail was committed. */
    public SmtpClient client() {
        return client;
    }

    /** The envelope as spoken. */
    public Envelope envelope() {
        return envelope;
    }

    /** When the mail was committed, on the server's clock. */
    public Instant arrivedAt() {
        return arrivedAt;
    }

    /** When the mail was committed, on {@link System#nanoTime()}: for gaps that a set clock must not bend. */
    public long arrivedAtNanos() {
        return arrivedAtNanos;
    }

    /**
     * What became of the reply that acknowledged the mail; on LMTP, where each recipient has one, {@code SENT} if all of them
     * were sent.
     */
    public Acknowledgement acknowledgement() {
        return aftermath.acknowledgement();
    }

    /**
     * What became of the reply that acknowledged the mail for this recipient: its own on LMTP, the one for all on SMTP. Of an
     * address that was given twice, the first counts.
     *
     * @param recipient the address as spoken, ignoring case
     * @return empty if the envelope has no such recipient
     */
    public Optional<Acknowledgement> acknowledgement(String recipient) {
        for (int i = 0; i < envelope.recipients().size(); i++) {
            if (envelope.recipients().get(i).address().equalsIgnoreCase(recipient)) {
                return Optional.of(aftermath.acknowledgement(i));
            }
        }
        return Optional.empty();
    }

    /** The session that the mail came over as it stands now; empty once it was dropped or the server reset. */
    public Optional<SmtpSession> session() {
        return aftermath.session();
    }

    /** A copy of the mail's octets, exactly as sent after dot-unstuffing. */
    public byte[] bytes() {
        return octets.toByteArray();
    }

    /** The octets themselves, without a copy. */
    public Octets octets() {
        return octets;
    }

    /** A fresh stream over {@link #bytes()} without a copy. */
    public InputStream open() {
        return octets.open();
    }

    /** The number of octets. */
    public int size() {
        return octets.size();
    }

    /** The MIME view of the octets. */
    public MailMessage message() {
        return message;
    }

    /** All header fields in order. */
    public List<HeaderField> headers() {
        return message.headers();
    }

    /** The decoded value of the first header field with this name; case is ignored. */
    public Optional<String> header(String name) {
        return message.header(name).map(HeaderField::value);
    }

    /** The decoded Subject; empty if there is none. */
    public Optional<String> subject() {
        return message.subject();
    }

    /** The addresses of From. */
    public List<MailAddress> from() {
        return message.from();
    }

    /** The addresses of To; the envelope's recipients are in {@link #envelope()}. */
    public List<MailAddress> to() {
        return message.to();
    }

    /** The addresses of Cc. */
    public List<MailAddress> cc() {
        return message.cc();
    }

    /** The addresses of a Bcc header that the client sent along (most send none). */
    public List<MailAddress> bcc() {
        return message.bcc();
    }

    /** The addresses of Reply-To. */
    public List<MailAddress> replyTo() {
        return message.replyTo();
    }

    /** The Message-ID without its brackets. */
    public Optional<String> messageId() {
        return message.messageId();
    }

    /** The Date header with its own offset; empty if it is missing or cannot be read. */
    public Optional<OffsetDateTime> date() {
        return message.date();
    }

    /** The text of the text/plain body; empty if there is none. */
    public Optional<String> text() {
        return message.text();
    }

    /** The text of the text/html body; empty if there is none. */
    public Optional<String> html() {
        return message.html();
    }

    /** The parts meant to be saved. */
    public List<MimePart> attachments() {
        return message.attachments();
    }

    /** The parts meant to be shown in place, such as the images of an HTML body. */
    public List<MimePart> inlineParts() {
        return message.inlineParts();
    }

    /** The links of the HTML, or, of a mail without HTML, the http and https URLs of the text. */
    public List<Link> links() {
        return message.links();
    }

    /**
     * The link that reads {@code text}, ignoring case and white space; if none does, the link whose text holds it. In a mail
     * without HTML, the URL on that line of the text or on the next.
     *
     * @throws AssertionError if there is none, or several that lead to different places; it lists the links
     */
    public Link link(String text) {
        return message.link(text);
    }

    /**
     * The one text that a regular expression finds, such as {@code "\\d{6}"} for a code to type: in the plain text, or, of a
     * mail without one, in what is visible of its HTML. If the expression has a group, the first group's text. A find that goes
     * on in letters or digits before or after it does not count.
     *
     * @throws AssertionError if nothing is found, or several different texts are
     */
    public String code(String regex) {
        return message.code(regex);
    }

    /** What of the mail could not be read, in plain English; empty for a well-formed mail. */
    public List<String> problems() {
        return message.problems();
    }

    /**
     * What the client did wrong with this mail: in its transaction and in what came before it, as long as the session is
     * kept, and then in the mail itself, each in order. Empty for a client that behaves. It is found out at each call.
     */
    public List<LintFinding> lint() {
        List<LintFinding> all =
                new ArrayList<>(session().map(over -> over.lintOf(id)).orElse(List.of()));
        all.addAll(MailLint.of(octets, envelope));
        return List.copyOf(all);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CapturedMail that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** The mail on one line: envelope, subject, size. */
    @Override
    public String toString() {
        return envelope + ", " + subject().map(s -> "\"" + s + "\"").orElse("no subject") + ", " + size() + " octets";
    }
}
