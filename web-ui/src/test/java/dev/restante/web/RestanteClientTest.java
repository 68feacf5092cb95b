package dev.restante.web;

import static dev.restante.MailboxSelector.helo;
import static dev.restante.Matching.subject;
import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.RestanteClient;
import dev.restante.ServerClock;
import dev.restante.SmtpFixture;
import dev.restante.SmtpSession;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server by its HTTP API does what a server in this JVM does, and says the same of it. */
@Timeout(60)
class RestanteClientTest {
    private FakeSmtpServer smtp;
    private RestanteUi ui;
    private RestanteClient client;

    @BeforeEach
    void open() {
        smtp = FakeSmtpServer.create().start();
        ui = RestanteUi.builder(smtp)
                .basePath("/mail")
                .bearerToken("sesame")
                .basicAuth("ann", "open")
                .start();
        client = RestanteClient.builder(URI.create(ui.url() + "/"))
                .bearerToken("sesame")
                .connect();
    }

    @AfterEach
    void close() {
        client.close();
        ui.close();
        smtp.close();
    }

    @ParameterizedTest
    @EnumSource(FixtureContract.class)
    void inThisJvm(FixtureContract body) throws Exception {
        body.run(smtp);
    }

    @ParameterizedTest
    @EnumSource(FixtureContract.class)
    void overHttp(FixtureContract body) throws Exception {
        body.run(client);
    }

    /** But for a persona, which greets, all is the same in a mailbox that has everything. */
    @ParameterizedTest
    @EnumSource(value = FixtureContract.class, mode = EnumSource.Mode.EXCLUDE, names = "LAYERS_ARE_ASKED_IN_ORDER")
    void inAMailboxInThisJvm(FixtureContract body) throws Exception {
        body.run(smtp.mailbox("all", helo("*")));
    }

    @ParameterizedTest
    @EnumSource(value = FixtureContract.class, mode = EnumSource.Mode.EXCLUDE, names = "LAYERS_ARE_ASKED_IN_ORDER")
    void inAMailboxOverHttp(FixtureContract body) throws Exception {
        body.run(client.mailbox("all", helo("*")));
    }

    // ---- the same evidence and the same words

