package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a failed wait tells: what was expected, what there is instead, the dialogues, and what to do next. */
final class FailureReport {
    private static final int MAILS = 10;
    private static final int SESSIONS = 5;
    private static final int LINES = 40;
    private static final int FINDINGS = 5;

    /** What a failed wait was short of. */
    enum Missing {
        /** A mail. */
        MAIL,
        /** A connection at a hold. */
        CONNECTION,
        /** Nothing: there was too much. */
        NOTHING
    }

    private final StringBuilder text = new StringBuilder();

    private FailureReport() {}

    static AssertionError of(
            String headline, SmtpFixture fixture, List<CapturedMail> mails, Matching wanted, Missing missing) {
        FailureReport report = new FailureReport();
        List<Attempt> attempts = fixture.attempts();
        List<SmtpSession> sessions = fixture.sessions();
        report.text.append(headline).append('\n');
        report.mails(mails, wanted);
        report.gone(mails, attempts, fixture instanceof SmtpMailbox own ? own.name() : SmtpMailbox.DEFAULT);
        report.attempts(attempts);
        report.rules(fixture.rules());
        report.sessions(sessions);
        report.text.append(nextStep(fixture, mails, attempts, sessions, missing));
        return new AssertionError(report.text.toString().stripTrailing());
    }

    private void mails(List<CapturedMail> mails, Matching wanted) {
        if (mails.isEmpty()) {
            text.append("The mailbox is empty.\n");
            return;
        }
        int first = Math.max(0, mails.size() - MAILS);
        text.append("In the mailbox (")
                .append(mails.size())
                .append(first > 0 ? ", the latest " + MAILS : "")
                .append("):\n");
        for (int i = first; i < mails.size(); i++) {
            CapturedMail mail = mails.get(i);
            text.append("  ").append(i + 1).append(". ").append(mail).append('\n');
            if (mail.acknowledgement() == Acknowledgement.PENDING) {
                text.append("     but its reply is not out yet, and a wait ends only then\n");
            }
            for (String mismatch : wanted.mismatches(mail)) {
                text.append("     but ").append(mismatch).append('\n');
            }
        }
    }

    /** Mail that did arrive and is not here: a wait that comes too late must not read as if nothing had been sent. */
    private void gone(List<CapturedMail> mails, List<Attempt> attempts, String mailbox) {
        Set<String> here = mails.stream().map(CapturedMail::id).collect(Collectors.toSet());
        long gone = attempts.stream()
                .filter(attempt -> attempt.mailboxes().contains(mailbox))
                .flatMap(attempt -> attempt.mailId().stream())
                .filter(id -> !here.contains(id))
                .count();
        long discarded = attempts.stream()
                .filter(attempt -> attempt.outcome() == Attempt.Outcome.ACCEPTED
                        && attempt.mailId().isEmpty())
                .count();
        if (gone > 0) {
            text.append(gone == 1 ? "1 mail arrived and is" : gone + " mails arrived and are")
                    .append(" no longer here: taken, removed or evicted.\n");
        }
        List<Attempt> elsewhere = attempts.stream()
                .filter(attempt ->
                        attempt.mailId().isPresent() && !attempt.mailboxes().contains(mailbox))
                .toList();
        if (!elsewhere.isEmpty()) {
            text.append(elsewhere.size() == 1 ? "1 mail went" : elsewhere.size() + " mails went")
                    .append(" to mailboxes of their own: ")
                    .append(elsewhere.stream()
                            .flatMap(attempt -> attempt.mailboxes().stream())
                            .distinct()
                            .sorted()
                            .collect(Collectors.joining(", ")))
                    .append(".\n");
        }
        if (discarded > 0) {
            text.append("A rule discarded ").append(discarded == 1 ? "1 mail.\n" : discarded + " mails.\n");
        }
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

    private void sessions(List<SmtpSession> all) {
        // Those that tried something tell most; among these, the latest.
        List<SmtpSession> telling = all.stream()
                .filter(session -> session.isOpen() || !session.attempts().isEmpty())
                .toList();
        List<SmtpSession> chosen = telling.isEmpty() ? all : telling;
        List<SmtpSession> shown = chosen.subList(Math.max(0, chosen.size() - SESSIONS), chosen.size());
        if (shown.size() < all.size()) {
            text.append("(").append(all.size() - shown.size()).append(" more sessions not shown)\n");
        }
        for (SmtpSession session : shown) {
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
            lint(session);
        }
    }

    /** What the client did wrong may be why nothing came, such as an end of data that is none. */
    private void lint(SmtpSession session) {
        List<LintFinding> faults =
                session.lint().stream().filter(LintFinding::isFault).toList();
        if (!faults.isEmpty()) {
            text.append("What lint finds wrong in it (").append(faults.size()).append("):\n");
            faults.stream()
                    .limit(FINDINGS)
                    .forEach(fault -> text.append("  ").append(fault).append('\n'));
            more(faults.size() - FINDINGS, "findings");
        }
    }

    private void more(int count, String what) {
        if (count > 0) {
            text.append("  and ").append(count).append(" more ").append(what).append('\n');
        }
    }

    private static String nextStep(
            SmtpFixture fixture,
            List<CapturedMail> mails,
            List<Attempt> attempts,
            List<SmtpSession> sessions,
            Missing missing) {
        Optional<SmtpSession> open =
                sessions.stream().filter(SmtpSession::isOpen).reduce((first, second) -> second);
        if (!fixture.isListening()) {
            return "The server is not listening: call start() first, and close it only after the wait.";
        } else if (missing == Missing.NOTHING) {
            return "There is more than was expected. Did the client send it twice, or did something before leave it here?";
        } else if (sessions.isEmpty() && fixture instanceof SmtpMailbox own) {
            return "Nothing came that the mailbox \"" + own.name() + "\" is chosen by ("
                    + own.selectors().stream().map(MailboxSelector::toString).collect(Collectors.joining(" or "))
                    + "). Does the code under test send so, and to " + fixture.host() + ":" + fixture.port() + "?";
        } else if (sessions.isEmpty()) {
            return "No client has connected. Does the code under test send to " + fixture.host() + ":" + fixture.port()
                    + "?";
        } else if (mails.stream().anyMatch(mail -> mail.acknowledgement() == Acknowledgement.PENDING)) {
            return "A rule keeps a reply back: advance the clock, release the hold, or wait longer.";
        } else if (attempts.isEmpty() && open.isPresent()) {
            return "Session " + open.get().number()
                    + " is still open and in the middle of it: wait longer, or see where it stands.";
        } else if (attempts.isEmpty()) {
            return "A client connected and left before MAIL FROM: see its dialogue.";
        }
        if (missing == Missing.CONNECTION) {
            return "Nobody waits there. Did another rule decide the stage first, or did the client never come to it?";
        }
        return switch (attempts.get(attempts.size() - 1).outcome()) {
            case REFUSED ->
                "The last attempt was refused. Did the client give up, or will it try again after the time-out?";
            case ABORTED ->
                "The last attempt broke off. Did the client give up, or will it try again after the time-out?";
            case ACCEPTED ->
                mails.isEmpty()
                        ? "The last attempt was accepted, but its mail is not here any more."
                        : "The last attempt was accepted. Does the code under test send another, and does the matching say"
                                + " what is meant?";
        };
    }

    /** A time as people say it: {@code 5 s}, {@code 250 ms}. */
    static String spoken(Duration time) {
        long millis = time.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : String.format(Locale.ROOT, "%d ms", millis);
    }
}
