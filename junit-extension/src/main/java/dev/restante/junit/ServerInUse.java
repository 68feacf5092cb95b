package dev.restante.junit;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.LintFinding;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import dev.restante.SmtpSession;
import dev.restante.assertj.MailAssertions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A server that a test uses, or a mailbox on one.
 *
 * @param name what the test calls it, such as {@code smtp}
 * @param place where it is declared, for messages: {@code field smtp of shop.OrderMailTest}
 * @param prepared what it is given before each test
 * @param caught all that the server catches
 */
record ServerInUse(
        String name,
        String place,
        SmtpFixture server,
        Strictness strictness,
        Preparation prepared,
        CaughtMails caught) {
    private static final int SHOWN = 20;

    ServerInUse(String name, String place, FakeSmtpServer server, Strictness strictness, Preparation prepared) {
        this(name, place, server, strictness, prepared, CaughtMails.of(server));
    }

    /** What the strictness finds wrong now that the test is over. */
    List<AssertionError> verify() {
        List<AssertionError> failures = new ArrayList<>();
        Strict strict = strictness.strict();
        if (strict == Strict.ALL) {
            // before anything else, since looking at mail is looking at it
            List<CapturedMail> unseen = caught.notLookedAt();
            if (!unseen.isEmpty()) {
                failures.add(failure(
                        unseen.size() + (unseen.size() == 1 ? " mail was" : " mails were")
                                + " caught that the test did not"
                                + " look at:\n"
                                + listed(shortened(unseen.stream()
                                        .map(CapturedMail::toString)
                                        .toList())),
                        "Take or await them, or assert on the server's mails."));
            }
            List<SmtpSession> unexpected = server.sessions().stream()
                    .filter(session -> session.attempts().isEmpty()
                            && session.transcript().rules().isEmpty())
                    .toList();
            if (!unexpected.isEmpty()) {
                failures.add(failure(
                        unexpected.size() + (unexpected.size() == 1 ? " connection" : " connections")
                                + " came over which no mail was tried:\n"
                                + listed(shortened(unexpected.stream()
                                        .map(SmtpSession::toString)
                                        .toList())),
                        "Does the code under test connect to find out whether the server is there?"));
            }
            lint().ifPresent(failures::add);
        }
        if (strict != Strict.OFF && !server.unfired().isEmpty()) {
            try {
                MailAssertions.assertThat(server).hasNoUnfiredRules();
            } catch (AssertionError unfired) {
                failures.add(
                        failure(
                                String.valueOf(unfired.getMessage()),
                                "A rule that is not needed is better left out; one that may fire or not has always() for a budget."));
            }
        }
        return failures;
    }

    /** What clients did wrong: in each session, and in each mail, those too that the test has taken. */
    private Optional<AssertionError> lint() {
        List<String> findings = new ArrayList<>();
        Set<String> codes = new TreeSet<>();
        for (SmtpSession session : server.sessions()) {
            for (LintFinding fault : strictness.faults(session.lint())) {
                findings.add("session " + session.number() + ": " + fault);
                codes.add(fault.code());
            }
        }
        for (CapturedMail mail : caught.all()) {
            for (LintFinding fault : strictness.faults(mail.lint())) {
                // What is wrong in its transaction is told of the session.
                if (fault.place() instanceof LintFinding.InMail) {
                    findings.add(mail + ": " + fault);
                    codes.add(fault.code());
                }
            }
        }
        return findings.isEmpty()
                ? Optional.empty()
                : Optional.of(failure(
                        "lint finds " + (findings.size() == 1 ? "1 fault" : findings.size() + " faults")
                                + " in what clients did:\n" + listed(shortened(findings)),
                        "If it is meant to be so: allowedLint = " + written(codes)
                                + ". What each means is in docs/lint.md."));
    }

    private static List<String> shortened(List<String> texts) {
        if (texts.size() <= SHOWN) {
            return texts;
        }
        List<String> shown = new ArrayList<>(texts.subList(0, SHOWN));
        shown.add("and " + (texts.size() - SHOWN) + " more");
        return shown;
    }

    private static String written(Set<String> codes) {
        String all = codes.stream().map(code -> "\"" + code + "\"").collect(Collectors.joining(", "));
        return codes.size() == 1 ? all : "{" + all + "}";
    }

    private AssertionError failure(String what, String remedy) {
        AssertionError failure = new AssertionError("Strict check of the "
                + (server instanceof SmtpMailbox ? "mailbox" : "server") + " in " + place + ": " + what + "\n" + remedy
                + " To switch this check off: "
                + (strictness.strict() == Strict.ALL ? "strict = Strict.SCRIPT or " : "")
                + "strict = Strict.OFF.");
        failure.setStackTrace(new StackTraceElement[0]); // ours says nothing about the test
        return failure;
    }

    private static String listed(List<String> texts) {
        return texts.stream().map(text -> text.indent(2).stripTrailing()).collect(Collectors.joining("\n"));
    }
}
