package dev.restante.listener.commands;

import dev.restante.Envelope;
import dev.restante.Reply;
import dev.restante.Stage;
import java.util.Optional;

/** RCPT TO (RFC 5321 section 4.1.1.3): adds a recipient to the open transaction. */
final class RcptCommand implements Verb {
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
            open.recipient(PathArgument.unread(conversation.argument()), Optional.of(refusal.reply()));
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
        boolean full = open.accepted().size() >= conversation.settings.maxRecipients();
        if (full && !ruling.refuses()) {
            open.recipient(recipient, Optional.of(Replies.TOO_MANY_RECIPIENTS));
            conversation.say(Replies.TOO_MANY_RECIPIENTS);
            return;
        }
        Reply reply = ruling.replyOr(Replies.RECIPIENT_OK);
        open.recipient(recipient, ruling.said(reply));
        conversation.say(reply, ruling);
    }
}
