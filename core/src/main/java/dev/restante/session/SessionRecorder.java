package dev.restante.session;

import dev.restante.Attempt;
import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import dev.restante.SmtpSession;
import dev.restante.TlsInfo;
import dev.restante.Transcript;
import dev.restante.mail.Octets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes down one session while it happens. The connection's thread writes, anybody may ask for a {@link #snapshot()}.
 *
 * <p>Entries are kept as they come and rendered only when asked for: a busy connection pays for a small object an entry.
 */
public final class SessionRecorder {
    private static final int ENTRY_COST = 64;
    private static final int ATTEMPT_COST = 512;
    private static final long CERTIFICATE_COST = 4096;
    private static final int NOTICED_AT_MOST = 200;
    /** The latest of a connection that outlives many; of these there are no more at a time. */
    private static final int MAILBOXES_AT_MOST = 1000;

    private static final int NOTICED_TEXT = 500;

    private final SessionLog log;
    private final String id;
    private final long number;
    private final String listener;
    private final int serverPort;
    private final Instant startedAt;
    private final long startedNanos;

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Deque<Attempt> attempts = new ArrayDeque<>();
    /** What lint noticed; most sessions have none. */
    private final List<Noticed> noticed = new ArrayList<>(0);

    /** The mailboxes beside the server's own that it was about, and when it was so last. */
    private Map<String, Long> mailboxes = Map.of();

    private volatile Supplier<Optional<String>> waitsBehind = Optional::empty;
    private SmtpClient client;
    private SmtpSession.Outcome outcome = SmtpSession.Outcome.OPEN;
    private long endedNanos;
    private int dropped;
    private long cost;
    private long unreported;
    private boolean detached;

    /** What one entry holds: a text, a reply or a line's octets, rendered on demand. */
    private record Entry(Transcript.Kind kind, long nanos, Object content, long octets, String mailId) {
        int cost() {
            return ENTRY_COST
                    + (content instanceof byte[] line ? line.length : content instanceof String s ? s.length() : 0);
        }

        Transcript.Entry render(long startedNanos) {
            String text = content instanceof byte[] line
                    ? new String(line, StandardCharsets.UTF_8)
                    : content instanceof Reply reply ? String.join("\n", reply.wireLines()) : content.toString();
            return new Transcript.Entry(
                    kind,
                    Duration.ofNanos(nanos - startedNanos),
                    text,
                    octets,
                    mailId.isEmpty() ? Optional.empty() : Optional.of(mailId));
        }
    }

    /** Something that lint noticed at an entry. */
    private record Noticed(LintCheck check, String message, int at, Transcript.Entry entry) {
        LintFinding render() {
            return new LintFinding(
                    check, check.severity(), message, new LintFinding.InSession(at, entry.at(), entry.text()), 1);
        }
    }

    SessionRecorder(
            SessionLog log,
            String id,
            long number,
            String listener,
            int serverPort,
            SmtpClient client,
            Instant startedAt,
            long startedNanos) {
        this.log = log;
        this.id = id;
        this.number = number;
        this.listener = listener;
        this.serverPort = serverPort;
        this.client = client;
        this.startedAt = startedAt;
        this.startedNanos = startedNanos;
    }

    /** The session's identifier. */
    public String id() {
        return id;
    }

    /** Takes down a line of the client. The recorder keeps the array. */
    public void clientLine(byte[] line) {
        add(Transcript.Kind.CLIENT, line, 0, "");
    }

    /** Takes down a line of the client as a text in which secrets are masked. */
    public void clientText(String masked) {
        add(Transcript.Kind.CLIENT, masked, 0, "");
    }

    /** Takes down a reply. */
    public void reply(Reply reply) {
        add(Transcript.Kind.SERVER, reply, 0, "");
    }

    /** Takes down what the server wrote where it was no well-formed reply. */
    public void serverText(String text) {
        add(Transcript.Kind.SERVER, text, 0, "");
    }

    /** Takes down a body, or a part of one, by its size on the wire; {@code mailId} is empty if it was not stored. */
    public void body(long octets, String mailId) {
        add(Transcript.Kind.BODY, "(" + octets + " octets of body)", octets, mailId);
    }

    /** Takes down that TLS was established. */
    public void tls(TlsInfo info) {
        add(Transcript.Kind.TLS, "TLS established: " + info, 0, "");
    }

    /** Takes down that a rule fired. */
    public void rule(String name) {
        add(Transcript.Kind.RULE, name, 0, "");
    }

    /** Takes down a remark. */
    public void note(String text) {
        add(Transcript.Kind.NOTE, text, 0, "");
    }

    /** Takes down that the client did something wrong in what was taken down last. */
    public void notice(LintCheck check) {
        notice(check, check.meaning());
    }

    /** Takes down, in other words, that the client did something wrong in what was taken down last. */
    public synchronized void notice(LintCheck check, String message) {
        if (noticed.size() < NOTICED_AT_MOST && !entries.isEmpty()) {
            // A copy of its own: the entry may be dropped, and what is noticed stays.
            Transcript.Entry where = shortened(entries.getLast().render(startedNanos));
            int added = ENTRY_COST + where.text().length();
            cost += added;
            unreported += added;
            noticed.add(new Noticed(check, message, dropped + entries.size() - 1, where));
        }
    }

    private static Transcript.Entry shortened(Transcript.Entry entry) {
        if (entry.text().length() <= NOTICED_TEXT) {
            return entry;
        }
        String text = entry.text().substring(0, NOTICED_TEXT) + "...";
        return new Transcript.Entry(entry.kind(), entry.at(), text, entry.octets(), entry.mailId());
    }

    /** What to ask, while the session is open, for what the client waits behind. */
    public void waitsBehind(Supplier<Optional<String>> question) {
        waitsBehind = question;
    }

