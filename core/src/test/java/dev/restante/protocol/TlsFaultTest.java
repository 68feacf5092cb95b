package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Attempt;
import dev.restante.Budget;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.Replay;
import dev.restante.Rule;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.Step;
import dev.restante.Trigger;
import dev.restante.WireDialogue;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The faults of the TLS layer as Java's own client meets them, after STARTTLS and on the SMTPS port, in both versions. */
@Timeout(60)
class TlsFaultTest {
    private static final int TIMEOUT = 10_000;

    private final FakeSmtpServer server =
            FakeSmtpServer.builder().startTls().smtpsPort(0).build().start();

    @AfterEach
    void close() {
        server.close();
    }

    /** How a client comes to TLS. */
    private enum Way {
        STARTTLS {
            @Override
            Socket toHandshake(FakeSmtpServer server) throws IOException {
                Socket socket = new Socket(server.host(), server.port());
                socket.setSoTimeout(TIMEOUT);
                for (String line : List.of("", "EHLO client.test\r\n", "STARTTLS\r\n")) {
                    socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
                    reply(socket);
                }
                return socket;
            }
        },
        SMTPS {
            @Override
            Socket toHandshake(FakeSmtpServer server) throws IOException {
                Socket socket = new Socket(server.host(), server.smtpsPort());
                socket.setSoTimeout(TIMEOUT);
                return socket;
            }
        };

        abstract Socket toHandshake(FakeSmtpServer server) throws IOException;

        /** Reads a whole reply octet by octet, and nothing of what follows it. */
        static String reply(Socket socket) throws IOException {
            InputStream in = socket.getInputStream();
            StringBuilder line = new StringBuilder();
            while (true) {
                int octet = in.read();
                if (octet < 0) {
                    return line.toString();
                }
                line.append((char) octet);
                if (octet == '\n') {
                    int start = line.lastIndexOf("\n", line.length() - 2) + 1;
                    if (line.charAt(start + 3) == ' ') {
                        return line.toString();
                    }
                }
            }
        }
    }

    /** Keeps what a client hears below its TLS layer. */
    private static final class Recorded extends Socket {
        private final Socket plain;
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

        Recorded(Socket plain) {
            this.plain = plain;
        }

        byte[] heard() {
            return heard.toByteArray();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(plain.getInputStream()) {
                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    int count = super.read(target, offset, length);
                    if (count > 0) {
                        heard.write(target, offset, count);
                    }
                    return count;
                }
            };
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return plain.getOutputStream();
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public synchronized void setSoTimeout(int millis) throws SocketException {
            plain.setSoTimeout(millis);
        }

        @Override
        public synchronized int getSoTimeout() throws SocketException {
            return plain.getSoTimeout();
        }

        @Override
        public synchronized void close() throws IOException {
            plain.close();
        }
    }

    private SSLSocket client(Way way, SSLContext context, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(way.toHandshake(server), "localhost", server.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    private SSLSocket client(Way way, String... protocols) throws IOException {
        return client(way, server.tls().sslContext(), protocols);
    }

    private SmtpSession ended(int number) {
        Eventually.isTrue(
                "session " + number + " has ended",
                () -> server.sessions().size() >= number
                        && !server.sessions().get(number - 1).isOpen());
        return server.sessions().get(number - 1);
    }

    static Stream<Arguments> badCertificates() {
        List<Arguments> all = List.of(
                Arguments.of(
                        "expiredCertificate",
                        "CertificateExpiredException",
                        "(bad_certificate|certificate_expired|certificate_unknown)"),
                Arguments.of(
                        "notYetValidCertificate",
                        "CertificateNotYetValidException",
                        "(bad_certificate|certificate_expired|certificate_unknown)"),
                Arguments.of(
                        "wrongHostCertificate",
                        "No subject alternative DNS name matching localhost",
                        "(bad_certificate|certificate_expired|certificate_unknown)"),
                Arguments.of(
                        "untrustedCertificate",
                        "unable to find valid certification path",
                        "(certificate_unknown|bad_certificate|unsupported_certificate)"),
                Arguments.of(
                        "selfSignedCertificate",
                        "unable to find valid certification path",
                        "(certificate_unknown|bad_certificate|unsupported_certificate)"),
                Arguments.of(
                        "weakKeyCertificate",
                        "RSA 768",
                        "(certificate_unknown|bad_certificate|unsupported_certificate)"));
        return all.stream()
                .flatMap(each -> Stream.of(Way.values())
                        .flatMap(way -> Stream.of("TLSv1.2", "TLSv1.3")
                                .map(protocol ->
                                        Arguments.of(each.get()[0], each.get()[1], each.get()[2], way, protocol))));
    }

    private static Rule once(String fault) {
        Step.Handshake<?> step = on(TLS_HANDSHAKE);
        try {
            return ((Budget) Step.Handshake.class.getMethod(fault).invoke(step)).once();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(fault, e);
        }
    }

    @ParameterizedTest
    @MethodSource("badCertificates")
    void aBadCertificateIsRefusedByAClientThatVerifiesAndSaysWhyInTheEvidence(
            String fault, String complaint, String alert, Way way, String protocol) throws IOException {
        server.script(once(fault));

        try (SSLSocket client = client(way, protocol)) {
            assertThatExceptionOfType(SSLException.class)
                    .isThrownBy(client::startHandshake)
                    .satisfies(problem -> assertThat(problem).hasStackTraceContaining(complaint));
        }

        SmtpSession session = ended(1);
        assertThat(session.tls()).isEmpty();
        assertThat(session.transcript().notes())
                .singleElement()
                .asString()
                .matches("TLS handshake failed: the client broke it off with the alert " + alert + ": .*");
        assertThat(server.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.stage()).isEqualTo(TLS_HANDSHAKE);
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
            assertThat(attempt.rules()).hasSize(1);
            assertThat(attempt.toString())
                    .contains("ABORTED at TLS_HANDSHAKE: the client broke it off with the alert ");
        });
        try (SSLSocket next = client(way, protocol)) {
            next.startHandshake();
            assertThat(next.getSession().getProtocol()).isEqualTo(protocol);
        }
    }

