package dev.restante;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a script lets the server say: exact lists at EHLO, and replies that name what is known. */
@Timeout(60)
class ScriptedWordsTest {
    private FakeSmtpServer smtp;

    @BeforeEach
    void start() {
        smtp = FakeSmtpServer.builder()
                .hostName("mx.test")
                .clock(ServerClock.manual(Instant.parse("2026-11-23T08:09:10Z")))
                .build()
                .start();
    }

    @AfterEach
    void close() {
        smtp.close();
    }

    private List<String> ehlo() {
        try (WireDialogue client = WireDialogue.with(smtp).expect("220 ")) {
            return client.send("EHLO client.test").reply();
        }
    }

    @Test
    void hideAllAndAdvertiseListExactlyTheseInThisOrder() {
        smtp.script(on(EHLO).hide("*")
                .advertise("PIPELINING", "SIZE 7", "8BITMIME")
                .greeting("mx.example.com at your service, [{client}]")
                .always());

        assertThat(ehlo())
                .containsExactly(
                        "250-mx.example.com at your service, [127.0.0.1]",
                        "250-PIPELINING",
                        "250-SIZE 7",
                        "250 8BITMIME");
    }

    @Test
    void whatIsHiddenIsHiddenBeforeOthersAreAdded() {
        smtp.script(on(EHLO).advertise("SIZE 5").hide("SIZE", "DSN").always());

        assertThat(ehlo()).contains("250 SIZE 5").noneMatch(line -> line.contains("DSN"));
    }

    @Test
    void heloGreetsInOneLine() {
        smtp.script(
                on(EHLO).greeting("mx.example.com Hello {helo}").advertise("X").always());

        try (WireDialogue client = WireDialogue.with(smtp).expect("220 ")) {
            assertThat(client.send("HELO client.test").reply()).containsExactly("250 mx.example.com Hello client.test");
        }
    }

    @Test
    void changesOfSeveralRulesApplyTogetherAndTheFirstWins() {
        smtp.script(
                on(EHLO).named("mine").hide("PIPELINING").advertise("SIZE 1").always(),
                on(EHLO).named("theirs")
                        .greeting("mx.theirs")
                        .hide("*")
                        .advertise("PIPELINING", "SIZE 2", "DSN")
                        .always(),
                on(EHLO).named("last").greeting("mx.last").advertise("CHUNKING").always());

        assertThat(ehlo()).containsExactly("250-mx.theirs", "250-DSN", "250 SIZE 1");
        assertThat(smtp.rules()).extracting(RuleReport::hits).containsExactly(1L, 1L, 1L);
    }

    @Test
    void aReplyStillDecidesAloneAndAChangeLeavesNoRoomForAReply() {
        smtp.script(
                on(EHLO).named("list").hide("DSN").once(),
                on(EHLO).named("busy").reply(421, "4.3.2 Busy").always());

        assertThat(ehlo()).hasSizeGreaterThan(3);
        assertThat(ehlo()).containsExactly("421 4.3.2 Busy");
        assertThat(smtp.rules()).extracting(RuleReport::hits).containsExactly(1L, 1L);
    }

    @Test
    void aGreetingIsOneLine() {
        assertThatIllegalArgumentException().isThrownBy(() -> on(EHLO).greeting("mx\n250 X"));
        assertThatIllegalArgumentException().isThrownBy(() -> on(EHLO).greeting("mx\r"));
    }

    @Test
    void startTlsWorksWhereItIsListedAndNowhereElse() {
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("STARTTLS", "502 ");
        }
        smtp.script(on(EHLO).inPlain().advertise("STARTTLS").always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("STARTTLS", "220 ")
                    .handshake(smtp.tls().sslContext())
                    .say("EHLO client.test", "250 ")
                    .mail("ann@example.com", "bob@example.com");
        }
        assertThat(smtp.takeMail().client().tls()).isPresent();
    }

    @Test
    void repliesNameWhatIsKnown() {
        smtp.script(
                on(CONNECT).reply(220, "{host} ESMTP [{helo}] ready at {date}").always(),
                on(MAIL_FROM)
                        .reply(250, "2.1.0 <{sender}>{recipient} of {helo} at {client}")
                        .always(),
                on(RCPT_TO)
                        .to("bob@*")
                        .reply(550, "5.1.1 <{recipient}>: from <{sender}>\nis {unknown} {")
                        .always());

        try (WireDialogue client = WireDialogue.with(smtp)) {
            assertThat(client.reply()).containsExactly("220 mx.test ESMTP [] ready at Mon, 23 Nov 2026 08:09:10 +0000");
            client.say("EHLO client.test", "250 ");
            assertThat(client.send("MAIL FROM:<ann@example.com>").reply())
                    .containsExactly("250 2.1.0 <ann@example.com> of client.test at 127.0.0.1");
            assertThat(client.send("RCPT TO:<bob@example.com>").reply())
                    .containsExactly("550-5.1.1 <bob@example.com>: from <ann@example.com>", "550 5.1.1 is {unknown} {");
        }
    }

    @Test
    void aReplyToABodyNamesTheMailItTook() {
        smtp.script(on(END_OF_DATA)
                .reply(250, "2.0.0 Ok: queued as {mail} in {session}")
                .always());

        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            List<String> reply = client.envelope("ann@example.com", "bob@example.com")
                    .send("")
                    .send(".")
                    .reply();

            CapturedMail mail = smtp.takeMail();
            assertThat(reply).containsExactly("250 2.0.0 Ok: queued as " + mail.id() + " in " + mail.sessionId());
        }
    }

    @Test
    void whatTheClientSaidCannotBreakOrFloodTheReply() {
        smtp.script(on(RCPT_TO).reply(550, "5.1.1 <{recipient}>").always());

        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<ann@example.com>", "250 ");
            String reply = client.send("RCPT TO:<\"" + "a".repeat(700) + "\"@example.com>")
                    .reply()
                    .get(0);

            assertThat(reply).hasSizeLessThan(512);
        }
    }
}
