package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.Onlooker;
import dev.restante.ServerTls;
import dev.restante.relay.Relay;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.json.JavalinJackson3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page and the HTTP API over a server's mail.
 *
 * <pre>{@code
 * try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
 *         RestanteUi ui = RestanteUi.start(smtp)) {
 *     browser.open(ui.url());
 * }
 * }</pre>
 *
 * <p>What a person looks at stays in the mailbox, and does not count as looked at by the test. By default it listens on a free port of the loopback
 * interface. Requests whose Host is neither a loopback name nor an address in digits are refused, so that no web page from
 * elsewhere can reach the mail through a name of its own (DNS rebinding).
 *
 * <p>Thread-safe. Closing it leaves the SMTP server as it is.
 */
public final class RestanteUi implements AutoCloseable {
    private static final int MAX_THREADS = 600;
    private static final int REQUEST_HEADER = 64 << 10;
    private static final Logger log = LoggerFactory.getLogger(RestanteUi.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int BACKLOG = 128;
    private static final int FREE_PORT_ATTEMPTS = 5;

    private final String host;
    private static final long TELLING_NANOS = 2_000_000_000L;

    private final int port;
    private final String basePath;
    private final boolean secure;
    private final Onlooker mailbox;
    private final MailMarks marks;
    private final Optional<Archive> archive;
    private final Search search;
    private final Tallies tallies;
    private final Optional<AutoRelease> autoRelease;
    private final Webhooks webhooks;
    private final Desk desk;
    private final MailboxesApi mailboxes;
    private final EventSocket socket;
    private final Javalin app;
    private final Mailbox.Subscription arrivals;
    /** When the latest mail arrived that all have been told of. */
    private final AtomicLong told = new AtomicLong(System.nanoTime());

    private final AtomicBoolean closed = new AtomicBoolean();

    private RestanteUi(Builder options, List<ServerSocketChannel> sockets) {
        FakeSmtpServer smtp = options.smtp;
        this.host = options.addresses.get(0);
        this.port = sockets.get(0).socket().getLocalPort();
        this.basePath = options.basePath;
        this.secure = options.tls != null;
        this.mailbox = smtp.onlooker();
        this.marks = new MailMarks(mailbox);
        this.archive = options.folder.map(folder -> Archive.open(folder, smtp, marks));
        this.search = new Search(mailbox, marks);
        this.tallies = new Tallies(mailbox);
        this.autoRelease = options.relay.flatMap(relay -> options.autoRelease.map(
                query -> new AutoRelease(relay, search.patientTest(query), marks, mailbox, Webhooks.FIRST_PAUSE)));
        this.webhooks = new Webhooks(options.webhooks, marks, mailbox, Webhooks.FIRST_PAUSE);
        // The last to be told: then all others were.
        this.arrivals = mailbox.onArrival(mail -> told.accumulateAndGet(mail.arrivedAtNanos(), RestanteUi::later));
        newest(mailbox).ifPresent(told::set); // nobody is told of what was there
        Desk.Common common = new Desk.Common(smtp, options.linkChecks);
        this.desk = Desk.of(smtp, marks, search, common);
        this.mailboxes = new MailboxesApi(smtp, desk, common);
        this.socket = new EventSocket(smtp, marks);
        this.app = Javalin.create(config -> {
            configure(config);
            config.router.contextPath = basePath.isEmpty() ? "/" : basePath;
            sockets.forEach(each ->
                    config.jetty.addConnector((server, settings) -> connector(server, settings, each, options.tls)));
            new Guard(options.accessWithAddresses(), basePath).addTo(config.routes);
            // Before the page, which takes every other /view/...
            desk.messages().onClearing(socket::cleared);
            desk.addTo(Routes.of(config.routes));
            mailboxes.addTo(config.routes);
            new ApplicationApi(smtp, marks, tallies, options.relay).addTo(config.routes);
            new ChaosApi(smtp).addTo(config.routes);
            new MetricsApi(smtp, marks, search, tallies, webhooks).addTo(config.routes);
            new SendApi(smtp, marks, options.relay).addTo(config.routes);
            new PageSessionsApi(smtp).addTo(config.routes);
            new PageScriptApi(smtp).addTo(config.routes);
            new Assets(search, basePath).addTo(config.routes);
            new ClockApi(smtp).addTo(config.routes);
            new OpenApi(basePath, mailboxes.paths()).addTo(config.routes);
            socket.addTo(config.routes);
        });
    }

    private static OptionalLong newest(Onlooker mailbox) {
        return mailbox.newest(0, 1).mails().stream()
                .mapToLong(CapturedMail::arrivedAtNanos)
                .findFirst();
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /** Waits until all that follow the mailbox have been told of what came, unless that takes too long. */
    private void awaitTold() {
        long end = System.nanoTime() + TELLING_NANOS;
        while (newest(mailbox).orElse(told.get()) - told.get() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(2_000_000);
        }
        arrivals.close();
    }

    private static void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.router.treatMultipleSlashesAsSingleSlash = true; // some clients ask for //view/...
        config.jsonMapper(new JavalinJackson3(Json.mapper(), false));
        config.jetty.modifyServer(server -> server.setStopTimeout(0)); // open event streams never end by themselves
        // More than may wait, stream and send at a time: whether the server lives is answered always.
        config.jetty.threadPool = new QueuedThreadPool(MAX_THREADS);
        config.jetty.modifyServer(server -> server.setErrorHandler(new PlainErrors()));
        config.jetty.modifyHttpConfiguration(settings -> {
            settings.setSendServerVersion(false);
            settings.setRequestHeaderSize(REQUEST_HEADER); // a search has up to 10,000 characters
        });
    }

    private static ServerConnector connector(
            Server server, HttpConfiguration settings, ServerSocketChannel socket, @Nullable SSLContext tls) {
        ServerConnector connector = tls == null
                ? new ServerConnector(server, new HttpConnectionFactory(settings))
                : new ServerConnector(server, layer(tls), new HttpConnectionFactory(secured(settings)));
        try {
            connector.open(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }

    private static SslConnectionFactory layer(SSLContext tls) {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setSslContext(tls);
        return new SslConnectionFactory(factory, HttpVersion.HTTP_1_1.asString());
    }

    private static HttpConfiguration secured(HttpConfiguration settings) {
        HttpConfiguration secured = new HttpConfiguration(settings);
        secured.addCustomizer(new SecureRequestCustomizer(false)); // Guard looks at names
        return secured;
    }

    /**
     * Opens the page over {@code smtp} on a free port of 127.0.0.1.
     *
     * @throws UncheckedIOException if no port can be listened on
     */
    public static RestanteUi start(FakeSmtpServer smtp) {
        return start(smtp, 0);
    }

    /**
     * Opens the page over {@code smtp} on a port of 127.0.0.1.
     *
     * @param port the port; 0 takes a free one
     * @throws UncheckedIOException if the port cannot be listened on; the message says why and what to do
     */
    public static RestanteUi start(FakeSmtpServer smtp, int port) {
        return start(smtp, port, List.of(LOOPBACK));
    }

    /**
     * Opens the page over {@code smtp} on the same port of these addresses.
     *
     * @param port the port; 0 takes a free one
     * @param addresses the addresses to listen on; {@code 0.0.0.0} lets anybody who reaches this machine read the mail
     * @throws UncheckedIOException if the port cannot be listened on; the message says why and what to do
     * @throws IllegalArgumentException if there is no address, or one that this machine cannot resolve
     */
    public static RestanteUi start(FakeSmtpServer smtp, int port, List<String> addresses) {
        return builder(smtp).port(port).addresses(addresses).start();
    }

    /** Begins to configure a page and API over {@code smtp}. */
    public static Builder builder(FakeSmtpServer smtp) {
        return new Builder(smtp);
    }

    /**
     * Configures a page and API. Every option has a default; {@link #start()} may be called more than once.
     *
     * <p>Not thread-safe.
     */
    public static final class Builder {
        private final FakeSmtpServer smtp;
        private final Access access = new Access();
        private int port;
        private List<String> addresses = List.of(LOOPBACK);
        private String basePath = "";
        private LinkChecks linkChecks = LinkChecks.NONE;
        private @Nullable SSLContext tls;
        private Optional<Relay> relay = Optional.empty();
        private Optional<Query> autoRelease = Optional.empty();
        private final List<URI> webhooks = new ArrayList<>();
        private Optional<Path> folder = Optional.empty();

        private Builder(FakeSmtpServer smtp) {
            this.smtp = smtp;
        }

        /** The port; 0, the default, takes a free one. */
        public Builder port(int newPort) {
            if (newPort < 0 || newPort > 65535) {
                throw new IllegalArgumentException(
                        "A port is between 0 and 65535, but was " + newPort + ". 0 takes a free one.");
            }
            port = newPort;
            return this;
        }

        /**
         * The addresses to listen on, {@code 127.0.0.1} by default; all get the same port. {@code 0.0.0.0} lets anybody who
         * reaches this machine read the mail.
         *
         * @throws IllegalArgumentException if there is none
         */
        public Builder addresses(List<String> newAddresses) {
            if (newAddresses.isEmpty()) {
                throw new IllegalArgumentException("There is no address to listen on. Name 127.0.0.1 at least.");
            }
            addresses = List.copyOf(newAddresses);
            return this;
        }

        /**
         * A path such as {@code /mail} that every address begins with, for a proxy that serves more than this. None by
         * default.
         *
         * @throws IllegalArgumentException if it is not made of slashes, letters, digits, dots and dashes
         */
        public Builder basePath(String path) {
            String trimmed = path.replaceAll("/+$", "");
            if (!trimmed.matches("(/[A-Za-z0-9][A-Za-z0-9._-]*)*")) {
                throw new IllegalArgumentException("\"" + path + "\" is no base path. Write /mail, or / for none.");
            }
            basePath = trimmed;
            return this;
        }

        /**
         * A user who may ask, by basic authentication (RFC 7617); call it again for more. Without any user or token anybody
         * may ask. {@code /livez} and {@code /readyz} need neither.
         *
         * @throws IllegalArgumentException if the name is empty or has a colon, or the password is empty
         */
        public Builder basicAuth(String user, String password) {
            if (user.isEmpty() || user.indexOf(':') >= 0 || password.isEmpty()) {
                throw new IllegalArgumentException("A user has a name without a colon, and a password.");
            }
            access.addUser(user, password);
            return this;
        }

        /**
         * A token with which to ask (RFC 6750); call it again for more.
         *
         * @throws IllegalArgumentException if it is empty or has characters that no header can hold
         */
        public Builder bearerToken(String token) {
            if (!token.matches("[!-~]+")) {
                throw new IllegalArgumentException("A token is made of visible ASCII characters.");
            }
            access.addToken(token);
            return this;
        }

        /**
         * Names beside {@code localhost} that requests may be addressed to, such as {@code mail.example.test} or {@code
         * *.example.test}; {@code *} is any. Addresses in digits always may.
         */
        public Builder allowedHosts(String... names) {
            List.of(names).forEach(access::addHost);
            return this;
        }

        /** Origins of other pages that may ask, such as {@code https://app.example.test}. None by default. */
        public Builder allowedOrigins(String... origins) {
            for (String origin : origins) {
                if (!origin.matches("https?://[^/\\s]+")) {
                    throw new IllegalArgumentException(
                            "\"" + origin
                                    + "\" is no origin. Write the scheme, the host and the port, such as http://localhost:3000.");
                }
                access.addOrigin(origin);
            }
            return this;
        }

        /**
         * Speaks {@code https} and nothing else, with the certificate that the SMTP server shows inside TLS: {@code smtp.tls()}
         * has what clients need to trust it.
         */
        public Builder tls() {
            tls = smtp.tls().serverContext();
            return this;
        }

        /**
         * Speaks {@code https} and nothing else, with the certificate of these PEM files, which are read now.
         *
         * @param pemChain the certificate, and after it those that lead to the authority
         * @param pemKey its private key, not encrypted; may be the same file
         * @throws IllegalArgumentException if they hold no certificate and its key; the message says which, and why
         */
        public Builder tls(Path pemChain, Path pemKey) {
            tls = ServerTls.serverContext(pemChain, pemKey);
            return this;
        }

        /**
         * Speaks {@code https} and nothing else, with the certificate of this PKCS#12 file, which is read now.
         *
         * @throws IllegalArgumentException if it holds no certificate and its key; the message says why
         */
        public Builder tls(Path pkcs12, String password) {
            tls = ServerTls.serverContext(pkcs12, password);
            return this;
        }

        /** Whom the link check may ask; nobody by default. */
        public Builder linkChecks(LinkChecks allowed) {
            linkChecks = allowed;
            return this;
        }

        /** Where mail may be released to; nowhere by default. */
        public Builder relay(Relay way) {
            relay = Optional.of(way);
            return this;
        }

        /**
         * Releases by itself each mail that arrives and that this query of the search finds, to those of its recipients that
         * the {@linkplain #relay relay} allows. The mail is then tagged {@code Released}, or {@code Release failed}.
         *
         * @throws IllegalArgumentException if the query cannot be read; the message points at the place
         */
        public Builder autoRelease(String query) {
            try {
                autoRelease = Optional.of(Search.parse(query, null).query());
            } catch (QueryException e) {
                throw new IllegalArgumentException("The query \"" + query + "\" cannot be read: " + e.getMessage(), e);
            }
            return this;
        }

        /**
         * Addresses that are told of each mail that arrives, by a POST with what the list of messages shows of it. One that
         * does not take it (2xx) is told again after 1, 2, 4, 8 and 16 seconds, and the mails behind it wait, up to 10,000.
         *
         * @throws IllegalArgumentException if one is no address of HTTP
         */
        public Builder webhooks(String... addresses) {
            for (String address : addresses) {
                webhooks.add(webhook(address));
            }
            return this;
        }

        private static URI webhook(String address) {
            try {
                URI uri = URI.create(address);
                if (uri.getHost() != null && uri.getScheme().matches("https?")) {
                    return uri;
                }
            } catch (IllegalArgumentException e) {
                // Told below.
            }
            throw new IllegalArgumentException(
                    "\"" + address + "\" is no address to post to. Write http://localhost:9000/mail.");
        }

        /**
         * A folder in which mail outlives the server, with its read marks and tags. What it holds is put into the mailbox at
         * the start; what is removed or evicted from the mailbox goes from the folder too. Passwords, certificates of clients and what
         * a proxy told besides the client's address are not written. One
         * server at a time may have it.
         */
        public Builder folder(Path newFolder) {
            folder = Optional.of(newFolder);
            return this;
        }

        private Access accessWithAddresses() {
            Access all = new Access(access);
            addresses.forEach(all::addHost);
            return all;
        }

        /**
         * Opens the page.
         *
         * @throws UncheckedIOException if the port cannot be listened on; the message says why and what to do
         * @throws IllegalArgumentException if this machine cannot resolve an address
         */
        public RestanteUi start() {
            // Bound before the web server is loaded: whoever comes early waits a moment instead of being turned away.
            List<ServerSocketChannel> sockets = bind(addresses, port);
            RestanteUi ui = null;
            try {
                ui = new RestanteUi(this, sockets);
                ui.app.start();
                return ui;
            } catch (RuntimeException e) {
                if (ui != null) {
                    ui.close();
                }
                sockets.forEach(RestanteUi::closeQuietly);
                throw e;
            }
        }
    }

    private static List<ServerSocketChannel> bind(List<String> addresses, int port) {
        // A port that is free at the first address may be taken at the next: another free one is tried then.
        for (int attempt = 1; attempt < FREE_PORT_ATTEMPTS && port == 0 && addresses.size() > 1; attempt++) {
            try {
                return bindOnce(addresses, port);
            } catch (UncheckedIOException e) {
                log.debug("No free port on all of {} at attempt {}.", addresses, attempt, e);
            }
        }
        return bindOnce(addresses, port);
    }

    private static List<ServerSocketChannel> bindOnce(List<String> addresses, int wantedPort) {
        List<ServerSocketChannel> sockets = new ArrayList<>();
        int port = wantedPort;
        try {
            for (String address : addresses) {
                InetSocketAddress place = new InetSocketAddress(resolved(address), port);
                ServerSocketChannel socket = ServerSocketChannel.open();
                sockets.add(socket);
                try {
                    socket.bind(place, BACKLOG);
                } catch (IOException e) {
                    throw new UncheckedIOException(cannotListen(address, port, e), e);
                }
                port = socket.socket().getLocalPort();
            }
            return sockets;
        } catch (IOException e) {
            sockets.forEach(RestanteUi::closeQuietly);
            throw new UncheckedIOException("Cannot open a socket: " + e.getMessage() + ".", e);
        } catch (RuntimeException e) {
            sockets.forEach(RestanteUi::closeQuietly);
            throw e;
        }
    }

    private static InetAddress resolved(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "\"" + address + "\" is no address of this machine. Bind 127.0.0.1 (the default), ::1, 0.0.0.0 for"
                            + " every address, or an address that the machine has.",
                    e);
        }
    }

    private static String cannotListen(String address, int port, IOException cause) {
        String problem = "Cannot listen for HTTP on " + address + " port " + port + ": ";
        return String.valueOf(cause.getMessage()).contains("in use")
                ? problem
                        + "the port is in use. Stop the program that listens there, choose another port, or take port 0"
                        + " for a free one."
                : problem + cause.getMessage() + ".";
    }

    private static void closeQuietly(ServerSocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It held nothing but a port, which is free either way.
        }
    }

