package dev.restante.clients;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.ClientCertificate;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.ProxyInfo;
import dev.restante.SmtpSession;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real HAProxy says of its clients. */
@Timeout(60)
class HaproxyTest {
    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    @TempDir
    private Path folder;

    private final FakeSmtpServer smtp = FakeSmtpServer.builder()
            .proxyProtocol("127.0.0.0/8")
            .startTls()
            .smtpsPort(0)
            .build()
            .start();

    @AfterEach
    void close() {
        smtp.close();
    }

    private Haproxy proxy(String options) throws IOException {
        return Haproxy.start(folder, "", "127.0.0.1:" + smtp.port() + " " + options, "");
    }

    /** The session of the client with this name: HAProxy may have looked whether the server is there before. */
    private SmtpSession sessionOf(String helo) {
        return smtp.sessions().stream()
                .filter(session ->
                        session.client().heloName().filter(helo::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"send-proxy, PROXY_V1", "send-proxy-v2, PROXY_V2"})
    void theClientIsTheOneBeforeTheProxy(String option, ProxyInfo.Source source) throws IOException {
        // An address of its own tells the proxy from its client: the system may give both the same port.
        try (Haproxy proxy = proxy(option + " source 127.0.0.2");
                WireDialogue client = WireDialogue.with("127.0.0.1", proxy.port())) {
            client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
            client.say("STARTTLS", "220 ").handshake(smtp.tls().sslContext());
            client.say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test").say("QUIT", "221 ");

            List<CapturedMail> mails = smtp.awaitMails(2);
            assertThat(mails).allSatisfy(mail -> {
                assertThat(mail.client().ip()).isEqualTo("127.0.0.1");
                assertThat(mail.client().address().getPort()).isEqualTo(client.localPort());
                assertThat(mail.client().proxy()).get().satisfies(told -> {
                    assertThat(told.source()).isEqualTo(source);
                    assertThat(told.peer().getAddress().getHostAddress()).isEqualTo("127.0.0.2");
                    assertThat(told.destination())
                            .hasValueSatisfying(to -> assertThat(to.getPort()).isEqualTo(proxy.port()));
                    assertThat(told.details()).containsEntry("PROTOCOL", "TCP4").containsEntry("COMMAND", "PROXY");
                });
            });
            assertThat(mails.get(1).client().tls()).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void clientsOfIpv6AreToldThroughAProxyOfIpv4(String option) throws IOException {
        OutsideProgram.needed(
                hasIpv6(), "This machine has no ::1. To run this test: enable IPv6 on its loopback interface");
        try (Haproxy proxy = Haproxy.start(folder, "", "127.0.0.1:" + smtp.port() + " " + option, "bind [::1]:PORT");
                WireDialogue client = WireDialogue.with("::1", proxy.port())) {
            client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
            CapturedMail mail = smtp.takeMail();
            assertThat(mail.client().ip()).isEqualTo("::1");
            assertThat(mail.client().address().getPort()).isEqualTo(client.localPort());
            assertThat(mail.client().peer().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
            assertThat(mail.client().proxy().orElseThrow().details()).containsEntry("PROTOCOL", "TCP6");
            assertThat(mail.client().toString()).startsWith("[::1]:").contains(" by 127.0.0.1:");
        }
    }

    private static boolean hasIpv6() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByAddress(IPV6_LOOPBACK))) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void tlsIsPassedOnBehindTheHeader() throws IOException {
        try (Haproxy proxy = Haproxy.start(folder, "", "127.0.0.1:" + smtp.smtpsPort() + " send-proxy-v2", "");
                WireDialogue client = WireDialogue.with("127.0.0.1", proxy.port())) {
            client.handshake(smtp.tls().sslContext())
                    .expect("220 ")
                    .say("EHLO app.test", "250 ")
                    .mail("a@x.test", "b@y.test");
            CapturedMail mail = smtp.takeMail();
            assertThat(mail.client().address().getPort()).isEqualTo(client.localPort());
            assertThat(mail.client().tls()).isPresent();
        }
    }

    /** HAProxy ends TLS here, and says with whom it was spoken. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "send-proxy-v2-ssl-cn",
                "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-key,cert-sig,crc32c,unique-id,authority"
            })
    void theTlsThatTheProxyEndsIsInTheEvidence(String options) throws IOException {
        ClientCertificate ann = smtp.tls().issueClientCertificate("ann");
        Path pem = Files.writeString(folder.resolve("server.pem"), serverCertificate());
        Path authority =
                Files.writeString(folder.resolve("authority.pem"), smtp.tls().caPem());
        try (Haproxy proxy = Haproxy.start(
                        folder,
                        "ssl crt " + pem + " ca-file " + authority + " verify required",
                        "127.0.0.1:" + smtp.port() + " " + options,
                        "unique-id-format app-%ts-1");
                WireDialogue client = WireDialogue.with("127.0.0.1", proxy.port())) {
            client.handshake(TrustingAnybody.context(ann)).expect("220 ").say("EHLO app.test", "250 ");
            client.mail("a@x.test", "b@y.test");

            Map<String, String> details =
                    smtp.takeMail().client().proxy().orElseThrow().details();
            assertThat(details)
                    .containsEntry("SSL_CLIENT", "SSL,CERT_CONN,CERT_SESS")
                    .containsEntry("SSL_VERIFY", "0")
                    .containsEntry("SSL_VERSION", "TLSv1.3")
                    .containsEntry("SSL_CN", "ann");
            if (options.contains("crc32c")) {
                assertThat(details).containsKeys("CRC32C", "UNIQUE_ID", "SSL_CIPHER", "SSL_KEY_ALG", "SSL_SIG_ALG");
                assertThat(details).containsEntry("AUTHORITY", "mx.test");
            }
        }
    }

    private String serverCertificate() throws IOException {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        OutsideProgram.named("openssl", "openssl")
                .run(
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-subj",
                        "/CN=mx.test",
                        "-days",
                        "2",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString())
                .expectExit(0);
        return Files.readString(certificate) + Files.readString(key);
    }

    /** {@code check} alone asks with a header of its own that says LOCAL: nobody is spoken for. */
    @Test
    void theProxysOwnQuestionsAreItsOwn() throws IOException {
        Haproxy proxy = Haproxy.start(
                folder,
                "",
                "127.0.0.1:" + smtp.port() + " send-proxy-v2 check inter 50ms fall 1000",
                "option smtpchk EHLO health.test");
        try (proxy) {
            Eventually.isTrue(
                    "HAProxy has asked",
                    () -> smtp.sessions().stream()
                            .anyMatch(session -> session.client()
                                            .heloName()
                                            .filter("health.test"::equals)
                                            .isPresent()
                                    && session.outcome() == SmtpSession.Outcome.QUIT));
            SmtpSession health = sessionOf("health.test");
            assertThat(health.client().proxy()).get().satisfies(told -> {
                assertThat(told.source()).isEqualTo(ProxyInfo.Source.PROXY_V2);
                assertThat(told.details()).isEqualTo(Map.of("COMMAND", "LOCAL"));
                assertThat(told.peer()).isEqualTo(health.client().address());
            });
            try (WireDialogue client = WireDialogue.with("127.0.0.1", proxy.port())) {
                client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
                assertThat(smtp.takeMail().client().address().getPort()).isEqualTo(client.localPort());
            }
        }
    }

    @Test
    void failuresReachTheClientThroughTheProxy() throws IOException {
        smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").once());
        try (Haproxy proxy = proxy("send-proxy-v2");
                WireDialogue client = WireDialogue.with("127.0.0.1", proxy.port())) {
            client.expect("220 ").say("EHLO app.test", "250 ").say("MAIL FROM:<a@x.test>", "250 ");
            client.say("RCPT TO:<bob@y.test>", "450 4.2.1 Mailbox busy").say("RCPT TO:<bob@y.test>", "250 ");
            assertThat(smtp.unfired()).isEmpty();
        }
    }

    @Test
    void aProxyThatSendsNoHeaderIsRefused() throws IOException {
        try (Haproxy proxy = proxy("");
                WireDialogue client = WireDialogue.with("127.0.0.1", proxy.port())) {
            client.send("EHLO app.test")
                    .expect("421 4.7.0 PROXY header must come first")
                    .expectEnd();
        }
    }
}
