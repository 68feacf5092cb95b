package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
