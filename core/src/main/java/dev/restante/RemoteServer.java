package dev.restante;

import dev.restante.remote.EvidenceForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A server's HTTP API as its client asks it: requests, errors, and what moments of another JVM mean here. Thread-safe. */
final class RemoteServer {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String API = "/api/v1";

    private final URI base;
    private final HttpClient http;
    private final Optional<String> authorization;
    private final @Nullable RemoteServer root;
    private final String prefix;
    private volatile long nanosAhead;
    private volatile boolean closed;

    RemoteServer(URI base, HttpClient http, Optional<String> authorization) {
        this.base = base;
        this.http = http;
        this.authorization = authorization;
        this.root = null;
        this.prefix = API;
    }

    private RemoteServer(RemoteServer root, String prefix) {
        this.base = root.base;
        this.http = root.http;
        this.authorization = root.authorization;
        this.root = root;
        this.prefix = prefix;
        this.nanosAhead = root.nanosAhead;
    }

    /** The same server, as it is asked for a mailbox of its own: each path is below that mailbox's. */
    RemoteServer ofMailbox(String name) {
        return new RemoteServer(root == null ? this : root, API + "/mailboxes/" + name);
    }

    /** Asks what there is, and compares the clocks. */
    EvidenceForm.Server greet() {
        long before = System.nanoTime();
        EvidenceForm.Server server = get("/api/v1/fixture", EvidenceForm.Server.class);
        nanosAhead = server.nanoTime() - (before + (System.nanoTime() - before) / 2);
        return server;
    }

    <T> T get(String path, Class<T> type) {
        return WaitingMailbox.uninterrupted(() -> ask("GET", path, null, Duration.ZERO, type));
    }

    <T> T send(String method, String path, @Nullable String json, Class<T> type) {
        return WaitingMailbox.uninterrupted(() -> ask(method, path, json, Duration.ZERO, type));
    }

    /** What an absent thing is answered with. */
    static final class Absent extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Absent(String message) {
            super(message);
        }
    }

    /**
     * Asks, and reads the answer.
     *
     * @param waits how long the server itself may wait before it answers
     * @throws UncheckedIOException if it cannot be reached, or does not answer in time
     * @throws Absent if there is no such thing
     * @throws IllegalArgumentException if the server refuses what it was sent
     * @throws IllegalStateException if it refuses for another reason
     */
    <T> T ask(String method, String pathOfServer, @Nullable String json, Duration waits, Class<T> type)
            throws InterruptedException {
        String path = prefix + pathOfServer.substring(API.length());
        if (isClosed()) {
            throw new IllegalStateException("This client of " + this + " was closed.");
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(waits.plus(PATIENCE))
                .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        authorization.ifPresent(value -> request.header("Authorization", value));
        HttpResponse<byte[]> answer;
        try {
            answer = http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (HttpTimeoutException e) {
            throw new UncheckedIOException(
                    "Restante at " + this + " did not answer " + method + " " + path + " within "
                            + FailureReport.spoken(waits.plus(PATIENCE))
                            + ". Is it Restante's HTTP port, and not another?",
                    e);
        } catch (ConnectException e) {
            throw new UncheckedIOException(
                    "Nobody answers at " + this
                            + ". Is Restante running there, and is this the address of its page (port"
                            + " 8025 by default) rather than of SMTP?",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The connection to Restante at " + this + " was lost at " + method + " " + path + ": "
                            + e.getMessage(),
                    e);
        }
        if (answer.statusCode() != 200) {
            throw refusal(method, path, answer);
        }
        try {
            JsonNode tree = EvidenceForm.mapper().readTree(answer.body());
            shift(tree);
            return EvidenceForm.mapper().treeToValue(tree, type);
        } catch (JacksonException e) {
            throw new IllegalStateException(
                    "What " + this + " answered to " + method + " " + path + " cannot be read: "
                            + e.getOriginalMessage() + ". Is its version the same as this client's?",
                    e);
        }
    }

    private RuntimeException refusal(String method, String path, HttpResponse<byte[]> answer) {
        String said = new String(answer.body(), StandardCharsets.UTF_8).strip();
        String code = "";
        try {
            JsonNode problem = EvidenceForm.mapper().readTree(said);
            if (problem.isObject() && problem.has("message")) {
                said = problem.get("message").asString();
                code = problem.path("code").asString("");
            }
        } catch (JacksonException e) {
            code = ""; // a plain text
        }
        String what =
                "Restante at " + this + " answered " + answer.statusCode() + " to " + method + " " + path + ": " + said;
        return switch (answer.statusCode()) {
            case 400, 413 -> new IllegalArgumentException(what);
            case 401 ->
                new IllegalStateException(what
                        + " Give a user and password, or a token: RestanteClient.builder(uri).basicAuth(...) or"
                        + " .bearerToken(...).");
            case 404 ->
                code.equals("not_found")
                        ? new Absent(what)
                        : new IllegalStateException(
                                what + ". Is there a base path to add, or is the server older than this client?");
            case 409 ->
                switch (code) {
                    case "mailbox_exists" -> new IllegalArgumentException(said);
                    case "too_many_mailboxes" -> new IllegalStateException(said);
                    default -> new UnsupportedOperationException(said);
                };
            default -> new IllegalStateException(what);
        };
    }

    /** Moments on the server's {@link System#nanoTime()} become those on ours, so that gaps between them stay true. */
    private void shift(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> each : object.properties()) {
                if (each.getKey().endsWith("AtNanos") && each.getValue().isIntegralNumber()) {
                    object.put(each.getKey(), each.getValue().longValue() - nanosAhead);
                } else {
                    shift(each.getValue());
                }
            }
        } else if (tree instanceof ArrayNode array) {
            array.forEach(this::shift);
        }
    }

    URI uri() {
        return base;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed || (root != null && root.closed);
    }

    /** The address, without a password. */
    @Override
    public String toString() {
        return base.toString();
    }
}
