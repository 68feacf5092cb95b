package dev.restante;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
}
