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

@Timeout(60)
class TagsApiTest {
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

    private static String sent(String mail, String... recipients) throws Exception {
        Sender.send(smtp, "a@example.test", List.of(recipients), mail);
        List<CapturedMail> mails = smtp.mails();
        return mails.get(mails.size() - 1).id();
    }

    private static String plain() throws Exception {
        return sent(SampleMails.plain("x", "y"), "bob@example.test");
    }

    private static HttpResponse<String> tag(String id, String tags) throws Exception {
        return http.send("PUT", "/api/v1/tags", "{\"IDs\":[\"" + id + "\"],\"Tags\":" + tags + "}");
    }

    private static String tags() throws Exception {
        return http.get("/api/v1/tags").body();
    }

    private static String tagsOf(String id) throws Exception {
        return http.json("/api/v1/message/" + id).get("Tags").toString();
    }

    @Test
    void tagsAreSetInPlaceOfOthersAndSorted() throws Exception {
        String id = plain();

        assertThat(tag(id, "[\"beta\",\"Alpha\",\" beta \",\"\"]").body()).isEqualTo("ok");
        assertThat(tagsOf(id)).isEqualTo("[\"Alpha\",\"beta\"]");
        tag(id, "[\"gamma\"]");
        assertThat(tagsOf(id)).isEqualTo("[\"gamma\"]");
        assertThat(tags()).isEqualTo("[\"gamma\"]");
        assertThat(http.json("/api/v1/messages").get("tags").toString()).isEqualTo("[\"gamma\"]");
        assertThat(http.json("/api/v1/messages")
                        .get("messages")
                        .get(0)
                        .get("Tags")
                        .toString())
                .isEqualTo("[\"gamma\"]");

        assertThat(http.send("PUT", "/api/v1/tags", "{\"ids\":[\"" + id + "\"]}")
                        .body())
                .isEqualTo("ok");
        assertThat(tags()).isEqualTo("[]");
    }

    @Test
    void theFirstSpellingStaysAndCaseIsIgnored() throws Exception {
        String one = plain();
        String two = plain();
        tag(one, "[\"Urgent\"]");

        tag(two, "[\"URGENT\"]");

        assertThat(tagsOf(two)).isEqualTo("[\"Urgent\"]");
        assertThat(http.json("/api/v1/search?query=tag:urgent")
                        .get("messages_count")
                        .asInt())
                .isEqualTo(2);
        assertThat(http.json("/api/v1/search?query=tag:urg")
                        .get("messages_count")
                        .asInt())
                .isZero();
        assertThat(http.json("/api/v1/search?query=-is:tagged")
                        .get("messages_count")
                        .asInt())
                .isZero();
    }

    @Test
    void mailsBringTagsAlongInXTagsAndAfterAPlus() throws Exception {
        String id = sent(
                "From: a+sender@example.test\nTo: Bob <bob+one+two@example.test>\nX-Tags: three, f<o>ur\n\nx",
                "bob+one+two@example.test",
                "hidden+five@example.test");

        assertThat(tagsOf(id)).isEqualTo("[\"f o ur\",\"five\",\"one\",\"sender\",\"three\",\"two\"]");
        assertThat(tags()).isEqualTo(tagsOf(id));
    }

    @Test
    void aTagWithoutMailsVanishes() throws Exception {
        String id = plain();
        tag(id, "[\"fleeting\"]");

        http.send("DELETE", "/api/v1/messages", "{\"IDs\":[\"" + id + "\"]}");

        assertThat(tags()).isEqualTo("[]");
    }

    @Test
    void tagsAreRenamedAndDeletedOnAllMails() throws Exception {
        String one = plain();
        String two = plain();
        tag(one, "[\"old name\",\"other\"]");
        tag(two, "[\"old name\"]");

        assertThat(http.send("PUT", "/api/v1/tags/OLD%20name", "{\"Name\":\"new\"}")
                        .body())
                .isEqualTo("ok");
        assertThat(tagsOf(one)).isEqualTo("[\"new\",\"other\"]");
        assertThat(tags()).isEqualTo("[\"new\",\"other\"]");
        assertThat(http.send("PUT", "/api/v1/tags/new", "{\"Name\":\"New\"}").body())
                .isEqualTo("ok");
        assertThat(tagsOf(two)).isEqualTo("[\"New\"]");

        assertThat(http.method("DELETE", "/api/v1/tags/new").body()).isEqualTo("ok");
        assertThat(tagsOf(two)).isEqualTo("[]");
        assertThat(tags()).isEqualTo("[\"other\"]");
        assertThat(smtp.mails()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PUT | /api/v1/tags | `` | empty",
                "PUT | /api/v1/tags | {\"IDs\":[\"latest\"],\"Tags\":\"x\"} | \"Tags\" should be a list of texts",
                "PUT | /api/v1/tags | {\"IDs\":1,\"Tags\":[\"x\"]} | \"IDs\" should be a list of texts",
                "PUT | /api/v1/tags | {\"IDs\":[\"ID\"],\"Tags\":[\"%%\"]} | invalid tag name: %%",
                "PUT | /api/v1/tags/nosuch | {\"Name\":\"x\"} | tag not found: nosuch",
                "PUT | /api/v1/tags/kept | {\"Name\":\"other\"} | tag already exists: other",
                "PUT | /api/v1/tags/kept | {\"Name\":\"\"} | invalid tag name: ",
                "PUT | /api/v1/tags/kept | {\"Name\":7} | \"Name\" should be a text",
                "PUT | /api/v1/tags/kept | nonsense | no JSON",
                "DELETE | /api/v1/tags/nosuch | `` | tag not found: nosuch",
            })
    void whatCannotBeDoneChangesNothing(String method, String path, String body, String text) throws Exception {
        String id = plain();
        tag(id, "[\"kept\",\"other\"]");

        HttpResponse<String> answer = http.send(method, path, body.replace("\"ID\"", "\"" + id + "\""));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(text);
        assertThat(tagsOf(id)).isEqualTo("[\"kept\",\"other\"]");
    }

    @Test
    void otherMethodsAreNotAllowed() throws Exception {
        assertThat(http.method("POST", "/api/v1/tags").statusCode()).isEqualTo(405);
        assertThat(http.method("DELETE", "/api/v1/tags").statusCode()).isEqualTo(405);
        assertThat(http.method("GET", "/api/v1/tags/x").statusCode()).isEqualTo(405);
    }
}
