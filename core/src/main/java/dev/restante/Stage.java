package dev.restante;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A moment of an SMTP conversation at which a script is asked.
 *
 * <p>A stage decides by its type which conditions and effects make sense there: {@code on(RCPT_TO)} offers {@code to},
 * {@code midData(n)} offers no reply.
 *
 * @param <W> the step of the rule language that {@link Script#on(Stage)} begins with
 */
public final class Stage<W> {
    /** A client has connected; the server's greeting is the reply. Nothing but the client's address is known. */
    public static final Stage<Trigger.OnConnect> CONNECT = new Stage<>("CONNECT", 0, Trigger.OnConnect::new);

    /** A TLS handshake is about to begin, after STARTTLS or on the SMTPS port. There is no reply to script. */
    public static final Stage<Trigger.OnTlsHandshake> TLS_HANDSHAKE =
            new Stage<>("TLS_HANDSHAKE", 1, Trigger.OnTlsHandshake::new);

    /** EHLO or HELO was said, or LHLO where LMTP is spoken. */
    public static final Stage<Trigger.OnEhlo> EHLO = new Stage<>("EHLO", 2, Trigger.OnEhlo::new);

    /** STARTTLS was said; its 220 is not yet written. */
    public static final Stage<Trigger.OnCommand> STARTTLS = new Stage<>("STARTTLS", 3, Trigger.OnCommand::new);

    /** The credentials of an AUTH are complete, and right or wrong; its last reply is not yet written. */
    public static final Stage<Trigger.OnAuth> AUTH = new Stage<>("AUTH", 4, Trigger.OnAuth::new);

    /** A well-formed MAIL FROM arrived in its place. */
    public static final Stage<Trigger.OnMailFrom> MAIL_FROM = new Stage<>("MAIL_FROM", 5, Trigger.OnMailFrom::new);

    /** A well-formed RCPT TO arrived in its place. */
    public static final Stage<Trigger.OnRcptTo> RCPT_TO = new Stage<>("RCPT_TO", 6, Trigger.OnRcptTo::new);

    /** DATA was said; its 354 is not yet written. A transfer by BDAT passes here at its first chunk. */
    public static final Stage<Trigger.OnRcptTo> DATA = new Stage<>("DATA", 7, Trigger.OnRcptTo::new);

    /** A given number of body octets has arrived. Rules for it begin with {@link Script#midData(long)}. */
    public static final Stage<Trigger.OnMidData> MID_DATA = new Stage<>("MID_DATA", 8, Trigger.OnMidData::new);

    /** The whole body has arrived; the mail is not yet stored. */
    public static final Stage<Trigger.OnEndOfData> END_OF_DATA =
            new Stage<>("END_OF_DATA", 9, Trigger.OnEndOfData::new);

    /** The mail is stored; its 250 is not yet written. */
    public static final Stage<Trigger.OnAfterCommit> AFTER_COMMIT =
            new Stage<>("AFTER_COMMIT", 10, Trigger.OnAfterCommit::new);

    /** RSET was said. */
    public static final Stage<Trigger.OnCommand> RSET = new Stage<>("RSET", 11, Trigger.OnCommand::new);

    /** NOOP was said. */
    public static final Stage<Trigger.OnCommand> NOOP = new Stage<>("NOOP", 12, Trigger.OnCommand::new);

    /** VRFY was said. */
    public static final Stage<Trigger.OnCommand> VRFY = new Stage<>("VRFY", 13, Trigger.OnCommand::new);

    /** QUIT was said. */
    public static final Stage<Trigger.OnCommand> QUIT = new Stage<>("QUIT", 14, Trigger.OnCommand::new);

    /**
     * Any command line was said, known or not, before anything else is made of it. A reply of a rule here stands in place of the
     * command, which is not carried out, whatever the reply says; what paces, and a cut, are for the reply that is due.
     */
    public static final Stage<Trigger.OnCommand> ANY_COMMAND = new Stage<>("ANY_COMMAND", 15, Trigger.OnCommand::new);

    private static final List<Stage<?>> ALL = List.of(
            CONNECT,
            TLS_HANDSHAKE,
            EHLO,
            STARTTLS,
            AUTH,
            MAIL_FROM,
            RCPT_TO,
            DATA,
            MID_DATA,
            END_OF_DATA,
            AFTER_COMMIT,
            RSET,
            NOOP,
            VRFY,
            QUIT,
            ANY_COMMAND);

    private final String name;
    private final int index;
    private final Function<RuleDraft, W> firstStep;

    private Stage(String name, int index, Function<RuleDraft, W> firstStep) {
        this.name = name;
        this.index = index;
        this.firstStep = firstStep;
    }

    /** All stages, in the order a conversation meets them. */
    public static List<Stage<?>> values() {
        return ALL;
    }

    /** The stage with this name, such as {@code RCPT_TO}; empty if there is none. */
    public static Optional<Stage<?>> named(String name) {
        for (Stage<?> stage : ALL) {
            if (stage.name.equals(name)) {
                return Optional.of(stage);
            }
        }
        return Optional.empty();
    }

    /** The stage's name as scripts in JSON spell it. */
    public String name() {
        return name;
    }

    /** The stage's place in {@link #values()}. */
    public int index() {
        return index;
    }

    W begin(RuleDraft draft) {
        return firstStep.apply(draft);
    }

    @Override
    public String toString() {
        return name;
    }
}
