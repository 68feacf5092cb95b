package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.LintFinding;
import dev.restante.Matching;
import dev.restante.ProxyHeader;
import dev.restante.ProxyInfo;
import dev.restante.Replay;
import dev.restante.SmtpClient;
import dev.restante.SmtpSession;
import dev.restante.WireDialogue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol, versions 1 and 2, octet by octet. */
@Timeout(60)
class ProxyProtocolTest {
    private static final String V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 50312 25\r\n";
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final byte[] TCP4 = HexFormat.of().parseHex("c0000207" + "c6336401" + "c488" + "0019");
    private static final byte[] TCP6 = HexFormat.of()
            .parseHex("20010db8000000000000000000000007" + "20010db8000000000000000000000001" + "c488" + "0019");

    private static FakeSmtpServer.Builder behindProxy() {
        return FakeSmtpServer.builder().proxyProtocol("127.0.0.0/8");
    }

    private static FakeSmtpServer started() {
        return behindProxy().build().start();
    }

    /** A header of version 2; {@code command} is 0 for LOCAL and 1 for PROXY. */
    private static byte[] v2(int command, int family, byte[]... parts) {
        byte[] rest = joined(parts);
        return joined(
                SIGNATURE,
                new byte[] {(byte) (0x20 | command), (byte) family, (byte) (rest.length >> 8), (byte) rest.length},
                rest);
    }

    private static byte[] field(int type, byte[]... parts) {
        byte[] value = joined(parts);
        return joined(new byte[] {(byte) type, (byte) (value.length >> 8), (byte) value.length}, value);
    }

