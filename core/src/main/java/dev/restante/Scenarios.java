package dev.restante;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.AUTH;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.STARTTLS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Ready scenarios: the situations that receiving servers put a client in. Each is made of the words of {@link Script} and of
 * nothing else, and goes on for as long as it is scripted.
 *
 * <pre>{@code
 * smtp.scenario(greylisting(), mailboxFull("bob@*"));
 * }</pre>
 *
 * <p>Patterns are those of {@link TextPattern}. Times run on the server's clock.
 */
public final class Scenarios {
    private static final Duration GREYLISTING_DELAY = Duration.ofMinutes(5);
    private static final Duration GREYLISTING_LIFETIME = Duration.ofDays(36);
    private static final String ANY = "*";

    private Scenarios() {}

    // ---- not now

    /** {@link #greylisting(Duration, Duration)} with a delay of 5 minutes and a lifetime of 36 days. */
    public static Scenario greylisting() {
        return greylisting(GREYLISTING_DELAY, GREYLISTING_LIFETIME);
    }

    /**
     * Refuses what is new with 451, until it is tried again after {@code delay}: each triple of client, sender and recipient
     * (RFC 6647). A client should keep the mail, and try again later.
     *
     * @param lifetime how long a triple is known from its first time on; after that it is new again
     */
    public static Scenario greylisting(Duration delay, Duration lifetime) {
        return Scenario.of(
                "greylisting",
                on(RCPT_TO)
                        .named("greylisting")
                        .newcomers(delay, lifetime)
                        .perTriple()
                        .reply(451, "4.7.1 Greylisted, please try again later")
                        .always());
    }

    /**
     * Takes {@code count} mails within any {@code window} for each key, and refuses the rest for now: with 421 for each
     * client, 450 for each user or recipient, 452 for each sender. A client should slow down, and lose nothing.
     */
    public static Scenario rateLimit(Condition.Key per, int count, Duration window) {
        String name = "rate limit";
        return switch (per) {
            case CLIENT ->
                Scenario.of(
                        name,
                        on(MAIL_FROM)
                                .named(name)
                                .moreThan(count, window)
                                .perClient()
                                .reply(421, "4.7.0 Too many messages from your address, try again later")
                                .always());
            case USER ->
                Scenario.of(
                        name,
                        on(MAIL_FROM)
                                .named(name)
                                .loggedIn()
                                .moreThan(count, window)
                                .perUser()
                                .reply(450, "4.7.1 You have sent too many messages, try again later")
                                .always());
            case SENDER ->
                Scenario.of(
                        name,
                        on(MAIL_FROM)
                                .named(name)
                                .moreThan(count, window)
                                .perSender()
                                .reply(452, "4.3.2 Too many messages from this sender, try again later")
                                .always());
            case RECIPIENT, TRIPLE ->
                Scenario.of(
                        name,
                        on(RCPT_TO)
                                .named(name)
                                .moreThan(count, window)
                                .per(per)
                                .reply(450, "4.2.1 This recipient gets too many messages, try again later")
                                .always());
        };
    }

    /** Greets no more than this many connections at once; others get 421. A client should wait, or use those it has. */
    public static Scenario connectionLimit(int connections) {
        return Scenario.of(
                "connection limit",
                on(CONNECT)
                        .named("connection limit")
                        .connectionsAbove(connections)
                        .reply(421, "4.3.2 Too many connections, try again later")
                        .always());
    }

    /** Greets no more than this many connections of one client address at once, as {@link #connectionLimit} does. */
    public static Scenario connectionLimitPerClient(int connections) {
        return Scenario.of(
                "connection limit per client",
                on(CONNECT)
                        .named("connection limit per client")
                        .connectionsOfClientAbove(connections)
                        .reply(421, "4.7.0 Too many connections from your address, try again later")
                        .always());
    }

    /** Recipients that match are busy: 450. A client should try these again, and none of the others. */
    public static Scenario mailboxBusy(String recipients) {
        return refusedRecipients("mailbox busy", recipients, 450, "4.2.1 Mailbox busy, try again later");
    }

    /** Recipients that match have a full mailbox, for now: 452. A client should try these again. */
    public static Scenario mailboxFull(String recipients) {
        return refusedRecipients("mailbox full", recipients, 452, "4.2.2 Mailbox full");
    }

