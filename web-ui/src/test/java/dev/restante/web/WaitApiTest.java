package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class WaitApiTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final RestanteUi ui = RestanteUi.start(smtp);
    private final Http http = new Http(ui.url());

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    private void send(String subject) throws Exception {
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.plain(subject, "text"));
    }

    private static <T> CompletableFuture<T> later(Callable<T> task) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return task.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static List<String> subjects(JsonNode answer) {
        return Http.texts(answer.get("messages"), "Subject");
    }

    @Test
    void aWaitEndsWhenTheMailComes() throws Exception {
        CompletableFuture<JsonNode> waiting = later(() -> http.json("/api/v1/wait?query=subject:wanted&timeout=PT9S"));
        send("other");
        send("wanted");

        JsonNode answer = waiting.join();

        assertThat(Http.keys(answer)).containsExactly("complete", "cursor", "count", "messages");
        assertThat(answer.get("complete").asBoolean()).isTrue();
        assertThat(subjects(answer)).containsExactly("wanted");
        assertThat(Http.keys(answer.get("messages").get(0)))
                .isEqualTo(
                        Http.keys(http.json("/api/v1/messages").get("messages").get(0)));
    }

    @Test
    void aChainOfCursorsTellsEachMailOnce() throws Exception {
        List<String> told = new ArrayList<>();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < 30; i++) {
                    send("mail " + i);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        String cursor = "";
        while (told.size() < 30) {
            JsonNode answer = http.json("/api/v1/wait?timeout=8s&after=" + cursor);
            assertThat(answer.get("complete").asBoolean()).isTrue();
            told.addAll(subjects(answer));
            cursor = answer.get("cursor").asString();
        }
        sending.join();

        assertThat(told).hasSize(30).doesNotHaveDuplicates().endsWith("mail 29");
        JsonNode none = http.json("/api/v1/wait?timeout=0&after=" + cursor);
        assertThat(none.get("complete").asBoolean()).isFalse();
        assertThat(none.get("count").asInt()).isZero();
        assertThat(none.get("cursor").asString()).isEqualTo(cursor);
    }

    @Test
    void aWaitThatIsInVainTellsWhatThereIs() throws Exception {
        send("one");
        long started = System.nanoTime();

        JsonNode answer = http.json("/api/v1/wait?count=2&timeout=200ms");

        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(200_000_000L);
        assertThat(answer.get("complete").asBoolean()).isFalse();
        assertThat(subjects(answer)).containsExactly("one");
        assertThat(smtp.mailsNotLookedAt()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "count=0, bad_parameter, count",
        "count=x, bad_parameter, count",
        "timeout=301, bad_parameter, timeout",
        "timeout=-1s, bad_parameter, timeout",
        "timeout=soon, bad_parameter, timeout",
        "timeout=, bad_parameter, timeout",
        "after=5, bad_parameter, after",
        "after=x.y, bad_parameter, after",
        "querry=x, bad_parameter, querry",
        "query=(, bad_query, query",
        "query=before:someday, bad_query, query",
        "query=x&tz=Nowhere, bad_parameter, tz",
    })
    void aWaitThatMakesNoSenseIsRefused(String query, String code, String field) throws Exception {
        HttpResponse<String> answer = http.get("/api/v1/wait?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode problem = Http.read(answer.body());
        assertThat(Http.keys(problem)).containsExactly("code", "message", "field");
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(problem.get("field").asString()).isEqualTo(field);
    }

    @Test
    void aCursorOfAServerThatRanBeforeIsGone() throws Exception {
        HttpResponse<String> answer = http.get("/api/v1/wait?after=other.1");

        assertThat(answer.statusCode()).isEqualTo(410);
        assertThat(Http.read(answer.body()).get("code").asString()).isEqualTo("cursor_gone");
    }

    @Test
    void noMoreThanAHundredWaitAtOnce() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest wait = HttpRequest.newBuilder(URI.create(ui.url() + "/api/v1/wait?timeout=300"))
                .build();
        Supplier<CompletableFuture<Integer>> another = () ->
                client.sendAsync(wait, HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::statusCode);
        List<CompletableFuture<Integer>> waiting =
                Stream.generate(another).limit(100).collect(Collectors.toCollection(ArrayList::new));
        HttpResponse<String> oneMore;
        do { // until all of them have come; one that met this asking in the last place comes again
            oneMore = http.get("/api/v1/wait?timeout=0");
            waiting.replaceAll(each -> each.isDone() ? another.get() : each);
        } while (oneMore.statusCode() == 200);

        assertThat(oneMore.statusCode()).isEqualTo(503);
        assertThat(Http.read(oneMore.body()).get("code").asString()).isEqualTo("too_many_waits");
        assertThat(http.get("/api/v1/messages").statusCode()).isEqualTo(200);
        send("at last");
        assertThat(waiting.stream().map(CompletableFuture::join)).containsOnly(200);
    }

    @Test
    void closingEndsAWait() throws Exception {
        CompletableFuture<Object> waiting =
                later(() -> http.get("/api/v1/wait?timeout=300")).handle((a, b) -> "ended");
        while (http.json("/api/v1/server").isEmpty() || waiting.isDone()) {
            Thread.onSpinWait();
        }
        long started = System.nanoTime();

        ui.close();

        assertThat(System.nanoTime() - started).isLessThan(5_000_000_000L);
        assertThat(waiting.join()).isEqualTo("ended");
    }

    // ---- take

    @Test
    void takingRemovesTheOldestAndTellsIt() throws Exception {
        send("one");
        send("two");
        send("three");

        JsonNode first = Http.read(http.send("POST", "/api/v1/take", "").body());
        JsonNode others = Http.read(http.send("POST", "/api/v1/take", "{\"count\":2,\"timeout\":\"0\"}")
                .body());

        assertThat(Http.keys(first)).containsExactly("complete", "count", "messages");
        assertThat(subjects(first)).containsExactly("one");
        assertThat(first.get("messages").get(0).get("Text").asString()).isEqualTo("text\r\n");
        assertThat(subjects(others)).containsExactly("two", "three");
        assertThat(smtp.mails()).isEmpty();
    }

    @Test
    void takingWaits() throws Exception {
        CompletableFuture<HttpResponse<String>> taking =
                later(() -> http.send("POST", "/api/v1/take", "{\"query\":\"subject:wanted\",\"timeout\":\"9s\"}"));
        send("other");
        send("wanted");

        assertThat(subjects(Http.read(taking.join().body()))).containsExactly("wanted");
        assertThat(smtp.mails()).hasSize(1);
    }

    @Test
    void takingReturnsWhatItGotInTime() throws Exception {
        send("wanted");

        JsonNode answer = Http.read(http.send("POST", "/api/v1/take", "{\"count\":2,\"timeout\":\"100ms\"}")
                .body());

        assertThat(answer.get("complete").asBoolean()).isFalse();
        assertThat(answer.get("count").asInt()).isEqualTo(1);
        assertThat(subjects(answer)).containsExactly("wanted");
        assertThat(smtp.mails()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"count\":0}",
                "{\"count\":\"1\"}",
                "{\"timeout\":5}",
                "{\"timeout\":\"1d\"}",
                "{\"querry\":\"x\"}",
                "{\"query\":7}",
                "{\"query\":\"(\"}",
                "{\"query\":\"from:\"}"
            })
    void takingWhatMakesNoSenseTakesNothing(String body) throws Exception {
        send("one");

        HttpResponse<String> answer = http.send("POST", "/api/v1/take", body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Http.read(answer.body()).get("code").asString()).startsWith("bad_");
        assertThat(smtp.mails()).hasSize(1);
    }

    @Test
    void otherMethodsAreNotAllowed() throws Exception {
        assertThat(http.method("GET", "/api/v1/take").statusCode()).isEqualTo(405);
        assertThat(http.method("POST", "/api/v1/wait").statusCode()).isEqualTo(405);
    }
}
