package dev.restante.listener.commands;

import dev.restante.Stage;

/** RSET (RFC 5321 section 4.1.1.5): forgets the open transaction. */
final class RsetCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        if (!conversation.argument().isEmpty()) {
            conversation.say(Replies.NO_ARGUMENT);
            return;
        }
        Ruling ruling = conversation.ask(Stage.RSET);
        if (ruling.ended()) {
            return;
        }
        if (!ruling.refuses()) {
            conversation.ledger.abandon().run();
        }
        conversation.say(ruling.replyOr(Replies.OK), ruling);
    }
}
