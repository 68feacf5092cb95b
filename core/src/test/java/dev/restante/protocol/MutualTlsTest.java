package dev.restante.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Attempt;
import dev.restante.ClientCertificate;
import dev.restante.ClientCertificates;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.TlsInfo;
import dev.restante.WireDialogue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that show certificates, must, or do not. */
@Timeout(60)
class MutualTlsTest {
    @TempDir
    Path folder;

    private static FakeSmtpServer.Builder asking(ClientCertificates demand) {
        return FakeSmtpServer.builder().startTls().smtpsPort(0).clientCertificates(demand);
    }

    private static SSLSocket client(FakeSmtpServer server, SSLContext context, String protocol) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(server.host(), server.smtpsPort());
        socket.setEnabledProtocols(new String[] {protocol});
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** With TLS 1.3 a client learns only from what it reads next that its certificate was refused. */
    private static void isTurnedAway(SSLSocket client) {
        assertThatThrownBy(() -> {
                    client.startHandshake();
                    if (client.getInputStream().read() >= 0) {
                        throw new AssertionError("The server greets.");
                    }
                    throw new IOException("closed");
                })
                .isInstanceOf(IOException.class);
    }

    private static SmtpSession ended(FakeSmtpServer server) {
        Eventually.isTrue(
                "the session has ended",
                () -> server.sessions().size() == 1 && !server.sessions().get(0).isOpen());
        return server.sessions().get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whatAClientShowsIsInTheEvidence(String protocol) throws IOException {
        for (ClientCertificates demand : ClientCertificates.values()) {
            try (FakeSmtpServer server = asking(demand).build().start()) {
                ClientCertificate ann = server.tls().issueClientCertificate("ann@example.com");
                try (SSLSocket client = client(server, ann.sslContext(), protocol)) {
                    client.startHandshake();
                    assertThat(client.getInputStream().read()).isEqualTo('2');
                }
                assertThat(ended(server).tls()).get().satisfies(tls -> {
                    assertThat(tls.clientCertificates()).isEqualTo(ann.chain());
                    assertThat(tls.protocol()).isEqualTo(protocol);
                    assertThat(tls.toString()).contains("CN=ann@example.com");
                });
            }
        }
    }

    @Test
    void theChainIsWithTheMail() {
        try (FakeSmtpServer server = asking(ClientCertificates.REQUIRED).build().start()) {
            ClientCertificate ann = server.tls().issueClientCertificate("app-17");
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("STARTTLS", "220 ").handshake(ann.sslContext()).say("EHLO client.test", "250 ");
                client.mail("ann@example.com", "bob@example.com");
            }
            assertThat(server.takeMail().client().tls().map(TlsInfo::clientCertificates))
                    .contains(List.of(ann.certificate(), server.tls().caCertificate()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientWithoutACertificateIsTakenWhereOneIsWantedAndTurnedAwayWhereOneIsRequired(String protocol)
            throws IOException {
        try (FakeSmtpServer server = asking(ClientCertificates.WANTED).build().start();
                SSLSocket client = client(server, server.tls().sslContext(), protocol)) {
            client.startHandshake();
            assertThat(client.getInputStream().read()).isEqualTo('2');
            assertThat(server.sessions().get(0).tls().orElseThrow().clientCertificates())
                    .isEmpty();
        }
        try (FakeSmtpServer server = asking(ClientCertificates.REQUIRED).build().start();
                SSLSocket client = client(server, server.tls().sslContext(), protocol)) {
            isTurnedAway(client);
            assertThat(ended(server).transcript().notes())
                    .containsExactly(
                            "TLS handshake failed: the client showed no certificate, which this server requires");
            assertThat(server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.stage()).isEqualTo(Stage.TLS_HANDSHAKE);
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
                assertThat(attempt.reason()).contains("the client showed no certificate, which this server requires");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aCertificateOfSomebodyElsesIsTurnedAwayAndNamed(String protocol) throws IOException {
        try (FakeSmtpServer other = asking(ClientCertificates.WANTED).build()) {
            ClientCertificate stranger = other.tls().issueClientCertificate("mallory");
            for (ClientCertificates demand : ClientCertificates.values()) {
                Path strangersAuthority = Files.writeString(
                        folder.resolve("other.pem"), other.tls().caPem());
                try (FakeSmtpServer server = asking(demand).build().start();
                        SSLSocket client = client(server, trusting(server, stranger), protocol)) {
                    isTurnedAway(client);
                    assertThat(ended(server).transcript().notes())
                            .singleElement()
                            .asString()
                            .startsWith("TLS handshake failed: The client's certificate CN=mallory, signed by"
                                    + " CN=Restante test CA, is refused: ");
                }
                try (FakeSmtpServer server = FakeSmtpServer.builder()
                                .smtpsPort(0)
                                .clientCertificates(demand, strangersAuthority)
                                .build()
                                .start();
                        SSLSocket client = client(server, trusting(server, stranger), protocol);
                        SSLSocket own = client(
                                server,
                                server.tls().issueClientCertificate("own").sslContext(),
                                protocol)) {
                    client.startHandshake();
                    assertThat(client.getInputStream().read()).isEqualTo('2');
                    own.startHandshake();
                    assertThat(own.getInputStream().read()).isEqualTo('2');
                }
            }
        }
    }

    /** A client that trusts this server and shows a certificate from elsewhere. */
    private static SSLContext trusting(FakeSmtpServer server, ClientCertificate shown) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(shown.pkcs12("x")), "x".toCharArray());
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, "x".toCharArray());
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", server.tls().caCertificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            // Shown whether the server lists its authority or not.
            X509ExtendedKeyManager manager = (X509ExtendedKeyManager) keys.getKeyManagers()[0];
            context.init(new KeyManager[] {new Insistent(manager)}, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Insistent extends X509ExtendedKeyManager {
        private final X509ExtendedKeyManager keys;

        Insistent(X509ExtendedKeyManager keys) {
            this.keys = keys;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "client";
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"client"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return "";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return keys.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return keys.getPrivateKey(alias);
        }
    }

    @Test
    void aClientCertificateComesInEveryForm() throws Exception {
        try (FakeSmtpServer server = asking(ClientCertificates.WANTED).build()) {
            ClientCertificate ann = server.tls().issueClientCertificate("ann@example.com");
            X509Certificate own = ann.certificate();
            own.verify(server.tls().caCertificate().getPublicKey());
            own.checkValidity();
            assertThat(own.getSubjectX500Principal().getName()).isEqualTo("CN=ann@example.com");
            assertThat(own.getSubjectAlternativeNames()).containsExactly(List.of(1, "ann@example.com"));
            assertThat(own.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
            assertThat(CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(ann.chainPem().getBytes(StandardCharsets.US_ASCII))))
                    .map(X509Certificate.class::cast)
                    .isEqualTo(ann.chain());
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(ann.pkcs12("geheim")), "geheim".toCharArray());
            assertThat(store.getKey("client", "geheim".toCharArray())).isEqualTo(ann.privateKey());
            assertThat(ann).hasToString("client certificate CN=ann@example.com");
            assertThat(server.tls().issueClientCertificate("app").certificate().getSubjectAlternativeNames())
                    .isNull();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.tls().issueClientCertificate(" "))
                    .withMessageContaining("issued for a name");
        }
    }

    @Test
    void opensslShowsTheCertificateThatItReadsAsPem() throws IOException {
        try (FakeSmtpServer server = asking(ClientCertificates.REQUIRED).build().start()) {
            ClientCertificate ann = server.tls().issueClientCertificate("ann@example.com");
            OutsideProgram.named("openssl", "openssl")
                    .reading("QUIT\r\n")
                    .run(
                            "s_client",
                            "-connect",
                            server.host() + ":" + server.smtpsPort(),
                            "-CAfile",
                            Files.writeString(
                                            folder.resolve("ca.pem"),
                                            server.tls().caPem())
                                    .toString(),
                            "-cert",
                            Files.writeString(folder.resolve("client.pem"), ann.chainPem())
                                    .toString(),
                            "-key",
                            Files.writeString(folder.resolve("client.key"), ann.keyPem())
                                    .toString(),
                            "-verify_return_error",
                            "-ign_eof",
                            "-nocommands")
                    .expectExit(0);
            assertThat(ended(server).tls().orElseThrow().clientCertificates().get(0))
                    .isEqualTo(ann.certificate());
        }
    }
}
