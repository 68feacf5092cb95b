package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A rule that still needs an effect: the effects that make sense at every stage.
 *
 * @param <P> the step after an effect of pace, which may be followed by another effect or by the budget
 */
public abstract class Step<P> {
    final RuleDraft draft;
    private final Function<RuleDraft, P> paced;

    Step(RuleDraft draft, Function<RuleDraft, P> paced) {
        this.draft = draft;
        this.paced = paced;
    }

    final P pace(Effect.Pace pace) {
        return paced.apply(draft.paced(pace));
    }

    final Budget decide(Effect.Decision decision) {
        RuleDraft decided = draft.decided(decision);
        return limit -> Rule.of(decided, limit);
    }

    /** Waits for {@code time} on the server's clock first. */
    public P after(Duration time) {
        return pace(new Effect.Delay(time));
    }

    /** Waits for {@code perReply} on the server's clock before this and each later reply of the connection. */
    public P tarpit(Duration perReply) {
        return pace(new Effect.Tarpit(perReply));
    }

    /** Reads no more than this many bytes a second from the connection, from here on. */
    public P throttle(int bytesPerSecond) {
        return pace(new Effect.Throttle(bytesPerSecond));
    }

    /** Closes the connection without a word. */
    public Budget closeConnection() {
        return decide(Effect.Fault.CLOSE);
    }

    /** Resets the connection: the client sees a TCP RST. */
    public Budget resetConnection() {
        return decide(Effect.Fault.RESET);
    }

    /**
     * Says nothing more until the client leaves or the server is reset or closed. In the middle of a body it does not read on
     * either, and so does not see that the client leaves.
     */
    public Budget stall() {
        return decide(Effect.Fault.STALL);
    }

    /** Waits until the hold of this name is released: see {@link SmtpFixture#hold(Stage)}. */
    public P waitFor(String hold) {
        return pace(new Effect.WaitFor(hold));
    }

    /**
     * The effects of a stage that the server answers.
     *
     * @param <P> the step after an effect of pace
     */
    public abstract static class Answered<P> extends Step<P> {
        Answered(RuleDraft draft, Function<RuleDraft, P> paced) {
            super(draft, paced);
        }

        /**
         * Says this reply. A negative one refuses what was asked, a positive one lets it take effect in these words (but at
         * {@link Stage#ANY_COMMAND}, where nothing is carried out); 421 also closes the connection (RFC 5321 section 3.8).
         *
         * <p>In the text, <code>{client}</code>, <code>{helo}</code>, <code>{user}</code>, <code>{sender}</code>,
         * <code>{recipient}</code>, <code>{host}</code> (the server's name), <code>{session}</code>, <code>{mail}</code> (the
         * id of a mail whose body has arrived) and <code>{date}</code> (RFC 5322, on the server's clock) stand for what is
         * known at that moment, and for nothing where it is not known yet.
         *
         * @param text as {@link Reply#of} takes it: an enhanced status code first, if wanted, and {@code \n} between
         *     lines
         * @throws IllegalArgumentException if the code is not between 200 and 599 or the text has a CR
         */
        public Budget reply(int code, String text) {
            return reply(Reply.of(code, text));
        }

        /** Says this reply, as {@link #reply(int, String)} does. */
        public Budget reply(Reply reply) {
            return decide(new Effect.Answer(reply));
        }

        /** Writes the reply in pieces of this many bytes, one write each, with this gap between them. */
        public P dribble(int pieceSize, Duration gap) {
            return pace(new Effect.Dribble(pieceSize, gap));
        }

        /** Writes only the first bytes of the reply that is due, then closes. What it acknowledges has taken effect. */
        public Budget cutReply(int bytes) {
            return decide(new Effect.CutReply(bytes));
        }

        /**
         * Writes these octets, given as characters U+0000 to U+00FF, in place of the reply. What was asked does not take
         * effect.
         */
        public Budget rawReply(String octets) {
            return decide(new Effect.RawReply(octets));
        }

        /** Writes octets that no client can read as a reply, then closes. */
        public Budget garbage() {
            return decide(Effect.Fault.GARBAGE);
        }

        /**
         * Asks a function what to do, once all conditions hold and while the rule is not spent; {@link Effect.Pass#PASS}
         * leaves the stage to later rules. It runs on the connection's thread, for several connections at once. If it throws,
         * or answers what means nothing at the stage, the connection ends with 421 and the transcript says why. Such a rule
         * has no JSON form.
         */
        public Budget answer(Function<Moment, Effect.Decision> function) {
            return decide(new Effect.Computed(function));
        }
    }

