package dev.restante;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client says of a server that answers otherwise than it should; web-ui's tests have it talk to the real one. */
@Timeout(30)
class RemoteServerTest {
    private static final String FIXTURE = "{\"version\":\"x\",\"host\":\"127.0.0.1\",\"port\":25,\"listening\":true,"
            + "\"evicted\":3,\"now\":\"2026-03-01T10:00:00Z\",\"manualClock\":false,\"nanoTime\":1}";

    private record Canned(int status, String body) {}

    private final Map<String, Canned> answers = new ConcurrentHashMap<>();
    private HttpServer http;
    private URI uri;

    @BeforeEach
    void open() throws Exception {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", exchange -> {
            String asked =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
            Canned canned = answers.getOrDefault(asked, new Canned(404, "404 page not found"));
            byte[] body = canned.body().getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(canned.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        http.start();
        uri = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
        answers.put("GET /api/v1/fixture", new Canned(200, FIXTURE));
    }

    @AfterEach
    void close() {
        http.stop(0);
    }

    @Test
    void whatIsNoneOfOursIsToldSo() {
        answers.put("GET /api/v1/fixture", new Canned(404, "404 page not found"));
        assertThatThrownBy(() -> RestanteClient.connect(uri))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "Restante at " + uri + " answered 404 to GET /api/v1/fixture: 404 page not found.")
                .hasMessageContaining("base path");
        answers.put("GET /api/v1/fixture", new Canned(200, "<html>"));
        assertThatThrownBy(() -> RestanteClient.connect(uri))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot be read")
                .hasMessageContaining(uri.toString());
        answers.put("GET /api/v1/fixture", new Canned(500, "This server failed at the request; its log says more."));
        assertThatThrownBy(() -> RestanteClient.connect(uri))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("answered 500")
                .hasMessageContaining("its log says more");
    }

    @Test
    void refusalsSayWhatTheServerSaid() {
        try (RestanteClient client = RestanteClient.connect(uri)) {
            assertThat(client.evicted()).isEqualTo(3);
            answers.put(
                    "DELETE /api/v1/script",
                    new Canned(400, "{\"code\":\"bad\",\"message\":\"That will not do.\",\"field\":null}"));
            assertThatThrownBy(client::clearScript)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("answered 400 to DELETE /api/v1/script: That will not do.");
            answers.put("DELETE /api/v1/script", new Canned(413, "[1]"));
            assertThatThrownBy(client::clearScript).isInstanceOf(IllegalArgumentException.class);
            answers.put(
                    "POST /api/v1/clock/advance",
                    new Canned(409, "{\"code\":\"x\",\"message\":\"It moves by itself.\",\"field\":null}"));
            assertThatThrownBy(() -> client.clock().advance(Duration.ofSeconds(1)))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("It moves by itself.");
        }
    }

    @Test
    void aHoldThatTheServerForgotIsReleased() {
        try (RestanteClient client = RestanteClient.connect(uri)) {
            answers.put(
                    "POST /api/v1/holds",
                    new Canned(200, "{\"name\":\"hold-1\",\"waiting\":0,\"open\":false,\"reached\":true}"));
            Hold hold = client.hold();
            Canned gone = new Canned(404, "{\"code\":\"not_found\",\"message\":\"Gone.\",\"field\":\"name\"}");
            answers.put("GET /api/v1/holds/hold-1", gone);
            answers.put("DELETE /api/v1/holds/hold-1", gone);
            assertThat(hold.isReleased()).isTrue();
            assertThat(hold.waiting()).isZero();
            assertThat(hold.isReachedWithin(1, Duration.ofSeconds(20))).isFalse();
            hold.release();
            assertThat(hold).hasToString("hold-1 with 0 waiting");
        }
    }

    @Test
    void aLostConnectionNamesTheAddress() {
        try (RestanteClient client = RestanteClient.connect(uri)) {
            http.stop(0);
            assertThatThrownBy(client::isListening)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(uri.toString());
        }
    }

    @Test
    void aRuleWithAFunctionOfTheServersOwnIsToldByItsName() {
        answers.put(
                "GET /api/v1/fixture/rules",
                new Canned(
                        200,
                        "[{\"id\":1,\"layer\":\"TEST\",\"on\":true,\"name\":\"odd\",\"stage\":\"RCPT_TO\",\"json\":null,\"times\":3,\"hits\":1,\"recent\":[]},"
                                + "{\"id\":2,\"layer\":\"TEST\",\"on\":true,\"name\":\"any\",\"stage\":\"NOOP\",\"json\":null,\"times\":null,\"hits\":0,\"recent\":[]}]"));
        try (RestanteClient client = RestanteClient.connect(uri)) {
            assertThat(client.rules())
                    .extracting(RuleReport::toString)
                    .containsExactly("odd: 1 hit, 2 left", "any: 0 hits");
            assertThat(client.unfired()).hasSize(1);
        }
    }

    @Test
    void timeOutsAndAddressesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> RestanteClient.builder(uri).defaultTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RestanteClient.connect(URI.create("smtp://localhost")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no HTTP address");
    }
}
