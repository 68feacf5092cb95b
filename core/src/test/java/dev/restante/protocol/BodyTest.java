package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.ANY_COMMAND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.Transcript.Kind;
import dev.restante.WireDialogue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies by DATA (RFC 5321 section 4.5.2) and by BDAT (RFC 3030), octet for octet. */
@Timeout(60)
class BodyTest {
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().maxMessageSize(100_000).build().start();

    @AfterEach
    void close() {
        server.close();
    }

    private WireDialogue inEnvelope() {
        return WireDialogue.greeted(server).say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test>", "250 ");
    }

    private static String unescaped(String text) {
        return text.translateEscapes();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "|",
                "text\\r\\n|text\\r\\n",
                "..\\r\\n|.\\r\\n",
                "...\\r\\n|..\\r\\n",
                ".x\\r\\n|x\\r\\n",
                "a\\r\\n..b\\r\\n|a\\r\\n.b\\r\\n",
                "a.\\r\\n|a.\\r\\n",
                "a\\n.\\nb\\r\\n|a\\n.\\nb\\r\\n",
                "a\\n.\\r\\nb\\r\\n|a\\n.\\r\\nb\\r\\n",
                "a\\r.\\rb\\r\\n|a\\r.\\rb\\r\\n",
                "a\\r.\\r\\nb\\r\\n|a\\r.\\r\\nb\\r\\n",
                "a\\r\\n.\\nb\\r\\n|a\\r\\n\\nb\\r\\n",
                "a\\r\\n.\\rb\\r\\n|a\\r\\n\\rb\\r\\n",
                "a\\r\\n.\\r\\rb\\r\\n|a\\r\\n\\r\\rb\\r\\n",
                "a\\r\\r\\n|a\\r\\r\\n",
                "\\r\\n\\r\\n|\\r\\n\\r\\n",
                "\\0\\177\\200\\377\\r\\n|\\0\\177\\200\\377\\r\\n",
            })
    void onlyCrlfDotCrlfEndsABodyWhereverTheSegmentsBreak(String sent, String kept) {
        byte[] wire = (unescaped(sent == null ? "" : sent) + ".\r\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] expected = unescaped(kept == null ? "" : kept).getBytes(StandardCharsets.ISO_8859_1);
        for (int cut = 0; cut <= wire.length; cut++) {
            try (WireDialogue client = inEnvelope().say("DATA", "354 ")) {
                ByteArrayOutputStream first = new ByteArrayOutputStream();
                first.write(wire, 0, cut);
                client.sendRaw(first.toByteArray());
                ByteArrayOutputStream second = new ByteArrayOutputStream();
                second.write(wire, cut, wire.length - cut);
                client.sendRaw(second.toByteArray()).expect("250 2.0.0 ").say("QUIT", "221 ");
            }
            assertThat(server.takeMail().bytes()).as("cut at %d", cut).isEqualTo(expected);
        }
    }

    @Test
    void anyOctetsComeBackWhateverTheSegments() {
        Random random = new Random(7);
        byte[] alphabet = {'\r', '\n', '.', 'a', 0, (byte) 0xff};
        try (WireDialogue client = WireDialogue.greeted(server)) {
            for (int round = 0; round < 400; round++) {
                byte[] body = new byte[random.nextInt(300)];
                for (int i = 0; i < body.length; i++) {
                    body[i] = alphabet[random.nextInt(alphabet.length)];
                }
                ByteArrayOutputStream expected = new ByteArrayOutputStream();
                expected.writeBytes(body);
                expected.writeBytes(new byte[] {'\r', '\n'});
                byte[] stuffed = stuffed(expected.toByteArray());
                client.envelope("a@x.test", "b@y.test");
                int at = 0;
                while (at < stuffed.length) {
                    int count = Math.min(stuffed.length - at, 1 + random.nextInt(100));
                    ByteArrayOutputStream piece = new ByteArrayOutputStream();
                    piece.write(stuffed, at, count);
                    client.sendRaw(piece.toByteArray());
                    at += count;
                }
                client.sendRaw(".\r\n").expect("250 ");
                assertThat(server.takeMail().bytes()).as("round %d", round).isEqualTo(expected.toByteArray());
            }
        }
    }

    /** Dot-stuffing as a client does it: a dot in front of each dot that begins a line. */
    private static byte[] stuffed(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < body.length; i++) {
            boolean lineStart = i == 0 || (i > 1 && body[i - 1] == '\n' && body[i - 2] == '\r');
            if (lineStart && body[i] == '.') {
                out.write('.');
            }
            out.write(body[i]);
        }
        return out.toByteArray();
    }

    @Test
    void aBodyOverTheLimitIsReadToItsEndAndRefused() {
        try (WireDialogue client = inEnvelope().say("DATA", "354 ")) {
            client.sendRaw("x".repeat(150_000) + "\r\nQUIT\r\n.\r\n").expect("552 5.3.4 ");
            client.mail("a@x.test", "b@y.test");
        }
        assertThat(server.mails()).hasSize(1);
        assertThat(server.attempts().get(0).outcome()).isEqualTo(Attempt.Outcome.REFUSED);
        assertThat(server.attempts().get(0).stage()).isEqualTo(Stage.END_OF_DATA);
    }

    @Test
    void theLimitIsExactAndCountsNeitherStuffingNorTerminator() {
        int limit = 100_000;
        try (WireDialogue client = inEnvelope().say("DATA", "354 ")) {
            client.sendRaw(".." + "x".repeat(limit - 3) + "\r\n.\r\n").expect("250 ");
            client.envelope("a@x.test", "b@y.test")
                    .sendRaw("x".repeat(limit - 1) + "\r\n.\r\n")
                    .expect("552 5.3.4 ");
            client.say("MAIL FROM:<a@x.test> SIZE=" + limit, "250 ").say("RCPT TO:<b@y.test>", "250 ");
            client.sendRaw("BDAT " + limit + " LAST\r\n" + "x".repeat(limit)).expect("250 ");
            client.say("MAIL FROM:<a@x.test> SIZE=" + (limit + 1), "552 5.3.4 ")
                    .say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<b@y.test>", "250 ");
            client.sendRaw("BDAT " + (limit + 1) + " LAST\r\n" + "x".repeat(limit + 1))
                    .expect("552 5.3.4 ");
        }
        assertThat(server.mails()).extracting(CapturedMail::size).containsExactly(limit, limit);
    }

    @Test
    void aClientThatEndsItsOutputStillReadsWhatItIsOwed() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.sendRaw("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\ntext\r\n.\r\nNOOP\r\n")
                    .endOutput()
                    .expect("250 ")
                    .expect("250 ")
                    .expect("354 ")
                    .expect("250 2.0.0 Ok: queued as ")
                    .expect("250 ")
                    .expectEnd();
        }
        assertThat(server.takeMail().acknowledgement()).isEqualTo(Acknowledgement.SENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSET", "EHLO client.test", "HELO client.test"})
    void aTransferByBdatEndsWithItsTransaction(String ending) {
        try (WireDialogue client = inEnvelope()) {
            client.sendRaw("BDAT 4\r\nhalf").expect("250 ").say(ending, "250 ");
            client.sendRaw("BDAT 6 LAST\r\nNOOP\r\n").expect("503 5.5.1 ");
            client.mail("a@x.test", "b@y.test");
        }
        assertThat(server.mails()).hasSize(1);
        assertThat(server.attempts().get(0).body().orElseThrow().toString(StandardCharsets.US_ASCII))
                .isEqualTo("half");
    }

    @Test
    void aBodyThatIsCutIsNoMail() {
        try (WireDialogue client = inEnvelope().say("DATA", "354 ")) {
            client.sendRaw("half a mail").endOutput().expectEnd();
        }
        assertThat(server.mails()).isEmpty();
        assertThat(server.sessions().get(0).outcome()).isEqualTo(SmtpSession.Outcome.CLIENT_CLOSED);
        assertThat(server.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
            assertThat(attempt.stage()).isEqualTo(Stage.MID_DATA);
            assertThat(attempt.body().orElseThrow().toString(StandardCharsets.US_ASCII))
                    .isEqualTo("half a mail");
        });
    }

    @Test
    void chunksMakeOneMail() {
        try (WireDialogue client = inEnvelope()) {
            client.sendRaw("BDAT 5\r\nab\r\n.").expect("250 2.0.0 5 octets received");
            client.sendRaw("BDAT 0\r\n").expect("250 2.0.0 0 octets received");
            client.sendRaw("BDAT 3 LAST\r\n\r\n\0").expect("250 2.0.0 Ok: queued as ");
        }
        assertThat(server.takeMail().bytes()).isEqualTo("ab\r\n.\r\n\0".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void pipelinedChunksAreAnsweredInOrder() {
        try (WireDialogue client = inEnvelope()) {
            client.sendRaw("BDAT 3\r\nabcBDAT 3 LAST\r\ndefMAIL FROM:<c@x.test>\r\nQUIT\r\n");
            client.expect("250 2.0.0 3 ")
                    .expect("250 2.0.0 Ok")
                    .expect("250 2.1.0 ")
                    .expect("221 ")
                    .expectEnd();
        }
        assertThat(server.takeMail().bytes()).isEqualTo("abcdef".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aChunkBehindACommandThatARuleAnswersIsReadToo() {
        server.script(on(ANY_COMMAND).nthInConnection(4).reply(554, "5.7.1 no").once());
        try (WireDialogue client = inEnvelope()) {
            client.sendRaw("BDAT 3 LAST\r\nendNOOP\r\n").expect("554 5.7.1 no").expect("250 2.0.0 OK");
        }
    }

    @Test
    void aLastChunkMayBeEmpty() {
        try (WireDialogue client = inEnvelope()) {
            client.sendRaw("BDAT 3\r\nabc").expect("250 ").say("BDAT 0 LAST", "250 2.0.0 Ok");
        }
        assertThat(server.takeMail().size()).isEqualTo(3);
    }

    @Test
    void aChunkOutOfPlaceIsReadAndRefused() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.sendRaw("BDAT 6\r\nQUIT\r\n").expect("503 5.5.1 Say MAIL FROM first");
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .sendRaw("BDAT 6 LAST\r\nQUIT\r\n")
                    .expect("503 5.5.1 Say RCPT TO first");
            client.say("RCPT TO:<nobody>", "553 ")
                    .sendRaw("BDAT 6 LAST\r\nQUIT\r\n")
                    .expect("554 5.5.1 No valid");
            client.say("RCPT TO:<b@y.test>", "250 ")
                    .sendRaw("BDAT 6 LAST\r\nQUIT\r\n")
                    .expect("250 ");
        }
        assertThat(server.takeMail().bytes()).isEqualTo("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aTransferByBdatIsNotMixedWithDataOrRcpt() {
        try (WireDialogue client = inEnvelope()) {
            client.sendRaw("BDAT 3\r\nabc").expect("250 ");
            client.say("DATA", "503 5.5.1 A transfer by BDAT has begun");
            client.say("RCPT TO:<c@y.test>", "503 5.5.1 A transfer by BDAT has begun");
            client.say("RSET", "250 ").mail("a@x.test", "b@y.test");
        }
        assertThat(server.mails()).hasSize(1);
        assertThat(server.attempts().get(0).body().orElseThrow().size()).isEqualTo(3);
    }

    @Test
    void binaryBodiesNeedBdat() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> BODY=BINARYMIME", "250 ").say("RCPT TO:<b@y.test>", "250 ");
            client.say("DATA", "503 5.5.1 BODY=BINARYMIME needs BDAT");
            client.sendRaw("BDAT 1 LAST\r\n\r").expect("250 ");
        }
    }

    @Test
    void chunksOverTheLimitAreReadAndRefused() {
        try (WireDialogue client = inEnvelope()) {
            client.sendRaw("BDAT 60000\r\n" + "x".repeat(60_000)).expect("250 ");
            client.sendRaw("BDAT 60000\r\n" + "x".repeat(60_000)).expect("552 5.3.4 ");
            client.sendRaw("BDAT 6 LAST\r\nQUIT\r\n").expect("503 ").mail("a@x.test", "b@y.test");
        }
        assertThat(server.mails()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"BDAT", "BDAT x", "BDAT -1", "BDAT 1 FIRST", "BDAT 99999999999999999999"})
    void aChunkWhoseEndIsUnknownEndsTheConnection(String line) {
        try (WireDialogue client = inEnvelope()) {
            client.say(line, "421 4.5.4 Cannot tell where that chunk ends").expectEnd();
        }
    }

    @Test
    void theTranscriptElidesABodyThatCanStillBeReached() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.mail("a@x.test", "b@y.test").say("QUIT", "221 ");
        }
        SmtpSession session = server.sessions().get(0);
        assertThat(session.transcript().clientLines())
                .containsExactly("EHLO client.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA", "QUIT");
        assertThat(session.transcript().entries())
                .filteredOn(entry -> entry.kind() == Kind.BODY)
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.text()).isEqualTo("(25 octets of body)");
                    assertThat(server.mail(entry.mailId().orElseThrow())
                                    .orElseThrow()
                                    .size())
                            .isEqualTo(25);
                });
    }
}
