package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.RuleReport;
import dev.restante.Scenarios;
import dev.restante.ServerClock;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The script, and the clock that some of its rules live by. */
@Timeout(60)
class ScriptApiTest {
    private static final String SCRIPT = "/api/v1/script";
    private static final String BUSY = "{\"name\":\"busy\",\"on\":\"RCPT_TO\",\"when\":{\"to\":\"bob@*\"},"
            + "\"reply\":{\"code\":450,\"text\":\"4.2.1 Busy\"},\"times\":2}";

    private static FakeSmtpServer smtp;
    private static RestanteUi ui;
    private static Http http;

    @BeforeAll
    static void open() {
        smtp = FakeSmtpServer.builder()
                .clock(ServerClock.manual(Instant.parse("2026-03-01T10:00:00Z")))
                .build()
                .start();
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
    }

    @AfterAll
    static void close() {
        ui.close();
        smtp.close();
    }

    @BeforeEach
    void forget() {
        smtp.reset();
    }

    private static JsonNode rules(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Http.read(answer.body()).get("rules");
    }

    private static String twice() throws Exception {
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("MAIL FROM:<a@example.test>");
            sender.say("RCPT TO:<bob@example.test>");
            return sender.say("RCPT TO:<bob@example.test>");
        }
    }

    @Test
    void aRuleIsSwitchedAndRemovedByItsNumber() throws Exception {
        JsonNode put = rules(http.send("PUT", SCRIPT, "{\"rules\":[" + BUSY + "]}"));
        smtp.scenario(Scenarios.mailboxFull("full@*"));
        String busy = SCRIPT + "/rules/" + put.get(0).get("id").asLong();
        assertThat(put.get(0).get("on").asBoolean()).isTrue();
        assertThat(put.get(0).get("layer").asString()).isEqualTo("TEST");

        JsonNode off = rules(http.send("PATCH", busy, "{\"on\":false}"));
        assertThat(off.get(0).get("on").asBoolean()).isFalse();
        assertThat(off.get(1).get("layer").asString()).isEqualTo("SCENARIO");
        assertThat(twice()).startsWith("250");
        assertThat(rules(http.send("PATCH", busy, "{\"on\":true}"))
                        .get(0)
                        .get("hits")
                        .asInt())
                .isZero();
        assertThat(twice()).isEqualTo("450 4.2.1 Busy");

        String full = SCRIPT + "/rules/" + off.get(1).get("id").asLong();
        assertThat(rules(http.send("DELETE", full, ""))).hasSize(1);
        HttpResponse<String> gone = http.send("DELETE", full, "");
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.body())
                .contains("\"not_found\"")
                .contains("There is no rule ")
                .contains("(busy)");
        assertThat(http.send("PATCH", SCRIPT + "/rules/busy", "{\"on\":true}").body())
                .contains("rules have numbers");
        for (String wrong : List.of("{}", "{\"on\":1}", "{\"off\":true}", "{\"on\":true,\"times\":3}")) {
            assertThat(http.send("PATCH", busy, wrong).statusCode()).as(wrong).isEqualTo(400);
        }
        assertThat(smtp.rules()).extracting(RuleReport::hits).containsExactly(2L);
    }

    @Test
    void aScriptIsPutAndItsHitsAreTold() throws Exception {
        JsonNode put = rules(http.send("PUT", SCRIPT, "{\"rules\":[" + BUSY + "]}"));
        assertThat(put.get(0).get("hits").asInt()).isZero();
        assertThat(put.get(0).get("unfired").asBoolean()).isTrue();

        assertThat(twice()).isEqualTo("450 4.2.1 Busy");

        JsonNode rule = rules(http.get(SCRIPT)).get(0);
        assertThat(Http.keys(rule))
                .containsExactly("id", "layer", "on", "name", "rule", "java", "hits", "unfired", "recent");
        assertThat(rule.get("name").asString()).isEqualTo("busy");
        assertThat(rule.get("rule")).isEqualTo(Http.read(BUSY));
        assertThat(rule.get("java").asString()).startsWith("on(RCPT_TO)");
        assertThat(rule.get("hits").asInt()).isEqualTo(2);
        assertThat(rule.get("unfired").asBoolean()).isFalse();
        assertThat(rule.get("recent").get(1).get("sessionId").asString())
                .isEqualTo(smtp.sessions().get(0).id());
        assertThat(rule.get("recent").get(0).get("at").asString()).isEqualTo("2026-03-01T10:00:00.000Z");
    }

    @Test
    void whatIsToldCanBePutAgainAndPutReplacesWithFreshCounts() throws Exception {
        http.send("PUT", SCRIPT, "{\"rules\":[" + BUSY + "]}");
        twice();
        String rule = rules(http.get(SCRIPT)).get(0).get("rule").toString();

        JsonNode again = rules(http.send("PUT", SCRIPT, "{\"rules\":[" + rule + "]}"));

        assertThat(again.size()).isEqualTo(1);
        assertThat(again.get(0).get("hits").asInt()).isZero();
    }

    @Test
    void patchAddsAndDeleteClears() throws Exception {
        http.send("PUT", SCRIPT, "{\"rules\":[" + BUSY + "]}");
        twice();

        JsonNode both = rules(http.send("PATCH", SCRIPT, "{\"rules\":[" + BUSY.replace("busy", "more") + "]}"));
        assertThat(Http.texts(both, "name")).containsExactly("busy", "more");
        assertThat(both.get(0).get("hits").asInt()).isEqualTo(2);

        assertThat(rules(http.method("DELETE", SCRIPT)).size()).isZero();
        assertThat(smtp.rules()).isEmpty();
    }

    @Test
    void yamlIsReadWhereItIsNamed() throws Exception {
        JsonNode rules = rules(http.send(
                "PUT",
                SCRIPT,
                "application/yaml",
                "rules:\n  - on: NOOP\n    name: yaml\n    reply: {code: 250, text: hi}\n"));

        assertThat(Http.texts(rules, "name")).containsExactly("yaml");
    }

    @Test
    void scenariosAndPersonasBecomeTheirRulesWhichCanBePutAgain() throws Exception {
        JsonNode rules = rules(http.send("PUT", SCRIPT, "{\"scenarios\":[\"localError\"],\"persona\":\"gmail\"}"));
        String written = String.join(
                ",",
                rules.valueStream().map(each -> each.get("rule").toString()).toList());

        JsonNode again = rules(http.send("PUT", SCRIPT, "{\"rules\":[" + written + "]}"));

        assertThat(rules.size()).isGreaterThan(1);
        assertThat(Http.texts(again, "java")).isEqualTo(Http.texts(rules, "java"));
        HttpResponse<String> unknown = http.send("PUT", SCRIPT, "{\"persona\":\"gmial\"}");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(Http.read(unknown.body()).get("field").asString()).isEqualTo("persona");
    }

    @Test
    void aRuleThatHoldsAFunctionHasNoWrittenForm() throws Exception {
        smtp.script(on(RCPT_TO).matching(moment -> true).reply(450, "x").once());

        JsonNode rule = rules(http.get(SCRIPT)).get(0);

        assertThat(rule.get("rule").isNull()).isTrue();
        assertThat(rule.get("java").asString()).contains("reply(450");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PUT | {\"rules\":[{\"on\":\"RCPT_TOO\",\"fault\":\"CLOSE\"}]} | rules[0].on",
                "PATCH | {\"rules\":[{\"on\":\"NOOP\",\"reply\":{\"code\":99,\"text\":\"x\"}}]} | rules[0].reply.code",
                "PUT | {\"rules\":[{\"on\":\"NOOP\",\"fault\":\"CLOSE\",\"nosuch\":1}]} | rules[0].nosuch",
                "PUT | {\"rules\":7} | rules",
            })
    void aMistakeIsToldWithItsPathAndTheOldScriptStays(String method, String body, String path) throws Exception {
        http.send("PUT", SCRIPT, "{\"rules\":[" + BUSY + "]}");
        twice();

        HttpResponse<String> answer = http.send(method, SCRIPT, body);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode problem = Http.read(answer.body());
        assertThat(problem.get("code").asString()).isEqualTo("bad_script");
        assertThat(problem.get("field").asString()).isEqualTo(path);
        assertThat(problem.get("message").asString()).contains("expected");
        JsonNode rules = rules(http.get(SCRIPT));
        assertThat(Http.texts(rules, "name")).containsExactly("busy");
        assertThat(rules.get(0).get("hits").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\u0000"})
    void whatIsNoScriptIsRefused(String body) throws Exception {
        HttpResponse<String> answer = http.send("PUT", SCRIPT, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Http.read(answer.body()).get("code").asString()).isEqualTo("bad_script");
    }

    @Test
    void theSchemaIsServed() throws Exception {
        assertThat(http.json("/api/v1/script/schema").get("$schema").asString()).contains("2020-12");
        assertThat(http.method("POST", SCRIPT).statusCode()).isEqualTo(405);
    }

    // ---- clock

    @Test
    void theClockIsToldAndAdvanced() throws Exception {
        JsonNode before = http.json("/api/v1/clock");
        HttpResponse<String> after = http.send("POST", "/api/v1/clock/advance", "{\"by\":\"PT5M\"}");

        assertThat(Http.keys(before)).containsExactly("now", "manual");
        assertThat(before.get("manual").asBoolean()).isTrue();
        assertThat(Instant.parse(Http.read(after.body()).get("now").asString()))
                .isAfterOrEqualTo(Instant.parse(before.get("now").asString()).plusSeconds(300));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"by\":\"\"}",
                "{\"by\":\"-PT1S\"}",
                "{\"by\":\"soon\"}",
                "{\"by\":\"P9999D\"}",
                "{\"by\":5}",
                "{\"by\":\"1s\",\"x\":1}"
            })
    void aTimeThatMakesNoSenseMovesNothing(String body) throws Exception {
        Instant before = smtp.clock().now();

        HttpResponse<String> answer = http.send("POST", "/api/v1/clock/advance", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Http.read(answer.body()).get("code").asString()).isEqualTo("bad_body");
        assertThat(smtp.clock().now().isBefore(before)).isFalse();
    }

    @Test
    void aClockThatMovesByItselfIsNotAdvanced() throws Exception {
        try (FakeSmtpServer own = FakeSmtpServer.create().start();
                RestanteUi page = RestanteUi.start(own)) {
            Http asking = new Http(page.url());

            HttpResponse<String> answer = asking.send("POST", "/api/v1/clock/advance", "{\"by\":\"1s\"}");

            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(Http.read(answer.body()).get("code").asString()).isEqualTo("clock_moves_by_itself");
            assertThat(asking.json("/api/v1/clock").get("manual").asBoolean()).isFalse();
        }
    }
}
