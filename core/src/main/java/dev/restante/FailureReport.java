package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What a failed wait tells: what was expected, what there is instead, the dialogues, and what to do next. */
final class FailureReport {
    private static final int MAILS = 10;
    private static final int SESSIONS = 5;
    private static final int LINES = 40;

    private final StringBuilder text = new StringBuilder();

    private FailureReport() {}

    static AssertionError of(String headline, SmtpFixture fixture, List<CapturedMail> mails, Matching wanted) {
        FailureReport report = new FailureReport();
        report.text.append(headline).append('\n');
        report.mails(mails, wanted);
        report.attempts(fixture.attempts());
        report.rules(fixture.rules());
        report.sessions(fixture);
        report.hint(fixture, mails);
        return new AssertionError(report.text.toString().stripTrailing());
    }

    private void mails(List<CapturedMail> mails, Matching wanted) {
        if (mails.isEmpty()) {
            text.append("The mailbox is empty.\n");
            return;
        }
        text.append("In the mailbox (").append(mails.size()).append("):\n");
        for (int i = 0; i < Math.min(MAILS, mails.size()); i++) {
            CapturedMail mail = mails.get(i);
            text.append("  ").append(i + 1).append(". ").append(mail).append('\n');
            for (String mismatch : wanted.mismatches(mail)) {
                text.append("     but ").append(mismatch).append('\n');
            }
        }
        more(mails.size() - MAILS, "mails");
    }

    private void attempts(List<Attempt> attempts) {
        List<Attempt> failed = attempts.stream()
                .filter(attempt -> attempt.outcome() != Attempt.Outcome.ACCEPTED)
                .toList();
        if (!failed.isEmpty()) {
            text.append("Refused or aborted (").append(failed.size()).append("):\n");
            failed.stream()
                    .limit(MAILS)
                    .forEach(each -> text.append("  ").append(each).append('\n'));
            more(failed.size() - MAILS, "attempts");
        }
    }

    private void rules(List<RuleReport> rules) {
        if (!rules.isEmpty()) {
            text.append("Script:\n");
            rules.forEach(rule -> text.append("  ").append(rule).append('\n'));
        }
    }

    private void sessions(SmtpFixture fixture) {
        List<SmtpSession> sessions = fixture.sessions();
        int skipped = Math.max(0, sessions.size() - SESSIONS);
        if (skipped > 0) {
            text.append("(").append(skipped).append(" earlier sessions not shown)\n");
        }
        for (SmtpSession session : sessions.subList(skipped, sessions.size())) {
            List<String> lines = session.toString().lines().toList();
            text.append("Dialogue of ").append(lines.get(0)).append('\n');
            int first = Math.max(1, lines.size() - LINES);
            if (first > 1) {
                text.append("  (").append(first - 1).append(" earlier lines not shown)\n");
            }
            for (int i = first; i < lines.size(); i++) {
                text.append(lines.get(i).isEmpty() ? "" : "  ")
                        .append(lines.get(i))
                        .append('\n');
            }
        }
    }

    private void more(int count, String what) {
        if (count > 0) {
            text.append("  and ").append(count).append(" more ").append(what).append('\n');
        }
    }

    private void hint(SmtpFixture fixture, List<CapturedMail> mails) {
        List<Attempt> attempts = fixture.attempts();
        if (fixture.sessions().isEmpty()) {
            text.append("No client has connected. Does the code under test send to ")
                    .append(fixture.host())
                    .append(':')
                    .append(fixture.port())
                    .append("?");
        } else if (!attempts.isEmpty() && attempts.get(attempts.size() - 1).outcome() == Attempt.Outcome.REFUSED) {
            text.append(
                    "The last attempt was refused. Did the client give up, or will it try again after the time-out?");
        } else if (!attempts.isEmpty() && attempts.get(attempts.size() - 1).outcome() == Attempt.Outcome.ABORTED) {
            text.append("The last attempt broke off. Did the client give up, or will it try again after the time-out?");
        } else if (mails.isEmpty() && attempts.isEmpty()) {
            text.append("A client connected but sent no mail.");
        }
    }

    /** A time as people say it: {@code 5 s}, {@code 250 ms}. */
    static String spoken(Duration time) {
        long millis = time.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : String.format(Locale.ROOT, "%d ms", millis);
    }
}