    /** After an effect of pace at a stage without a reply. */
    public static final class Paced extends Step<Paced> implements Budget {
        Paced(RuleDraft draft) {
            super(draft, Paced::new);
        }

        @Override
        public Rule limited(Rule.Limit limit) {
            return Rule.of(draft, limit);
        }
    }

    /** After an effect of pace at a stage with a reply. */
    public static final class PacedAnswer extends Answered<PacedAnswer> implements Budget {
        PacedAnswer(RuleDraft draft) {
            super(draft, PacedAnswer::new);
        }

        @Override
        public Rule limited(Rule.Limit limit) {
            return Rule.of(draft, limit);
        }
    }

    /**
     * The effects of a TLS handshake, which has no reply.
     *
     * @param <P> the step after an effect of pace
     */
    public abstract static class Handshake<P> extends Step<P> {
        Handshake(RuleDraft draft, Function<RuleDraft, P> paced) {
            super(draft, paced);
        }

        /** Shows a certificate whose time is over. */
        public Budget expiredCertificate() {
            return decide(Effect.TlsFault.EXPIRED);
        }

        /** Shows a certificate for another host. */
        public Budget wrongHostCertificate() {
            return decide(Effect.TlsFault.WRONG_HOST);
        }

        /** Shows a certificate from an authority that nobody trusts. */
        public Budget untrustedCertificate() {
            return decide(Effect.TlsFault.UNTRUSTED);
        }

        /** Shows a certificate whose time has not begun. */
        public Budget notYetValidCertificate() {
            return decide(Effect.TlsFault.NOT_YET_VALID);
        }

        /** Shows a certificate that is signed by no authority but by itself. */
        public Budget selfSignedCertificate() {
            return decide(Effect.TlsFault.SELF_SIGNED);
        }

        /** Shows a certificate with a key that is too short: RSA with 768 bits, from the authority that is trusted. */
        public Budget weakKeyCertificate() {
            return decide(Effect.TlsFault.WEAK_KEY);
        }

        /** Ends the connection after the client's first message of the handshake. */
        public Budget cutHandshake() {
            return decide(Effect.TlsFault.HANDSHAKE_CUT);
        }

        /** Ends the connection after the server's first message, in the middle of its flight. */
        public Budget cutHandshakeAfterServerHello() {
            return decide(Effect.TlsFault.HANDSHAKE_CUT_AFTER_SERVER_HELLO);
        }

        /**
         * Ends the connection after the client's last message. With TLS 1.3 the client then takes the handshake for
         * complete, and reads the end where it expects a reply.
         */
        public Budget cutHandshakeAfterFinished() {
            return decide(Effect.TlsFault.HANDSHAKE_CUT_AFTER_FINISHED);
        }

        /**
         * Sends nothing after the server's first message until the client leaves or the server is reset or closed. To send
         * nothing at all, {@link #stall()}.
         */
        public Budget stallHandshake() {
            return decide(Effect.TlsFault.HANDSHAKE_STALL);
        }

        /**
         * Goes on in plain text, although STARTTLS was accepted, or on the SMTPS port. A client that begins the handshake
         * reads 500 in plain text; one that does not notice may go on and send mail.
         */
        public Budget goOnInPlainText() {
            return decide(Effect.TlsFault.PLAIN_TEXT);
        }

        /** Speaks TLS 1.2 and no other version. */
        public Budget onlyTls12() {
            return decide(Effect.TlsFault.ONLY_TLS_1_2);
        }

        /** Speaks TLS 1.3 and no other version. */
        public Budget onlyTls13() {
            return decide(Effect.TlsFault.ONLY_TLS_1_3);
        }
    }

    /**
     * The effects of the answer to EHLO.
     *
     * @param <P> the step after an effect of pace
     */
    public abstract static class Greeting<P> extends Answered<P> {
        Greeting(RuleDraft draft, Function<RuleDraft, P> paced) {
            super(draft, paced);
        }

        /**
         * Lists these keywords as well, such as {@code "SIZE 1000"}; one that is listed already is replaced. STARTTLS works
         * where it is listed, even if the server was not built with it.
         */
        public Listing advertise(String... keywords) {
            return new Listing(draft, new Effect.Keywords(List.of(keywords), List.of()));
        }

        /**
         * Leaves these keywords out of the list, or all with {@code "*"}. What they stand for still works when a client
         * tries it.
         */
        public Listing hide(String... keywords) {
            return new Listing(draft, new Effect.Keywords(List.of(), List.of(keywords)));
        }

