package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.net.http.HttpResponse;
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

@Timeout(60)
class MessagesApiTest {
    private static final String LIST = "/api/v1/messages";

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

    private static String sent(String subject) throws Exception {
        Sender.send(
                smtp, "bounces@shop.test", List.of("bob@example.test"), SampleMails.plain(subject, "about " + subject));
        List<CapturedMail> mails = smtp.mails();
        return mails.get(mails.size() - 1).id();
    }

    private static List<String> subjects() throws Exception {
        return Http.texts(http.json(LIST).get("messages"), "Subject");
    }

    private static void isOk(HttpResponse<String> answer) {
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    }

    private static void isRefused(HttpResponse<String> answer, String text) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(answer.body()).contains(text);
    }

    @Test
    void beforeLeavesOutWhatArrivedLater() throws Exception {
        sent("one");
        String created = http.json(LIST).get("messages").get(0).get("Created").asString();

        JsonNode none = http.json(LIST + "?before=" + Http.escaped(created));
        JsonNode later = http.json(LIST + "?before=2999-01-01T00:00:00%2B01:00");
        JsonNode unescaped = http.json(LIST + "?before=2999-01-01T00:00:00+01:00");
        JsonNode earlier = http.json("/api/v1/search?query=one&before=2020-01-01");
        JsonNode nonsense = http.json(LIST + "?before=sometime");

        assertThat(none.get("messages").size()).isZero();
        assertThat(none.get("total").asInt()).isEqualTo(1);
        assertThat(later.get("messages").size()).isEqualTo(1);
        assertThat(unescaped.get("messages").size()).isEqualTo(1);
        assertThat(earlier.get("messages").size()).isZero();
        assertThat(nonsense.get("messages").size()).isEqualTo(1);
    }

    // ---- read state

    @Test
    void mailsAreMarkedAsReadAndUnreadById() throws Exception {
        String one = sent("one");
        String two = sent("two");

        isOk(http.send("PUT", LIST, "{\"IDs\":[\"" + one + "\",\"nosuch\"],\"Read\":true}"));
        assertThat(http.json(LIST).get("unread").asInt()).isEqualTo(1);
        assertThat(http.json("/api/v1/search?query=is:read")
                        .get("messages")
                        .get(0)
                        .get("ID")
                        .asString())
                .isEqualTo(one);

        isOk(http.send("PUT", LIST, "{\"ids\":[\"" + one + "\"],\"read\":false}"));
        assertThat(http.json(LIST).get("unread").asInt()).isEqualTo(2);
        assertThat(http.json("/api/v1/search?query=is:unread")
                        .get("messages")
                        .get(0)
                        .get("ID")
                        .asString())
                .isEqualTo(two);
    }

    @Test
    void mailsAreMarkedBySearchAndAllAtOnce() throws Exception {
        sent("one");
        sent("two");

        isOk(http.send("PUT", LIST, "{\"Search\":\"subject:one\",\"Read\":true}"));
        assertThat(http.json(LIST).get("messages_unread").asInt()).isEqualTo(1);
        isOk(http.send("PUT", LIST, "{\"Read\":true}"));
        assertThat(http.json(LIST).get("unread").asInt()).isZero();
        isOk(http.send("PUT", LIST, "{}"));
        assertThat(http.json(LIST).get("unread").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | empty",
                "{ | no JSON",
                "[] | not a JSON object",
                "{\"Read\":1} | \"Read\" should be true or false",
                "{\"Read\":true,\"IDs\":\"x\"} | \"IDs\" should be a list of texts",
                "{\"Read\":true,\"IDs\":[1]} | \"IDs\" should be a list of texts",
                "{\"Read\":true,\"read\":false} | there twice",
                "{\"Read\":true}{} | no JSON",
                "{\"Read\":true,\"Search\":\"(\"} | never closed",
                "{\"Read\":true,\"Search\":\"before:someday\"} | means nothing",
                "{\"Read\":true,\"Search\":\"x\",\"IDs\":[\"a\"]} | either IDs or a search query, not both",
            })
    void aReadStateThatCannotBeUnderstoodChangesNothing(String body, String text) throws Exception {
        sent("one");

        isRefused(http.send("PUT", LIST, body), text);

        assertThat(http.json(LIST).get("unread").asInt()).isEqualTo(1);
    }

    // ---- removal

    @Test
    void mailsAreRemovedById() throws Exception {
        String one = sent("one");
        sent("two");
        String three = sent("three");

        isOk(http.send("DELETE", LIST, "{\"IDs\":[\"" + one + "\",\"nosuch\"]}"));
        assertThat(subjects()).containsExactly("three", "two");
        isOk(http.send("DELETE", LIST, "{\"ids\":[\"" + three + "\"]}"));
        assertThat(subjects()).containsExactly("two");
        isOk(http.send("DELETE", LIST, "{\"IDs\":[\"nosuch\"]}"));
        assertThat(subjects()).containsExactly("two");
        assertThat(smtp.mails()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{}", "[]"})
    void allMailsAreRemoved(String body) throws Exception {
        sent("one");
        sent("two");

        isOk(http.send("DELETE", LIST, body));

        assertThat(subjects()).isEmpty();
        assertThat(smtp.mails()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | no JSON",
                "IDs=x | no JSON",
                "[\"x\"] | not a JSON object",
                "null | not a JSON object",
                "\"x\" | not a JSON object",
                "{\"ID\":[\"x\"]} | \"ID\" is none of the keys here: IDs.",
                "{\"IDs\":{}} | \"IDs\" should be a list of texts",
                "{\"IDs\":[null]} | \"IDs\" should be a list of texts",
            })
    void aRemovalThatCannotBeUnderstoodRemovesNothing(String body, String text) throws Exception {
        sent("one");

        isRefused(http.send("DELETE", LIST, body), text);

        assertThat(subjects()).containsExactly("one");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedWhileItIsRead() throws Exception {
        sent("one");

        assertThat(http.send("DELETE", LIST, "[" + " ".repeat(RequestBody.LIMIT) + "]")
                        .statusCode())
                .isEqualTo(413);
        String chunked = Http.raw(
                ui.port(),
                "DELETE " + LIST + " HTTP/1.1",
                "Host: localhost",
                "Transfer-Encoding: chunked",
                "Connection: close",
                "",
                "500001",
                " ".repeat(0x500001),
                "0",
                "");
        assertThat(chunked).startsWith("HTTP/1.1 413");
        assertThat(subjects()).containsExactly("one");
    }

    @Test
    void mailsAreRemovedBySearch() throws Exception {
        sent("one");
        sent("two");

        isOk(http.method("DELETE", "/api/v1/search?query=nothing-like-it"));
        assertThat(subjects()).hasSize(2);
        isOk(http.method("DELETE", "/api/v1/search?query=subject:one"));
        assertThat(subjects()).containsExactly("two");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | Error: no search query",
                "%20 | Error: no search query",
                "before:someday | \"before:someday\" means nothing",
                "subject: | \"subject:\" means nothing",
                "(a | never closed",
                "/(/ | malformed",
            })
    void aSearchThatCannotBeUnderstoodRemovesNothing(String query, String text) throws Exception {
        sent("one");

        isRefused(http.method("DELETE", "/api/v1/search?query=" + query), text);
        isRefused(http.method("DELETE", "/api/v1/search"), "Error: no search query");

        assertThat(subjects()).containsExactly("one");
    }

    // ---- search

    @Test
    void searchesWithTheKeysOfTheList() throws Exception {
        sent("one");
        sent("two");
        http.send("PUT", LIST, "{\"Read\":true,\"Search\":\"two\"}");

        JsonNode found = http.json("/api/v1/search?query=about&limit=1&start=1");

        assertThat(Http.keys(found)).containsExactlyElementsOf(Http.keys(http.json(LIST)));
        assertThat(Http.texts(found.get("messages"), "Subject")).containsExactly("one");
        assertThat(found.get("count").asInt()).isEqualTo(1);
        assertThat(found.get("messages_count").asInt()).isEqualTo(2);
        assertThat(found.get("messages_unread").asInt()).isEqualTo(1);
        assertThat(found.get("start").asInt()).isEqualTo(1);
        JsonNode one = http.json("/api/v1/search?query=subject:two");
        assertThat(one.get("total").asInt()).isEqualTo(2);
        assertThat(one.get("messages_count").asInt()).isEqualTo(1);
        assertThat(one.get("messages_unread").asInt()).isZero();
    }

    @Test
    void aBlankSearchIsRefusedAndAMistakeIsPointedAt() throws Exception {
        isRefused(http.get("/api/v1/search"), "Error: no search query");
        isRefused(http.get("/api/v1/search?query=+"), "Error: no search query");

        HttpResponse<String> answer = http.get("/api/v1/search?query=" + Http.escaped("from:ann (to:bob"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo("Error: This \"(\" is never closed, at character 10.\nfrom:ann (to:bob\n         ^");
    }

    @Test
    void theLatestIsTheNewestThatAQueryFinds() throws Exception {
        String one = sent("one");
        sent("two");

        assertThat(http.json("/api/v1/message/latest?query=subject:one")
                        .get("ID")
                        .asString())
                .isEqualTo(one);
        assertThat(http.get("/view/latest?query=subject:one").headers().firstValue("Location"))
                .contains("/view/" + one);
        assertThat(http.get("/view/latest.txt?query=subject:one").body()).contains("about one");
        assertThat(http.get("/api/v1/message/latest?query=nothing").statusCode())
                .isEqualTo(404);
        assertThat(http.get("/api/v1/message/latest?query=nothing").body()).isEqualTo("Message not found");
        assertThat(http.get("/api/v1/message/latest/raw?query=(").statusCode()).isEqualTo(400);
    }

    @Test
    void otherMethodsAreNotAllowed() throws Exception {
        for (String method : List.of("POST", "PATCH")) {
            assertThat(http.method(method, LIST).statusCode()).isEqualTo(405);
            assertThat(http.method(method, "/api/v1/search?query=x").statusCode())
                    .isEqualTo(405);
        }
        assertThat(http.method("PUT", "/api/v1/search?query=x").statusCode()).isEqualTo(405);
    }
}
