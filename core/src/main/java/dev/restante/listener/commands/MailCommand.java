package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Envelope;
import dev.restante.Reply;
import dev.restante.Stage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** MAIL FROM (RFC 5321 section 4.1.1.2): opens a transaction. */
final class MailCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        Reply misplaced = misplaced(conversation);
        if (misplaced != null) {
            refuse(conversation, misplaced);
            return;
        }
        PathArgument argument;
        try {
            argument = PathArgument.ofSender(
                    conversation.argument(), conversation.client().extended(), conversation.offers());
        } catch (Refusal refusal) {
            refuse(conversation, refusal.reply());
            return;
        }
        argument.remarks().forEach(conversation::note);
        if (argument.parameters().has("REQUIRETLS")
                && conversation.client().tls().isEmpty()) {
            conversation.note("REQUIRETLS outside of TLS (RFC 8689 section 2)");
        }
        Envelope.Sender sender = new Envelope.Sender(argument.address(), argument.spoken(), argument.parameters());
        conversation.moment.propose(sender);
        Ruling ruling = conversation.ask(Stage.MAIL_FROM);
        conversation.moment.propose((Envelope.Sender) null);
        if (ruling.ended()) {
            return;
        }
        if (!ruling.refuses()) {
            try {
                argument.requireSizeWithin(conversation.settings.maxMessageSize());
            } catch (Refusal refusal) {
                conversation.ledger.refusedSender(sender, Optional.of(refusal.reply()));
                conversation.say(refusal.reply());
                return;
            }
        }
        Reply reply = ruling.replyOr(Replies.SENDER_OK);
        if (ruling.refuses()) {
            conversation.ledger.refusedSender(sender, ruling.said(reply));
        } else {
            conversation.open(sender);
        }
        conversation.say(reply, ruling);
    }

    private static void refuse(Conversation conversation, Reply reply) {
        conversation.ledger.failed(Stage.MAIL_FROM, Attempt.Outcome.REFUSED, Optional.of(reply));
        conversation.say(reply);
    }

    private static @Nullable Reply misplaced(Conversation conversation) {
        Settings settings = conversation.settings;
        if (conversation.client().heloName().isEmpty()) {
            return conversation.helloFirst();
        } else if (conversation.transaction() != null) {
            return Replies.NESTED_MAIL;
        } else if (settings.requireTls() && conversation.client().tls().isEmpty()) {
            return Replies.TLS_REQUIRED;
        } else if (settings.auth().isRequired()
                && conversation.client().authentication().isEmpty()) {
            return Replies.AUTH_REQUIRED;
        }
        return null;
    }
}
