package dev.restante.listener.commands;

import dev.restante.Reply;
import dev.restante.Stage;

/** DATA (RFC 5321 section 4.1.1.4): the body follows, ended by a dot on a line of its own. */
final class DataCommand implements Verb {
    @Override
    public void answer(Conversation conversation) {
        if (!conversation.argument().isEmpty()) {
            conversation.say(Replies.NO_ARGUMENT);
            return;
        }
        Transaction open = conversation.transaction();
        Reply misplaced = BodyTransfer.misplaced(conversation, open);
        if (open == null || misplaced != null) {
            conversation.say(misplaced == null ? Replies.MAIL_FIRST : misplaced);
            return;
        }
        if (open.chunked) {
            conversation.say(Replies.TRANSFER_BEGUN);
            return;
        }
        if (open.isBinary()) {
            conversation.say(Replies.BINARY_NEEDS_BDAT);
            return;
        }
        open.reached = Stage.DATA;
        Ruling ruling = conversation.ask(Stage.DATA);
        if (ruling.ended()) {
            return;
        }
        Reply reply = ruling.replyOr(Replies.START_MAIL);
        boolean begins = !ruling.refuses() && reply.code() / 100 == 3;
        if (!begins) {
            open.refusal = ruling.said(reply).orElse(null);
        }
        conversation.say(reply, ruling);
        if (begins && !conversation.hasEnded()) {
            BodyTransfer.receiveDotted(conversation, open);
        }
    }
}
