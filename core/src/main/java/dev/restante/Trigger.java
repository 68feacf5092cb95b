package dev.restante;

/**
 * The first step of a rule, one for each kind of stage: it offers the conditions and the effects that make sense there.
 *
 * <p>Immutable: each call returns a new step, so that one can be kept and used twice.
 */
public final class Trigger {
    private Trigger() {}

    /** At {@link Stage#CONNECT}: only the client's address is known. */
    public static final class OnConnect extends Step.Answered<Step.PacedAnswer> implements Conditions<OnConnect> {
        OnConnect(RuleDraft draft) {
            super(draft, Step.PacedAnswer::new);
        }

        @Override
        public OnConnect when(Condition condition) {
            return new OnConnect(draft.when(condition));
        }

        @Override
        public OnConnect named(String name) {
            return new OnConnect(draft.named(name));
        }
    }

    /** At {@link Stage#TLS_HANDSHAKE}: there is no reply. */
    public static final class OnTlsHandshake extends Step.Handshake<Step.PacedHandshake>
            implements Conditions.Greeted<OnTlsHandshake> {
        OnTlsHandshake(RuleDraft draft) {
            super(draft, Step.PacedHandshake::new);
        }

        @Override
        public OnTlsHandshake when(Condition condition) {
            return new OnTlsHandshake(draft.when(condition));
        }

        @Override
        public OnTlsHandshake named(String name) {
            return new OnTlsHandshake(draft.named(name));
        }
    }

    /** At {@link Stage#EHLO}. */
    public static final class OnEhlo extends Step.Greeting<Step.PacedGreeting> implements Conditions.Greeted<OnEhlo> {
        OnEhlo(RuleDraft draft) {
            super(draft, Step.PacedGreeting::new);
        }

        @Override
        public OnEhlo when(Condition condition) {
            return new OnEhlo(draft.when(condition));
        }

        @Override
        public OnEhlo named(String name) {
            return new OnEhlo(draft.named(name));
        }
    }

    /** At a command without envelope. */
    public static final class OnCommand extends Step.Answered<Step.PacedAnswer>
            implements Conditions.Greeted<OnCommand> {
        OnCommand(RuleDraft draft) {
            super(draft, Step.PacedAnswer::new);
        }

        @Override
        public OnCommand when(Condition condition) {
            return new OnCommand(draft.when(condition));
        }

        @Override
        public OnCommand named(String name) {
            return new OnCommand(draft.named(name));
        }
    }

    /** At {@link Stage#AUTH}. */
    public static final class OnAuth extends Step.Answered<Step.PacedAnswer>
            implements Conditions.WithCredentials<OnAuth> {
        OnAuth(RuleDraft draft) {
            super(draft, Step.PacedAnswer::new);
        }

        @Override
        public OnAuth when(Condition condition) {
            return new OnAuth(draft.when(condition));
        }

        @Override
        public OnAuth named(String name) {
            return new OnAuth(draft.named(name));
        }
    }

    /** At {@link Stage#MAIL_FROM}. */
    public static final class OnMailFrom extends Step.Answered<Step.PacedAnswer>
            implements Conditions.WithSender<OnMailFrom> {
        OnMailFrom(RuleDraft draft) {
            super(draft, Step.PacedAnswer::new);
        }

        @Override
        public OnMailFrom when(Condition condition) {
            return new OnMailFrom(draft.when(condition));
        }

        @Override
        public OnMailFrom named(String name) {
            return new OnMailFrom(draft.named(name));
        }
    }

    /** At {@link Stage#RCPT_TO} and {@link Stage#DATA}. */
    public static final class OnRcptTo extends Step.Answered<Step.PacedAnswer>
            implements Conditions.WithRecipient<OnRcptTo> {
        OnRcptTo(RuleDraft draft) {
            super(draft, Step.PacedAnswer::new);
        }

        @Override
        public OnRcptTo when(Condition condition) {
            return new OnRcptTo(draft.when(condition));
        }

        @Override
        public OnRcptTo named(String name) {
            return new OnRcptTo(draft.named(name));
        }
    }

    /** In the middle of a body: there is no reply. */
    public static final class OnMidData extends Step<Step.Paced> implements Conditions.WithRecipient<OnMidData> {
        OnMidData(RuleDraft draft) {
            super(draft, Step.Paced::new);
        }

        @Override
        public OnMidData when(Condition condition) {
            return new OnMidData(draft.when(condition));
        }

        @Override
        public OnMidData named(String name) {
            return new OnMidData(draft.named(name));
        }
    }

    /** At {@link Stage#END_OF_DATA}. */
    public static final class OnEndOfData extends Step.Delivery<Step.PacedDelivery>
            implements Conditions.WithContent<OnEndOfData> {
        OnEndOfData(RuleDraft draft) {
            super(draft, Step.PacedDelivery::new);
        }

        @Override
        public OnEndOfData when(Condition condition) {
            return new OnEndOfData(draft.when(condition));
        }

        @Override
        public OnEndOfData named(String name) {
            return new OnEndOfData(draft.named(name));
        }
    }

    /** At {@link Stage#AFTER_COMMIT}: the mail is stored, whatever is said now. */
    public static final class OnAfterCommit extends Step.Stored<Step.PacedStored>
            implements Conditions.WithContent<OnAfterCommit> {
        OnAfterCommit(RuleDraft draft) {
            super(draft, Step.PacedStored::new);
        }

        @Override
        public OnAfterCommit when(Condition condition) {
            return new OnAfterCommit(draft.when(condition));
        }

        @Override
        public OnAfterCommit named(String name) {
            return new OnAfterCommit(draft.named(name));
        }
    }
}
