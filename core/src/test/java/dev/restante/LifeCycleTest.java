package dev.restante;

import static dev.restante.Matching.to;
import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MID_DATA;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server's life: made, started, reset, closed; and what its clients see of it. The time limit holds closing bounded. */
@Timeout(30)
class LifeCycleTest {
    private static FakeSmtpServer started() {
        return FakeSmtpServer.create().start();
    }

    private static SmtpSession.Outcome outcomeOfFirst(FakeSmtpServer server) {
        return server.sessions().get(0).outcome();
    }

    // ---- making and starting

    @Test
    void startingAgainChangesNothing() {
        try (FakeSmtpServer server = started()) {
            int port = server.port();

            assertThat(server.start()).isSameAs(server);
            assertThat(server.port()).isEqualTo(port);
            WireDialogue.greeted(server).mail("ann@x.test", "bob@y.test").close();
        }
    }

    @Test
    void closingAgainDoesNothing() {
        FakeSmtpServer server = started();
        server.close();

        assertThatCode(server::close).doesNotThrowAnyException();
    }

    @Test
    void closingWithoutStartingEndsTheServerToo() {
        FakeSmtpServer server = FakeSmtpServer.create();
        server.close();

        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aClosedServerCannotBeStartedAgain() {
        FakeSmtpServer server = started();
        server.close();

        assertThatThrownBy(server::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("This server was closed and cannot be started again. Create a new one; its evidence stays"
                        + " readable here.");
    }

    @Test
    void eachServerTakesAFreePortOfItsOwn() {
        try (FakeSmtpServer one = started();
                FakeSmtpServer other = started()) {
            assertThat(one.port()).isPositive().isNotEqualTo(other.port());
            assertThat(one.host()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void onePortForSmtpAndSmtpsIsToldWhenItIsAskedFor() {
        assertThatThrownBy(() ->
                        FakeSmtpServer.builder().port(2525).smtpsPort(2525).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2525")
                .hasMessageContaining("Give SMTPS another one");
    }

    @Test
    void anAddressOfAnotherMachineIsToldWithWhatToDo() {
        FakeSmtpServer server =
                FakeSmtpServer.builder().bindAddress("192.0.2.1").build();

        assertThatThrownBy(server::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("Cannot listen for SMTP on 192.0.2.1 port 0: ")
                .hasMessageEndingWith("Bind an address of this machine, such as 127.0.0.1.");
    }

    @Test
    void whatIsNoAddressIsToldWhenItIsGiven() {
        FakeSmtpServer.Builder builder = FakeSmtpServer.builder();

        assertThatThrownBy(() -> builder.bindAddress("1::2::3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"1::2::3\" is no address of this machine. Bind 127.0.0.1 (the default), ::1, 0.0.0.0 for"
                        + " every address, or an address that the machine has.");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65536})
    void whatIsNoPortIsToldWhenItIsGiven(int port) {
        FakeSmtpServer.Builder builder = FakeSmtpServer.builder();

        assertThatThrownBy(() -> builder.port(port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A port is between 0 and 65535, but was " + port + ". 0 takes a free one.");
    }

    @Test
    void thereIsNoPortBeforeTheStart() {
        FakeSmtpServer server = FakeSmtpServer.builder().smtpsPort(0).build();

        assertThatThrownBy(server::port)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The server has no port before it is started. Call start() first.");
        assertThatThrownBy(server::smtpsPort).hasMessageContaining("Call start() first");
    }

    @Test
    void thereIsNoSmtpsPortUnlessAskedFor() {
        try (FakeSmtpServer server = started()) {
            assertThat(server.hasSmtpsPort()).isFalse();
            assertThatThrownBy(server::smtpsPort)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("This server has no SMTPS listener. Build it with"
                            + " FakeSmtpServer.builder().smtpsPort(0).");
        }
    }

    @Test
    void aBuilderMakesServersThatShareNothing() {
        FakeSmtpServer.Builder builder = FakeSmtpServer.builder().hostName("one.test");
        try (FakeSmtpServer one = builder.build().start();
                FakeSmtpServer two = builder.hostName("two.test").build().start()) {
            WireDialogue.with(one).expect("220 one.test ").close();
            WireDialogue.with(two).expect("220 two.test ").close();
            WireDialogue.greeted(two).mail("ann@x.test", "bob@y.test").close();
            assertThat(two.awaitMails(1)).hasSize(1);
            assertThat(one.mails()).isEmpty();
        }
    }

    @Test
    void addressesShareAPort() throws IOException {
        Assumptions.assumeTrue(hasIpv6(), "This machine has no ::1. To run this test, enable IPv6 on the loopback.");
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .bindAddress("127.0.0.1", "::1")
                .smtpsPort(0)
                .build()
                .start()) {
            for (String host : List.of("127.0.0.1", "::1")) {
                WireDialogue.with(host, server.port()).expect("220 ").close();
                WireDialogue.with(host, server.smtpsPort())
                        .handshake(server.tls().sslContext())
                        .expect("220 ")
                        .close();
            }
            assertThat(server.host()).isEqualTo("127.0.0.1");
            assertThat(server.sessions())
                    .extracting(session -> session.client().ip())
                    .contains("127.0.0.1", "::1");
        }
    }

    private static boolean hasIpv6() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getAllByName("::1")[0])) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aServerOnAllAddressesIsReachedOverLoopback() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().bindAddress("0.0.0.0").build().start()) {
            assertThat(server.host()).isEqualTo("127.0.0.1");
            WireDialogue.greeted(server).close();
        }
    }

    @Test
    void itSaysInWordsWhatStateItIsIn() {
        FakeSmtpServer server = FakeSmtpServer.create();
        assertThat(server).hasToString("FakeSmtpServer, not started");
        server.start();
        assertThat(server).hasToString("FakeSmtpServer listening on 127.0.0.1:" + server.port() + ", 0 mails");
        WireDialogue.greeted(server).mail("ann@x.test", "bob@y.test").close();
        assertThat(server).hasToString("FakeSmtpServer listening on 127.0.0.1:" + server.port() + ", 1 mail");
        server.close();
        assertThat(server).hasToString("FakeSmtpServer, closed, 1 mail");

        try (FakeSmtpServer both = FakeSmtpServer.builder().smtpsPort(0).build().start()) {
            assertThat(both)
                    .hasToString("FakeSmtpServer listening on 127.0.0.1:" + both.port() + " and for SMTPS on "
                            + both.smtpsPort() + ", 0 mails");
        }
    }

    // ---- closing

    @Test
    void idleClientsAreToldWhenTheServerCloses() {
        FakeSmtpServer server = FakeSmtpServer.builder().smtpsPort(0).build().start();
        WireDialogue fresh = WireDialogue.with(server).expect("220 ");
        WireDialogue greeted = WireDialogue.greeted(server);
        WireDialogue inTransaction = WireDialogue.greeted(server).say("MAIL FROM:<ann@x.test>", "250 ");
        WireDialogue secure = WireDialogue.overTls(server).expect("220 ");
        server.close();

        for (WireDialogue client : List.of(fresh, greeted, inTransaction, secure)) {
            client.expect("421 4.3.2 Server is shutting down").expectEnd().close();
        }
        assertThat(server.sessions())
                .extracting(SmtpSession::outcome)
                .containsOnly(SmtpSession.Outcome.SERVER_STOPPED)
                .hasSize(4);
        assertThat(server.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
            assertThat(attempt.stage()).isEqualTo(Stage.MAIL_FROM);
        });
        assertThat(server.openConnections()).isZero();
    }

    static Stream<Arguments> waits() {
        return Stream.of(
                Arguments.of("a stall", on(NOOP).stall().once()),
                Arguments.of("a stall in a body", midData(3).stall().once()),
                Arguments.of("a delay", on(NOOP).after(ofHours(1)).once()),
                Arguments.of("a tarpit", on(EHLO).tarpit(ofHours(1)).once()),
                Arguments.of("a delay in a body", midData(3).after(ofHours(1)).once()),
                Arguments.of("a throttle", on(CONNECT).throttle(1).once()),
                Arguments.of("a dribbled reply", on(NOOP).dribble(1, ofHours(1)).once()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waits")
    void closingReleasesWhatWaits(String what, Rule rule) {
        FakeSmtpServer server = started();
        server.script(rule);
        try (WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw("EHLO client.test\r\nNOOP\r\nMAIL FROM:<ann@x.test>\r\n");
            client.sendRaw("RCPT TO:<bob@y.test>\r\nDATA\r\nSubject: x\r\n\r\nbody\r\n");
            Eventually.isTrue("the rule fires", () -> server.unfired().isEmpty());
            server.close();
        }

        assertThat(server.sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.isOpen()).isFalse());
        assertThat(server.openConnections()).isZero();
    }

    @Test
    void closingReleasesHolds() {
        FakeSmtpServer server = started();
        Hold hold = server.hold(NOOP);
        try (WireDialogue client = WireDialogue.greeted(server).send("NOOP")) {
            hold.awaitReached();
            server.close();

            client.expect("250 ").expect("421 4.3.2 ").expectEnd();
        }
        assertThat(outcomeOfFirst(server)).isEqualTo(SmtpSession.Outcome.SERVER_STOPPED);
        assertThat(hold.waiting()).isZero();
    }

    static Stream<Arguments> waitsForMail() {
        return Stream.of(
                Arguments.of("taking", (Consumer<FakeSmtpServer>) FakeSmtpServer::takeMail),
                Arguments.of("awaiting two", (Consumer<FakeSmtpServer>) server -> server.awaitMails(2)),
                Arguments.of("awaiting one", (Consumer<FakeSmtpServer>) server -> server.awaitMail(to("bob@*"))),
                Arguments.of("awaiting exactly one", (Consumer<FakeSmtpServer>)
                        server -> server.awaitExactly(1, ofMillis(10))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitsForMail")
    void closingEndsWaitsForMail(String what, Consumer<FakeSmtpServer> wait) throws InterruptedException {
        FakeSmtpServer server =
                FakeSmtpServer.builder().defaultTimeout(ofHours(1)).build().start();
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread waiter = new Thread(() -> ended.complete(catchThrowable(() -> wait.accept(server))));
        waiter.start();
        Eventually.isTrue("the waiter waits", () -> waiter.getState() == Thread.State.TIMED_WAITING);
        server.close();

        assertThat(ended.join())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("before the server was closed")
                .hasMessageContaining("The server is not listening");
        waiter.join();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitsForMail")
    void onAClosedServerNoWaitForMailTakesLong(String what, Consumer<FakeSmtpServer> wait) {
        FakeSmtpServer server =
                FakeSmtpServer.builder().defaultTimeout(ofHours(1)).build().start();
        server.close();

        assertThatThrownBy(() -> wait.accept(server))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("The server is not listening");
    }

    @Test
    void closingEndsTheWaitForWhoReachesAHold() throws InterruptedException {
        FakeSmtpServer server =
                FakeSmtpServer.builder().defaultTimeout(ofHours(1)).build().start();
        Hold hold = server.hold(NOOP);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread waiter = new Thread(() -> ended.complete(catchThrowable(hold::awaitReached)));
        waiter.start();
        Eventually.isTrue("the waiter waits", () -> waiter.getState() == Thread.State.TIMED_WAITING);
        server.close();

        assertThat(ended.join())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("released")
                .hasMessageContaining("The server is not listening");
        waiter.join();
    }

    @Test
    void aResetEndsTheWaitForWhoReachesAHold() throws InterruptedException {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().defaultTimeout(ofHours(1)).build().start()) {
            Hold hold = server.hold(NOOP);
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            Thread waiter = new Thread(() -> ended.complete(catchThrowable(hold::awaitReached)));
            waiter.start();
            Eventually.isTrue("the waiter waits", () -> waiter.getState() == Thread.State.TIMED_WAITING);
            server.reset();

            assertThat(ended.join()).isInstanceOf(AssertionError.class).hasMessageContaining("released");
            waiter.join();
        }
    }

    @Test
    void mailOfAClosedServerCanStillBeTaken() {
        FakeSmtpServer server = started();
        WireDialogue.greeted(server).mail("ann@x.test", "bob@y.test").close();
        server.close();

        assertThat(server.awaitMails(1)).hasSize(1);
        assertThat(server.takeMail().subject()).contains("hello");
    }

    @Test
    void closingOnAnInterruptedThreadIsAsOnAnyOther() throws InterruptedException {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        CompletableFuture<WireDialogue> client = new CompletableFuture<>();
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        Thread test = new Thread(() -> {
            thrown.complete(catchThrowable(() -> {
                try (FakeSmtpServer server = started()) {
                    WireDialogue inBody = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test");
                    client.complete(inBody);
                    server.within(ofHours(1)).takeMail();
                }
            }));
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        test.start();
        WireDialogue inBody = client.join();
        test.interrupt();

        inBody.expect("421 4.3.2 ").expectEnd().close();
        assertThat(thrown.join())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Interrupted")
                .hasNoSuppressedExceptions();
        test.join();
        assertThat(stillInterrupted).isTrue();
    }

    @Test
    void aResetOnAnInterruptedThreadWaitsForThoseItEnds() {
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.greeted(server).say("MAIL FROM:<ann@x.test>", "250 ")) {
            Thread.currentThread().interrupt();
            server.reset();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(server.openConnections()).isZero();
            client.expect("421 4.3.2 ").expectEnd();
        }
    }

    @Test
    void aTimeBeyondAllBoundsIsAsGoodAsForEver() {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .idleTimeout(forEver)
                .handshakeTimeout(forEver)
                .defaultTimeout(forEver)
                .startTls()
                .build()
                .start()) {
            WireDialogue.greeted(server)
                    .say("STARTTLS", "220 ")
                    .handshake(server.tls().sslContext())
                    .say("EHLO client.test", "250 ")
                    .mail("ann@x.test", "bob@y.test")
                    .close();

            assertThat(server.awaitMails(1)).hasSize(1);
            assertThat(server.within(forEver).takeMail().subject()).contains("hello");
        }
    }

    @Test
    void aRuleWithALongReplyIsNamedInBrief() {
        try (FakeSmtpServer server = started()) {
            server.script(on(NOOP).reply(250, "x".repeat(1 << 20)).once());

            assertThat(server.rules().get(0).rule().name())
                    .hasSizeLessThan(1000)
                    .contains("reply(250, ...)");
            assertThat(server.rules().get(0).rule().toString()).hasSizeGreaterThan(1 << 20);
        }
    }

    @Test
    void closingReleasesADelayOnAClockThatStandsStill() {
        FakeSmtpServer server =
                FakeSmtpServer.builder().clock(ServerClock.manual()).build().start();
        server.script(on(NOOP).after(ofHours(1)).once());
        try (WireDialogue client = WireDialogue.greeted(server).send("NOOP")) {
            Eventually.isTrue("the rule fires", () -> server.unfired().isEmpty());
            server.close();

            client.expect("250 ").expect("421 4.3.2 ").expectEnd();
        }
    }

    @Test
    void aBodyUnderWayMayFinishWhileTheServerCloses() {
        FakeSmtpServer server =
                FakeSmtpServer.builder().closeGrace(ofSeconds(3)).build().start();
        Hold hold = server.hold();
        server.script(midData(4).waitFor(hold.name()).once());
        try (WireDialogue sender = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test");
                WireDialogue idle = WireDialogue.greeted(server)) {
            sender.send("Subject: last");
            hold.awaitReached();
            hold.release();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
            idle.expect("421 ").expectEnd();

            sender.sendRaw("\r\nhello\r\n.\r\n")
                    .expect("250 ")
                    .expect("421 4.3.2 ")
                    .expectEnd();
            closing.join();
        }
        assertThat(server.mails())
                .singleElement()
                .satisfies(mail -> assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.SENT));
    }

    @Test
    void aBodyThatDoesNotFinishIsAbortedWhenTheServerCloses() {
        FakeSmtpServer server =
                FakeSmtpServer.builder().closeGrace(ofMillis(50)).build().start();
        Hold hold = server.hold();
        server.script(midData(4).waitFor(hold.name()).once());
        try (WireDialogue sender = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            sender.send("Subject: never");
            hold.awaitReached();
            hold.release();
            server.close();

            sender.expect("421 4.3.2 Server is shutting down").expectEnd();
        }
        assertThat(server.mails()).isEmpty();
        assertThat(server.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
            assertThat(attempt.stage()).isEqualTo(MID_DATA);
        });
        assertThat(outcomeOfFirst(server)).isEqualTo(SmtpSession.Outcome.SERVER_STOPPED);
    }

    @Test
    void aFunctionThatBlocksForEverIsNamed() throws InterruptedException {
        FakeSmtpServer server =
                FakeSmtpServer.builder().closeGrace(Duration.ZERO).build().start();
        CountDownLatch ever = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        server.script(on(NOOP).answer(moment -> {
                    asked.countDown();
                    return blockedIn(ever);
                })
                .once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.send("NOOP");
            asked.await();

            assertThatThrownBy(server::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1 of its threads did not end within 5 s")
                    .hasMessageContaining("Does a function in the script block?")
                    .hasMessageContaining("thread \"")
                    .hasMessageContaining(":" + client.localPort())
                    .hasMessageContaining("LifeCycleTest.blockedIn(LifeCycleTest.java:");
            assertThatCode(server::close).as("closing again").doesNotThrowAnyException();
        } finally {
            ever.countDown();
        }
    }

    private static Effect.Decision blockedIn(CountDownLatch ever) {
        while (ever.getCount() > 0) {
            try {
                ever.await();
            } catch (InterruptedException e) {
                // Blocks for ever, whatever it is told: that is the point.
            }
        }
        return Effect.Pass.PASS;
    }

    @Test
    void aFunctionThatHeedsInterruptionIsEnded() throws InterruptedException {
        FakeSmtpServer server =
                FakeSmtpServer.builder().closeGrace(Duration.ZERO).build().start();
        CountDownLatch ever = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        server.script(on(NOOP).answer(moment -> {
                    asked.countDown();
                    try {
                        ever.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Effect.Pass.PASS;
                })
                .once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.send("NOOP");
            asked.await();

            assertThatCode(server::close).doesNotThrowAnyException();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsUpNoClosing() {
        FakeSmtpServer server =
                FakeSmtpServer.builder().closeGrace(Duration.ZERO).build().start();
        server.script(on(NOOP).reply(250, "x".repeat(20 << 20)).once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.send("NOOP");
            Eventually.isTrue(
                    "the reply is due",
                    () -> server.sessions().get(0).transcript().replies().size() == 3);

            assertThatCode(server::close).doesNotThrowAnyException();
            assertThat(server.openConnections()).isZero();
        }
    }

    @Test
    void evidenceStaysReadableOnceTheServerIsClosed() {
        FakeSmtpServer server = started();
        server.script(on(RCPT_TO).to("no@*").reply(550, "5.1.1 No such user").once());
        WireDialogue.greeted(server)
                .mail("ann@x.test", "bob@y.test")
                .say("MAIL FROM:<ann@x.test>", "250 ")
                .say("RCPT TO:<no@y.test>", "550 ")
                .say("QUIT", "221 ")
                .expectEnd();
        server.close();

        assertThat(server.port()).isPositive();
        assertThat(server.attempts()).hasSize(2);
        assertThat(server.attempts(Matching.to("no@*"))).hasSize(1);
        assertThat(server.rules())
                .singleElement()
                .satisfies(rule -> assertThat(rule.hits()).isEqualTo(1));
        assertThat(server.sessions()).singleElement().satisfies(session -> {
            assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
            assertThat(server.session(session.id())).isPresent();
        });
        CapturedMail mail = server.takeMail();
        assertThat(mail.session()).isPresent();
        assertThat(mail.text()).contains("hello\r\n");
        assertThat(server.mails()).isEmpty();
    }

    @Test
    void aForgottenServerDoesNotKeepAJvmAlive() {
        OutsideProgram.java(Forgotten.class).run().expectExit(0);
    }

    /** Starts a server, has it take a mail, and returns with a connection open. */
    static final class Forgotten {
        private Forgotten() {}

        public static void main(String[] arguments) {
            FakeSmtpServer server =
                    FakeSmtpServer.builder().smtpsPort(0).build().start();
            server.onArrival(mail -> {});
            server.script(on(NOOP).after(ofHours(1)).once());
            WireDialogue.greeted(server).mail("ann@x.test", "bob@y.test").send("NOOP");
            WireDialogue.overTls(server).expect("220 ");
            server.awaitMails(1);
        }
    }

    // ---- resetting

    @Test
    void anIdleConnectionOutlivesAResetAsANewSession() {
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.greeted(server)) {
            String before = server.sessions().get(0).id();
            int port = server.port();
            server.reset();
            assertThat(server.sessions()).isEmpty();

            client.mail("ann@x.test", "bob@y.test");

            assertThat(server.port()).isEqualTo(port);
            assertThat(server.sessions()).singleElement().satisfies(session -> {
                assertThat(session.id()).isNotEqualTo(before);
                assertThat(session.client().heloName()).contains("client.test");
                assertThat(session.attempts()).hasSize(1);
                assertThat(session.transcript().notes())
                        .containsExactly("the server was reset; the connection goes on as a new session");
            });
            assertThat(server.takeMail().sessionId())
                    .isEqualTo(server.sessions().get(0).id());
        }
    }

    @Test
    void anOpenTransactionIsAbortedByAReset() {
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.greeted(server).say("MAIL FROM:<ann@x.test>", "250 ");
                WireDialogue inBody = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            inBody.send("Subject: x");
            server.reset();

            client.expect("421 4.3.2 Server was reset").expectEnd();
            inBody.expect("421 4.3.2 Server was reset").expectEnd();
            assertThat(server.sessions()).isEmpty();
            assertThat(server.attempts()).isEmpty();
            WireDialogue.greeted(server).mail("ann@x.test", "bob@y.test").close();
            assertThat(server.awaitMails(1)).hasSize(1);
        }
    }

    @Test
    void aResetReleasesWhoIsHeld() {
        try (FakeSmtpServer server = started()) {
            Hold hold = server.hold(NOOP);
            try (WireDialogue client = WireDialogue.greeted(server).send("NOOP")) {
                hold.awaitReached();
                server.reset();

                client.expect("250 ").say("NOOP", "250 ").mail("ann@x.test", "bob@y.test");
                assertThat(server.awaitMails(1)).hasSize(1);
            }
        }
    }

    @Test
    void nothingOfWhoIsHeldInATransactionOutlivesAReset() {
        try (FakeSmtpServer server = started()) {
            for (int round = 0; round < 50; round++) {
                Hold hold = server.hold(END_OF_DATA);
                try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
                    client.sendRaw("Subject: x\r\n\r\nbody\r\n.\r\n");
                    hold.awaitReached();
                    server.reset();

                    assertThat(server.mails()).isEmpty();
                    assertThat(server.attempts()).isEmpty();
                    assertThat(server.rules()).isEmpty();
                    assertThat(client.reply().get(0)).matches("(250|421) .*");
                }
                Eventually.isTrue("the client is gone", () -> server.openConnections() == 0);
                assertThat(server.mails()).isEmpty();
                assertThat(server.attempts()).isEmpty();
            }
        }
    }

    @Test
    void aResetEndsDelaysAndStalls() {
        try (FakeSmtpServer server = started()) {
            server.script(
                    on(NOOP).nthOnServer(1).after(ofHours(1)).once(),
                    on(NOOP).nthOnServer(2).stall().once());
            try (WireDialogue delayed = WireDialogue.greeted(server).send("NOOP");
                    WireDialogue stalled = WireDialogue.greeted(server)) {
                Eventually.isTrue("the delay fires", () -> server.rules().get(0).hits() == 1);
                stalled.send("NOOP");
                Eventually.isTrue("the stall fires", () -> server.unfired().isEmpty());
                server.reset();

                delayed.expect("250 ").say("NOOP", "250 ");
                Eventually.isTrue("the stalled one is gone", () -> server.openConnections() == 1);
            }
        }
    }

    @Test
    void aResetForgetsMailSessionsAndScript() {
        try (FakeSmtpServer server = started();
                WireDialogue client = WireDialogue.greeted(server)) {
            server.script(on(NOOP).reply(450, "4.3.0 Not now").always());
            client.say("NOOP", "450 ").mail("ann@x.test", "bob@y.test");
            CapturedMail mail = server.awaitMails(1).get(0);
            server.reset();

            assertThat(server.mails()).isEmpty();
            assertThat(server.sessions()).isEmpty();
            assertThat(server.attempts()).isEmpty();
            assertThat(server.rules()).isEmpty();
            assertThat(mail.session()).isEmpty();
            assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.SENT);
            client.say("NOOP", "250 ");
        }
    }

    // ---- limits

    // What a client says within the idle time-out, it says in one write: then no slow machine makes it silent too
    // early.

    @Test
    void aSilentClientIsToldSo() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .idleTimeout(ofMillis(100))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").expect("421 4.4.2 Idle for too long").expectEnd();

            assertThat(outcomeOfFirst(server)).isEqualTo(SmtpSession.Outcome.TIMED_OUT);
            assertThat(server.sessions().get(0).lasted()).isGreaterThanOrEqualTo(ofMillis(100));
        }
    }

    @Test
    void aClientThatFallsSilentInItsBodyIsToldSo() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .idleTimeout(ofMillis(500))
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw("EHLO c\r\nMAIL FROM:<ann@x.test>\r\nRCPT TO:<bob@y.test>\r\nDATA\r\nSubject: x\r\n");
            for (String reply : List.of("220 ", "250 ", "250 2.1.0 ", "250 2.1.5 ", "354 ", "421 4.4.2 ")) {
                client.expect(reply);
            }
            client.expectEnd();

            assertThat(outcomeOfFirst(server)).isEqualTo(SmtpSession.Outcome.TIMED_OUT);
            assertThat(server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
                assertThat(attempt.stage()).isEqualTo(MID_DATA);
            });
        }
    }

    @Test
    void aClientThatIsHeldIsNotCalledSilent() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().idleTimeout(ofMillis(300)).build().start()) {
            Hold hold = server.hold(NOOP);
            try (WireDialogue client = WireDialogue.with(server)) {
                client.sendRaw("EHLO c\r\nNOOP\r\n")
                        .expect("220 ")
                        .expect("250 AUTH")
                        .expectSilence(600);
                hold.release();
                client.expect("250 2.0.0 ");
            }
        }
    }

    @Test
    void aConnectionOverTheLimitIsTurnedAway() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxConnections(2).build().start()) {
            WireDialogue first = WireDialogue.greeted(server);
            WireDialogue second = WireDialogue.greeted(server);
            WireDialogue.with(server)
                    .expect("421 4.3.2 Too many connections")
                    .expectEnd()
                    .close();
            assertThat(server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
                assertThat(attempt.stage()).isEqualTo(CONNECT);
            });

            first.say("QUIT", "221 ").expectEnd().close();
            WireDialogue.greeted(server).mail("ann@x.test", "bob@y.test").close();
            assertThat(server.awaitMails(1)).hasSize(1);
            second.close();
        }
    }

    @Test
    void aPlaceIsFreeAsSoonAsItsClientHasSeenTheEnd() {
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().maxConnections(1).build().start()) {
            for (int round = 0; round < 300; round++) {
                WireDialogue.greeted(server).say("QUIT", "221 ").expectEnd().close();
            }
        }
    }

    @Test
    void aHoldKeepsBackNoReplyThatIsDue() {
        try (FakeSmtpServer server = started()) {
            Hold hold = server.hold(MID_DATA);
            try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
                hold.awaitReached();
                hold.release();
                client.send("").send("hello").say(".", "250 ");
            }
            Hold atRecipient = server.hold(RCPT_TO);
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.sendRaw("MAIL FROM:<ann@x.test>\r\nRCPT TO:<bob@y.test>\r\n")
                        .expect("250 2.1.0 ");
                atRecipient.release();
                client.expect("250 2.1.5 ");
            }
        }
    }

    @Test
    void aResetEndsATransactionWhoseClientDoesNotRead() {
        try (FakeSmtpServer server = started()) {
            server.script(on(RCPT_TO).reply(250, "x".repeat(20 << 20)).once());
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("MAIL FROM:<ann@x.test>", "250 ").send("RCPT TO:<bob@y.test>");
                Eventually.isTrue(
                        "the reply is due",
                        () -> server.sessions().get(0).transcript().replies().size() == 4);
                server.reset();

                assertThat(server.openConnections()).isZero();
            }
        }
    }

    /** A function in the script that blocks holds up a reset for 5 s; closing behind it has 5 s of its own, not 10. */
    @Test
    void closingDoesNotWaitForAResetThatWaits() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        FakeSmtpServer server = FakeSmtpServer.create().start();
        server.script(on(RCPT_TO)
                .answer(moment -> {
                    blocked.countDown();
                    awaitForEver(never);
                    return Effect.Pass.PASS;
                })
                .once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").send("RCPT TO:<b@y.test>");
            blocked.await();
            Thread resetting = new Thread(server::reset);
            resetting.start();
            Eventually.isTrue("the reset waits", () -> resetting.getState() == Thread.State.TIMED_WAITING);
            assertThat(server.port()).isPositive();
            assertThat(server.toString()).contains("listening");
            never.countDown();
            server.close();
            resetting.join();
        }
    }

    private static void awaitForEver(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // As a function that swallows interrupts.
            }
        }
    }
}
