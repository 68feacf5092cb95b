package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.WireDialogue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Certificates, versions and cipher suites that a test chooses; the files are as openssl writes them. */
@Timeout(120)
class OwnCertificateTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void write() throws IOException {
        OutsideProgram openssl = OutsideProgram.named("openssl", "openssl").in(folder);
        String[][] commands = {
            // An authority, an intermediate one, and a server below it.
            words(
                    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Own-CA"),
            words(
                    "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout mid.key -out mid.csr -subj /CN=Mid-CA"),
            words(
                    "x509 -req -in mid.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile mid.ext -out mid.pem"),
            words(
                    "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost"),
            words(
                    "x509 -req -in leaf.csr -CA mid.pem -CAkey mid.key -CAcreateserial -days 30 -extfile leaf.ext -out leaf.pem"),
            words("ec -in leaf.key -out leaf-sec1.key"),
            words("ecparam -name prime256v1 -genkey -out other.key"),
            // An RSA pair that signed itself.
            words(
                    "req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.pem -days 30 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"),
            words("rsa -traditional -in rsa.key -out rsa-pkcs1.key"),
            words("pkey -aes256 -in rsa.key -out rsa-encrypted.key -passout pass:secret"),
            words("rsa -traditional -aes256 -in rsa.key -out rsa-encrypted-old.key -passout pass:secret"),
            words("x509 -in rsa.pem -outform der -out rsa.der"),
            words("pkey -in rsa.key -pubout -out rsa.pub"),
            words("req -x509 -newkey ed25519 -nodes -keyout ed.key -out ed.pem -days 30 -subj /CN=localhost"),
            words("ecparam -name secp256k1 -genkey -out bitcoin.key"),
            words("req -x509 -key bitcoin.key -out bitcoin.pem -days 30 -subj /CN=localhost"),
            words("pkcs12 -export -inkey leaf.key -in leaf.pem -certfile upper.pem -out leaf.p12 -passout pass:secret"),
            words("pkcs12 -export -nokeys -in leaf.pem -out nokey.p12 -passout pass:secret"),
        };
        Files.writeString(
                folder.resolve("mid.ext"), "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
        Files.writeString(
                folder.resolve("leaf.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
        for (String[] command : commands) {
            if (command[0].equals("pkcs12") && !Files.exists(folder.resolve("upper.pem"))) {
                join("upper.pem", "mid.pem", "ca.pem");
            }
            openssl.run(command).expectExit(0);
        }
        join("chain.pem", "leaf.pem", "mid.pem", "ca.pem");
        join("half-chain.pem", "leaf.pem", "mid.pem");
        join("everything.pem", "leaf.key", "leaf.pem", "mid.pem", "ca.pem");
        Files.writeString(
                folder.resolve("from-windows.pem"),
                "\ufeff" + Files.readString(folder.resolve("chain.pem")).replace("\n", "\r\n"));
        join("upside-down.pem", "ca.pem", "mid.pem", "leaf.pem");
        join("gap.pem", "leaf.pem", "ca.pem");
        join("two.key", "leaf.key", "rsa.key");
        Files.writeString(folder.resolve("empty.pem"), "");
        Files.writeString(folder.resolve("words.pem"), "This is my certificate.\n");
        String whole = Files.readString(folder.resolve("rsa.pem"));
        Files.writeString(folder.resolve("cut.pem"), whole.substring(0, whole.length() / 2));
        Files.writeString(
                folder.resolve("garbled.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Files.createDirectory(folder.resolve("directory"));
    }

    private static String[] words(String command) {
        return command.split(" ");
    }

    private static void join(String name, String... parts) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String part : parts) {
            all.append(Files.readString(folder.resolve(part)));
        }
        Files.writeString(folder.resolve(name), all);
    }

    private static Path file(String name) {
        return folder.resolve(name);
    }

    private static FakeSmtpServer started(FakeSmtpServer.Builder builder) {
        return builder.startTls().smtpsPort(0).build().start();
    }

    /** A client that trusts what a PEM says, and checks the server's name. */
    private static SSLSocket client(FakeSmtpServer server, String pem) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Collection<? extends Certificate> all = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        for (Certificate each : all) {
            store.setCertificateEntry("ca-" + store.size(), each);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(server.host(), server.smtpsPort());
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        return socket;
    }

    @ParameterizedTest
    @CsvSource({
        "chain.pem, leaf.key, 3",
        "chain.pem, leaf-sec1.key, 3",
        "half-chain.pem, leaf.key, 2",
        "leaf.pem, leaf.key, 1",
        "everything.pem, everything.pem, 3",
        "from-windows.pem, leaf.key, 3",
        "rsa.pem, rsa.key, 1",
        "rsa.pem, rsa-pkcs1.key, 1",
    })
    void whatIsGivenAsPemIsShownAndTrustedByWhatTheServerHandsOut(String chain, String key, int length)
            throws Exception {
        try (FakeSmtpServer server = started(FakeSmtpServer.builder().certificate(file(chain), file(key)))) {
            try (SSLSocket client = client(server, server.tls().caPem())) {
                client.startHandshake();
                assertThat(client.getSession().getPeerCertificates()).hasSize(length);
                assertThat(((X509Certificate) client.getSession().getPeerCertificates()[0])
                                .getSubjectX500Principal()
                                .getName())
                        .isEqualTo("CN=localhost");
                assertThat(client.getSession().getPeerCertificates()[length - 1])
                        .isEqualTo(server.tls().caCertificate());
            }
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("STARTTLS", "220 ").handshake(server.tls().sslContext());
                client.say("EHLO client.test", "250 ").mail("ann@example.com", "bob@example.com");
            }
        }
    }

    @Test
    void whatIsGivenAsPkcs12IsShownAndTrusted() throws Exception {
        try (FakeSmtpServer server = started(FakeSmtpServer.builder().certificate(file("leaf.p12"), "secret"));
                SSLSocket client = client(server, Files.readString(file("ca.pem")))) {
            client.startHandshake();
            assertThat(client.getSession().getPeerCertificates()).hasSize(3);
        }
    }

    /** Who trusts what the server hands out still meets an expired certificate as that, and not as an unknown one. */
    @Test
    void faultsStayWhatTheyAreBesideAnOwnCertificate() throws Exception {
        try (FakeSmtpServer server =
                started(FakeSmtpServer.builder().certificate(file("chain.pem"), file("leaf.key")))) {
            server.script(on(TLS_HANDSHAKE).expiredCertificate().once());
            try (SSLSocket client = client(server, server.tls().caPem())) {
                assertThatThrownBy(client::startHandshake).hasStackTraceContaining("CertificateExpired");
            }
            try (SSLSocket client = client(server, server.tls().caPem())) {
                client.startHandshake();
            }
        }
    }

    static Stream<Arguments> wrongPairs() {
        return Stream.of(
                Arguments.of("none.pem", "leaf.key", "none.pem: there is no such file. Check the path."),
                Arguments.of("chain.pem", "none.key", "none.key: there is no such file. Check the path."),
                Arguments.of("directory", "leaf.key", "directory: it is a folder. Give the path of a file."),
                Arguments.of("empty.pem", "leaf.key", "empty.pem: it is empty. Give a PEM file."),
                Arguments.of(
                        "words.pem", "leaf.key", "words.pem: it is no PEM: it has no -----BEGIN. Give a PEM file."),
                Arguments.of("rsa.der", "rsa.key", "rsa.der: it is binary: DER, or PKCS#12. Convert DER, openssl x509"),
                Arguments.of("leaf.p12", "leaf.key", "leaf.p12: it is binary: DER, or PKCS#12."),
                Arguments.of("cut.pem", "rsa.key", "cut.pem: what follows -----BEGIN number 1 is damaged ("),
                Arguments.of("garbled.pem", "rsa.key", "garbled.pem: what follows -----BEGIN number 1 is damaged ("),
                Arguments.of(
                        "leaf.key",
                        "leaf.pem",
                        "leaf.key: it holds a key but no certificate. Are the two paths swapped?"),
                Arguments.of(
                        "leaf.csr", "leaf.key", "leaf.csr: it holds a request for a certificate. Give the certificate"),
                Arguments.of(
                        "chain.pem",
                        "chain.pem",
                        "chain.pem: it holds a certificate but no key. Are the two paths swapped?"),
                Arguments.of("rsa.pem", "rsa.pub", "rsa.pub: it holds a public key. Give the private key"),
                Arguments.of(
                        "rsa.pem",
                        "rsa-encrypted.key",
                        "rsa-encrypted.key: its key is encrypted with a password. Take the password off for tests, openssl pkey -in rsa-encrypted.key -out plain.pem, or give a PKCS#12 file with its password."),
                Arguments.of(
                        "rsa.pem",
                        "rsa-encrypted-old.key",
                        "rsa-encrypted-old.key: its key is encrypted with a password."),
                Arguments.of("chain.pem", "other.key", "chain.pem: none of its certificates belongs to the key in "),
                Arguments.of(
                        "chain.pem",
                        "rsa.key",
                        "; the first is for CN=localhost. Give the certificate and the key of one pair."),
                Arguments.of(
                        "chain.pem",
                        "two.key",
                        "two.key: it holds more than one key. Leave in it the key of the certificate."),
                Arguments.of(
                        "upside-down.pem", "leaf.key", "upside-down.pem: its certificate 3 belongs to the key in "),
                Arguments.of(
                        "gap.pem",
                        "leaf.key",
                        "gap.pem: its certificate 2 (CN=Own-CA) did not sign certificate 1 (CN=localhost). Each certificate is followed by its issuer"),
                Arguments.of(
                        "ed.pem",
                        "ed.key",
                        "ed.key: Java's TLS has no use for its Ed25519 key. Use RSA or an elliptic curve"),
                Arguments.of("bitcoin.pem", "bitcoin.key", "bitcoin.key: this Java cannot use its EC key: "));
    }

    @ParameterizedTest
    @MethodSource("wrongPairs")
    void aFileThatCannotBeUsedIsRefusedWithWhatToDo(String chain, String key, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FakeSmtpServer.builder().certificate(file(chain), file(key)))
                .withMessageStartingWith("Cannot use " + folder)
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "leaf.p12  | wrong  | leaf.p12: the password does not open it. Give the password",
                "leaf.p12  | ''     | leaf.p12: the password does not open it.",
                "nokey.p12 | secret | nokey.p12: it holds certificates but no key. Export one key with its chain: openssl pkcs12",
                "chain.pem | secret | chain.pem: it is PEM and no PKCS#12. Give its certificate and its key as two paths.",
                "rsa.der   | secret | rsa.der: it is no PKCS#12 that this Java can read (",
                "empty.pem | secret | empty.pem: it is no PKCS#12 that this Java can read (",
                "none.p12  | secret | none.p12: there is no such file.",
            })
    void aPkcs12FileThatCannotBeUsedIsRefusedWithWhatToDo(String name, String password, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FakeSmtpServer.builder().certificate(file(name), password))
                .withMessageContaining(message);
    }

    /** A host name may be an address, or look like one. */
    @ParameterizedTest
    @CsvSource({"[::1], 7", "[IPv6:::1], 7", "[127.0.0.1], 7", "127.0.0.1, 7", "999.9, 2", "mx.example.com, 2"})
    void aGeneratedCertificateNamesTheHostAsWhatItIs(String hostName, int kind) throws Exception {
        try (FakeSmtpServer server = started(FakeSmtpServer.builder().hostName(hostName));
                SSLSocket client = client(server, server.tls().caPem())) {
            client.startHandshake();
            X509Certificate shown = (X509Certificate) client.getSession().getPeerCertificates()[0];
            String bare = hostName.replaceAll("[\\[\\]]|IPv6:", "").replace("::1", "0:0:0:0:0:0:0:1");
            assertThat(shown.getSubjectAlternativeNames()).contains(List.of(kind, bare));
        }
    }

    // ---- versions and cipher suites

    @ParameterizedTest
    @CsvSource({"TLSv1.2, TLSv1.3", "TLSv1.3, TLSv1.2"})
    void onlyTheVersionThatWasChosenIsSpoken(String chosen, String other) throws Exception {
        try (FakeSmtpServer server = started(FakeSmtpServer.builder().tlsProtocols(chosen))) {
            try (SSLSocket client = client(server, server.tls().caPem())) {
                client.startHandshake();
                assertThat(client.getSession().getProtocol()).isEqualTo(chosen);
            }
            try (SSLSocket client = client(server, server.tls().caPem())) {
                client.setEnabledProtocols(new String[] {other});
                assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
            }
        }
    }

    /** A generated certificate fits what was chosen: an RSA key where the suite is RSA's. */
    @ParameterizedTest
    @CsvSource({
        "TLS_AES_256_GCM_SHA384, TLSv1.3",
        "TLS_CHACHA20_POLY1305_SHA256, TLSv1.3",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLSv1.2",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLSv1.2",
        "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, TLSv1.2",
    })
    void onlyTheCipherSuiteThatWasChosenIsTaken(String suite, String protocol) throws Exception {
        try (FakeSmtpServer server = started(FakeSmtpServer.builder().tlsCipherSuites(suite))) {
            try (SSLSocket client = client(server, server.tls().caPem())) {
                client.startHandshake();
                assertThat(client.getSession().getCipherSuite()).isEqualTo(suite);
                assertThat(client.getSession().getProtocol()).isEqualTo(protocol);
            }
            try (SSLSocket client = client(server, server.tls().caPem())) {
                client.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"});
                assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TLS1.3  | There is no version of TLS named \"TLS1.3\" in this Java. It speaks TLSv1.3, TLSv1.2. Did you mean TLSv1.3?",
                "tlsv1.2 | Did you mean TLSv1.2?",
                "TLSv1.1 | This Java was told not to speak TLSv1.1: see jdk.tls.disabledAlgorithms",
                "SSLv3   | This Java was told not to speak SSLv3",
                "x       | There is no version of TLS named \"x\" in this Java. It speaks TLSv1.3, TLSv1.2.",
            })
    void anUnknownVersionIsRefusedWithTheNearest(String version, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FakeSmtpServer.builder().tlsProtocols("TLSv1.2", version))
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TLS_AES_128_GCM_SHA265        | has no cipher suite \"TLS_AES_128_GCM_SHA265\". Did you mean TLS_AES_128_GCM_SHA256?",
                "ECDHE-RSA-AES256-GCM-SHA384   | has no cipher suite \"ECDHE-RSA-AES256-GCM-SHA384\".",
            })
    void anUnknownCipherSuiteIsRefusedWithTheNearest(String suite, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FakeSmtpServer.builder().tlsCipherSuites(suite))
                .withMessageContaining(message);
    }

    @Test
    void choicesThatNoClientCanComeToTermsWithAreRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FakeSmtpServer.builder()
                        .tlsProtocols("TLSv1.3")
                        .tlsCipherSuites("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
                        .build())
                .withMessageStartingWith(
                        "No TLS handshake can succeed with a generated certificate, protocols [TLSv1.3]"
                                + " and cipher suites [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FakeSmtpServer.builder()
                        .certificate(file("rsa.pem"), file("rsa.key"))
                        .tlsCipherSuites("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
                        .build())
                .withMessageStartingWith("No TLS handshake can succeed with the certificate CN=localhost (RSA)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FakeSmtpServer.builder().tlsCipherSuites())
                .withMessageContaining("At least one cipher suite is needed");
    }
}
