package dev.restante.listener.commands;

import dev.restante.Reply;
import dev.restante.Stage;
import dev.restante.listener.wire.BodySink;
import dev.restante.listener.wire.Wire.BodyEnd;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What DATA and BDAT share: reading a body, asking the script in its middle and at its end, and storing the mail. */
final class BodyTransfer {
    private BodyTransfer() {}

    /** The reply to a transfer that is out of place; {@code null} if it is in place. */
    static @Nullable Reply misplaced(Conversation conversation, @Nullable Transaction open) {
        if (open == null) {
            return Replies.MAIL_FIRST;
        } else if (open.accepted().isEmpty()) {
            Reply noneValid =
                    conversation.speaksLmtp() ? Replies.NO_VALID_LMTP_RECIPIENTS : Replies.NO_VALID_RECIPIENTS;
            return open.recipients.isEmpty() ? Replies.RECIPIENT_FIRST : noneValid;
        }
        return null;
    }

    /** Receives a body that ends in a dot, and what follows from it. */
    static void receiveDotted(Conversation conversation, Transaction open) {
        BodySink sink = begin(conversation, open);
        long from = 0;
        while (true) {
            long stop = conversation.services.inboxes().nextStop(from);
            BodyEnd end = conversation.wire.readDotted(open.dotted, sink, stop);
            open.wireOctets = open.dotted.octets();
            if (end == BodyEnd.COMPLETE) {
                conversation.inBody(false);
                endOfData(conversation, open, sink);
                return;
            }
            if (!goesOn(conversation, open, end, stop)) {
                return;
            }
            from = stop + 1;
        }
    }

    /** Receives one chunk; false if the connection has ended over it. */
    static boolean receiveChunk(Conversation conversation, Transaction open, long size) {
        boolean isFirst = open.sink == null;
        BodySink sink = begin(conversation, open);
        long endOfChunk = open.wireOctets + size;
        long from = isFirst ? 0 : open.wireOctets + 1;
        while (true) {
            long stop = conversation.services.inboxes().nextStop(from);
            long until = Math.min(stop, endOfChunk);
            BodyEnd end = conversation.wire.readOctets(until - open.wireOctets, sink);
            open.wireOctets = end == BodyEnd.CUT ? sink.size() : until;
            if (end == BodyEnd.COMPLETE && stop > endOfChunk) {
                conversation.inBody(false);
                return true;
            }
            if (!goesOn(conversation, open, end == BodyEnd.COMPLETE ? BodyEnd.STOPPED : end, stop)) {
                return false;
            }
            from = stop + 1;
        }
    }

    /** Reads a chunk that is refused; false if the connection has ended over it. */
    static boolean skipChunk(Conversation conversation, long size) {
        BodySink nothing = BodySink.ofNothing();
        BodyEnd end = conversation.wire.readOctets(size, nothing);
        conversation.heardBody(nothing.size(), "");
        if (end == BodyEnd.CUT) {
            conversation.inputEnded();
            return false;
        }
        return true;
    }

    private static BodySink begin(Conversation conversation, Transaction open) {
        BodySink sink = open.sink;
        if (sink == null) {
            sink = new BodySink(conversation.settings.maxMessageSize(), conversation.services.room());
            open.sink = sink;
        }
        open.reached = Stage.MID_DATA;
        conversation.inBody(true);
        return sink;
    }

    private static boolean goesOn(Conversation conversation, Transaction open, BodyEnd end, long position) {
        conversation.heardBody(open.wireOctets, "");
        if (end == BodyEnd.CUT) {
            conversation.cutBody(open);
            conversation.inputEnded();
            return false;
        }
        return !conversation.askMidData(position).ended();
    }

    /** Answers a chunk that was received. */
    static void endOfChunk(Conversation conversation, Transaction open, long size, boolean last) {
        BodySink sink = begin(conversation, open);
        conversation.inBody(false);
        if (last) {
            endOfData(conversation, open, sink);
        } else if (sink.isOverLimit() || sink.isCrowdedOut()) {
            refuse(conversation, open, sink, false);
        } else {
            conversation.heardBody(size, "");
            conversation.afterBody();
            conversation.say(Reply.of(250, "2.0.0 " + size + " octets received"));
        }
    }

    /** Refuses a body that was not kept. */
    private static void refuse(Conversation conversation, Transaction open, BodySink sink, boolean whole) {
        Reply reply = sink.isOverLimit() ? Replies.TOO_LARGE : Replies.NO_ROOM;
        conversation.heardBody(open.wireOctets, "");
        conversation.note(
                sink.isOverLimit()
                        ? "a body of more than " + conversation.settings.maxMessageSize() + " octets"
                        : "no room for this body beside the others that are under way");
        if (whole && conversation.speaksLmtp()) {
            LmtpReplies.refuse(conversation, open, reply, Ruling.USUAL);
        } else {
            conversation.ledger.refuse(open, Optional.of(reply));
            conversation.say(reply);
        }
    }

    private static void endOfData(Conversation conversation, Transaction open, BodySink sink) {
        open.reached = Stage.END_OF_DATA;
        if (sink.isOverLimit() || sink.isCrowdedOut()) {
            refuse(conversation, open, sink, true);
            return;
        }
        open.body = sink.octets();
        String id = Identifiers.mailId();
        open.mailId = id;
        conversation.heardBody(open.wireOctets, id);
        conversation.afterBody();
        if (conversation.speaksLmtp()) {
            new LmtpReplies(conversation, open, open.body).answer();
            return;
        }
        Ruling before = conversation.ask(Stage.END_OF_DATA);
        if (before.ended()) {
            return;
        }
        Reply taken = before.replyOr(Reply.of(250, "2.0.0 Ok: queued as " + id));
        if (before.refuses()) {
            conversation.ledger.refuse(open, before.said(taken));
            conversation.say(taken, before);
            return;
        }
        if (before.discards()) {
            conversation.ledger.discard(open, taken);
            conversation.say(taken, before);
            return;
        }
        conversation.ledger.commit(open, id, open.body);
        open.reached = Stage.AFTER_COMMIT;
        Ruling after = conversation.ask(Stage.AFTER_COMMIT);
        if (!after.ended()) {
            conversation.acknowledge(open, after.replyOr(taken), after.following(before));
        }
    }
}
