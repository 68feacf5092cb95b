package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.restante.FakeSmtpServer;
import dev.restante.ServerClock;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The description describes the routes there are, and what they answer. */
@Timeout(60)
class OpenApiTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    /** What serves the page and is no part of the API. */
    private static final Set<String> PAGE = Set.of(
            "GET /",
            "GET /view/latest",
            "GET /view/{id}",
            "GET /session/{id}",
            "GET /sessions",
            "GET /script",
            "GET /overview",
            "GET /start",
            "GET /page/query",
            "GET /page/mail/{id}",
            "GET /page/print/{id}",
            "GET /page/mailboxes/{mailbox}/mail/{id}",
            "GET /page/mailboxes/{mailbox}/print/{id}",
            "GET /page/mailboxes/{mailbox}/preview/{id}",
            "POST /page/removals",
            "POST /page/removals/{removal}",
            "DELETE /page/removals/{removal}",
            "POST /page/mailboxes/{mailbox}/removals",
            "POST /page/mailboxes/{mailbox}/removals/{removal}",
            "DELETE /page/mailboxes/{mailbox}/removals/{removal}",
            "GET /page/sessions",
            "GET /page/overview",
            "GET /page/script",
            "POST /page/script/check",
            "PUT /page/script",
            "GET /preview/{id}",
            "GET /favicon.ico",
            "GET /assets/{file}",
            "GET /assets/lit/{file}",
            "GET /assets/lit/directives/{file}");

    private static FakeSmtpServer smtp;
    private static RestanteUi ui;
    private static Http http;
    private static JsonNode api;

    @BeforeAll
    static void open() throws Exception {
        smtp = FakeSmtpServer.builder().clock(ServerClock.manual()).build().start();
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
        api = http.json("/api/v1/openapi.json");
    }

    @AfterAll
    static void close() {
        ui.close();
        smtp.close();
    }

    private static Set<String> described() {
        Set<String> operations = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : api.get("paths").properties()) {
            path.getValue()
                    .propertyNames()
                    .forEach(method -> operations.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey()));
        }
        return operations;
    }

    @Test
    void everyRouteIsDescribedAndNoneBesides() {
        Set<String> routes = new TreeSet<>(ui.routes());
        routes.removeAll(PAGE);

        assertThat(described()).containsExactlyElementsOf(routes);
    }

    @Test
    void theDescriptionIsWholeInItself() {
        assertThat(api.get("openapi").asString()).isEqualTo("3.1.0");
        Set<String> ids = new HashSet<>();
        for (Map.Entry<String, JsonNode> path : api.get("paths").properties()) {
            for (JsonNode operation : path.getValue()) {
                assertThat(ids.add(operation.get("operationId").asString()))
                        .as(operation.get("operationId").asString())
                        .isTrue();
                Set<String> named = new TreeSet<>();
                operation.path("parameters").forEach(parameter -> {
                    if (parameter.get("in").asString().equals("path")) {
                        named.add("{" + parameter.get("name").asString() + "}");
                    }
                });
                Set<String> wanted = new TreeSet<>();
                Pattern.compile("\\{[^}]+}")
                        .matcher(path.getKey())
                        .results()
                        .forEach(found -> wanted.add(found.group()));
                assertThat(named).as(path.getKey()).isEqualTo(wanted);
            }
        }
        api.findValues("$ref").forEach(reference -> {
            String pointer = reference.asString().substring(1);
            assertThat(api.at(pointer).isMissingNode()).as(pointer).isFalse();
        });
    }

    /** Asks, and holds the answer against the description; notes which operation succeeded. */
    private static final class Checker {
        final Set<String> succeeded = new TreeSet<>();
        /** Whether to ask the server's own mailbox by its address among the mailboxes, where it has the same routes. */
        boolean inMailbox;

        JsonNode ask(String method, String serverTemplate, String serverPath, String body, int status)
                throws Exception {
            String below = serverTemplate.replaceFirst("^/api/v1/", "/api/v1/mailboxes/{mailbox}/");
            boolean own = inMailbox && api.get("paths").path(below).has(method.toLowerCase(java.util.Locale.ROOT));
            String template = own ? below : serverTemplate;
            String path = own ? serverPath.replaceFirst("^/api/v1/", "/api/v1/mailboxes/default/") : serverPath;
            HttpResponse<String> answer = http.send(method, path, body);
            assertThat(answer.statusCode())
                    .as(method + " " + path + ": " + answer.body())
                    .isEqualTo(status);
            String operation = method + " " + template;
            JsonNode response = api.get("paths")
                    .get(template)
                    .get(method.toLowerCase(java.util.Locale.ROOT))
                    .get("responses")
                    .path(String.valueOf(status));
            assertThat(response.isMissingNode())
                    .as(operation + " describes " + status)
                    .isFalse();
            if (status == 200 || template.endsWith("/release")) {
                succeeded.add(operation);
            }
            JsonNode content = response.path("content");
            if (content.isMissingNode()) {
                assertThat(answer.body())
                        .as(operation)
                        .satisfiesAnyOf(
                                text -> assertThat(text).isEmpty(),
                                text -> assertThat(status).isNotEqualTo(200));
                return response;
            }
            String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
            JsonNode media = content.has(type) ? content.get(type) : content.path("*/*");
            assertThat(media.isMissingNode())
                    .as(operation + " describes " + type)
                    .isFalse();
            if (!type.contains("json")) {
                return response;
            }
            ObjectNode schema = JSON.createObjectNode();
            schema.set("components", api.get("components"));
            schema.set("allOf", JSON.createArrayNode().add(media.get("schema")));
            assertThat(SCHEMAS.getSchema(schema.toString()).validate(answer.body(), InputFormat.JSON))
                    .as(operation + ": " + answer.body())
                    .isEmpty();
            return Http.read(answer.body());
        }

        JsonNode get(String template, String path, int status) throws Exception {
            return ask("GET", template, path, "", status);
        }

        JsonNode get(String template) throws Exception {
            return get(template, template, 200);
        }
    }

    @Test
    void everyOperationAnswersAsDescribed() throws Exception {
        Checker check = new Checker();
        askEverything(check);
        check.inMailbox = true;
        askEverything(check);
        String list = "/api/v1/mailboxes";
        String one = list + "/{mailbox}";
        String box = list + "/ours";
        check.ask("POST", list, list, "{\"name\":\"ours\",\"select\":[\"user:ann\"]}", 201);
        check.ask("POST", list, list, "{\"name\":\"ours\",\"select\":[\"user:ann\"]}", 409);
        check.succeeded.add("POST " + list);
        check.get(list);
        check.get(one, box, 200);
        check.get(one, list + "/default", 200);
        check.get(one, list + "/nosuch", 404);
        check.ask("PUT", one, box, "{\"select\":[\"user:ann\"],\"maxMails\":5}", 200);
        check.ask("PUT", one, box, "{\"select\":[\"user:bob\"]}", 409);
        check.ask("PUT", one, list + "/nosuch", "{\"select\":[]}", 400);
        check.get(one + "/retention", box + "/retention", 200);
        check.ask("PUT", one + "/retention", box + "/retention", "{\"maxBytes\":5000}", 200);
        check.ask("PUT", one + "/retention", box + "/retention", "{\"maxBytes\":0}", 400);
        check.ask("DELETE", one, box, "", 200);
        check.ask("DELETE", one, box, "", 404);
        check.ask("DELETE", one, list + "/default", "", 400);

        Set<String> left = described();
        left.removeAll(check.succeeded);
        assertThat(left)
                .as("not tried")
                .containsExactly( // RestanteUiTest and MailboxesApiTest listen to them
                        "GET /api/v1/events/stream", "GET /api/v1/mailboxes/{mailbox}/events/stream");
    }

    private static void askEverything(Checker check) throws Exception {
        smtp.script(on(RCPT_TO).matching(moment -> false).reply(450, "x").always());
        Sender.send(smtp, "a@example.test", List.of("mara+tag@example.test", "hidden@x.test"), SampleMails.invoice());
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("AUTH PLAIN AGFubgBodW50ZXIy");
            sender.say("MAIL FROM:<a@example.test>");
            sender.say("RCPT TO:<nobody@>");
            sender.say("RSET");
        }
        String m = "/api/v1/message/{id}";
        for (String each : List.of(
                "/api/v1/messages",
                "/api/v1/tags",
                "/api/v1/info",
                "/api/v1/webui",
                "/api/v1/server",
                "/api/v1/chaos",
                "/api/v1/clock",
                "/livez",
                "/readyz",
                "/metrics",
                "/api/v1/script",
                "/api/v1/script/schema",
                "/api/v1/sessions",
                "/api/v1/attempts",
                "/api/v1/openapi.json",
                "/api/v1")) {
            check.get(each);
        }
        check.get("/api/v1/search", "/api/v1/search?query=invoice", 200);
        check.get("/api/v1/search", "/api/v1/search?query=(", 400);
        JsonNode mail = check.get(m, "/api/v1/message/latest", 200);
        String id = mail.get("ID").asString();
        check.get(m, "/api/v1/message/nosuch", 404);
        for (String rest : List.of("/headers", "/raw", "/html-check", "/link-check", "/evidence")) {
            check.get(m + rest, "/api/v1/message/" + id + rest, 200);
            check.get(m + rest, "/api/v1/message/nosuch" + rest, 404);
        }
        check.get(m + "/evidence", "/api/v1/message/latest/evidence?query=(", 400);
        check.get(m + "/part/{part}", "/api/v1/message/latest/part/2", 200);
        check.get(m + "/part/{part}", "/api/v1/message/latest/part/9", 404);
        check.get(m + "/part/{part}/thumb", "/api/v1/message/" + id + "/part/1.2/thumb", 200);
        check.get(m + "/part/{part}/thumb", "/api/v1/message/" + id + "/part/9/thumb", 400);
        check.get("/view/{id}.html", "/view/latest.html", 200);
        check.get("/view/{id}.txt", "/view/nosuch.txt", 404);
        check.get("/view/{id}.txt", "/view/latest.txt", 200);
        check.ask("POST", m + "/release", "/api/v1/message/" + id + "/release", "{\"To\":[\"x@y.test\"]}", 400);
        String session = check.get("/api/v1/sessions", "/api/v1/sessions?transcript=true", 200)
                .get("sessions")
                .get(0)
                .get("id")
                .asString();
        check.get("/api/v1/sessions/{id}", "/api/v1/sessions/" + session, 200);
        check.get("/api/v1/sessions/{id}", "/api/v1/sessions/nosuch", 404);
        check.get("/api/v1/sessions", "/api/v1/sessions?open=x", 400);
        check.get("/api/v1/attempts", "/api/v1/attempts?limit=x", 400);
        check.get("/api/v1/wait", "/api/v1/wait?timeout=0", 200);
        check.get("/api/v1/wait", "/api/v1/wait?timeout=x", 400);
        check.get("/api/v1/wait", "/api/v1/wait?after=other.1", 410);

        String messages = "/api/v1/messages";
        check.ask("PUT", messages, messages, "{\"Read\":true}", 200);
        check.ask("PUT", messages, messages, "x", 400);
        check.ask("PUT", "/api/v1/tags", "/api/v1/tags", "{\"IDs\":[\"" + id + "\"],\"Tags\":[\"one\"]}", 200);
        check.ask("PUT", "/api/v1/tags/{tag}", "/api/v1/tags/one", "{\"Name\":\"two\"}", 200);
        check.ask("PUT", "/api/v1/tags/{tag}", "/api/v1/tags/nosuch", "{\"Name\":\"two\"}", 400);
        check.ask("DELETE", "/api/v1/tags/{tag}", "/api/v1/tags/two", "", 200);
        String letter = "{\"From\":{\"Email\":\"a@x.test\"},\"To\":[{\"Email\":\"b@x.test\"}]}";
        check.ask("POST", "/api/v1/send", "/api/v1/send", letter, 200);
        check.ask("POST", "/api/v1/send", "/api/v1/send", "{}", 400);
        check.get("/api/v1/message/{id}/evidence", "/api/v1/message/latest/evidence", 200);
        check.ask("POST", "/api/v1/take", "/api/v1/take", "{\"timeout\":\"0\"}", 200);
        check.ask("POST", "/api/v1/take", "/api/v1/take", "{\"count\":0}", 400);
        check.ask("PUT", "/api/v1/chaos", "/api/v1/chaos", "{}", 200);
        check.ask("PUT", "/api/v1/chaos", "/api/v1/chaos", "[]", 400);
        check.ask("POST", "/api/v1/clock/advance", "/api/v1/clock/advance", "{\"by\":\"1s\"}", 200);
        check.ask("POST", "/api/v1/clock/advance", "/api/v1/clock/advance", "{}", 400);
        String rule = "{\"rules\":[{\"on\":\"NOOP\",\"reply\":{\"code\":250,\"text\":\"x\"}}]}";
        check.ask("PUT", "/api/v1/script", "/api/v1/script", rule, 200);
        check.ask("PATCH", "/api/v1/script", "/api/v1/script", rule, 200);
        check.ask("PUT", "/api/v1/script", "/api/v1/script", "{\"rules\":1}", 400);
        String rules = "/api/v1/script/rules/";
        String first = rules + smtp.rules().get(0).id();
        check.ask("PATCH", rules + "{id}", first, "{\"on\":false}", 200);
        check.get("/api/v1/script");
        check.get("/api/v1/fixture/rules");
        check.ask("PATCH", rules + "{id}", first, "{\"on\":2}", 400);
        check.ask("DELETE", rules + "{id}", first + "?on=1", "", 400);
        check.ask("DELETE", rules + "{id}", first, "", 200);
        check.ask("DELETE", rules + "{id}", first, "", 404);
        check.ask("PATCH", rules + "{id}", first, "{\"on\":true}", 404);
        check.ask("DELETE", "/api/v1/script", "/api/v1/script", "", 200);
        check.ask("POST", "/api/v1/script/scenarios", "/api/v1/script/scenarios", rule, 200);
        check.ask("POST", "/api/v1/script/scenarios", "/api/v1/script/scenarios", "{", 400);
        String persona = "{\"persona\":{\"name\":\"own\",\"description\":\"Own.\",\"sources\":[\"https://x.test/\"],"
                + "\"checked\":\"2026-11-23\"},\"rules\":[]}";
        check.ask("PUT", "/api/v1/script/persona", "/api/v1/script/persona", persona, 200);
        check.ask("PUT", "/api/v1/script/persona", "/api/v1/script/persona", "{\"rules\":[]}", 400);
        String hold = check.ask("POST", "/api/v1/holds", "/api/v1/holds", "", 200)
                .get("name")
                .asString();
        String at = "/api/v1/holds/{name}";
        check.get(at, "/api/v1/holds/" + hold, 200);
        check.get(at, "/api/v1/holds/" + hold + "?connections=1&timeout=1ms", 200);
        check.get(at, "/api/v1/holds/" + hold + "?connections=x", 400);
        check.get(at, "/api/v1/holds/nosuch", 404);
        check.ask("DELETE", at, "/api/v1/holds/" + hold, "", 200);
        check.ask("DELETE", at, "/api/v1/holds/nosuch", "", 404);
        String mails = "/api/v1/fixture/mails";
        check.get("/api/v1/fixture");
        check.get(mails);
        check.get(mails, mails + "?seen=x", 400);
        check.get("/api/v1/fixture/sessions");
        check.get("/api/v1/fixture/sessions/{id}", "/api/v1/fixture/sessions/" + session, 200);
        check.get("/api/v1/fixture/sessions/{id}", "/api/v1/fixture/sessions/nosuch", 404);
        check.get("/api/v1/fixture/attempts");
        check.get("/api/v1/fixture/rules");
        check.ask("POST", mails, mails, "{\"ids\":[\"" + id + "\",\"nosuch\"]}", 200);
        check.ask("POST", mails, mails, "{\"IDS\":3}", 400);
        check.ask("DELETE", mails, mails, "{}", 400);
        check.ask("DELETE", mails, mails, "{\"ids\":[\"nosuch\"]}", 200);
        check.ask("DELETE", "/api/v1/search", "/api/v1/search?query=nothing", "", 200);
        check.ask("DELETE", messages, messages, "{\"x\":1}", 400);
        check.ask("DELETE", messages, messages, "", 200);
        check.get(m, "/api/v1/message/latest", 404);
        check.ask("POST", "/api/v1/reset", "/api/v1/reset", "", 200);
    }

    @Test
    void thePageReadsTheSameAndMayLoadNothing() throws Exception {
        HttpResponse<String> page = http.get("/api/v1/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .matches("default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none';"
                        + " form-action 'none'; frame-ancestors 'none'");
        assertThat(page.body())
                .startsWith("<!doctype html><html lang=\"en\">")
                .contains("/api/v1/message/{id}/part/{part}/thumb", "id=\"shape-Message\"", "href=\"#shape-Page\"")
                .doesNotContain("<script", "src=", "http://", "https://");
        for (String operation : described()) {
            assertThat(page.body()).contains("<code>" + operation.replaceFirst(".* ", "") + "</code>");
        }
    }

    @Test
    void theDescriptionNamesTheBasePath() throws Exception {
        try (RestanteUi based = RestanteUi.builder(smtp).basePath("/mail").start()) {
            assertThat(new Http(based.url())
                            .json("/api/v1/openapi.json")
                            .get("servers")
                            .toString())
                    .isEqualTo("[{\"url\":\"/mail\"}]");
        }
    }
}
