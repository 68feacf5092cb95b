package dev.restante.fuzz;

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
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.AuthPolicy;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.Rule;
import dev.restante.fuzz.Dialogue.Send;
import dev.restante.fuzz.Dialogue.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/**
 * Has damaged clients talk to servers of many kinds, and asks of each: does every connection end, is every reply one, does
 * the evidence tell of all that was said, and is nothing left behind?
 *
 * <p>Session {@code n} of a kind is the same in each run: its random numbers begin with {@code fuzz.seed} and {@code n}. A
 * failure tells both, and the shortest dialogue that still fails, as Java. It takes {@code fuzz.seconds}, 15 if not told; the
 * profile {@code fuzz} takes more, and another seed each time.
 */
@Timeout(7_200)
class SessionFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 20261123);
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 15);
    private static final int CLIENTS = 4;
    private static final long SHRINKING = 10_000_000_000L;

    private final List<FakeSmtpServer> started = new ArrayList<>();

    /** A server and the clients it is made for. */
    private record Kind(
            String name,
            FakeSmtpServer server,
            ToIntFunction<FakeSmtpServer> port,
            List<Dialogue> seeds,
            boolean exact) {
        String verdict(Dialogue dialogue) {
            try {
                return Oracle.verdict(server, Courier.carryOut(dialogue, server, port.applyAsInt(server)), exact);
            } catch (IOException e) {
                return "failed: the server does not take a connection: " + e;
            }
        }
    }

    private FakeSmtpServer.Builder builder() {
        return FakeSmtpServer.builder()
                .startTls()
                .keepMails(1_000_000, 64 << 20)
                .keepSessions(1_000, 48 << 20)
                .handshakeTimeout(ofMillis(500));
    }

    private FakeSmtpServer start(FakeSmtpServer.Builder builder) {
        FakeSmtpServer server = builder.build().start();
        started.add(server);
        return server;
    }

    @AfterEach
    void close() {
        started.forEach(FakeSmtpServer::close);
    }

    private List<Kind> kinds() {
        FakeSmtpServer open = start(builder());
        FakeSmtpServer strict = start(builder()
                .auth(AuthPolicy.users(Map.of("ann", "secret")).required())
                .requireTls());
        FakeSmtpServer narrow = start(builder()
                .maxMessageSize(2_000)
                .maxRecipients(2)
                .maxCommandsWithoutMail(12)
                .maxBytesInFlight(64_000));
        FakeSmtpServer doors = start(builder().smtpsPort(0).lmtpPort(0));
        FakeSmtpServer proxied =
                start(builder().proxyProtocol("127.0.0.1").xclient("127.0.0.1").proxyHeaderTimeout(ofMillis(300)));
        FakeSmtpServer scripted = start(builder());
        scripted.script(rules());
        return List.of(
                new Kind("open", open, FakeSmtpServer::port, Seeds.SMTP, true),
                new Kind("strict", strict, FakeSmtpServer::port, Seeds.SMTP, true),
                new Kind("narrow", narrow, FakeSmtpServer::port, Seeds.SMTP, true),
                new Kind("SMTPS", doors, FakeSmtpServer::smtpsPort, Seeds.SMTPS, true),
                new Kind("LMTP", doors, FakeSmtpServer::lmtpPort, Seeds.LMTP, true),
                new Kind("proxied", proxied, FakeSmtpServer::port, Seeds.PROXIED, false),
                new Kind("scripted", scripted, FakeSmtpServer::port, Seeds.SMTP, false),
                new Kind("scripted again", scripted, FakeSmtpServer::port, Seeds.SMTP, false));
    }

    /** Each effect at some stage, now and then. */
    private static Rule[] rules() {
        return new Rule[] {
            on(ANY_COMMAND).withProbability(0.02, 1).closeConnection().always(),
            on(ANY_COMMAND).withProbability(0.02, 2).reply(451, "4.3.0 Later").always(),
            on(ANY_COMMAND).withProbability(0.02, 3).dribble(3, ofMillis(1)).always(),
            on(CONNECT).withProbability(0.05, 4).reply(554, "5.7.1 Go away").always(),
            on(EHLO).withProbability(0.1, 5).hide("PIPELINING", "CHUNKING").always(),
            on(EHLO).withProbability(0.05, 6).cutReply(20).always(),
            on(STARTTLS).withProbability(0.1, 7).reply(454, "4.7.0 Later").always(),
            on(TLS_HANDSHAKE).withProbability(0.1, 8).cutHandshake().always(),
            on(TLS_HANDSHAKE).withProbability(0.1, 9).goOnInPlainText().always(),
            on(AUTH).withProbability(0.2, 10).reply(535, "5.7.8 No").always(),
            on(MAIL_FROM).withProbability(0.05, 11).stall().always(),
            on(MAIL_FROM).withProbability(0.05, 12).resetConnection().always(),
            on(RCPT_TO).withProbability(0.1, 13).reply(450, "4.2.1 Busy").always(),
            on(RCPT_TO).withProbability(0.03, 14).rawReply("250 fine\r\n").always(),
            on(DATA).withProbability(0.05, 15).reply(554, "5.0.0 No").always(),
            midData(20).withProbability(0.1, 16).closeConnection().always(),
            midData(5).withProbability(0.1, 17).after(ofMillis(1)).always(),
            midData(3000).withProbability(0.5, 18).throttle(10_000_000).always(),
            on(END_OF_DATA).withProbability(0.1, 19).discard().always(),
            on(END_OF_DATA).withProbability(0.1, 20).reply(552, "5.2.2 Full").always(),
            on(AFTER_COMMIT).withProbability(0.1, 21).closeConnection().always(),
            on(AFTER_COMMIT).withProbability(0.05, 22).garbage().always(),
            on(RSET).withProbability(0.1, 23).cutReply(2).always(),
            on(NOOP).withProbability(0.1, 24).reply(421, "4.3.2 Bye").always(),
            on(QUIT).withProbability(0.1, 25).stall().always()
        };
    }

    @Test
    void noClientMakesAServerHangLeakBabbleOrForget(TestReporter reporter)
            throws InterruptedException, ExecutionException {
        List<Kind> kinds = kinds();
        AtomicInteger next = new AtomicInteger();
        AtomicReference<AssertionError> failure = new AtomicReference<>();
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(() -> {
                    while (System.nanoTime() - end < 0 && failure.get() == null) {
                        int number = next.getAndIncrement();
                        Kind kind = kinds.get(number % kinds.size());
                        Dialogue dialogue = new Mutator(new Random(SEED * 1_000_003 + number), kind.seeds).next();
                        String problem = kind.verdict(dialogue);
                        if (!problem.isEmpty()) {
                            failure.compareAndSet(null, new AssertionError(problem)); // the others stop
                            failure.set(failure(kind, number, dialogue, problem));
                        }
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            clients.shutdownNow();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        reporter.publishEntry("sessions", next + " of seed " + SEED);
        assertThat(next.get()).as("sessions").isGreaterThan(kinds.size());
        for (FakeSmtpServer server : started) {
            Eventually.isTrue("no connection is left", () -> server.openConnections() == 0);
            server.close(); // names what does not end
        }
    }

    @Test
    void everySeedIsInOrder() {
        for (Kind kind : kinds()) {
            for (Dialogue seed : kind.seeds) {
                assertThat(kind.verdict(seed))
                        .as(kind.name + "\n" + seed.toJava())
                        .isEmpty();
            }
        }
    }

    @Test
    void aFailureIsToldWithItsSeedAndTheShortestDialogueThatStillFails() {
        FakeSmtpServer server = start(builder());
        server.script(on(NOOP).rawReply("600 nonsense\r\n").always());
        Kind kind = new Kind("broken", server, FakeSmtpServer::port, Seeds.SMTP, true);
        Dialogue whole = Seeds.SMTP.get(6);
        String problem = kind.verdict(whole);
        assertThat(problem).startsWith("lost: ");
        assertThat(failure(kind, 7, whole, problem))
                .hasMessageStartingWith(
                        "Session 7 of seed " + SEED + ", with the server \"broken\": lost: the client heard ")
                .hasMessageContaining("S: (raw) 600 nonsense")
                .hasMessageEndingWith("""
                        The shortest dialogue that still fails:
                        try (WireDialogue client = WireDialogue.with(server)) {
                            client.sendRaw(("NOOP\\n").getBytes(ISO_8859_1));
                        }""");
    }

    // ---- what failed

    private static AssertionError failure(Kind kind, int number, Dialogue dialogue, String problem) {
        Dialogue shortest = shrunk(kind, dialogue, kindOf(problem));
        String again = kind.verdict(shortest);
        return new AssertionError("Session " + number + " of seed " + SEED + ", with the server \"" + kind.name + "\": "
                + (again.isEmpty() ? problem : again) + "\nThe shortest dialogue that still fails:\n"
                + shortest.toJava());
    }

    private static String kindOf(String problem) {
        return problem.substring(0, problem.indexOf(':') + 1);
    }

    /** Leaves out steps, then octets, as long as it fails in the same way. */
    private static Dialogue shrunk(Kind kind, Dialogue dialogue, String problem) {
        long end = System.nanoTime() + SHRINKING;
        Dialogue best = dialogue;
        boolean smaller = true;
        while (smaller && System.nanoTime() - end < 0) {
            smaller = false;
            for (int i = best.steps().size() - 1; i >= 0 && System.nanoTime() - end < 0; i--) {
                for (List<Step> instead : simpler(best.steps().get(i))) {
                    Dialogue candidate = best.with(i, instead);
                    if (kind.verdict(candidate).startsWith(problem)) {
                        best = candidate;
                        smaller = true;
                        break;
                    }
                }
            }
        }
        return best;
    }

    private static List<List<Step>> simpler(Step step) {
        List<List<Step>> all = new ArrayList<>();
        all.add(List.of());
        if (step instanceof Send send && send.octets().length > 1) {
            byte[] octets = send.octets();
            for (int part = octets.length / 2; part >= 1; part /= 2) {
                for (int from = 0; from + part <= octets.length && all.size() < 80; from += part) {
                    byte[] rest = Arrays.copyOf(octets, octets.length - part);
                    System.arraycopy(octets, from + part, rest, from, octets.length - from - part);
                    all.add(List.of(new Send(rest)));
                }
            }
            if (!send.cuts().isEmpty()) {
                all.add(List.of(new Send(octets)));
            }
        }
        return all;
    }
}
