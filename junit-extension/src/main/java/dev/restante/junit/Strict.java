package dev.restante.junit;

/** What fails a test that would otherwise pass. */
public enum Strict {
    /** Nothing. */
    OFF,

    /** A rule that has fired less often than its {@code once()} or {@code times(n)} says. The default. */
    SCRIPT,

    /**
     * What {@link #SCRIPT} fails; mail that no call has returned to the test; connections that nobody expected: those over
     * which no mail was tried, and on which no rule fired; and what lint finds wrong with conversations and mails: errors and
     * warnings, but for those that {@link FakeSmtp#allowedLint()} names.
     */
    ALL
}
