package dev.restante.listener.commands;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.Effect;
import dev.restante.Envelope;
import dev.restante.LintCheck;
import dev.restante.Reply;
import dev.restante.Rule;
import dev.restante.ServerClock;
import dev.restante.SmtpClient;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.TlsInfo;
import dev.restante.inbox.Inbox;
import dev.restante.listener.wire.Preamble;
import dev.restante.listener.wire.Wire;
import dev.restante.listener.wire.WireSocket;
import dev.restante.script.Barrier;
import dev.restante.script.Gate;
import dev.restante.script.Verdict;
import dev.restante.session.SessionRecorder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation with the server: its course, and the one place where commands speak and ask the script. What is
 * known at the moment is in {@link PresentMoment}; transactions, mail and attempts are in {@link Ledger}. Evidence is always
 * recorded before the reply that lets the client go on.
 *
 * <p>The connection's own thread does everything but {@link #dismiss}, {@link #letGo} and the questions beside them.
 */
public final class Conversation implements WireSocket.CommandSource {
    /** The word for a line that is no command of ours. */
    static final String UNKNOWN = "UNKNOWN";

    /** The stages of commands that leave an attempt where they are refused outside of a transaction. */
    private static final Map<String, Stage<?>> OWN_STAGES = Map.of(
            "EHLO", Stage.EHLO,
            "HELO", Stage.EHLO,
            "LHLO", Stage.EHLO,
            "STARTTLS", Stage.STARTTLS,
            "AUTH", Stage.AUTH,
            "MAIL", Stage.MAIL_FROM);

    /** MAIL looks at its argument's evidence first; XCLIENT is a proxy's, whose own way is trusted. */
    private static final Set<String> FREE_BEFORE_TLS =
            Set.of("EHLO", "LHLO", "NOOP", "STARTTLS", "QUIT", "MAIL", "XCLIENT");

    private static final Set<String> FREE_BEFORE_LOGIN = Set.of("AUTH", "HELO", "RSET");

    private static final byte[] GARBAGE = {(byte) 0xff, 0x00, 0x15, (byte) 0x80, '?', '\r', 0x07, '\n'};

    final Settings settings;
    final Services services;
    final Wire wire;
    final PresentMoment moment;
    final Ledger ledger;
    private final String listener;
    private final boolean lmtp;
    private final int serverPort;
    private final Epochs epochs;
    private final Secrets secrets = new Secrets();
    private final Etiquette etiquette;

    private SessionRecorder recorder;
    private int epoch;
    private volatile SmtpClient client;
    /** The client's address as it connected, or as a PROXY header told: who may say XCLIENT is decided by it. */
    private InetSocketAddress connectedAs;

    private String command = "";
    private boolean refusedAtConnect;
    /** Whether an attempt tells already that plain text is spoken where the client speaks TLS. */
    private boolean toldOfPlainText;

    private int commandsWithoutMail;
    private Offers offers = Offers.NONE;
    private Duration tarpit = Duration.ZERO;
    private long tarpitReads = -1;
    private final Pace tarpitPace;
    private final Pace throttlePace;
    private final Pace dribblePace;
    /** How the replies to the present command are written, as far as a rule for any command said so. */
    private Ruling mannerOfCommand = Ruling.USUAL;

    /** Whether the fault that a rule decides on is to come later. */
    private boolean faultsWait;

    private boolean ended;
    private volatile boolean gone;
    private volatile boolean inBody;
    private volatile boolean stalled;
    private volatile @Nullable Gate gate;
    private volatile @Nullable Dismissal dismissal;

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

