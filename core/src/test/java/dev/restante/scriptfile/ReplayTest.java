package dev.restante.scriptfile;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.ANY_COMMAND;
import static dev.restante.Stage.AUTH;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.QUIT;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.RSET;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static dev.restante.Stage.VRFY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.AuthPolicy;
import dev.restante.FakeSmtpServer;
import dev.restante.Replay;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.SmtpSession;
import dev.restante.Transcript;
import dev.restante.WireDialogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ReplayTest {
    private static final String MESSAGE = "Subject: hello\r\n\r\n" + "text\r\n".repeat(40) + ".\r\n";
    private static final List<String> ONE_MAIL = List.of(
            "EHLO client.test\r\n", "MAIL FROM:<a@test>\r\n", "RCPT TO:<b@test>\r\n", "DATA\r\n", MESSAGE, "QUIT\r\n");

    /** A script, and what a client says under it, piece by piece; it waits for a reply to each but those with a {@code !}. */
    static Stream<Arguments> sessions() {
        return Stream.of(
                session("nothing scripted", ONE_MAIL),
                session(
                        "a banner",
                        ONE_MAIL,
                        on(CONNECT).reply(220, "mx.example.com ready\nas ever").once()),
                session(
                        "refused at connect",
                        List.of("EHLO a\r\n", "MAIL FROM:<a@test>\r\n", "QUIT\r\n"),
                        on(CONNECT).reply(554, "5.7.1 No").once()),
                session(
                        "closed at connect",
                        List.of(),
                        on(CONNECT).closeConnection().once()),
                session(
                        "reset at connect",
                        List.of(),
                        on(CONNECT).resetConnection().once()),
                session(
                        "EHLO refused once",
                        List.of("EHLO a\r\n", "EHLO b\r\n", "HELO c\r\n", "QUIT\r\n"),
                        on(EHLO).reply(450, "4.3.2 Later").once()),
                session(
                        "keywords",
                        ONE_MAIL,
                        on(EHLO).advertise("SIZE 17", "XTRA").once()),
                session(
                        "recipients refused here and there",
                        List.of(
                                "EHLO client.test\r\n",
                                "MAIL FROM:<a@test>\r\n",
                                "RCPT TO:<one@test>\r\n",
                                "RCPT TO:<two@test>\r\n",
                                "RCPT TO:<not an address>\r\n",
                                "RCPT TO:<three@test>\r\n",
                                "DATA\r\n",
                                MESSAGE,
                                "MAIL FROM:<b@test>\r\n",
                                "RCPT TO:<two@test>\r\n",
                                "DATA\r\n",
                                "RSET\r\n",
                                "QUIT\r\n"),
                        on(RCPT_TO)
                                .to("two@*")
                                .reply(550, "5.1.1 Unknown\n\nMailbox")
                                .always(),
                        on(RCPT_TO)
                                .to("three@*")
                                .reply(250, "2.1.5 With pleasure")
                                .once()),
                session(
                        "commands out of place and unknown",
                        List.of(
                                "MAIL FROM:<a@test>\r\n",
                                "EHLO a\r\n",
                                "RCPT TO:<b@test>\r\n",
                                "DATA\r\n",
                                "FOO\r\n",
                                "HELP\r\n",
                                "EXPN x\r\n",
                                "VRFY x\r\n",
                                "NOOP\r\n",
                                "MAIL FROM:<a@test>\r\n",
                                "MAIL FROM:<b@test>\r\n",
                                "QUIT\r\n"),
                        on(NOOP).reply(250, "2.0.0 Nothing\ncame of it").once(),
                        on(VRFY).reply(550, "5.1.1 Nobody").once(),
                        on(MAIL_FROM).reply(250, "2.1.0 Go on").once()),
                session(
                        "every command refused",
                        List.of("EHLO a\r\n", "MAIL FROM:<a@test>\r\n", "QUIT\r\n"),
                        on(ANY_COMMAND)
                                .nthInConnection(2)
                                .reply(421, "4.3.2 Shutting down")
                                .once()),
                session(
                        "DATA refused",
                        ONE_MAIL.subList(0, 4),
                        on(DATA).reply(451, "4.3.0 Not now").once()),
                session(
                        "the body refused",
                        ONE_MAIL,
                        on(END_OF_DATA).reply(554, "5.7.1 Spam").once()),
                session(
                        "the body refused after a delay",
                        ONE_MAIL,
                        on(END_OF_DATA).cutReply(3).once()),
                session(
                        "stored and refused",
                        ONE_MAIL,
                        on(AFTER_COMMIT).reply(451, "4.3.0 Failed").once()),
                session(
                        "the acknowledgement lost",
                        ONE_MAIL,
                        on(AFTER_COMMIT).closeConnection().once()),
                session(
                        "closed before the commit",
                        ONE_MAIL,
                        on(END_OF_DATA).closeConnection().once()),
                session(
                        "reset in the body",
                        ONE_MAIL,
                        midData(100).resetConnection().once()),
                session(
                        "closed in the second body",
                        twice(ONE_MAIL),
                        midData(100).nth(1).nthOnServer(2).closeConnection().once()),
                session(
                        "the second mail refused",
                        twice(ONE_MAIL),
                        on(END_OF_DATA).nthOnServer(2).reply(452, "4.2.2 Full").once()),
                session(
                        "in chunks",
                        List.of(
                                "EHLO a\r\n",
                                "MAIL FROM:<a@test>\r\n",
                                "RCPT TO:<b@test>\r\n",
                                "BDAT 5\r\nhello",
                                "BDAT 6 LAST\r\nworld!",
                                "MAIL FROM:<a@test>\r\n",
                                "RCPT TO:<b@test>\r\n",
                                "BDAT 3 LAST\r\nend",
                                "BDAT 3 LAST\r\nend",
                                "QUIT\r\n"),
                        on(END_OF_DATA)
                                .nthOnServer(2)
                                .reply(554, "5.7.1 Enough")
                                .once()),
                session(
                        "a chunk refused at once",
                        List.of(
                                "EHLO a\r\n",
                                "MAIL FROM:<a@test>\r\n",
                                "RCPT TO:<b@test>\r\n",
                                "BDAT 3 LAST\r\nend",
                                "MAIL FROM:<a@test>\r\n",
                                "RCPT TO:<b@test>\r\n",
                                "BDAT 3 LAST\r\nend",
                                "QUIT\r\n"),
                        on(DATA).reply(451, "4.3.0 Not now").once()),
                session(
                        "logins refused and taken",
                        List.of(
                                "EHLO a\r\n",
                                "AUTH PLAIN AGEAYg==\r\n",
                                "AUTH LOGIN\r\n",
                                "YQ==\r\n",
                                "Yg==\r\n",
                                "AUTH FOO\r\n",
                                "AUTH PLAIN AGEAYg==\r\n",
                                "QUIT\r\n"),
                        on(AUTH).nthOnServer(1).reply(454, "4.7.0 Try later").once(),
                        on(AUTH).nthOnServer(2).reply(535, "5.7.8 No").once(),
                        on(AUTH).nthOnServer(3).reply(235, "2.7.0 Welcome").once()),
                session(
                        "STARTTLS refused",
                        List.of("EHLO a\r\n", "STARTTLS\r\n", "NOOP\r\n", "QUIT\r\n"),
                        on(STARTTLS).reply(454, "4.7.0 Not available").once()),
                session(
                        "the handshake cut",
                        List.of("EHLO a\r\n", "STARTTLS\r\n", "no handshake at all\r\n"),
                        on(TLS_HANDSHAKE).cutHandshake().once()),
                session(
                        "garbage",
                        List.of("EHLO a\r\n", "NOOP\r\n"),
                        on(NOOP).garbage().once()),
                session(
                        "raw octets",
                        List.of("EHLO a\r\n", "RSET\r\n", "QUIT\r\n"),
                        on(RSET).rawReply("250 \u0000\u00ff\r\n").once()),
                session(
                        "a cut goodbye",
                        List.of("EHLO a\r\n", "QUIT\r\n"),
                        on(QUIT).cutReply(7).once()),
                session(
                        "stalled",
                        List.of("EHLO a\r\n", "!MAIL FROM:<a@test>\r\n"),
                        on(MAIL_FROM).stall().once()),
                session("left in the middle", List.of("EHLO a\r\n", "!MAIL FR")));
    }

    private static Arguments session(String title, List<String> pieces, Rule... script) {
        return Arguments.of(title, pieces, List.of(script));
    }

    private static List<String> twice(List<String> mail) {
        List<String> pieces = new ArrayList<>(mail.subList(0, mail.size() - 1));
        pieces.addAll(mail.subList(1, mail.size()));
        return pieces;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sessions")
    void anotherServerSaysTheSame(String title, List<String> pieces, List<Rule> script) throws IOException {
        Recording first = record(script, pieces, 1);
        List<Rule> replay = Replay.of(first.sessions().get(0));
        Recording second = record(replay, pieces, 1);
        assertThat(second.heard()).as("%s%n%s", first, second).isEqualTo(first.heard());
        assertThat(second.outcomes()).as("%s%n%s", first, second).isEqualTo(first.outcomes());
        assertThat(second.mails()).as("%s%n%s", first, second).isEqualTo(first.mails());
        assertThat(Replay.of(second.sessions().get(0))).isEqualTo(replay);
        assertThat(ScriptFile.fromJson(ScriptFile.toJson(replay))).isEqualTo(replay);
        assertThat(ScriptFile.toJava(replay)).contains("smtp.script(");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sessions")
    void everyConnectionIsToldTheSame(String title, List<String> pieces, List<Rule> script) throws IOException {
        Recording first = record(script, pieces, 1);
        Recording second = record(Replay.of(first.sessions().get(0)), pieces, 2);
        assertThat(second.heard())
                .as(title)
                .containsExactly(first.heard().get(0), first.heard().get(0));
    }

    @Test
    void theReplayReadsAsTheDialogue() throws IOException {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            smtp.script(on(RCPT_TO).nth(2).reply(450, "4.2.1 Mailbox busy").once());
            try (WireDialogue client = WireDialogue.with(smtp)) {
                client.expect("220 ").say("HELO client.test", "250 ");
                client.say("MAIL FROM:<a@test>", "250 ")
                        .say("RCPT TO:<b@test>", "250 ")
                        .say("RCPT TO:<c@test>", "450 ");
                client.say("NOPE", "500 ").say("QUIT", "221 ");
            }
            assertThat(Replay.of(smtp.sessions().get(0))).hasToString("""
                            [on(CONNECT).reply(220, "localhost ESMTP Restante").always(), \
                            on(EHLO).nthInConnection(1).reply(250, "localhost").always(), \
                            on(MAIL_FROM).nthInConnection(1).reply(250, "2.1.0 Sender OK").always(), \
                            on(RCPT_TO).nthInConnection(1).reply(250, "2.1.5 Recipient OK").always(), \
                            on(RCPT_TO).nthInConnection(2).reply(450, "4.2.1 Mailbox busy").always(), \
                            on(ANY_COMMAND).nthInConnection(5).reply(500, "5.5.1 Command not recognized").always(), \
                            on(QUIT).nthInConnection(1).reply(221, "2.0.0 Bye").always()]""");
        }
    }

    @Test
    void whatWasSaidInsideTlsIsSaidInsideTls() {
        List<Rule> script = List.of(
                on(STARTTLS).reply(220, "2.0.0 In you go").once(),
                on(MAIL_FROM).overTls().reply(451, "4.3.0 Not yet").once(),
                on(RCPT_TO).reply(550, "5.1.1 Nobody").once());
        SmtpSession first = insideTls(script);
        SmtpSession second = insideTls(Replay.of(first));
        assertThat(second.transcript().replies()).isEqualTo(first.transcript().replies());
        assertThat(second.outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
        assertThat(second.tls()).isPresent();
    }

    private static SmtpSession insideTls(List<Rule> script) {
        FakeSmtpServer smtp = FakeSmtpServer.builder().startTls().build().start();
        try (smtp;
                WireDialogue client = WireDialogue.greeted(smtp)) {
            smtp.script(script.toArray(Rule[]::new));
            client.say("STARTTLS", "220 2.0.0 ").handshake(smtp.tls().sslContext());
            client.say("MAIL FROM:<a@test>", "503 ").say("EHLO client.test", "250 ");
            client.say("MAIL FROM:<a@test>", "451 ").say("MAIL FROM:<a@test>", "250 ");
            client.say("RCPT TO:<b@test>", "550 ").say("RCPT TO:<b@test>", "250 ");
            client.say("DATA", "354 ")
                    .send("Subject: x\r\n\r\ny\r\n.")
                    .expect("250 ")
                    .say("QUIT", "221 ")
                    .expectEnd();
        }
        return smtp.sessions().get(0);
    }

    @Test
    void aServerThatDemandsLoginsIsReplayedByOneThatDoesNot() {
        List<String> replies = new ArrayList<>();
        List<Rule> replay;
        FakeSmtpServer strict = FakeSmtpServer.builder()
                .auth(AuthPolicy.users(Map.of("alice", "secret")).required())
                .build()
                .start();
        try (strict) {
            replies.add(refusedWithoutLogin(strict));
        }
        replay = Replay.of(strict.sessions().get(0));
        try (FakeSmtpServer lenient =
                FakeSmtpServer.builder().auth(AuthPolicy.none()).build().start()) {
            lenient.script(replay.toArray(Rule[]::new));
            replies.add(refusedWithoutLogin(lenient));
        }
        assertThat(replies.get(1)).isEqualTo(replies.get(0)).contains("530 5.7.0");
    }

    private static String refusedWithoutLogin(FakeSmtpServer smtp) {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            List<String> replies = new ArrayList<>();
            for (String line : List.of("MAIL FROM:<a@test>", "EHLO again", "RCPT TO:<b@test>", "QUIT")) {
                replies.addAll(client.send(line).reply());
            }
            client.expectEnd();
            return String.join("\n", replies);
        }
    }

    @Test
    void aTranscriptWithoutItsBeginningIsRefused() throws IOException {
        SmtpSession whole = record(List.of(), ONE_MAIL, 1).sessions().get(0);
        SmtpSession headless = new SmtpSession(
                whole.id(),
                whole.number(),
                whole.listener(),
                whole.serverPort(),
                whole.client(),
                new Transcript(whole.transcript().entries(), 3),
                whole.attempts(),
                whole.outcome(),
                whole.startedAt(),
                whole.lasted(),
                whole.noticed());
        assertThatThrownBy(() -> Replay.of(headless))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The beginning of session 1 was dropped");
    }

    /** What became of a client's connections. */
    private record Recording(List<List<String>> heard, List<SmtpSession> sessions, int mails) {
        List<SmtpSession.Outcome> outcomes() {
            return sessions.stream().map(SmtpSession::outcome).toList();
        }

        @Override
        public String toString() {
            return sessions + "\n"
                    + sessions.stream().map(SmtpSession::attempts).toList();
        }
    }

    private static Recording record(List<Rule> script, List<String> pieces, int connections) throws IOException {
        FakeSmtpServer smtp = FakeSmtpServer.builder().startTls().build().start();
        List<List<String>> heard = new ArrayList<>();
        try (smtp) {
            smtp.script(script.toArray(Rule[]::new));
            for (int i = 0; i < connections; i++) {
                heard.add(converse(smtp, pieces));
            }
        }
        return new Recording(heard, smtp.sessions(), smtp.mails().size());
    }

    private static List<String> converse(FakeSmtpServer smtp, List<String> pieces) throws IOException {
        List<String> heard = new ArrayList<>();
        try (Socket socket = new Socket(smtp.host(), smtp.port())) {
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            try {
                heard.add(reply(socket.getInputStream()));
                for (String piece : pieces) {
                    boolean isAnswered = !piece.startsWith("!");
                    socket.getOutputStream()
                            .write(piece.substring(isAnswered ? 0 : 1).getBytes(StandardCharsets.UTF_8));
                    heard.add(isAnswered ? reply(socket.getInputStream()) : "");
                    if (heard.get(heard.size() - 1).endsWith("<end>")) {
                        return heard;
                    }
                }
                // The server sees the end before it is closed, and ends its side.
                socket.shutdownOutput();
                heard.add(reply(socket.getInputStream()));
            } catch (SocketException e) {
                heard.add("<reset>");
            }
        }
        return heard;
    }

    /** A whole reply, or what came until the end. */
    private static String reply(InputStream in) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                return octets.toString(StandardCharsets.ISO_8859_1) + "<end>";
            }
            octets.write(octet);
            String text = octets.toString(StandardCharsets.ISO_8859_1);
            String[] lines = text.split("\r\n", -1);
            if (text.endsWith("\r\n") && lines[lines.length - 2].matches("(?s)\\d\\d\\d .*")) {
                return text;
            }
        }
    }
}
