package dev.restante;

import dev.restante.bounce.Bouncer;
import dev.restante.inbox.Inbox;
import dev.restante.inbox.Inboxes;
import dev.restante.listener.Connections;
import dev.restante.listener.SmtpListener;
import dev.restante.listener.commands.Identifiers;
import dev.restante.listener.commands.Proxies;
import dev.restante.listener.commands.Services;
import dev.restante.listener.commands.Settings;
import dev.restante.listener.wire.BodyRoom;
import dev.restante.mail.Octets;
import dev.restante.mailbox.MailRoom;
import dev.restante.mailbox.MailStore;
import dev.restante.script.Barrier;
import dev.restante.script.Holds;
import dev.restante.script.RuleBook;
import dev.restante.session.SessionLog;
import dev.restante.tls.CertificateFiles;
import dev.restante.tls.ServerIdentity;
import dev.restante.tls.TlsChoices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real SMTP server in this JVM that delivers nothing: it holds what it catches, misbehaves as scripted, and keeps evidence
 * of everything that clients tried.
 *
 * <pre>{@code
 * try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
 *     new OrderMailer(smtp.host(), smtp.port()).confirm(order);
 *     CapturedMail mail = smtp.takeMail();
 * }
 * }</pre>
 *
 * <p>By default it listens on a free port of the loopback interface, takes messages of up to 50 MiB, offers AUTH and accepts
 * anybody, and keeps the latest 10,000 mails or 128 MiB and 10,000 sessions or 48 MiB.
 *
 * <p>Thread-safe. A closed server cannot be started again; its evidence stays readable.
 */