    /** The methods and paths that are answered, such as {@code GET /api/v1/messages}. */
    List<String> routes() {
        return app.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .toList();
    }

    /** The address of the page, such as {@code http://127.0.0.1:8025}; the base path is part of it. */
    public String url() {
        return (secure ? "https://" : "http://") + inUrl(host) + ":" + port + basePath;
    }

    /** The port that the page is on. */
    public int port() {
        return port;
    }

    /**
     * Ends listening and all HTTP connections, within a second or so. What follows the mailbox goes on, for mails that still
     * come: the folder, webhooks and releases. {@link #close()} ends these too.
     */
    public void stopListening() {
        endStreams();
        app.stop();
    }

    private void endStreams() {
        desk.endEvents();
        mailboxes.endEvents();
        socket.close();
    }

    /**
     * Ends listening and all connections, within a second or so. Mail that has come is written to the folder; webhooks and
     * releases that wait have 3 s, and the log says how many were left. The SMTP server goes on; closing again does nothing.
     */
    @Override
    public void close() {
        endStreams();
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        awaitTold();
        tallies.close();
        autoRelease.ifPresent(AutoRelease::close);
        webhooks.close();
        search.close();
        mailboxes.close();
        archive.ifPresent(Archive::close);
        marks.close();
        app.stop();
    }

    /** The version of Restante; "of no release" where its classes do not come from a jar of one. */
    public static String version() {
        String version = RestanteUi.class.getPackage().getImplementationVersion();
        return version == null ? "of no release" : version;
    }

    /** The page's address, for people. */
    @Override
    public String toString() {
        return "RestanteUi on " + url();
    }

    /** An address as URLs spell it: IPv6 in brackets. */
    static String inUrl(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }
}
