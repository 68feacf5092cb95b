package dev.restante.assertj;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.LintFinding;
import dev.restante.Matching;
import dev.restante.RuleReport;
import dev.restante.SmtpFixture;
import dev.restante.SmtpSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Assertions on a server: what it caught, what was tried, and what became of the script.
 *
 * <pre>{@code
 * assertThat(smtp).hasMails(2).attempts(to("bob@example.com")).hasSize(2).gapsAtLeast(ofMillis(100)).lastSucceeded();
 * }</pre>
 */
public final class FixtureAssert extends AbstractMailboxAssert<FixtureAssert, SmtpFixture> {
    FixtureAssert(SmtpFixture actual, Reporting reporting) {
        super(actual, FixtureAssert.class, reporting);
    }

    /** Leads to all attempts that have ended. */
    public AttemptsAssert attempts() {
        isNotNull();
        return passing(new AttemptsAssert(actual.attempts(), Optional.empty(), Optional.of(actual), reporting));
    }

    /** Leads to the attempts that concern a recipient or a sender, as seen by that one. */
    public AttemptsAssert attempts(Matching matching) {
        isNotNull();
        return passing(
                new AttemptsAssert(actual.attempts(matching), Optional.of(matching), Optional.of(actual), reporting));
    }

    /** Verifies that every rule fired as often as it was scripted to. */
    public FixtureAssert hasNoUnfiredRules() {
        isNotNull();
        List<RuleReport> unfired = actual.unfired();
        return check(
                unfired.isEmpty(),
                () -> "Expected every rule to have fired as often as scripted, but not so:\n  "
                        + String.join(
                                "\n  ",
                                unfired.stream().map(RuleReport::toString).toList()));
    }

    /** Leads to the rule of this {@link dev.restante.Rule#name() name}; fails if there is none. */
    public RuleAssert rule(String name) {
        isNotNull();
        Optional<RuleReport> found = actual.rules().stream()
                .filter(report -> report.rule().name().equals(name))
                .findFirst();
        if (found.isEmpty()) {
            List<String> names =
                    actual.rules().stream().map(report -> report.rule().name()).toList();
            throw failureOf("Expected a rule \"" + name + "\", but the script has "
                    + (names.isEmpty() ? "none" : Evidence.quoted(Evidence.nearest(name, names))) + ".\n" + evidence());
        }
        return passing(new RuleAssert(found.get(), this::evidence, reporting));
    }

    /** Verifies that nobody has connected. */
    public FixtureAssert hasNoConnections() {
        return hasConnections(0);
    }

    /** Verifies that there were so many connections, ended ones included. */
    public FixtureAssert hasConnections(int count) {
        isNotNull();
        int found = actual.sessions().size();
        return check(
                found == count,
                () -> "Expected "
                        + (count == 0 ? "no connection" : count == 1 ? "1 connection" : count + " connections")
                        + ", but there " + are(found) + ".");
    }

    /** Leads to the only session; fails unless there is exactly one. */
    public SessionAssert onlySession() {
        isNotNull();
        List<SmtpSession> sessions = actual.sessions();
        if (sessions.size() != 1) {
            throw failureOf("Expected one session, but there " + are(sessions.size()) + ".\n" + evidence());
        }
        return passing(new SessionAssert(sessions.get(0), reporting));
    }

    /** Leads to the session of this {@link SmtpSession#number() number}, counted from 1; fails if there is none. */
    public SessionAssert session(long number) {
        isNotNull();
        return actual.sessions().stream()
                .filter(session -> session.number() == number)
                .findFirst()
                .map(session -> passing(new SessionAssert(session, reporting)))
                .orElseThrow(() -> failureOf("Expected a session " + number + ", but there "
                        + are(actual.sessions().size()) + ".\n" + evidence()));
    }

    /** Verifies that every connection is closed and that its client said QUIT first (RFC 5321 section 4.1.1.10). */
    public FixtureAssert allClientsQuit() {
        isNotNull();
        List<SmtpSession> others = actual.sessions().stream()
                .filter(session -> session.outcome() != SmtpSession.Outcome.QUIT)
                .toList();
        return check(
                others.isEmpty(),
                () -> "Expected every client to say QUIT, but not so:\n  "
                        + String.join(
                                "\n  ",
                                others.stream()
                                        .map(session -> "session " + session.number() + ": " + session.outcome())
                                        .toList()));
    }

    /**
     * Verifies that lint finds neither an error nor a warning with any session, nor with any mail that is in the mailbox; notes
     * do not count.
     */
    public FixtureAssert hasNoLint() {
        isNotNull();
        List<String> faults = new ArrayList<>();
        for (SmtpSession session : actual.sessions()) {
            session.lint().stream()
                    .filter(LintFinding::isFault)
                    .forEach(fault -> faults.add("session " + session.number() + ": " + fault));
        }
        for (CapturedMail mail : actual.mails()) {
            mail.lint().stream()
                    .filter(fault -> fault.isFault() && fault.place() instanceof LintFinding.InMail)
                    .forEach(fault -> faults.add(mail + ": " + fault));
        }
        return check(faults.isEmpty(), () -> {
            StringBuilder text = new StringBuilder("Expected lint to find no fault, but not so:\n");
            Evidence.listed(text, faults, fault -> fault);
            return text.toString().stripTrailing();
        });
    }

    /** Verifies that nothing was refused and nothing broke off. */
    public FixtureAssert acceptedEverything() {
        isNotNull();
        List<Attempt> failed = actual.attempts().stream()
                .filter(attempt -> attempt.outcome() != Attempt.Outcome.ACCEPTED)
                .toList();
        return check(
                failed.isEmpty(),
                () -> "Expected every attempt to be accepted, but " + failed.size() + " of "
                        + actual.attempts().size() + " were not.");
    }
}
