package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class ApplicationApiTest {
    private static FakeSmtpServer smtp;
    private static RestanteUi ui;
    private static Http http;

    @BeforeAll
    static void open() throws Exception {
        smtp = FakeSmtpServer.create().start();
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
        CountDownLatch counted = new CountDownLatch(2); // told after the page, which listened first
        smtp.onArrival(mail -> counted.countDown());
        smtp.script(
                on(RCPT_TO).to("busy@*").named("busy").reply(450, "4.2.1 Busy").always());
        Sender.send(smtp, "a@example.test", List.of("b+red@example.test"), SampleMails.plain("one", "x"));
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.plain("two", "x"));
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("MAIL FROM:<a@example.test>");
            sender.say("RCPT TO:<busy@example.test>");
            sender.say("QUIT");
        }
        assertThat(counted.await(10, TimeUnit.SECONDS)).isTrue();
        http.get("/view/latest.txt");
    }

    @AfterAll
    static void close() {
        ui.close();
        smtp.close();
    }

    @Test
    void infoTellsTheFiguresWithMailpitsKeysAndNoOthers() throws Exception {
        JsonNode info = http.json("/api/v1/info");

        assertThat(Http.keys(info))
                .containsExactly(
                        "Version",
                        "LatestVersion",
                        "Database",
                        "DatabaseSize",
                        "Messages",
                        "Unread",
                        "Tags",
                        "RuntimeStats");
        assertThat(info.get("Messages").asInt()).isEqualTo(2);
        assertThat(info.get("Unread").asInt()).isEqualTo(1);
        assertThat(info.get("Tags").toString()).isEqualTo("{\"red\":1}");
        assertThat(info.get("DatabaseSize").asInt()).isPositive();
        JsonNode stats = info.get("RuntimeStats");
        assertThat(Http.keys(stats))
                .containsExactly(
                        "Uptime",
                        "Memory",
                        "MessagesDeleted",
                        "SMTPAccepted",
                        "SMTPAcceptedSize",
                        "SMTPRejected",
                        "SMTPIgnored");
        assertThat(stats.get("SMTPAccepted").asInt()).isEqualTo(2);
        assertThat(stats.get("SMTPAcceptedSize").asInt())
                .isEqualTo(info.get("DatabaseSize").asInt());
        assertThat(stats.get("SMTPRejected").asInt()).isPositive();
    }

    @Test
    void theConfigurationSaysThatThereIsNoRelay() throws Exception {
        assertThat(http.get("/api/v1/webui").body())
                .isEqualTo(
                        "{\"Label\":\"\",\"MessageRelay\":{\"Enabled\":false,\"SMTPServer\":\"\",\"ReturnPath\":\"\","
                                + "\"AllowedRecipients\":\"\",\"BlockedRecipients\":\"\",\"OverrideFrom\":\"\","
                                + "\"PreserveMessageIDs\":false,\"RecipientAllowlist\":\"\"},\"SpamAssassin\":false,"
                                + "\"ChaosEnabled\":true,\"DuplicatesIgnored\":false,\"HideDeleteAllButton\":false}");
    }

    @Test
    void whatIsNotConfiguredHasNoRoute() throws Exception {
        HttpResponse<String> answer = http.get("/api/v1/message/latest/sa-check");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("File not found\n");
    }

    @Test
    void metricsAreInPrometheusForm() throws Exception {
        HttpResponse<String> answer = http.get("/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(answer.body())
                .contains("restante_mails 2.0", "restante_mails_accepted_total 2.0", "restante_mails_unread 1.0")
                .contains("restante_rule_hits{rule=\"busy\"} 1.0")
                .contains("restante_attempts_kept{outcome=\"ACCEPTED\"} 2.0")
                .contains("# HELP restante_search_index_bytes ", "jvm_memory_used_bytes{")
                .doesNotContain("NaN\nrestante");
        // What counts is not only reachable weakly.
        System.gc();
        assertThat(http.get("/metrics").body()).contains("restante_mails 2.0", "restante_mails_accepted_total 2.0");
    }

    @Test
    void readinessEndsWithTheSmtpServer() throws Exception {
        FakeSmtpServer own = FakeSmtpServer.create().start();
        try (RestanteUi page = RestanteUi.start(own)) {
            own.close();

            assertThat(new Http(page.url()).get("/readyz").statusCode()).isEqualTo(503);
            assertThat(new Http(page.url()).get("/livez").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void optionsAreAnEmptyOk() throws Exception {
        HttpResponse<String> answer = http.method("OPTIONS", "/api/v1/messages");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/info", "/api/v1/webui", "/metrics", "/readyz"})
    void otherMethodsAreNotAllowed(String path) throws Exception {
        assertThat(http.method("POST", path).statusCode()).isEqualTo(405);
    }
}