        /**
         * Greets the client in these words: the first line of the answer to EHLO, and the whole one to HELO.
         *
         * @param text one line, with placeholders as {@link #reply(int, String)} takes them
         */
        public Listing greeting(String text) {
            return new Listing(draft, new Effect.Keywords(List.of(), List.of(), text));
        }
    }

    /**
     * After a change to the answer to EHLO: another may follow. What is hidden is hidden first, so that
     * {@code hide("*").advertise("SIZE 1000", "8BITMIME")} lists exactly these.
     */
    public static final class Listing implements Budget {
        private final RuleDraft draft;
        private final Effect.Keywords changes;

        Listing(RuleDraft draft, Effect.Keywords changes) {
            this.draft = draft;
            this.changes = changes;
        }

        /** Lists these keywords as well: see {@link Greeting#advertise}. */
        public Listing advertise(String... keywords) {
            return new Listing(
                    draft, new Effect.Keywords(joined(changes.add(), keywords), changes.hide(), changes.greeting()));
        }

        /** Leaves these keywords out of the list: see {@link Greeting#hide}. */
        public Listing hide(String... keywords) {
            return new Listing(
                    draft, new Effect.Keywords(changes.add(), joined(changes.hide(), keywords), changes.greeting()));
        }

        /** Greets the client in these words: see {@link Greeting#greeting}. */
        public Listing greeting(String text) {
            return new Listing(draft, new Effect.Keywords(changes.add(), changes.hide(), text));
        }

        private static List<String> joined(List<String> some, String... more) {
            return Stream.concat(some.stream(), Stream.of(more)).toList();
        }

        @Override
        public Rule limited(Rule.Limit limit) {
            return Rule.of(draft.decided(changes), limit);
        }
    }

    /**
     * The effects of the end of a body.
     *
     * @param <P> the step after an effect of pace
     */
    public abstract static class Delivery<P> extends Answered<P> {
        Delivery(RuleDraft draft, Function<RuleDraft, P> paced) {
            super(draft, paced);
        }

        /** Says that the mail was taken, and forgets it. */
        public Budget discard() {
            return decide(Effect.Fault.DISCARD);
        }
    }

    /**
     * The effects after a mail was stored.
     *
     * @param <P> the step after an effect of pace
     */
    public abstract static class Stored<P> extends Answered<P> {
        Stored(RuleDraft draft, Function<RuleDraft, P> paced) {
            super(draft, paced);
        }

        /**
         * Returns the mail of the recipients that match this {@linkplain TextPattern pattern} to its sender, as an unknown
         * user's: see {@link Effect.Bounce}. The report is sent to the SMTP server at this host and port.
         */
        public P bounce(String recipients, String host, int port) {
            return bounce(recipients, host, port, "5.1.1", "550 5.1.1 No such user");
        }

        /** Returns mail as {@link #bounce(String, String, int)} does, for a reason of another kind. */
        public P bounce(String recipients, String host, int port, String status, String diagnostic) {
            return pace(new Effect.Bounce(TextPattern.of(recipients), host, port, status, diagnostic));
        }
    }

    /** After an effect of pace at a mail that was stored. */
    public static final class PacedStored extends Stored<PacedStored> implements Budget {
        PacedStored(RuleDraft draft) {
            super(draft, PacedStored::new);
        }

        @Override
        public Rule limited(Rule.Limit limit) {
            return Rule.of(draft, limit);
        }
    }

    /** After an effect of pace at a TLS handshake. */
    public static final class PacedHandshake extends Handshake<PacedHandshake> implements Budget {
        PacedHandshake(RuleDraft draft) {
            super(draft, PacedHandshake::new);
        }

        @Override
        public Rule limited(Rule.Limit limit) {
            return Rule.of(draft, limit);
        }
    }

    /** After an effect of pace at EHLO. */
    public static final class PacedGreeting extends Greeting<PacedGreeting> implements Budget {
        PacedGreeting(RuleDraft draft) {
            super(draft, PacedGreeting::new);
        }

        @Override
        public Rule limited(Rule.Limit limit) {
            return Rule.of(draft, limit);
        }
    }

    /** After an effect of pace at the end of a body. */
    public static final class PacedDelivery extends Delivery<PacedDelivery> implements Budget {
        PacedDelivery(RuleDraft draft) {
            super(draft, PacedDelivery::new);
        }

        @Override
        public Rule limited(Rule.Limit limit) {
            return Rule.of(draft, limit);
        }
    }
}
