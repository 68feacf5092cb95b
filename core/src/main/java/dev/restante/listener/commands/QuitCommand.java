package dev.restante.listener.commands;

import dev.restante.SmtpSession;
import dev.restante.Stage;

/** QUIT (RFC 5321 section 4.1.1.10): says goodbye and closes. */
final class QuitCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        if (!conversation.argument().isEmpty()) {
            conversation.say(Replies.NO_ARGUMENT);
            return;
        }
        Ruling ruling = conversation.ask(Stage.QUIT);
        if (ruling.ended()) {
            return;
        }
        if (!ruling.refuses()) {
            conversation.ledger.abandon().run();
        }
        conversation.say(ruling.replyOr(Replies.BYE), ruling);
        if (!ruling.refuses()) {
            conversation.end(SmtpSession.Outcome.QUIT, "client quit", false);
        }
    }
}
