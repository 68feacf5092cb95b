package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What the HTTP API tells of what clients did wrong. */
@Timeout(60)
class LintApiTest {
    private FakeSmtpServer smtp;
    private RestanteUi ui;
    private Http http;

    @BeforeEach
    void open() throws IOException {
        smtp = FakeSmtpServer.create().start();
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
        try (Socket socket = new Socket(smtp.host(), smtp.port())) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            reply(in);
            say(socket, in, "EHLO client.test");
            say(socket, in, "MAIL FROM: <ann@example.com>");
            say(socket, in, "RCPT TO:<bob@example.com>");
            say(socket, in, "DATA");
            say(socket, in, "From: ann@example.com\r\nMessage-ID: <1@example.com>\r\n\r\none\ntwo\nthree\r\n.");
            say(socket, in, "QUIT");
        }
    }

    private static void say(Socket socket, BufferedReader in, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        reply(in);
    }

    private static void reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.startsWith("-", 3)) {
            line = in.readLine();
        }
    }

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    @Test
    void evidenceOfAMailHasWhatIsWrongWithItAndItsTransaction() throws Exception {
        JsonNode lint = http.json("/api/v1/message/latest/evidence").get("lint");
        assertThat(lint).hasSize(3);
        JsonNode said = lint.get(0);
        assertThat(said.get("code").asString()).isEqualTo("space-before-path");
        assertThat(said.get("severity").asString()).isEqualTo("WARNING");
        assertThat(said.get("said").get("entry").asInt()).isEqualTo(3);
        assertThat(said.get("said").get("line").asString()).isEqualTo("MAIL FROM: <ann@example.com>");
        assertThat(said.get("sent").isNull()).isTrue();
        assertThat(lint.get(1).get("code").asString()).isEqualTo("date-missing");
        JsonNode sent = lint.get(2);
        assertThat(sent.get("code").asString()).isEqualTo("bare-lf");
        assertThat(sent.get("severity").asString()).isEqualTo("ERROR");
        assertThat(sent.get("reference").asString()).isEqualTo("RFC 5321 section 2.3.8");
        assertThat(sent.get("count").asInt()).isEqualTo(2);
        assertThat(sent.get("said").isNull()).isTrue();
        assertThat(sent.get("sent").get("line").asInt()).isEqualTo(4);
        assertThat(sent.get("sent").get("octet").asInt()).isEqualTo(57);
    }

    @Test
    void aSessionHasWhatIsWrongWithWhatWasSaid() throws Exception {
        JsonNode session =
                http.json("/api/v1/sessions?transcript=true").get("sessions").get(0);
        assertThat(session.get("lint")).hasSize(1);
        assertThat(session.get("lint").get(0).get("code").asString()).isEqualTo("space-before-path");
        assertThat(http.json("/api/v1/sessions/" + session.get("id").asString()).get("lint"))
                .isEqualTo(session.get("lint"));
    }
}
