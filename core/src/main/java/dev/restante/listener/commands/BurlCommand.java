package dev.restante.listener.commands;

import dev.restante.Reply;
import dev.restante.Stage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * BURL (RFC 4468): the body, or a part of it, lies at a URL. It is a command where a script has listed it; since this server fetches
 * nothing, it is refused: as the script says at DATA, or because the URL could not be resolved.
 */
final class BurlCommand implements Verb {
    private static final Pattern ARGUMENT = Pattern.compile("(?i)([a-z][a-z0-9+.-]*:\\S+)([ \\t]+LAST)?");
    private static final Reply UNRESOLVED =
            Reply.of(554, "5.6.6 IMAP URL resolution failed: this server fetches nothing");
    private static final Reply SYNTAX = Reply.of(501, "5.5.4 Syntax: BURL url, with LAST behind it or not");

    @Override
    public void answer(Conversation conversation) {
        if (!conversation.offers().lists("BURL")) {
            conversation.say(Replies.UNKNOWN_COMMAND);
            return;
        }
        Matcher argument = ARGUMENT.matcher(conversation.argument());
        Transaction open = conversation.transaction();
        Reply misplaced = BodyTransfer.misplaced(conversation, open);
        if (open == null || misplaced != null) {
            conversation.say(misplaced == null ? Replies.MAIL_FIRST : misplaced);
            return;
        } else if (!argument.matches()) {
            conversation.say(SYNTAX);
            return;
        }
        open.reached = Stage.DATA;
        Ruling ruling = conversation.ask(Stage.DATA);
        if (ruling.ended()) {
            return;
        }
        Reply reply = ruling.refuses() ? ruling.replyOr(UNRESOLVED) : UNRESOLVED;
        if (conversation.speaksLmtp() && argument.group(2) != null) {
            LmtpReplies.refuse(conversation, open, reply, ruling);
        } else {
            conversation.ledger.refuse(open, ruling.said(reply));
            conversation.say(reply, ruling);
        }
    }
}
