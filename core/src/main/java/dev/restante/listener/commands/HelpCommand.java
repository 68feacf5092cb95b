package dev.restante.listener.commands;

import dev.restante.Reply;

/** HELP (RFC 5321 section 4.1.1.8): lists the commands. */
final class HelpCommand implements Verb {
    private static final Reply OF_SMTP = help("EHLO HELO");
    private static final Reply OF_LMTP = help("LHLO");

    private static Reply help(String greetings) {
        return Reply.of(
                214,
                "2.0.0 This is Restante, a fake SMTP server for tests: it takes mail and delivers none.\n" + greetings
                        + " STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT");
    }

    @Override
    public void answer(Conversation conversation) {
        conversation.say(conversation.speaksLmtp() ? OF_LMTP : OF_SMTP);
    }
}
