package dev.restante.listener.commands;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.Authentication;
import dev.restante.CapturedMail;
import dev.restante.Effect;
import dev.restante.Envelope;
import dev.restante.MailMessage;
import dev.restante.Moment;
import dev.restante.Reply;
import dev.restante.Rule;
import dev.restante.SmtpClient;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.TlsInfo;
import dev.restante.listener.wire.Wire;
import dev.restante.listener.wire.WireSocket;
import dev.restante.mail.Octets;
import dev.restante.script.Barrier;
import dev.restante.script.Gate;
import dev.restante.script.Verdict;
import dev.restante.session.SessionLog;
import dev.restante.session.SessionRecorder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation with the server: its state, and the one place where commands speak, ask the script and leave
 * evidence. Evidence is always recorded before the reply that lets the client go on.
 *
 * <p>The connection's own thread does everything but {@link #dismiss}, {@link #letGo} and {@link #isIdleFor}.
 */
public final class Conversation implements Moment, WireSocket.CommandSource {
    /** The word for a line that is no command of ours. */
    static final String UNKNOWN = "UNKNOWN";

    private static final byte[] GARBAGE = {(byte) 0xff, 0x00, 0x15, (byte) 0x80, '?', '\r', 0x07, '\n'};

    final Settings settings;
    final Services services;
    final Wire wire;
    private final String listener;
    private final int serverPort;
    private final Epochs epochs;

    private SessionRecorder recorder;
    private int epoch;
    private SmtpClient client;
    /** The client without what the present command only proposes. */
    private SmtpClient known;

    private boolean refusedAtConnect;
    private long tarpitNanos;

    // What the script may ask about the present moment.
    private Stage<?> stage = Stage.CONNECT;
    private final int[] ordinals = new int[Stage.values().size()];
    private String command = "";
    private Envelope.@Nullable Sender proposed;
    private Envelope.@Nullable Recipient candidate;
    private @Nullable MailMessage message;

    private @Nullable Transaction transaction;
    /** The rules that fired outside of a transaction and are in no attempt yet. */
    private final List<String> rulesOutside = new ArrayList<>(0);

    private @Nullable CapturedMail committed;
    private boolean unsettled;
    private @Nullable Fate fateOfCommitted;

    private boolean ended;
    private volatile boolean inBody;
    private volatile boolean inTransaction;
    private volatile boolean stalled;
    private volatile @Nullable Gate gate;
    private volatile @Nullable Dismissal dismissal;

    /** What became of a mail's acknowledgement, as far as is known; shared with the mail. */
    private static final class Fate implements CapturedMail.Aftermath {
        private final SessionLog sessions;
        private final String sessionId;
        private volatile Acknowledgement known = Acknowledgement.PENDING;

        Fate(SessionLog sessions, String sessionId) {
            this.sessions = sessions;
            this.sessionId = sessionId;
        }

        @Override
        public Acknowledgement acknowledgement() {
            return known;
        }

        @Override
        public Optional<SmtpSession> session() {
            return sessions.session(sessionId);
        }
    }

    /** Tells how often the server was reset: a conversation of an older epoch goes on as a new session. */
    @FunctionalInterface
    public interface Epochs {
        /** The number of resets so far. */
        int current();
    }

    /**
     * Another thread's wish that a conversation end.
     *
     * @param reply the last word
     * @param outcome how the session ends
     * @param text the same for people
     */
    public record Dismissal(Reply reply, SmtpSession.Outcome outcome, String text) {
        /** The server is closing. */
        public static final Dismissal SHUTDOWN =
                new Dismissal(Replies.SHUTTING_DOWN, SmtpSession.Outcome.SERVER_STOPPED, "server closed");

        /** The server is being reset while a transaction is open. */
        public static final Dismissal RESET =
                new Dismissal(Replies.RESET, SmtpSession.Outcome.SERVER_CLOSED, "server was reset");

