package dev.restante;

import dev.restante.mail.Octets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One thing a client tried: a mail transaction, or a connection, TLS handshake, greeting or login that was refused.
 * Accepted, refused and aborted attempts are evidence alike.
 *
 * @param number the attempt's place on its server, from 1 in order of ending
 * @param sessionId the {@link SmtpSession#id()} of its connection
 * @param client the client as known at its end; for a refused greeting or login, as it presented itself there
 * @param outcome how it ended
 * @param stage the stage it reached
 * @param sender what MAIL FROM said; empty for what is no transaction
 * @param recipients each RCPT TO in order, refused ones included
 * @param reply the reply that ended it, on LMTP the last recipient's; empty if it ended without one
 * @param reason why it failed where no reply says so, in words: a TLS handshake; empty otherwise
 * @param rules the names of the rules that fired during it, in order
 * @param mailboxes the names of the mailboxes that it concerns; {@code default} is the server's own
 * @param mailId the {@link CapturedMail#id()} if a mail was stored, even if its acknowledgement was lost
 * @param messageId the Message-ID, without its brackets, of a body that had arrived whole
 * @param body what had arrived of the body of a refused or aborted transaction; empty if nothing had, if it was too much
 *     to keep, and for accepted ones, whose octets are the mail's
 * @param startedAt when it began, on the server's clock
 * @param startedAtNanos the same moment on {@link System#nanoTime()}
 * @param took from its beginning to its end
 */
public record Attempt(
        long number,
        String sessionId,
        SmtpClient client,
        Outcome outcome,
        Stage<?> stage,
        Optional<Envelope.Sender> sender,
        List<RecipientOutcome> recipients,
        Optional<Reply> reply,
        Optional<String> reason,
        List<String> rules,
        List<String> mailboxes,
        Optional<String> mailId,
        Optional<String> messageId,
        Optional<Octets> body,
        Instant startedAt,
        long startedAtNanos,
        Duration took) {
    /** Copies the lists. */
    public Attempt {
        recipients = List.copyOf(recipients);
        rules = List.copyOf(rules);
        mailboxes = List.copyOf(mailboxes);
    }

    /** How an attempt ended. */
    public enum Outcome {
        /** A mail was stored and its acknowledgement sent; on LMTP, for one of its recipients at least. */
        ACCEPTED,
        /** The server refused it. */
        REFUSED,
        /** It ended before it was accepted or refused: the client left or began anew, or the connection broke. */
        ABORTED
    }

    /**
     * What one RCPT TO came to.
     *
     * @param recipient the recipient as spoken
     * @param reply the server's answer to RCPT; empty if it never went out
     * @param delivery what became of the mail for this recipient, where that is told for each by itself: on LMTP, once the
     *     body has arrived; empty otherwise
     */
    public record RecipientOutcome(Envelope.Recipient recipient, Optional<Reply> reply, Optional<Delivery> delivery) {
        /** The outcome of a RCPT whose mail is not delivered yet, or is not told of for each recipient by itself. */
        public RecipientOutcome(Envelope.Recipient recipient, Optional<Reply> reply) {
            this(recipient, reply, Optional.empty());
        }

        /** Whether the recipient was accepted and, on LMTP, the mail stored for it. */
        public boolean accepted() {
            return reply.isPresent()
                    && reply.get().isPositive()
                    && delivery.map(Delivery::stored).orElse(true);
        }

        /** The last reply that was about this recipient: that to RCPT, or on LMTP the one behind the body. */
        public Optional<Reply> lastReply() {
            return delivery.isPresent() ? delivery.get().reply() : reply;
        }

        @Override
        public String toString() {
            return recipient + " "
                    + reply.map(Reply::toString).orElse("(no reply)")
                    + delivery.map(each -> ", then "
                                    + each.reply().map(Reply::toString).orElse("(no reply)"))
                            .orElse("");
        }
    }

    /**
     * What became of a mail for one of its recipients (RFC 2033 section 4.2).
     *
     * @param reply what the client was told of it; empty if the connection ended before, or by raw octets
     * @param stored whether the mail was stored for the recipient, whatever was told: it is in the mail's envelope then
     */
    public record Delivery(Optional<Reply> reply, boolean stored) {}

    /** Whether this was a mail transaction. */
    public boolean isTransaction() {
        return sender.isPresent();
    }

    /** Whether a mail was stored for this recipient: it was accepted, and the transaction committed. Case is ignored. */
    public boolean deliveredTo(String address) {
        return mailId.isPresent()
                && recipients.stream()
                        .anyMatch(each ->
                                each.accepted() && each.recipient().address().equalsIgnoreCase(address));
    }

    /** The same attempt without its body, which is dropped where it is too large to be kept. */
    public Attempt withoutBody() {
        return new Attempt(
                number,
                sessionId,
                client,
                outcome,
                stage,
                sender,
                recipients,
                reply,
                reason,
                rules,
                mailboxes,
                mailId,
                messageId,
                Optional.empty(),
                startedAt,
                startedAtNanos,
                took);
    }

    /** When the attempt ended, on {@link System#nanoTime()}. */
    public long endedAtNanos() {
        return startedAtNanos + took.toNanos();
    }

    /** The attempt on one line, such as {@code #3 REFUSED at RCPT_TO: <a@x> -> <b@y> 450 4.2.1 Mailbox busy}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("#" + number + " " + outcome + " at " + stage);
        // A 503 did not look at credentials: a login that is known then is that of an AUTH before.
        if (stage == Stage.AUTH && reply.filter(said -> said.code() == 503).isEmpty()) {
            client.authentication()
                    .ifPresent(login -> text.append(" (")
                            .append(Transcript.printable(login.toString()))
                            .append(')'));
        }
        sender.ifPresent(
                from -> text.append(": ").append(from).append(" -> ").append(recipients.isEmpty() ? "no one" : ""));
        for (int i = 0; i < recipients.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(recipients.get(i));
        }
        reply.ifPresent(said -> text.append(", then ").append(said));
        reason.filter(why -> reply.filter(said -> said.toString().contains(why)).isEmpty())
                .ifPresent(why -> text.append(": ").append(Transcript.printable(why)));
        if (!rules.isEmpty()) {
            text.append(" [").append(String.join("; ", rules)).append(']');
        }
        return text.toString();
    }
}