    /** A session that could be resumed, without the server's certificate, would hide what is wrong with it. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientThatRemembersTheServerMeetsTheFaultAllTheSame(String protocol) throws IOException {
        for (int i = 0; i < 3; i++) {
            try (SSLSocket client = client(Way.SMTPS, protocol)) {
                client.startHandshake();
                assertThat(client.getInputStream().read()).isEqualTo('2');
            }
        }
        server.script(on(TLS_HANDSHAKE).expiredCertificate().once());
        try (SSLSocket client = client(Way.SMTPS, protocol)) {
            assertThatThrownBy(client::startHandshake).hasStackTraceContaining("CertificateExpired");
        }
        server.script(on(TLS_HANDSHAKE).cutHandshakeAfterServerHello().once());
        try (SSLSocket client = client(Way.SMTPS, protocol)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
        }
        server.script(on(TLS_HANDSHAKE).cutHandshakeAfterFinished().once());
        try (SSLSocket client = client(Way.SMTPS, protocol)) {
            assertThatThrownBy(() -> {
                        client.startHandshake();
                        throw new EOFException(
                                String.valueOf(client.getInputStream().read()));
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("50");
        }
        assertThat(server.unfired()).isEmpty();
    }

    private static SSLContext careless() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                null);
        return context;
    }

    private X509Certificate[] shown(String fault) throws Exception {
        server.script(once(fault));
        try (SSLSocket client =
                (SSLSocket) careless().getSocketFactory().createSocket(server.host(), server.smtpsPort())) {
            client.setSoTimeout(TIMEOUT);
            // What a test must do to see a key that Java refuses even where nobody verifies.
            client.startHandshake();
            return (X509Certificate[]) client.getSession().getPeerCertificates();
        }
    }

    @Test
    void eachBadCertificateIsBadInOneWayOnly() throws Exception {
        X509Certificate authority = server.tls().caCertificate();

        X509Certificate early = shown("notYetValidCertificate")[0];
        early.verify(authority.getPublicKey());
        assertThat(early.getNotBefore().toInstant()).isAfter(Instant.now());

        X509Certificate late = shown("expiredCertificate")[0];
        late.verify(authority.getPublicKey());
        assertThat(late.getNotAfter().toInstant()).isBefore(Instant.now());

        X509Certificate[] alone = shown("selfSignedCertificate");
        assertThat(alone).hasSize(1);
        alone[0].verify(alone[0].getPublicKey());
        alone[0].checkValidity();
        assertThat(alone[0].getSubjectAlternativeNames()).contains(List.of(2, "localhost"));

        X509Certificate elsewhere = shown("wrongHostCertificate")[0];
        elsewhere.verify(authority.getPublicKey());
        elsewhere.checkValidity();

        X509Certificate unknown = shown("untrustedCertificate")[0];
        unknown.checkValidity();
        assertThatThrownBy(() -> unknown.verify(authority.getPublicKey())).isInstanceOf(SignatureException.class);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aHandshakeCutAfterTheServerHelloEndsThere(Way way) throws IOException {
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            server.clearScript();
            server.script(on(TLS_HANDSHAKE).cutHandshakeAfterServerHello().once());
            try (Socket recorded = new Recorded(way.toHandshake(server));
                    SSLSocket client = over(recorded, protocol)) {
                assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
                byte[] said = ((Recorded) recorded).heard();
                // One handshake record, which holds one ServerHello, and nothing else.
                assertThat(said[0]).isEqualTo((byte) 22);
                assertThat(said[5]).isEqualTo((byte) 2);
                assertThat(said).hasSize(5 + 4 + (((said[7] & 0xff) << 8) | (said[8] & 0xff)));
            }
        }
        assertThat(ended(2).tls()).isEmpty();
        assertThat(ended(2).outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
        assertThat(ended(2).transcript().toString()).contains("a rule cut the TLS handshake after its ServerHello");
        assertThat(server.attempts())
                .hasSize(2)
                .allSatisfy(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED));
    }

    private SSLSocket over(Socket recorded, String... protocols) throws IOException {
        SSLSocket client = (SSLSocket)
                server.tls().sslContext().getSocketFactory().createSocket(recorded, "localhost", server.port(), true);
        if (protocols.length > 0) {
            client.setEnabledProtocols(protocols);
        }
        return client;
    }

    /** After the client's Finished: TLS 1.2 still owes the server's, TLS 1.3 owes nothing and the first reply is missing. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void aHandshakeCutAfterTheClientsFinishedLooksCompleteToTls13Only(Way way) throws IOException {
        server.script(on(TLS_HANDSHAKE).cutHandshakeAfterFinished().times(2));

        try (SSLSocket client = client(way, "TLSv1.2")) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
        }
        try (SSLSocket client = client(way, "TLSv1.3")) {
            client.startHandshake();
            assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.3");
            client.getOutputStream().write("EHLO client.test\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> {
                        if (client.getInputStream().read() < 0) {
                            throw new EOFException();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }

        for (int number = 1; number <= 2; number++) {
            assertThat(ended(number).tls()).isEmpty();
            assertThat(ended(number).transcript().toString())
                    .contains("a rule cut the TLS handshake after the client's Finished");
        }
        assertThat(server.unfired()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aHandshakeCutAtOnceEndsWithoutAnOctet(Way way) throws IOException {
        server.script(on(TLS_HANDSHAKE).cutHandshake().once());
        try (Socket recorded = new Recorded(way.toHandshake(server));
                SSLSocket client = over(recorded)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
            assertThat(((Recorded) recorded).heard()).isEmpty();
        }
        assertThat(ended(1).transcript().toString()).contains("a rule cut the TLS handshake");
    }

    static Stream<Arguments> stalls() {
        Function<Trigger.OnTlsHandshake, Rule> before = step -> step.stall().once();
        Function<Trigger.OnTlsHandshake, Rule> amid =
                step -> step.stallHandshake().once();
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(Arguments.of(way, before, false), Arguments.of(way, amid, true)));
    }

    @ParameterizedTest
    @MethodSource("stalls")
    void aStalledHandshakeLastsUntilTheClientGivesUp(Way way, Function<Trigger.OnTlsHandshake, Rule> rule, boolean amid)
            throws IOException {
        server.script(rule.apply(on(TLS_HANDSHAKE)));
        try (Socket recorded = new Recorded(way.toHandshake(server));
                SSLSocket client = over(recorded)) {
            // Long enough for what comes to come, where something is to come.
            recorded.setSoTimeout(amid ? 2_000 : 100);
            assertThatThrownBy(client::startHandshake).hasStackTraceContaining("timed out");
            assertThat(((Recorded) recorded).heard().length > 0).isEqualTo(amid);
        }
        SmtpSession session = ended(1);
        assertThat(session.transcript().notes()).contains("stalled");
        assertThat(session.tls()).isEmpty();
    }

    @Test
    void aStalledHandshakeEndsWithTheServer() throws IOException {
        server.script(on(TLS_HANDSHAKE).stallHandshake().once());
        try (Socket recorded = new Recorded(Way.SMTPS.toHandshake(server));
                SSLSocket client = over(recorded)) {
            Thread closing = new Thread(() -> {
                Eventually.isTrue("the hello has come", () -> ((Recorded) recorded).heard().length > 0);
                server.close();
            });
            closing.start();
            assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
            closing.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(ended(1).outcome()).isEqualTo(SmtpSession.Outcome.SERVER_STOPPED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void oneHandshakeSpeaksOneVersionOnlyAndTheNextSpeaksBoth(String version) throws IOException {
        boolean older = version.endsWith("2");
        server.script(
                older
                        ? on(TLS_HANDSHAKE).onlyTls12().times(2)
                        : on(TLS_HANDSHAKE).onlyTls13().times(2));
        try (SSLSocket client = client(Way.SMTPS)) {
            client.startHandshake();
            assertThat(client.getSession().getProtocol()).isEqualTo(version);
        }
        try (SSLSocket client = client(Way.STARTTLS, older ? "TLSv1.3" : "TLSv1.2")) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
        assertThat(ended(2).transcript().notes())
                .singleElement()
                .asString()
                .startsWith("TLS handshake failed: ")
                .contains("protocol");
        try (SSLSocket client = client(Way.SMTPS, older ? "TLSv1.3" : "TLSv1.2")) {
            client.startHandshake();
        }
    }

    /** What kept a handshake from its end can be replayed; certificates leave no trace to replay. */
    @ParameterizedTest
    @MethodSource("breaks")
    void aHandshakeThatWasBrokenIsReplayedAsSuch(Rule fault) throws IOException {
        server.script(fault);
        for (Way way : Way.values()) {
            try (Socket socket = way.toHandshake(server);
                    SSLSocket client = over(socket)) {
                socket.setSoTimeout(100);
                assertThatThrownBy(() -> {
                            client.startHandshake();
                            throw new EOFException(
                                    String.valueOf(client.getInputStream().read()));
                        })
                        .isInstanceOf(IOException.class);
            }
        }
        for (int number = 1; number <= 2; number++) {
            assertThat(Replay.of(ended(number)))
                    .filteredOn(rule -> rule.stage() == TLS_HANDSHAKE)
                    .extracting(Rule::decision)
                    .containsExactly(fault.decision());
            assertThat(server.attempts().get(number - 1).reason()).isPresent();
        }
    }

