package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Server-sent events tell what the websocket tells: arrivals, removals, read marks and tags. */
@Timeout(30)
class EventStreamTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final RestanteUi ui = RestanteUi.start(smtp);
    private final Http http = new Http(ui.url());
    private Socket socket;
    private BufferedReader events;

    @BeforeEach
    void listen() throws Exception {
        socket = new Socket(InetAddress.getLoopbackAddress(), ui.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write("GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        events = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        assertThat(next()).startsWith("hello {\"version\":");
    }

    @AfterEach
    void close() throws Exception {
        socket.close();
        ui.close();
        smtp.close();
    }

    /** The name and data of the next event but for those about attempts, which come once a second. */
    private String next() throws Exception {
        String name = "";
        while (true) {
            String line = events.readLine();
            assertThat(line).isNotNull();
            if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ") && !name.equals("attempts")) {
                return name + " " + line.substring(6);
            }
        }
    }

    private String sent(String recipient) throws Exception {
        Sender.send(smtp, "a@x.test", List.of(recipient), SampleMails.invoice());
        String event = next();
        assertThat(event).startsWith("new {");
        return Http.read(event.substring(4)).get("ID").asString();
    }

    @Test
    void readMarksAndTagsAreTold() throws Exception {
        String id = sent("bob+red@y.test");

        http.get("/api/v1/message/" + id);
        assertThat(next()).isEqualTo("read {\"id\":\"" + id + "\",\"read\":true}");
        http.get("/api/v1/message/" + id); // changes nothing
        http.send("PUT", "/api/v1/messages", "{\"IDs\":[\"" + id + "\"],\"Read\":false}");
        assertThat(next()).isEqualTo("read {\"id\":\"" + id + "\",\"read\":false}");
        http.send("PUT", "/api/v1/tags", "{\"IDs\":[\"" + id + "\"],\"Tags\":[\"blue\",\"amber\"]}");
        assertThat(next()).isEqualTo("tags {\"id\":\"" + id + "\",\"tags\":[\"amber\",\"blue\"]}");
        http.send("PUT", "/api/v1/tags/blue", "{\"Name\":\"green\"}");
        assertThat(next()).isEqualTo("reload {}");
        http.send("PUT", "/api/v1/messages", "{\"Read\":true}");
        assertThat(next()).isEqualTo("reload {}");
    }

    @Test
    void removalsAreToldWhoeverRemoves() throws Exception {
        String one = sent("bob@y.test");
        String two = sent("bob@y.test");
        String three = sent("bob@y.test");

        http.send("DELETE", "/api/v1/messages", "{\"IDs\":[\"" + one + "\"]}");
        assertThat(next()).isEqualTo("gone {\"ids\":[\"" + one + "\"]}");
        smtp.takeMail();
        assertThat(next()).isEqualTo("gone {\"ids\":[\"" + two + "\"]}");
        http.method("DELETE", "/api/v1/messages");
        assertThat(next()).isEqualTo("gone {\"ids\":[\"" + three + "\"]}");
    }

    @Test
    void tagsThatAMailBringsStandInTheListItem() throws Exception {
        Sender.send(smtp, "a@x.test", List.of("bob+red@y.test"), SampleMails.invoice());
        assertThat(next()).startsWith("new {").contains("\"Tags\":[\"red\"]");
    }
}
