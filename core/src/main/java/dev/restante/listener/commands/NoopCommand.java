package dev.restante.listener.commands;

import dev.restante.Stage;

/** NOOP (RFC 5321 section 4.1.1.9): does nothing, whatever its argument. */
final class NoopCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        Ruling ruling = conversation.ask(Stage.NOOP);
        conversation.say(ruling.replyOr(Replies.OK), ruling);
    }
}
