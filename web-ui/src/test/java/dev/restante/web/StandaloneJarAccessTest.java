package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.RestanteClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask the packaged jar, by every option there is for it. */
@Timeout(60)
@EnabledIfSystemProperty(named = "restante.jar", matches = ".+")
class StandaloneJarAccessTest {
    @TempDir
    private Path folder;

    private static HttpResponse<String> get(String url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void optionsSayWhoMayAskAndFromWhere() throws Exception {
        try (StandaloneJar jar = StandaloneJar.run(
                folder,
                "--smtp-port=0",
                "--http-port=0",
                "--http-user=ann:open",
                "--http-token=sesame",
                "--base-path=/mail",
                "--allowed-origin=http://app.test:3000")) {
            jar.port();
            String url = "http://127.0.0.1:" + jar.port();

            assertThat(get(url + "/mail/api/v1/info").statusCode()).isEqualTo(401);
            assertThat(get(url + "/mail/livez").statusCode()).isEqualTo(200);
            assertThat(get(url + "/mail/api/v1/info", "Authorization", "Bearer wrong")
                            .statusCode())
                    .isEqualTo(401);
            HttpResponse<String> allowed =
                    get(url + "/mail/api/v1/info", "Authorization", "Bearer sesame", "Origin", "http://app.test:3000");
            assertThat(allowed.statusCode()).isEqualTo(200);
            assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin"))
                    .contains("http://app.test:3000");
            assertThat(get(url + "/mail/api/v1/info", "Authorization", "Bearer sesame", "Origin", "http://evil.test")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(get(url + "/api/v1/info", "Authorization", "Bearer sesame")
                            .statusCode())
                    .isEqualTo(404);
            try (RestanteClient ann = RestanteClient.connect(URI.create(url.replace("//", "//ann:open@") + "/mail/"))) {
                assertThat(ann.mails()).isEmpty();
            }
        }
    }

    @Test
    void httpsShowsTheCertificateThatSmtpShows() throws Exception {
        Path ca = folder.resolve("ca.pem");
        try (StandaloneJar jar = StandaloneJar.run(
                folder, "--smtp-port=0", "--http-port=0", "--starttls", "--http-tls", "--write-ca=" + ca)) {
            jar.port();
            int port = jar.port();
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(Files.newInputStream(ca)));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            try (RestanteClient client = RestanteClient.builder(URI.create("https://localhost:" + port))
                    .sslContext(context)
                    .connect()) {
                assertThat(client.isListening()).isTrue();
            }
            assertThatThrownBy(() -> RestanteClient.connect(URI.create("https://localhost:" + port)))
                    .hasMessageContaining("https://localhost:" + port);
        }
    }

    @Test
    void httpsShowsACertificateOfOnesOwn() throws Exception {
        Path file = HttpsTest.keyStore(folder);
        try (StandaloneJar jar = StandaloneJar.run(
                folder,
                "--smtp-port=0",
                "--http-port=0",
                "--http-tls-certificate=" + file,
                "--http-tls-password=changeit")) {
            jar.port();
            try (RestanteClient client = RestanteClient.builder(URI.create("https://localhost:" + jar.port()))
                    .sslContext(HttpsTest.trusting(file))
                    .connect()) {
                assertThat(client.mails()).isEmpty();
            }
        }
    }
}
