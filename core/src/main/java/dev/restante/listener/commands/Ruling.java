package dev.restante.listener.commands;

import dev.restante.Effect;
import dev.restante.Reply;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the script ruled at a stage, once its waits are over.
 *
 * @param decision how the stage ends; {@code null} if as usual
 * @param dribble how the reply is to be written; {@code null} if as usual
 * @param ended whether the connection has ended over it: nothing more is to be done or said
 */
record Ruling(Effect.@Nullable Decision decision, Effect.@Nullable Dribble dribble, boolean ended) {
    /** The stage is served as usual. */
    static final Ruling USUAL = new Ruling(null, null, false);

    /** The connection has ended. */
    static final Ruling ENDED = new Ruling(null, null, true);

    /**
     * This ruling and, where it leaves open how the reply is written, one that was made before for the same reply: its dribble
     * and its cut hold for whatever is said in the end.
     */
    Ruling following(Ruling earlier) {
        boolean cut = earlier.decision instanceof Effect.CutReply
                && !(decision instanceof Effect.CutReply || decision instanceof Effect.RawReply);
        return new Ruling(
                cut || decision == null ? earlier.decision : decision,
                dribble == null ? earlier.dribble : dribble,
                ended);
    }

    /** The reply to make where {@code usual} is due. */
    Reply replyOr(Reply usual) {
        return decision instanceof Effect.Answer answer ? answer.reply() : usual;
    }

    /** The reply that the client reads where {@code usual} is due; empty if it reads none, or raw octets. */
    Optional<Reply> said(Reply usual) {
        return ended || decision instanceof Effect.RawReply ? Optional.empty() : Optional.of(replyOr(usual));
    }

    /** Whether what was asked must not take effect. */
    boolean refuses() {
        return ended
                || decision instanceof Effect.RawReply
                || (decision instanceof Effect.Answer answer && answer.reply().isNegative());
    }

    /** Whether the connection is to end in place of the reply. */
    boolean breaksOff() {
        return decision instanceof Effect.Fault && !discards();
    }

    /** Whether the connection is to end in place of the reply, with a part of it, or after it. */
    boolean endsConnection() {
        return ended
                || breaksOff()
                || decision instanceof Effect.CutReply
                || (decision instanceof Effect.Answer answer && answer.reply().code() == 421);
    }

    /** Whether the mail is to be forgotten. */
    boolean discards() {
        return decision == Effect.Fault.DISCARD;
    }
}
