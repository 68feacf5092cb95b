package dev.restante.cli;

import static dev.restante.MailboxSelector.recipient;
import static dev.restante.MailboxSelector.user;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
import dev.restante.MailboxSelector;
import dev.restante.RestanteClient;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import dev.restante.web.RestanteUi;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** docs/mailboxes.md: its Java is compiled and run here, its commands are run. */
@Timeout(60)
class MailboxesDocTest {
    private static final Path PAGE = Path.of("../docs/mailboxes.md");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    private static List<String> blocks(String language) throws Exception {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            MatchResult found = matcher.toMatchResult();
            words.add(
                    found.group(1) != null ? found.group(1) : found.group(2) != null ? found.group(2) : found.group(3));
        }
        return words;
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s", "");
    }

    @Test
    void itsJavaIsThatOfThisTest() throws Exception {
        String here = Files.readString(Path.of("src/test/java/dev/restante/cli/MailboxesDocTest.java"));
        assertThat(blocks("java"))
                .hasSize(2)
                .allSatisfy(block -> assertThat(withoutSpace(here.replace("ui.url()", "\"http://localhost:8025\"")))
                        .contains(withoutSpace(block)));
    }

    /** An application that sends mail. */
    private record Application(SmtpFixture smtp) {
        void send(String to) throws Exception {
            Properties properties = new Properties();
            properties.setProperty("mail.smtp.host", smtp.host());
            properties.setProperty("mail.smtp.port", String.valueOf(smtp.port()));
            MimeMessage mail = new MimeMessage(Session.getInstance(properties));
            mail.setFrom(new InternetAddress("shop@example.com"));
            mail.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
            mail.setSubject("order");
            mail.setText("Hello.");
            Transport.send(mail);
        }
    }

    private static Application application(SmtpFixture smtp) {
        return new Application(smtp);
    }

    @Test
    void inJava() throws Exception {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            SmtpMailbox orders = smtp.mailbox("orders", recipient("*@orders.example"), user("orders"));
            orders.script(
                    on(RCPT_TO).to("full@*").reply(452, "4.2.2 Mailbox full").always());
            orders.keep(new SmtpMailbox.Retention(500, 10 << 20));

            application(smtp).send("ann@orders.example");
            assertThat(orders.takeMail()).isTo("ann@orders.example");
            assertThat(smtp).hasNoMail();
        }
    }

    @Test
    void fromElsewhere() throws Exception {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                RestanteUi ui = RestanteUi.start(server)) {
            try (RestanteClient smtp = RestanteClient.connect(URI.create(ui.url()));
                    SmtpMailbox mine = smtp.mailbox("run-42", recipient("*@run-42.example"))) {
                application(smtp).send("ann@run-42.example");
                assertThat(mine.takeMail()).isTo("ann@run-42.example");
            } // and is removed
            assertThat(server.mailboxes()).isEmpty();
        }
    }

    private static List<FakeSmtpMailbox> mailboxes(Defaults defaults, String... args) {
        ServerCommand command = new ServerCommand();
        new CommandLine(command).setDefaultValueProvider(defaults).parseArgs(args);
        try (FakeSmtpServer server = command.server(List.of("127.0.0.1"))) {
            return server.mailboxes();
        }
    }

    private static List<String> spelled(List<FakeSmtpMailbox> mailboxes) {
        return mailboxes.stream()
                .map(mailbox -> mailbox.name() + " "
                        + String.join(
                                " ",
                                mailbox.selectors().stream()
                                        .map(MailboxSelector::toString)
                                        .toList()))
                .toList();
    }

    @Test
    void onTheCommandLineInTheEnvironmentAndInYaml() throws Exception {
        String command = blocks("sh").stream()
                .filter(block -> block.startsWith("restante "))
                .findFirst()
                .orElseThrow();
        List<String> args = words(command.substring("restante ".length()));
        List<String> expected = List.of("orders rcpt:*@orders.example user:orders", "ci helo:ci-*");
        assertThat(spelled(mailboxes(Defaults.of(Map.of()), args.toArray(String[]::new))))
                .isEqualTo(expected);
        Matcher variable = Pattern.compile("`RESTANTE_MAILBOX=(.*?)`").matcher(Files.readString(PAGE));
        assertThat(variable.find()).isTrue();
        assertThat(spelled(mailboxes(Defaults.of(Map.of("RESTANTE_MAILBOX", variable.group(1))))))
                .containsExactly("orders rcpt:*@orders.example", "ci helo:ci-*");
        Path yaml = Files.createTempFile("mailboxes", ".yaml");
        Files.writeString(
                yaml, "mailbox:\n  - orders=rcpt:/^a{1,3},b@/\n  - orders=header:X-A=b=c\n  - ci=helo:ci-*\n");
        assertThat(spelled(mailboxes(
                        Defaults.of(Map.of()).with(yaml, new CommandLine(new ServerCommand()).getCommandSpec()))))
                .containsExactly("orders rcpt:/^a{1,3},b@/ header:X-A=b=c", "ci helo:ci-*");
        Files.delete(yaml);
    }

    @Test
    void overHttp() throws Exception {
        String commands = blocks("sh").stream()
                .filter(block -> block.startsWith("curl "))
                .findFirst()
                .orElseThrow();
        HttpClient client = HttpClient.newHttpClient();
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                RestanteUi ui = RestanteUi.start(server)) {
            for (String line : commands.lines().toList()) {
                List<String> words = words(line);
                String method = words.contains("-X") ? words.get(words.indexOf("-X") + 1) : "GET";
                String body = words.contains("-d") ? words.get(words.indexOf("-d") + 1) : "";
                String address = words.stream()
                        .filter(word -> word.startsWith("localhost:8025"))
                        .findFirst()
                        .orElseThrow()
                        .replace("localhost:8025", ui.url());
                var answer = client.send(
                        HttpRequest.newBuilder(URI.create(address))
                                .method(method, BodyPublishers.ofString(body))
                                // as curl says of -d
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .build(),
                        BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(line + ": " + answer.body()).isEqualTo(200);
            }
            assertThat(server.mailboxes()).isEmpty();
        }
    }
}