    private void somethingHappens() throws Exception {
        smtp.script(
                on(RCPT_TO)
                        .named("busy")
                        .to("bob@*")
                        .reply(450, "4.2.1 Mailbox busy\nTry later")
                        .times(3),
                on(EHLO).matching(moment -> false).reply(500, "x").times(2));
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("AUTH PLAIN AGFubgBodW50ZXIy");
            sender.say("MAIL FROM:<a@x.test>");
            sender.say("RCPT TO:<bob@y.test>");
            sender.say("RCPT TO:<nobody@>");
            sender.say("RSET");
            sender.say("EHLO\twrong\\name");
            sender.say("QUIT");
        }
        Sender.send(smtp, "a@x.test", List.of("mara+tag@y.test", "carl@y.test"), SampleMails.invoice());
        smtp.script(on(END_OF_DATA).named("full").reply(452, "4.3.1 Full").once());
        assertThatThrownBy(() -> Sender.send(smtp, "a@x.test", List.of("carl@y.test"), "Subject: lost\n\nbody\n"))
                .hasMessageContaining("452");
        while (smtp.sessions().stream().anyMatch(SmtpSession::isOpen)) {
            Thread.onSpinWait(); // until the server has noticed that the last client left: nothing changes any more
        }
    }

    @Test
    void allEvidenceIsTheSame() throws Exception {
        somethingHappens();

        assertThat(client.mails()).isEqualTo(smtp.mails());
        CapturedMail here = smtp.mails().get(0);
        CapturedMail there = client.mails().get(0);
        assertThat(there.bytes()).isEqualTo(here.bytes());
        assertThat(there.envelope()).isEqualTo(here.envelope());
        assertThat(there.client()).isEqualTo(here.client());
        assertThat(there.arrivedAt()).isEqualTo(here.arrivedAt());
        assertThat(there.lint()).isEqualTo(here.lint());
        assertThat(there).hasToString(here.toString());
        // In one JVM the moments are the same but for how well the clocks were compared.
        assertThat(there.arrivedAtNanos() - here.arrivedAtNanos()).isBetween(-1_000_000_000L, 1_000_000_000L);
        assertThat(client.attempts()).hasSize(smtp.attempts().size()).isNotEmpty();
        for (int i = 0; i < smtp.attempts().size(); i++) {
            assertThat(client.attempts().get(i))
                    .usingRecursiveComparison()
                    .ignoringFields("startedAtNanos", "client.authentication.value.secret")
                    .isEqualTo(smtp.attempts().get(i));
        }
        List<SmtpSession> sessions = smtp.sessions();
        assertThat(client.sessions()).hasSameSizeAs(sessions);
        for (int i = 0; i < sessions.size(); i++) {
            SmtpSession session = client.sessions().get(i);
            assertThat(session.transcript()).isEqualTo(sessions.get(i).transcript());
            assertThat(session.noticed()).isEqualTo(sessions.get(i).noticed());
            assertThat(session.lint()).isEqualTo(sessions.get(i).lint());
            assertThat(session).hasToString(sessions.get(i).toString());
        }
        assertThat(client.rules().toString()).isEqualTo(smtp.rules().toString());
        assertThat(client.unfired().toString()).isEqualTo(smtp.unfired().toString());
        assertThat(client.host()).isEqualTo(smtp.host());
        assertThat(client.port()).isEqualTo(smtp.port());
        assertThat(client.isListening()).isTrue();
    }

    @Test
    void failuresAreToldInTheSameWords() throws Exception {
        somethingHappens();
        Map<String, Consumer<SmtpFixture>> failing = Map.of(
                "takeMail", fixture -> fixture.within(Duration.ofMillis(20)).takeMail(subject("nothing")),
                "awaitMails", fixture -> fixture.within(Duration.ofMillis(20)).awaitMails(7, to("*@y.test")),
                "awaitExactly", fixture -> fixture.awaitExactly(0, Duration.ofMillis(20)),
                "hasMails", fixture -> assertThat(fixture).hasMails(9),
                "hasNoMail", fixture -> assertThat(fixture).hasNoMail(),
                "lastSucceeded",
                        fixture -> assertThat(fixture).attempts(to("bob@*")).lastSucceeded(),
                "rule", fixture -> assertThat(fixture).rule("busy").fired(9),
                "unfired", fixture -> assertThat(fixture).hasNoUnfiredRules(),
                "accepted", fixture -> assertThat(fixture).acceptedEverything(),
                "session", fixture -> assertThat(fixture).session(2).endedBy(SmtpSession.Outcome.TIMED_OUT));
        failing.forEach((name, body) -> {
            Throwable here = catchThrowable(() -> body.accept(smtp));
            Throwable there = catchThrowable(() -> body.accept(client));
            assertThat(here).as(name).isInstanceOf(AssertionError.class);
            assertThat(there).as(name).hasMessage(here.getMessage()).hasSameClassAs(here);
        });
    }

    // ---- what cannot travel

    @Test
    void aFunctionIsRefusedWithWhatToDoInstead() {
        assertThatThrownBy(() -> client.script(
                        on(RCPT_TO).reply(250, "ok").once(),
                        on(RCPT_TO)
                                .named("odd")
                                .matching(moment -> true)
                                .reply(450, "x")
                                .once()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("This script cannot travel to " + ui.url() + ". ")
                .hasMessageContaining("matching(...) is a function")
                .hasMessageContaining("odd");
        assertThat(smtp.rules()).isEmpty();
        assertThatThrownBy(() -> client.clock().schedule(Duration.ofSeconds(1), () -> {}))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("clock().advance");
    }

    // ---- the clock

    @Test
    void aManualClockIsAdvancedAndAnotherRefuses() {
        assertThatThrownBy(() -> client.clock().advance(Duration.ofMinutes(5)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("moves by itself");
        try (FakeSmtpServer manual = FakeSmtpServer.builder()
                        .clock(ServerClock.manual())
                        .build()
                        .start();
                RestanteUi page = RestanteUi.start(manual);
                RestanteClient own = RestanteClient.connect(URI.create(page.url()))) {
            java.time.Instant before = manual.clock().now();
            own.clock().advance(Duration.ofNanos(1_500_000_001));
            assertThat(manual.clock().now()).isEqualTo(before.plusNanos(1_500_000_001));
            assertThat(own.clock().now()).isEqualTo(manual.clock().now());
            assertThatThrownBy(() -> own.clock().advance(Duration.ofMillis(-1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    // ---- who and where

    @Test
    void credentialsMayStandInTheAddress() {
        try (RestanteClient ann =
                RestanteClient.connect(URI.create("http://ann:open@127.0.0.1:" + ui.port() + "/mail"))) {
            assertThat(ann.mails()).isEmpty();
            assertThat(ann).hasToString("RestanteClient of http://127.0.0.1:" + ui.port() + "/mail");
        }
        assertThatThrownBy(() -> RestanteClient.connect(URI.create(ui.url())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("answered 401")
                .hasMessageContaining("bearerToken");
        assertThatThrownBy(() -> RestanteClient.builder(URI.create(ui.url()))
                        .basicAuth("ann", "wrong")
                        .connect())
                .hasMessageContaining("401");
        assertThatThrownBy(() -> RestanteClient.builder(URI.create("http://127.0.0.1:" + ui.port()))
                        .bearerToken("sesame")
                        .connect())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("base path");
    }

    @Test
    void whatIsNoAddressOfAPageIsRefused() throws Exception {
        for (String wrong : List.of("smtp://localhost", "localhost:8025", "mail", "http:///x")) {
            assertThatThrownBy(() -> RestanteClient.connect(URI.create(wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no HTTP address");
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + free);
        assertThatThrownBy(() -> RestanteClient.connect(nobody))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("Nobody answers at " + nobody + ".");
        assertThatThrownBy(() -> RestanteClient.connect(URI.create("http://127.0.0.1:" + smtp.port())))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("http://127.0.0.1:" + smtp.port());
    }

    @Test
    void aLostServerIsToldWithItsAddress() {
        ui.close();
        assertThatThrownBy(() -> client.takeMail())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(ui.url());
        client.close();
        assertThatThrownBy(() -> client.mails())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was closed");
    }

    @Test
    void aWaitEndsWhenTheServerIsClosed() {
        smtp.close();
        assertThatThrownBy(() -> client.takeMail())
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("No mail arrived before the server was closed.")
                .hasMessageContaining("The server is not listening");
    }

    @Test
    void largeMailsComeInSeveralAnswers() throws Exception {
        String body = ("x".repeat(70) + "\n").repeat(60_000);
        for (int i = 0; i < 5; i++) {
            Sender.send(smtp, "a@x.test", List.of("b@x.test"), "Subject: large " + i + "\n\n" + body);
        }
        assertThat(client.mails()).isEqualTo(smtp.mails());
        assertThat(client.mails().get(4).bytes()).isEqualTo(smtp.mails().get(4).bytes());
        assertThat(client.clear()).hasSize(5);
        assertThat(smtp).hasNoMail();
    }
}
