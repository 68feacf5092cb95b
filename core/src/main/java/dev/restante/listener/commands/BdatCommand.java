package dev.restante.listener.commands;

import dev.restante.Reply;
import dev.restante.Stage;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** BDAT (RFC 3030): a chunk of the body follows, counted in octets. A chunk is read even where it is refused. */
final class BdatCommand implements Verb {
    private static final Pattern ARGUMENT = Pattern.compile("(\\d{1,18})([ \\t]+LAST)?");

    @Override
    public void answer(Conversation conversation) {
        Matcher argument = ARGUMENT.matcher(conversation.argument().toUpperCase(Locale.ROOT));
        if (!argument.matches()) {
            // Whether octets follow, and how many, is unknown: going on would run them as commands.
            conversation.say(Replies.CANNOT_READ_CHUNK);
            return;
        }
        long size = Long.parseLong(argument.group(1));
        boolean last = argument.group(2) != null;
        Transaction open = conversation.transaction();
        Reply misplaced = BodyTransfer.misplaced(conversation, open);
        if (open == null || misplaced != null) {
            refuseChunk(conversation, size, misplaced == null ? Replies.MAIL_FIRST : misplaced, Ruling.USUAL);
            return;
        }
        if (!open.chunked) {
            open.reached = Stage.DATA;
            Ruling ruling = conversation.ask(Stage.DATA);
            if (ruling.ended()) {
                return;
            }
            if (ruling.refuses()) {
                Reply reply = ruling.replyOr(Replies.OK);
                if (last && conversation.speaksLmtp()) {
                    if (BodyTransfer.skipChunk(conversation, size)) {
                        LmtpReplies.refuse(conversation, open, reply, ruling);
                    }
                    return;
                }
                conversation.ledger.refuse(open, ruling.said(reply));
                refuseChunk(conversation, size, reply, ruling);
                return;
            }
            open.chunked = true;
        }
        if (BodyTransfer.receiveChunk(conversation, open, size)) {
            BodyTransfer.endOfChunk(conversation, open, size, last);
        }
    }

    /** The size of the chunk that this argument announces; -1 if it cannot be read. */
    static long sizeOf(String argument) {
        Matcher matcher = ARGUMENT.matcher(argument.toUpperCase(Locale.ROOT));
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** Whether this argument announces the last chunk. */
    static boolean isLast(String argument) {
        return argument.toUpperCase(Locale.ROOT).endsWith("LAST");
    }

    private static void refuseChunk(Conversation conversation, long size, Reply reply, Ruling ruling) {
        if (BodyTransfer.skipChunk(conversation, size)) {
            conversation.say(reply, ruling);
        }
    }
}
