package dev.restante;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A limit on connections counts those that clients have, at every moment: no client is turned away for one it has ended. */
@Timeout(120)
class ConnectionLimitTest {
    @Test
    void aClientThatHasEndedItsConnectionMayOpenTheNextAtOnce() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxConnections(1).build().start()) {
            for (int i = 0; i < 300; i++) {
                try (WireDialogue client = WireDialogue.with(server)) {
                    client.expect("220 ").say("QUIT", "221 ").expectEnd();
                }
            }
            assertThat(server.attempts()).isEmpty();
        }
    }

    @Test
    void whoIsTurnedAwayTakesNoPlace() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxConnections(1).build().start()) {
            for (int i = 0; i < 20; i++) {
                try (WireDialogue first = WireDialogue.with(server).expect("220 ");
                        WireDialogue second = WireDialogue.with(server)) {
                    second.expect("421 4.3.2 Too many connections");
                    first.say("QUIT", "221 ").expectEnd();
                    WireDialogue.with(server)
                            .expect("220 ")
                            .say("QUIT", "221 ")
                            .expectEnd()
                            .close();
                }
            }
        }
    }

    @Test
    void aScriptedLimitCountsTheSame() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            server.script(on(CONNECT)
                    .connectionsAbove(1)
                    .reply(421, "4.7.0 One at a time")
                    .always());
            for (int i = 0; i < 100; i++) {
                try (WireDialogue client = WireDialogue.with(server)) {
                    client.expect("220 ").say("QUIT", "221 ").expectEnd();
                }
            }
            try (WireDialogue first = WireDialogue.with(server).expect("220 ");
                    WireDialogue second = WireDialogue.with(server)) {
                second.expect("421 4.7.0 One at a time").expectEnd();
                assertThat(first).isNotNull();
            }
        }
    }

    @Test
    void aClientMayHaveAsManyConnectionsAsItIsAllowed() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxConnectionsPerClient(2).build().start()) {
            try (WireDialogue first = WireDialogue.with(server).expect("220 ");
                    WireDialogue second = WireDialogue.with(server).expect("220 ");
                    WireDialogue third = WireDialogue.with(server)) {
                third.expect("421 4.7.0 Too many connections from your address").expectEnd();
                first.say("QUIT", "221 ").expectEnd();
                WireDialogue.with(server).expect("220 ").close();
                second.say("NOOP", "250 ");
            }
            assertThat(server.attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.stage()).isEqualTo(CONNECT));
        }
    }

    @Test
    void aClientThatSendsNothingButCommandsIsEndedAndOneThatSendsMailIsNot() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxCommandsWithoutMail(8).build().start()) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                for (int i = 0; i < 5; i++) {
                    client.say("NOOP", "250 ").mail("a@x.test", "b@y.test", "c@y.test", "d@y.test", "e@y.test");
                }
                for (int i = 0; i < 8; i++) {
                    client.say(i % 2 == 0 ? "NOOP" : "NONSENSE", i % 2 == 0 ? "250 " : "500 ");
                }
                client.say("NOOP", "421 4.7.0 Too many commands without a mail").expectEnd();
            }
            assertThat(server.sessions().get(0).transcript().notes())
                    .containsExactly("more than 8 commands without a mail");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RCPT TO:<a@b.test>", "BDAT 0", "HELP", "AUTH LOGIN =", "long line", "TLS"})
    void whatLeadsToNoMailIsEnded(String said) {
        String octets = said.equals("TLS")
                ? "\026\003\001\000\002\001\001"
                : (said.equals("long line") ? "X".repeat(40_000) : said) + "\r\n";
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxCommandsWithoutMail(8).build().start()) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                for (int i = 0; i < 7; i++) {
                    client.sendRaw(octets.getBytes(ISO_8859_1)).reply();
                }
                client.sendRaw(octets.getBytes(ISO_8859_1))
                        .expect("421 4.7.0 Too many commands without a mail")
                        .expectEnd();
            }
            assertThat(server.sessions().get(0).transcript().notes()).contains("more than 8 commands without a mail");
        }
    }

    @Test
    void anAttemptThatALimitEndsHasItsReply() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxCommandsWithoutMail(4).build().start()) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("NOOP", "250 ").say("MAIL FROM:<a@x.test>", "250 ").say("NOOP", "250 ");
                client.say("NOOP", "421 ").expectEnd();
            }
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("NOOP", "250 ").say("NOOP", "250 ").say("NOOP", "250 ");
                client.say("MAIL FROM:<a@x.test>", "421 ").expectEnd();
            }
            assertThat(server.attempts())
                    .extracting(Attempt::toString)
                    .containsExactly(
                            "#1 ABORTED at MAIL_FROM: <a@x.test> -> no one, then 421 4.7.0 Too many commands without a"
                                    + " mail",
                            "#2 REFUSED at MAIL_FROM, then 421 4.7.0 Too many commands without a mail");
        }
    }

    @Test
    void anAttemptThatIdlenessEndsHasItsReply() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .idleTimeout(Duration.ofMillis(150))
                .build()
                .start()) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.envelope("a@x.test", "b@y.test").sendRaw("Subject: x\r\n\r\nhalf");
                client.expect("421 4.4.2 Idle for too long").expectEnd();
            }
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("AUTH LOGIN", "334 ").expect("421 4.4.2 Idle for too long");
            }
            Eventually.isTrue("two attempts", () -> server.attempts().size() == 2);
            assertThat(server.attempts())
                    .extracting(
                            attempt -> attempt.outcome() + " at " + attempt.stage(),
                            attempt -> attempt.reply().map(Reply::code))
                    .containsExactly(
                            tuple("ABORTED at MID_DATA", Optional.of(421)), tuple("ABORTED at AUTH", Optional.of(421)));
        }
    }

    @Test
    void eachLimitIsNoted() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .maxConnections(2)
                        .maxConnectionsPerClient(1)
                        .maxRecipients(1)
                        .maxMessageSize(1_000)
                        .build()
                        .start();
                WireDialogue client = WireDialogue.greeted(server)) {
            try (WireDialogue second = WireDialogue.with(server)) {
                second.expect("421 4.7.0 ").expectEnd();
            }
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test>", "250 ");
            client.say("RCPT TO:<c@y.test>", "452 4.5.3 ").say("RCPT TO:<d@y.test>", "452 4.5.3 ");
            client.say("DATA", "354 ").say("x".repeat(900) + "\r\n" + "x".repeat(900) + "\r\n.", "552 5.3.4 ");
            assertThat(server.sessions())
                    .extracting(session -> session.transcript().notes())
                    .containsExactly(
                            List.of("more than 1 recipients", "a body of more than 1000 octets"),
                            List.of("more than 1 connections from 127.0.0.1"));
        }
    }
}
