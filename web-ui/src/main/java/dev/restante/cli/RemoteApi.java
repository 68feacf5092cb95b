package dev.restante.cli;

import dev.restante.relay.Route;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running server's HTTP API, as options name it. */
final class RemoteApi {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Made at the first use: the servers, which ask nobody, start without it. */
    private static final class Means {
        static final JsonMapper JSON = JsonMapper.builder().build();
        static final HttpClient CLIENT =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    }

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The page of the running server (default: ${DEFAULT-VALUE}).")
    String url = "http://localhost:8025";

    @Option(
            names = "--http-user",
            paramLabel = "NAME:PASSWORD",
            split = ",",
            hideParamSyntax = true,
            converter = Login.class,
            description = "Ask as this user.")
    List<Route.Login> users = List.of();

    @Option(
            names = "--http-token",
            paramLabel = "TOKEN",
            split = ",",
            hideParamSyntax = true,
            description = "Ask with this bearer token.")
    List<String> tokens = List.of();

    /** Asks for JSON. */
    JsonNode json(String path, Map<String, String> parameters, Duration longest)
            throws IOException, InterruptedException, Subcommand.Problem {
        try {
            return Means.JSON.readTree(bytes(path, parameters, longest));
        } catch (JacksonException e) {
            throw Subcommand.Problem.failed(url + " answered what is no JSON. Is it a Restante's page?");
        }
    }

    /** Asks for JSON, which does not take long. */
    JsonNode json(String path, Map<String, String> parameters)
            throws IOException, InterruptedException, Subcommand.Problem {
        return json(path, parameters, Duration.ZERO);
    }

    /** Asks for anything; the server may take {@code longest} before it answers. */
    byte[] bytes(String path, Map<String, String> parameters, Duration longest)
            throws IOException, InterruptedException, Subcommand.Problem {
        HttpRequest.Builder request = HttpRequest.newBuilder(address(path, parameters))
                .timeout(longest.plus(PATIENCE))
                .header("Accept", "*/*");
        authorization().ifPresent(value -> request.header("Authorization", value));
        HttpResponse<byte[]> answer;
        try {
            answer = Means.CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw Subcommand.Problem.failed(
                    "Nobody answers at " + url + ". Start the server, or name its page with --url.");
        }
        if (answer.statusCode() == 401) {
            throw Subcommand.Problem.failed(
                    url + " wants to know who asks. Say --http-user NAME:PASSWORD or --http-token TOKEN.");
        } else if (answer.statusCode() == 400) {
            throw Subcommand.Problem.wrong(reason(answer.body())); // what was asked came from the command line
        } else if (answer.statusCode() != 200) {
            throw Subcommand.Problem.failed(url + " refused (" + answer.statusCode() + "): " + reason(answer.body()));
        }
        return answer.body();
    }

    private Optional<String> authorization() {
        if (!tokens.isEmpty()) {
            return Optional.of("Bearer " + tokens.get(0));
        }
        return users.stream()
                .findFirst()
                .map(login -> "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8)));
    }

    private URI address(String path, Map<String, String> parameters) throws Subcommand.Problem {
        String query = parameters.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        try {
            URI address = URI.create(url.replaceFirst("/+$", "") + path + (query.isEmpty() ? "" : "?" + query));
            if (address.getHost() != null && address.getScheme().matches("https?")) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw Subcommand.Problem.wrong("--url \"" + url + "\" is no address of a page. Write http://localhost:8025.");
    }

    /** What the server says of its refusal: a sentence in JSON, or the text as it is. */
    private static String reason(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        try {
            JsonNode json = Means.JSON.readTree(text);
            for (String key : List.of("message", "Error", "error")) {
                if (json.path(key).isString()) {
                    return json.path(key).stringValue();
                }
            }
        } catch (JacksonException e) {
            // Not JSON, then.
        }
        return text.length() > 300 ? text.substring(0, 300) + "..." : text;
    }

    /** The ids of the mails that a query finds, the oldest first. */
    List<String> find(String query) throws IOException, InterruptedException, Subcommand.Problem {
        List<String> newestFirst = new ArrayList<>();
        while (true) {
            Map<String, String> page = Map.of("start", String.valueOf(newestFirst.size()), "limit", "500");
            JsonNode found = query.isBlank()
                    ? json("/api/v1/messages", page)
                    : json("/api/v1/search", with(page, "query", query));
            found.path("messages")
                    .forEach(mail -> newestFirst.add(mail.path("ID").stringValue("")));
            if (found.path("messages").isEmpty()) {
                List<String> oldestFirst = new ArrayList<>(newestFirst);
                Collections.reverse(oldestFirst);
                return oldestFirst.stream().distinct().toList();
            }
        }
    }

    private static Map<String, String> with(Map<String, String> some, String key, String value) {
        Map<String, String> all = new LinkedHashMap<>(some);
        all.put(key, value);
        return all;
    }
}