        /** The client was silent for too long. */
        public static final Dismissal IDLE =
                new Dismissal(Replies.IDLE, SmtpSession.Outcome.TIMED_OUT, "client was silent for too long");
    }

    /** A conversation over an accepted connection. */
    public Conversation(Settings settings, Services services, Wire wire, String listener, Epochs epochs) {
        this.settings = settings;
        this.services = services;
        this.wire = wire;
        this.listener = listener;
        this.epochs = epochs;
        this.serverPort = wire.localPort();
        this.client = new SmtpClient(wire.remoteAddress(), Optional.empty(), false, Optional.empty(), Optional.empty());
        this.known = client;
        this.epoch = epochs.current();
        this.recorder = begin();
    }

    private SessionRecorder begin() {
        return services.sessions()
                .begin(
                        Identifiers.shortId(),
                        listener,
                        serverPort,
                        client,
                        services.clock().now(),
                        System.nanoTime());
    }

    // ---- the conversation's course

    /** Greets the client; false if the connection has ended over it. */
    public boolean greet() {
        Ruling ruling = ask(Stage.CONNECT);
        if (ruling.ended()) {
            return false;
        }
        Reply banner = ruling.replyOr(Reply.of(220, settings.hostName() + " ESMTP Restante"));
        refusedAtConnect = ruling.refuses();
        if (refusedAtConnect) {
            failedAttempt(Stage.CONNECT, Attempt.Outcome.REFUSED, ruling.said(banner));
        }
        say(banner, ruling);
        return !ended;
    }

    /** Turns a client away that is one too many. */
    public void turnAway() {
        failedAttempt(Stage.CONNECT, Attempt.Outcome.REFUSED, Optional.of(Replies.TOO_MANY_CONNECTIONS));
        say(Replies.TOO_MANY_CONNECTIONS);
    }

    @Override
    public @Nullable String nextCommand() {
        while (!ended) {
            Dismissal wish = dismissal;
            if (wish != null) {
                recorder.reply(wish.reply());
                wire.write(wish.reply());
                end(wish.outcome(), wish.text(), true);
                return null;
            }
            byte[] line = wire.readLine();
            if (line == null) {
                inputEnded();
                return null;
            }
            renewIfReset();
            if (line == Wire.TOO_LONG) {
                command = "";
                recorder.note("a line of more than " + settings.maxLine() + " octets was dropped");
                say(Replies.LINE_TOO_LONG);
            } else {
                String word = understand(line);
                if (word != null) {
                    return word;
                }
            }
        }
        return null;
    }

    /** Takes in a command line; {@code null} if it is already answered. */
    private @Nullable String understand(byte[] line) {
        command = new String(line, StandardCharsets.UTF_8);
        if (isSecret(command)) {
            recorder.clientText(masked(command));
        } else {
            recorder.clientLine(line);
        }
        if (wire.endedInBareLineFeed()) {
            recorder.note("that line ended in LF without CR");
        }
        Ruling ruling = ask(Stage.ANY_COMMAND);
        if (ruling.ended()) {
            return null;
        }
        if (ruling.decision() != null) {
            say(ruling.replyOr(Replies.OK), ruling);
            return null;
        }
        String verb = verb(command);
        if (refusedAtConnect && !verb.equals("QUIT")) {
            say(Replies.ONLY_QUIT);
            return null;
        }
        return verb.isEmpty() ? UNKNOWN : verb;
    }

    private static String verb(String line) {
        int end = 0;
        while (end < line.length() && isLetter(line.charAt(end))) {
            end++;
        }
        boolean whole = end == line.length() || line.charAt(end) == ' ' || line.charAt(end) == '\t';
        String word = whole ? line.substring(0, end).toUpperCase(Locale.ROOT) : "";
        return Verbs.isKnown(word) ? word : "";
    }

