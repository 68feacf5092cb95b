package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Attempt;
import dev.restante.FakeSmtpServer;
import dev.restante.Reply;
import dev.restante.WireDialogue;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Extensions that a script lists: their parameters are taken and kept, or refused as their RFCs say or as a rule does. */
@Timeout(60)
class ListedExtensionsTest {
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().startTls().lmtpPort(0).build().start();

    @AfterEach
    void close() {
        server.close();
    }

    private void list(String... lines) {
        server.script(on(EHLO).advertise(lines).always());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "REQUIRETLS",
                "BY=120;R",
                "HOLDFOR=60",
                "HOLDUNTIL=2027-01-01T00:00:00Z",
                "MT-PRIORITY=3",
                "XVERP",
                "BURL"
            })
    void aParameterThatIsNotListedIsNotKnown(String parameter) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> " + parameter, "555 5.5.4 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REQUIRETLS | REQUIRETLS",
                "REQUIRETLS | requiretls",
                "DELIVERBY | BY=120;R",
                "DELIVERBY | BY=+120;r",
                "DELIVERBY | BY=-120;N",
                "DELIVERBY 60 | BY=60;RT",
                "DELIVERBY 60 | BY=0;NT",
                "FUTURERELEASE | HOLDFOR=999999999",
                "FUTURERELEASE 86400 2027-01-01T00:00:00Z | HOLDFOR=86400",
                "FUTURERELEASE 86400 2027-01-01T00:00:00Z | HOLDUNTIL=2026-12-31T23:00:00-01:00",
                "FUTURERELEASE nonsense | HOLDUNTIL=2026-12-31t23:00:00.5z",
                "MT-PRIORITY | MT-PRIORITY=-9",
                "MT-PRIORITY MIXER | MT-PRIORITY=0",
                "XVERP | XVERP",
                "x-own value | X-OWN=anything-at/all;really",
            })
    void aParameterOfWhatIsListedIsTakenAndKept(String listed, String parameter) {
        list(listed);
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> " + parameter, "250 ").say("RCPT TO:<b@y.test>", "250 ");
            client.say("DATA", "354 ").say(".", "250 ");
        }
        assertThat(server.takeMail().envelope().sender().parameters().toString())
                .isEqualTo(parameter);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REQUIRETLS | REQUIRETLS=yes | 501 5.5.4",
                "DELIVERBY | BY | 501 5.5.4",
                "DELIVERBY | BY=120 | 501 5.5.4",
                "DELIVERBY | BY=120;X | 501 5.5.4",
                "DELIVERBY | BY=1234567890;N | 501 5.5.4",
                "DELIVERBY | BY=0;R | 501 5.5.4",
                "DELIVERBY | BY=-5;R | 501 5.5.4",
                "DELIVERBY 60 | BY=59;R | 555 5.5.4 Mail is returned after 60 seconds or more",
                "FUTURERELEASE | HOLDFOR=0 | 501 5.5.4",
                "FUTURERELEASE | HOLDFOR=soon | 501 5.5.4",
                "FUTURERELEASE | HOLDFOR=1000000000 | 501 5.5.4",
                "FUTURERELEASE | HOLDUNTIL=tomorrow | 501 5.5.4",
                "FUTURERELEASE | HOLDFOR=5 HOLDUNTIL=2027-01-01T00:00:00Z | 501 5.5.4 Say HOLDFOR or HOLDUNTIL",
                "FUTURERELEASE 86400 2027-01-01T00:00:00Z | HOLDFOR=86401 | 501 5.5.4 Mail is held for 86400",
                "FUTURERELEASE 86400 2027-01-01T00:00:00Z | HOLDUNTIL=2027-01-01T00:00:01Z | 501 5.5.4 Mail is held until",
                "MT-PRIORITY | MT-PRIORITY | 501 5.5.2",
                "MT-PRIORITY | MT-PRIORITY=10 | 501 5.5.2",
                "MT-PRIORITY | MT-PRIORITY=-0 | 501 5.5.2",
                "MT-PRIORITY | MT-PRIORITY=+1 | 501 5.5.2",
                "XVERP | XVERP XVERP | 501 5.5.4",
                "XVERP | HOLDFOR=5 | 555 5.5.4",
            })
    void whatAnExtensionDoesNotAllowIsRefused(String listed, String parameters, String reply) {
        list(listed);
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> " + parameters, reply).say("MAIL FROM:<a@x.test>", "250 ");
        }
    }

    @Test
    void parametersOfRcptAreTakenTheSame() {
        list("RRVS");
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test> RRVS=2014-04-03T23:01:00Z;C", "250 ");
            client.say("RCPT TO:<b@y.test> XOTHER=1", "555 5.5.4 RCPT parameter")
                    .say("DATA", "354 ")
                    .say(".", "250 ");
        }
        assertThat(server.takeMail().envelope().recipients().get(0).parameters().value("rrvs"))
                .contains("2014-04-03T23:01:00Z;C");
    }

    @ParameterizedTest
    @ValueSource(strings = {"REQUIRETLS", "BY=120;R", "HOLDFOR=60", "MT-PRIORITY=3", "DELIVERBY=1", "BURL"})
    void parametersOfMailAreNoneOfRcpt(String parameter) {
        list("REQUIRETLS", "DELIVERBY", "FUTURERELEASE", "MT-PRIORITY", "BURL");
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test> " + parameter, "555 5.5.4 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DSN", "PIPELINING", "8BITMIME", "DELIVERBY=5", "BURL", "FUTURERELEASE"})
    void theKeywordOfAnExtensionIsNoParameterOfIt(String parameter) {
        list("DELIVERBY", "FUTURERELEASE", "BURL");
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> " + parameter, "555 5.5.4 ");
        }
    }

    @Test
    void theLastGreetingCounts() {
        server.script(on(EHLO).advertise("XVERP").once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> XVERP", "250 ").say("EHLO again.test", "250 ");
            client.say("MAIL FROM:<a@x.test> XVERP", "555 ").say("HELO again.test", "250 ");
            client.say("MAIL FROM:<a@x.test> XVERP", "555 ");
        }
    }

    @Test
    void aWholeAnswerMayListThemToo() {
        server.script(on(EHLO).reply(250, "mx.test\nDELIVERBY 10\nXVERP").always());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> BY=9;R", "555 ").say("MAIL FROM:<a@x.test> BY=10;R XVERP", "250 ");
        }
    }

    @Test
    void lmtpIsNoDifferent() {
        list("MT-PRIORITY");
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("MAIL FROM:<a@x.test> MT-PRIORITY=4", "250 ");
        }
    }

    /** RFC 8689 section 5: what a server says whose next hop does not do it. */
    @Test
    void aRuleMayRefuseAParameter() {
        list("REQUIRETLS");
        server.script(on(MAIL_FROM)
                .parameter("requiretls")
                .reply(550, "5.7.30 REQUIRETLS support required")
                .once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> REQUIRETLS", "550 5.7.30 ").say("MAIL FROM:<a@x.test>", "250 ");
        }
        assertThat(server.attempts().get(0)).satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
            assertThat(attempt.sender().orElseThrow().parameters().has("REQUIRETLS"))
                    .isTrue();
        });
    }

    @Test
    void aRuleMayLookAtTheValueOfAParameter() {
        list("DELIVERBY", "RRVS");
        server.script(
                on(MAIL_FROM).parameter("BY", "*;R").reply(555, "5.5.4 Never").always(),
                on(RCPT_TO)
                        .parameter("RRVS", "/;C$/")
                        .reply(450, "4.1.1 Not yet")
                        .always(),
                on(RCPT_TO)
                        .parameter("BY")
                        .reply(550, "5.5.4 BY is none of RCPT")
                        .always(),
                on(END_OF_DATA)
                        .parameter("BY", "5;N")
                        .parameter("SIZE", "*")
                        .reply(451, "4.3.0 Both")
                        .always());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> BY=5;R", "555 5.5.4 Never").say("MAIL FROM:<a@x.test> BY=5;N", "250 ");
            client.say("RCPT TO:<b@y.test> RRVS=2014-04-03T23:01:00Z;C", "450 ").say("RCPT TO:<b@y.test>", "250 ");
            client.say("DATA", "354 ").say(".", "250 ").say("MAIL FROM:<a@x.test> BY=5;N SIZE=0", "250 ");
            client.say("RCPT TO:<b@y.test>", "250 ").say("DATA", "354 ").say(".", "451 4.3.0 Both");
        }
        assertThatThrownBy(() -> on(MAIL_FROM).parameter("two words"))
                .hasMessageContaining("\"two words\" is no keyword");
    }

    @Test
    void requireTlsOutsideOfTlsIsTakenAndNoted() {
        list("REQUIRETLS");
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> REQUIRETLS", "250 ").say("STARTTLS", "220 ");
            client.handshake(server.tls().sslContext()).say("EHLO a.test", "250 ");
            client.say("MAIL FROM:<a@x.test> REQUIRETLS", "250 ");
        }
        assertThat(server.sessions().get(0).transcript().notes())
                .containsExactly("REQUIRETLS outside of TLS (RFC 8689 section 2)");
    }

    // ---- BURL

    @Test
    void burlIsNoCommandUnlessItIsListed() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("BURL imap://x LAST", "500 5.5.1 ");
        }
    }

    @Test
    void burlIsRefusedBecauseNothingIsFetched() {
        list("BURL imap");
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("BURL imap://x LAST", "503 5.5.1 ").say("MAIL FROM:<a@x.test>", "250 ");
            client.say("BURL imap://x LAST", "503 5.5.1 ").say("RCPT TO:<b@y.test>", "250 ");
            client.say("BURL", "501 5.5.4 ").say("BURL x y", "501 5.5.4 ").say("BURL no-url LAST", "501 5.5.4 ");
            client.say("BURL imap://a@mail.test/inbox;uid=7/;urlauth=submit+a:internal:91354 LAST", "554 5.6.6 ");
            client.say("MAIL FROM:<a@x.test>", "250 ");
        }
        assertThat(server.attempts().get(0)).satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
            assertThat(attempt.stage()).isEqualTo(DATA);
            assertThat(attempt.reply()).map(Reply::code).contains(554);
        });
        assertThat(server.sessions().get(0).transcript().clientLines())
                .contains("BURL imap://a@mail.test/inbox;uid=7/;urlauth=submit+a:internal:91354 LAST");
    }

    @Test
    void burlIsRefusedAsARuleSays() {
        list("BURL imap");
        server.script(on(DATA).reply(451, "4.4.1 IMAP server unavailable").once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test>", "250 ");
            client.say("BURL imap://x/y LAST", "451 4.4.1 IMAP server unavailable")
                    .mail("a@x.test", "b@y.test");
        }
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<b@y.test>", "250 ")
                    .say("RCPT TO:<c@y.test>", "250 ");
            client.say("BURL imap://x/y LAST", "554 ").expect("554 ").say("NOOP", "250 2.0.0 OK");
        }
    }

    // ---- a server may lie

    @Test
    void whatIsHiddenIsSpokenAndWhatIsListedNeedNotBe() {
        server.script(on(EHLO).hide("PIPELINING", "DSN", "SIZE")
                .advertise("ETRN", "SIZE 1")
                .always());
        try (WireDialogue client = WireDialogue.with(server)) {
            List<String> offered = client.expect("220 ").send("EHLO a.test").reply();
            assertThat(offered)
                    .contains("250-ETRN", "250 SIZE 1")
                    .noneMatch(line -> line.contains("PIPELINING") || line.contains("DSN"));
            client.sendRaw("MAIL FROM:<a@x.test> RET=HDRS\r\nRCPT TO:<b@y.test> NOTIFY=NEVER\r\nDATA\r\n");
            client.expect("250 ")
                    .expect("250 ")
                    .expect("354 ")
                    .send("more than one octet")
                    .say(".", "250 ");
            client.say("ETRN example.com", "500 5.5.1 ");
        }
        assertThat(server.takeMail().envelope().sender().parameters().ret()).contains("HDRS");
    }
}
