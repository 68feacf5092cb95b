package dev.restante.clients;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.restante.CapturedMail;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.ProxyInfo;
import dev.restante.SmtpSession;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** nginx as a mail proxy: it tells of its client by XCLIENT, by a PROXY header, or by both. */
@Timeout(60)
class NginxTest {
    private static final int TRIES = 10;
    private static final String MODULE = "/usr/lib/nginx/modules/ngx_mail_module.so";

    /** Runs nginx until nobody holds the other end of standard input any more, in whatever way that ended. */
    private static final String GUARD = """
            nginx -c "$1" -g 'daemon off;' >"$2" 2>&1 </dev/null &
            proxy=$!
            cat >/dev/null
            kill $proxy 2>/dev/null
            wait $proxy
            """;

    @TempDir
    private Path folder;

    private FakeSmtpServer smtp;
    private HttpServer authority;
    private Process guard;
    private int port;

    /** nginx asks by HTTP where a client is to go; everybody goes to the one server. */
    @BeforeEach
    void askByHttp() throws IOException {
        OutsideProgram.named("nginx", "nginx-light libnginx-mod-mail");
        OutsideProgram.needed(
                Files.exists(Path.of(MODULE)),
                "nginx lacks its mail module. To run this test: apt-get install libnginx-mod-mail");
        authority = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        authority.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Auth-Status", "OK");
            exchange.getResponseHeaders().set("Auth-Server", "127.0.0.1");
            exchange.getResponseHeaders().set("Auth-Port", String.valueOf(smtp.port()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        authority.start();
    }

    @AfterEach
    void close() throws Exception {
        if (guard != null) {
            guard.getOutputStream().close();
            assertThat(guard.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        if (authority != null) {
            authority.stop(0);
        }
        if (smtp != null) {
            smtp.close();
        }
    }

    private void start(FakeSmtpServer.Builder server, String options) throws IOException {
        smtp = server.build().start();
        for (int i = 1; ; i++) {
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = probe.getLocalPort();
            }
            Path log = folder.resolve("nginx-" + port + ".log");
            Path configuration = Files.writeString(folder.resolve("nginx-" + port + ".conf"), """
                    load_module MODULE;
                    pid FOLDER/nginx-PORT.pid;
                    error_log LOG info;
                    worker_processes 1;
                    events { worker_connections 64; }
                    mail {
                        server_name proxy.test;
                        auth_http 127.0.0.1:AUTHORITY/;
                        server {
                            listen 127.0.0.1:PORT;
                            protocol smtp;
                            proxy_pass_error_message on;
                            OPTIONS
                        }
                    }
                    """.replace(
                            "MODULE", MODULE)
                    .replace("FOLDER", folder.toString())
                    .replace("LOG", log.toString())
                    .replace("AUTHORITY", String.valueOf(authority.getAddress().getPort()))
                    .replace("PORT", String.valueOf(port))
                    .replace("OPTIONS", options));
            ProcessBuilder builder =
                    new ProcessBuilder("sh", "-c", GUARD, "nginx-guard", configuration.toString(), log + ".out");
            builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
            guard = builder.start();
            Eventually.isTrue("nginx listens, or says why not", () -> isListening() || says(log, "[emerg]"));
            if (!says(log, "[emerg]")) {
                return;
            }
            guard.getOutputStream().close();
            // Between finding a free port and taking it, another may have taken it.
            if (!says(log, "in use") || i == TRIES) {
                throw new AssertionError("nginx did not start:\n" + Files.readString(log));
            }
        }
    }

    private boolean isListening() {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean says(Path log, String word) {
        try {
            return Files.exists(log)
                    && Files.readString(log, StandardCharsets.UTF_8).contains(word);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void theClientAndItsLoginAreToldByXclient() throws IOException {
        start(FakeSmtpServer.builder().xclient("127.0.0.1"), "smtp_auth plain; xclient on;");
        String login = Base64.getEncoder().encodeToString("\0ann\0secret".getBytes(StandardCharsets.UTF_8));
        try (WireDialogue client = WireDialogue.with("127.0.0.1", port)) {
            client.expect("220 ").say("EHLO app.test", "250 ").say("AUTH PLAIN " + login, "235 ");
            client.mail("a@x.test", "b@y.test").say("QUIT", "221 ");
        }
        CapturedMail mail = smtp.takeMail();
        assertThat(mail.client().ip()).isEqualTo("127.0.0.1");
        assertThat(mail.client().user()).contains("ann");
        assertThat(mail.client().heloName()).contains("app.test");
        ProxyInfo proxy = mail.client().proxy().orElseThrow();
        assertThat(proxy.source()).isEqualTo(ProxyInfo.Source.XCLIENT);
        assertThat(proxy.details())
                .containsEntry("ADDR", "127.0.0.1")
                .containsEntry("LOGIN", "ann")
                .containsKey("NAME");
    }

    @Test
    void theClientIsToldByAHeader() throws IOException {
        start(FakeSmtpServer.builder().proxyProtocol("127.0.0.1"), "smtp_auth none; xclient off; proxy_protocol on;");
        try (WireDialogue client = WireDialogue.with("127.0.0.1", port)) {
            client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
            CapturedMail mail = smtp.takeMail();
            assertThat(mail.client().address().getPort()).isEqualTo(client.localPort());
            assertThat(mail.client().proxy()).map(ProxyInfo::source).contains(ProxyInfo.Source.PROXY_V1);
        }
    }

    /** The header says who connects, and XCLIENT is taken because that one is trusted. */
    @Test
    void theClientIsToldByBoth() throws IOException {
        start(
                FakeSmtpServer.builder().proxyProtocol("127.0.0.1").xclient("127.0.0.1"),
                "smtp_auth none; xclient on; proxy_protocol on;");
        try (WireDialogue client = WireDialogue.with("127.0.0.1", port)) {
            client.expect("220 ").say("EHLO app.test", "250 ").mail("a@x.test", "b@y.test");
        }
        ProxyInfo proxy = smtp.takeMail().client().proxy().orElseThrow();
        assertThat(proxy.source()).isEqualTo(ProxyInfo.Source.XCLIENT);
        assertThat(proxy.details()).containsEntry("PROTOCOL", "TCP4").containsEntry("ADDR", "127.0.0.1");
    }

    @Test
    void aRefusalOfWhoIsSpokenForReachesTheClient() throws IOException {
        start(FakeSmtpServer.builder().xclient("127.0.0.1"), "smtp_auth none; xclient on;");
        smtp.script(
                on(CONNECT).nthInConnection(2).reply(554, "5.7.1 Not you").once(),
                on(RCPT_TO).reply(550, "5.1.1 No such user").once());
        try (WireDialogue client = WireDialogue.with("127.0.0.1", port)) {
            client.expect("220 ").say("EHLO app.test", "250 ").say("MAIL FROM:<a@x.test>", "250 ");
            client.say("RCPT TO:<b@y.test>", "554 5.7.1 Not you");
        }
        try (WireDialogue client = WireDialogue.with("127.0.0.1", port)) {
            client.expect("220 ").say("EHLO app.test", "250 ").say("MAIL FROM:<a@x.test>", "250 ");
            client.say("RCPT TO:<b@y.test>", "550 5.1.1 No such user");
        }
        assertThat(smtp.unfired()).isEmpty();
    }

    @Test
    void aProxyThatIsNotTrustedWithXclientGetsNoFurther() throws IOException {
        start(FakeSmtpServer.builder().xclient("192.0.2.0/24"), "smtp_auth none; xclient on;");
        try (WireDialogue client = WireDialogue.with("127.0.0.1", port)) {
            client.expect("220 ").say("EHLO app.test", "250 ").say("MAIL FROM:<a@x.test>", "250 ");
            client.say("RCPT TO:<b@y.test>", "550 5.7.0 ");
        }
        assertThat(smtp.sessions())
                .isNotEmpty()
                .allSatisfy(session -> assertThat(session.client().proxy()).isEmpty());
        Eventually.isTrue("nginx has left", () -> smtp.sessions().stream().noneMatch(SmtpSession::isOpen));
    }
}