    /** The server has a fault of its own: 451 once the body has arrived. A client should keep the mail, and try again. */
    public static Scenario localError() {
        return Scenario.of(
                "local error",
                on(END_OF_DATA)
                        .named("local error")
                        .reply(451, "4.3.0 Local error in processing")
                        .always());
    }

    /** {@link #shuttingDown(Stage)} as clients meet it first: instead of the greeting. */
    public static Scenario shuttingDown() {
        return shuttingDown(CONNECT);
    }

    /**
     * The service is closing: 421 at this stage, and the end of the connection (RFC 5321 section 3.8). A client should close
     * its side, keep what was not acknowledged, and try again later.
     *
     * @throws IllegalArgumentException if the stage has no reply
     */
    public static Scenario shuttingDown(Stage<?> stage) {
        if (!(stage.begin(RuleDraft.at(stage, 0)) instanceof Step.Answered<?> first)) {
            throw new IllegalArgumentException("At " + stage + " the server gives no reply that could be 421.");
        }
        Rule rule = ((Step.Answered<?>) ((Conditions<?>) first).named("shutting down"))
                .reply(421, "4.3.2 Service is shutting down")
                .always();
        return Scenario.of("shutting down", rule);
    }

    // ---- never

    /** Recipients that match have used up their quota: 552. A client should give up, and say so. */
    public static Scenario quotaExceeded(String recipients) {
        return refusedRecipients("quota exceeded", recipients, 552, "5.2.2 Mailbox quota exceeded");
    }

    /** Recipients that match do not exist: 550. A client should give up, say so, and not try again. */
    public static Scenario unknownUser(String recipients) {
        return refusedRecipients("unknown user", recipients, 550, "5.1.1 No such user");
    }

    /** Recipients that match have moved: 551 with the new address, which a client may use or report (RFC 5321 section 3.4). */
    public static Scenario userMoved(String recipients, String newAddress) {
        return refusedRecipients(
                "user moved", recipients, 551, "5.1.6 User has moved; please try <" + newAddress + ">");
    }

    /** Recipients that match have addresses that the server does not take: 553. A client should give up, and say so. */
    public static Scenario addressNotAllowed(String recipients) {
        return refusedRecipients("address not allowed", recipients, 553, "5.1.3 Mailbox name not allowed");
    }

    private static Scenario refusedRecipients(String name, String recipients, int code, String text) {
        return Scenario.of(
                name, on(RCPT_TO).named(name).to(recipients).reply(code, text).always());
    }

    /** Senders that match are refused: 554. A client should give up, and say so. */
    public static Scenario blockSenders(String... senders) {
        requireSome("blockSenders", "sender", senders);
        return new Scenario(
                "blocked sender",
                Arrays.stream(senders)
                        .map(sender -> on(MAIL_FROM)
                                .named("blocked sender " + sender)
                                .from(sender)
                                .reply(554, "5.7.1 Sender address rejected")
                                .always())
                        .toList());
    }

    /** Clients in these networks are refused: 554 instead of the greeting. A client should give up, and say so. */
    public static Scenario blockClients(String... networks) {
        requireSome("blockClients", "network", networks);
        return new Scenario(
                "blocked client",
                Arrays.stream(networks)
                        .map(network -> on(CONNECT)
                                .named("blocked client " + network)
                                .client(network)
                                .reply(554, "5.7.1 Your address is blocked")
                                .always())
                        .toList());
    }

    /** Only senders that match one of these are taken; others, the null sender too, are refused: 554. */
    public static Scenario allowSenders(String... senders) {
        requireSome("allowSenders", "sender", senders);
        Trigger.OnMailFrom rule = on(MAIL_FROM).named("sender not allowed");
        for (String sender : senders) {
            rule = rule.from("!" + sender);
        }
        return Scenario.of(
                "allowed senders",
                rule.reply(554, "5.7.1 Sender address rejected").always());
    }

    /** Only clients in one of these networks are greeted; others are refused: 554. */
    public static Scenario allowClients(String... networks) {
        requireSome("allowClients", "network", networks);
        Trigger.OnConnect rule = on(CONNECT).named("client not allowed");
        for (String network : networks) {
            rule = rule.client("!" + network);
        }
        return Scenario.of(
                "allowed clients",
                rule.reply(554, "5.7.1 Your address is not allowed").always());
    }