    private static boolean isLetter(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    private static boolean isSecret(String line) {
        return line.regionMatches(true, 0, "AUTH ", 0, 5);
    }

    /** {@code AUTH PLAIN dGVzdA==} without what follows the mechanism. */
    private static String masked(String line) {
        int mechanismEnd = line.indexOf(' ', 5);
        return mechanismEnd < 0 ? line : line.substring(0, mechanismEnd) + " ****";
    }

    private void renewIfReset() {
        int current = epochs.current();
        if (epoch != current) {
            epoch = current;
            recorder = begin();
            recorder.note("the server was reset; the connection goes on as a new session");
        }
    }

    /** What follows the verb of the present command, without leading and trailing white space. */
    String argument() {
        int space = command.indexOf(' ');
        int tab = command.indexOf('\t');
        int start = space < 0 ? tab : tab < 0 ? space : Math.min(space, tab);
        return start < 0 ? "" : command.substring(start).strip();
    }

    // ---- speaking

    /** Says a reply as usual. */
    void say(Reply reply) {
        say(reply, Ruling.USUAL);
    }

    /** Says a reply in the manner the script ruled. A 421 ends the connection. */
    void say(Reply reply, Ruling ruling) {
        if (ended) {
            return;
        }
        if (tarpitNanos > 0) {
            pause(Duration.ofNanos(tarpitNanos));
        }
        if (ruling.decision() instanceof Effect.CutReply cut) {
            int length = Math.min(cut.bytes(), reply.length());
            byte[] octets = reply.toBytes();
            recorder.serverText(new String(octets, 0, length, StandardCharsets.UTF_8).stripTrailing() + " (cut after "
                    + length + " of " + octets.length + " octets)");
            writeNow(octets, length, ruling.dribble());
            end(SmtpSession.Outcome.SERVER_CLOSED, "a rule cut the reply and closed the connection", true);
            return;
        }
        if (ruling.decision() instanceof Effect.RawReply raw) {
            recorder.serverText(printable(raw.octets()));
            byte[] octets = raw.octets().getBytes(StandardCharsets.ISO_8859_1);
            writeNow(octets, octets.length, ruling.dribble());
            return;
        }
        recorder.reply(reply);
        if (ruling.dribble() != null) {
            writeNow(reply.toBytes(), reply.length(), ruling.dribble());
        } else {
            wire.write(reply);
        }
        if (reply.code() == 421) {
            end(SmtpSession.Outcome.SERVER_CLOSED, "server closed after 421", true);
        }
    }

    private static String printable(String octets) {
        StringBuilder text = new StringBuilder("(raw) ");
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            text.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\x%02x", (int) c));
        }
        return text.toString();
    }

    private void writeNow(byte[] octets, int length, Effect.@Nullable Dribble dribble) {
        int piece = dribble == null ? length : dribble.pieceSize();
        for (int at = 0; at < length; at += piece) {
            if (at > 0 && dribble != null) {
                pause(dribble.gap());
            }
            wire.writeNow(octets, at, Math.min(piece, length - at));
        }
    }

    // ---- the script

    /** Asks the script at this stage, and does what it says about pace and about ending the connection. */
    Ruling ask(Stage<?> at) {
        stage = at;
        ordinals[at.index()]++;
        if (transaction != null) {
            transaction.ordinals[at.index()]++;
        }
        if (services.rules().isEmptyAt(at)) {
            return Ruling.USUAL;
        }
        return obey(services.rules().ask(this, recorder.id()));
    }

    /** Asks the script at a position in the body. */
    Ruling askMidData(long octets) {
        stage = Stage.MID_DATA;
        return obey(services.rules().askMidData(this, recorder.id(), octets));
    }

