package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Reply;
import dev.restante.Stage;

/** STARTTLS (RFC 3207): goes on inside TLS. */
final class StartTlsCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        if (!conversation.argument().isEmpty()) {
            conversation.say(Replies.NO_ARGUMENT);
            return;
        }
        if (conversation.client().tls().isPresent()) {
            conversation.say(Replies.TLS_ALREADY);
            return;
        }
        if (!conversation.settings.startTls()) {
            conversation.say(Replies.NOT_IMPLEMENTED);
            return;
        }
        Ruling ruling = conversation.ask(Stage.STARTTLS);
        if (ruling.ended()) {
            return;
        }
        Reply reply = ruling.replyOr(Replies.READY_FOR_TLS);
        if (ruling.refuses()) {
            conversation.ledger.failed(Stage.STARTTLS, Attempt.Outcome.REFUSED, ruling.said(reply));
            conversation.say(reply, ruling);
            return;
        }
        conversation.ledger.abandon().run();
        // Whatever was sent ahead was sent by nobody we can trust: it must not be run inside TLS (CVE-2011-0411).
        int discarded = conversation.wire.discardInput();
        if (discarded > 0) {
            conversation.note(discarded + " octets that were sent ahead of the TLS handshake were discarded");
        }
        conversation.say(reply, ruling);
        if (!conversation.hasEnded() && conversation.wire.flush()) {
            TlsHandshake.perform(conversation, false);
        }
    }
}
