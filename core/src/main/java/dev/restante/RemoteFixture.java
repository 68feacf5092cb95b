package dev.restante;

import dev.restante.remote.EvidenceForm;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a server elsewhere, and a mailbox of its own there, are alike in: each asks by addresses of its own. */
abstract class RemoteFixture extends HeldMailbox {
    final RemoteServer server;
    final Duration timeout;
    private final RemoteServer root;
    private final RemoteMailbox mailbox;
    private final RemoteClock clock = new RemoteClock();

    /**
     * A fixture elsewhere.
     *
     * @param root the server
     * @param server the server as this fixture asks it
     */
    @SuppressWarnings("this-escape") // the mailbox asks it only when a wait fails
    RemoteFixture(RemoteServer root, RemoteServer server, Duration timeout) {
        this.root = root;
        this.server = server;
        this.timeout = timeout;
        this.mailbox = new RemoteMailbox(this, server, timeout);
    }

    @Override
    RemoteMailbox held() {
        return mailbox;
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
                .map(told -> new RuleReport(told.id(), told.layer(), rule(told), told.on(), told.hits(), told.recent()))
                .toList();
    }

    @Override
    public void switchRule(long id, boolean on) {
        change("PATCH", id, "{\"on\":" + on + "}");
    }

    @Override
    public void removeRule(long id) {
        change("DELETE", id, null);
    }

    private void change(String method, long id, @Nullable String json) {
        try {
            server.send(method, "/api/v1/script/rules/" + id, json, Object.class);
        } catch (RemoteServer.Absent e) {
            throw noRule(id);
        }
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
            root.send("POST", "/api/v1/clock/advance", "{\"by\":\"" + time + "\"}", Object.class);
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

    /**
     * Calls {@code listener} for each mail from now on, on a thread of this client's own, which looks again and again: of a
     * mail that comes and goes at once nobody is told.
     */
    @Override
    public Subscription onArrival(Consumer<CapturedMail> listener) {
        return mailbox.onArrival(listener);
    }

    // ---- mailboxes

    @Override
    public SmtpMailbox mailbox(String name, MailboxSelector selector, MailboxSelector... more) {
        List<String> select = Stream.concat(Stream.of(selector), Stream.of(more))
                .map(MailboxSelector::toString)
                .toList();
        MailboxName.require(name);
        return told(root.send(
                "PUT",
                "/api/v1/mailboxes/" + name,
                EvidenceForm.mapper().writeValueAsString(Map.of("select", select)),
                EvidenceForm.MailboxTold.class));
    }

    @Override
    public SmtpMailbox mailbox(String name) {
        List<SmtpMailbox> all = mailboxes();
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> MailboxName.absent(
                        name, all.stream().map(SmtpMailbox::name).toList()));
    }

    @Override
    public List<SmtpMailbox> mailboxes() {
        return root.get("/api/v1/mailboxes", EvidenceForm.MailboxesTold.class).mailboxes().stream()
                .filter(each -> !each.name().equals(SmtpMailbox.DEFAULT))
                .map(this::told)
                .toList();
    }

    private SmtpMailbox told(EvidenceForm.MailboxTold told) {
        return new RemoteInbox(
                root,
                told.name(),
                told.select().stream().map(MailboxSelector::of).toList(),
                timeout);
    }
}
