package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
