package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.MAIL_FROM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.AuthPolicy;
import dev.restante.Authentication;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.ProxyInfo;
import dev.restante.SmtpClient;
import dev.restante.WireDialogue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** XCLIENT, as Postfix's XCLIENT_README has it. */
@Timeout(60)
class XclientTest {
    private static FakeSmtpServer trusting(String... networks) {
        return FakeSmtpServer.builder().xclient("127.0.0.0/8", networks).build().start();
    }

    private static SmtpClient seen(FakeSmtpServer server) {
        return server.sessions().get(0).client();
    }

    @Test
    void theClientSpokenForIsTheClientOfAllEvidence() {
        try (FakeSmtpServer server = trusting()) {
            int peerPort;
            try (WireDialogue client = WireDialogue.greeted(server)) {
                peerPort = client.localPort();
                client.say(
                        "XCLIENT NAME=spike.test ADDR=192.0.2.7 PORT=50312 DESTADDR=198.51.100.1 DESTPORT=25",
                        "220 localhost ESMTP");
                client.say("MAIL FROM:<a@x.test>", "503 5.5.1 Say EHLO").say("EHLO app.test", "250 ");
                client.mail("a@x.test", "b@y.test");
            }
            SmtpClient client = server.takeMail().client();
            assertThat(client.ip()).isEqualTo("192.0.2.7");
            assertThat(client.address().getPort()).isEqualTo(50312);
            assertThat(client.peer().getPort()).isEqualTo(peerPort);
            assertThat(client.heloName()).contains("app.test");
            assertThat(client.proxy()).get().satisfies(proxy -> {
                assertThat(proxy.source()).isEqualTo(ProxyInfo.Source.XCLIENT);
                assertThat(proxy.destination()).hasValueSatisfying(to -> {
                    assertThat(to.getAddress().getHostAddress()).isEqualTo("198.51.100.1");
                    assertThat(to.getPort()).isEqualTo(25);
                });
                assertThat(proxy.details())
                        .isEqualTo(Map.of(
                                "NAME", "spike.test",
                                "ADDR", "192.0.2.7",
                                "PORT", "50312",
                                "DESTADDR", "198.51.100.1",
                                "DESTPORT", "25"));
            });
            assertThat(server.sessions().get(0).transcript().notes())
                    .containsExactly(
                            "the connection is one of 192.0.2.7:50312 (XCLIENT by 127.0.0.1:" + peerPort + ")");
        }
    }

