package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords, tokens, names, origins and a base path. */
@Timeout(60)
class AccessTest {
    private static final String UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

    private static FakeSmtpServer smtp;
    private static RestanteUi guarded;
    private static RestanteUi based;

    @BeforeAll
    static void open() throws Exception {
        smtp = FakeSmtpServer.create().start();
        guarded = RestanteUi.builder(smtp)
                .basicAuth("ann", "pässword:1")
                .basicAuth("bob", "other")
                .bearerToken("tok-1")
                .bearerToken("tok-2")
                .allowedHosts("mail.example.test", "*.shop.test")
                .allowedOrigins("https://app.example.test")
                .start();
        based = RestanteUi.builder(smtp).basePath("/tools/mail/").start();
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.invoice());
    }

    @AfterAll
    static void close() {
        guarded.close();
        based.close();
        smtp.close();
    }

    private static String ask(String line, String... headers) throws Exception {
        return Http.raw(guarded.port(), line + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", headers));
    }

    private static String basic(String login) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void knownUsersAndTokensMayAsk() throws Exception {
        for (String login : List.of(
                basic("ann:pässword:1"),
                basic("bob:other"),
                "Authorization: Bearer tok-1",
                "authorization: bearer  tok-2")) {
            assertThat(ask("GET /api/v1/messages", login)).as(login).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: y",
                "Authorization:",
                "Authorization: Basic",
                "Authorization: Basic %%%",
                "Authorization: Basic YW5u",
                "Authorization: Bearer",
                "Authorization: Bearer tok-",
                "Authorization: Bearer tok-11",
                "Authorization: Digest tok-1",
                "Authorization: tok-1"
            })
    void othersMayNot(String header) throws Exception {
        for (String line : List.of(
                "GET /",
                "GET /assets/app.js",
                "GET /api/v1/messages",
                "DELETE /api/v1/messages",
                "GET /metrics",
                "GET /api/v1/events/stream",
                "GET /nosuch",
                "OPTIONS /api/v1/messages")) {
            assertThat(ask(line, header))
                    .as(line)
                    .startsWith("HTTP/1.1 401")
                    .contains("WWW-Authenticate: Basic realm=\"Login\"")
                    .endsWith("Unauthorized.\n");
        }
        assertThat(smtp.mails()).isNotEmpty();
    }

    @Test
    void wrongPasswordsAndUsersAreRefused() throws Exception {
        for (String login : List.of("ann:", "ann:pässword", "ann:other", "eve:other", ":", "")) {
            assertThat(ask("GET /api/v1/messages", basic(login))).as(login).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void theWebsocketNeedsAPasswordToo() throws Exception {
        assertThat(ask("GET /api/events", UPGRADE)).startsWith("HTTP/1.1 401");
    }

    @Test
    void probesNeedNone() throws Exception {
        assertThat(ask("GET /livez")).startsWith("HTTP/1.1 200");
        assertThat(ask("GET /readyz")).startsWith("HTTP/1.1 200");
    }

    @Test
    void tokensAloneAreAskedForAsTokens() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp).bearerToken("t").start()) {
            assertThat(Http.raw(ui.port(), "GET / HTTP/1.1", "Host: localhost"))
                    .startsWith("HTTP/1.1 401")
                    .contains("WWW-Authenticate: Bearer realm=\"Login\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example.test, 200",
        "MAIL.example.test:8025, 200",
        "a.shop.test, 200",
        "a.b.shop.test, 200",
        "shop.test, 403",
        "evilshop.test, 403",
        "other.example.test, 403",
        "127.0.0.1, 200",
    })
    void allowedNamesAreServed(String host, int status) throws Exception {
        assertThat(Http.raw(guarded.port(), "GET /livez HTTP/1.1", "Host: " + host))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void anyNameIsServedWhereThatIsAllowed() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp).allowedHosts("*").start()) {
            assertThat(Http.raw(ui.port(), "GET /livez HTTP/1.1", "Host: any.thing.test"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void anAllowedOriginMayAskAndIsToldSo() throws Exception {
        String origin = "Origin: https://app.example.test";

        String preflight = ask(
                "OPTIONS /api/v1/messages",
                origin,
                "Access-Control-Request-Method: DELETE",
                "Access-Control-Request-Headers: authorization");
        String request = ask("GET /api/v1/messages", origin, "Authorization: Bearer tok-1");
        String stranger = ask("GET /api/v1/messages", origin);
        String other = ask("GET /api/v1/messages", "Origin: https://evil.test", "Authorization: Bearer tok-1");

        assertThat(preflight)
                .startsWith("HTTP/1.1 200")
                .contains("Access-Control-Allow-Origin: https://app.example.test")
                .contains("Access-Control-Allow-Headers: authorization")
                .containsPattern("Access-Control-Allow-Methods: .*DELETE");
        assertThat(request)
                .startsWith("HTTP/1.1 200")
                .contains("Access-Control-Allow-Origin: https://app.example.test")
                .contains("Vary: Origin");
        assertThat(stranger).startsWith("HTTP/1.1 401");
        assertThat(other).startsWith("HTTP/1.1 403").contains("Blocked due to CORS violation");
        assertThat(other).doesNotContain("Access-Control-Allow-Origin");
    }

    @Test
    void pagesFromElsewhereCannotFetchPicturesOrScriptsHere() throws Exception {
        String site = "Sec-Fetch-Site: cross-site";

        assertThat(Http.raw(
                        based.port(),
                        "GET /tools/mail/api/v1/message/latest HTTP/1.1",
                        "Host: localhost",
                        site,
                        "Sec-Fetch-Mode: no-cors"))
                .startsWith("HTTP/1.1 403");
        assertThat(Http.raw(
                        based.port(),
                        "GET /tools/mail/api/v1/message/latest/part/1.2 HTTP/1.1",
                        "Host: localhost",
                        site,
                        "Sec-Fetch-Mode: no-cors"))
                .as("a picture of a mail, for the mail's own frame")
                .startsWith("HTTP/1.1 200");
        assertThat(Http.raw(
                        based.port(), "GET /tools/mail/ HTTP/1.1", "Host: localhost", site, "Sec-Fetch-Mode: navigate"))
                .as("a link that somebody followed")
                .startsWith("HTTP/1.1 200");
    }

    // ---- base path

    @Test
    void everythingIsBelowTheBasePath() throws Exception {
        Http http = new Http(based.url());
        assertThat(based.url()).endsWith("/tools/mail");
        String id =
                http.json("/api/v1/messages").get("messages").get(0).get("ID").asString();

        assertThat(http.get("/livez").statusCode()).isEqualTo(200);
        assertThat(http.get("/api/v1/nosuch").body()).isEqualTo("File not found\n");
        assertThat(http.get("/view/latest").headers().firstValue("Location")).contains("/tools/mail/view/" + id);
        assertThat(http.get("/view/" + id + ".html").body())
                .contains("<img src=\"/tools/mail/api/v1/message/" + id + "/part/1.2\">");
        assertThat(http.get("/preview/" + id).body())
                .contains("src=\"/tools/mail/api/v1/message/" + id + "/part/1.2\"");
        assertThat(http.get("/preview/" + id)
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElseThrow())
                .contains(" " + based.url().substring("http://".length()) + "/api/v1/message/" + id + "/part/;");
        String root = Http.raw(based.port(), "GET /api/v1/messages HTTP/1.1", "Host: localhost");
        assertThat(root).startsWith("HTTP/1.1 404");
    }

    @Test
    void thePagesOwnAddressesAreBelowTheBasePath() throws Exception {
        Http http = new Http(based.url());

        assertThat(http.get("/").body())
                .contains("src=\"/tools/mail/assets/app.js\"")
                .doesNotContain("=\"/assets/");
        // Scripts find out by themselves where they are: what they name begins with no slash of its own.
        for (String file :
                List.of("app", "api", "inbox", "letter", "session", "sessions", "script", "overview", "welcome")) {
            assertThat(http.get("/assets/" + file + ".js").body())
                    .as(file)
                    .doesNotContainPattern("(href|src)=\"/|from '/");
        }
        assertThat(http.get("/assets/lit/lit-html.js").statusCode()).isEqualTo(200);
    }

    // ---- options that make no sense

    @Test
    void wrongOptionsAreSaid() {
        RestanteUi.Builder builder = RestanteUi.builder(smtp);
        for (String path : List.of("mail", "/a b", "/../x", "/a//b", "/a?b")) {
            assertThatThrownBy(() -> builder.basePath(path)).as(path).hasMessageContaining("no base path");
        }
        assertThatThrownBy(() -> builder.basicAuth("a:b", "x")).hasMessageContaining("without a colon");
        assertThatThrownBy(() -> builder.basicAuth("", "x")).hasMessageContaining("without a colon");
        assertThatThrownBy(() -> builder.basicAuth("a", "")).hasMessageContaining("a password");
        assertThatThrownBy(() -> builder.bearerToken("a b")).hasMessageContaining("visible ASCII");
        assertThatThrownBy(() -> builder.allowedOrigins("app.test")).hasMessageContaining("no origin");
        assertThatThrownBy(() -> builder.allowedOrigins("http://app.test/")).hasMessageContaining("no origin");
        assertThatThrownBy(() -> builder.addresses(List.of())).hasMessageContaining("no address");
        assertThatThrownBy(() -> builder.port(-1)).hasMessageContaining("between 0 and 65535");
    }
}
