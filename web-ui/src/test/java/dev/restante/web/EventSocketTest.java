package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.FakeSmtpServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class EventSocketTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final RestanteUi ui = RestanteUi.start(smtp);
    private final Http http = new Http(ui.url());
    private Client client;

    @BeforeEach
    void connect() throws Exception {
        client = new Client(ui.url());
        assertThat(client.next("stats").toString())
                .isEqualTo("{\"Total\":0,\"Unread\":0,\"Version\":\"" + RestanteUi.version() + "\"}");
    }

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    /** A client that notes the frames that it is told. */
    private static final class Client implements WebSocket.Listener {
        final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
        final WebSocket socket;
        private final StringBuilder text = new StringBuilder();

        Client(String url) {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create(url.replace("http:", "ws:") + "/api/events"), this)
                    .join();
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                frames.add(Http.read(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        /** The data of the next frame of this type; others are passed over. */
        JsonNode next(String type) throws InterruptedException {
            while (true) {
                JsonNode frame = frames.poll(10, TimeUnit.SECONDS);
                assertThat(frame).as("a frame of type " + type).isNotNull();
                assertThat(Http.keys(frame)).containsExactly("Type", "Data");
                if (frame.get("Type").asString().equals(type)) {
                    return frame.get("Data");
                }
            }
        }
    }

    private String sent(String recipient) throws Exception {
        Sender.send(smtp, "a@example.test", List.of(recipient), SampleMails.plain("live", "x"));
        return smtp.mails().get(smtp.mails().size() - 1).id();
    }

    @Test
    void arrivalsAreToldAsListsTellThem() throws Exception {
        String id = sent("bob@example.test");

        JsonNode mail = client.next("new");

        assertThat(mail.get("ID").asString()).isEqualTo(id);
        assertThat(mail.toString())
                .isEqualTo(http.json("/api/v1/messages").get("messages").get(0).toString());
        assertThat(client.next("stats").get("Total").asInt()).isEqualTo(1);
    }

    @Test
    void tagsThatAMailBringsAreToldBeforeIt() throws Exception {
        String id = sent("bob+red@example.test");

        assertThat(client.next("update").toString()).isEqualTo("{\"ID\":\"" + id + "\",\"Tags\":[\"red\"]}");
        assertThat(client.next("new").get("Tags").toString()).isEqualTo("[\"red\"]");
    }

    @Test
    void changesOfMarksAreTold() throws Exception {
        String id = sent("bob@example.test");
        http.get("/api/v1/message/" + id);
        assertThat(client.next("update").toString()).isEqualTo("{\"ID\":\"" + id + "\",\"Read\":true}");

        http.get("/api/v1/message/" + id); // changes nothing
        http.send("PUT", "/api/v1/messages", "{\"IDs\":[\"" + id + "\"],\"Read\":false}");
        assertThat(client.next("update").toString()).isEqualTo("{\"ID\":\"" + id + "\",\"Read\":false}");

        http.send("PUT", "/api/v1/tags", "{\"IDs\":[\"" + id + "\"],\"Tags\":[\"blue\"]}");
        assertThat(client.next("update").toString()).isEqualTo("{\"ID\":\"" + id + "\",\"Tags\":[\"blue\"]}");

        http.send("PUT", "/api/v1/tags/blue", "{\"Name\":\"green\"}");
        assertThat(client.next("prune").isNull()).isTrue();
    }

    @Test
    void removalsAreTold() throws Exception {
        String one = sent("bob@example.test");
        String two = sent("bob@example.test");
        http.send("DELETE", "/api/v1/messages", "{\"IDs\":[\"" + one + "\"]}");
        assertThat(client.next("delete").toString()).isEqualTo("{\"ID\":\"" + one + "\"}");

        smtp.takeMail();
        assertThat(client.next("delete").toString()).isEqualTo("{\"ID\":\"" + two + "\"}");

        sent("bob@example.test");
        http.method("DELETE", "/api/v1/messages");
        assertThat(client.next("truncate").isNull()).isTrue();
        assertThat(client.next("stats").get("Total").asInt()).isZero();
    }

    @Test
    void refusalsAreTold() throws Exception {
        smtp.script(on(RCPT_TO).to("busy@*").reply(450, "4.2.1 Busy").always());
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("MAIL FROM:<a@example.test>");
            sender.say("RCPT TO:<busy@example.test>");
            sender.say("QUIT");
        }

        assertThat(client.next("error").toString())
                .isEqualTo(
                        "{\"Level\":\"warning\",\"Type\":\"smtpd\",\"IP\":\"127.0.0.1\",\"Message\":\"450 4.2.1 Busy\"}");
    }

    @Test
    void nothingKeepsTheJvmAliveOnceThePageIsClosed() throws Exception {
        sent("bob@example.test");
        client.next("new");
        ui.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !thread.isDaemon())
                .extracting(Thread::getName)
                .noneMatch(name -> name.contains("WebSocket") || name.startsWith("restante-"));
    }

    @Test
    void pagesFromElsewhereAreNotTold() {
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .header("Origin", "http://evil.test")
                        .buildAsync(URI.create(ui.url().replace("http:", "ws:") + "/api/events"), client)
                        .join())
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    }

    @Test
    void whatClientsSayIsNotListenedTo() throws Exception {
        client.socket.sendText("{\"Type\":\"delete\"}", true).join();
        String id = sent("bob@example.test");

        assertThat(client.next("new").get("ID").asString()).isEqualTo(id);
    }
}
