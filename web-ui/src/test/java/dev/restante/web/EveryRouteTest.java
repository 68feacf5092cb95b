package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.NOOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.MailboxSelector;
import dev.restante.ServerClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/**
 * Every route that the description has, for wrong input, absent things, bodies over the limit, and who may ask. What is not in the
 * tables fails the test, so that no route is forgotten. {@link OpenApiTest} does the same for success.
 */
@Timeout(120)
class EveryRouteTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Wrong input: operation, path and query, body, code, and what the answer says. */
    private static final String WRONG = """
            PUT /api/v1/messages | /api/v1/messages | x | 400 | no JSON
            PUT /api/v1/messages | /api/v1/messages | {"IDs":3} | 400 | IDs
            PUT /api/v1/messages | /api/v1/messages | {"Read":true,"IDs":["x"],"Search":"y"} | 400 | not both
            PUT /api/v1/messages | /api/v1/messages | {"Read":true,"Search":"before:someday"} | 400 | means nothing
            DELETE /api/v1/messages | /api/v1/messages | {"Ids":"x"} | 400 | list of texts
            DELETE /api/v1/messages | /api/v1/messages | {"ID":["x"]} | 400 | none of the keys
            DELETE /api/v1/messages | /api/v1/messages | ["x"] | 400 | not a JSON object
            DELETE /api/v1/messages | /api/v1/messages | {"IDs":[ | 400 | no JSON
            GET /api/v1/search | /api/v1/search | | 400 | no search query
            GET /api/v1/search | /api/v1/search?query=(a | | 400 | never closed
            DELETE /api/v1/search | /api/v1/search | | 400 | no search query
            DELETE /api/v1/search | /api/v1/search?query=from: | | 400 | means nothing
            GET /api/v1/message/{id} | /api/v1/message/latest?query=(a | | 400 | never closed
            GET /api/v1/message/{id}/headers | /api/v1/message/latest/headers?query=(a | | 400 | never closed
            GET /api/v1/message/{id}/raw | /api/v1/message/latest/raw?query=(a | | 400 | never closed
            GET /api/v1/message/{id}/part/{part} | /api/v1/message/latest/part/1?query=(a | | 400 | never closed
            GET /api/v1/message/{id}/html-check | /api/v1/message/latest/html-check?query=(a | | 400 | never closed
            GET /api/v1/message/{id}/link-check | /api/v1/message/latest/link-check?query=(a | | 400 | never closed
            GET /api/v1/message/{id}/evidence | /api/v1/message/latest/evidence?query=(a | | 400 | "bad_query"
            GET /view/{id}.html | /view/latest.html?query=(a | | 400 | never closed
            GET /view/{id}.txt | /view/latest.txt?query=(a | | 400 | never closed
            POST /api/v1/message/{id}/release | /api/v1/message/{ID}/release | {"To":[]} | 400 |
            POST /api/v1/message/{id}/release | /api/v1/message/{ID}/release | x | 400 |
            PUT /api/v1/tags | /api/v1/tags | {"IDs":[1]} | 400 | IDs
            PUT /api/v1/tags | /api/v1/tags | [] | 400 | not a JSON object
            PUT /api/v1/tags/{tag} | /api/v1/tags/blue | {"Name":""} | 400 |
            PUT /api/v1/tags/{tag} | /api/v1/tags/blue | {"Name":7} | 400 | Name
            POST /api/v1/send | /api/v1/send | {} | 400 | "Error"
            POST /api/v1/send | /api/v1/send | {"From":3} | 400 | From
            PUT /api/v1/chaos | /api/v1/chaos | [] | 400 |
            PUT /api/v1/chaos | /api/v1/chaos | {"Sender":{"ErrorCode":999,"Probability":5}} | 400 |
            POST /api/v1/clock/advance | /api/v1/clock/advance | {} | 400 | "by"
            POST /api/v1/clock/advance | /api/v1/clock/advance | {"by":"soon"} | 400 | "by"
            PUT /api/v1/script | /api/v1/script | {"rules":[{"on":"NOWHERE"}]} | 400 | "rules[0].on"
            PATCH /api/v1/script | /api/v1/script | {"rules":[{"on":"NOOP"}]} | 400 | "bad_script"
            PATCH /api/v1/script | /api/v1/script | {"rules":[],"rules":[]} | 400 | "bad_script"
            POST /api/v1/script/scenarios | /api/v1/script/scenarios | {"rules":[{"on":"NOWHERE"}]} | 400 | "rules[0].on"
            PATCH /api/v1/script/rules/{id} | /api/v1/script/rules/1 | {} | 400 | "on"
            PATCH /api/v1/script/rules/{id} | /api/v1/script/rules/1 | {"on":"no"} | 400 | "on"
            PATCH /api/v1/script/rules/{id} | /api/v1/script/rules/1 | {"on":false,"hits":0} | 400 | "hits"
            DELETE /api/v1/script/rules/{id} | /api/v1/script/rules/1?on=1 | | 400 | "on"
            PUT /api/v1/script/persona | /api/v1/script/persona | {"rules":[]} | 400 | "bad_script"
            GET /api/v1/wait | /api/v1/wait?count=0 | | 400 | "count"
            GET /api/v1/wait | /api/v1/wait?timeout=never | | 400 | "timeout"
            GET /api/v1/wait | /api/v1/wait?after=x | | 400 | "after"
            GET /api/v1/wait | /api/v1/wait?query=(a | | 400 | "query"
            GET /api/v1/wait | /api/v1/wait?counts=1 | | 400 | "counts"
            POST /api/v1/take | /api/v1/take | {"count":"many"} | 400 | "count"
            POST /api/v1/take | /api/v1/take | {"query":"(a","timeout":"0"} | 400 | "query"
            POST /api/v1/take | /api/v1/take | {"querry":"a"} | 400 | "querry"
            GET /api/v1/sessions | /api/v1/sessions?limit=0 | | 400 | "limit"
            GET /api/v1/sessions | /api/v1/sessions?open=maybe | | 400 | "open"
            GET /api/v1/attempts | /api/v1/attempts?outcome=LOST | | 400 | "outcome"
            GET /api/v1/attempts | /api/v1/attempts?start=-1 | | 400 | "start"
            GET /api/v1/fixture/mails | /api/v1/fixture/mails?seen=x | | 400 | "seen"
            GET /api/v1/fixture/mails | /api/v1/fixture/mails?timeout=1h | | 400 | "timeout"
            POST /api/v1/fixture/mails | /api/v1/fixture/mails | {} | 400 | "ids"
            POST /api/v1/fixture/mails | /api/v1/fixture/mails | {"ids":[7]} | 400 | "ids"
            DELETE /api/v1/fixture/mails | /api/v1/fixture/mails | | 400 | "bad_body"
            DELETE /api/v1/fixture/mails | /api/v1/fixture/mails | {"id":["x"]} | 400 | "id"
            GET /api/v1/holds/{name} | /api/v1/holds/hold-1?connections=-1 | | 400 | "connections"
            GET /api/v1/holds/{name} | /api/v1/holds/hold-1?timeout=x | | 400 | "timeout"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"a b","select":["user:ann"]} | 400 | "name"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"default","select":["user:ann"]} | 400 | "name"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"ours","select":["user:bob"]} | 409 | "name"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"x","select":[]} | 400 | "select"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"x","select":["user:a","to:b"]} | 400 | "select[1]"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"x","select":["user:a"],"maxMails":0} | 400 | "maxMails"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"x","select":["user:a"],"maxBytes":1e99} | 400 | "maxBytes"
            POST /api/v1/mailboxes | /api/v1/mailboxes | {"name":"x","selects":["user:a"]} | 400 | "selects"
            PUT /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/ours | {"select":["user:bob"]} | 409 | "mailbox_exists"
            PUT /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/-x | {"select":["user:bob"]} | 400 | "mailbox"
            PUT /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/default | {"select":["user:bob"]} | 400 | "mailbox"
            PUT /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/new | {"select":["user:bob"],"maxMails":10001} | 400 | "maxMails"
            PUT /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/new | x | 400 | "bad_body"
            DELETE /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/default | | 400 | "server_s_own"
            PUT /api/v1/mailboxes/{mailbox}/retention | /api/v1/mailboxes/ours/retention | {"maxMails":-1} | 400 | "maxMails"
            PUT /api/v1/mailboxes/{mailbox}/retention | /api/v1/mailboxes/default/retention | {"maxMails":1} | 400 | "server_s_own"
            PUT /api/v1/mailboxes/{mailbox}/script | /api/v1/mailboxes/ours/script | {"rules":[{"on":"NOOP","reply":{"code":250,"text":"x"}},{"on":"CONNECT","reply":{"code":421,"text":"x"}}]} | 400 | "rules[1].on"
            PATCH /api/v1/mailboxes/{mailbox}/script | /api/v1/mailboxes/ours/script | {"rules":[{"on":"EHLO","reply":{"code":450,"text":"x"}}]} | 400 | could never fire
            POST /api/v1/mailboxes/{mailbox}/script/scenarios | /api/v1/mailboxes/ours/script/scenarios | {"rules":[{"on":"EHLO","reply":{"code":450,"text":"x"}}]} | 400 | "rules[0].on"
            PUT /api/v1/mailboxes/{mailbox}/script/persona | /api/v1/mailboxes/ours/script/persona | {"persona":{"name":"own","description":"Own.","sources":["https://x.test/"],"checked":"2026-11-23"},"rules":[{"on":"EHLO","reply":{"code":450,"text":"x"}}]} | 400 | could never fire
            """;

    /** As Mailpit does, these read what they can of their parameters and pass over the rest. */
    private static final Set<String> PASS_OVER_WRONG_PARAMETERS =
            Set.of("GET /api/v1/messages", "GET /api/v1/mailboxes/{mailbox}/messages");

    private static final String OF_MAILBOX = "/api/v1/mailboxes/{mailbox}/";

    /** Absent things: operation, path, body, code, and what the answer says. */
    private static final String ABSENT = """
            GET /api/v1/message/{id} | /api/v1/message/nosuch | | 404 | 404 page not found
            GET /api/v1/message/{id}/headers | /api/v1/message/nosuch/headers | | 404 |
            GET /api/v1/message/{id}/raw | /api/v1/message/nosuch/raw | | 404 |
            GET /api/v1/message/{id}/part/{part} | /api/v1/message/latest/part/99 | | 404 |
            GET /api/v1/message/{id}/part/{part}/thumb | /api/v1/message/nosuch/part/1/thumb | | 400 |
            GET /api/v1/message/{id}/html-check | /api/v1/message/nosuch/html-check | | 404 |
            GET /api/v1/message/{id}/link-check | /api/v1/message/nosuch/link-check | | 404 |
            POST /api/v1/message/{id}/release | /api/v1/message/nosuch/release | {"To":["x@y.test"]} | 404 |
            GET /api/v1/message/{id}/evidence | /api/v1/message/nosuch/evidence | | 404 | "not_found"
            GET /view/{id}.html | /view/nosuch.html | | 404 |
            GET /view/{id}.txt | /view/nosuch.txt | | 404 |
            PUT /api/v1/tags/{tag} | /api/v1/tags/nosuch | {"Name":"x"} | 400 |
            PATCH /api/v1/script/rules/{id} | /api/v1/script/rules/99 | {"on":false} | 404 | There is no rule 99
            PATCH /api/v1/script/rules/{id} | /api/v1/script/rules/kept | {"on":false} | 404 | rules have numbers
            DELETE /api/v1/script/rules/{id} | /api/v1/script/rules/99 | | 404 | "not_found"
            DELETE /api/v1/tags/{tag} | /api/v1/tags/nosuch | | 400 |
            GET /api/v1/sessions/{id} | /api/v1/sessions/nosuch | | 404 | "not_found"
            GET /api/v1/fixture/sessions/{id} | /api/v1/fixture/sessions/nosuch | | 404 | "not_found"
            GET /api/v1/holds/{name} | /api/v1/holds/nosuch | | 404 | "not_found"
            DELETE /api/v1/holds/{name} | /api/v1/holds/nosuch | | 404 | "not_found"
            GET /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/nosuch | | 404 | "mailbox"
            DELETE /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/nosuch | | 404 | "mailbox"
            PUT /api/v1/mailboxes/{mailbox} | /api/v1/mailboxes/nosuch | {} | 400 | "select"
            GET /api/v1/mailboxes/{mailbox}/retention | /api/v1/mailboxes/nosuch/retention | | 404 | "mailbox"
            PUT /api/v1/mailboxes/{mailbox}/retention | /api/v1/mailboxes/nosuch/retention | {} | 404 | "mailbox"
            """;

    /** Asked without credentials by whoever watches over the process. */
    private static final Set<String> PROBES = Set.of("GET /livez", "GET /readyz");

    private final FakeSmtpServer smtp =
            FakeSmtpServer.builder().clock(ServerClock.manual()).build().start();
    private RestanteUi ui;
    private JsonNode api;
    private String id;

    private record Row(String operation, String method, String path, String body, int status, String says) {}

    private List<Row> rows(String table) {
        return table.lines()
                .map(line -> line.split(" ?\\| ?", -1))
                .map(cells -> new Row(
                        cells[0],
                        cells[0].replaceFirst(" .*", ""),
                        cells[1].replace("{ID}", id),
                        cells[2],
                        Integer.parseInt(cells[3].strip()),
                        cells[4].strip()))
                .toList();
    }

    /** These rows, and for what each mailbox has the same below the server's own mailbox's address, which is alike in all. */
    private List<Row> rowsOfAll(String table) {
        List<Row> all = new ArrayList<>(rows(table));
        for (Row row : rows(table)) {
            String own = row.operation().replace("/api/v1/", OF_MAILBOX);
            if (!row.operation().contains(OF_MAILBOX) && operations().containsKey(own)) {
                all.add(new Row(
                        own,
                        row.method(),
                        row.path().replaceFirst("/api/v1/", "/api/v1/mailboxes/default/"),
                        row.body(),
                        row.status(),
                        row.says()));
            }
        }
        return all;
    }

    @BeforeEach
    void open() throws Exception {
        ui = RestanteUi.builder(smtp)
                .bearerToken("sesame")
                .basicAuth("ann", "open")
                .start();
        api = Http.read(ask("GET", "/api/v1/openapi.json", "").body());
        Sender.send(smtp, "a@x.test", List.of("bob+blue@y.test"), SampleMails.invoice());
        id = smtp.mails().get(0).id();
        smtp.mailbox("ours", MailboxSelector.user("ann"));
        smtp.script(on(NOOP).named("kept").reply(250, "x").always());
        assertThat(smtp.hold().name()).isEqualTo("hold-1");
        assertThat(ask("GET", "/api/v1/tags", "").body()).isEqualTo("[\"blue\"]");
    }

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(
                        URI.create(ui.url() + path.replace("(", "%28").replace("\"", "%22")))
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    }

    private HttpResponse<String> ask(String method, String path, String body) throws Exception {
        return CLIENT.send(
                request(method, path, body)
                        .header("Authorization", "Bearer sesame")
                        .build(),
                BodyHandlers.ofString());
    }

    /** The operations, each with its description. */
    private Map<String, JsonNode> operations() {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> path : api.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                all.put(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), method.getValue());
            }
        }
        return all;
    }

    private static boolean takesQuery(JsonNode operation) {
        for (JsonNode parameter : operation.path("parameters")) {
            if (parameter.get("in").asString().equals("query")) {
                return true;
            }
        }
        return false;
    }

    /** Everything that a request could change. */
    private String state() throws Exception {
        StringBuilder all = new StringBuilder();
        for (String path :
                List.of("messages", "tags", "script", "chaos", "clock", "fixture/mails", "holds/hold-1", "mailboxes")) {
            all.append(ask("GET", "/api/v1/" + path, "").body()).append('\n');
        }
        return all.toString();
    }

    private void check(List<Row> rows) throws Exception {
        String before = state();
        for (Row row : rows) {
            HttpResponse<String> answer = ask(row.method(), row.path(), row.body());
            String what = row.method() + " " + row.path() + " " + row.body();
            assertThat(answer.statusCode()).as(what + ": " + answer.body()).isEqualTo(row.status());
            assertThat(answer.body()).as(what).contains(row.says());
            JsonNode described = operations().get(row.operation());
            assertThat(described.get("responses").has(String.valueOf(row.status())))
                    .as(row.operation() + " describes " + row.status())
                    .isTrue();
            String type = answer.headers().firstValue("Content-Type").orElse("");
            if (type.startsWith("application/json")
                    && described
                            .at("/responses/" + row.status() + "/content/application~1json/schema/$ref")
                            .asString("")
                            .endsWith("/Problem")) {
                assertThat(Http.keys(Http.read(answer.body()))).as(what).containsExactly("code", "message", "field");
            }
            assertThat(state()).as("after " + what).isEqualTo(before);
        }
    }

    @Test
    void wrongInputIsRefusedAndChangesNothing() throws Exception {
        Set<String> tried = new TreeSet<>(PASS_OVER_WRONG_PARAMETERS);
        rowsOfAll(WRONG).forEach(row -> tried.add(row.operation()));
        operations().forEach((operation, described) -> {
            if (described.has("requestBody") || takesQuery(described)) {
                assertThat(tried).as("in the table of wrong input").contains(operation);
            }
        });
        check(rowsOfAll(WRONG));
    }

    @Test
    void whatIsAbsentIsToldSo() throws Exception {
        Set<String> tried = new TreeSet<>();
        rowsOfAll(ABSENT).forEach(row -> tried.add(row.operation()));
        assertThat(operations().keySet())
                .filteredOn(operation -> operation.replace("{mailbox}", "").contains("{"))
                .allSatisfy(operation ->
                        assertThat(tried).as("in the table of absent things").contains(operation));
        check(rowsOfAll(ABSENT));
    }

    @Test
    void whatIsAskedOfAMailboxThatIsAbsentIsToldSo() throws Exception {
        String before = state();
        for (String operation : operations().keySet()) {
            if (operation.contains(OF_MAILBOX)) {
                HttpResponse<String> answer = ask(
                        operation.replaceFirst(" .*", ""),
                        concrete(operation).replace("/ours/", "/nosuch/"),
                        operation.endsWith("/retention") ? "{}" : "");
                assertThat(answer.statusCode()).as(operation).isEqualTo(404);
                assertThat(Http.read(answer.body()).get("field").asString())
                        .as(operation)
                        .isEqualTo("mailbox");
            }
        }
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void aBodyOverTheLimitIsRefused() throws Exception {
        String before = state();
        for (Map.Entry<String, JsonNode> each : operations().entrySet()) {
            String operation = each.getKey();
            if (!each.getValue().has("requestBody") || operation.equals("POST /api/v1/send")) { // SendApiTest does
                continue;
            }
            String path = operation
                    .replaceFirst("\\S+ ", "")
                    .replace("{mailbox}", "default")
                    .replace("{id}", id)
                    .replace("{tag}", "blue");
            // Announced and not sent: the answer does not wait for it.
            assertThat(Http.raw(
                            ui.port(),
                            operation.replaceFirst(" .*", "") + " " + path + " HTTP/1.1",
                            "Host: localhost",
                            "Content-Length: " + (RequestBody.LIMIT + 1),
                            "Authorization: Bearer sesame"))
                    .as(operation)
                    .startsWith("HTTP/1.1 413")
                    .contains("larger than " + RequestBody.LIMIT);
        }
        assertThat(state()).isEqualTo(before);
    }

    private static String concrete(String operation) {
        return operation
                .replaceFirst("\\S+ ", "")
                .replace("{mailbox}", "ours")
                .replace("{id}", "nosuch")
                .replace("{part}", "1")
                .replace("{tag}", "nosuch")
                .replace("{name}", "nosuch");
    }

    private int status(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    @Test
    void nobodyIsAnsweredWithoutCredentials() throws Exception {
        String before = state();
        for (String operation : operations().keySet()) {
            String method = operation.replaceFirst(" .*", "");
            int refused = PROBES.contains(operation) ? 200 : 401;
            assertThat(status(request(method, concrete(operation), "")))
                    .as(operation)
                    .isEqualTo(refused);
            for (String wrong : List.of("Bearer sesam", "Bearer", "Basic " + "YW5uOnNlc2FtZQ==", "sesame")) {
                assertThat(status(request(method, concrete(operation), "{}").header("Authorization", wrong)))
                        .as(operation + " as " + wrong)
                        .isEqualTo(refused);
            }
        }
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void nobodyIsAnsweredFromElsewhere() throws Exception {
        String before = state();
        for (String operation : operations().keySet()) {
            String method = operation.replaceFirst(" .*", "");
            HttpRequest.Builder request = request(method, concrete(operation), "")
                    .header("Authorization", "Bearer sesame")
                    .header("Origin", "http://evil.test");
            assertThat(status(request)).as(operation).isEqualTo(403);
            assertThat(Http.raw(
                            ui.port(),
                            method + " " + concrete(operation) + " HTTP/1.1",
                            "Host: evil.test",
                            "Content-Length: 0",
                            "Authorization: Bearer sesame"))
                    .as(operation)
                    .startsWith("HTTP/1.1 403");
            assertThat(Http.raw(
                            ui.port(),
                            method + " " + concrete(operation) + " HTTP/1.1",
                            "Host: localhost",
                            "Sec-Fetch-Site: cross-site",
                            "Sec-Fetch-Mode: no-cors",
                            "Content-Length: 0",
                            "Authorization: Bearer sesame"))
                    .as(operation)
                    .startsWith(operation.endsWith("/part/{part}") ? "HTTP/1.1 404" : "HTTP/1.1 403");
        }
        assertThat(state()).isEqualTo(before);
    }
}
