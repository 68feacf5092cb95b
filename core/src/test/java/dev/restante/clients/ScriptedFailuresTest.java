package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.AUTH;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.CapturedMail;
import dev.restante.OutsideProgram;
import dev.restante.Replay;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.SmtpSession;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same failures through three clients: what each tells its user, and what the server has seen. */
@Timeout(120)
class ScriptedFailuresTest extends RealClient {
    private static final String ASCII_PASSWORD = "pass+word/=";

    /** A client that sends a mail to Bob and Eve. */
    private enum Client {
        ANGUS,
        NODEMAILER,
        SMTPLIB
    }

    private enum Way {
        PLAIN("once"),
        TLS("once_secured"),
        LOGIN("once_with_login");

        private final String python;

        Way(String python) {
            this.python = python;
        }
    }

    /**
     * What a client tells its user, and how many mails it leaves behind. Where it depends on the moment whether a client
     * learns of the end of the connection by reading or by writing, {@code |} stands between what it may say.
     */
    private record Expected(String words, int stored) {}

    /** A rule, and what it is meant to bring about. */
    private static final class Failure {
        private final Rule rule;
        private final List<Way> ways;
        private final Map<Client, Expected> expected = new EnumMap<>(Client.class);
        private final SmtpSession.Outcome[] ends;

        private Failure(Rule rule, List<Way> ways, SmtpSession.Outcome... ends) {
            this.rule = rule;
            this.ways = ways;
            this.ends = ends;
        }

        Failure angus(String words, int stored) {
            expected.put(Client.ANGUS, new Expected(words, stored));
            return this;
        }

        Failure nodemailer(String words, int stored) {
            expected.put(Client.NODEMAILER, new Expected(words, stored));
            return this;
        }

        Failure smtplib(String words, int stored) {
            expected.put(Client.SMTPLIB, new Expected(words, stored));
            return this;
        }

        boolean isWaiting() {
            return rule.toString().contains("stall") || rule.toString().contains("rawReply");
        }

        @Override
        public String toString() {
            return rule.toString();
        }
    }

    private static Failure plain(Rule rule, SmtpSession.Outcome... ends) {
        return new Failure(rule, List.of(Way.PLAIN), ends);
    }

    private static Failure everywhere(Rule rule, SmtpSession.Outcome... ends) {
        return new Failure(rule, List.of(Way.PLAIN, Way.TLS), ends);
    }

    private static Failure login(Rule rule, SmtpSession.Outcome... ends) {
        return new Failure(rule, List.of(Way.LOGIN), ends);
    }