    static Stream<Rule> breaks() {
        return Stream.of(
                on(TLS_HANDSHAKE).cutHandshake().always(),
                on(TLS_HANDSHAKE).cutHandshakeAfterServerHello().always(),
                on(TLS_HANDSHAKE).cutHandshakeAfterFinished().always(),
                on(TLS_HANDSHAKE).stallHandshake().always(),
                on(TLS_HANDSHAKE).goOnInPlainText().always());
    }

    // ---- plain text in place of TLS

    @Test
    void afterStartTlsPlainTextGoesOnAndAClientThatDoesNotNoticeCanSend() {
        server.script(on(TLS_HANDSHAKE).goOnInPlainText().once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("STARTTLS", "220 ").mail("ann@example.com", "bob@example.com");
            client.say("QUIT", "221 ").expectEnd();
        }
        assertThat(server.takeMail().client().tls()).isEmpty();
        assertThat(server.attempts().get(0).stage()).isEqualTo(Stage.TLS_HANDSHAKE);
        assertThat(server.attempts().get(0).rules()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aClientThatBeginsTheHandshakeAllTheSameIsAnsweredInPlainText(Way way) throws IOException {
        server.script(on(TLS_HANDSHAKE).goOnInPlainText().once());
        try (Socket recorded = new Recorded(way.toHandshake(server));
                SSLSocket client = over(recorded)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
            assertThat(new String(((Recorded) recorded).heard(), StandardCharsets.US_ASCII))
                    .startsWith(way == Way.SMTPS ? "220 " : "500 5");
        }
        assertThat(ended(1).transcript().notes())
                .contains("the client began a TLS handshake where plain SMTP is spoken");
        assertThat(server.mails()).isEmpty();
    }

    /** Nobody scripted this one: a client that is set to SMTPS and was given the other port. */
    @Test
    void aClientThatSpeaksTlsToThePlainPortIsAnsweredAndNoted() throws IOException {
        try (Socket socket = new Socket(server.host(), server.port());
                SSLSocket client = over(socket)) {
            socket.setSoTimeout(TIMEOUT);
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
        assertThat(ended(1).transcript().toString())
                .contains("(a TLS handshake)")
                .contains("500 5.5.1 Plain text");
    }

    // ---- STARTTLS itself

    @Test
    void startTlsCanBeHiddenAndRefused() {
        server.script(
                on(EHLO).hide("STARTTLS").once(),
                on(STARTTLS).reply(454, "4.7.0 TLS not available").once());
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").send("EHLO client.test");
            assertThat(client.reply()).noneMatch(line -> line.contains("STARTTLS"));
            client.say("STARTTLS", "454 4.7.0 TLS not available").mail("ann@example.com", "bob@example.com");
            client.send("EHLO client.test");
            assertThat(client.reply()).anyMatch(line -> line.endsWith("STARTTLS"));
            client.say("STARTTLS", "220 ").handshake(server.tls().sslContext()).say("EHLO client.test", "250 ");
        }
        assertThat(server.attempts().get(0).stage()).isEqualTo(STARTTLS);
    }

    @Test
    void aSilentSmtpsPortIsAStallAfterTheHandshake() throws IOException {
        server.script(on(CONNECT).overTls().stall().once());
        try (SSLSocket client = client(Way.SMTPS)) {
            client.startHandshake();
            client.setSoTimeout(100);
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("timed out");
        }
        assertThat(ended(1).tls()).isPresent();
    }
}
