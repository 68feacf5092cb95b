package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.Authentication;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** AUTH (RFC 4954): the client logs in. */
final class AuthCommand implements Verb {
    private static final Reply SUCCESS = Reply.of(235, "2.7.0 Authentication successful");
    private static final Reply INVALID = Reply.of(535, "5.7.8 Authentication credentials invalid");
    private static final Reply AGAIN = Reply.of(503, "5.5.1 Already authenticated");
    private static final Reply IN_TRANSACTION = Reply.of(503, "5.5.1 AUTH is not taken in a mail transaction");
    private static final Reply NEEDS_TLS = Reply.of(538, "5.7.11 Encryption required for authentication");

    @Override
    public void answer(Conversation conversation) {
        Reply misplaced = misplaced(conversation);
        if (misplaced != null) {
            refuse(conversation, misplaced);
            return;
        }
        String[] words = conversation.argument().split("[ \\t]+", 2);
        Optional<Mechanism> mechanism = Mechanism.named(words[0]);
        if (words[0].isEmpty()) {
            refuse(conversation, Reply.of(501, "5.5.4 Syntax: AUTH mechanism"));
        } else if (mechanism.isEmpty()) {
            refuse(
                    conversation,
                    Reply.of(504, "5.5.4 Mechanism not offered; take one of " + String.join(" ", Mechanism.offered())));
        } else {
            login(conversation, mechanism.get(), words.length > 1 ? words[1].strip() : null);
        }
    }

    private static void refuse(Conversation conversation, Reply reply) {
        conversation.ledger.failed(Stage.AUTH, Attempt.Outcome.REFUSED, Optional.of(reply));
        conversation.say(reply);
    }

    private static void login(Conversation conversation, Mechanism mechanism, @Nullable String initial) {
        Dialogue dialogue = new Dialogue(conversation, initial);
        Authentication login;
        try {
            login = mechanism.converse(dialogue);
        } catch (Refusal refusal) {
            if (!conversation.hasEnded()) {
                refuse(conversation, refusal.reply());
            }
            return;
        }
        AuthPolicy policy = conversation.settings.auth();
        SmtpClient authenticated = conversation.client().authenticated(login);
        conversation.presented(authenticated);
        Ruling ruling = conversation.ask(Stage.AUTH);
        if (ruling.ended()) {
            return;
        }
        boolean accepted = Mechanism.accepts(policy, login, dialogue.challenge);
        Reply reply = ruling.replyOr(accepted ? SUCCESS : INVALID);
        if (reply.isPositive() && !ruling.refuses()) {
            conversation.know(authenticated);
        } else {
            // The attempt shows the client as it presented itself.
            conversation.ledger.failed(Stage.AUTH, Attempt.Outcome.REFUSED, ruling.said(reply));
            conversation.asBefore();
        }
        conversation.say(reply, ruling);
    }

    private static @Nullable Reply misplaced(Conversation conversation) {
        AuthPolicy policy = conversation.settings.auth();
        if (!policy.isOffered()) {
            return Replies.NOT_IMPLEMENTED;
        } else if (conversation.client().heloName().isEmpty()) {
            return Replies.HELLO_FIRST;
        } else if (conversation.client().authentication().isPresent()) {
            return AGAIN;
        } else if (conversation.transaction() != null) {
            return IN_TRANSACTION;
        } else if (policy.isOnlyInTls() && conversation.client().tls().isEmpty()) {
            return NEEDS_TLS;
        }
        return null;
    }

    private static final class Dialogue implements Mechanism.Exchange {
        private final Conversation conversation;
        private final @Nullable String initial;
        private String challenge = "";

        Dialogue(Conversation conversation, @Nullable String initial) {
            this.conversation = conversation;
            this.initial = initial;
        }

        @Override
        public String initialOr(String firstChallenge) throws Refusal {
            return initial != null ? Mechanism.decode(initial) : ask(firstChallenge);
        }

        @Override
        public String ask(String text) throws Refusal {
            conversation.say(Reply.of(334, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
            Optional<String> answer = conversation.hearSecret();
            if (answer.isEmpty()) {
                throw new Refusal(501, "5.5.2 The input ended, or the line was too long");
            }
            if (answer.get().equals("*")) {
                throw new Refusal(501, "5.7.0 Authentication cancelled");
            }
            return Mechanism.decode(answer.get());
        }

        @Override
        public void refuseInitial() throws Refusal {
            if (initial != null) {
                throw new Refusal(501, "5.7.0 This mechanism takes no initial response");
            }
        }

        @Override
        public String hostName() {
            return conversation.settings.hostName();
        }

        @Override
        public void digestOver(String text) {
            challenge = text;
        }
    }
}
