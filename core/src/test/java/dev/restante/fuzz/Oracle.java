package dev.restante.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.SmtpSession;
import dev.restante.Transcript;
import dev.restante.Transcript.Kind;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what is wrong with a server after a dialogue: it hung, it spoke other than in replies (RFC 5321 section 4.2), it lost
 * evidence, or it failed.
 */
final class Oracle {
    private static final long PATIENCE = 5_000_000_000L;
    /** RFC 5321 section 4.2; the text after 334 may be empty (RFC 4954 section 4). */
    private static final Pattern REPLY_LINE = Pattern.compile("([2-5][0-5][0-9])([ -][\\t -~]*)?");

    private static final Pattern QUEUED = Pattern.compile("queued as ([0-9A-Za-z]{22})");
    private static final int LONGEST_REPLY_LINE = 512;

    private final FakeSmtpServer server;
    private final Courier.Account account;
    /** Whether the server acts by itself, without rules that may garble replies, and no proxy speaks for clients. */
    private final boolean exact;

    private SmtpSession session;

    private Oracle(FakeSmtpServer server, Courier.Account account, boolean exact) {
        this.server = server;
        this.account = account;
        this.exact = exact;
    }

    /** What is wrong, beginning with its kind and a colon; empty if nothing is. */
    static String verdict(FakeSmtpServer server, Courier.Account account, boolean exact) {
        return new Oracle(server, account, exact).verdict();
    }

    private String verdict() {
        if (!account.broken() && !account.ended()) {
            return "hang: the connection was not ended 5 s after its client had ended";
        }
        Optional<SmtpSession> found = awaitEnd();
        if (found.isEmpty() && account.broken() && heard().isEmpty()) {
            return ""; // gone before it was accepted
        }
        if (found.isEmpty()) {
            return "lost: there is no session of the client's port " + account.port();
        }
        session = found.get();
        if (session.isOpen()) {
            return "hang: the session is open 5 s after its client was gone\n" + session;
        }
        String problem = failures();
        if (problem.isEmpty()) {
            problem = mails();
        }
        if (problem.isEmpty()) {
            problem = lint();
        }
        if (problem.isEmpty() && exact && !account.rawTls() && !account.failedTls()) {
            problem = replies();
            if (problem.isEmpty()) {
                problem = new Accounting().check();
            }
        }
        return problem.isEmpty() ? "" : problem + "\n" + session;
    }

    private Optional<SmtpSession> awaitEnd() {
        long begin = System.nanoTime();
        while (true) {
            Optional<SmtpSession> found = server.sessions().stream()
                    .filter(each -> each.client().peer().getPort() == account.port())
                    .filter(each -> !each.startedAt().isBefore(account.began())) // a port is used again
                    .reduce((first, second) -> second);
            boolean done = found.filter(each -> !each.isOpen()).isPresent();
            if (done || System.nanoTime() - begin > PATIENCE) {
                return found;
            }
            LockSupport.parkNanos(100_000);
        }
    }

    private String failures() {
        for (Transcript.Entry entry : session.transcript().entries()) {
            if (entry.kind() == Kind.NOTE && entry.text().startsWith("failed:")) {
                return "failed: " + entry.text();
            } else if (entry.kind() == Kind.SERVER && entry.text().startsWith("421 4.3.0")) {
                return "failed: " + entry.text();
            }
        }
        return "";
    }

