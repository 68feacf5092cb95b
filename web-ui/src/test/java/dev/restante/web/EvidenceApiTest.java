package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Attempt;
import dev.restante.FakeSmtpServer;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class EvidenceApiTest {
    private static FakeSmtpServer smtp;
    private static RestanteUi ui;
    private static Http http;

    @BeforeAll
    static void open() {
        smtp = FakeSmtpServer.create().start();
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

    @Test
    void tellsTheEnvelopeAsSpokenAndMarksBlindCopies() throws Exception {
        Sender.send(
                smtp, "bounces@shop.test", List.of("Mara@example.test", "secret@example.test"), SampleMails.invoice());

        JsonNode evidence = http.json("/api/v1/message/latest/evidence");

        assertThat(evidence.get("sender").toString())
                .isEqualTo("{\"address\":\"bounces@shop.test\",\"spoken\":\"<bounces@shop.test>\","
                        + "\"parameters\":[\"BODY=8BITMIME\"]}");
        assertThat(Http.texts(evidence.get("recipients"), "spoken"))
                .containsExactly("<Mara@example.test>", "<secret@example.test>");
        assertThat(Http.texts(evidence.get("recipients"), "blind")).containsExactly("false", "true");
        assertThat(evidence.get("client").get("helo").asString()).isEqualTo("app.test");
        assertThat(evidence.get("client").get("tls").isNull()).isTrue();
        assertThat(evidence.get("headers").get(1).toString())
                .isEqualTo("{\"name\":\"To\",\"raw\":\"Mara =?utf-8?q?Lindqvist=C3=A5?= <mara@example.test>\","
                        + "\"value\":\"Mara Lindqvistå <mara@example.test>\"}");
        assertThat(Http.texts(evidence.get("session").get("transcript"), "text"))
                .contains("EHLO app.test", "RCPT TO:<secret@example.test>", "DATA");
    }

    @Test
    void passwordsAreNeverTold() throws Exception {
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("AUTH PLAIN AGFubgBodW50ZXIy");
            sender.say("MAIL FROM:<a@example.test>");
            sender.say("RCPT TO:<b@example.test>");
            sender.say("DATA");
            sender.say("Subject: secret\r\n\r\nx\r\n.");
            sender.say("QUIT");
        }

        String evidence = http.get("/api/v1/message/latest/evidence").body();

        assertThat(evidence).contains("\"user\":\"ann\"").contains("\"mechanism\":\"PLAIN\"");
        assertThat(evidence).doesNotContain("hunter2").doesNotContain("AGFubgBodW50ZXIy");
        assertThat(http.json("/api/v1/message/latest").get("Username").asString())
                .isEqualTo("ann");
    }

    @Test
    void refusedAndAbortedAttemptsAreListedLatestFirst() throws Exception {
        smtp.script(on(RCPT_TO)
                .to("busy@*")
                .named("busy")
                .reply(450, "4.2.1 Mailbox busy")
                .always());
        try (Sender sender = Sender.to(smtp, "batch.test")) {
            sender.say("MAIL FROM:<a@example.test>");
            sender.say("RCPT TO:<busy@example.test>");
            sender.say("DATA");
            sender.say("RSET");
            sender.say("MAIL FROM:<second@example.test>");
            sender.say("RSET");
            sender.say("QUIT");
        }
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.plain("Taken", "x"));

        JsonNode all = http.json("/api/v1/attempts");
        JsonNode vain = http.json("/api/v1/attempts?outcome=refused,aborted");
        JsonNode one = http.json("/api/v1/attempts?outcome=refused,aborted&limit=1");

        assertThat(all.get("total").asInt()).isEqualTo(smtp.attempts().size());
        assertThat(Http.texts(all.get("attempts"), "outcome").get(0)).isEqualTo("ACCEPTED");
        assertThat(Http.texts(vain.get("attempts"), "outcome")).containsOnly("REFUSED", "ABORTED");
        assertThat(vain.get("attempts").get(0).get("sender").get("address").asString())
                .isEqualTo("second@example.test");
        JsonNode refused = vain.get("attempts").get(vain.get("total").asInt() - 1);
        assertThat(refused.get("recipients").get(0).get("reply").toString())
                .isEqualTo("{\"code\":450,\"text\":\"4.2.1 Mailbox busy\"}");
        assertThat(refused.get("rules").get(0).asString()).isEqualTo("busy");
        assertThat(one.get("attempts").size()).isEqualTo(1);
        assertThat(one.get("total").asInt()).isEqualTo(vain.get("total").asInt());
    }

    @Test
    void aSessionIsToldByItsId() throws Exception {
        try (Sender sender = Sender.to(smtp, "quick.test")) {
            sender.say("MAIL FROM:<a@example.test>");
            sender.say("QUIT");
        }
        Attempt attempt = smtp.attempts().get(0);

        JsonNode session = http.json("/api/v1/sessions/" + attempt.sessionId());

        assertThat(session.get("listener").asString()).isEqualTo("SMTP");
        assertThat(session.get("client").get("helo").asString()).isEqualTo("quick.test");
        assertThat(session.get("attempts").get(0).get("outcome").asString())
                .isEqualTo(attempt.outcome().name());
        HttpResponse<String> absent = http.get("/api/v1/sessions/nosuch");
        assertThat(absent.statusCode()).isEqualTo(404);
        assertThat(absent.body()).startsWith("{\"code\":\"not_found\",\"message\":\"There is no session");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attempts?outcome=lost",
                "attempts?outcome=",
                "attempts?limit=0",
                "attempts?limit=-1",
                "attempts?limit=x",
                "attempts?start=-1",
                "attempts?to=",
                "attempts?from=/(/",
                "attempts?nosuch=1",
                "sessions?open=maybe",
                "sessions?transcript=1",
                "sessions?limit=99999999999",
                "sessions?nosuch=1"
            })
    void aQuestionThatMakesNoSenseIsRefused(String question) throws Exception {
        HttpResponse<String> answer = http.get("/api/v1/" + question);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        JsonNode problem = Http.read(answer.body());
        assertThat(Http.keys(problem)).containsExactly("code", "message", "field");
        assertThat(problem.get("code").asString()).isEqualTo("bad_parameter");
        assertThat(question).contains("?" + problem.get("field").asString() + "=");
    }

    @Test
    void sessionsAreListedLatestFirst() throws Exception {
        try (Sender first = Sender.to(smtp, "first.test");
                Sender second = Sender.to(smtp, "second.test")) {
            second.say("NOOP");
            JsonNode all = http.json("/api/v1/sessions");
            JsonNode one = http.json("/api/v1/sessions?start=1&limit=1&open=true&transcript=true");

            assertThat(all.get("total").asInt()).isEqualTo(2);
            assertThat(Http.keys(all.get("sessions").get(0)))
                    .containsExactly(
                            "id", "number", "listener", "port", "client", "outcome", "startedAt", "lastedMicros");
            assertThat(all.get("sessions").get(0).get("client").get("helo").asString())
                    .isEqualTo("second.test");
            assertThat(one.get("start").asInt()).isEqualTo(1);
            assertThat(Http.texts(one.get("sessions").get(0).get("transcript"), "text"))
                    .contains("EHLO first.test");
            first.say("QUIT");
        }
        assertThat(http.json("/api/v1/sessions?start=9").get("sessions").size()).isZero();
        assertThat(http.method("DELETE", "/api/v1/sessions").statusCode()).isEqualTo(405);
    }

    @Test
    void attemptsAreFoundByEnvelopeAndSession() throws Exception {
        Sender.send(smtp, "ann@example.test", List.of("bob@example.test"), SampleMails.plain("x", "x"));
        Sender.send(smtp, "eve@example.test", List.of("mara@example.test"), SampleMails.plain("x", "x"));
        String session = smtp.attempts().get(0).sessionId();

        for (String query : List.of("to=bob@*", "from=/%5Eann/", "session=" + session, "to=*&from=ann@example.test")) {
            JsonNode found = http.json("/api/v1/attempts?" + query);
            assertThat(found.get("total").asInt()).as(query).isEqualTo(1);
            assertThat(found.get("attempts").get(0).get("sessionId").asString()).isEqualTo(session);
        }
        assertThat(http.json("/api/v1/attempts?to=bob@*&from=eve@*")
                        .get("total")
                        .asInt())
                .isZero();
        assertThat(http.json("/api/v1/attempts?start=1").get("attempts").size()).isEqualTo(1);
    }

    @Test
    void theEvidenceOfAnUnknownMailIsAbsent() throws Exception {
        for (String path : List.of("nosuch/evidence", "latest/evidence", "latest/evidence?query=x")) {
            HttpResponse<String> answer = http.get("/api/v1/message/" + path);
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(Http.read(answer.body()).get("code").asString()).isEqualTo("not_found");
        }
        assertThat(Http.read(http.get("/api/v1/message/latest/evidence?query=(").body())
                        .get("code")
                        .asString())
                .isEqualTo("bad_query");
    }

    @Test
    void tellsWhereTheServerListens() throws Exception {
        JsonNode server = http.json("/api/v1/server");

        assertThat(Http.keys(server))
                .containsExactly("version", "hostName", "host", "port", "smtpsPort", "lmtpPort", "startTls", "login");
        assertThat(server.get("startTls").asString()).isEqualTo("NONE");
        assertThat(server.get("login").asString()).isEqualTo("OFFERED");
        assertThat(server.get("port").asInt()).isEqualTo(smtp.port());
        assertThat(server.get("smtpsPort").isNull()).isTrue();
        assertThat(server.get("lmtpPort").isNull()).isTrue();
    }
}
