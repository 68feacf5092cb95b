package dev.restante.listener.commands;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The commands of the server by their words. */
public final class Verbs {
    private static final Map<String, Verb> BY_WORD = Collections.unmodifiableMap(byWord());

    private Verbs() {}

    private static Map<String, Verb> byWord() {
        Map<String, Verb> all = new LinkedHashMap<>();
        all.put("EHLO", new HelloCommand("EHLO"));
        all.put("HELO", new HelloCommand("HELO"));
        all.put("LHLO", new HelloCommand("LHLO"));
        all.put("STARTTLS", new StartTlsCommand());
        all.put("AUTH", new AuthCommand());
        all.put("XCLIENT", new XclientCommand());
        all.put("MAIL", new MailCommand());
        all.put("RCPT", new RcptCommand());
        all.put("DATA", new DataCommand());
        all.put("BDAT", new BdatCommand());
        all.put("BURL", new BurlCommand());
        all.put("RSET", new RsetCommand());
        all.put("NOOP", new NoopCommand());
        all.put("VRFY", new VrfyCommand());
        all.put("EXPN", new ExpnCommand());
        all.put("HELP", new HelpCommand());
        all.put("QUIT", new QuitCommand());
        all.put(Conversation.UNKNOWN, conversation -> {
            conversation.noteUntrustedProxy();
            conversation.say(Replies.UNKNOWN_COMMAND);
        });
        return all;
    }

    /** Every word that a conversation hands out as its next command. */
    public static Set<String> words() {
        return BY_WORD.keySet();
    }

    static boolean isKnown(String word) {
        return BY_WORD.containsKey(word) && !word.equals(Conversation.UNKNOWN);
    }

    /** Answers the conversation's present command, which begins with {@code word}. */
    public static void answer(String word, Conversation conversation) {
        Verb verb = BY_WORD.get(word);
        if (verb == null) {
            throw new IllegalArgumentException("No command begins with " + word + ".");
        }
        verb.answer(conversation);
    }
}
