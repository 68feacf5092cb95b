package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.Rule;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.Transcript.Kind;
import dev.restante.WireDialogue;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** STARTTLS (RFC 3207) and SMTPS, and what clients need to trust the server. */
@Timeout(60)
class TlsTest {
    private final FakeSmtpServer server = FakeSmtpServer.builder()
            .startTls()
            .smtpsPort(0)
            .handshakeTimeout(Duration.ofSeconds(20))
            .build()
            .start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void startTlsGoesOnInsideAndForgetsWhatWasSaid() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("STARTTLS now", "501 5.5.4 ");
            client.say("STARTTLS", "220 2.0.0 ").handshake(server.tls().sslContext());
            client.say("RCPT TO:<b@y.test>", "503 ").say("MAIL FROM:<a@x.test>", "503 5.5.1 Say EHLO");
            client.say("EHLO again.test", "250 ").say("STARTTLS", "503 5.5.1 TLS is already active");
            client.mail("a@x.test", "b@y.test").say("QUIT", "221 ").expectEnd();
        }
        CapturedMail mail = server.takeMail();
        assertThat(mail.client().tls()).get().satisfies(tls -> {
            assertThat(tls.protocol()).isEqualTo("TLSv1.3");
            assertThat(tls.cipherSuite()).startsWith("TLS_");
            assertThat(tls.serverName()).contains("mx.test");
            assertThat(tls.implicit()).isFalse();
        });
        assertThat(mail.client().heloName()).contains("again.test");
        assertThat(server.sessions().get(0).transcript().entries())
                .filteredOn(entry -> entry.kind() == Kind.TLS)
                .hasSize(1);
    }

    @Test
    void smtpsIsInsideFromTheFirstOctet() {
        try (WireDialogue client = WireDialogue.overTls(server)) {
            client.expect("220 ").say("EHLO client.test", "250 ").mail("a@x.test", "b@y.test");
        }
        CapturedMail mail = server.takeMail();
        assertThat(mail.client().tls())
                .get()
                .satisfies(tls -> assertThat(tls.implicit()).isTrue());
        assertThat(mail.session()).get().satisfies(session -> {
            assertThat(session.listener()).isEqualTo("SMTPS");
            assertThat(session.serverPort()).isEqualTo(server.smtpsPort());
        });
    }

    /** CVE-2011-0411: what was sent ahead in plain text must not be run inside TLS. */
    @Test
    void plainTextSentAheadIsDiscardedAndNoted() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.sendRaw("STARTTLS\r\nMAIL FROM:<evil@x.test>\r\n").expect("220 ");
            client.handshake(server.tls().sslContext())
                    .say("EHLO client.test", "250 ")
                    .mail("a@x.test", "b@y.test");
        }
        assertThat(server.takeMail().envelope().sender().address()).isEqualTo("a@x.test");
        assertThat(server.sessions().get(0).transcript().notes())
                .contains("25 octets that were sent ahead of the TLS handshake were discarded");
    }

    @Test
    void aHandshakeThatFailsIsEvidence() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("STARTTLS", "220 ").sendRaw("this is no TLS record\r\n");
            // The server answers with an alert and closes; how a plain client reads that is its own affair.
            client.nextRead();
        }
        SmtpSession session = awaitEnd();
        assertThat(session.transcript().notes()).singleElement().asString().startsWith("TLS handshake failed: ");
        assertThat(server.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.stage()).isEqualTo(Stage.TLS_HANDSHAKE);
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
        });
    }

    private SmtpSession awaitEnd() {
        while (server.sessions().get(0).isOpen()) {
            Thread.onSpinWait();
        }
        return server.sessions().get(0);
    }

    static Stream<Arguments> badCertificates() {
        return Stream.of(
                Arguments.of(on(TLS_HANDSHAKE).expiredCertificate().once(), "CertificateExpired"),
                Arguments.of(on(TLS_HANDSHAKE).untrustedCertificate().once(), "PKIX path"),
                Arguments.of(on(TLS_HANDSHAKE).cutHandshake().once(), ""));
    }

    @ParameterizedTest
    @MethodSource("badCertificates")
    void faultsOfTheHandshakeAreSeenByAClientThatVerifies(Rule rule, String cause) {
        server.script(rule);
        assertThatThrownBy(() -> WireDialogue.overTls(server)).hasStackTraceContaining(cause);
        try (WireDialogue client = WireDialogue.overTls(server)) {
            client.expect("220 ");
        }
        assertThat(server.unfired()).isEmpty();
        assertThat(server.attempts().get(0).rules()).containsExactly(rule.name());
    }

    @Test
    void aWrongHostIsSeenByAClientThatChecksNames() throws Exception {
        server.script(on(TLS_HANDSHAKE).wrongHostCertificate().once());
        try (SSLSocket socket = (SSLSocket)
                server.tls().sslContext().getSocketFactory().createSocket(server.host(), server.smtpsPort())) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            assertThat(shown.getSubjectX500Principal().getName()).isEqualTo("CN=wrong-host.invalid");
        }
    }

    @Test
    void aServerThatIsClosedDoesNotBlameTheClientWhoseHandshakeWasUnderWay() {
        for (boolean implicit : new boolean[] {true, false}) {
            FakeSmtpServer closing =
                    FakeSmtpServer.builder().startTls().smtpsPort(0).build().start();
            try (WireDialogue client = implicit
                    ? WireDialogue.with(closing.host(), closing.smtpsPort())
                    : WireDialogue.greeted(closing).say("STARTTLS", "220 ")) {
                Eventually.isTrue(
                        "the session has begun", () -> !closing.sessions().isEmpty());
                closing.close();
                assertThat(closing.sessions().get(0).outcome()).isEqualTo(SmtpSession.Outcome.SERVER_STOPPED);
                assertThat(closing.attempts())
                        .allSatisfy(attempt -> assertThat(attempt.toString()).doesNotContain("the client"));
                assertThat(client).isNotNull();
            }
        }
    }

    @Test
    void aHandshakeThatIsCutAtOnceDoesNotWaitForASilentClient() {
        try (FakeSmtpServer cutting = FakeSmtpServer.builder()
                        .smtpsPort(0)
                        .handshakeTimeout(Duration.ofMillis(100))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(cutting.host(), startedCutting(cutting))) {
            client.expectEnd();
            assertThat(cutting.attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.reason()).contains("a rule cut the TLS handshake"));
        }
    }

    private static int startedCutting(FakeSmtpServer cutting) {
        cutting.script(on(TLS_HANDSHAKE).cutHandshake().once());
        return cutting.smtpsPort();
    }

    @Test
    void whatFailsAfterAResetIsEvidenceOfTheNewSession() {
        try (WireDialogue client = WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
            server.reset();
            client.sendRaw("no TLS at all, but some text\r\n");
            Eventually.isTrue("an attempt", () -> server.attempts().size() == 1);
        }
        assertThat(server.attempts().get(0).stage()).isEqualTo(TLS_HANDSHAKE);
        assertThat(server.sessions()).hasSize(1);
        server.reset();
        try (WireDialogue client = WireDialogue.greeted(server).say("AUTH LOGIN", "334 ")) {
            server.reset();
            client.say("*", "501 ");
            assertThat(server.attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.stage()).isEqualTo(Stage.AUTH));
        }
    }

    @Test
    void theNameThatAFailedHandshakeWasForIsNoted() throws Exception {
        server.script(on(TLS_HANDSHAKE).untrustedCertificate().once());
        try (WireDialogue client = WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
            assertThatThrownBy(() -> client.handshake(server.tls().sslContext()))
                    .hasMessageContaining("failed");
        }
        Eventually.isTrue(
                "the session has ended", () -> !server.sessions().get(0).isOpen());
        assertThat(server.sessions().get(0).transcript().notes())
                .contains("the client asked for mx.test in its TLS handshake");
    }

    @Test
    void tlsOnThePlainPortLeavesOneAttempt() {
        try (WireDialogue client = WireDialogue.with(server).expect("220 ")) {
            for (int i = 0; i < 2; i++) {
                client.sendRaw(new byte[] {22, 3, 1, 0, 2, 1, 1}).expect("500 ");
            }
        }
        assertThat(server.attempts())
                .extracting(Attempt::toString)
                .containsExactly(
                        "#1 REFUSED at TLS_HANDSHAKE, then 500 5.5.1 Plain text is spoken here; no TLS handshake is"
                                + " expected: the client began a TLS handshake where plain SMTP is spoken");
    }

    @Test
    void theAuthorityIsGivenAsPemAsContextAndAsMailProperties() throws Exception {
        X509Certificate authority = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(server.tls().caPem().getBytes(StandardCharsets.US_ASCII)));
        assertThat(authority).isEqualTo(server.tls().caCertificate());
        assertThat(authority.getBasicConstraints()).isZero();

        try (SSLSocket socket = (SSLSocket)
                server.tls().sslContext().getSocketFactory().createSocket(server.host(), server.smtpsPort())) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            shown.verify(authority.getPublicKey());
            assertThat(shown.getSubjectAlternativeNames()).contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"));
        }
        Properties properties = server.tls().mailProperties(true);
        assertThat(properties)
                .containsEntry("mail.smtp.starttls.required", "true")
                .containsKey("mail.smtp.ssl.socketFactory");
    }

    @Test
    void startTlsThatWasNotAskedForIsNotOffered() {
        try (FakeSmtpServer plain = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.with(plain)) {
            client.expect("220 ").send("EHLO client.test");
            assertThat(client.reply()).noneMatch(keyword -> keyword.contains("STARTTLS"));
            client.say("STARTTLS", "502 5.5.1 ");
            assertThatThrownBy(plain::smtpsPort)
                    .hasMessage(
                            "This server has no SMTPS listener. Build it with FakeSmtpServer.builder().smtpsPort(0).");
        }
    }

    /** The time-out is one for the whole handshake, not for each octet of it. */
    @Test
    void aHandshakeThatDripsIsEndedInTime() {
        try (FakeSmtpServer hurried = FakeSmtpServer.builder()
                .smtpsPort(0)
                .handshakeTimeout(Duration.ofMillis(400))
                .build()
                .start()) {
            byte[] hello = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03};
            try (WireDialogue client = WireDialogue.with(hurried.host(), hurried.smtpsPort())) {
                for (int i = 0; hurried.attempts().isEmpty(); i++) {
                    try {
                        client.sendRaw(new byte[] {i < hello.length ? hello[i] : 0x55});
                    } catch (UncheckedIOException | AssertionError closed) {
                        break;
                    }
                    client.expectSilenceOrEnd(50);
                }
            }
            Eventually.isTrue("the handshake is over", () -> !hurried.attempts().isEmpty());
            assertThat(hurried.sessions().get(0).outcome()).isEqualTo(SmtpSession.Outcome.TIMED_OUT);
            assertThat(hurried.sessions().get(0).transcript().notes())
                    .containsExactly("TLS handshake failed: it was not done within 400 ms");
        }
    }
}
