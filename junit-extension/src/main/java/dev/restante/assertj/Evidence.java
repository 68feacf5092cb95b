package dev.restante.assertj;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.Mailbox;
import dev.restante.MimePart;
import dev.restante.RuleReport;
import dev.restante.SmtpFixture;
import dev.restante.SmtpSession;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jsoup.nodes.Element;

/** What failure messages show besides what was expected: the facts, the nearest misses, the dialogue. */
final class Evidence {
    private static final int SHOWN = 10;
    private static final int LINES = 40;
    private static final int WIDTH = 200;

    private Evidence() {}

    // ---- facts

    static String of(CapturedMail mail) {
        StringBuilder text = new StringBuilder("The mail:\n");
        fact(text, "MAIL FROM", mail.envelope().sender().toString());
        for (Object recipient : mail.envelope().recipients()) {
            fact(text, "RCPT TO", recipient.toString());
        }
        of(text, mail.message());
        mail.session().ifPresent(known -> text.append("The dialogue of ").append(dialogue(known)));
        return text.toString().stripTrailing();
    }

    static String of(MailMessage message) {
        return of(new StringBuilder("The message:\n"), message).toString().stripTrailing();
    }

    private static StringBuilder of(StringBuilder text, MailMessage message) {
        addresses(text, "From", message.from());
        addresses(text, "To", message.to());
        addresses(text, "Cc", message.cc());
        addresses(text, "Bcc", message.bcc());
        addresses(text, "Reply-To", message.replyTo());
        fact(text, "Subject", message.subject().orElse("(none)"));
        message.messageId().ifPresent(id -> fact(text, "Message-ID", "<" + id + ">"));
        List<MimePart> parts = message.parts();
        for (int i = 0; i < Math.min(SHOWN, parts.size()); i++) {
            fact(text, "part", part(parts.get(i)));
        }
        if (parts.size() > SHOWN) {
            fact(text, "part", "and " + (parts.size() - SHOWN) + " more");
        }
        message.problems().stream().limit(SHOWN).forEach(problem -> fact(text, "problem", problem));
        return text;
    }

    /** A part on one line. */
    static String part(MimePart part) {
        StringBuilder text = new StringBuilder(part.toString());
        part.disposition().ifPresent(disposition -> text.append(", ").append(disposition));
        part.contentId().ifPresent(id -> text.append(", cid:").append(id));
        return text.append(", ").append(part.size()).append(" octets").toString();
    }

    private static void addresses(StringBuilder text, String name, List<MailAddress> addresses) {
        if (!addresses.isEmpty()) {
            fact(text, name, joined(addresses));
        }
    }

    private static void fact(StringBuilder text, String name, String value) {
        text.append("  ")
                .append(name)
                .append(" ".repeat(Math.max(1, 11 - name.length())))
                .append(shortened(value))
                .append('\n');
    }

    static String joined(List<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    static String quoted(List<String> values) {
        return values.stream().map(Evidence::quoted).collect(Collectors.joining(", "));
    }

    static String quoted(String value) {
        return "\"" + shortened(value) + "\"";
    }

    /** An element's HTML on one line. */
    static String html(Element element) {
        return shortened(element.outerHtml().replaceAll("\\s+", " "));
    }

    static String shortened(String value) {
        String line = value.replace("\r", "\\r").replace("\n", "\\n");
        return line.length() <= WIDTH ? line : line.substring(0, WIDTH) + "...";
    }

    // ---- servers

    static String of(Mailbox mailbox, List<CapturedMail> mails) {
        StringBuilder text = new StringBuilder();
        if (mails.isEmpty()) {
            text.append("The mailbox is empty.\n");
        } else {
            text.append("In the mailbox (").append(mails.size()).append("):\n");
            listed(text, mails, mail -> mail.toString());
        }
        if (mailbox instanceof SmtpFixture fixture) {
            List<Attempt> failed = fixture.attempts().stream()
                    .filter(attempt -> attempt.outcome() != Attempt.Outcome.ACCEPTED)
                    .toList();
            if (!failed.isEmpty()) {
                text.append("Refused or aborted (").append(failed.size()).append("):\n");
                listed(text, failed, Attempt::toString);
            }
            text.append(script(fixture.rules())).append(dialogues(fixture.sessions()));
        }
        return text.toString().stripTrailing();
    }

    static String script(List<RuleReport> rules) {
        StringBuilder text = new StringBuilder();
        if (!rules.isEmpty()) {
            text.append("The script:\n");
            rules.forEach(rule -> text.append("  ").append(rule).append('\n'));
        }
        return text.toString();
    }

    static <T> void listed(StringBuilder text, List<T> elements, Function<T, String> line) {
        for (int i = 0; i < Math.min(SHOWN, elements.size()); i++) {
            text.append("  ").append(line.apply(elements.get(i))).append('\n');
        }
        if (elements.size() > SHOWN) {
            text.append("  and ").append(elements.size() - SHOWN).append(" more\n");
        }
    }

    static String dialogues(List<SmtpSession> sessions) {
        if (sessions.isEmpty()) {
            return "No client has connected.\n";
        }
        StringBuilder text = new StringBuilder();
        int first = Math.max(0, sessions.size() - 5);
        if (first > 0) {
            text.append("(").append(first).append(" earlier sessions not shown)\n");
        }
        sessions.subList(first, sessions.size())
                .forEach(session -> text.append("The dialogue of ").append(dialogue(session)));
        return text.toString();
    }

    /** A session's heading and its last lines, indented. */
    static String dialogue(SmtpSession session) {
        List<String> lines = session.toString().lines().toList();
        StringBuilder text = new StringBuilder(lines.get(0)).append(":\n");
        int first = Math.max(1, lines.size() - LINES);
        if (first > 1) {
            text.append("  (").append(first - 1).append(" earlier lines not shown)\n");
        }
        lines.subList(first, lines.size())
                .forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    // ---- nearest misses

    /** The candidates by likeness to what was wanted, the most alike first. */
    static List<String> nearest(String wanted, List<String> candidates) {
        return candidates.stream()
                .distinct()
                .sorted(Comparator.comparingInt(candidate -> distance(wanted, candidate)))
                .toList();
    }

    /** The line that holds what comes nearest to what was wanted; empty if there are no lines. */
    static Optional<String> nearestLine(String wanted, List<String> lines) {
        return lines.stream().min(Comparator.comparingInt(line -> distance(wanted, line, true)));
    }

    private static int distance(String one, String other) {
        return distance(one, other, false);
    }

    /**
     * How many letters must be changed, added or taken away to make one of the other, or, {@code within} it, of some piece of
     * the other; case counts for nothing.
     */
    private static int distance(String one, String other, boolean within) {
        String a = shortened(one.toLowerCase(Locale.ROOT));
        String b = shortened(other.toLowerCase(Locale.ROOT));
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = within ? 0 : j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] = a.charAt(i - 1) == b.charAt(j - 1)
                        ? diagonal
                        : 1 + Math.min(diagonal, Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return within ? Arrays.stream(row).min().orElse(0) : row[b.length()];
    }
}