    private Ruling obey(Verdict verdict) {
        if (verdict.fired().isEmpty()) {
            return Ruling.USUAL;
        }
        for (Rule rule : verdict.fired()) {
            recorder.rule(rule.name());
            if (transaction != null) {
                transaction.rules.add(rule.name());
            } else {
                rulesOutside.add(rule.name());
            }
        }
        Effect.Dribble dribble = null;
        for (Effect.Pace pace : verdict.paces()) {
            if (pace instanceof Effect.Delay delay) {
                pause(delay.time());
            } else if (pace instanceof Effect.Tarpit tarpit) {
                tarpitNanos = Math.max(tarpitNanos, tarpit.perReply().toNanos());
            } else if (pace instanceof Effect.Throttle throttle) {
                wire.throttle(throttle.bytesPerSecond(), nanos -> pause(Duration.ofNanos(nanos)));
            } else if (pace instanceof Effect.WaitFor hold) {
                waitAt(hold.name());
            } else if (pace instanceof Effect.Dribble wanted) {
                dribble = wanted;
            }
        }
        if (verdict.decision() instanceof Effect.Fault fault) {
            return suffer(fault, dribble);
        }
        return new Ruling(verdict.decision(), dribble, ended);
    }

    private Ruling suffer(Effect.Fault fault, Effect.@Nullable Dribble dribble) {
        switch (fault) {
            case CLOSE -> end(SmtpSession.Outcome.SERVER_CLOSED, "a rule closed the connection", true);
            case RESET -> {
                close(SmtpSession.Outcome.SERVER_RESET, "a rule reset the connection", wire::reset);
            }
            case STALL -> stall();
            case GARBAGE -> {
                recorder.serverText("(" + GARBAGE.length + " octets of garbage)");
                wire.writeNow(GARBAGE, 0, GARBAGE.length);
                end(SmtpSession.Outcome.SERVER_CLOSED, "a rule wrote garbage and closed the connection", true);
            }
            case DISCARD -> {
                return new Ruling(fault, dribble, false);
            }
        }
        return Ruling.ENDED;
    }

    private void pause(Duration time) {
        Gate mine = new Gate();
        services.clock().schedule(time, mine::open);
        park(mine);
    }

    private void waitAt(String hold) {
        Optional<Barrier> barrier = services.holds().named(hold);
        if (barrier.isEmpty()) {
            recorder.note("there is no hold named " + hold + "; nothing to wait for");
            return;
        }
        recorder.note("waiting at " + hold);
        withhold();
        Gate mine = new Gate();
        barrier.get().enter(mine);
        try {
            park(mine);
        } finally {
            barrier.get().leave(mine);
        }
    }