    private String heard() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        account.heard().forEach(all::writeBytes);
        return all.toString(ISO_8859_1);
    }

    /** What was heard is in the grammar, and is what the transcript says. */
    private String replies() {
        String heard = heard();
        String told = String.join(
                "",
                session.transcript().replies().stream()
                        .map(reply -> new String((reply.replace("\n", "\r\n") + "\r\n").getBytes(UTF_8), ISO_8859_1))
                        .toList());
        // A server that failed to shake hands may say so in TLS.
        boolean alert = session.transcript().notes().stream().anyMatch(note -> note.startsWith("TLS handshake failed"));
        boolean agree = account.broken() ? told.startsWith(heard) : alert ? heard.startsWith(told) : told.equals(heard);
        if (!agree && !told.contains("****")) {
            return "lost: the client heard other than the transcript says: " + Dialogue.literal(heard);
        }
        if (alert) {
            return "";
        }
        String code = "";
        for (String line : heard.split("\r\n", -1)) {
            if (line.isEmpty() || account.broken()) {
                continue;
            }
            Matcher matcher = REPLY_LINE.matcher(line);
            if (!matcher.matches()) {
                return "grammar: no reply line: " + line;
            } else if (line.length() + 2 > LONGEST_REPLY_LINE) {
                return "grammar: a reply line of " + (line.length() + 2) + " octets: " + line;
            } else if (!code.isEmpty() && !code.equals(matcher.group(1))) {
                return "grammar: a reply of two codes: " + line;
            }
            code = line.startsWith("-", 3) ? matcher.group(1) : "";
        }
        return heard.isEmpty() || heard.endsWith("\r\n") || account.broken() ? "" : "grammar: a reply without its end";
    }

    /** Every mail that was acknowledged is there, and in an attempt. */
    private String mails() {
        Matcher queued = QUEUED.matcher(heard());
        while (queued.find()) {
            String id = queued.group(1);
            boolean discarded = !exact
                    && session.attempts().stream()
                            .anyMatch(each -> each.outcome() == Attempt.Outcome.ACCEPTED
                                    && each.mailId().isEmpty());
            if (server.mail(id).isEmpty() && !discarded) {
                return "lost: the mail " + id + " was acknowledged, but is not there";
            }
            if (exact
                    && session.attempts().stream()
                            .noneMatch(each -> each.mailId().equals(Optional.of(id)))) {
                return "lost: the mail " + id + " is in no attempt";
            }
        }
        return "";
    }

    private String lint() {
        try {
            session.lint();
            for (Attempt attempt : session.attempts()) {
                attempt.mailId().flatMap(server::mail).ifPresent(CapturedMail::lint);
            }
            return "";
        } catch (RuntimeException | Error e) {
            return "failed: lint threw " + e + " at " + Arrays.toString(e.getStackTrace());
        }
    }

    /** Goes through all that was sent, by the transcript: what the server answered is told, octet for octet. */
    private final class Accounting {
        private final List<Transcript.Entry> entries = session.transcript().entries();
        private byte[] sent = account.sent().get(0);
        private int at;
        private int index;
        private String command = "";
        private ByteArrayOutputStream chunks = new ByteArrayOutputStream();

        String check() {
            for (index = 0; index < entries.size(); index++) {
                Transcript.Entry entry = entries.get(index);
                String problem = "";
                switch (entry.kind()) {
                    case CLIENT -> problem = line(entry.text());
                    case BODY -> problem = body(entry);
                    case NOTE -> note(entry.text());
                    case TLS -> {
                        if (account.sent().size() < 2) {
                            return "";
                        }
                        sent = account.sent().get(1);
                        at = 0;
                    }
                    default -> {
                        // nothing that was sent
                    }
                }
                if (!problem.isEmpty()) {
                    return problem;
                }
            }
            boolean heardOut = session.outcome() == SmtpSession.Outcome.CLIENT_CLOSED;
            return heardOut && at < sent.length
                    ? "lost: the transcript says nothing of the last " + (sent.length - at) + " octets that were sent"
                    : "";
        }

        private String line(String text) {
            if (text.equals("(a TLS handshake)")) {
                int length = at + 5 > sent.length ? 0 : ((sent[at + 3] & 0xff) << 8) | (sent[at + 4] & 0xff);
                at = Math.min(sent.length, at + 5 + length);
                return "";
            }
            int end = lineEnd();
            if (end < 0) {
                return "lost: the transcript says \"" + text + "\", which was not sent";
            }
            int content = end > at && sent[end - 1] == '\r' ? end - 1 : end;
            String line = new String(sent, at, content - at, UTF_8);
            at = end + 1;
            if (!text.contains("****") && !text.equals(line)) {
                return "lost: the transcript says \"" + text + "\", but \"" + line + "\" was sent";
            }
            command = line;
            if (line.matches("(?is)(RSET|EHLO|HELO|LHLO|STARTTLS)\\b.*")
                    && nextReply().startsWith("2")) {
                chunks = new ByteArrayOutputStream();
            }
            return "";
        }

        private String nextReply() {
            return entries.subList(index + 1, entries.size()).stream()
                    .filter(entry -> entry.kind() == Kind.SERVER)
                    .map(Transcript.Entry::text)
                    .findFirst()
                    .orElse("");
        }

        private int lineEnd() {
            for (int i = at; i < sent.length; i++) {
                if (sent[i] == '\n') {
                    return i;
                }
            }
            return -1;
        }

        private String body(Transcript.Entry entry) {
            if (command.regionMatches(true, 0, "BDAT", 0, 4)) {
                Matcher size = Pattern.compile("(?is)BDAT\\s+(\\d+).*").matcher(command);
                long count = size.matches() ? Long.parseLong(size.group(1)) : 0;
                int end = (int) Math.min(sent.length, at + count);
                boolean taken = nextReply().startsWith("2");
                if (taken || entry.mailId().isPresent()) {
                    chunks.write(sent, at, end - at);
                } else if (nextReply().matches("(?s)(452|552).*")) {
                    chunks = new ByteArrayOutputStream(); // too much: the transaction is over
                }
                at = end;
                return entry.mailId().isPresent() ? mail(entry, chunks) : "";
            }
            int next = index + 1;
            while (next < entries.size() && entries.get(next).kind() == Kind.NOTE) {
                next++;
            }
            boolean complete = next < entries.size() && entries.get(next).kind() == Kind.SERVER;
            int end = (int) Math.min(sent.length, at + entry.octets());
            ByteArrayOutputStream octets = unstuffed(at, end);
            at = complete ? end + 3 : sent.length;
            if (complete && (at > sent.length || !new String(sent, end, 3, ISO_8859_1).equals(".\r\n"))) {
                return "lost: a body of " + entry.octets() + " octets does not end where the transcript says";
            }
            return entry.mailId().isPresent() ? mail(entry, octets) : "";
        }

        private ByteArrayOutputStream unstuffed(int from, int to) {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            for (int i = from; i < to; i++) {
                boolean atLineStart = i == from || (i - from >= 2 && sent[i - 1] == '\n' && sent[i - 2] == '\r');
                if (!atLineStart || sent[i] != '.') {
                    octets.write(sent[i]);
                }
            }
            return octets;
        }

        private String mail(Transcript.Entry entry, ByteArrayOutputStream octets) {
            chunks = new ByteArrayOutputStream();
            Optional<CapturedMail> mail = server.mail(entry.mailId().orElseThrow());
            return mail.isPresent() && !Arrays.equals(mail.get().bytes(), octets.toByteArray())
                    ? "lost: the mail's octets are not those that were sent"
                    : "";
        }

        private void note(String text) {
            Matcher cut = Pattern.compile("(\\d+) octets of a line without its end.*", Pattern.DOTALL)
                    .matcher(text);
            Matcher discarded = Pattern.compile("(\\d+) octets that were sent ahead of the TLS handshake.*")
                    .matcher(text);
            if (cut.matches()) {
                at += Integer.parseInt(cut.group(1));
            } else if (discarded.matches()) {
                at += Integer.parseInt(discarded.group(1));
            } else if (text.startsWith("a line of more than ")) {
                int end = lineEnd();
                at = end < 0 ? sent.length : end + 1;
            }
        }
    }
}
