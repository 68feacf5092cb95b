package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import dev.restante.RestanteClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page and the API inside TLS, with each kind of certificate; the files are as keytool writes them. */
@Timeout(60)
class HttpsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path folder;

    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();

    @AfterEach
    void close() {
        smtp.close();
    }

    /** A certificate of its own for localhost, as PKCS#12. */
    static Path keyStore(Path folder) throws Exception {
        Path file = folder.resolve("own.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        "own")
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        return file;
    }

    private static KeyStore open(Path file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private static Path pem(Path file, String what, byte[] content) throws IOException {
        return Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + what
                        + "-----\n");
    }

    /** Trusts the certificate in this file and no other. */
    static SSLContext trusting(Path file) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("own", open(file).getCertificate("own"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private void everythingWorks(RestanteUi ui, SSLContext trust) throws Exception {
        assertThat(ui.url()).startsWith("https://127.0.0.1:");
        HttpClient http = HttpClient.newBuilder().sslContext(trust).build();
        assertThat(http.send(HttpRequest.newBuilder(URI.create(ui.url() + "/")).build(), BodyHandlers.ofString())
                        .body())
                .contains("/assets/app.js");
        // A page from here asks with its origin, which is https too.
        CompletableFuture<String> frame = new CompletableFuture<>();
        WebSocket socket = http.newWebSocketBuilder()
                .header("Origin", ui.url())
                .buildAsync(URI.create(ui.url().replace("https:", "wss:") + "/api/events"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        frame.complete(data.toString());
                        return null;
                    }
                })
                .get(20, TimeUnit.SECONDS);
        assertThat(frame.get(20, TimeUnit.SECONDS)).contains("stats");
        socket.abort();
        try (RestanteClient client =
                RestanteClient.builder(URI.create(ui.url())).sslContext(trust).connect()) {
            Sender.send(smtp, "a@x.test", List.of("b@x.test"), "Subject: over TLS\n\nbody\n");
            assertThat(client.takeMail().subject()).contains("over TLS");
        }
    }

    @Test
    void theCertificateOfSmtpServes() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp).tls().start()) {
            everythingWorks(ui, smtp.tls().sslContext());
            assertThatThrownBy(() -> RestanteClient.connect(URI.create(ui.url())))
                    .hasMessageContaining(ui.url())
                    .hasRootCauseInstanceOf(java.security.cert.CertPathBuilderException.class);
            assertThatThrownBy(() -> HttpClient.newHttpClient()
                            .send(HttpRequest.newBuilder(URI.create(ui.url())).build(), BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
            // Who speaks plain HTTP is not answered in plain text.
            assertThatThrownBy(() -> HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ui.port()))
                                            .build(),
                                    BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aKeyStoreOfOnesOwnServes() throws Exception {
        Path file = keyStore(folder);
        try (RestanteUi ui = RestanteUi.builder(smtp).tls(file, PASSWORD).start()) {
            everythingWorks(ui, trusting(file));
        }
        assertThatThrownBy(() -> RestanteUi.builder(smtp).tls(file, "wrong"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("own.p12");
    }

    @Test
    void pemFilesServe() throws Exception {
        Path file = keyStore(folder);
        KeyStore store = open(file);
        Path chain = pem(
                folder.resolve("own.pem"),
                "CERTIFICATE",
                store.getCertificate("own").getEncoded());
        Path key = pem(
                folder.resolve("own.key"),
                "PRIVATE KEY",
                store.getKey("own", PASSWORD.toCharArray()).getEncoded());
        try (RestanteUi ui = RestanteUi.builder(smtp).tls(chain, key).start()) {
            everythingWorks(ui, trusting(file));
        }
        assertThatThrownBy(() -> RestanteUi.builder(smtp).tls(chain, chain))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("own.pem");
    }
}