        /** A mailbox is being reset or removed while a transaction is open that concerns it. */
        public static Dismissal ofMailbox(String name) {
            return new Dismissal(
                    Replies.RESET, SmtpSession.Outcome.SERVER_CLOSED, "mailbox " + name + " was reset or removed");
        }
    }

    /**
     * A conversation over an accepted connection.
     *
     * @param lmtp whether LMTP is spoken rather than SMTP
     */
    public Conversation(Settings settings, Services services, Wire wire, String listener, boolean lmtp, Epochs epochs) {
        this.lmtp = lmtp;
        this.settings = settings;
        this.services = services;
        this.wire = wire;
        this.etiquette = new Etiquette(wire);
        this.listener = listener;
        this.epochs = epochs;
        this.tarpitPace = new Pace(services.clock());
        this.throttlePace = new Pace(services.clock());
        this.dribblePace = new Pace(services.clock());
        this.serverPort = wire.localPort();
        this.client = new SmtpClient(wire.remoteAddress(), Optional.empty(), false, Optional.empty(), Optional.empty());
        this.connectedAs = client.address();
        this.epoch = epochs.current();
        // From when its idle time counts, too.
        this.recorder = begin(wire.madeAt());
        this.moment = new PresentMoment(services.population(), client);
        this.ledger = new Ledger(services, moment, recorder);
    }

    private SessionRecorder begin(long nanos) {
        SessionRecorder fresh = services.sessions()
                .begin(
                        Identifiers.shortId(),
                        listener,
                        serverPort,
                        client,
                        services.clock().now(),
                        nanos);
        fresh.waitsBehind(wire::falseEnd);
        return fresh;
    }

    // ---- the conversation's course

    /** The identifier of the session that the conversation is in. */
    public String sessionId() {
        return recorder.id();
    }

    /**
     * Reads a PROXY header where the peer is one of those who send it; false if the connection has ended over it.
     *
     * @param plainText whether a refusal can be told in plain text
     */
    public boolean meetProxy(boolean plainText) {
        Proxies proxies = settings.proxies();
        if (!proxies.trustsHeaderOf(client.address())) {
            return true;
        }
        Preamble found = wire.readPreamble(proxies.headerTimeout());
        if (found instanceof Preamble.Told told) {
            know(client.speakingFor(told.source(), told.client(), told.destination(), told.details()));
            connectedAs = client.address();
            recorder.note("the connection is one of " + client + ": " + told.shown());
            return true;
        } else if (found instanceof Preamble.Malformed malformed) {
            refuseProxy("PROXY header is not in order: " + malformed.reason(), plainText);
        } else if (found instanceof Preamble.Ended ended) {
            leftBeforeHeader(ended.octets());
        } else if (found instanceof Preamble.Late late) {
            if (proxies.isOptional() && late.octets() == 0) {
                return true;
            }
            refuseProxy(
                    late.octets() == 0
                            ? "PROXY header did not come in time"
                            : "PROXY header broke off after " + late.octets() + " octets",
                    plainText);
        } else if (proxies.isOptional()) {
            return true;
        } else {
            refuseProxy("PROXY header must come first", plainText);
        }
        return false;
    }

    private void refuseProxy(String reason, boolean plainText) {
        recorder.note("refused: " + reason);
        if (plainText) {
            Reply reply = Reply.of(421, "4.7.0 " + reason);
            ledger.failed(Stage.CONNECT, Attempt.Outcome.REFUSED, Optional.of(reply), Optional.of(reason));
            say(reply);
        } else {
            ledger.failed(Stage.CONNECT, Attempt.Outcome.REFUSED, reason);
            end(SmtpSession.Outcome.SERVER_CLOSED, "server closed: " + reason, true);
        }
    }

    /** A header from a peer that nobody trusts comes as a command that is none; who wonders why is told. */
    void noteUntrustedProxy() {
        boolean anybodyTrusted = !settings.proxies().header().isEmpty();
        if (anybodyTrusted && command.startsWith("PROXY ") && client.proxy().isEmpty()) {
            recorder.note(client.ip() + " is not trusted with a PROXY header: see proxyProtocol(...)");
        }
    }

    /** The client's address before it said XCLIENT. */
    InetSocketAddress connectedAs() {
        return connectedAs;
    }

    boolean isTrustedWithXclient() {
        return settings.proxies().trustsXclientOf(connectedAs);
    }

    /** The client speaks for this one from now on, who is greeted as if it had just connected. */
    void speaksFor(SmtpClient other) {
        know(other);
        recorder.note("the connection is one of " + client);
        if (services.population().hasTooManyFrom(client.address().getAddress())) {
            turnAway(true);
        } else {
            greet();
        }
    }

    private void leftBeforeHeader(int octets) {
        Dismissal wish = dismissal;
        if (wish != null) {
            end(wish.outcome(), wish.text(), false);
        } else {
            recorder.note("the input ended "
                    + (octets == 0
                            ? "before a PROXY header came"
                            : "amid a PROXY header, after " + octets + " octets"));
            inputEnded();
        }
    }

    /** Greets the client; false if the connection has ended over it. */
    public boolean greet() {
        Ruling ruling = ask(Stage.CONNECT);
        if (ruling.ended()) {
            return false;
        }
        Reply banner = ruling.replyOr(
                lmtp ? settings.greetings().lmtpBanner() : settings.greetings().banner());
        refusedAtConnect = ruling.refuses();
        if (refusedAtConnect) {
            ledger.failed(Stage.CONNECT, Attempt.Outcome.REFUSED, ruling.said(banner));
        }
        boolean early = wire.hasInput();
        say(banner, ruling);
        if (early) {
            recorder.notice(LintCheck.EARLY_TALKER);
        }
        return !ended;
    }

    /** Turns a client away that is one too many. */
    public void turnAway(boolean tooManyOfItsOwn) {
        Reply reply = tooManyOfItsOwn ? Replies.TOO_MANY_OF_CLIENT : Replies.TOO_MANY_CONNECTIONS;
        recorder.note(
                tooManyOfItsOwn
                        ? "more than " + services.population().mostOfClient() + " connections from " + client.ip()
                        : "more than " + services.population().most() + " connections");
        ledger.failed(Stage.CONNECT, Attempt.Outcome.REFUSED, Optional.of(reply));
        say(reply);
    }

    @Override
    public @Nullable String nextCommand() {
        while (!ended) {
            Dismissal wish = dismissal;
            if (wish != null) {
                ledger.lastWord(wish.reply());
                recorder.reply(wish.reply());
                wire.write(wish.reply());
                end(wish.outcome(), wish.text(), true);
                return null;
            }
            if (wire.beginsTlsHandshake()) {
                answerClientHello();
                continue;
            }
            byte[] line = wire.readLine();
            if (line == null) {
                inputEnded();
                return null;
            }
            renewIfReset();
            if (line == Wire.TOO_LONG) {
                command("");
                recorder.note("a line of more than " + settings.maxLine() + " octets was dropped");
                etiquette.tooLong(recorder);
                if (!isOneTooMany("", null)) {
                    boolean auth = verb(new String(wire.tooLongStart(), StandardCharsets.UTF_8))
                            .equals("AUTH");
                    if (auth) {
                        ledger.failed(Stage.AUTH, Attempt.Outcome.REFUSED, Optional.of(Replies.LINE_TOO_LONG));
                    }
                    say(Replies.LINE_TOO_LONG);
                }
            } else {
                String word = understand(line);
                if (word != null) {
                    return word;
                }
            }
        }
        return null;
    }

    /** A client that begins TLS where plain text is spoken would wait for ever: what it sends has no end of line. */
    private void answerClientHello() {
        boolean isWhole = wire.skipTlsRecord();
        renewIfReset();
        recorder.clientText("(a TLS handshake)");
        String what = "the client began a TLS handshake where plain SMTP is spoken";
        recorder.note(what);
        Optional<Reply> reply = isWhole ? Optional.of(Replies.NO_TLS_HERE) : Optional.empty();
        if (!toldOfPlainText && transaction() == null) {
            ledger.failed(
                    Stage.TLS_HANDSHAKE,
                    isWhole ? Attempt.Outcome.REFUSED : Attempt.Outcome.ABORTED,
                    reply,
                    Optional.of(what));
        }
        toldOfPlainText = true;
        if (!isWhole) {
            inputEnded();
        } else if (!isOneTooMany("", null)) {
            say(Replies.NO_TLS_HERE);
        }
    }

    private void command(String line) {
        command = line;
        moment.command(line);
    }

    /** Takes in a command line; {@code null} if it is already answered. */
    private @Nullable String understand(byte[] line) {
        command(new String(line, StandardCharsets.UTF_8));
        String verb = verb(command);
        String shown = secrets.shown(command, !verb.isEmpty());
        if (shown.equals(command)) {
            recorder.clientLine(line);
        } else {
            recorder.clientText(shown);
        }
        etiquette.command(verb, line.length, recorder);
        if (wire.endedInBareLineFeed()) {
            recorder.note("that line ended in LF without CR");
        }
        mannerOfCommand = Ruling.USUAL;
        ledger.command();
        Stage<?> own = OWN_STAGES.get(verb);
        if (own != null) {
            // Whatever ends the connection at any command ends it at this one.
            ledger.reached(own);
        }
        Ruling ruling = ask(Stage.ANY_COMMAND);
        if (ruling.ended()) {
            return null;
        }
        // A mail has as many RCPT and BDAT as it likes, within limits of their own.
        boolean countsForMail = transaction() != null && (verb.equals("RCPT") || verb.equals("BDAT"));
        if (!countsForMail && isOneTooMany(verb, own)) {
            return null;
        }
        if (ruling.decision() != null && !(ruling.decision() instanceof Effect.CutReply)) {
            Reply reply = ruling.replyOr(Replies.OK);
            if (ruling.refuses()) {
                refused(verb, own, ruling.said(reply));
            }
            insteadOf(verb, reply, ruling);
            return null;
        }
        mannerOfCommand = ruling;
        if (refusedAtConnect && !verb.equals("QUIT")) {
            insteadOf(verb, Replies.ONLY_QUIT, Ruling.USUAL);
            return null;
        }
        Reply unreadable = verb.isEmpty() ? null : unreadable(line);
        if (unreadable != null) {
            insteadOf(verb, unreadable, Ruling.USUAL);
            return null;
        }
        Reply first = whatComesFirst(verb);
        if (first != null) {
            refused(verb, own, Optional.of(first));
            insteadOf(verb, first, Ruling.USUAL);
            return null;
        }
        return verb.isEmpty() ? UNKNOWN : verb;
    }

    /** Counts what the client said towards a mail; true if it was too much, and the connection has ended over it. */
    private boolean isOneTooMany(String verb, @Nullable Stage<?> own) {
        if (++commandsWithoutMail <= settings.maxCommandsWithoutMail()) {
            return false;
        }
        recorder.note("more than " + settings.maxCommandsWithoutMail() + " commands without a mail");
        refused(verb, own, Optional.of(Replies.TOO_MANY_COMMANDS));
        say(Replies.TOO_MANY_COMMANDS);
        return true;
    }

    /** Notes that a rule for any command refused this one, as the stage that it would have reached does. */
    private void refused(String verb, @Nullable Stage<?> own, Optional<Reply> said) {
        Transaction open = transaction();
        if (own != null) {
            ledger.failed(own, Attempt.Outcome.REFUSED, said);
        } else if (open != null && verb.equals("RCPT")) {
            RcptCommand.refuse(this, open, PathArgument.unread(argument()), said);
        } else if (open != null && (verb.equals("DATA") || verb.equals("BDAT"))) {
            open.reached = Stage.DATA;
            open.refusal = said.orElse(null);
        }
    }

    /**
     * What a client has to do before it says this: TLS where the server requires it (RFC 3207 section 4), then a login where
     * it requires one (RFC 4954 section 6); {@code null} for nothing. MAIL sees to that itself.
     */
    private @Nullable Reply whatComesFirst(String verb) {
        if (verb.isEmpty() || FREE_BEFORE_TLS.contains(verb)) {
            return null;
        } else if (settings.requireTls() && client.tls().isEmpty()) {
            return Replies.TLS_REQUIRED;
        } else if (settings.auth().isRequired()
                && client.authentication().isEmpty()
                && !FREE_BEFORE_LOGIN.contains(verb)) {
            return Replies.AUTH_REQUIRED;
        }
        return null;
    }

    /** The reply to a command with octets that no command may have; {@code null} if it has none. */
    private @Nullable Reply unreadable(byte[] line) {
        boolean ascii = true;
        for (byte octet : line) {
            if ((octet >= 0 && octet < ' ' && octet != '\t') || octet == 0x7f) {
                return Replies.CONTROL_CHARACTER;
            }
            ascii &= octet >= 0;
        }
        return ascii || Arrays.equals(command.getBytes(StandardCharsets.UTF_8), line) ? null : Replies.NOT_UTF8;
    }

    /** Answers a command that is not carried out. The chunk behind a BDAT is read all the same: it is no command. */
    private void insteadOf(String verb, Reply reply, Ruling ruling) {
        long chunk = verb.equals("BDAT") ? BdatCommand.sizeOf(argument()) : 0;
        if (chunk > 0 && !BodyTransfer.skipChunk(this, chunk)) {
            return;
        }
        Transaction open = transaction();
        // On LMTP the end of a body is answered for each recipient (RFC 2033 section 4.3).
        int times = lmtp && open != null && verb.equals("BDAT") && BdatCommand.isLast(argument())
                ? Math.max(1, open.accepted().size())
                : 1;
        for (int i = 0; i < times; i++) {
            say(reply, ruling);
        }
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

    /** Begins a new session if the server was reset while a command was under way: what comes of it is recorded there. */
    void goOnAfterReset() {
        renewIfReset();
    }

    private void renewIfReset() {
        int current = epochs.current();
        if (epoch != current) {
            epoch = current;
            commandsWithoutMail = 0;
            recorder = begin(System.nanoTime());
            ledger.recorder(recorder);
            // What a script did to the connection was the business of the session that ends here.
            tarpit = Duration.ZERO;
            wire.endThrottle();
            refusedAtConnect = false;
            moment.beginAnew();
            recorder.note("the server was reset; the connection goes on as a new session");
        }
    }

    /** What follows the verb of the present command, without leading and trailing white space. */
    String argument() {
        int space = command.indexOf(' ');
        int tab = command.indexOf('\t');
        int start = space < 0 ? tab : tab < 0 ? space : Math.min(space, tab);
        return start < 0 ? "" : stripped(command, start);
    }

    /** What is left from {@code from} on without spaces and tabs at its ends; other white space is none in SMTP. */
    private static String stripped(String text, int from) {
        int begin = from;
        int end = text.length();
        while (begin < end && (text.charAt(begin) == ' ' || text.charAt(begin) == '\t')) {
            begin++;
        }
        while (end > begin && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--;
        }
        return text.substring(begin, end);
    }

    /** Whether LMTP is spoken here rather than SMTP. */
    boolean speaksLmtp() {
        return lmtp;
    }

    /** The reply to what needs a greeting first. */
    Reply helloFirst() {
        return lmtp ? Replies.LHLO_FIRST : Replies.HELLO_FIRST;
    }

    /** These lines are the answer to EHLO: what a script lists there is kept. */
    void offers(List<String> lines) {
        offers = Offers.of(lines);
        etiquette.offered(lines);
    }

    /** The extensions that the last answer to EHLO listed. */
    Offers offers() {
        return offers;
    }

    /** Whether STARTTLS is carried out: the server was built with it, or a script has listed it. */
    boolean takesStartTls() {
        return settings.startTls() || offers.lists("STARTTLS");
    }

    // ---- speaking

    /** Says a reply as usual. */
    void say(Reply reply) {
        say(reply, Ruling.USUAL);
    }

    /** Says a reply in the manner the script ruled. A 421 ends the connection. */
    void say(Reply reply, Ruling ruling) {
        say(reply, ruling, false);
    }

    /** Says a reply whose text is not for everybody who reads the transcript. */
    void sayMasked(Reply reply) {
        say(reply, Ruling.USUAL, true);
    }

    private void say(Reply reply, Ruling ruling, boolean masked) {
        if (ended) {
            return;
        }
        ledger.answered();
        if (!tarpit.isZero()) {
            pauseUntil(tarpitPace.next(tarpit, tarpitReads == wire.reads()));
            tarpitReads = wire.reads();
        }
        Ruling manner = ruling.following(mannerOfCommand);
        if (manner.decision() instanceof Effect.CutReply cut) {
            int length = Math.min(cut.bytes(), reply.length());
            byte[] octets = reply.toBytes();
            recorder.serverText(new String(octets, 0, length, StandardCharsets.UTF_8).stripTrailing() + " (cut after "
                    + length + " of " + octets.length + " octets)");
            writeNow(octets, length, manner.dribble());
            end(SmtpSession.Outcome.SERVER_CLOSED, "a rule cut the reply and closed the connection", true);
            return;
        }
        if (manner.decision() instanceof Effect.RawReply raw) {
            recorder.serverText(printable(raw.octets()));
            byte[] octets = raw.octets().getBytes(StandardCharsets.ISO_8859_1);
            writeNow(octets, octets.length, manner.dribble());
            return;
        }
        if (masked) {
            recorder.serverText(reply.code() + " " + Secrets.MASK);
        } else {
            recorder.reply(reply);
        }
        if (manner.dribble() != null) {
            writeNow(reply.toBytes(), reply.length(), manner.dribble());
        } else {
            wire.write(reply);
        }
        if (reply.code() == 421) {
            ledger.lastWord(reply);
            end(SmtpSession.Outcome.SERVER_CLOSED, "server closed after 421", true);
        }
    }

    /** Notes that a mail was sent, so that counting commands begins anew. */
    void heardMail() {
        commandsWithoutMail = 0;
    }

    /** Whether a reply said in this manner tells the client of success. */
    boolean tells(Ruling ruling) {
        Ruling manner = ruling.following(mannerOfCommand);
        return !manner.refuses() && !(manner.decision() instanceof Effect.CutReply);
    }

    /** Says that a mail was taken, and settles what became of saying so. */
    void acknowledge(Transaction open, Reply reply, Ruling ruling) {
        heardMail();
        boolean told = tells(ruling);
        Attempt.Outcome outcome = told
                ? Attempt.Outcome.ACCEPTED
                : reply.isNegative() ? Attempt.Outcome.REFUSED : Attempt.Outcome.ABORTED;
        Consumer<Acknowledgement> receipt = ledger.acknowledge(open, outcome, reply);
        say(reply, ruling);
        receipt.accept(wire.flush() && told && !ended ? Acknowledgement.SENT : Acknowledgement.LOST);
    }

    private static String printable(String octets) {
        StringBuilder text = new StringBuilder("(raw) ");
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            text.append(c >= ' ' && c < 0x7f && c != '\\' ? String.valueOf(c) : String.format("\\x%02x", (int) c));
        }
        return text.toString();
    }

    private void writeNow(byte[] octets, int length, Effect.@Nullable Dribble dribble) {
        int piece = dribble == null ? length : dribble.pieceSize();
        for (int at = 0; at < length; at += piece) {
            if (at > 0 && dribble != null) {
                pauseUntil(dribblePace.next(dribble.gap(), at > piece));
            }
            wire.writeNow(octets, at, Math.min(piece, length - at));
        }
    }

    // ---- the script

    /** Asks the script at this stage, and does what it says about pace and about ending the connection. */
    Ruling ask(Stage<?> at) {
        moment.reach(at);
        ledger.reached(at);
        if (at != Stage.ANY_COMMAND) {
            touchInboxes();
        }
        if (services.inboxes().isEmptyAt(at)) {
            return Ruling.USUAL;
        }
        return obey(services.inboxes().ask(moment, recorder.id()));
    }

    /** Takes down which mailboxes this is about, as far as is known by now. */
    private void touchInboxes() {
        for (Inbox inbox : services.inboxes().named()) {
            if (inbox.isConcerned(moment)) {
                recorder.touch(inbox.name());
                ledger.touch(inbox.name());
            }
        }
    }

    /** Asks the script at a position in the body. */
    Ruling askMidData(long octets) {
        moment.reachMidData(octets);
        return obey(services.inboxes().askMidData(moment, recorder.id(), octets));
    }

    /** Asks the script, but leaves a fault that ends the connection to {@link #suffer(Ruling)}. */
    Ruling askAhead(Stage<?> at) {
        faultsWait = true;
        try {
            return ask(at);
        } finally {
            faultsWait = false;
        }
    }

    /** Ends the connection as the script ruled when it was asked ahead. */
    void suffer(Ruling ruling) {
        if (ruling.decision() instanceof Effect.Fault fault) {
            suffer(fault, ruling.dribble());
        }
    }

    private Ruling obey(Verdict verdict) {
        if (verdict.isEmpty()) {
            return Ruling.USUAL;
        }
        for (Rule rule : verdict.fired()) {
            recorder.rule(rule.name());
            ledger.fired(rule.name());
        }
        Verdict.Failure failure = verdict.failure();
        if (failure != null) {
            fail(failure.cause(), "a function of the rule " + failure.rule().name() + " failed: ");
            return Ruling.ENDED;
        }
        Effect.Dribble dribble = null;
        for (Effect.Pace pace : verdict.paces()) {
            if (pace instanceof Effect.Delay delay) {
                pause(delay.time());
            } else if (pace instanceof Effect.Tarpit wanted) {
                tarpit = wanted.perReply().compareTo(tarpit) > 0 ? wanted.perReply() : tarpit;
            } else if (pace instanceof Effect.Throttle throttle) {
                wire.throttle(
                        throttle.bytesPerSecond(),
                        (nanos, follows) -> pauseUntil(throttlePace.next(Duration.ofNanos(nanos), follows)));
            } else if (pace instanceof Effect.Bounce bounce) {
                ledger.bounce(bounce);
            } else if (pace instanceof Effect.WaitFor hold) {
                waitAt(hold.name());
            } else if (pace instanceof Effect.Dribble wanted) {
                dribble = wanted;
            }
        }
        if (verdict.decision() instanceof Effect.Fault fault && !faultsWait) {
            return suffer(fault, dribble);
        }
        return new Ruling(Wording.filled(verdict.decision(), this), dribble, ended);
    }

    private Ruling suffer(Effect.Fault fault, Effect.@Nullable Dribble dribble) {
        switch (fault) {
            case CLOSE -> end(SmtpSession.Outcome.SERVER_CLOSED, "a rule closed the connection", true);
            case RESET ->
                close(SmtpSession.Outcome.SERVER_RESET, "a rule reset the connection", () -> {
                    // What was said before is the client's to read.
                    wire.flush();
                    wire.reset();
                });
            case STALL -> stall();
            case GARBAGE -> {
                recorder.serverText("(" + GARBAGE.length + " octets of garbage)");
                close(SmtpSession.Outcome.SERVER_CLOSED, "a rule wrote garbage and closed the connection", () -> {
                    wire.writeNow(GARBAGE, 0, GARBAGE.length);
                    wire.close(true);
                });
            }
            case DISCARD -> {
                return new Ruling(fault, dribble, false);
            }
        }
        return Ruling.ENDED;
    }

    private void pause(Duration time) {
        pauseUntil(new Pace(services.clock()).next(time, false));
    }

    private void pauseUntil(Instant due) {
        Gate mine = new Gate();
        ServerClock clock = services.clock();
        clock.schedule(Duration.between(clock.now(), due), mine::open);
        // A clock that was moved just before is not moved again for us.
        if (!clock.now().isBefore(due)) {
            mine.open();
        }
        park(mine);
    }

    private void waitAt(String hold) {
        Optional<Barrier> barrier = services.holds().named(hold);
        if (barrier.isEmpty()) {
            recorder.note("there is no hold named " + hold + "; nothing to wait for");
            return;
        }
        recorder.note("waiting at " + hold);
        ledger.withhold();
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
        // What was due before is not kept back: only what comes after the wait is.
        wire.flush();
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
    void stall() {
        recorder.note("stalled");
        ledger.withhold();
        wire.flush();
        if (moment.stage() == Stage.MID_DATA) {
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
        return ledger.transaction();
    }

    /** Opens a transaction. One that begins while the server is being reset is not to outlive the reset. */
    void open(Envelope.Sender sender) {
        ledger.open(sender);
        // Asked after the transaction is open: a reset counts its epoch first and looks for open transactions then.
        if (epoch != epochs.current() && dismissal == null) {
            dismissal = Dismissal.RESET;
        }
    }

    // ---- the client

    /** The client as it is known. */
    public SmtpClient client() {
        return client;
    }

    /** Lets the script see the client as the present command presents it; {@link #know} or {@link #asBefore} decides. */
    void presented(SmtpClient claimed) {
        moment.client(claimed);
    }

    /** What the present command presented was not accepted. */
    void asBefore() {
        moment.client(client);
    }

    /** This is known of the client from now on. */
    void know(SmtpClient now) {
        client = now;
        if (now.authentication().isPresent()) {
            secrets.loginAccepted();
        }
        moment.client(now);
        recorder.client(now);
    }

    /** TLS was established; what was said before is forgotten (RFC 3207 section 4.2). */
    void secured(TlsInfo info) {
        renewIfReset();
        recorder.tls(info);
        etiquette.secured();
        ledger.answered();
        know(client.secured(info));
    }

    /** Takes down a remark. */
    void note(String text) {
        recorder.note(text);
    }

    /** What the connection is dismissed with, if it is. */
    Optional<Reply> farewell() {
        Dismissal wish = dismissal;
        return wish == null ? Optional.empty() : Optional.of(wish.reply());
    }

    /** Waits for a line that holds a secret; empty if the input ended, of which {@code unheard} is told before it is known. */
    Optional<String> hearSecret(Runnable unheard) throws Refusal {
        byte[] line = wire.readLine();
        if (line == null) {
            unheard.run();
            inputEnded();
            return Optional.empty();
        }
        renewIfReset();
        String text = new String(line, StandardCharsets.UTF_8);
        recorder.clientText(text.equals("*") ? text : Secrets.MASK);
        etiquette.secret(line == Wire.TOO_LONG ? settings.maxLine() + 1 : line.length, recorder);
        if (line == Wire.TOO_LONG) {
            throw new Refusal(500, "5.5.6 Authentication exchange line is too long");
        }
        return Optional.of(text);
    }

    /** Takes down a body, or a part of one. */
    void heardBody(long octets, String mailId) {
        recorder.body(octets, mailId);
        Transaction open = transaction();
        if (open != null) {
            etiquette.body(open.dotted, recorder);
        }
    }

    /** Looks at a body whose input ended: its client may have waited behind what it took for the end. */
    void cutBody(Transaction open) {
        open.dotted.falseEnd().ifPresent(sequence -> Etiquette.waitsBehind(sequence, recorder));
    }

    /** Looks at what comes behind a body, or a chunk, that was taken down. */
    void afterBody() {
        etiquette.afterBody(recorder);
    }

    /** Octets that were sent ahead of a TLS handshake were discarded. */
    void discardedAheadOfTls(int octets) {
        recorder.note(octets + " octets that were sent ahead of the TLS handshake were discarded");
        etiquette.discardedAheadOfTls(recorder);
    }

    /** Goes on in plain text where the client expects TLS, which an attempt tells. */
    void goOnInPlainText() {
        toldOfPlainText = true;
    }

    /** Marks that a body is under way, which a closing server lets finish. */
    void inBody(boolean now) {
        inBody = now;
    }

    // ---- the end

    /** Whether the connection has ended, and is evidence; its client may not have seen it yet. */
    public boolean hasEnded() {
        return gone;
    }

    /** Notes what the client said of a line that it did not end. */
    private void noteCutLine() {
        byte[] cut = wire.cutLine();
        if (cut.length > 0) {
            String text = new String(cut, 0, Math.min(cut.length, 80), StandardCharsets.UTF_8);
            recorder.note(cut.length + " octets of a line without its end: " + secrets.shown(text, false));
        }
    }

    /** Ends the conversation because the input did. */
    void inputEnded() {
        if (!ended) {
            noteCutLine();
        }
        Dismissal wish = dismissal;
        if (wish != null) {
            // Said already if the wish found us waiting; else it is for us to say, and writing twice is prevented
            // below.
            ledger.lastWord(wish.reply());
            recorder.reply(wish.reply());
            wire.write(wish.reply());
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
        ledger.recordUnanswered();
        Runnable afterwards = ledger.abandon();
        recorder.end(outcome, text);
        // From here on its place is free: all that there is to know of it is known.
        gone = true;
        afterwards.run();
        closing.run();
    }

    /** Ends the conversation after an error of ours or of a function in the script. */
    public void fail(Throwable error) {
        fail(error, "failed: ");
    }

    private void fail(Throwable error, String what) {
        recorder.note(what + error);
        Reply reply = Reply.of(421, "4.3.0 Server failed: " + inOneLine(error.toString()));
        ledger.lastWord(reply);
        ledger.recordUnanswered();
        say(reply);
    }

    /** Short enough for a reply line (RFC 5321 section 4.5.3.1.5). */
    private static String inOneLine(String text) {
        return Wording.cut(text.replaceAll("\\p{Cntrl}+", " "), 400);
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
        return ledger.isOpen() || stalled;
    }

    /** Whether the session is about this mailbox. */
    public boolean hasTouched(String mailbox) {
        return ledger.hasTouched(mailbox);
    }

    /** Whether the client was silent for this long while the server waited for it. */
    public boolean isIdleFor(long nanos) {
        return wire.isAwaitingInput() && wire.idleNanos() > nanos;
    }

    /** Whether the client has read nothing for this long although the server writes. */
    public boolean isStuckFor(long nanos) {
        return wire.isSending() && wire.idleNanos() > nanos;
    }

    /** Closes the socket below everything. */
    public void abort() {
        wire.abort();
    }
}