    private static List<Failure> failures() {
        SmtpSession.Outcome[] byClient = {SmtpSession.Outcome.QUIT, SmtpSession.Outcome.CLIENT_CLOSED};
        SmtpSession.Outcome byServer = SmtpSession.Outcome.SERVER_CLOSED;
        SmtpSession.Outcome reset = SmtpSession.Outcome.SERVER_RESET;
        SmtpSession.Outcome[] brokenOff = {SmtpSession.Outcome.CLIENT_BROKE, SmtpSession.Outcome.CLIENT_CLOSED};
        return List.of(
                // One of two recipients: Angus Mail sends to all or to none, unless told otherwise.
                everywhere(
                                on(RCPT_TO)
                                        .to("bob@*")
                                        .reply(450, "4.2.1 Mailbox busy")
                                        .once(),
                                byClient)
                        .angus("SMTPAddressFailedException: 450 4.2.1 Mailbox busy", 0)
                        .nodemailer("\"rejected\":[\"bob@dest.test\"]", 1)
                        .smtplib("refused {'bob@dest.test': (450, b'4.2.1 Mailbox busy')}", 1),
                plain(
                                on(RCPT_TO)
                                        .to("eve@*")
                                        .reply(550, "5.1.1 No such mailbox")
                                        .once(),
                                byClient)
                        .angus("SMTPAddressFailedException: 550 5.1.1 No such mailbox", 0)
                        .nodemailer("\"rejected\":[\"eve@dest.test\"]", 1)
                        .smtplib("refused {'eve@dest.test': (550, b'5.1.1 No such mailbox')}", 1),
                plain(on(RCPT_TO).reply(451, "4.3.0 Try again").times(2), byClient)
                        .angus("SMTPAddressFailedException: 451 4.3.0 Try again", 0)
                        .nodemailer("\"responseCode\":451", 0)
                        .smtplib("SMTPRecipientsRefused", 0),

                // 421 closes; a client that then says RSET may tell of that instead.
                plain(on(CONNECT).reply(421, "4.3.2 Closing").once(), byServer)
                        .angus("response: 421 4.3.2 Closing", 0)
                        .nodemailer("\"responseCode\":421", 0)
                        .smtplib("SMTPConnectError (421, b'4.3.2 Closing')", 0),
                plain(on(EHLO).reply(421, "4.3.2 Closing").once(), byServer)
                        .angus("Exception", 0)
                        .nodemailer("\"responseCode\":421", 0)
                        .smtplib("SMTPServerDisconnected", 0),
                everywhere(on(MAIL_FROM).reply(421, "4.3.2 Closing").once(), byServer)
                        .angus("SMTPSendFailedException: 421 4.3.2 Closing|Can't send command", 0)
                        .nodemailer("421 4.3.2 Closing|Connection closed unexpectedly", 0)
                        .smtplib("SMTPSenderRefused (421, b'4.3.2 Closing', 'ann@client.test')", 0),
                plain(on(RCPT_TO).reply(421, "4.3.2 Closing").once(), byServer)
                        .angus("SMTPAddressFailedException", 0)
                        .nodemailer("421 4.3.2 Closing|Connection closed unexpectedly", 0)
                        .smtplib("SMTPRecipientsRefused {'bob@dest.test': (421, b'4.3.2 Closing')}", 0),
                plain(on(DATA).reply(421, "4.3.2 Closing").once(), byServer)
                        .angus("SMTPSendFailedException: 421 4.3.2 Closing|Can't send command", 0)
                        .nodemailer("\"code\":\"E", 0)
                        .smtplib("SMTPDataError (421, b'4.3.2 Closing')", 0),
                everywhere(on(END_OF_DATA).reply(421, "4.3.2 Closing").once(), byServer)
                        .angus("SMTPSendFailedException: 421 4.3.2 Closing|Can't send command", 0)
                        .nodemailer("421 4.3.2 Closing|Connection closed unexpectedly", 0)
                        .smtplib("SMTPDataError (421, b'4.3.2 Closing')", 0),
                plain(on(END_OF_DATA).reply(554, "5.7.1 Rejected\nfor good").once(), byClient)
                        .angus("554 5.7.1 for good", 0)
                        .nodemailer("\"responseCode\":554", 0)
                        .smtplib("SMTPDataError (554, b'5.7.1 Rejected", 0),

                // The acknowledgement is lost: each client reports a failure of a mail that was taken.
                everywhere(on(AFTER_COMMIT).closeConnection().once(), byServer)
                        .angus("[EOF]|Can't send command", 1)
                        .nodemailer("Connection closed unexpectedly", 1)
                        .smtplib("SMTPServerDisconnected", 1),
                everywhere(on(AFTER_COMMIT).resetConnection().once(), reset)
                        .angus("Connection reset|Can't send command", 1)
                        .nodemailer("ECONNRESET|Connection closed unexpectedly", 1)
                        .smtplib("SMTPServerDisconnected", 1),
                plain(on(AFTER_COMMIT).stall().once(), byClient)
                        .angus("Read timed out", 1)
                        .nodemailer("ETIMEDOUT", 1)
                        .smtplib("timed out", 1),
                everywhere(midData(100).resetConnection().once(), reset)
                        .angus("Exception", 0)
                        .nodemailer("\"code\":\"E", 0)
                        .smtplib("SMTPServerDisconnected", 0),
                plain(midData(100).closeConnection().once(), byServer)
                        .angus("Exception", 0)
                        .nodemailer("\"code\":\"E", 0)
                        .smtplib("SMTPServerDisconnected", 0),

                // Two octets are no code; with six, two of the clients are content.
                plain(on(END_OF_DATA).cutReply(2).once(), byServer)
                        .angus("SMTPSendFailedException: 25", 1)
                        .nodemailer("Connection closed unexpectedly", 1)
                        .smtplib("SMTPDataError (25", 1),
                everywhere(on(END_OF_DATA).cutReply(6).once(), byServer)
                        .angus("sent", 1)
                        .nodemailer("Connection closed unexpectedly", 1)
                        .smtplib("refused {}", 1),
                plain(on(MAIL_FROM).garbage().once(), byServer)
                        .angus("SMTPSendFailedException", 0)
                        .nodemailer("\"code\":\"E", 0)
                        .smtplib("SMTPSenderRefused (-1", 0),
                plain(on(END_OF_DATA).garbage().once(), byServer)
                        .angus("SMTPSendFailedException", 0)
                        .nodemailer("EMESSAGE", 0)
                        .smtplib("SMTPDataError (-1", 0),
                plain(on(END_OF_DATA).rawReply("250-2.0.0 and\r\n").once(), byClient)
                        .angus("Read timed out", 0)
                        .nodemailer("ETIMEDOUT", 0)
                        .smtplib("timed out", 0),
                everywhere(on(MAIL_FROM).stall().once(), byClient)
                        .angus("Read timed out", 0)
                        .nodemailer("ETIMEDOUT", 0)
                        .smtplib("timed out", 0),
                everywhere(on(END_OF_DATA).dribble(1, ofMillis(1)).once(), byClient)
                        .angus("sent", 1)
                        .nodemailer("250 2.0.0 Ok", 1)
                        .smtplib("refused {}", 1),

                // Logins.
                login(
                                on(AUTH).reply(535, "5.7.8 Authentication credentials invalid")
                                        .always(),
                                byClient)
                        .angus("AuthenticationFailedException: 535 5.7.8 Authentication credentials invalid", 0)
                        .nodemailer("\"code\":\"EAUTH\",\"responseCode\":535", 0)
                        .smtplib("SMTPAuthenticationError (535, b'5.7.8 Authentication credentials invalid')", 0),
                login(
                                on(AUTH).reply(454, "4.7.0 Temporary authentication failure")
                                        .always(),
                                byClient)
                        .angus("AuthenticationFailedException: 454 4.7.0 Temporary authentication failure", 0)
                        .nodemailer("\"code\":\"EAUTH\",\"responseCode\":454", 0)
                        .smtplib("SMTPAuthenticationError (454, b'4.7.0 Temporary authentication failure')", 0),
                login(on(AUTH).closeConnection().once(), byServer)
                        .angus("AuthenticationFailedException: [EOF]", 0)
                        .nodemailer("Connection closed unexpectedly", 0)
                        .smtplib("SMTPServerDisconnected", 0),

                // TLS that a careful client does not accept; each names the reason.
                login(on(TLS_HANDSHAKE).expiredCertificate().once(), brokenOff)
                        .angus("validity check failed", 0)
                        .nodemailer("certificate has expired", 0)
                        .smtplib("certificate has expired", 0),
                login(on(TLS_HANDSHAKE).untrustedCertificate().once(), brokenOff)
                        .angus("unable to find valid certification path", 0)
                        .nodemailer("certificate", 0)
                        .smtplib("CERTIFICATE_VERIFY_FAILED", 0),
                login(on(TLS_HANDSHAKE).wrongHostCertificate().once(), brokenOff)
                        .angus("No subject alternative names matching IP address", 0)
                        .nodemailer("does not match certificate's altnames", 0)
                        .smtplib("IP address mismatch", 0),
                login(on(TLS_HANDSHAKE).cutHandshake().once(), byServer)
                        .angus("SSLHandshakeException", 0)
                        .nodemailer("disconnected before secure TLS connection was established", 0)
                        .smtplib("SSLEOFError", 0),
                login(on(STARTTLS).reply(454, "4.7.0 TLS not available").once(), byClient)
                        .angus("454 4.7.0 TLS not available", 0)
                        .nodemailer("\"code\":\"ETLS\"", 0)
                        .smtplib("SMTPResponseException (454, b'4.7.0 TLS not available')", 0),
                // Told to insist on TLS, nodemailer asks for it though it is not listed, and gets it.
                login(on(EHLO).hide("STARTTLS").once(), byClient)
                        .angus("STARTTLS is required but host does not support STARTTLS", 0)
                        .nodemailer("250 2.0.0 Ok", 1)
                        .smtplib("SMTPNotSupportedError", 0));
    }

