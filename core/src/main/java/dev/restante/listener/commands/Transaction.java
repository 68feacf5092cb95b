package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Attempt.RecipientOutcome;
import dev.restante.Envelope;
import dev.restante.Reply;
import dev.restante.Stage;
import dev.restante.listener.wire.BodyRoom;
import dev.restante.listener.wire.BodySink;
import dev.restante.listener.wire.DottedState;
import dev.restante.mail.HeaderGlance;
import dev.restante.mail.Octets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A mail transaction while it is open, from MAIL FROM on; used by its connection's thread alone. */
final class Transaction {
    private static final int RECIPIENT_COST = 64;
    private static final int SMALL_ENVELOPE = 16 << 10;
    private static final int LARGEST_ENVELOPE = 16 << 20;

    final Envelope.Sender sender;
    final Instant startedAt;
    final long startedAtNanos;
    final List<RecipientOutcome> recipients = new ArrayList<>(4);
    final List<String> rules = new ArrayList<>(0);
    final int[] ordinals = new int[Stage.values().size()];
    private final List<Envelope.Recipient> accepted = new ArrayList<>(4);
    /** Where each accepted recipient stands among all. */
    private final List<Integer> places = new ArrayList<>(4);

    /** Collects the body; {@code null} before its first octet. */
    @Nullable
    BodySink sink;

    final DottedState dotted = new DottedState();

    /** The octets of the body on the wire so far, dot-stuffing included. */
    long wireOctets;

    /** Whether a first BDAT was taken, so that DATA no longer is. */
    boolean chunked;

    /** The whole body, once it has arrived. */
    @Nullable
    Octets body;

    /** The id of the mail that the whole body is; empty before. */
    String mailId = "";

    /** The stage last reached and, if the server refused something there, its reply. */
    Stage<?> reached = Stage.MAIL_FROM;

    @Nullable
    Reply refusal;

    private final BodyRoom room;
    private long envelopeOctets;
    private long envelopeRoom;
    private final Set<String> told = new HashSet<>(0);

    Transaction(Envelope.Sender sender, Instant startedAt, long startedAtNanos, BodyRoom room) {
        this.room = room;
        this.sender = sender;
        this.startedAt = startedAt;
        this.startedAtNanos = startedAtNanos;
    }

    /**
     * Makes room for one more recipient, accepted or not: an envelope of the usual size needs none, a large one takes it from
     * the bodies. False if the recipient cannot be kept.
     */
    boolean hasRoomFor(Envelope.Recipient recipient) {
        long cost = (long) RECIPIENT_COST + recipient.footprint();
        if (envelopeOctets + cost > SMALL_ENVELOPE) {
            if (envelopeOctets + cost > LARGEST_ENVELOPE || !room.takeIfFree(cost)) {
                return false;
            }
            envelopeRoom += cost;
        }
        envelopeOctets += cost;
        return true;
    }

    /** Whether this is said for the first time in the transaction. */
    boolean isNew(String remark) {
        return told.add(remark);
    }

    /** Notes what became of a RCPT. */
    void recipient(Envelope.Recipient recipient, Optional<Reply> reply) {
        RecipientOutcome outcome = new RecipientOutcome(recipient, reply);
        recipients.add(outcome);
        if (outcome.accepted()) {
            accepted.add(recipient);
            places.add(recipients.size() - 1);
            refusal = null;
        } else {
            refusal = reply.orElse(null);
        }
        reached = Stage.RCPT_TO;
    }

    /** Notes what became of the mail for one of the accepted recipients, by its place among them. */
    void delivery(int index, Attempt.Delivery delivery) {
        int place = places.get(index);
        RecipientOutcome before = recipients.get(place);
        recipients.set(place, new RecipientOutcome(before.recipient(), before.reply(), Optional.of(delivery)));
    }

    /** The recipients accepted so far. */
    List<Envelope.Recipient> accepted() {
        return accepted;
    }

    /** Whether BODY=BINARYMIME was declared. */
    boolean isBinary() {
        return sender.parameters().body().filter("BINARYMIME"::equals).isPresent();
    }

    /** Whether the server, rather than the client, ended this: nobody was accepted, or what followed was refused. */
    boolean wasRefused() {
        return refusal != null && (accepted.isEmpty() || reached != Stage.RCPT_TO);
    }

    /** The Message-ID of a body that has arrived whole. */
    Optional<String> messageId() {
        return body == null ? Optional.empty() : HeaderGlance.messageId(body);
    }

    /** Gives back the room of the envelope, and of a body that was being received. */
    void release() {
        room.giveBack(envelopeRoom);
        envelopeRoom = 0;
        if (sink != null) {
            sink.release();
        }
    }

    /** What has arrived of a body that was not stored. */
    Optional<Octets> unstoredBody() {
        if (body != null) {
            return Optional.of(body);
        }
        return sink == null || sink.size() == 0 || sink.isOverLimit() || sink.isCrowdedOut()
                ? Optional.empty()
                : Optional.of(sink.octets());
    }
}