public final class FakeSmtpServer extends HeldMailbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FakeSmtpServer.class);
    private static final int MAX_COMMAND_LINE = 32 * 1024;
    private static final int FREE_PORT_ATTEMPTS = 5;

    private final Builder configuration;
    private final Settings settings;
    private final ServerClock clock;
    private final MailStore store;
    private final Mailbox mailbox;
    private final RuleBook rules;
    private final MailRoom mailRoom;
    private final Inboxes inboxes;
    /** The mailboxes beside the server's own, by name, in the order they were made. */
    private final Map<String, FakeSmtpMailbox> mailboxes = new LinkedHashMap<>();

    private final Holds holds = new Holds();
    private final SessionLog sessions;
    private final ServerIdentity identity;
    private final Connections connections;
    private final BodyRoom room;
    private final Bouncer bouncer;
    private final List<SmtpListener> listeners = new ArrayList<>();
    private final Object resetting = new Object();
    private volatile State state = State.NEW;

    private enum State {
        NEW,
        LISTENING,
        CLOSED
    }

    private FakeSmtpServer(Builder configuration) {
        this.configuration = configuration;
        this.clock = configuration.clock;
        this.mailRoom = new MailRoom(configuration.maxMailBytes);
        this.store = new MailStore(configuration.maxMails, configuration.maxMailBytes, mailRoom);
        this.mailbox = new StoreMailbox(this, store, configuration.defaultTimeout, false);
        this.rules = new RuleBook(clock);
        this.inboxes = new Inboxes(new Inbox(SmtpMailbox.DEFAULT, List.of(), store, rules));
        this.sessions = new SessionLog(configuration.maxSessions, configuration.maxSessionBytes);
        this.bouncer = new Bouncer(configuration.hostName, clock);
        this.room = new BodyRoom(configuration.maxBytesInFlight);
        this.identity = new ServerIdentity(certificateNames(configuration), configuration.tls);
        this.connections = new Connections(
                configuration.maxConnections,
                configuration.maxConnectionsPerClient,
                configuration.idleTimeout,
                "restante");
        this.settings = Settings.of(
                configuration.hostName,
                configuration.maxMessageSize,
                configuration.maxRecipients,
                MAX_COMMAND_LINE,
                configuration.maxCommandsWithoutMail,
                configuration.auth,
                configuration.startTls,
                configuration.requireTls,
                configuration.handshakeTimeout,
                configuration.proxies());
    }

    private static List<String> certificateNames(Builder configuration) {
        Set<String> names = new LinkedHashSet<>(List.of("localhost", configuration.hostName, "127.0.0.1", "::1"));
        configuration.addresses.stream()
                .filter(address -> !address.isAnyLocalAddress())
                .forEach(address -> names.add(address.getHostAddress()));
        return List.copyOf(names);
    }

    /** A server with the defaults, not yet started. */
    public static FakeSmtpServer create() {
        return builder().build();
    }

    /** Begins to configure a server. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Begins to listen, and returns this server. A server that listens already goes on.
     *
     * @throws UncheckedIOException if a port cannot be listened on; the message says why and what to do
     * @throws IllegalStateException if the server was closed
     */
    public synchronized FakeSmtpServer start() {
        if (state == State.CLOSED) {
            throw new IllegalStateException(
                    "This server was closed and cannot be started again. Create a new one; its evidence stays readable here.");
        }
        if (state == State.LISTENING) {
            return this;
        }
        try {
            listenOnAll(SmtpListener.Kind.SMTP, configuration.port);
            if (configuration.smtpsPort >= 0) {
                listenOnAll(SmtpListener.Kind.SMTPS, configuration.smtpsPort);
            }
            if (configuration.lmtpPort >= 0) {
                listenOnAll(SmtpListener.Kind.LMTP, configuration.lmtpPort);
            }
        } catch (RuntimeException e) {
            listeners.forEach(SmtpListener::stopAccepting);
            listeners.forEach(SmtpListener::stop);
            listeners.clear();
            throw e;
        }
        state = State.LISTENING;
        return this;
    }

    /** Listens on the same port of all addresses. */
    private void listenOnAll(SmtpListener.Kind kind, int wantedPort) {
        // A port that is free at the first address may be taken at the next: another free one is tried then.
        for (int attempt = 1; !listenedOnAll(kind, wantedPort, attempt == FREE_PORT_ATTEMPTS); attempt++) {
            log.debug("The free port {} was not free on every address", attempt);
        }
    }

    private boolean listenedOnAll(SmtpListener.Kind kind, int wantedPort, boolean lastAttempt) {
        int port = wantedPort;
        List<SmtpListener> begun = new ArrayList<>();
        for (InetAddress address : configuration.addresses) {
            SmtpListener listener = new SmtpListener(
                    kind,
                    address,
                    port,
                    settings,
                    new Services(inboxes, holds, sessions, clock, identity, connections, room, bouncer),
                    connections);
            try {
                listener.start();
            } catch (IOException e) {
                begun.forEach(SmtpListener::stopAccepting);
                begun.forEach(SmtpListener::stop);
                if (wantedPort == 0 && !begun.isEmpty() && !lastAttempt) {
                    return false;
                }
                throw new UncheckedIOException(cannotListen(kind, address, port, e), e);
            }
            begun.add(listener);
            port = listener.port();
        }
        listeners.addAll(begun);
        return true;
    }

    private static String cannotListen(SmtpListener.Kind kind, InetAddress address, int port, IOException cause) {
        String where = address.getHostAddress() + " port " + port;
        if (cause instanceof BindException && String.valueOf(cause.getMessage()).contains("in use")) {
            return "Cannot listen for " + kind + " on " + where + ": the port is in use. Stop the program that listens"
                    + " there, choose another port, or take port 0 for a free one.";
        } else if (cause instanceof BindException && port > 0 && port < 1024) {
            return "Cannot listen for " + kind + " on " + where + ": " + cause.getMessage()
                    + ". Ports below 1024 often need special rights; choose a higher one.";
        }
        return "Cannot listen for " + kind + " on " + where + ": " + cause.getMessage()
                + ". Bind an address of this machine, such as 127.0.0.1.";
    }

    /**
     * Ends listening, all connections, holds, stalls and delays. Clients that are idle are told 421; a body under way may
     * finish within the grace time. Takes 5 seconds at most; closing again does nothing.
     *
     * @throws IllegalStateException if a connection's thread will not end; it names the thread and where it is
     */
    @Override
    public void close() {
        synchronized (this) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
        }
        listeners.forEach(SmtpListener::stopAccepting);
        holds.clear();
        List<Thread> stuck = connections.close(configuration.closeGrace);
        store.close();
        mailboxes().forEach(FakeSmtpMailbox::closeWithServer);
        bouncer.cancel();
        listeners.forEach(SmtpListener::stop);
        if (!stuck.isEmpty()) {
            throw new IllegalStateException("The server is closed, but " + stuck.size()
                    + " of its threads did not end within 5 s. Does a function in the script block?\n"
                    + stuck.stream().map(FakeSmtpServer::whereabouts).collect(Collectors.joining("\n")));
        }
    }

    private static String whereabouts(Thread thread) {
        StringBuilder text = new StringBuilder("  thread \"" + thread.getName() + "\"");
        StackTraceElement[] frames = thread.getStackTrace();
        for (int i = 0; i < Math.min(8, frames.length); i++) {
            text.append("\n      at ").append(frames[i]);
        }
        return text.toString();
    }

    @Override
    public void reset() {
        // Not under the lock of start and close: closing must not wait for a reset that waits.
        synchronized (resetting) {
            resetAll();
        }
    }

    private void resetAll() {
        rules.clear();
        inboxes.named().forEach(inbox -> inbox.rules().clear());
        holds.clear();
        connections.reset();
        bouncer.cancel();
        store.reset();
        sessions.clear();
        mailboxes().forEach(FakeSmtpMailbox::resetWithServer);
    }

    /** The address that clients connect to, in digits; the loopback address if the server is bound to all. */
    @Override
    public String host() {
        InetAddress first = configuration.addresses.get(0);
        return first.isAnyLocalAddress() ? InetAddress.getLoopbackAddress().getHostAddress() : first.getHostAddress();
    }

    /**
     * The port of the SMTP listener.
     *
     * @throws IllegalStateException if the server was not started
     */
    @Override
    public int port() {
        return portOf(SmtpListener.Kind.SMTP);
    }

    /**
     * The port of the SMTPS listener.
     *
     * @throws IllegalStateException if the server was not started, or not built with {@link Builder#smtpsPort}
     */
    public int smtpsPort() {
        if (configuration.smtpsPort < 0) {
            throw new IllegalStateException(
                    "This server has no SMTPS listener. Build it with FakeSmtpServer.builder().smtpsPort(0).");
        }
        return portOf(SmtpListener.Kind.SMTPS);
    }

    /** Whether the server has an SMTPS listener. */
    public boolean hasSmtpsPort() {
        return configuration.smtpsPort >= 0;
    }

    /**
     * The port of the LMTP listener.
     *
     * @throws IllegalStateException if the server was not started, or not built with {@link Builder#lmtpPort}
     */
    public int lmtpPort() {
        if (configuration.lmtpPort < 0) {
            throw new IllegalStateException(
                    "This server has no LMTP listener. Build it with FakeSmtpServer.builder().lmtpPort(0).");
        }
        return portOf(SmtpListener.Kind.LMTP);
    }

    /** Whether the server has an LMTP listener. */
    public boolean hasLmtpPort() {
        return configuration.lmtpPort >= 0;
    }

    private synchronized int portOf(SmtpListener.Kind kind) {
        return listeners.stream()
                .filter(listener -> listener.kind() == kind)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("The server has no port before it is started. Call start() first."))
                .port();
    }

    /** The name in the banner and in EHLO's answer. */
    public String hostName() {
        return settings.hostName();
    }

    /** The largest message that is taken, in octets. */
    public int maxMessageSize() {
        return settings.maxMessageSize();
    }

    @Override
    public boolean isListening() {
        return state == State.LISTENING;
    }

    /** Whether STARTTLS is offered, as the builder says; a persona may list it, or a rule hide it. */
    public boolean offersStartTls() {
        return configuration.startTls;
    }

    /** Whether mail is refused outside TLS, as the builder says. */
    public boolean requiresTls() {
        return configuration.requireTls;
    }

    /** Who may log in, and whether everybody must. */
    public AuthPolicy auth() {
        return configuration.auth;
    }

    /** What clients need to trust this server inside TLS. */
    public ServerTls tls() {
        return new ServerTls(identity);
    }

    /** Jakarta Mail properties that lead to this server in plain text; inside TLS, add those of {@link #tls()}. */
    public Properties mailProperties() {
        Properties properties = new Properties();
        properties.setProperty("mail.transport.protocol", "smtp");
        properties.setProperty("mail.smtp.host", host());
        properties.setProperty("mail.smtp.port", String.valueOf(port()));
        return properties;
    }

    /** How many connections are open now. */
    public int openConnections() {
        return connections.all();
    }

    /** The mails that no call has returned yet, oldest first. Asking does not change that. */
    public List<CapturedMail> mailsNotLookedAt() {
        return store.notLookedAt();
    }

    /**
     * The same mailbox for somebody who only looks on, such as a page over a test's own server: what it returns does not
     * count as looked at.
     */
    public Onlooker onlooker() {
        return new StoreMailbox(this, store, configuration.defaultTimeout, true);
    }

    /**
     * Puts a mail into the mailbox that came by another way than SMTP, such as an HTTP API. The script is not asked, and
     * there is no session.
     *
     * @param octets the mail; they are copied
     * @return the mail as it is kept now
     */
    public CapturedMail deliver(SmtpClient client, Envelope envelope, byte[] octets) {
        return deliver(Identifiers.mailId(), clock.now(), client, envelope, octets);
    }

    /**
     * Puts a mail back into the mailbox that was in one before, such as that of a server which has ended.
     *
     * @param id the {@link CapturedMail#id()} that it had
     * @param arrivedAt when it arrived then
     * @param octets the mail; they are copied
     * @return the mail as it is kept now
     * @throws IllegalArgumentException if there is a mail with this id, or it is no id of a mail
     */
    public CapturedMail deliver(String id, Instant arrivedAt, SmtpClient client, Envelope envelope, byte[] octets) {
        if (!id.matches("[0-9A-Za-z]{22}")) {
            throw new IllegalArgumentException(
                    "The id of a mail is 22 characters of 0-9A-Za-z, but was \"" + id + "\".");
        } else if (onlooker().mail(id).isPresent()) {
            throw new IllegalArgumentException("There is a mail with the id " + id + " already.");
        }
        CapturedMail mail = new CapturedMail(
                id, "", client, envelope, Octets.of(octets), arrivedAt, System.nanoTime(), Delivered.ALREADY);
        List<Inbox> homes = inboxes.homesOf(mail);
        homes.forEach(home -> home.store().add(mail));
        homes.forEach(home -> home.store().settle(mail));
        return mail;
    }

    /** Nobody waits for a reply to a mail that came by another way. */
    private enum Delivered implements CapturedMail.Aftermath {
        ALREADY;

        @Override
        public Acknowledgement acknowledgement() {
            return Acknowledgement.SENT;
        }

        @Override
        public Optional<SmtpSession> session() {
            return Optional.empty();
        }
    }

    // ---- script

    @Override
    public void script(Rule... more) {
        rules.add(RuleReport.Layer.TEST, List.of(more));
    }

    @Override
    public void scenario(Scenario... scenarios) {
        rules.add(
                RuleReport.Layer.SCENARIO,
                Stream.of(scenarios).flatMap(each -> each.rules().stream()).toList());
    }

    @Override
    public void persona(Persona persona) {
        rules.replace(RuleReport.Layer.PERSONA, persona.rules());
    }

    @Override
    public List<RuleReport> rules() {
        return rules.reports();
    }

    /** Replaces the test's own rules by these, with fresh counts; scenarios and persona stay. */
    public void replaceScript(List<Rule> all) {
        rules.replace(RuleReport.Layer.TEST, all);
    }

    /** Replaces those of the test's own rules that {@code old} agrees to; the others keep their place and their counts. */
    public void exchangeRules(Predicate<RuleReport> old, List<Rule> by) {
        rules.exchange(RuleReport.Layer.TEST, old, by);
    }

    @Override
    public void switchRule(long id, boolean on) {
        if (!rules.turn(id, on)) {
            throw noRule(id);
        }
    }

    @Override
    public void removeRule(long id) {
        if (!rules.remove(id)) {
            throw noRule(id);
        }
    }

    @Override
    public void clearScript() {
        rules.clear();
        bouncer.cancel();
    }

    @Override
    public Hold hold(Stage<?> stage) {
        Hold hold = hold();
        RuleDraft waiting = RuleDraft.at(stage, 0).paced(new Effect.WaitFor(hold.name()));
        script(Rule.of(waiting, Rule.Limit.Always.ALWAYS));
        return hold;
    }

    @Override
    public Hold hold() {
        return new BarrierHold(this, holds.create(), configuration.defaultTimeout);
    }

    /** The hold of this name, if the server has made one since it was last reset. */
    public Optional<Hold> hold(String name) {
        return holds.named(name).map(barrier -> new BarrierHold(this, barrier, configuration.defaultTimeout));
    }

    @Override
    public ServerClock clock() {
        return clock;
    }

    // ---- evidence

    @Override
    public List<SmtpSession> sessions() {
        return sessions.sessions();
    }

    @Override
    public Optional<SmtpSession> session(String id) {
        return sessions.session(id);
    }

    @Override
    public List<Attempt> attempts() {
        return sessions.attempts();
    }

    // ---- mailboxes

    @Override
    Mailbox held() {
        return mailbox;
    }

    @Override
    public FakeSmtpMailbox mailbox(String name, MailboxSelector selector, MailboxSelector... more) {
        List<MailboxSelector> selectors = new ArrayList<>(List.of(selector));
        selectors.addAll(List.of(more));
        MailboxName.require(name);
        synchronized (mailboxes) {
            if (state == State.CLOSED) {
                throw new IllegalStateException("This server was closed, and takes no more mailboxes.");
            }
            FakeSmtpMailbox present = mailboxes.get(name);
            if (present != null) {
                if (present.selectors().equals(selectors)) {
                    return present;
                }
                throw new IllegalArgumentException("There is a mailbox \"" + name + "\" already, which is chosen by "
                        + present.inbox().chosenBy() + ". Close it first, or take another name.");
            }
            Inbox inbox = new Inbox(
                    name,
                    selectors,
                    new MailStore(configuration.maxMails, configuration.maxMailBytes, mailRoom),
                    new RuleBook(clock));
            if (!inboxes.add(inbox)) {
                inbox.store().retire();
                throw new IllegalStateException("There are " + Inboxes.AT_MOST
                        + " mailboxes, as many as there may be. Close those that are not needed any more.");
            }
            FakeSmtpMailbox made = new FakeSmtpMailbox(this, inbox);
            mailboxes.put(name, made);
            return made;
        }
    }

    @Override
    public FakeSmtpMailbox mailbox(String name) {
        synchronized (mailboxes) {
            FakeSmtpMailbox present = mailboxes.get(name);
            if (present == null) {
                throw MailboxName.absent(name, mailboxes.keySet());
            }
            return present;
        }
    }

    @Override
    public List<FakeSmtpMailbox> mailboxes() {
        synchronized (mailboxes) {
            return List.copyOf(mailboxes.values());
        }
    }

    /** Takes a mailbox away. */
    void remove(FakeSmtpMailbox gone) {
        synchronized (mailboxes) {
            inboxes.remove(gone.inbox());
            mailboxes.remove(gone.name(), gone);
        }
    }

    /** Ends what goes on in a mailbox: its holds, and transactions that concern it. */
    void end(String name, List<Barrier> barriers) {
        barriers.forEach(holds::release);
        if (state != State.CLOSED) {
            synchronized (resetting) {
                connections.reset(name);
            }
        }
    }

    Barrier newBarrier() {
        return holds.create();
    }

    SessionLog evidence() {
        return sessions;
    }

    Duration defaultTimeout() {
        return configuration.defaultTimeout;
    }

    /** How much the server keeps of mail, all its mailboxes together; each of them no more than that. */
    public SmtpMailbox.Retention retention() {
        return new SmtpMailbox.Retention(configuration.maxMails, configuration.maxMailBytes);
    }

    /** The server's state in words, such as {@code FakeSmtpServer listening on 127.0.0.1:38211, 2 mails}. */
    @Override
    public String toString() {
        String mails =
                store.snapshot().size() == 1 ? "1 mail" : store.snapshot().size() + " mails";
        return switch (state) {
            case NEW -> "FakeSmtpServer, not started";
            case LISTENING ->
                "FakeSmtpServer listening on " + host() + ":" + port()
                        + (configuration.smtpsPort < 0 ? "" : " and for SMTPS on " + smtpsPort())
                        + (configuration.lmtpPort < 0 ? "" : " and for LMTP on " + lmtpPort()) + ", " + mails;
            case CLOSED -> "FakeSmtpServer, closed, " + mails;
        };
    }

    /**
     * Configures a server. Every option has a default; {@link #build()} may be called more than once.
     *
     * <p>Not thread-safe.
     */
    public static final class Builder implements Cloneable {
        private List<InetAddress> addresses = List.of(loopback());
        private int port;
        private int smtpsPort = -1;
        private int lmtpPort = -1;
        private String hostName = "localhost";
        private int maxMessageSize = 50 << 20;
        private int maxRecipients = 1000;
        private int maxConnections = 2000;
        private int maxConnectionsPerClient = Integer.MAX_VALUE;
        private int maxCommandsWithoutMail = 10_000;
        private int maxMails = 10_000;
        private long maxMailBytes = 128L << 20;
        private int maxSessions = 10_000;
        private long maxSessionBytes = 48L << 20;
        private long maxBytesInFlight = 64L << 20;
        private AuthPolicy auth = AuthPolicy.anyone();
        private boolean startTls;
        private boolean requireTls;
        private List<Network> proxyNetworks = List.of();
        private ProxyHeader proxyHeader = ProxyHeader.REQUIRED;
        private Optional<Duration> proxyHeaderTimeout = Optional.empty();
        private List<Network> xclientNetworks = List.of();
        private TlsChoices tls = TlsChoices.DEFAULT;
        private Duration defaultTimeout = Duration.ofSeconds(5);
        private Duration idleTimeout = Duration.ofMinutes(5);
        private Duration handshakeTimeout = Duration.ofSeconds(30);
        private Duration closeGrace = Duration.ofSeconds(1);
        private ServerClock clock = ServerClock.system();

        private Builder() {}

        private static InetAddress loopback() {
            try {
                return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
            } catch (UnknownHostException e) {
                throw new IllegalStateException("Four octets are an address.", e);
            }
        }

        /** The SMTP port; 0, the default, takes a free one. */
        public Builder port(int newPort) {
            port = checkedPort(newPort);
            return this;
        }

        /** Listens for SMTPS (TLS from the first octet) too, on this port; 0 takes a free one. Off by default. */
        public Builder smtpsPort(int newPort) {
            smtpsPort = checkedPort(newPort);
            return this;
        }

        /**
         * Listens for LMTP (RFC 2033) too, on this port; 0 takes a free one. Off by default. A mail is then taken or refused for
         * each of its recipients: rules at END_OF_DATA and AFTER_COMMIT are asked for one after the other, the mail is stored
         * for those it is taken for, and what became of each is in {@link Attempt.RecipientOutcome#delivery()}.
         */
        public Builder lmtpPort(int newPort) {
            lmtpPort = checkedPort(newPort);
            return this;
        }

        private static int checkedPort(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException(
                        "A port is between 0 and 65535, but was " + port + ". 0 takes a free one.");
            }
            return port;
        }

        /**
         * The addresses to listen on, {@code 127.0.0.1} by default; all get the same port. {@code 0.0.0.0} is every address
         * of the machine: anybody who can reach it can then send and script.
         *
         * @throws IllegalArgumentException if one is no address and no name that this machine can resolve
         */
        public Builder bindAddress(String address, String... more) {
            Set<InetAddress> all = new LinkedHashSet<>();
            all.add(resolved(address));
            for (String another : more) {
                all.add(resolved(another));
            }
            addresses = List.copyOf(all);
            return this;
        }

        private static InetAddress resolved(String address) {
            // Java takes an empty name for the loopback address.
            if (address.isBlank()) {
                throw new IllegalArgumentException("An empty text is no address. Bind 127.0.0.1 (the default), ::1,"
                        + " 0.0.0.0 for every address, or an address that the machine has.");
            }
            try {
                return InetAddress.getByName(address);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(
                        "\"" + address + "\" is no address of this machine. Bind 127.0.0.1 (the default), ::1,"
                                + " 0.0.0.0 for every address, or an address that the machine has.",
                        e);
            }
        }

        /** The name in the banner and in EHLO's answer, and in the certificate; {@code localhost} by default. */
        public Builder hostName(String name) {
            if (!name.matches("[A-Za-z0-9._\\-\\[\\]:]+")) {
                throw new IllegalArgumentException("\"" + name + "\" is no host name.");
            }
            hostName = name;
            return this;
        }

        /** The largest message in octets, 50 MiB by default; larger ones are refused with 552. */
        public Builder maxMessageSize(int octets) {
            maxMessageSize = positive("maxMessageSize", octets);
            return this;
        }

        /** The most recipients of a mail, 1,000 by default; further ones are refused with 452. */
        public Builder maxRecipients(int count) {
            maxRecipients = positive("maxRecipients", count);
            return this;
        }

        /** The most connections at once, 2,000 by default; further ones are refused with 421. */
        public Builder maxConnections(int count) {
            maxConnections = positive("maxConnections", count);
            return this;
        }

        /**
         * The most connections of one client address at once; further ones are refused with 421. As many as {@link
         * #maxConnections} by default.
         */
        public Builder maxConnectionsPerClient(int count) {
            maxConnectionsPerClient = positive("maxConnectionsPerClient", count);
            return this;
        }

        /**
         * The most commands that a client may say without sending a mail, 10,000 by default; then it is told 421. RCPT and BDAT
         * of an open transaction are not counted; lines that are too long and TLS handshakes in the wrong place are.
         */
        public Builder maxCommandsWithoutMail(int count) {
            maxCommandsWithoutMail = positive("maxCommandsWithoutMail", count);
            return this;
        }

        /** How much mail is kept, 10,000 mails or 128 MiB by default; the oldest are evicted. */
        public Builder keepMails(int count, long octets) {
            maxMails = positive("the number of mails", count);
            maxMailBytes = positive("the octets of mails", octets);
            return this;
        }

        /**
         * How much memory the bodies may take up together that clients are sending at one time, 64 MiB by default; a body
         * that finds no room is refused with 452. A lone body always finds room, and so do bodies of up to 64 KiB.
         */
        public Builder maxBytesInFlight(long octets) {
            maxBytesInFlight = positive("maxBytesInFlight", octets);
            return this;
        }

        /** How much evidence of sessions is kept, 10,000 or 48 MiB by default; the oldest are dropped. */
        public Builder keepSessions(int count, long octets) {
            maxSessions = positive("the number of sessions", count);
            maxSessionBytes = positive("the octets of sessions", octets);
            return this;
        }

        private static <N extends Number> N positive(String what, N value) {
            if (value.longValue() < 1) {
                throw new IllegalArgumentException(what + " is at least 1, but was " + value + ".");
            }
            return value;
        }

        /** Who may log in; anybody by default. */
        public Builder auth(AuthPolicy policy) {
            auth = policy;
            return this;
        }

        /**
         * Offers STARTTLS. Off by default, because clients that upgrade whenever they can, and verify, would fail until they
         * trust {@link FakeSmtpServer#tls()}.
         */
        public Builder startTls() {
            startTls = true;
            return this;
        }

        /**
         * Offers STARTTLS and refuses everything in plain text with 530, but EHLO, NOOP, STARTTLS and QUIT (RFC 3207 section 4);
         * AUTH is offered inside TLS only.
         */
        public Builder requireTls() {
            startTls = true;
            requireTls = true;
            return this;
        }

        /**
         * Expects a PROXY header (HAProxy's PROXY protocol, version 1 or 2) from peers in these networks, before anything else
         * and so before TLS on an SMTPS port. The client that it tells of is the {@link SmtpClient} of all evidence, rules and
         * limits; the peer is in {@link SmtpClient#proxy()}. A peer that sends none, or one that is not in order, is refused.
         * Other peers speak for themselves. Off by default.
         *
         * @param network a network as {@link Network#of} reads it
         * @throws IllegalArgumentException if one is no network
         */
        public Builder proxyProtocol(String network, String... more) {
            return proxyProtocol(ProxyHeader.REQUIRED, network, more);
        }

        /** The same, but says whether these peers must send a header. */
        public Builder proxyProtocol(ProxyHeader demand, String network, String... more) {
            proxyHeader = demand;
            proxyNetworks = networks(network, more);
            return this;
        }

        /**
         * How long a PROXY header may take to come; 5 seconds by default, and a fifth of a second where it is {@link
         * ProxyHeader#OPTIONAL}: a client that waits for the greeting waits as long for it.
         */
        public Builder proxyHeaderTimeout(Duration time) {
            proxyHeaderTimeout = Optional.of(StoreMailbox.bounded(positive("proxyHeaderTimeout", time)));
            return this;
        }

        /**
         * Takes XCLIENT (Postfix's extension) from peers in these networks, and lists it in EHLO's answer to them: by it they
         * speak for a client of theirs, who is then the {@link SmtpClient} of all evidence, rules and limits. Others are told
         * 550. Behind a PROXY header it is the client it tells of who must be trusted. Off by default.
         *
         * @param network a network as {@link Network#of} reads it
         * @throws IllegalArgumentException if one is no network
         */
        public Builder xclient(String network, String... more) {
            xclientNetworks = networks(network, more);
            return this;
        }

        private static List<Network> networks(String network, String... more) {
            return Stream.concat(Stream.of(network), Stream.of(more))
                    .map(Network::of)
                    .toList();
        }

        private Proxies proxies() {
            Duration usual = proxyHeader == ProxyHeader.OPTIONAL ? Duration.ofMillis(200) : Duration.ofSeconds(5);
            return new Proxies(proxyNetworks, proxyHeader, proxyHeaderTimeout.orElse(usual), xclientNetworks);
        }

        /**
         * Shows this certificate inside TLS in place of one that is generated. The files are read now.
         *
         * @param pemChain the server's certificate first, then its issuers
         * @param pemKey its RSA or EC key without a password, as PKCS#8, PKCS#1 or SEC 1; may be the same file
         * @throws IllegalArgumentException if a file cannot be used; the message says why and what to do
         */
        public Builder certificate(Path pemChain, Path pemKey) {
            tls = tls.showing(CertificateFiles.pem(pemChain, pemKey));
            return this;
        }

        /**
         * Shows the certificate of this PKCS#12 file inside TLS in place of one that is generated. The file is read now.
         *
         * @param pkcs12 a file with one key and its chain
         * @throws IllegalArgumentException if the file cannot be used; the message says why and what to do
         */
        public Builder certificate(Path pkcs12, String password) {
            tls = tls.showing(CertificateFiles.pkcs12(pkcs12, password));
            return this;
        }

        /**
         * The versions of TLS that are spoken, such as {@code TLSv1.2}; by default those of this Java. A rule chooses for one
         * connection: {@code on(TLS_HANDSHAKE).onlyTls12()}.
         *
         * @throws IllegalArgumentException if this Java does not speak one of them
         */
        public Builder tlsProtocols(String... versions) {
            List<String> spoken = ServerIdentity.protocolsByDefault();
            for (String version : versions) {
                if (!spoken.contains(version)) {
                    throw new IllegalArgumentException(
                            ServerIdentity.protocolsKnown().contains(version)
                                    ? "This Java was told not to speak " + version
                                            + ": see jdk.tls.disabledAlgorithms in"
                                            + " its conf/security/java.security. It speaks " + String.join(", ", spoken)
                                            + "."
                                    : "There is no version of TLS named \"" + version + "\" in this Java. It speaks "
                                            + String.join(", ", spoken) + "." + didYouMean(version, spoken));
                }
            }
            tls = tls.speaking(atLeastOne("version of TLS", versions));
            return this;
        }

        /**
         * The cipher suites that are taken, by their standard names such as {@code TLS_AES_128_GCM_SHA256}, the preferred
         * first; by default those of this Java.
         *
         * @throws IllegalArgumentException if this Java does not know one of them
         */
        public Builder tlsCipherSuites(String... names) {
            List<String> known = ServerIdentity.cipherSuitesKnown();
            for (String name : names) {
                if (!known.contains(name)) {
                    throw new IllegalArgumentException("This Java has no cipher suite \"" + name + "\"."
                            + didYouMean(name, known) + " There are " + String.join(", ", known) + ".");
                }
            }
            tls = tls.taking(atLeastOne("cipher suite", names));
            return this;
        }

        private static List<String> atLeastOne(String what, String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException(
                        "At least one " + what + " is needed; leave the call out for the defaults.");
            }
            return List.of(names);
        }

        private static String didYouMean(String word, List<String> known) {
            String nearest = ScriptValue.nearest(word, known);
            return nearest.isEmpty() ? "" : " Did you mean " + nearest + "?";
        }

        /**
         * Asks clients for a certificate inside TLS that the server's own authority signed:
         * {@link ServerTls#issueClientCertificate}. What a client shows is in {@link TlsInfo#clientCertificates()}.
         */
        public Builder clientCertificates(ClientCertificates demand) {
            tls = tls.asking(TlsChoices.Demand.valueOf(demand.name()), List.of());
            return this;
        }

        /**
         * The same, but trusts certificates signed by these authorities as well.
         *
         * @param trustedPem a PEM file with at least one certificate, read now
         * @throws IllegalArgumentException if the file cannot be used; the message says why and what to do
         */
        public Builder clientCertificates(ClientCertificates demand, Path trustedPem) {
            tls = tls.asking(TlsChoices.Demand.valueOf(demand.name()), CertificateFiles.certificates(trustedPem));
            return this;
        }

        /** How long waits take before they fail; 5 seconds by default. */
        public Builder defaultTimeout(Duration time) {
            defaultTimeout = StoreMailbox.bounded(positive("defaultTimeout", time));
            return this;
        }

        /** How long a client may be silent before it is told 421; 5 minutes by default, zero for ever. */
        public Builder idleTimeout(Duration time) {
            if (time.isNegative()) {
                throw new IllegalArgumentException("idleTimeout is not negative, but was " + time + ".");
            }
            idleTimeout = StoreMailbox.bounded(time);
            return this;
        }

        /** How long a TLS handshake may take; 30 seconds by default. */
        public Builder handshakeTimeout(Duration time) {
            handshakeTimeout = StoreMailbox.bounded(positive("handshakeTimeout", time));
            return this;
        }

        /** How long a body under way may go on when the server is closed; 1 second by default, 3 at most. */
        public Builder closeGrace(Duration time) {
            if (time.isNegative() || time.compareTo(Duration.ofSeconds(3)) > 0) {
                throw new IllegalArgumentException("closeGrace is between 0 and 3 s, but was " + time + ".");
            }
            closeGrace = time;
            return this;
        }

        private static Duration positive(String what, Duration time) {
            if (time.isZero() || time.isNegative()) {
                throw new IllegalArgumentException(what + " is positive, but was " + time + ".");
            }
            return time;
        }

        /** The time the server lives in; the machine's by default. */
        public Builder clock(ServerClock newClock) {
            clock = newClock;
            return this;
        }

        /** Choices that no client can come to terms with are refused here, and not met by each client. */
        private void rehearseTls() {
            boolean anyChosen = tls.certificate().isPresent()
                    || !(tls.protocols().isEmpty() && tls.cipherSuites().isEmpty());
            if (!anyChosen) {
                return;
            }
            try {
                new ServerIdentity(List.of("localhost"), tls).rehearse();
            } catch (SSLException e) {
                throw new IllegalArgumentException(
                        "No TLS handshake can succeed with "
                                + tls.certificate()
                                        .map(own -> "the certificate " + own + " ("
                                                + own.key().getAlgorithm() + ")")
                                        .orElse("a generated certificate")
                                + ", protocols " + (tls.protocols().isEmpty() ? "by default" : tls.protocols())
                                + " and cipher suites "
                                + (tls.cipherSuites().isEmpty() ? "by default" : tls.cipherSuites()) + ": "
                                + e.getMessage()
                                + ". Suites named TLS_AES_... and TLS_CHACHA20_... are of TLS 1.3, all others of"
                                + " TLS 1.2; _ECDSA_ needs an EC key, _RSA_ an RSA key. And this Java may have been told not to take"
                                + " them: jdk.tls.disabledAlgorithms.",
                        e);
            }
        }

        private static void refuseSharedPort(String one, int port, String other, int otherPort) {
            if (port > 0 && port == otherPort) {
                throw new IllegalArgumentException(one + " and " + other + " cannot share port " + port + ". Give "
                        + other + " another one, or 0 for a free one.");
            }
        }

        /** A server of this configuration, not yet started. */
        public FakeSmtpServer build() {
            refuseSharedPort("SMTP", port, "SMTPS", smtpsPort);
            refuseSharedPort("SMTP", port, "LMTP", lmtpPort);
            refuseSharedPort("SMTPS", smtpsPort, "LMTP", lmtpPort);
            rehearseTls();
            try {
                return new FakeSmtpServer((Builder) clone());
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("A builder can be cloned.", e);
            }
        }
    }
}