    static Stream<Arguments> failuresOfClients() {
        List<Arguments> all = new ArrayList<>();
        for (Client client : Client.values()) {
            for (Failure failure : failures()) {
                failure.ways.forEach(way -> all.add(Arguments.of(failure, client, way)));
            }
        }
        return all.stream();
    }

    @Override
    Map<String, String> users() {
        return Map.of(USER, ASCII_PASSWORD);
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @MethodSource("failuresOfClients")
    void isReportedByClientsAndSeenByTheServer(Failure failure, Client client, Way way) throws Exception {
        smtp.script(failure.rule);
        Expected expected = failure.expected.get(client);

        String report = send(client, way, failure.isWaiting() ? 1 : 20);

        assertThat(report).containsAnyOf(expected.words().split("[|]"));
        SmtpSession session = onlySession();
        assertThat(session.outcome()).isIn((Object[]) failure.ends);
        assertThat(session.transcript().rules()).contains(failure.rule.name());
        assertThat(session.tls().isPresent() || way == Way.PLAIN || expected.stored() == 0)
                .isTrue();
        assertThat(smtp.unfired()).isEmpty();
        List<CapturedMail> mails = smtp.awaitMails(expected.stored());
        assertThat(mails).hasSize(expected.stored()).allSatisfy(mail -> {
            boolean told = !(failure.rule.stage() == AFTER_COMMIT
                    || failure.rule.toString().contains("cutReply"));
            assertThat(settled(mail)).isEqualTo(told ? Acknowledgement.SENT : Acknowledgement.LOST);
        });
    }

    /** A transcript does not tell which certificate was shown; and who waits in vain need not do so twice. */
    static Stream<Arguments> failuresToReplay() {
        return failuresOfClients().filter(arguments -> {
            Failure failure = (Failure) arguments.get()[0];
            Client client = (Client) arguments.get()[1];
            Way way = (Way) arguments.get()[2];
            return !failure.isWaiting()
                    && !failure.rule.toString().contains("Certificate")
                    && (client == Client.ANGUS || (client == Client.NODEMAILER && way == Way.PLAIN));
        });
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @MethodSource("failuresToReplay")
    void canBeReplayedFromItsTranscript(Failure failure, Client client, Way way) throws Exception {
        smtp.script(failure.rule);
        send(client, way, 20);
        SmtpSession first = onlySession();

        String recorded = ScriptFile.toJson(Replay.of(first));
        smtp.reset();
        smtp.replaceScript(ScriptFile.fromJson(recorded));
        String report = send(client, way, 20);
        SmtpSession again = onlySession();

        assertThat(replies(again)).as(recorded).isEqualTo(replies(first));
        assertThat(again.outcome()).isIn((Object[]) failure.ends);
        assertThat(report).containsAnyOf(failure.expected.get(client).words().split("[|]"));
        assertThat(smtp.mails()).hasSize(failure.expected.get(client).stored());
    }

    /** What the server said, but for challenges, which are made by chance. */
    private static List<String> replies(SmtpSession session) {
        return session.transcript().replies().stream()
                .map(reply -> reply.startsWith("334 ") ? "334" : reply)
                .toList();
    }

    private String send(Client client, Way way, int patienceInSeconds) throws Exception {
        return switch (client) {
            case ANGUS -> withAngusMail(way, patienceInSeconds);
            case NODEMAILER -> withNodemailer(way, patienceInSeconds);
            case SMTPLIB -> withSmtplib(way, patienceInSeconds);
        };
    }

    private String withAngusMail(Way way, int patienceInSeconds) throws MessagingException {
        Properties properties = smtp.mailProperties();
        properties.setProperty("mail.smtp.localhost", "client.test");
        properties.setProperty("mail.smtp.timeout", patienceInSeconds + "000");
        if (way != Way.PLAIN) {
            properties.putAll(smtp.tls().mailProperties(true));
        }
        properties.setProperty("mail.smtp.auth", String.valueOf(way == Way.LOGIN));
        MimeMessage message = new MimeMessage(Session.getInstance(properties));
        message.setFrom(USER);
        message.addRecipients(Message.RecipientType.TO, "bob@dest.test,eve@dest.test");
        message.setSubject("hello");
        message.setText("hello\r\n".repeat(20));
        try {
            Transport.send(message, USER, ASCII_PASSWORD);
            return "sent";
        } catch (MessagingException e) {
            return e.toString();
        }
    }

    private String withNodemailer(Way way, int patienceInSeconds) throws IOException {
        NodemailerTest.install();
        Map<String, Object> transport = new HashMap<>(
                Map.of("host", smtp.host(), "port", smtp.port(), "socketTimeout", patienceInSeconds * 1000));
        transport.put(way == Way.PLAIN ? "ignoreTLS" : "requireTLS", true);
        if (way == Way.LOGIN) {
            transport.put("auth", Map.of("user", USER, "pass", ASCII_PASSWORD));
        }
        Map<String, Object> mail = Map.of(
                "from", USER, "to", "bob@dest.test, eve@dest.test", "subject", "hello", "text", "hello\r\n".repeat(20));
        return NodemailerTest.send(Map.of("transport", transport, "caFile", authority.toString(), "mail", mail))
                .get(0)
                .toString();
    }

    private String withSmtplib(Way way, int patienceInSeconds) throws URISyntaxException {
        Path script = Path.of(Objects.requireNonNull(getClass().getResource("/clients/smtplib_client.py"))
                .toURI());
        return OutsideProgram.named("python3", "python3")
                .with("-X", "utf8", script.toString(), way.python, smtp.host(), port())
                .run(authority.toString(), USER, ASCII_PASSWORD, String.valueOf(patienceInSeconds))
                .out();
    }
}
