package dev.restante;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A server elsewhere, by its HTTP API: the same mailbox, script, evidence and assertions as a {@link FakeSmtpServer} in this
 * JVM, so that a test runs in process today and against a shared environment tomorrow.
 *
 * <pre>{@code
 * try (RestanteClient smtp = RestanteClient.connect(URI.create("http://localhost:8025"))) {
 *     smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once());
 *     app.signUp("ann@example.com");
 *     CapturedMail mail = smtp.takeMail(to("ann@example.com"));
 * }
 * }</pre>
 *
 * <p>What is waited and looked for is decided here, so that any {@link Matching} works. Rules travel as a {@linkplain ScriptFile
 * script file} does: one with a function is refused. Passwords that clients logged in with do not travel: {@link
 * Authentication#secret()} is empty. Of a rule whose function was written in the server's own JVM, {@link #rules()} tells the
 * name, stage and hits.
 *
 * <p>Failures of waits are told in the same words. A server that cannot be reached, or a connection that is lost, is an {@link
 * java.io.UncheckedIOException} that names the address.
 *
 * <p>Thread-safe. Closing it leaves the server as it is.
 */
public final class RestanteClient extends RemoteFixture implements AutoCloseable {
    private RestanteClient(RemoteServer server, Duration timeout) {
        super(server, server, timeout);
        server.greet();
    }

    /**
     * Connects to the server whose page is at {@code uri}, such as {@code http://localhost:8025} or {@code
     * https://ann:secret@mail.example.test/restante}.
     *
     * @throws java.io.UncheckedIOException if nobody answers there
     * @throws IllegalArgumentException if {@code uri} is no HTTP address
     * @throws IllegalStateException if the server wants to know who asks, or is none of ours
     */
    public static RestanteClient connect(URI uri) {
        return builder(uri).connect();
    }

    /** Begins to configure a client of the server whose page is at {@code uri}. */
    public static Builder builder(URI uri) {
        return new Builder(uri);
    }

    /**
     * Configures a client. Every option has a default.
     *
     * <p>Not thread-safe.
     */
    public static final class Builder {
        private final URI uri;
        private Optional<String> authorization;
        private Duration timeout = Duration.ofSeconds(5);
        private @Nullable SSLContext tls;

        private Builder(URI uri) {
            String scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
                throw new IllegalArgumentException("\"" + uri
                        + "\" is no HTTP address. Write the one of Restante's page, such as http://localhost:8025.");
            }
            this.authorization = Optional.ofNullable(uri.getUserInfo()).map(Builder::basic);
            String path = String.valueOf(uri.getRawPath()).replaceAll("/+$", "");
            this.uri =
                    URI.create(scheme + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + path);
        }

        private static String basic(String userAndPassword) {
            return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
        }

        /** Asks as this user, by basic authentication (RFC 7617). Credentials in the address do the same. */
        public Builder basicAuth(String user, String password) {
            authorization = Optional.of(basic(user + ":" + password));
            return this;
        }

        /** Asks with this token (RFC 6750). */
        public Builder bearerToken(String token) {
            authorization = Optional.of("Bearer " + token);
            return this;
        }

        /** How long waits take, 5 seconds by default; {@link Mailbox#within} says otherwise for one wait. */
        public Builder defaultTimeout(Duration time) {
            if (time.isZero() || time.isNegative()) {
                throw new IllegalArgumentException("defaultTimeout is more than no time, but was " + time + ".");
            }
            timeout = WaitingMailbox.bounded(time);
            return this;
        }

        /** Whom to trust with {@code https}: by default whom this Java trusts. */
        public Builder sslContext(SSLContext context) {
            tls = context;
            return this;
        }

        /** Connects, as {@link RestanteClient#connect} does. */
        public RestanteClient connect() {
            HttpClient.Builder http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
            if (tls != null) {
                http.sslContext(tls);
            }
            return new RestanteClient(new RemoteServer(uri, http.build(), authorization), timeout);
        }
    }

    /** The address of the server's page and HTTP API, without a password. */
    public URI uri() {
        return server.uri();
    }

    /** Ends the calls of listeners; whatever is asked afterwards is refused. The server stays as it is. */
    @Override
    public void close() {
        server.close();
        held().close();
    }

    /** The address, such as {@code RestanteClient of http://localhost:8025}. */
    @Override
    public String toString() {
        return "RestanteClient of " + server;
    }
}
