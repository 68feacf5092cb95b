package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.MimePart;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class SendApiTest {
    private static final String SEND = "/api/v1/send";
    private static final String FROM = "\"From\":{\"Email\":\"ann@example.test\",\"Name\":\"Änn, \\\"x\\\"\"}";
    private static final String TO = "\"To\":[{\"Email\":\"bob@example.test\",\"Name\":\"Bob\"}]";

    private static FakeSmtpServer smtp;
    private static RestanteUi ui;
    private static Http http;

    @BeforeAll
    static void open() {
        smtp = FakeSmtpServer.builder().maxMessageSize(200_000).build().start();
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

    private static CapturedMail sent(String body) throws Exception {
        HttpResponse<String> answer = http.send("POST", SEND, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode json = Http.read(answer.body());
        assertThat(Http.keys(json)).containsExactly("ID");
        return smtp.mail(json.get("ID").asString()).orElseThrow();
    }

    @Test
    void aWholeLetterArrives() throws Exception {
        CapturedMail mail = sent("{" + FROM + "," + TO
                + ",\"Cc\":[{\"Email\":\"cc@example.test\"}],\"Bcc\":[\"hidden+plus@example.test\"],"
                + "\"ReplyTo\":[{\"Email\":\"reply@example.test\",\"Name\":\"Reply\"}],"
                + "\"Subject\":\"Grüße 🎈 " + "ü".repeat(60)
                + "\",\"Text\":\".dot\\nGrüß Gott\\n\",\"HTML\":\"<p>Gott</p>\","
                + "\"Headers\":{\"X-Own\":\"eigen ✓\\r\\nX-Injected: no\"},\"Tags\":[\"one\",\"two\"],"
                + "\"Attachments\":[{\"Content\":\"data:text/plain;base64,aGVsbG8=\",\"filename\":\"Übersicht.txt\"},"
                + "{\"Content\":\"" + Base64.getEncoder().encodeToString(SampleMails.PIXEL)
                + "\",\"Filename\":\"logo.png\",\"ContentType\":\"image/png\",\"ContentID\":\"logo\"}]}");

        assertThat(mail.problems()).isEmpty();
        assertThat(mail.from().get(0).name()).isEqualTo("Änn, \"x\"");
        assertThat(mail.subject()).contains("Grüße 🎈 " + "ü".repeat(60));
        assertThat(mail.text()).contains(".dot\nGrüß Gott\n");
        assertThat(mail.html()).contains("<p>Gott</p>");
        assertThat(mail.header("X-Own")).contains("eigen ✓ X-Injected: no");
        assertThat(mail.header("X-Injected")).isEmpty();
        assertThat(mail.envelope().sender().address()).isEqualTo("ann@example.test");
        assertThat(mail.envelope().recipientAddresses())
                .containsExactly("bob@example.test", "cc@example.test", "hidden+plus@example.test");
        MimePart attachment = mail.attachments().get(0);
        assertThat(attachment.fileName()).contains("Übersicht.txt");
        assertThat(attachment.contentType()).isEqualTo("text/plain");
        assertThat(attachment.bytes()).asString().isEqualTo("hello");
        assertThat(mail.inlineParts().get(0).contentId()).contains("logo");
        assertThat(mail.inlineParts().get(0).bytes()).isEqualTo(SampleMails.PIXEL);
        assertThat(http.json("/api/v1/message/latest").get("Tags").toString()).isEqualTo("[\"one\",\"plus\",\"two\"]");
        assertThat(Http.keys(http.json("/api/v1/message/latest/headers")))
                .containsExactlyInAnyOrder(
                        "Bcc",
                        "Cc",
                        "Content-Type",
                        "Date",
                        "From",
                        "Message-Id",
                        "Mime-Version",
                        "Reply-To",
                        "Return-Path",
                        "Subject",
                        "To",
                        "X-Own",
                        "X-Tags");
    }

    @Test
    void aShortLetterArrives() throws Exception {
        CapturedMail mail = sent("{" + FROM + ",\"Bcc\":[\"b@example.test\"],\"Text\":\"x\"}");

        assertThat(mail.message().root().contentType()).isEqualTo("text/plain");
        assertThat(mail.text()).contains("x");
        assertThat(mail.attachments()).isEmpty();
        assertThat(sent("{" + FROM + "," + TO + ",\"HTML\":\"<b>x</b>\"}")
                        .message()
                        .root()
                        .contentType())
                .isEqualTo("text/html");
        assertThat(sent("{" + FROM + "," + TO + "}").text()).contains("");
        assertThat(sent("{" + FROM + "," + TO + ",\"Headers\":{\"message-id\":\"<own@x.test>\"}}")
                        .messageId())
                .contains("own@x.test");
    }

    @Test
    void theUserOfBasicAuthenticationIsTold() throws Exception {
        HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(ui.url() + SEND))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString("ann:secret"
                                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                                .POST(HttpRequest.BodyPublishers.ofString("{" + FROM + "," + TO + "}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(http.json("/api/v1/message/latest").get("Username").asString())
                .isEqualTo("ann");
        assertThat(http.get("/api/v1/message/latest/evidence").body())
                .contains("\"user\":\"ann\"", "\"session\":null")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | empty",
                "{ | no JSON",
                "[] | not a JSON object",
                "{} | error building message: from not set",
                "{FROM} | error building message: no recipients set",
                "{\"From\":{\"Email\":\"nobody\"},TO} | invalid From address: nobody",
                "{FROM,\"To\":[{\"Email\":\"a b@x\"}]} | invalid To address: a b@x",
                "{FROM,TO,\"Cc\":[{\"Email\":\"\"}]} | invalid Cc address: ",
                "{FROM,TO,\"Bcc\":[\"x\"]} | invalid Bcc address: x",
                "{FROM,TO,\"Bcc\":[\"a@x.test>\\r\\nX: y\"]} | invalid Bcc address",
                "{FROM,TO,\"ReplyTo\":[{\"Email\":\"x@\"}]} | invalid Reply-To address: x@",
                "{FROM,TO,\"Headers\":{\"SUBJECT\":\"x\"}} | cannot overwrite header: \"SUBJECT\"",
                "{FROM,TO,\"Headers\":{\"x-tags\":\"x\"},\"Tags\":[\"y\"]} | cannot overwrite header: \"x-tags\"",
                "{FROM,TO,\"Headers\":{\"a: b\":\"x\"}} | invalid header: \"a: b\"",
                "{FROM,TO,\"Headers\":{\"X-A\":1}} | \"Headers.X-A\" should be a text",
                "{FROM,TO,\"Attachments\":[{\"Content\":\"%%\",\"Filename\":\"f\"}]} | error decoding base64 attachment \"f\": ",
                "{FROM,TO,\"Attachments\":[{\"Content\":\"AA==\",\"ContentType\":\"a/b\\r\\nX: y\"}]} | invalid content type",
                "{FROM,TO,\"Subject\":7} | \"Subject\" should be a text",
            })
    void aMistakeIsToldAsJsonAndNothingIsSent(String body, String error) throws Exception {
        HttpResponse<String> answer = http.send(
                "POST",
                SEND,
                body.replace("FROM", FROM).replace("TO,", TO + ",").replace("TO}", TO + "}"));

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode json = Http.read(answer.body());
        assertThat(Http.keys(json)).containsExactly("Error");
        assertThat(json.get("Error").asString()).contains(error);
        assertThat(smtp.mails()).isEmpty();
    }

    @Test
    void whatIsTooLargeIsRefused() throws Exception {
        HttpResponse<String> body =
                http.send("POST", SEND, "{" + FROM + "," + TO + ",\"Text\":\"" + "x".repeat(200_000) + "\"}");
        HttpResponse<String> mail =
                http.send("POST", SEND, "{" + FROM + "," + TO + ",\"Text\":\"" + "x".repeat(190_000) + "\"}");

        assertThat(body.statusCode()).isEqualTo(413);
        assertThat(Http.read(body.body()).get("Error").asString()).contains("200000");
        assertThat(mail.statusCode()).isEqualTo(413);
        assertThat(smtp.mails()).isEmpty();
    }

    // ---- release

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"To\":[\"x@example.test\"]} | SMTP error: no relay server is configured",
                "{\"to\":[]} | No valid addresses found",
                "{} | No valid addresses found",
                "{\"To\":[\"x@example.test\",\"nobody\"]} | Invalid email address: nobody",
                "nonsense | no JSON",
            })
    void thereIsNoRelayToReleaseAMailTo(String body, String text) throws Exception {
        CapturedMail mail = sent("{" + FROM + "," + TO + "}");

        HttpResponse<String> answer = http.send("POST", "/api/v1/message/" + mail.id() + "/release", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(answer.body()).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch", "latest"})
    void anUnknownMailIsNotReleased(String id) throws Exception {
        sent("{" + FROM + "," + TO + "}");

        assertThat(http.send("POST", "/api/v1/message/" + id + "/release", "{\"To\":[\"x@example.test\"]}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void otherMethodsAreNotAllowed() throws Exception {
        assertThat(http.get(SEND).statusCode()).isEqualTo(405);
        assertThat(http.get("/api/v1/message/x/release").statusCode()).isEqualTo(405);
    }
}
