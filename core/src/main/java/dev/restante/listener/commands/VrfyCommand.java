package dev.restante.listener.commands;

import dev.restante.Stage;

/** VRFY (RFC 5321 section 4.1.1.6): tells nobody who exists. */
final class VrfyCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        if (conversation.argument().isEmpty()) {
            conversation.say(Replies.NEEDS_ARGUMENT);
            return;
        }
        Ruling ruling = conversation.ask(Stage.VRFY);
        conversation.say(ruling.replyOr(Replies.CANNOT_VRFY), ruling);
    }
}
