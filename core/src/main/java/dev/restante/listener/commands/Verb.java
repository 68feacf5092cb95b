package dev.restante.listener.commands;

/** What one SMTP command does. */
@FunctionalInterface
interface Verb {
    /** Answers the conversation's present command. */
    void answer(Conversation conversation);
}
