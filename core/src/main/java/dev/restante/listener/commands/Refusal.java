package dev.restante.listener.commands;

import dev.restante.Reply;

/** A command that cannot be read, with the reply that says so. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Reply reply;

    Refusal(int code, String text) {
        super(text, null, false, false);
        this.reply = Reply.of(code, text);
    }

    Reply reply() {
        return reply;
    }
}
