package dev.restante.assertj;

import dev.restante.SmtpSession;
import java.util.Optional;

/** Assertions on a connection: how it came, what was said, how it ended. */
public final class SessionAssert extends AbstractEvidenceAssert<SessionAssert, SmtpSession> {
    SessionAssert(SmtpSession actual, Reporting reporting) {
        super(actual, SessionAssert.class, reporting);
    }

    @Override
    String evidence() {
        return "The dialogue of " + Evidence.dialogue(actual).stripTrailing();
    }

    /** Verifies how the connection ended. */
    public SessionAssert endedBy(SmtpSession.Outcome outcome) {
        isNotNull();
        return check(
                actual.outcome() == outcome,
                () -> "Expected the session to end by " + outcome + ", but it "
                        + (actual.isOpen() ? "is still open." : "ended by " + actual.outcome() + "."));
    }

    /** Verifies that the connection is still open. */
    public SessionAssert isOpen() {
        isNotNull();
        return check(
                actual.isOpen(), () -> "Expected the session to be open, but it ended by " + actual.outcome() + ".");
    }

    /** Verifies that there is TLS on the connection. */
    public SessionAssert usedTls() {
        isNotNull();
        return check(actual.tls().isPresent(), () -> "Expected TLS, but the session is in plain text.");
    }

    /** Verifies that the connection is in plain text. */
    public SessionAssert usedNoTls() {
        isNotNull();
        return check(
                actual.tls().isEmpty(),
                () -> "Expected plain text, but there is " + actual.tls().orElseThrow() + ".");
    }

    /** Verifies the name that the client gave with EHLO or HELO. */
    public SessionAssert greetedAs(String name) {
        isNotNull();
        Optional<String> found = actual.client().heloName();
        return check(
                found.filter(name::equalsIgnoreCase).isPresent(),
                () -> "Expected the client to greet as " + name + ", but it "
                        + found.map(it -> "greeted as " + it).orElse("did not greet") + ".");
    }

    /** Verifies that the client logged in as this user. */
    public SessionAssert loggedInAs(String user) {
        isNotNull();
        Optional<String> found = actual.client().user();
        return check(
                found.filter(user::equals).isPresent(),
                () -> "Expected the client to log in as " + user + ", but it "
                        + found.map(it -> "logged in as " + it).orElse("did not log in") + ".");
    }

    /**
     * Verifies that lint finds neither an error nor a warning with what was said; notes do not count. {@link #lint()} leads
     * to all.
     */
    public SessionAssert hasNoLint() {
        lint().hasNoFaults();
        return this;
    }

    /** Leads to what lint finds wrong with what was said; what is wrong with its mails is in theirs. */
    public LintAssert lint() {
        isNotNull();
        return passing(new LintAssert(actual.lint(), this::evidence, reporting));
    }

    /** Leads to what was said. */
    public TranscriptAssert transcript() {
        isNotNull();
        return passing(new TranscriptAssert(actual.transcript(), this::evidence, reporting));
    }

    /** Leads to what was tried on this connection. */
    public AttemptsAssert attempts() {
        isNotNull();
        return passing(new AttemptsAssert(actual.attempts(), Optional.empty(), Optional.empty(), reporting));
    }
}
