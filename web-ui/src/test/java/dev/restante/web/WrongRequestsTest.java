package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are not as they should be change nothing, are told so in a sentence, and take nobody else's place. */
@Timeout(60)
class WrongRequestsTest {
    private static final String MESSAGES = "/api/v1/messages";

    private static FakeSmtpServer smtp;
    private static RestanteUi ui;
    private static Http http;
    private String id;

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
    void oneMail() throws Exception {
        smtp.reset();
        Sender.send(smtp, "a@x.test", List.of("b@x.test"), SampleMails.plain("one", "hello"));
        id = smtp.takeMail().id();
        Sender.send(smtp, "a@x.test", List.of("b@x.test"), SampleMails.plain("one", "hello"));
        id = smtp.mails().get(0).id();
        http.send("PUT", "/api/v1/tags", "{\"IDs\":[\"" + id + "\"],\"Tags\":[\"kept\"]}");
        http.send("PUT", "/api/v1/chaos", "{\"Sender\":{\"ErrorCode\":451,\"Probability\":5}}");
    }

    private static String state() throws Exception {
        return http.get(MESSAGES).body() + http.get("/api/v1/chaos").body();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PUT | /api/v1/messages | {\"Read\":true,\"Serach\":\"subject:x\"} | \"serach\" is none of the keys here",
                "PUT | /api/v1/messages | {\"Read\":true,\"Search\":\"  \"} | \"Search\" is blank",
                "PUT | /api/v1/tags | {\"IDs\":[\"ID\"],\"Tag\":[\"x\"]} | \"tag\" is none of the keys here",
                "PUT | /api/v1/chaos | {\"Sendr\":{\"Probability\":1}} | \"sendr\" is none of the keys here",
                "DELETE | /api/v1/messages | {\"IDs\":[]} | \"IDs\" names no mail",
                "DELETE | /api/v1/messages | {\"IDs\":null} | \"IDs\" names no mail",
                "DELETE | /api/v1/messages | {\"ids\":[]} | \"IDs\" names no mail",
            })
    void whatIsSpelledWronglyOrEmptyChangesNothing(String method, String path, String body, String text)
            throws Exception {
        String before = state();

        HttpResponse<String> answer = http.send(method, path, body.replace("ID\"]", id + "\"]"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).containsIgnoringCase(text);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void aRemovalOfAllTakesNoSearch() throws Exception {
        String before = state();

        HttpResponse<String> answer = http.method("DELETE", MESSAGES + "?query=subject:one");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("DELETE /api/v1/search");
        assertThat(state()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "\u0001\u0002", " \u000b "})
    void controlCharactersAreNoEmptyBody(String body) throws Exception {
        String before = state();

        assertThat(http.send("DELETE", MESSAGES, body).statusCode()).isEqualTo(400);
        assertThat(state()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=nope", "application/json; charset=\"\"", "nonsense"})
    void theTypeOfAScriptNamesNothingButItsLanguage(String type) throws Exception {
        assertThat(http.send("PUT", "/api/v1/script", type, "{\"rules\":[]}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aBodyThatIsNoJsonIsToldWithoutTheParsersInnards() throws Exception {
        assertThat(http.send("PUT", MESSAGES, "{").body())
                .isEqualTo("The body is no JSON: Unexpected end-of-input: expected close marker for Object, line 1,"
                        + " column 2.");
    }

    @Test
    void aRequestThatIsNoneIsAnsweredWithASentence() throws Exception {
        String answer = Http.raw(ui.port(), "GET /api/v1/tags/%00 HTTP/1.1", "Host: localhost", "Connection: close");

        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("text/plain", "X-Content-Type-Options: nosniff", "The request is not understood: ")
                .doesNotContain("<");
    }

    /** Many clients send the head and the body in two writes. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /reset", "DELETE /script", "POST /holds", "DELETE /search?query=subject:none"})
    void aBodyThatNobodyAskedForDoesNotCostTheConnection(String route) throws Exception {
        String[] parts = route.split(" ", 2);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ui.port())) {
            socket.setTcpNoDelay(true);
            for (int i = 0; i < 3; i++) {
                say(
                        socket,
                        parts[0] + " /api/v1" + parts[1] + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n");
                Thread.sleep(20); // between the two writes
                say(socket, "{}");
                assertThat(head(socket)).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void whoSendsNothingLeavesRoomForOthers() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 260; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), ui.port());
                silent.add(socket);
                say(socket, "PUT /api/v1/tags HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{");
            }
            assertThat(http.get("/livez").statusCode()).isEqualTo(200);
            assertThat(http.get(MESSAGES).statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        assertThat(http.send("PUT", "/api/v1/tags", "{\"IDs\":[],\"Tags\":[]}").statusCode())
                .isIn(200, 503); // those who left are noticed in a moment
    }

    private static Socket asked(String request, String body) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ui.port());
        say(socket, request + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        return socket;
    }

    /** Of a caller who gave up before the mail came, as those do whose own time-out is shorter. */
    @Test
    void aTakeWhoseCallerHasGoneTakesNothing() throws Exception {
        for (int i = 0; i < 5; i++) {
            asked("POST /api/v1/take", "{\"query\":\"subject:precious\",\"timeout\":\"20s\"}")
                    .close();
        }
        Sender.send(smtp, "a@x.test", List.of("b@x.test"), SampleMails.plain("precious", "hello"));

        String taken = http.send("POST", "/api/v1/take", "{\"query\":\"subject:precious\",\"timeout\":\"5s\"}")
                .body();

        assertThat(taken).contains("\"complete\":true");
    }

    /** Neither for as long as it was to be, nor with all the processor has. */
    @ParameterizedTest
    @ValueSource(strings = {"GET /wait?timeout=60&query=zzz", "POST /take", "GET /fixture/mails?seen=SEEN&timeout=60"})
    void aWaitEndsWithItsServer(String route) throws Exception {
        FakeSmtpServer closing = FakeSmtpServer.create().start();
        try (RestanteUi page = RestanteUi.start(closing)) {
            Http asked = new Http(page.url());
            String[] parts = route.split(" ", 2);
            String body = parts[0].equals("POST") ? "{\"timeout\":\"60s\"}" : "";
            CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return asked.send(parts[0], "/api/v1" + parts[1].replace("SEEN", "0"), body);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            closing.close();
            assertThat(waiting.get(20, TimeUnit.SECONDS).statusCode()).isIn(200, 404, 503);
        }
    }

    @Test
    void aTakeOfManyRemovesNoneBeforeItHasThemAll() throws Exception {
        for (int i = 0; i < 4; i++) {
            Sender.send(smtp, "a@x.test", List.of("b@x.test"), SampleMails.plain("many", "hello"));
        }
        try (Socket waiting =
                asked("POST /api/v1/take", "{\"query\":\"subject:many\",\"count\":5,\"timeout\":\"30s\"}")) {
            assertThat(http.get("/api/v1/wait?query=subject:many&count=4&timeout=0")
                            .body())
                    .contains("\"complete\":true");
            assertThat(waiting.isConnected()).isTrue();
        }
        // Its caller has gone: all are there, and are taken in one pass, the oldest first.
        String taken = http.send(
                        "POST", "/api/v1/take", "{\"query\":\"subject:many\",\"count\":5,\"timeout\":\"100ms\"}")
                .body();
        assertThat(taken).contains("\"complete\":false").contains("\"count\":4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/wait?timeout=300&query=zzz", "/api/v1/fixture/mails?seen=999999&timeout=60"})
    void waitsThatAreAbandonedLeaveTheirPlaces(String route) throws Exception {
        for (int round = 0; round < 3; round++) {
            List<Socket> waiting = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                waiting.add(asked("GET " + route, ""));
            }
            for (Socket socket : waiting) {
                socket.close();
            }
            long begin = System.nanoTime();
            int status = 503;
            while (status == 503 && System.nanoTime() - begin < 10_000_000_000L) {
                status = http.get("/api/v1/wait?timeout=0").statusCode();
            }
            assertThat(status).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/v1/take?query=subject:one",
        "POST, /api/v1/reset?all=true",
        "POST, /api/v1/holds?name=x",
        "DELETE, /api/v1/script?name=x",
        "PUT, /api/v1/script?dry=true",
        "PATCH, /api/v1/script?dry=true",
        "POST, /api/v1/clock/advance?by=1s",
    })
    void parametersThatMeanNothingChangeNothing(String method, String path) throws Exception {
        String before = state();

        HttpResponse<String> answer = http.send(method, path, "");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("is no parameter here; these are: none.");
        assertThat(state()).isEqualTo(before);
    }

    private static String toMany() {
        StringBuilder to = new StringBuilder("To: ");
        for (int i = 0; i < 500; i++) {
            to.append(i == 0 ? "" : ",\r\n ")
                    .append("somebody.with.a.long.name.")
                    .append(i)
                    .append("@example.test");
        }
        return "Subject: to many\r\n" + to + "\r\n\r\n" + "x".repeat(900) + "\r\n";
    }

    @Test
    void whoDoesNotReadKeepsNoMailThatIsEvicted() throws Exception {
        try (FakeSmtpServer small =
                        FakeSmtpServer.builder().keepMails(5, 1 << 20).build().start();
                RestanteUi page = RestanteUi.start(small);
                Socket stream = new Socket(InetAddress.getLoopbackAddress(), page.port());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), page.port())) {
            say(stream, "GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            say(
                    socket,
                    String.join(
                            "\r\n",
                            "GET /api/events HTTP/1.1",
                            "Host: localhost",
                            "Connection: Upgrade",
                            "Upgrade: websocket",
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                            "",
                            ""));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            List<WeakReference<CapturedMail>> mails = new ArrayList<>();
            small.onArrival(mail -> {
                synchronized (mails) {
                    mails.add(new WeakReference<>(mail));
                }
            });
            String mail = toMany();
            for (int i = 0; i < 500; i++) {
                Sender.send(small, "a@x.test", List.of("b@x.test"), mail);
            }
            Supplier<Long> kept = () -> {
                System.gc();
                synchronized (mails) {
                    return mails.stream().filter(each -> each.get() != null).count();
                }
            };
            long begin = System.nanoTime();
            while (kept.get() > 60 && System.nanoTime() - begin < 20_000_000_000L) {
                Thread.onSpinWait();
            }
            assertThat(kept.get()).isLessThanOrEqualTo(60);
            // The websocket of one that does not read is closed: what the system had taken is all there is.
            socket.setSoTimeout(10_000);
            long read = 0;
            byte[] buffer = new byte[1 << 16];
            try {
                for (int count = 0; count >= 0; count = socket.getInputStream().read(buffer)) {
                    read += count;
                }
            } catch (SocketException e) {
                read += 0; // reset, which is an end too
            }
            assertThat(read).isLessThan(16L << 20);
        }
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** Reads an answer with its body, and returns its head. */
    private static String head(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                return head.toString(StandardCharsets.US_ASCII) + "(the end)";
            }
            head.write(octet);
        }
        String text = head.toString(StandardCharsets.US_ASCII);
        String length = text.replaceFirst("(?is).*content-length: (\\d+).*", "$1");
        in.skipNBytes(Long.parseLong(length));
        return text;
    }
}