    /** What lint says of a client that waits behind what it takes for the end of a body. */
    public static String waitingBehind(String sequence) {
        return "The client waits behind " + sequence + ", but that is no end of data: CRLF.CRLF is.";
    }

    /** Takes down what is now known of the client. */
    public synchronized void client(SmtpClient known) {
        long added = cost(known) - cost(client);
        cost += added;
        unreported += added;
        client = known;
    }

    /** Takes down that the session is about a mailbox now. */
    public synchronized void touch(String mailbox) {
        if (mailboxes.isEmpty()) {
            mailboxes = new LinkedHashMap<>(4, 0.75f, true);
        }
        if (mailboxes.put(mailbox, System.nanoTime()) == null) {
            cost += ENTRY_COST;
            unreported += ENTRY_COST;
            if (mailboxes.size() > MAILBOXES_AT_MOST) {
                mailboxes.remove(mailboxes.keySet().iterator().next());
                cost -= ENTRY_COST;
                unreported -= ENTRY_COST;
            }
        }
    }

    /** Whether the session was about a mailbox since this moment on {@link System#nanoTime()}. */
    public synchronized boolean hasTouched(String mailbox, long since) {
        Long last = mailboxes.get(mailbox);
        return last != null && last - since >= 0;
    }

    private static long cost(SmtpClient client) {
        long cost = client.heloName().map(String::length).orElse(0);
        cost += client.authentication()
                .map(login -> login.identity().length() + login.secret().length())
                .orElse(0);
        cost += client.proxy()
                .map(proxy -> proxy.details().values().stream()
                        .mapToInt(String::length)
                        .sum())
                .orElse(0);
        return cost
                + CERTIFICATE_COST
                        * client.tls()
                                .map(tls -> tls.clientCertificates().size())
                                .orElse(0);
    }

    /** Takes down an attempt that has ended. */
    public void attempt(Attempt attempt) {
        long added = cost(attempt);
        synchronized (this) {
            attempts.addLast(attempt);
            cost += added;
            unreported += added;
        }
        report();
    }

    private static long cost(Attempt attempt) {
        long cost = (long) ATTEMPT_COST + attempt.body().map(Octets::size).orElse(0);
        for (Attempt.RecipientOutcome outcome : attempt.recipients()) {
            cost += outcome.recipient().footprint();
        }
        return cost;
    }

    /** Takes down the end of the connection; the first end stands. */
    public void end(SmtpSession.Outcome how, String text) {
        long now = System.nanoTime();
        synchronized (this) {
            if (outcome != SmtpSession.Outcome.OPEN) {
                return;
            }
            outcome = how;
            endedNanos = now;
            waitsBehind = Optional::empty; // and nothing of the connection is held any more
        }
        add(Transcript.Kind.END, text, 0, "");
        report();
    }

    private void add(Transcript.Kind kind, Object content, long octets, String mailId) {
        Entry entry = new Entry(kind, System.nanoTime(), content, octets, mailId);
        boolean full;
        synchronized (this) {
            entries.addLast(entry);
            int added = entry.cost();
            cost += added;
            unreported += added;
            full = unreported > SessionLog.REPORT_EVERY;
        }
        if (full) {
            report();
        }
    }

    private void report() {
        long delta;
        synchronized (this) {
            if (detached) {
                return;
            }
            delta = unreported;
            unreported = 0;
        }
        log.grown(delta);
    }

    /**
     * Drops the older half of what is kept, and the body of an attempt that is left alone; the latest attempt stays.
     *
     * @return how much that freed; 0 if there is nothing left to drop
     */
    synchronized long trim() {
        long before = cost;
        int keepEntries = entries.size() / 2;
        while (entries.size() > keepEntries) {
            cost -= entries.removeFirst().cost();
            dropped++;
        }
        int keepAttempts = Math.max(1, attempts.size() / 2);
        if (attempts.size() == 1) {
            Attempt bare = attempts.removeFirst();
            cost -= cost(bare);
            attempts.addFirst(bare.withoutBody());
            cost += cost(attempts.getFirst());
        }
        while (attempts.size() > keepAttempts) {
            cost -= cost(attempts.removeFirst());
        }
        return before - cost;
    }

    /** Ends the log's interest in this session and returns the cost it had reported. */
    synchronized long detach() {
        detached = true;
        return cost - unreported;
    }

    synchronized boolean isOpen() {
        return outcome == SmtpSession.Outcome.OPEN;
    }

    synchronized List<Attempt> attempts() {
        return List.copyOf(attempts);
    }

    /** The session as it stands now. */
    public synchronized SmtpSession snapshot() {
        List<Transcript.Entry> rendered = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            rendered.add(entry.render(startedNanos));
        }
        long until = outcome == SmtpSession.Outcome.OPEN ? System.nanoTime() : endedNanos;
        return new SmtpSession(
                id,
                number,
                listener,
                serverPort,
                client,
                new Transcript(rendered, dropped),
                List.copyOf(attempts),
                outcome,
                startedAt,
                Duration.ofNanos(until - startedNanos),
                findings());
    }

    private List<LintFinding> findings() {
        List<LintFinding> all =
                new ArrayList<>(noticed.stream().map(Noticed::render).toList());
        if (outcome == SmtpSession.Outcome.OPEN && !entries.isEmpty()) {
            LintCheck check = LintCheck.FALSE_END_OF_DATA;
            waitsBehind
                    .get()
                    .map(sequence -> new Noticed(
                            check,
                            waitingBehind(sequence),
                            dropped + entries.size() - 1,
                            shortened(entries.getLast().render(startedNanos))))
                    .map(Noticed::render)
                    .ifPresent(all::add);
        }
        return all;
    }
}