    private static byte[] field(int type, String text) {
        return field(type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Stream.of(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    // ---- headers in order

    @Test
    void theClientOfALineOfTextIsTheClientOfAllEvidence() {
        try (FakeSmtpServer server = started()) {
            int peerPort;
            try (WireDialogue client = WireDialogue.with(server).sendRaw(V1)) {
                peerPort = client.localPort();
                client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
                client.say("QUIT", "221 ").expectEnd();
            }
            CapturedMail mail = server.takeMail();
            assertThat(mail.client().ip()).isEqualTo("192.0.2.7");
            assertThat(mail.client().address().getPort()).isEqualTo(50312);
            assertThat(mail.client().peer().getPort()).isEqualTo(peerPort);
            assertThat(mail.client().proxy()).get().satisfies(proxy -> {
                assertThat(proxy.source()).isEqualTo(ProxyInfo.Source.PROXY_V1);
                assertThat(proxy.peer().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
                assertThat(proxy.destination()).get().satisfies(destination -> {
                    assertThat(destination.getAddress().getHostAddress()).isEqualTo("198.51.100.1");
                    assertThat(destination.getPort()).isEqualTo(25);
                });
                assertThat(proxy.details()).containsEntry("PROTOCOL", "TCP4").containsEntry("COMMAND", "PROXY");
            });
            SmtpSession session = server.sessions().get(0);
            assertThat(session.client()).isEqualTo(mail.client());
            assertThat(session.transcript().notes())
                    .containsExactly("the connection is one of 192.0.2.7:50312 (PROXY_V1 by 127.0.0.1:" + peerPort
                            + "): PROXY TCP4 192.0.2.7 198.51.100.1 50312 25");
            assertThat(server.attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.client().ip()).isEqualTo("192.0.2.7"));
        }
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                Arguments.of(
                        "PROXY TCP4 192.0.2.7 198.51.100.1 50312 25\r\n".getBytes(StandardCharsets.US_ASCII),
                        "192.0.2.7"),
                Arguments.of(
                        "PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n".getBytes(StandardCharsets.US_ASCII),
                        "255.255.255.255"),
                Arguments.of(
                        "PROXY TCP6 2001:db8::7 2001:db8::1 50312 25\r\n".getBytes(StandardCharsets.US_ASCII),
                        "2001:db8::7"),
                // The longest line there is.
                Arguments.of(
                        ("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                                        + " 65535 65535\r\n")
                                .getBytes(StandardCharsets.US_ASCII),
                        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
                Arguments.of("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII), "127.0.0.1"),
                Arguments.of(
                        ("PROXY UNKNOWN " + "f".repeat(91) + "\r\n").getBytes(StandardCharsets.US_ASCII), "127.0.0.1"),
                Arguments.of(v2(1, 0x11, TCP4), "192.0.2.7"),
                Arguments.of(v2(1, 0x21, TCP6), "2001:db8::7"),
                Arguments.of(v2(1, 0x00), "127.0.0.1"),
                Arguments.of(v2(1, 0x00, field(0x04, "")), "127.0.0.1"),
                Arguments.of(v2(1, 0x12, TCP4), "127.0.0.1"),
                Arguments.of(v2(1, 0x22, TCP6), "127.0.0.1"),
                Arguments.of(v2(1, 0x31, new byte[216]), "127.0.0.1"),
                Arguments.of(v2(1, 0x32, new byte[216]), "127.0.0.1"),
                Arguments.of(v2(0, 0x00), "127.0.0.1"),
                // What a proxy says of itself is to be passed over, whatever it is.
                Arguments.of(v2(0, 0x11, TCP4), "127.0.0.1"),
                Arguments.of(v2(0, 0x7f, new byte[] {1, 2, 3}), "127.0.0.1"),
                Arguments.of(v2(1, 0x11, TCP4, field(0x04, new byte[16_384 - 16 - 12 - 3])), "192.0.2.7"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aHeaderInOrderIsTakenWhole(byte[] header, String ip) {
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw(header).expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
            SmtpClient seen = server.takeMail().client();
            assertThat(seen.ip()).isEqualTo(ip);
            assertThat(seen.proxy()).isPresent();
            assertThat(seen.peer().getPort()).isEqualTo(client.localPort());
        }
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aHeaderThatComesOctetByOctetIsTheSame(byte[] header, String ip) {
        // The long one is left to come in pieces of its own making.
        int step = Math.max(1, header.length / 64);
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.with(server)) {
            for (int at = 0; at < header.length; at += step) {
                client.sendRaw(HexFormat.of()
                        .parseHex(HexFormat.of().formatHex(header, at, Math.min(header.length, at + step))));
            }
            client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
            assertThat(server.takeMail().client().ip()).isEqualTo(ip);
        }
    }

    @Test
    void whatComesWithTheHeaderIsHeard() {
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw(V1 + "EHLO app.test\r\nNOOP\r\n")
                    .expect("220 ")
                    .expect("250 ")
                    .expect("250 ");
            client.mail("a@x.test", "b@y.test");
            assertThat(server.takeMail().client().heloName()).contains("app.test");
        }
    }

    @Test
    void theFieldsOfVersion2AreKept() {
        byte[] ssl = field(
                0x20,
                new byte[] {0x07, 0, 0, 0, 0},
                field(0x21, "TLSv1.3"),
                field(0x22, "ann"),
                field(0x23, "TLS_AES_256_GCM_SHA384"),
                field(0x24, "ECDSA-SHA256"),
                field(0x25, "EC256"),
                field(0x2f, "?"));
        byte[] header = v2(
                1,
                0x11,
                TCP4,
                field(0x01, "smtp"),
                field(0x02, "mx.test"),
                field(0x04, "padding"),
                field(0x05, new byte[] {1, 2, (byte) 0xfe}),
                ssl,
                field(0x30, "blue"),
                field(0xE0, "own"));
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw(header).expect("220 ");
            ProxyInfo proxy = server.sessions().get(0).client().proxy().orElseThrow();
            assertThat(proxy.source()).isEqualTo(ProxyInfo.Source.PROXY_V2);
            assertThat(proxy.details().toString())
                    .isEqualTo("{COMMAND=PROXY, PROTOCOL=TCP4, ALPN=smtp, AUTHORITY=mx.test, UNIQUE_ID=0102fe,"
                            + " SSL_CLIENT=SSL,CERT_CONN,CERT_SESS, SSL_VERIFY=0, SSL_VERSION=TLSv1.3, SSL_CN=ann,"
                            + " SSL_CIPHER=TLS_AES_256_GCM_SHA384, SSL_SIG_ALG=ECDSA-SHA256, SSL_KEY_ALG=EC256,"
                            + " SSL_0x2F=3f, NETNS=blue, 0xE0=6f776e}");
            client.say("EHLO client.test", "250 ").say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ");
            assertThat(server.sessions().get(0).lint())
                    .as("the client's own leg was TLS")
                    .extracting(LintFinding::severity, LintFinding::message)
                    .containsExactly(tuple(
                            LintFinding.Severity.NOTE,
                            "A password or token was sent outside of TLS, behind a proxy that ended the TLS."));
        }
    }

    @Test
    void aChecksumIsChecked() {
        byte[] header = v2(1, 0x11, TCP4, field(0x03, new byte[4]), field(0x02, "mx.test"));
        CRC32C checksum = new CRC32C();
        checksum.update(header);
        ByteBuffer.wrap(header).putInt(16 + 12 + 3, (int) checksum.getValue());
        try (FakeSmtpServer server = started()) {
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(header).expect("220 ");
            }
            header[17] ^= 1;
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(header)
                        .expect("421 4.7.0 PROXY header is not in order: its CRC32C is wrong")
                        .expectEnd();
            }
        }
    }

    // ---- headers not in order

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("PROXY TCP5 192.0.2.7 198.51.100.1 50312 25\r\n", "protocol is none of"),
                Arguments.of("PROXY tcp4 192.0.2.7 198.51.100.1 50312 25\r\n", "protocol is none of"),
                Arguments.of("PROXY \r\n", "protocol is none of"),
                Arguments.of("PROXY TCP4 192.0.2.7 198.51.100.1 50312\r\n", "two addresses and two ports"),
                Arguments.of("PROXY TCP4  192.0.2.7 198.51.100.1 50312 25\r\n", "two addresses and two ports"),
                Arguments.of("PROXY TCP4 192.0.2.7 198.51.100.1 50312 25 \r\n", "two addresses and two ports"),
                Arguments.of("PROXY TCP4 192.0.2.256 198.51.100.1 50312 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 192.0.2 198.51.100.1 50312 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 192.0.2.0/24 198.51.100.1 50312 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 !192.0.2.7 198.51.100.1 50312 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 app.test 198.51.100.1 50312 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 2001:db8::7 2001:db8::1 50312 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP6 192.0.2.7 198.51.100.1 50312 25\r\n", "none of TCP6"),
                Arguments.of("PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 192.0.2.7 198.51.100.1 050 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 192.0.2.7 198.51.100.1 -1 25\r\n", "none of TCP4"),
                Arguments.of("PROXY TCP4 192.0.2.7 198.51.100.1 50312 25\n" + "x".repeat(80), "no CRLF within 107"),
                Arguments.of("PROXY UNKNOWN " + "f".repeat(92) + "\r\n", "no CRLF within 107"),
                Arguments.of(latin1(v2(2, 0x11, TCP4)), "version and command 0x22 are not known"),
                Arguments.of(latin1(v2(0x10, 0x11, TCP4)), "version and command 0x30 are not known"),
                Arguments.of(latin1(v2(1, 0x13, TCP4)), "protocol 0x13 are not known"),
                Arguments.of(latin1(v2(1, 0x41, TCP4)), "protocol 0x41 are not known"),
                Arguments.of(latin1(v2(1, 0x11, new byte[11])), "too short for the addresses of TCP4"),
                Arguments.of(latin1(v2(1, 0x21, TCP4)), "too short for the addresses of TCP6"),
                Arguments.of(latin1(v2(1, 0x31, new byte[215])), "too short for the addresses of UNIX_STREAM"),
                Arguments.of(latin1(v2(1, 0x11, TCP4, new byte[] {1})), "field 0x01 goes beyond the end"),
                Arguments.of(latin1(v2(1, 0x11, TCP4, new byte[] {1, 0, 2, 'x'})), "field 0x01 goes beyond the end"),
                Arguments.of(latin1(v2(1, 0x11, TCP4, field(0x20, new byte[4]))), "SSL field is too short"),
                Arguments.of(
                        latin1(v2(
                                1,
                                0x11,
                                TCP4,
                                field(0x20, new byte[] {1, 0, 0, 0, 0, 0x21, 0, 9}),
                                field(4, "123456789"))),
                        "field 0x21 goes beyond the end"),
                Arguments.of(latin1(v2(1, 0x11, TCP4, field(0x05, new byte[129]))), "unique id has more than 128"),
                Arguments.of(latin1(v2(1, 0x11, TCP4, field(0x03, new byte[3]))), "CRC32C is wrong"),
                Arguments.of(latin1(v2(1, 0x11, TCP4, field(0x03, new byte[4]))), "CRC32C is wrong"),
                Arguments.of(
                        latin1(v2(1, 0x11, TCP4, field(0x04, new byte[16_384 - 16 - 12 - 2]))),
                        "it has 16385 octets, more than 16384"));
    }

    private static String latin1(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aHeaderNotInOrderIsRefusedAndNoted(String header, String why) {
        try (FakeSmtpServer server = started()) {
            try (WireDialogue client = WireDialogue.with(server)) {
                List<String> reply = client.sendRaw(header.getBytes(StandardCharsets.ISO_8859_1))
                        .reply();
                assertThat(reply)
                        .singleElement()
                        .asString()
                        .startsWith("421 4.7.0 PROXY header is not in order: ")
                        .contains(why);
                client.expectEnd();
            }
            SmtpSession session = server.sessions().get(0);
            assertThat(session.transcript().notes()).singleElement().asString().contains(why);
            assertThat(session.client().proxy()).isEmpty();
            assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
            assertThat(server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.stage()).isEqualTo(CONNECT);
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
                assertThat(attempt.reason())
                        .hasValueSatisfying(reason -> assertThat(reason).contains(why));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO app.test\r\n", "P\r\n", "PROXX TCP4", "\r\n\r\n\0\r\nQUIX", "\026\003\001"})
    void whoSendsSomethingElseIsRefusedAtOnce(String text) {
        try (FakeSmtpServer server = started()) {
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(text)
                        .expect("421 4.7.0 PROXY header must come first")
                        .expectEnd();
            }
            assertThat(server.sessions().get(0).transcript().notes())
                    .containsExactly("refused: PROXY header must come first");
        }
    }

    @Test
    void whoSendsNothingIsRefusedInTime() {
        try (FakeSmtpServer server = behindProxy()
                .proxyHeaderTimeout(Duration.ofMillis(50))
                .smtpsPort(0)
                .build()
                .start()) {
            try (WireDialogue client = WireDialogue.with(server)) {
                client.expect("421 4.7.0 PROXY header did not come in time").expectEnd();
            }
            // In plain text nobody would understand it there.
            try (WireDialogue client = WireDialogue.with(server.host(), server.smtpsPort())) {
                client.expectEnd();
            }
            assertThat(server.attempts())
                    .extracting(Attempt::stage)
                    .containsOnly(CONNECT)
                    .hasSize(2);
        }
    }

    @Test
    void whoFallsSilentAmidItsHeaderIsRefusedInTime() {
        try (FakeSmtpServer server = behindProxy()
                        .proxyHeaderTimeout(Duration.ofSeconds(2))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw("PROXY TC")
                    .expect("421 4.7.0 PROXY header broke off after 8 octets")
                    .expectEnd();
        }
    }

    /** The time is that of the whole header, however many octets come one by one. */
    @Test
    void aHeaderThatDribblesInIsGivenUpAsAWhole() {
        try (FakeSmtpServer server = behindProxy()
                        .proxyHeaderTimeout(Duration.ofMillis(300))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw("PROXY TCP4 1");
            for (int i = 0; i < 4; i++) {
                Eventually.isTrue("a moment has passed", after(100));
                client.sendRaw("9");
            }
            client.expect("421 4.7.0 PROXY header ");
        }
    }

    private static BooleanSupplier after(int millis) {
        long until = System.nanoTime() + millis * 1_000_000L;
        return () -> System.nanoTime() - until >= 0;
    }

    @Test
    void whoLeavesBeforeItsHeaderIsNoAttempt() {
        try (FakeSmtpServer server = started()) {
            WireDialogue.with(server).close();
            WireDialogue.with(server).sendRaw("PROXY TCP4").close();
            Eventually.isTrue(
                    "both have ended",
                    () -> server.sessions().stream().noneMatch(SmtpSession::isOpen)
                            && server.sessions().size() == 2);
            assertThat(server.sessions())
                    .flatExtracting(session -> session.transcript().notes())
                    .containsExactlyInAnyOrder(
                            "the input ended before a PROXY header came",
                            "the input ended amid a PROXY header, after 10 octets");
            assertThat(server.attempts()).isEmpty();
        }
    }

    @Test
    void closingDoesNotWaitForAHeader() {
        FakeSmtpServer server =
                behindProxy().proxyHeaderTimeout(Duration.ofMinutes(5)).build().start();
        try (WireDialogue plain = WireDialogue.with(server)) {
            Eventually.isTrue("it is there", () -> server.openConnections() == 1);
            server.close();
            plain.expectEnd();
        }
        assertThat(server.sessions())
                .extracting(SmtpSession::outcome)
                .containsExactly(SmtpSession.Outcome.SERVER_STOPPED);
    }

    // ---- whose header is read

    @Test
    void whoIsNotTrustedSpeaksForItself() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .proxyProtocol("10.0.0.0/8", "::1")
                .build()
                .start()) {
            try (WireDialogue client = WireDialogue.with(server)) {
                client.expect("220 ")
                        .say(V1.strip(), "500 5.5.1 ")
                        .say("EHLO app.test", "250 ")
                        .mail("a@x.test", "b@y.test");
            }
            CapturedMail mail = server.takeMail();
            assertThat(mail.client().ip()).isEqualTo("127.0.0.1");
            assertThat(mail.client().proxy()).isEmpty();
            assertThat(server.sessions().get(0).transcript().notes())
                    .containsExactly("127.0.0.1 is not trusted with a PROXY header: see proxyProtocol(...)");
        }
    }

    @Test
    void whereNobodyIsTrustedALineOfTextIsNoCommand() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ")
                    .say(V1.strip(), "500 5.5.1 Command not recognized")
                    .say("NOOP", "250 ");
        }
    }

    @Test
    void whatIsNoNetworkIsRefused() {
        assertThatThrownBy(() -> FakeSmtpServer.builder().proxyProtocol("127.0.0.1", "localhost"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"localhost\" is no network");
    }

    private static FakeSmtpServer notDemanding(Duration timeout) {
        return FakeSmtpServer.builder()
                .proxyProtocol(ProxyHeader.OPTIONAL, "127.0.0.0/8")
                .proxyHeaderTimeout(timeout)
                .smtpsPort(0)
                .build()
                .start();
    }

    @Test
    void whereAHeaderNeedNotComeWhoWaitsIsGreetedAllTheSame() {
        try (FakeSmtpServer server = notDemanding(Duration.ofMillis(50));
                WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").say("EHLO waits.test", "250 ").mail("a@x.test", "b@y.test");
            assertThat(server.takeMail().client().proxy()).isEmpty();
        }
    }

    @Test
    void whereAHeaderNeedNotComeWhoSpeaksFirstNeedNotWait() {
        try (FakeSmtpServer server = notDemanding(Duration.ofMinutes(5))) {
            try (WireDialogue client = WireDialogue.with(server)) {
                client.send("EHLO hasty.test").expect("220 ").expect("250 ").mail("a@x.test", "b@y.test");
            }
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(V1)
                        .expect("220 ")
                        .say("EHLO proxied.test", "250 ")
                        .mail("a@x.test", "b@y.test");
            }
            // What was read of a TLS handshake to see that it is no header is not lost.
            try (WireDialogue client = WireDialogue.overTls(server)) {
                client.expect("220 ").say("EHLO secure.test", "250 ").mail("a@x.test", "b@y.test");
            }
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw("PROXY NONSENSE\r\n")
                        .expect("421 4.7.0 PROXY header is not in order")
                        .expectEnd();
            }
            assertThat(server.awaitMails(3))
                    .extracting(mail -> mail.client().heloName().orElse("") + " "
                            + mail.client().ip())
                    .containsExactly("hasty.test 127.0.0.1", "proxied.test 192.0.2.7", "secure.test 127.0.0.1");
        }
    }

    /** The handshake's first octets were read to see that they are no header. */
    @Test
    void handshakesBreakOffAsRulesSayWhereAHeaderNeedNotCome() {
        try (FakeSmtpServer server = notDemanding(Duration.ofMinutes(5))) {
            server.script(
                    on(TLS_HANDSHAKE).cutHandshake().once(),
                    on(TLS_HANDSHAKE).cutHandshakeAfterServerHello().once(),
                    on(TLS_HANDSHAKE).goOnInPlainText().once());
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> WireDialogue.overTls(server)).hasMessageContaining("The TLS handshake failed");
            }
            WireDialogue.overTls(server).expect("220 ").close();
            assertThat(server.unfired()).isEmpty();
        }
    }

    // ---- with the rest

    @Test
    void theHeaderComesBeforeTls() {
        try (FakeSmtpServer server =
                behindProxy().smtpsPort(0).startTls().build().start()) {
            try (WireDialogue client = WireDialogue.with(server.host(), server.smtpsPort())) {
                client.sendRaw(v2(1, 0x11, TCP4)).handshake(server.tls().sslContext());
                client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
            }
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(v2(1, 0x11, TCP4)).expect("220 ").say("EHLO app.test", "250 ");
                client.say("STARTTLS", "220 ").handshake(server.tls().sslContext());
                client.say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
            }
            assertThat(server.awaitMails(2)).allSatisfy(mail -> {
                assertThat(mail.client().ip()).isEqualTo("192.0.2.7");
                assertThat(mail.client().tls()).isPresent();
            });
        }
    }

    @Test
    void rulesSeeTheClientAndNotItsProxy() {
        try (FakeSmtpServer server = started()) {
            server.script(
                    on(CONNECT)
                            .client("192.0.2.0/24")
                            .reply(220, "hello {client}")
                            .once(),
                    on(CONNECT)
                            .client("198.51.100.9")
                            .reply(554, "5.7.1 Not you")
                            .always(),
                    on(MAIL_FROM)
                            .client("127.0.0.0/8")
                            .reply(550, "5.7.1 Not the proxy")
                            .always());
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(V1)
                        .expect("220 hello 192.0.2.7")
                        .say("EHLO app.test", "250 ")
                        .mail("a@x.test", "b@y.test");
            }
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw("PROXY TCP4 198.51.100.9 198.51.100.1 50312 25\r\n")
                        .expect("554 5.7.1 Not you");
            }
            assertThat(server.takeMail(Matching.from("a@x.test")).client().ip()).isEqualTo("192.0.2.7");
        }
    }

    @Test
    void aClientsConnectionsAreCountedAcrossItsProxies() {
        try (FakeSmtpServer server =
                behindProxy().maxConnectionsPerClient(1).build().start()) {
            try (WireDialogue first = WireDialogue.with(server).sendRaw(V1).expect("220 ")) {
                try (WireDialogue second = WireDialogue.with(server)) {
                    second.sendRaw(V1)
                            .expect("421 4.7.0 Too many connections from your address")
                            .expectEnd();
                }
                try (WireDialogue other = WireDialogue.with(server)) {
                    other.sendRaw(V1.replace("192.0.2.7", "192.0.2.8")).expect("220 ");
                    first.say("QUIT", "221 ").expectEnd();
                    try (WireDialogue third = WireDialogue.with(server)) {
                        third.sendRaw(V1).expect("220 ");
                    }
                }
            }
        }
    }

    /** Who has not said yet whom it speaks for takes no place from those who have. */
    @Test
    void whoIsStillToSendItsHeaderTakesNoPlace() {
        try (FakeSmtpServer server = behindProxy().maxConnections(1).build().start();
                WireDialogue silent = WireDialogue.with(server)) {
            Eventually.isTrue("it is there", () -> server.openConnections() == 1);
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(V1).expect("220 ");
                silent.sendRaw(V1).expect("421 4.3.2 Too many connections");
            }
        }
    }

    @Test
    void aSessionBehindAProxyCanBeReplayed() {
        try (FakeSmtpServer server = started()) {
            server.script(on(MAIL_FROM).reply(451, "4.3.0 No").once());
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw(V1).expect("220 ").say("EHLO a.test", "250 ").say("MAIL FROM:<a@x.test>", "451 ");
                client.say("QUIT", "221 ").expectEnd();
            }
            assertThat(Replay.of(server.sessions().get(0)))
                    .extracting(rule -> rule.stage().name())
                    .containsExactly("CONNECT", "EHLO", "MAIL_FROM", "QUIT");
        }
    }

    @Test
    void aResetForgetsNothingOfTheClient() {
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw(V1).expect("220 ").say("EHLO app.test", "250 ");
            server.reset();
            client.say("NOOP", "250 ");
            assertThat(server.sessions())
                    .singleElement()
                    .satisfies(session -> assertThat(session.client().ip()).isEqualTo("192.0.2.7"));
        }
    }
}
