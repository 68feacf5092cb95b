package dev.restante;

import dev.restante.remote.EvidenceForm;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

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
public final class RestanteClient implements SmtpFixture, AutoCloseable {
    private final RemoteServer server;
    private final RemoteMailbox mailbox;
    private final RemoteClock clock = new RemoteClock();
    private final Duration timeout;

    private RestanteClient(RemoteServer server, Duration timeout) {
        this.server = server;
        this.timeout = timeout;
        this.mailbox = new RemoteMailbox(this, server, timeout);
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

    private EvidenceForm.Server told() {
        return server.get("/api/v1/fixture", EvidenceForm.Server.class);
    }

    // ---- where it listens

    /** The address that clients connect to: the server's own, or, where that is a loopback address elsewhere, the page's. */
    @Override
    public String host() {
        String host = told().host();
        try {
            String page = server.uri().getHost();
            boolean here = InetAddress.getByName(page).isLoopbackAddress();
            return !here && InetAddress.getByName(host).isLoopbackAddress()
                    ? InetAddress.getByName(page).getHostAddress()
                    : host;
        } catch (UnknownHostException e) {
            return host;
        }
    }

    @Override
    public int port() {
        return told().port();
    }

    /** The address of the server's page and HTTP API, without a password. */
    public URI uri() {
        return server.uri();
    }

    @Override
    public boolean isListening() {
        return told().listening();
    }

    // ---- script

    /**
     * Appends these rules to the script.
     *
     * @throws IllegalArgumentException if a rule holds a function, which cannot travel; the message says which, and what to
     *     do
     */
    @Override
    public void script(Rule... rules) {
        server.send("PATCH", "/api/v1/script", travelling(List.of(rules)), Object.class);
    }

    private String travelling(List<Rule> rules) {
        try {
            return ScriptFile.toJson(rules);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("This script cannot travel to " + server + ". " + e.getMessage(), e);
        }
    }

    /**
     * Appends these scenarios.
     *
     * @throws IllegalArgumentException if a rule holds a function, which cannot travel
     */
    @Override
    public void scenario(Scenario... scenarios) {
        server.send(
                "POST",
                "/api/v1/script/scenarios",
                travelling(Stream.of(scenarios)
                        .flatMap(each -> each.rules().stream())
                        .toList()),
                Object.class);
    }

    /**
     * Gives the server this persona's manners, in place of another's.
     *
     * @throws IllegalArgumentException if a rule holds a function, which cannot travel
     */
    @Override
    public void persona(Persona persona) {
        JsonNode script = EvidenceForm.mapper().readTree(travelling(persona.rules()));
        for (JsonNode rule : script.get("rules")) {
            unsign((ObjectNode) rule, persona.name());
        }
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("name", persona.name());
        about.put("description", persona.description());
        about.put("sources", persona.sources().stream().map(URI::toString).toList());
        about.put("checked", persona.checked().toString());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("persona", about);
        all.put("rules", script.get("rules"));
        if (!persona.replies().isEmpty()) {
            Map<String, Object> replies = new LinkedHashMap<>();
            persona.replies()
                    .forEach((what, reply) -> replies.put(what, Map.of("code", reply.code(), "text", reply.text())));
            all.put("replies", replies);
        }
        server.send("PUT", "/api/v1/script/persona", EvidenceForm.mapper().writeValueAsString(all), Object.class);
    }

    /** A persona signs its rules, and so will the server's. */
    private static void unsign(ObjectNode rule, String persona) {
        String name = rule.path("name").asString("");
        if (name.equals(persona)) {
            rule.remove("name");
        } else if (name.startsWith(persona + ": ")) {
            rule.put("name", name.substring(persona.length() + 2));
        }
    }

    @Override
    public List<RuleReport> rules() {
        return Arrays.stream(server.get("/api/v1/fixture/rules", EvidenceForm.RuleTold[].class))
                .map(told -> new RuleReport(rule(told), told.hits(), told.recent()))
                .toList();
    }

    private static Rule rule(EvidenceForm.RuleTold told) {
        String json = told.json();
        if (json != null) {
            return ScriptFile.fromJson(json).get(0);
        }
        RuleDraft draft =
                RuleDraft.at(told.stage(), 0).named(told.name()).when(new Condition.Matching(moment -> false));
        return Rule.of(
                draft, told.times().<Rule.Limit>map(Rule.Limit.Times::new).orElse(Rule.Limit.Always.ALWAYS));
    }

    @Override
    public void clearScript() {
        server.send("DELETE", "/api/v1/script", null, Object.class);
    }

    @Override
    public Hold hold(Stage<?> stage) {
        Hold hold = hold();
        script(Rule.of(RuleDraft.at(stage, 0).paced(new Effect.WaitFor(hold.name())), Rule.Limit.Always.ALWAYS));
        return hold;
    }

    @Override
    public Hold hold() {
        EvidenceForm.HoldTold made = server.send("POST", "/api/v1/holds", null, EvidenceForm.HoldTold.class);
        return new RemoteHold(this, server, made.name(), timeout);
    }

    // ---- evidence

    @Override
    public List<SmtpSession> sessions() {
        return List.of(server.get("/api/v1/fixture/sessions", SmtpSession[].class));
    }

    @Override
    public Optional<SmtpSession> session(String id) {
        if (!id.matches("[0-9A-Za-z._-]+")) {
            return Optional.empty();
        }
        try {
            return Optional.of(server.get("/api/v1/fixture/sessions/" + id, SmtpSession.class));
        } catch (RemoteServer.Absent e) {
            return Optional.empty();
        }
    }

    @Override
    public List<Attempt> attempts() {
        return List.of(server.get("/api/v1/fixture/attempts", Attempt[].class));
    }

    // ---- time

    /** The server's clock; {@link ServerClock#advance} moves it where it is a manual one, and nothing can be scheduled. */
    @Override
    public ServerClock clock() {
        return clock;
    }

    private final class RemoteClock implements ServerClock {
        @Override
        public Instant now() {
            return told().now();
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException("A task is a function, and cannot travel to " + server
                    + ". Let the test itself do it after clock().advance(...), or let a rule act for a time.");
        }

        @Override
        public void advance(Duration time) {
            if (time.isNegative()) {
                throw new IllegalArgumentException("A clock only moves forward, but was advanced by " + time + ".");
            }
            server.send("POST", "/api/v1/clock/advance", "{\"by\":\"" + time + "\"}", Object.class);
        }

        @Override
        public String toString() {
            return "clock of " + server + " at " + now();
        }
    }

    @Override
    public void reset() {
        server.send("POST", "/api/v1/reset", null, Object.class);
    }

    // ---- mailbox

    @Override
    public List<CapturedMail> mails() {
        return mailbox.mails();
    }

    @Override
    public Optional<CapturedMail> mail(String id) {
        return mailbox.mail(id);
    }

    @Override
    public CapturedMail takeMail(Matching matching) {
        return mailbox.takeMail(matching);
    }

    @Override
    public List<CapturedMail> awaitMails(int count, Matching matching) {
        return mailbox.awaitMails(count, matching);
    }

    @Override
    public List<CapturedMail> awaitExactly(int count, Duration quiet, Matching matching) {
        return mailbox.awaitExactly(count, quiet, matching);
    }

    @Override
    public List<CapturedMail> clear() {
        return mailbox.clear();
    }

    @Override
    public List<CapturedMail> remove(Matching matching) {
        return mailbox.remove(matching);
    }

    @Override
    public long evicted() {
        return mailbox.evicted();
    }

    /**
     * Calls {@code listener} for each mail from now on, on a thread of this client's own, which looks again and again: of a
     * mail that comes and goes at once nobody is told.
     */
    @Override
    public Subscription onArrival(Consumer<CapturedMail> listener) {
        return mailbox.onArrival(listener);
    }

    @Override
    public Subscription onRemoval(Consumer<List<CapturedMail>> listener) {
        return mailbox.onRemoval(listener);
    }

    @Override
    public Mailbox within(Duration other) {
        return mailbox.within(other);
    }

    /** Ends the calls of listeners; whatever is asked afterwards is refused. The server stays as it is. */
    @Override
    public void close() {
        server.close();
        mailbox.close();
    }

    /** The address, such as {@code RestanteClient of http://localhost:8025}. */
    @Override
    public String toString() {
        return "RestanteClient of " + server;
    }
}
