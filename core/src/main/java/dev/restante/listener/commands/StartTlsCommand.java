package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Reply;
import dev.restante.Stage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** STARTTLS (RFC 3207): goes on inside TLS. */
final class StartTlsCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        Reply misplaced = misplaced(conversation);
        if (misplaced != null) {
            conversation.ledger.failed(Stage.STARTTLS, Attempt.Outcome.REFUSED, Optional.of(misplaced));
            conversation.say(misplaced);
            return;
        }
        Ruling ruling = conversation.ask(Stage.STARTTLS);
        if (ruling.ended()) {
            return;
        }
        Reply reply = ruling.replyOr(Replies.READY_FOR_TLS);
        if (ruling.refuses()) {
            conversation.ledger.failed(Stage.STARTTLS, Attempt.Outcome.REFUSED, ruling.said(reply));
            conversation.say(reply, ruling);
            return;
        }
        conversation.ledger.abandon().run();
        // Whatever was sent ahead was sent by nobody we can trust: it must not be run inside TLS (CVE-2011-0411).
        int discarded = conversation.wire.discardInput();
        if (discarded > 0) {
            conversation.discardedAheadOfTls(discarded);
        }
        conversation.say(reply, ruling);
        if (!conversation.hasEnded() && conversation.wire.flush()) {
            TlsHandshake.perform(conversation, false);
        }
    }

    private static @Nullable Reply misplaced(Conversation conversation) {
        if (!conversation.argument().isEmpty()) {
            return Replies.NO_ARGUMENT;
        } else if (conversation.client().tls().isPresent()) {
            return Replies.TLS_ALREADY;
        }
        return conversation.takesStartTls() ? null : Replies.NOT_IMPLEMENTED;
    }
}
