package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.NOOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ChaosApiTest {
    private static final String CHAOS = "/api/v1/chaos";
    private static final String CALM = "{\"Sender\":{\"ErrorCode\":451,\"Probability\":0},"
            + "\"Recipient\":{\"ErrorCode\":451,\"Probability\":0},"
            + "\"Authentication\":{\"ErrorCode\":535,\"Probability\":0}}";

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

    private static String set(String triggers) throws Exception {
        HttpResponse<String> answer = http.send("PUT", CHAOS, triggers);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(http.get(CHAOS).body()).isEqualTo(answer.body());
        return answer.body();
    }

    @Test
    void thereIsNoneAtFirst() throws Exception {
        assertThat(http.get(CHAOS).body()).isEqualTo(CALM);
        assertThat(smtp.rules()).isEmpty();
    }

    @Test
    void triggersRefuseWhatTheyAreFor() throws Exception {
        set("{\"Sender\":{\"ErrorCode\":452,\"Probability\":100}}");
        try (Sender sender = Sender.to(smtp, "app.test")) {
            assertThat(sender.say("MAIL FROM:<a@example.test>")).isEqualTo("452 Chaos sender error");

            set("{\"recipient\":{\"errorcode\":550,\"probability\":100}}");
            assertThat(sender.say("MAIL FROM:<a@example.test>")).startsWith("250");
            assertThat(sender.say("RCPT TO:<b@example.test>")).isEqualTo("550 Chaos recipient error");

            set("{\"Authentication\":{\"Probability\":100}}");
            assertThat(sender.say("RSET")).startsWith("250");
            assertThat(sender.say("AUTH PLAIN AGEAYg==")).isEqualTo("535 Chaos authentication error");
        }
    }

    @Test
    void omittedTriggersAreResetAndAnEmptyObjectResetsAll() throws Exception {
        set("{\"Sender\":{\"ErrorCode\":500,\"Probability\":7},\"Recipient\":{\"ErrorCode\":501,\"Probability\":100}}");
        assertThat(smtp.rules()).hasSize(2);

        assertThat(set("{\"Sender\":{\"ErrorCode\":500,\"Probability\":7}}"))
                .isEqualTo(CALM.replaceFirst("451,\"Probability\":0", "500,\"Probability\":7"));
        assertThat(set("{}")).isEqualTo(CALM);
        assertThat(smtp.rules()).isEmpty();
    }

    @Test
    void otherRulesKeepTheirPlaceAndCounts() throws Exception {
        smtp.script(on(NOOP).named("mine").reply(250, "2.0.0 counted").always());
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("NOOP");
            set("{\"Sender\":{\"Probability\":100}}");
            set("{}");
        }

        assertThat(smtp.rules())
                .singleElement()
                .satisfies(report -> assertThat(report.hits()).isEqualTo(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | empty",
                "nonsense | no JSON",
                "[] | not a JSON object",
                "{\"Sender\":{\"ErrorCode\":399,\"Probability\":1}} | error code must be between 400 and 599",
                "{\"Sender\":{\"ErrorCode\":600,\"Probability\":1}} | error code must be between 400 and 599",
                "{\"Recipient\":{\"ErrorCode\":450,\"Probability\":101}} | probability must be between 0 and 100",
                "{\"Recipient\":{\"ErrorCode\":450,\"Probability\":-1}} | probability must be between 0 and 100",
                "{\"Recipient\":{\"ErrorCode\":\"450\"}} | \"Recipient.ErrorCode\" should be a whole number",
                "{\"Recipient\":5} | \"Recipient\" should be an object",
            })
    void wrongInputChangesNothing(String body, String text) throws Exception {
        String before = set("{\"Sender\":{\"ErrorCode\":500,\"Probability\":7}}");

        HttpResponse<String> answer = http.send("PUT", CHAOS, body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(text);
        assertThat(http.get(CHAOS).body()).isEqualTo(before);
    }

    @Test
    void otherMethodsAreNotAllowed() throws Exception {
        assertThat(http.method("POST", CHAOS).statusCode()).isEqualTo(405);
        assertThat(http.method("DELETE", CHAOS).statusCode()).isEqualTo(405);
    }
}
