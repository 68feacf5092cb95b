package dev.restante.listener.commands;

/** EXPN (RFC 5321 section 4.1.1.7): this server has no mailing lists. */
final class ExpnCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        conversation.say(conversation.argument().isEmpty() ? Replies.NEEDS_ARGUMENT : Replies.NOT_IMPLEMENTED);
    }
}