    /**
     * Takes mail for these domains, and for others only from clients that have logged in: else 554. A client should log in, or
     * give up and say so. {@code <Postmaster>} without a domain is always taken (RFC 5321 section 4.5.1).
     */
    public static Scenario relayDenied(String... domains) {
        requireSome("relayDenied", "domain", domains);
        Trigger.OnRcptTo rule = on(RCPT_TO).named("relay denied").notLoggedIn().to("!postmaster");
        for (String domain : domains) {
            rule = rule.to("!*@" + domain);
        }
        return Scenario.of(
                "relay denied", rule.reply(554, "5.7.1 Relay access denied").always());
    }

    /**
     * Refuses bodies of more octets with 552, and only once they have arrived, as if the limit were not known before. A client
     * should give up rather than send it all again.
     */
    public static Scenario sizeRefusedLate(long octets) {
        if (octets < 0 || octets == Long.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "sizeRefusedLate takes mails of up to 0 octets or more, and refuses larger"
                            + " ones, but was given " + octets + ".");
        }
        return Scenario.of(
                "size refused late",
                on(END_OF_DATA)
                        .named("size refused late")
                        .sizeAtLeast(octets + 1)
                        .reply(552, "5.3.4 Message is too large")
                        .always());
    }

    private static void requireSome(String scenario, String what, String... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException(scenario + " needs at least one " + what + ".");
        }
    }

    // ---- slowly

    /** Waits this long before each reply. A client should be patient within its time-outs (RFC 5321 section 4.5.3.2). */
    public static Scenario tarpit(Duration perReply) {
        return Scenario.of(
                "tarpit", on(CONNECT).named("tarpit").tarpit(perReply).always());
    }

    /** Waits this long before the greeting. A client should wait, and say nothing before. */
    public static Scenario slowStart(Duration time) {
        return Scenario.of(
                "slow start", on(CONNECT).named("slow start").after(time).always());
    }

    // ---- TLS and AUTH

    /** Takes mail only from clients that have logged in: 530 else. */
    public static Scenario authRequired() {
        return Scenario.of(
                "authentication required",
                on(MAIL_FROM)
                        .named("authentication required")
                        .notLoggedIn()
                        .reply(530, "5.7.0 Authentication required")
                        .always());
    }

    /** Refuses every login: 535. A client should ask for other credentials, and not try the same again. */
    public static Scenario authRefused() {
        return Scenario.of(
                "authentication refused",
                on(AUTH).named("authentication refused")
                        .reply(535, "5.7.8 Authentication credentials invalid")
                        .always());
    }

    /** Cannot judge logins for now: 454. A client should try again later with the same credentials. */
    public static Scenario authUnavailable() {
        return Scenario.of(
                "authentication unavailable",
                on(AUTH).named("authentication unavailable")
                        .reply(454, "4.7.0 Temporary authentication failure")
                        .always());
    }

    /** Takes mail only inside TLS: 530 else. */
    public static Scenario tlsRequired() {
        return Scenario.of(
                "TLS required",
                offeringStartTls(),
                on(MAIL_FROM)
                        .named("TLS required")
                        .inPlain()
                        .reply(530, "5.7.0 Say STARTTLS first")
                        .always());
    }

    /** Leaves STARTTLS out of EHLO's list, as one who listens in would. A client that insists on TLS should stop here. */
    public static Scenario startTlsStripped() {
        return Scenario.of(
                "STARTTLS stripped",
                on(EHLO).named("STARTTLS stripped").hide("STARTTLS").always());
    }

    /** Offers STARTTLS and cannot do it: 454. A client that insists on TLS should stop here, and try again later. */
    public static Scenario startTlsFailing() {
        return Scenario.of(
                "STARTTLS failing",
                offeringStartTls(),
                on(STARTTLS)
                        .named("STARTTLS failing")
                        .reply(454, "4.7.0 TLS not available due to temporary reason")
                        .always());
    }

    /** A server that was built without STARTTLS has to offer it first. */
    private static Rule offeringStartTls() {
        return on(EHLO).named("STARTTLS offered")
                .inPlain()
                .advertise("STARTTLS")
                .always();
    }

    // ---- the network, and what is hard to find

    /** {@link #flakyNetwork(double, long)} with a chance of one in ten at each stage, and a seed of its own. */
    public static Scenario flakyNetwork() {
        return flakyNetwork(0.1, ThreadLocalRandom.current().nextInt(1_000_000));
    }

    /**
     * Breaks connections by chance, at eight stages from the greeting to the lost acknowledgement. A client should lose no
     * mail; it may deliver some twice. The seed is part of each rule's name, so that every transcript and failure shows it;
     * the same seed breaks a sequence of connections in the same places.
     *
     * @param chance the probability at each stage, from 0 to 1
     */
    public static Scenario flakyNetwork(double chance, long seed) {
        String name = "flaky network, seed " + seed + ": ";
        return Scenario.of(
                "flaky network, seed " + seed,
                on(CONNECT)
                        .named(name + "reset before the greeting")
                        .withProbability(chance, seed)
                        .resetConnection()
                        .always(),
                on(EHLO).named(name + "closed at EHLO")
                        .withProbability(chance, seed + 1)
                        .closeConnection()
                        .always(),
                on(MAIL_FROM)
                        .named(name + "reset at MAIL")
                        .withProbability(chance, seed + 2)
                        .resetConnection()
                        .always(),
                on(RCPT_TO)
                        .named(name + "reset at RCPT")
                        .withProbability(chance, seed + 3)
                        .resetConnection()
                        .always(),
                on(DATA).named(name + "closed at DATA")
                        .withProbability(chance, seed + 4)
                        .closeConnection()
                        .always(),
                midData(100)
                        .named(name + "reset in the body")
                        .withProbability(chance, seed + 5)
                        .resetConnection()
                        .always(),
                on(END_OF_DATA)
                        .named(name + "closed before the mail is stored")
                        .withProbability(chance, seed + 6)
                        .closeConnection()
                        .always(),
                on(AFTER_COMMIT)
                        .named(name + "acknowledgement lost")
                        .withProbability(chance, seed + 7)
                        .closeConnection()
                        .always());
    }

    /**
     * Stores each mail and loses the acknowledgement of its first attempt, counted for each triple of client, sender and
     * first recipient. A client must try again (RFC 5321 section 4.5.4.1) and so delivers twice; both mails should have the
     * same Message-ID.
     */
    public static Scenario duplicateDelivery() {
        return Scenario.of(
                "duplicate delivery",
                on(AFTER_COMMIT)
                        .named("acknowledgement lost")
                        .attempts(1, 1)
                        .perTriple()
                        .closeConnection()
                        .always());
    }

    /**
     * Accepts mail and returns that of recipients that match to its sender, by a delivery report (RFC 3464) to the SMTP server
     * at this host and port: see {@link Effect.Bounce}. An application should understand the report.
     */
    public static Scenario bounceAfterAccept(String recipients, String host, int port) {
        return Scenario.of(
                "bounce after accept",
                on(AFTER_COMMIT)
                        .named("bounce after accept")
                        .bounce(recipients, host, port)
                        .always());
    }

    // ---- by name

    /** All kinds, as files and pages offer them. */
    public static List<ScenarioKind> kinds() {
        return Kinds.ALL;
    }

    /** The kind with this name; empty if there is none. */
    public static Optional<ScenarioKind> kind(String name) {
        return Kinds.ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
    }

    /** On its own, so that it is made only where scenarios are named. */
    private static final class Kinds {
        static final List<ScenarioKind> ALL = all();

        private static List<ScenarioKind> all() {
            List<ScenarioKind> all = new ArrayList<>();
            String again = "Tries again later, and loses no mail.";
            String gaveUp = "Gives up on what was refused, says so, and does not try again.";
            ScenarioKind.Parameter to = usual("to", ScenarioKind.Type.PATTERN, ANY, "The recipients, as a pattern.");
            add(
                    all,
                    "greylisting",
                    "Refuses each new triple of client, sender and recipient with 451 until it comes again later.",
                    again,
                    values -> greylisting(values.time("delay"), values.time("lifetime")),
                    usual("delay", ScenarioKind.Type.TIME, GREYLISTING_DELAY, "How long a triple is new."),
                    usual("lifetime", ScenarioKind.Type.TIME, GREYLISTING_LIFETIME, "How long a triple is known."));
            add(
                    all,
                    "rateLimit",
                    "Takes so many mails within a time, and refuses more with 421, 450 or 452.",
                    "Slows down, and loses no mail.",
                    values -> rateLimit(key(values), values.count("count"), values.time("within")),
                    choice(
                            "per",
                            Stream.of(Condition.Key.values())
                                    .map(key -> key.name().toLowerCase(Locale.ROOT))
                                    .toList(),
                            "client",
                            "What is counted for: each client, user, sender, recipient or triple."),
                    needed("count", ScenarioKind.Type.NUMBER, "How many mails are taken."),
                    usual("within", ScenarioKind.Type.TIME, Duration.ofMinutes(1), "The sliding window."));
            add(
                    all,
                    "connectionLimit",
                    "Greets so many connections at once, and refuses more with 421.",
                    "Waits, or uses the connections it has.",
                    values -> connectionLimit(values.count("connections")),
                    needed("connections", ScenarioKind.Type.NUMBER, "How many connections may be open."));
            add(
                    all,
                    "connectionLimitPerClient",
                    "Greets so many connections of one client address at once, and refuses more with 421.",
                    "Waits, or uses the connections it has.",
                    values -> connectionLimitPerClient(values.count("connections")),
                    needed("connections", ScenarioKind.Type.NUMBER, "How many connections a client may have."));
            add(
                    all,
                    "mailboxBusy",
                    "Refuses recipients with 450.",
                    "Tries these again later, and none of the others.",
                    values -> mailboxBusy(values.text("to")),
                    to);
            add(
                    all,
                    "mailboxFull",
                    "Refuses recipients with 452.",
                    "Tries these again later, and none of the others.",
                    values -> mailboxFull(values.text("to")),
                    to);
            add(
                    all,
                    "localError",
                    "Refuses every mail with 451 once its body has arrived.",
                    again,
                    values -> localError());
            add(
                    all,
                    "shuttingDown",
                    "Says 421 and closes the connection.",
                    again,
                    values -> shuttingDown(stage(values)),
                    choice(
                            "stage",
                            ScriptWord.stages(Step.Answered.class),
                            "CONNECT",
                            "The stage at which it happens."));
            add(
                    all,
                    "quotaExceeded",
                    "Refuses recipients with 552.",
                    gaveUp,
                    values -> quotaExceeded(values.text("to")),
                    to);
            add(
                    all,
                    "unknownUser",
                    "Refuses recipients with 550.",
                    gaveUp,
                    values -> unknownUser(values.text("to")),
                    to);
            add(
                    all,
                    "userMoved",
                    "Refuses recipients with 551 and a new address.",
                    "Uses the new address, or reports it.",
                    values -> userMoved(values.text("to"), values.text("address")),
                    to,
                    needed("address", ScenarioKind.Type.TEXT, "The new address."));
            add(
                    all,
                    "addressNotAllowed",
                    "Refuses recipients with 553.",
                    gaveUp,
                    values -> addressNotAllowed(values.text("to")),
                    to);
            add(
                    all,
                    "blockSenders",
                    "Refuses senders with 554.",
                    gaveUp,
                    values -> blockSenders(values.texts("senders")),
                    needed("senders", ScenarioKind.Type.PATTERNS, "The senders, as patterns."));
            add(
                    all,
                    "blockClients",
                    "Refuses clients with 554 instead of the greeting.",
                    gaveUp,
                    values -> blockClients(values.texts("networks")),
                    needed("networks", ScenarioKind.Type.NETWORKS, "The networks, such as 10.0.0.0/8."));
            add(
                    all,
                    "allowSenders",
                    "Refuses all other senders with 554.",
                    gaveUp,
                    values -> allowSenders(values.texts("senders")),
                    needed("senders", ScenarioKind.Type.PATTERNS, "The senders that are taken, as patterns."));
            add(
                    all,
                    "allowClients",
                    "Refuses all other clients with 554 instead of the greeting.",
                    gaveUp,
                    values -> allowClients(values.texts("networks")),
                    needed(
                            "networks",
                            ScenarioKind.Type.NETWORKS,
                            "The networks that are greeted, such as 127.0.0.0/8."));
            add(
                    all,
                    "relayDenied",
                    "Refuses recipients in other domains with 554, unless the client has logged in.",
                    "Logs in, or gives up and says so.",
                    values -> relayDenied(values.texts("domains")),
                    needed("domains", ScenarioKind.Type.TEXTS, "The domains that mail is taken for."));
            add(
                    all,
                    "sizeRefusedLate",
                    "Refuses larger mails with 552 once they have arrived.",
                    gaveUp,
                    values -> sizeRefusedLate(values.number("octets")),
                    needed("octets", ScenarioKind.Type.NUMBER, "The largest size that is taken."));
            add(
                    all,
                    "tarpit",
                    "Waits before each reply.",
                    "Is patient within its time-outs.",
                    values -> tarpit(values.time("perReply")),
                    usual("perReply", ScenarioKind.Type.TIME, Duration.ofSeconds(5), "How long each reply waits."));
            add(
                    all,
                    "slowStart",
                    "Waits before the greeting.",
                    "Waits, and says nothing before.",
                    values -> slowStart(values.time("time")),
                    usual("time", ScenarioKind.Type.TIME, Duration.ofSeconds(10), "How long the greeting waits."));
            add(
                    all,
                    "authRequired",
                    "Refuses mail with 530 until the client has logged in.",
                    "Logs in, or says that it cannot.",
                    values -> authRequired());
            add(
                    all,
                    "authRefused",
                    "Refuses every login with 535.",
                    "Asks for other credentials, and does not try the same again.",
                    values -> authRefused());
            add(
                    all,
                    "authUnavailable",
                    "Refuses every login with 454.",
                    "Tries again later with the same credentials.",
                    values -> authUnavailable());
            add(
                    all,
                    "tlsRequired",
                    "Refuses mail with 530 in plain text.",
                    "Says STARTTLS, or gives up.",
                    values -> tlsRequired());
            add(
                    all,
                    "startTlsStripped",
                    "Leaves STARTTLS out of EHLO's list.",
                    "Stops, if it insists on TLS.",
                    values -> startTlsStripped());
            add(
                    all,
                    "startTlsFailing",
                    "Refuses STARTTLS with 454.",
                    "Stops, if it insists on TLS, and tries again later.",
                    values -> startTlsFailing());
            add(
                    all,
                    "flakyNetwork",
                    "Breaks connections by chance at eight stages.",
                    "Loses no mail; may deliver some twice.",
                    values -> flakyNetwork(values.chance("chance"), values.number("seed")),
                    usual("chance", ScenarioKind.Type.CHANCE, 0.1, "The probability at each stage."),
                    usual("seed", ScenarioKind.Type.NUMBER, 1L, "What decides the draws."));
            add(
                    all,
                    "duplicateDelivery",
                    "Stores each mail, and loses the acknowledgement of the first for each client, sender and recipient.",
                    "Delivers again, with the same Message-ID.",
                    values -> duplicateDelivery());
            add(
                    all,
                    "bounceAfterAccept",
                    "Accepts mail, and returns it by a delivery report to its sender.",
                    "Understands the report.",
                    values -> bounceAfterAccept(values.text("to"), values.text("host"), values.count("port")),
                    to,
                    needed("host", ScenarioKind.Type.TEXT, "The SMTP server that takes the report."),
                    needed("port", ScenarioKind.Type.PORT, "Its port."));
            return List.copyOf(all);
        }

        private static void add(
                List<ScenarioKind> all,
                String name,
                String summary,
                String provokes,
                Function<ScenarioKind.Values, Scenario> maker,
                ScenarioKind.Parameter... parameters) {
            all.add(new ScenarioKind(name, summary, provokes, List.of(parameters), maker));
        }

        private static ScenarioKind.Parameter usual(
                String name, ScenarioKind.Type type, Object value, String description) {
            return new ScenarioKind.Parameter(name, type, Optional.of(value), List.of(), description);
        }

        private static ScenarioKind.Parameter needed(String name, ScenarioKind.Type type, String description) {
            return new ScenarioKind.Parameter(name, type, Optional.empty(), List.of(), description);
        }

        private static ScenarioKind.Parameter choice(
                String name, List<String> choices, String value, String description) {
            return new ScenarioKind.Parameter(name, ScenarioKind.Type.CHOICE, Optional.of(value), choices, description);
        }

        private static Condition.Key key(ScenarioKind.Values values) {
            return Condition.Key.valueOf(values.text("per").toUpperCase(Locale.ROOT));
        }

        private static Stage<?> stage(ScenarioKind.Values values) {
            return Stage.named(values.text("stage")).orElseThrow();
        }
    }
}
