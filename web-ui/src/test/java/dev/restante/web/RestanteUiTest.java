package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RestanteUiTest {
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

    @ParameterizedTest
    @ValueSource(strings = {"/", "/view/anything", "/session/anything"})
    void everyAddressOfThePageServesIt(String path) throws Exception {
        HttpResponse<String> page = http.get(path);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).startsWith("<!doctype html>").contains("/assets/app.js");
    }

    @ParameterizedTest
    @CsvSource({
        "/assets/app.css, text/css",
        "/assets/app.js, text/javascript",
        "/assets/lit/lit-html.js, text/javascript",
        "/assets/lit/directives/repeat.js, text/javascript",
        "/assets/favicon.svg, image/svg+xml",
        "/favicon.ico, image/svg+xml",
    })
    void theFilesOfThePageHaveTheirTypes(String path, String type) throws Exception {
        HttpResponse<String> file = http.get(path);

        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/assets/nosuch.js", "/assets/index.html", "/assets/%2e%2e%2fapp.js", "/assets/lit/package.json"
            })
    void nothingElseOfTheClassPathIsServed(String path) throws Exception {
        assertThat(http.get(path).statusCode()).isIn(400, 404);
    }

    @Test
    void anUnchangedFileIsNotSentAgain() throws Exception {
        String tag = http.get("/assets/app.css").headers().firstValue("ETag").orElseThrow();

        String again = Http.raw(ui.port(), "GET /assets/app.css HTTP/1.1", "Host: localhost", "If-None-Match: " + tag);

        assertThat(again).startsWith("HTTP/1.1 304");
    }

    @Test
    void thePageMayRunNothingButItsOwnFiles() throws Exception {
        HttpResponse<String> page = http.get("/");

        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(page.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(page.headers().firstValue("Server")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8025", "127.0.0.1:1", "[::1]:8025", "10.1.2.3", "mail.localhost"})
    void loopbackNamesAndAddressesAreServed(String host) throws Exception {
        assertThat(Http.raw(ui.port(), "GET /livez HTTP/1.1", "Host: " + host)).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "evil.test:8025", "1.2.3.4.5"})
    void otherNamesAreRefused(String host) throws Exception {
        String answer = Http.raw(ui.port(), "GET /api/v1/messages HTTP/1.1", "Host: " + host);

        assertThat(answer).startsWith("HTTP/1.1 403").contains("does not answer to the name");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8025, /api/v1/messages, 200",
        "http://evil.test, /api/v1/messages, 403",
        "http://localhost:9999, /api/v1/messages, 403",
        "null, /api/v1/messages, 403",
        "null, /api/v1/message/latest/part/0, 404",
        "%%%, /, 403",
    })
    void pagesFromElsewhereAreRefused(String origin, String path, int status) throws Exception {
        assertThat(Http.raw(ui.port(), "GET " + path + " HTTP/1.1", "Host: localhost:8025", "Origin: " + origin))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void aPortInUseIsSaidWithWhatToDo() {
        assertThatThrownBy(() -> RestanteUi.start(smtp, ui.port()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("Cannot listen for HTTP on 127.0.0.1 port " + ui.port() + ": the port is in use. Stop the"
                        + " program that listens there, choose another port, or take port 0 for a free one.");
    }

    @Test
    void wrongAddressesAndPortsAreSaid() {
        assertThatThrownBy(() -> RestanteUi.start(smtp, 70_000)).hasMessageContaining("between 0 and 65535");
        assertThatThrownBy(() -> RestanteUi.start(smtp, 0, List.of())).hasMessageContaining("no address");
        assertThatThrownBy(() -> RestanteUi.start(smtp, 0, List.of("no.such.host.invalid")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void closingEndsOpenStreamsAndLeavesTheSmtpServer() throws Exception {
        RestanteUi second = RestanteUi.start(smtp);
        try (Socket page = new Socket(InetAddress.getLoopbackAddress(), second.port())) {
            BufferedReader events = listen(page);
            assertThat(nextEvent(events)).isEqualTo("hello");

            second.close();
            second.close();

            assertThat(events.lines().toList()).isNotNull(); // ends
        }
        assertThat(second.toString()).contains(second.url());
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.plain("still here", "x"));
    }

    @Test
    void closingEndsQuicklyThoughPagesHaveGoneWithoutAWord() throws Exception {
        RestanteUi second = RestanteUi.start(smtp);
        for (int i = 0; i < 10; i++) {
            try (Socket page = new Socket(InetAddress.getLoopbackAddress(), second.port())) {
                assertThat(nextEvent(listen(page))).isEqualTo("hello");
            }
        }
        for (int i = 0; i < 5; i++) {
            Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.plain("to nobody", "x"));
        }

        long started = System.nanoTime();
        second.close();

        assertThat(System.nanoTime() - started).isLessThan(5_000_000_000L);
    }

    @Test
    void lookingAtAMailInThePageIsNotLookingAtItInTheTest() throws Exception {
        try (FakeSmtpServer own = FakeSmtpServer.create().start();
                RestanteUi page = RestanteUi.start(own)) {
            Sender.send(own, "a@example.test", List.of("b@example.test"), SampleMails.plain("unseen", "x"));
            Http asking = new Http(page.url());
            for (String path :
                    List.of("/api/v1/messages", "/api/v1/message/latest", "/api/v1/message/latest/evidence")) {
                assertThat(asking.get(path).statusCode()).isEqualTo(200);
            }

            assertThat(own.mailsNotLookedAt()).hasSize(1);
        }
    }

    @Test
    void arrivalsRemovalsAndAttemptsAreToldAsTheyHappen() throws Exception {
        try (FakeSmtpServer own = FakeSmtpServer.create().start();
                RestanteUi page = RestanteUi.start(own);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), page.port())) {
            BufferedReader events = listen(socket);
            assertThat(nextEvent(events)).isEqualTo("hello");

            Sender.send(own, "a@example.test", List.of("b@example.test"), SampleMails.plain("live", "x"));
            assertThat(nextEvent(events)).isEqualTo("new");
            String item = events.readLine();
            assertThat(item).contains("\"Subject\":\"live\"").contains("\"Snippet\":\"x\"");
            assertThat(nextEvent(events)).isEqualTo("attempts");

            String id = own.takeMail().id();
            assertThat(nextEvent(events)).isEqualTo("gone");
            assertThat(events.readLine()).contains(id);
        }
    }

    private static BufferedReader listen(Socket socket) throws Exception {
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write("GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String nextEvent(BufferedReader events) throws Exception {
        String line;
        do {
            line = events.readLine();
        } while (line != null && !line.startsWith("event: "));
        return line == null ? "end" : line.substring("event: ".length());
    }
}
