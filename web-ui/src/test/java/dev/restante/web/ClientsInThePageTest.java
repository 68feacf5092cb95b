package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.restante.FakeSmtpServer;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Mail from the clients that people use shows in the list and on its own, whatever client it was. */
@Timeout(120)
class ClientsInThePageTest {
    private static final String MAIL =
            "From: shop@example.com\nTo: ann@example.com\nSubject: Your order 42\n\nthank you\n";

    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final RestanteUi ui = RestanteUi.start(smtp);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    /** A client: the program it needs, the package that brings it, and what to run. */
    private record Client(String program, String debianPackage, String command) {
        @Override
        public String toString() {
            return program;
        }
    }

    static Stream<Client> clients() {
        return Stream.of(
                new Client(
                        "swaks",
                        "swaks",
                        "swaks --silent 2 --server $HOST:$PORT --from shop@example.com --to ann@example.com --data - < mail"),
                new Client(
                        "curl",
                        "curl",
                        "curl -sS smtp://$HOST:$PORT --crlf --mail-from shop@example.com --mail-rcpt ann@example.com -T mail"),
                new Client(
                        "msmtp",
                        "msmtp",
                        "msmtp --host=$HOST --port=$PORT --from=shop@example.com ann@example.com < mail"),
                new Client(
                        "python3",
                        "python3",
                        "python3 -c \"import smtplib, email; s = smtplib.SMTP('$HOST', $PORT);"
                                + " s.send_message(email.message_from_file(open('mail'))); s.quit()\""),
                new Client(
                        "npm",
                        "npm",
                        "npm install --silent --no-audit --no-fund --prefix . nodemailer@10.6.0 > /dev/null && node -e"
                                + " \"require('nodemailer').createTransport({host: '$HOST', port: $PORT}).sendMail({from:"
                                + " 'shop@example.com', to: 'ann@example.com', subject: 'Your order 42', text: 'thank you'})\""));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void mailOfAClientShows(Client client) throws Exception {
        requireInstalled(client);
        Files.writeString(folder.resolve("mail"), MAIL);
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", client.command)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("HOST", smtp.host());
        builder.environment().put("PORT", String.valueOf(smtp.port()));
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();

        showsInListAndAlone();
    }

    @Test
    void mailOfJakartaMailShows() throws Exception {
        MimeMessage mail = new MimeMessage(Session.getInstance(smtp.mailProperties()));
        mail.setFrom(new InternetAddress("shop@example.com"));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress("ann@example.com"));
        mail.setSubject("Your order 42");
        mail.setText("thank you");
        Transport.send(mail);

        showsInListAndAlone();
    }

    private void showsInListAndAlone() throws Exception {
        smtp.awaitMails(1);
        Http http = new Http(ui.url());
        JsonNode summary = http.json("/api/v1/messages").get("messages").get(0);
        assertThat(summary.get("Subject").asString()).isEqualTo("Your order 42");
        assertThat(summary.get("From").get("Address").asString()).isEqualTo("shop@example.com");
        assertThat(summary.get("To").get(0).get("Address").asString()).isEqualTo("ann@example.com");
        assertThat(summary.get("Snippet").asString()).isEqualTo("thank you");
        assertThat(http.json("/api/v1/message/latest").get("Text").asString()).startsWith("thank you");
    }

    private static void requireInstalled(Client client) throws IOException, InterruptedException {
        boolean installed = new ProcessBuilder(List.of("bash", "-c", "command -v " + client.program))
                        .start()
                        .waitFor()
                == 0;
        String remedy = client.program + " is not installed. Install it with: apt-get install " + client.debianPackage;
        if (System.getenv("CI") != null) {
            assertThat(installed).as(remedy).isTrue();
        }
        assumeTrue(installed, remedy);
    }
}