    @Test
    void itIsListedForThoseWhoAreTrusted() {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.with(server)) {
            assertThat(client.expect("220 ").send("EHLO a.test").reply())
                    .contains("250 XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME");
            // Whom it speaks for is not asked: the one that speaks stays trusted.
            client.say("XCLIENT ADDR=192.0.2.7", "220 ");
            assertThat(client.send("EHLO a.test").reply()).anyMatch(line -> line.contains("XCLIENT"));
            assertThat(client.send("HELO a.test").reply()).containsExactly("250 localhost");
        }
    }

    @Test
    void othersAreRefused() {
        try (FakeSmtpServer server =
                        FakeSmtpServer.builder().xclient("10.0.0.0/8").build().start();
                WireDialogue client = WireDialogue.with(server)) {
            assertThat(client.expect("220 ").send("EHLO a.test").reply()).noneMatch(line -> line.contains("XCLIENT"));
            client.say("XCLIENT ADDR=192.0.2.7", "550 5.7.0 ").mail("a@x.test", "b@y.test");
            assertThat(server.takeMail().client().proxy()).isEmpty();
        }
    }

    @Test
    void whereNobodyIsTrustedItIsNoCommand() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.with(server)) {
            assertThat(client.expect("220 ").send("EHLO a.test").reply()).noneMatch(line -> line.contains("XCLIENT"));
            client.say("XCLIENT ADDR=192.0.2.7", "500 5.5.1 ");
        }
    }

    /** What the proxy's own client says may not be believed merely because the proxy is. */
    @Test
    void behindAHeaderTheClientItTellsOfMustBeTrusted() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .proxyProtocol("127.0.0.1")
                .xclient("127.0.0.1", "192.0.2.7")
                .build()
                .start()) {
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw("PROXY TCP4 192.0.2.8 198.51.100.1 5 25\r\n").expect("220 ");
                client.say("XCLIENT ADDR=203.0.113.1", "550 ");
            }
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw("PROXY TCP4 192.0.2.7 198.51.100.1 5 25\r\n").expect("220 ");
                client.say("XCLIENT ADDR=203.0.113.1", "220 ").say("EHLO a.test", "250 ");
                client.mail("a@x.test", "b@y.test");
                SmtpClient seen = server.takeMail().client();
                assertThat(seen.ip()).isEqualTo("203.0.113.1");
                assertThat(seen.peer().getPort()).isEqualTo(client.localPort());
                assertThat(seen.proxy().orElseThrow().details())
                        .containsEntry("PROTOCOL", "TCP4")
                        .containsEntry("ADDR", "203.0.113.1");
                assertThat(seen.proxy().orElseThrow().destination()).isPresent();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ADDR=192.0.2.7 | 192.0.2.7",
                "addr=192.0.2.7 | 192.0.2.7",
                "ADDR=IPV6:2001:db8::7 | 2001:db8::7",
                "ADDR=ipv6:2001:db8::7 | 2001:db8::7",
                "ADDR=IPv6+3A2001+3Adb8+3A+3A7 | 2001:db8::7",
                "ADDR=[UNAVAILABLE] | 127.0.0.1",
                "ADDR=[unavailable] | 127.0.0.1",
                "ADDR=+5BUNAVAILABLE+5D | 127.0.0.1",
                "NAME=spike.test | 127.0.0.1",
            })
    void anAddressIsReadAsItIsWritten(String attributes, String ip) {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").say("XCLIENT " + attributes, "220 ");
            assertThat(seen(server).ip()).isEqualTo(ip);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NAME=[UNAVAILABLE] | NAME | [UNAVAILABLE]",
                "NAME=[TEMPUNAVAIL] | NAME | [TEMPUNAVAIL]",
                "NAME=[tempunavail] | NAME | [tempunavail]",
                "REVERSE_NAME=spike.test | REVERSE_NAME | spike.test",
                "PORT=[UNAVAILABLE] | PORT | [UNAVAILABLE]",
                "HELO=two+20words+3D1 | HELO | two words=1",
                "LOGIN=j+C3+B6rg+40x.test | LOGIN | jörg@x.test",
                "PROTO=esmtp | PROTO | esmtp",
            })
    void aValueIsDecodedAndKept(String attribute, String name, String value) {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").say("XCLIENT " + attribute, "220 ");
            assertThat(seen(server).proxy().orElseThrow().details()).isEqualTo(Map.of(name, value));
        }
    }

    @Test
    void aLoginIsALogin() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .xclient("127.0.0.1")
                .auth(AuthPolicy.users(Map.of("ann", "secret")).required())
                .build()
                .start()) {
            server.script(on(MAIL_FROM).user("eve").reply(550, "5.7.1 Not you").always());
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("XCLIENT LOGIN=bob", "220 ")
                        .say("EHLO a.test", "250 ")
                        .mail("a@x.test", "b@y.test");
                assertThat(server.takeMail().client().authentication())
                        .contains(new Authentication("XCLIENT", "bob", ""));
                client.say("XCLIENT LOGIN=eve", "220 ").say("EHLO a.test", "250 ");
                client.say("MAIL FROM:<a@x.test>", "550 ");
                client.say("XCLIENT LOGIN=[UNAVAILABLE]", "220 ").say("EHLO a.test", "250 ");
                client.say("MAIL FROM:<a@x.test>", "530 ");
            }
        }
    }

    /** What the last XCLIENT said of HELO and PROTO holds; what it did not say is forgotten. */
    @Test
    void heloAndProtoStandForTheGreeting() {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("XCLIENT ADDR=192.0.2.7 NAME=spike.test", "220 ");
            client.say("XCLIENT HELO=spike.test PROTO=ESMTP", "220 ");
            client.mail("a@x.test", "b@y.test");
            CapturedMail mail = server.takeMail();
            assertThat(mail.client().heloName()).contains("spike.test");
            assertThat(mail.client().extended()).isTrue();
            assertThat(mail.client().ip()).isEqualTo("192.0.2.7");
            assertThat(mail.client().proxy().orElseThrow().details().keySet())
                    .containsExactly("ADDR", "NAME", "HELO", "PROTO");

            client.say("XCLIENT HELO=old.test PROTO=SMTP", "220 ").say("MAIL FROM:<a@x.test> SIZE=1", "555 ");
            client.say("XCLIENT PORT=7", "220 ").say("MAIL FROM:<a@x.test>", "503 5.5.1 Say EHLO");
            assertThat(seen(server).address().getPort()).isEqualTo(7);
            client.say("XCLIENT ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE]", "220 ");
            assertThat(seen(server).address()).isEqualTo(seen(server).peer());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ADDR",
                "=192.0.2.7",
                "ADDR=",
                "ADDR=spike.test",
                "ADDR=[192.0.2.7]",
                "ADDR=192.0.2.256",
                "ADDR=192.0.2.0/24",
                "ADDR=!192.0.2.7",
                "ADDR=2001:db8::7",
                "ADDR=IPV6:192.0.2.7",
                "ADDR=[TEMPUNAVAIL]",
                "PORT=65536",
                "PORT=-1",
                "PORT=x",
                "DESTADDR=here",
                "DESTPORT=there",
                "PROTO=LMTP",
                "NAME=",
                "NAME=two+20words",
                "NAME=a+0Db",
                "HELO=a+00b",
                "HELO=a+",
                "HELO=a+4",
                "HELO=a+4G",
                "COLOUR=blue",
                "NAME=a.test COLOUR=blue",
                "NAME=a.test ADDR",
            })
    void whatIsNotInOrderIsRefusedWhole(String attributes) {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("XCLIENT " + attributes, "501 5.5.4 ");
            assertThat(seen(server).proxy()).isEmpty();
            client.mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void namesHave255CharactersAtMost() {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("XCLIENT HELO=" + "x".repeat(255) + " NAME=" + "y".repeat(255), "220 ");
            client.say("XCLIENT HELO=" + "x".repeat(256), "501 ").say("XCLIENT NAME=" + "x".repeat(256), "501 ");
        }
    }

    @Test
    void itIsNotTakenInATransaction() {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("XCLIENT ADDR=192.0.2.7", "503 5.5.1 ");
            client.say("RSET", "250 ").say("XCLIENT ADDR=192.0.2.7", "220 ");
        }
    }

    @Test
    void itMayBePipelined() {
        try (FakeSmtpServer server = trusting();
                WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").sendRaw("EHLO a.test\r\nXCLIENT ADDR=192.0.2.7\r\nEHLO b.test\r\nNOOP\r\n");
            client.expect("250 ").expect("220 ").expect("250 ").expect("250 ");
        }
    }

    @Test
    void rulesForTheConnectionAreAskedOfWhoIsSpokenFor() {
        try (FakeSmtpServer server = trusting()) {
            server.script(on(CONNECT)
                    .client("192.0.2.0/24")
                    .reply(554, "5.7.1 Not you")
                    .always());
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("XCLIENT ADDR=192.0.2.7", "554 5.7.1 Not you").say("EHLO a.test", "503 5.5.1 This service");
                client.say("XCLIENT ADDR=192.0.2.7", "503 ").say("QUIT", "221 ");
            }
            assertThat(server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.stage()).isEqualTo(CONNECT);
                assertThat(attempt.client().ip()).isEqualTo("192.0.2.7");
            });
        }
    }

    @Test
    void theLimitOnConnectionsIsOfWhoIsSpokenFor() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .xclient("127.0.0.1")
                .maxConnectionsPerClient(1)
                .build()
                .start()) {
            try (WireDialogue first = WireDialogue.greeted(server)) {
                first.say("XCLIENT ADDR=192.0.2.7", "220 ");
                try (WireDialogue second = WireDialogue.greeted(server)) {
                    second.say("XCLIENT ADDR=192.0.2.7", "421 4.7.0 Too many connections from your address")
                            .expectEnd();
                }
                try (WireDialogue third = WireDialogue.greeted(server)) {
                    third.say("XCLIENT ADDR=192.0.2.8", "220 ");
                }
            }
        }
    }

    @Test
    void rulesMayHideItAndTlsStays() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .xclient("127.0.0.1")
                        .startTls()
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(server)) {
            server.script(on(EHLO).hide("XCLIENT").once());
            List<String> offered = client.expect("220 ").send("EHLO a.test").reply();
            assertThat(offered).noneMatch(line -> line.contains("XCLIENT")).anyMatch(line -> line.contains("STARTTLS"));
            client.say("STARTTLS", "220 ").handshake(server.tls().sslContext()).say("EHLO a.test", "250 ");
            client.say("XCLIENT ADDR=192.0.2.7", "220 ");
            offered = client.send("EHLO a.test").reply();
            assertThat(offered).noneMatch(line -> line.contains("STARTTLS")).anyMatch(line -> line.contains("XCLIENT"));
            client.mail("a@x.test", "b@y.test");
            assertThat(server.takeMail().client().tls()).isPresent();
        }
    }
}