    /** Waits until the gate opens, or somebody wants the conversation to go on or end. */
    private void park(Gate mine) {
        gate = mine;
        try {
            // Asked after the gate is set: whoever dismisses sets the wish first and opens the gate then.
            if (dismissal == null && epoch == epochs.current()) {
                mine.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            gate = null;
        }
    }

    /** Says nothing until the client leaves. In the middle of a body it does not read on either. */
    private void stall() {
        recorder.note("stalled");
        withhold();
        wire.flush();
        if (stage == Stage.MID_DATA) {
            park(new Gate());
        } else {
            stalled = true;
            while (dismissal == null && epoch == epochs.current() && wire.swallow()) {
                // What the client says now is not heard.
            }
        }
        Dismissal wish = dismissal;
        if (wish != null) {
            end(wish.outcome(), wish.text() + " while it was stalled", true);
        } else if (epoch != epochs.current()) {
            end(SmtpSession.Outcome.SERVER_CLOSED, "server was reset while it was stalled", true);
        } else {
            inputEnded();
        }
    }

    // ---- the transaction

    @Nullable
    Transaction transaction() {
        return transaction;
    }

    void open(Envelope.Sender sender) {
        transaction = newTransaction(sender);
        inTransaction = true;
        // Asked after the mark is set: a reset counts its epoch first and looks for the mark then.
        if (epoch != epochs.current() && dismissal == null) {
            dismissal = Dismissal.RESET;
        }
    }

    private Transaction newTransaction(Envelope.Sender sender) {
        Transaction fresh = new Transaction(sender, services.clock().now(), System.nanoTime());
        fresh.ordinals[Stage.MAIL_FROM.index()] = 1;
        fresh.rules.addAll(rulesOutside);
        rulesOutside.clear();
        return fresh;
    }

    /** Notes a MAIL that was refused: a transaction that never opened. */
    void refusedSender(Envelope.Sender sender, Optional<Reply> reply) {
        record(newTransaction(sender), Attempt.Outcome.REFUSED, reply, Optional.empty());
    }

    /** Notes something other than a transaction that was refused or broke off. */
    void failedAttempt(Stage<?> at, Attempt.Outcome outcome, Optional<Reply> reply) {
        Instant now = services.clock().now();
        recorder.attempt(new Attempt(
                services.sessions().nextAttemptNumber(),
                recorder.id(),
                client,
                outcome,
                at,
                Optional.empty(),
                List.of(),
                reply,
                List.copyOf(rulesOutside),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                System.nanoTime(),
                Duration.ZERO));
        rulesOutside.clear();
    }

    /** Notes the name the recipient of the present RCPT has, for the script. */
    void candidate(Envelope.@Nullable Recipient recipient) {
        candidate = recipient;
    }

    /** Ends the open transaction, if any, without a mail. */
    void abandon() {
        Transaction open = transaction;
        if (open != null) {
            close(
                    open,
                    open.wasRefused() ? Attempt.Outcome.REFUSED : Attempt.Outcome.ABORTED,
                    Optional.ofNullable(open.refusal));
        }
    }

    /** Ends the transaction because its body was refused; the reply is empty if it is none that SMTP knows. */
    void refuse(Transaction open, Optional<Reply> reply) {
        close(open, Attempt.Outcome.REFUSED, reply);
    }

    /** Ends the transaction as if it were taken, and forgets the mail. */
    void discard(Transaction open, Reply reply) {
        close(open, Attempt.Outcome.ACCEPTED, Optional.of(reply));
    }

    private void close(Transaction open, Attempt.Outcome outcome, Optional<Reply> reply) {
        forget();
        record(open, outcome, reply, Optional.empty());
    }

    private void forget() {
        transaction = null;
        inTransaction = false;
        message = null;
        candidate = null;
    }

    private void record(Transaction of, Attempt.Outcome outcome, Optional<Reply> reply, Optional<String> mailId) {
        recorder.attempt(new Attempt(
                services.sessions().nextAttemptNumber(),
                recorder.id(),
                client,
                outcome,
                of.reached,
                Optional.of(of.sender),
                of.recipients,
                reply,
                of.rules,
                mailId,
                of.messageId(),
                mailId.isPresent() ? Optional.empty() : of.unstoredBody(),
                of.startedAt,
                of.startedAtNanos,
                Duration.ofNanos(System.nanoTime() - of.startedAtNanos)));
    }

    /** Stores the mail of a transaction whose body has arrived. Its acknowledgement is {@link #acknowledge said} next. */
    CapturedMail commit(Transaction open, String id, Octets body) {
        Fate fate = new Fate(services.sessions(), recorder.id());
        fateOfCommitted = fate;
        CapturedMail mail = new CapturedMail(
                id,
                recorder.id(),
                client,
                new Envelope(open.sender, open.accepted()),
                body,
                services.clock().now(),
                System.nanoTime(),
                fate);
        services.mailbox().add(mail);
        committed = mail;
        unsettled = true;
        return mail;
    }

    /** Says that the mail was taken, and settles what became of saying so. */
    void acknowledge(Transaction open, CapturedMail mail, Reply reply, Ruling ruling) {
        boolean told = !ruling.refuses() && !(ruling.decision() instanceof Effect.CutReply);
        Attempt.Outcome outcome = told
                ? Attempt.Outcome.ACCEPTED
                : reply.isNegative() ? Attempt.Outcome.REFUSED : Attempt.Outcome.ABORTED;
        forget();
        record(open, outcome, Optional.of(reply), Optional.of(mail.id()));
        say(reply, ruling);
        settle(wire.flush() && told && !ended ? Acknowledgement.SENT : Acknowledgement.LOST);
        committed = null;
    }

    private void withhold() {
        if (unsettled) {
            settle(Acknowledgement.WITHHELD);
        }
    }

    /** Tells what became of the acknowledgement, and wakes those who wait the first time. */
    private void settle(Acknowledgement fate) {
        if (fateOfCommitted != null) {
            fateOfCommitted.known = fate;
        }
        if (unsettled && committed != null) {
            unsettled = false;
            services.mailbox().settle(committed);
        }
    }

    // ---- the client

    /** Notes the name that the present EHLO gives, for the script; {@link #notGreeted} takes it back. */
    void proposedName(String name) {
        known = client;
        client = new SmtpClient(
                client.address(), Optional.of(name), client.extended(), client.tls(), client.authentication());
    }

    /** Takes back what {@link #proposedName} noted. */
    void notGreeted() {
        client = known;
    }

    /** Notes the login that the present AUTH presents, for the script; {@link #notAuthenticated} takes it back. */
    void presented(Authentication login) {
        known = client;
        client = new SmtpClient(
                client.address(), client.heloName(), client.extended(), client.tls(), Optional.of(login));
    }

    /** Takes back what {@link #presented} noted. */
    void notAuthenticated() {
        client = known;
    }

    /** Notes the name the client gave, and forgets what the old name had begun. */
    void greeted(String name, boolean extended) {
        abandon();
        know(new SmtpClient(client.address(), Optional.of(name), extended, client.tls(), client.authentication()));
    }

    /** Notes that TLS was established, and forgets what was said before (RFC 3207 section 4.2). */
    void secured(TlsInfo info) {
        recorder.tls(info);
        know(new SmtpClient(client.address(), Optional.empty(), false, Optional.of(info), Optional.empty()));
    }

    /** Notes a successful login. */
    void authenticated(Authentication login) {
        know(new SmtpClient(client.address(), client.heloName(), client.extended(), client.tls(), Optional.of(login)));
    }

    private void know(SmtpClient now) {
        client = now;
        known = now;
        recorder.client(now);
    }

    /** Takes down a remark. */
    void note(String text) {
        recorder.note(text);
    }

    /** Waits for a line that holds a secret; empty if the input ended or the line was too long. */
    Optional<String> hearSecret() {
        byte[] line = wire.readLine();
        if (line == null) {
            inputEnded();
            return Optional.empty();
        }
        String text = new String(line, StandardCharsets.UTF_8);
        recorder.clientText(text.equals("*") ? text : "****");
        return line == Wire.TOO_LONG ? Optional.empty() : Optional.of(text);
    }

    /** Takes down a body, or a part of one. */
    void heardBody(long octets, String mailId) {
        recorder.body(octets, mailId);
    }

    /** Marks that a body is under way, which a closing server lets finish. */
    void inBody(boolean now) {
        inBody = now;
    }

    // ---- the end

    /** Whether the connection has ended. */
    boolean hasEnded() {
        return ended;
    }

    /** Ends the conversation because the input did. */
    void inputEnded() {
        Dismissal wish = dismissal;
        if (wish != null) {
            recorder.reply(wish.reply());
            end(wish.outcome(), wish.text(), false);
        } else if (wire.isBroken()) {
            end(SmtpSession.Outcome.CLIENT_BROKE, "connection broke", false);
        } else {
            end(SmtpSession.Outcome.CLIENT_CLOSED, "client closed without QUIT", false);
        }
    }

    /** Ends the conversation in order. */
    void end(SmtpSession.Outcome outcome, String text, boolean clientMayBeSending) {
        close(outcome, text, () -> wire.close(clientMayBeSending));
    }

    private void close(SmtpSession.Outcome outcome, String text, Runnable closing) {
        if (ended) {
            return;
        }
        ended = true;
        CapturedMail stored = committed;
        Transaction open = transaction;
        if (stored != null && open != null) {
            forget();
            record(open, Attempt.Outcome.ABORTED, Optional.empty(), Optional.of(stored.id()));
        } else {
            abandon();
        }
        recorder.end(outcome, text);
        closing.run();
        if (stored != null) {
            settle(Acknowledgement.LOST);
        }
    }

    /** Ends the conversation after an error of ours or of a function in the script. */
    public void fail(Throwable error) {
        recorder.note("failed: " + error);
        say(Reply.of(421, "4.3.0 Server failed: " + error.toString().replaceAll("[\\p{Cntrl}]+", " ")));
    }

    /** Ends a conversation that the engine gave up. */
    public void finish() {
        end(SmtpSession.Outcome.SERVER_CLOSED, "connection ended", false);
    }

    // ---- called by other threads

    /**
     * Makes the conversation end with a last word. A body under way may finish first unless {@code evenInBody}; holds,
     * stalls and delays end at once.
     */
    public void dismiss(Dismissal wish, boolean evenInBody) {
        if (dismissal == null) {
            dismissal = wish;
        }
        letGo();
        if (evenInBody || !inBody) {
            wire.interject(wish.reply());
        }
    }

    /** Ends a delay, stall or hold. */
    public void letGo() {
        Gate waiting = gate;
        if (waiting != null) {
            waiting.open();
        }
    }

    /** Whether a reset must end the conversation: a mail transaction is open, or a rule made it stall. */
    public boolean endsWithReset() {
        return inTransaction || stalled;
    }

    /** Whether the client was silent for this long while the server waited for it. */
    public boolean isIdleFor(long nanos) {
        return wire.isAwaitingInput() && wire.idleNanos() > nanos;
    }

    /** Closes the socket below everything. */
    public void abort() {
        wire.abort();
    }

    // ---- the moment, for the script

    @Override
    public Stage<?> stage() {
        return stage;
    }

    @Override
    public SmtpClient client() {
        return client;
    }

    @Override
    public String command() {
        return command;
    }

    @Override
    public Optional<Envelope.Sender> sender() {
        return transaction == null ? Optional.ofNullable(proposed) : Optional.of(transaction.sender);
    }

    /** Notes the sender of the present MAIL, for the script. */
    void proposed(Envelope.@Nullable Sender sender) {
        proposed = sender;
    }

    @Override
    public List<Envelope.Recipient> recipients() {
        return transaction == null ? List.of() : List.copyOf(transaction.accepted());
    }

    @Override
    public Optional<Envelope.Recipient> recipient() {
        if (stage == Stage.RCPT_TO) {
            return Optional.ofNullable(candidate);
        }
        return transaction == null || transaction.accepted().isEmpty()
                ? Optional.empty()
                : Optional.of(transaction.accepted().get(0));
    }

    @Override
    public Optional<MailMessage> message() {
        Octets body = transaction == null ? null : transaction.body;
        if (body == null) {
            return Optional.empty();
        }
        if (message == null) {
            message = MailMessage.parse(body);
        }
        return Optional.of(message);
    }

    @Override
    public long size() {
        Octets body = transaction == null ? null : transaction.body;
        return body != null
                ? body.size()
                : sender().flatMap(sender -> sender.parameters().size()).orElse(-1L);
    }

    @Override
    public int openConnections() {
        return services.population().all();
    }

    @Override
    public int openConnectionsOfClient() {
        return services.population().from(client.address().getAddress());
    }

    @Override
    public int ordinalInTransaction() {
        return transaction == null ? ordinalInConnection() : transaction.ordinals[stage.index()];
    }

    @Override
    public int ordinalInConnection() {
        return ordinals[stage.index()];
    }
}
