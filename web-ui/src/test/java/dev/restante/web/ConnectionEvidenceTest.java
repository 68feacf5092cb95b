package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.END_OF_DATA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.ClientCertificate;
import dev.restante.ClientCertificates;
import dev.restante.FakeSmtpServer;
import dev.restante.RestanteClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What the HTTP API tells of proxies, certificates, logins, handshakes and the recipients of LMTP. */
@Timeout(60)
class ConnectionEvidenceTest {
    private FakeSmtpServer smtp;
    private RestanteUi ui;
    private Http http;

    @BeforeEach
    void open() {
        smtp = FakeSmtpServer.builder()
                .smtpsPort(0)
                .lmtpPort(0)
                .proxyProtocol("127.0.0.1")
                .xclient("192.0.2.7")
                .clientCertificates(ClientCertificates.WANTED)
                .auth(AuthPolicy.users(Map.of("ann", "secret")))
                .build()
                .start();
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
    }

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    private static String header(int port) {
        return "PROXY TCP4 192.0.2.7 198.51.100.1 50312 " + port + "\r\n";
    }

    /** A dialogue in which each line but the last is answered. */
    private static void converse(Socket socket, String... lines) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        OutputStream out = socket.getOutputStream();
        reply(in);
        for (String line : lines) {
            out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            reply(in);
        }
    }

    private static void reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
    }

    private Socket connected(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getByName(smtp.host()), port);
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(header(port).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void aProxyACertificateAndALoginAreTold() throws Exception {
        ClientCertificate certificate = smtp.tls().issueClientCertificate("app");
        String login = Base64.getEncoder().encodeToString("bob\0ann\0secret".getBytes(StandardCharsets.UTF_8));
        try (Socket plain = connected(smtp.smtpsPort());
                SSLSocket secured = (SSLSocket) certificate
                        .sslContext()
                        .getSocketFactory()
                        .createSocket(plain, "localhost", smtp.smtpsPort(), true)) {
            converse(
                    secured,
                    "EHLO app.test",
                    "AUTH PLAIN " + login,
                    "MAIL FROM:<a@x.test>",
                    "RCPT TO:<b@y.test>",
                    "DATA",
                    "Subject: x\r\n\r\n.");
        }
        smtp.awaitMails(1);

        JsonNode evidence = http.json("/api/v1/message/latest/evidence");
        JsonNode client = evidence.get("client");

        assertThat(client.get("ip").asString()).isEqualTo("192.0.2.7");
        assertThat(client.get("port").asInt()).isEqualTo(50312);
        assertThat(client.get("user").asString()).isEqualTo("ann");
        assertThat(client.get("authorizationIdentity").asString()).isEqualTo("bob");
        JsonNode proxy = client.get("proxy");
        assertThat(proxy.get("source").asString()).isEqualTo("PROXY_V1");
        assertThat(proxy.get("ip").asString()).isEqualTo("127.0.0.1");
        assertThat(proxy.get("destination").toString())
                .isEqualTo("{\"ip\":\"198.51.100.1\",\"port\":" + smtp.smtpsPort() + "}");
        assertThat(proxy.get("details").toString()).isEqualTo("{\"COMMAND\":\"PROXY\",\"PROTOCOL\":\"TCP4\"}");
        JsonNode chain = client.get("tls").get("clientCertificates");
        assertThat(Http.texts(chain, "subject")).hasSize(2).first().asString().isEqualTo("CN=app");
        assertThat(chain.get(0).get("issuer").asString())
                .isEqualTo(chain.get(1).get("subject").asString());
        assertThat(chain.get(0).get("serialNumber").asString())
                .isEqualTo(certificate.certificate().getSerialNumber().toString(16));
        assertThat(evidence.get("session").get("client")).isEqualTo(client);
        assertThat(Http.texts(evidence.get("recipients"), "acknowledgement")).containsExactly("SENT");
    }

    @Test
    void theRecipientsOfLmtpAreToldOfEachByItself() throws Exception {
        smtp.script(on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Full").once());
        try (Socket socket = connected(smtp.lmtpPort())) {
            converse(
                    socket,
                    "LHLO app.test",
                    "MAIL FROM:<a@x.test>",
                    "RCPT TO:<ann@y.test>",
                    "RCPT TO:<bob@y.test>",
                    "DATA",
                    "Subject: x\r\n\r\n.");
        }
        smtp.awaitMails(1);

        JsonNode attempt = http.json("/api/v1/attempts").get("attempts").get(0);
        JsonNode ann = attempt.get("recipients").get(0);
        JsonNode bob = attempt.get("recipients").get(1);

        assertThat(attempt.get("outcome").asString()).isEqualTo("ACCEPTED");
        assertThat(ann.get("delivery").get("stored").asBoolean()).isTrue();
        assertThat(ann.get("delivery").get("reply").get("code").asInt()).isEqualTo(250);
        assertThat(bob.get("reply").get("code").asInt()).isEqualTo(250);
        assertThat(bob.get("delivery").toString())
                .isEqualTo("{\"reply\":{\"code\":452,\"text\":\"4.2.2 Full\"},\"stored\":false}");
        JsonNode evidence = http.json("/api/v1/message/latest/evidence");
        assertThat(Http.texts(evidence.get("recipients"), "address")).containsExactly("ann@y.test");
        assertThat(evidence.get("session").get("listener").asString()).isEqualTo("LMTP");
        assertThat(http.json("/api/v1/server").get("lmtpPort").asInt()).isEqualTo(smtp.lmtpPort());
    }

    @Test
    void whyAHandshakeFailedIsTold() throws Exception {
        try (Socket socket = connected(smtp.smtpsPort())) {
            socket.getOutputStream().write("EHLO app.test\r\n".getBytes(StandardCharsets.US_ASCII));
            while (socket.getInputStream().read() >= 0) {
                // The server's alert, and then the end.
            }
        } catch (SSLException e) {
            throw new AssertionError("No TLS is spoken here.", e);
        }

        JsonNode attempt = http.json("/api/v1/attempts").get("attempts").get(0);

        assertThat(attempt.get("stage").asString()).isEqualTo("TLS_HANDSHAKE");
        assertThat(attempt.get("reason").asString()).isEqualTo("what the client sent is no TLS");
        assertThat(attempt.get("client").get("ip").asString()).isEqualTo("192.0.2.7");
    }

    @Test
    void aHeaderNotInOrderIsTold() throws Exception {
        try (Socket socket = new Socket(InetAddress.getByName(smtp.host()), smtp.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("PROXY TCP9\r\n".getBytes(StandardCharsets.US_ASCII));
            while (socket.getInputStream().read() >= 0) {
                // 421, and then the end.
            }
        }
        JsonNode attempt = http.json("/api/v1/attempts").get("attempts").get(0);

        assertThat(attempt.get("reason").asString()).startsWith("PROXY header is not in order: ");
        assertThat(attempt.get("reply").get("code").asInt()).isEqualTo(421);
        assertThat(List.of(attempt.get("client").get("proxy").isNull())).containsExactly(true);
    }

    /** A test that holds the server from elsewhere sees the same. */
    @Test
    void whatIsKnownOfClientsAndRecipientsTravelsWhole() throws Exception {
        smtp.script(on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Full").once());
        try (Socket socket = connected(smtp.lmtpPort())) {
            converse(
                    socket,
                    "XCLIENT ADDR=IPV6:2001:db8::7 NAME=spike.test",
                    "LHLO app.test",
                    "MAIL FROM:<a@x.test>",
                    "RCPT TO:<ann@y.test>",
                    "RCPT TO:<bob@y.test>",
                    "DATA",
                    "Subject: x\r\n\r\n.");
        }
        CapturedMail here = smtp.awaitMails(1).get(0);
        try (RestanteClient remote = RestanteClient.connect(URI.create(ui.url()))) {
            CapturedMail there = remote.mails().get(0);
            assertThat(there.client()).isEqualTo(here.client());
            assertThat(there.client().proxy()).isPresent();
            assertThat(there.client().ip()).isEqualTo("2001:db8::7");
            assertThat(there.acknowledgement("ann@y.test")).isEqualTo(here.acknowledgement("ann@y.test"));
            assertThat(remote.attempts().get(0).recipients())
                    .isEqualTo(smtp.attempts().get(0).recipients());
            assertThat(remote.attempts().get(0).recipients().get(1).delivery()).isPresent();
        }
    }
}
