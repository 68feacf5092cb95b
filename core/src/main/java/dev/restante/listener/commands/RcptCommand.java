package dev.restante.listener.commands;

import dev.restante.Envelope;
import dev.restante.Reply;
import dev.restante.Stage;
import java.util.Optional;

/** RCPT TO (RFC 5321 section 4.1.1.3): adds a recipient to the open transaction. */
final class RcptCommand implements Verb {
    private static final String NOT_KEPT = "no room for more recipients: from here on they are not kept";

    @Override
    public void answer(Conversation conversation) {
        Transaction open = conversation.transaction();
        if (open == null) {
            conversation.say(Replies.MAIL_FIRST);
            return;
        }
        if (open.chunked) {
            conversation.say(Replies.TRANSFER_BEGUN);
            return;
        }
        PathArgument argument;
        try {
            argument = PathArgument.ofRecipient(
                    conversation.argument(),
                    conversation.client().extended(),
                    open.sender.parameters().has("SMTPUTF8"),
                    conversation.offers());
        } catch (Refusal refusal) {
            // What was said is kept as it was said: that it is no address is what the evidence is about.
            refuse(conversation, open, PathArgument.unread(conversation.argument()), Optional.of(refusal.reply()));
            conversation.say(refusal.reply());
            return;
        }
        argument.remarks().forEach(conversation::note);
        Envelope.Recipient recipient =
                new Envelope.Recipient(argument.address(), argument.spoken(), argument.parameters());
        conversation.moment.propose(recipient);
        Ruling ruling = conversation.ask(Stage.RCPT_TO);
        conversation.moment.propose((Envelope.Recipient) null);
        if (ruling.ended()) {
            return;
        }
        Reply reply = ruling.replyOr(Replies.RECIPIENT_OK);
        if (ruling.refuses()) {
            refuse(conversation, open, recipient, ruling.said(reply));
            conversation.say(reply, ruling);
            return;
        }
        int most = conversation.settings.maxRecipients();
        if (open.accepted().size() >= most) {
            noteOnce(conversation, open, "more than " + most + " recipients");
            refuse(conversation, open, recipient, Optional.of(Replies.TOO_MANY_RECIPIENTS));
            conversation.say(Replies.TOO_MANY_RECIPIENTS);
        } else if (open.hasRoomFor(recipient)) {
            open.recipient(recipient, ruling.said(reply));
            conversation.say(reply, ruling);
        } else {
            noteOnce(conversation, open, NOT_KEPT);
            conversation.say(Replies.NO_ROOM_FOR_RECIPIENT);
        }
    }

    /** Keeps a recipient who is refused, if there is room. */
    static void refuse(
            Conversation conversation, Transaction open, Envelope.Recipient recipient, Optional<Reply> reply) {
        if (open.hasRoomFor(recipient)) {
            open.recipient(recipient, reply);
        } else {
            noteOnce(conversation, open, NOT_KEPT);
        }
    }

    private static void noteOnce(Conversation conversation, Transaction open, String remark) {
        if (open.isNew(remark)) {
            conversation.note(remark);
        }
    }
}
