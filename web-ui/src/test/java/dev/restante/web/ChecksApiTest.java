package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
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
class ChecksApiTest {
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

    private static CapturedMail sent(String mail) throws Exception {
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), mail);
        List<CapturedMail> mails = smtp.mails();
        return mails.get(mails.size() - 1);
    }

    // ---- links

    /** A web server that knows three pages, and notes what it is asked. */
    private static final class Web implements AutoCloseable {
        final ServerSocket socket = open();
        final List<String> asked = Collections.synchronizedList(new ArrayList<>());

        private static ServerSocket open() {
            try {
                return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        Web() {
            Thread thread = new Thread(this::serve, "web");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            while (!socket.isClosed()) {
                try (Socket client = socket.accept()) {
                    String line = new java.io.BufferedReader(
                                    new java.io.InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1))
                            .readLine();
                    asked.add(line);
                    String answer = line.contains("/here")
                            ? "200 OK\r\n"
                            : line.contains("/moved")
                                    ? "302 Found\r\nLocation: /here?x=1\r\n"
                                    : line.contains("/loop") ? "302 Found\r\nLocation: /loop\r\n" : "404 Not Found\r\n";
                    client.getOutputStream()
                            .write(("HTTP/1.1 " + answer + "Content-Length: 0\r\n\r\n")
                                    .getBytes(StandardCharsets.ISO_8859_1));
                } catch (java.io.IOException e) {
                    // closed, or a client that has gone
                }
            }
        }

        String url(String path) {
            return "http://127.0.0.1:" + socket.getLocalPort() + path;
        }

        @Override
        public void close() throws java.io.IOException {
            socket.close();
        }
    }

    @Test
    void linksAreListedButNobodyIsAskedUnlessThatIsAllowed() throws Exception {
        try (Web web = new Web()) {
            sent(SampleMails.html("x", "<a href='" + web.url("/here") + "'>x</a>"));

            JsonNode report = http.json("/api/v1/message/latest/link-check?follow=true");

            assertThat(Http.keys(report)).containsExactly("Errors", "Links");
            assertThat(report.get("Errors").asInt()).isEqualTo(1);
            JsonNode link = report.get("Links").get(0);
            assertThat(Http.keys(link)).containsExactly("URL", "StatusCode", "Status");
            assertThat(link.get("URL").asString()).isEqualTo(web.url("/here"));
            assertThat(link.get("StatusCode").asInt()).isZero();
            assertThat(link.get("Status").asString()).contains("not allowed");
            assertThat(web.asked).isEmpty();
            assertThat(http.json("/api/v1/messages").get("unread").asInt()).isZero();
        }
    }

    @Test
    void aMailWithoutLinksHasNone() throws Exception {
        sent(SampleMails.plain("x", "no links, but ftp://x.test/ and www.x.test"));

        assertThat(http.get("/api/v1/message/latest/link-check").body()).isEqualTo("{\"Errors\":0,\"Links\":[]}");
        assertThat(http.get("/api/v1/message/nosuch/link-check").statusCode()).isEqualTo(404);
        smtp.clear();
        assertThat(http.get("/api/v1/message/latest/link-check").body()).isEqualTo("404 page not found");
        assertThat(http.method("POST", "/api/v1/message/latest/link-check").statusCode())
                .isEqualTo(405);
    }

    @Test
    void linksAreFoundOnceInHtmlAndText() throws Exception {
        CapturedMail mail = sent("""
                Content-Type: multipart/alternative; boundary=b

                --b

                See http://text.test/a, (https://text.test/b) or http://a.test/.
                --b
                Content-Type: text/html

                <link rel=stylesheet href=http://css.test/s.css><link rel=icon href=http://icon.test/>
                <a href="http://a.test/">x</a><a href=" HTTPS://A.test/up ">x</a><a href="mailto:x@y">m</a>
                <img src="http://img.test/i.png"><img src="cid:x"><script src="http://script.test/"></script>
                --b--
                """);

        assertThat(LinkCheck.links(mail))
                .containsExactly(
                        "http://css.test/s.css",
                        "http://a.test/",
                        "HTTPS://A.test/up",
                        "http://img.test/i.png",
                        "http://text.test/a",
                        "https://text.test/b");
    }

    @Test
    void serversAreAskedWhereThatIsAllowed() throws Exception {
        try (Web web = new Web()) {
            int nobody;
            try (ServerSocket free = new ServerSocket(0)) {
                nobody = free.getLocalPort();
            }
            CapturedMail mail = sent(SampleMails.plain(
                    "x",
                    String.join(
                            "\n",
                            web.url("/here"),
                            web.url("/gone"),
                            web.url("/moved"),
                            web.url("/loop"),
                            "http://127.0.0.1:" + nobody + "/",
                            "http://no.such.host.invalid/",
                            "http://user:password@127.0.0.1/")));

            LinkCheck.Report still = new LinkCheck(LinkChecks.ANY).report(mail, false);
            LinkCheck.Report followed = new LinkCheck(LinkChecks.ANY).report(mail, true);
            LinkCheck.Report outside = new LinkCheck(LinkChecks.PUBLIC).report(mail, true);

            assertThat(still.links()).extracting(LinkCheck.Result::status).containsExactly(200, 404, 302, 302, 0, 0, 0);
            assertThat(still.errors()).isEqualTo(4);
            assertThat(still.links().get(1).text()).isEqualTo("Not Found");
            assertThat(followed.links())
                    .extracting(LinkCheck.Result::status)
                    .containsExactly(200, 404, 200, 302, 0, 0, 0);
            assertThat(web.asked).contains("HEAD /here?x=1 HTTP/1.1");
            int before = web.asked.size();
            assertThat(outside.links()).extracting(LinkCheck.Result::status).startsWith(451, 451, 451, 451, 451);
            assertThat(outside.links().get(0).text()).isEqualTo("Blocked private/reserved address");
            assertThat(web.asked).hasSize(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "0.1.2.3",
                "224.0.0.1",
                "255.255.255.255",
                "198.18.0.1",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:db8::1"
            })
    void privateAndReservedAddressesAreNotPublic(String address) throws Exception {
        assertThat(LinkCheck.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"})
    void othersAre(String address) throws Exception {
        assertThat(LinkCheck.isPublic(InetAddress.getByName(address))).isTrue();
    }

    // ---- HTML

    private static List<String> used(String html) {
        return HtmlCheck.report(html).warnings().stream()
                .map(HtmlCheck.Warning::slug)
                .toList();
    }

    @Test
    void everyFeatureOfTheDataCanBeFound() throws Exception {
        JsonNode data = Http.read(new String(
                HtmlCheck.class.getResourceAsStream("caniemail.json").readAllBytes(), StandardCharsets.UTF_8));

        assertThat(HtmlCheck.slugs())
                .containsAll(Http.texts(data.get("features"), "slug"))
                .contains("html-script");
        assertThat(data.get("features").size()).isGreaterThan(280);
    }

    @Test
    void aCheckHasMailpitsKeysAndNoOthers() throws Exception {
        sent(SampleMails.html("x", "<div style='display:flex;color:#fff'>x</div><script>1</script>"));

        JsonNode report = http.json("/api/v1/message/latest/html-check");

        assertThat(Http.keys(report)).containsExactly("Warnings", "Platforms", "Total");
        JsonNode script = report.get("Warnings").get(0);
        assertThat(script.get("Slug").asString()).as("the worst first").isEqualTo("html-script");
        assertThat(script.get("Results").size()).isZero();
        assertThat(script.get("Score").toString())
                .isEqualTo("{\"Found\":1,\"Supported\":0.0,\"Partial\":0.0,\"Unsupported\":100.0}");
        JsonNode flex = report.get("Warnings").get(1);
        assertThat(Http.keys(flex))
                .containsExactly(
                        "Slug",
                        "Title",
                        "Description",
                        "URL",
                        "Category",
                        "Tags",
                        "Keywords",
                        "Results",
                        "NotesByNumber",
                        "Score");
        assertThat(flex.get("Slug").asString()).isEqualTo("css-display-flex");
        assertThat(flex.get("URL").asString()).isEqualTo("https://www.caniemail.com/features/css-display-flex/");
        assertThat(flex.get("NotesByNumber").get("2").asString())
                .isEqualTo("<code>display:inline-flex</code> is not supported.");
        assertThat(Http.keys(flex.get("Results").get(0)))
                .containsExactly("Name", "Platform", "Family", "Version", "Support", "NoteNumber");
        JsonNode outlook = null;
        for (JsonNode each : flex.get("Results")) {
            outlook = each.get("Name").asString().equals("Outlook (Windows)") ? each : outlook;
        }
        assertThat(outlook.toString())
                .isEqualTo("{\"Name\":\"Outlook (Windows)\",\"Platform\":\"windows\",\"Family\":\"outlook\","
                        + "\"Version\":\"2019\",\"Support\":\"no\",\"NoteNumber\":\"\"}");
        JsonNode total = report.get("Total");
        assertThat(total.get("Supported").asDouble()
                        + total.get("Partial").asDouble()
                        + total.get("Unsupported").asDouble())
                .isCloseTo(100, org.assertj.core.data.Offset.offset(0.02));
        assertThat(report.get("Platforms").get("windows").toString()).contains("\"Outlook (Windows)\"");
        assertThat(http.json("/api/v1/messages").get("unread").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "<p>x</p> | html-p",
                "x | ``",
                "<!doctype html><body>x | html-body html-doctype",
                "<!-- c --><h2>x</h2> | html-comments html-h1-h6",
                "<input type=checkbox required> | html-input-checkbox html-required",
                "<a href=#top>x</a><a href=mailto:a@b>x</a> | html-anchor-links html-mailto-links",
                "<a target=_blank>x</a> | html-target",
                "<nav>x</nav> | html-semantics",
                "<b style='/* c */float:left'> | css-comments css-float",
                "<b style='left:1px'> | css-left-right-top-bottom css-unit-px",
                "<b style='width:50%'> | css-unit-percent css-width",
                "<b style='color:oklch(1 2 3)'> | css-modern-color",
                "<b style='color:RED !important'> | css-important",
                "<b style='background:url(a;b:c)'> | css-background",
                "<b style='flex-wrap: wrap'> | css-flex-wrap",
                "<b style='flex-wrap: nowrap'> | ``",
                "<b style='--x:1;color:var(--x)'> | css-variables",
                "<b style='margin-inline:0'> | css-margin-inline-block",
                "<b style='font:1em system-ui'> | css-font css-sytem-ui css-unit-em",
                "<style>a:hover{}</style> | css-pseudo-class-hover css-selector-type html-style",
                "<style>.a .b > #c{}</style> | css-selector-child css-selector-class css-selector-descendant css-selector-id html-style",
                "<style>i,b{}</style> | css-selector-grouping css-selector-type html-style",
                "<style>*::before{}</style> | css-pseudo-element-before css-selector-universal html-style",
                "<style>@media (prefers-color-scheme:dark){i{}}</style> | css-at-media css-at-media-prefers-color-scheme css-selector-type html-style",
                "<style>@font-face{}@import 'x';</style> | css-at-font-face css-at-import html-style",
                "<style>i{b{}}</style> | css-nesting css-selector-type html-style",
                "<style>}}}{{{;;;:::</style> | html-style",
            })
    void featuresAreFoundWhereTheyAreUsed(String html, String slugs) {
        assertThat(used(html).stream().sorted().toList())
                .isEqualTo(slugs.isEmpty() ? List.of() : List.of(slugs.split(" ")));
    }

    @Test
    void hostileHtmlAndStylesTakeNoTime() {
        int n = 100_000;
        for (String html : List.of(
                "<style>" + "a{".repeat(n) + "</style>",
                "<style>" + "/*".repeat(n) + "</style>",
                "<b style='width:" + ".".repeat(n) + "'>",
                "<style>@media " + "(".repeat(n) + "</style>",
                "<style>" + "a ".repeat(n) + "{}</style>",
                "<style>" + "i{x:1}".repeat(n / 4) + "</style>",
                "<p>".repeat(n))) {
            // The time limit of the class is what fails here.
            assertThat(HtmlCheck.report(html).total().nodes()).isPositive();
        }
    }

    @Test
    void aMailWithoutHtmlIsNotChecked() throws Exception {
        sent(SampleMails.plain("x", "text"));

        HttpResponse<String> answer = http.get("/api/v1/message/latest/html-check");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("message does not contain HTML");
        assertThat(http.get("/api/v1/message/nosuch/html-check").body()).isEqualTo("404 page not found");
        assertThat(http.method("POST", "/api/v1/message/latest/html-check").statusCode())
                .isEqualTo(405);
    }

    // ---- list-unsubscribe

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "X: y | ``",
                "List-Unsubscribe: <https://x.test/u> | ``",
                "List-Unsubscribe: <https://x.test/u>, <mailto:off@x.test?subject=off> | ``",
                "List-Unsubscribe: (see there) <https://x.test/u> | ``",
                "List-Unsubscribe: <https://x.test/u>¦List-Unsubscribe-Post: List-Unsubscribe=One-Click | ``",
                "List-Unsubscribe: https://x.test/u | no links in angle brackets",
                "List-Unsubscribe: | List-Unsubscribe is empty",
                "List-Unsubscribe: <https://x.test/u> or so | there is more than links in angle brackets, separated by commas",
                "List-Unsubscribe: <ftp://x.test/u> | neither mailto nor http: ftp://x.test/u",
                "List-Unsubscribe: <mailto:nobody> | no address in mailto:nobody",
                "List-Unsubscribe: <https://> | no URL: https://",
                "List-Unsubscribe: <https:///x> | no host in https:///x",
                "List-Unsubscribe: <https://x.test/>¦List-Unsubscribe: <https://y.test/> | there is more than one List-Unsubscribe field",
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click | List-Unsubscribe-Post without List-Unsubscribe",
                "List-Unsubscribe: <https://x.test/>¦List-Unsubscribe-Post: yes | List-Unsubscribe-Post should be List-Unsubscribe=One-Click",
                "List-Unsubscribe: <http://x.test/>¦List-Unsubscribe-Post: List-Unsubscribe=One-Click | one-click needs exactly one https link, but there are 0",
            })
    void offersToUnsubscribeAreExamined(String header, String errors) throws Exception {
        sent(header.replace('¦', '\n') + "\n\nx");

        assertThat(http.json("/api/v1/message/latest")
                        .get("ListUnsubscribe")
                        .get("Errors")
                        .asString())
                .isEqualTo(errors);
    }
}
