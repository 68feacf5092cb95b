package dev.restante.fuzz;

import static dev.restante.Script.on;
import static dev.restante.Stage.NOOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.fuzz.Dialogue.Send;
import dev.restante.fuzz.Dialogue.Step;
import dev.restante.fuzz.Targets.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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

    private final Targets targets = new Targets();

    @AfterEach
    void close() {
        targets.close();
    }

    @Test
    void noClientMakesAServerHangLeakBabbleOrForget(TestReporter reporter)
            throws InterruptedException, ExecutionException {
        List<Kind> kinds = targets.kinds();
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
                        Dialogue dialogue = new Mutator(new Random(SEED * 1_000_003 + number), kind.seeds()).next();
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
        for (FakeSmtpServer server : targets.started()) {
            Eventually.isTrue("no connection is left", () -> server.openConnections() == 0);
            server.close(); // names what does not end
        }
    }

    /** In a Java virtual machine of its own, with connections that live while their server is reset, and when it is closed. */
    @Test
    void noClientMakesAServerLeaveThreadsOrSocketsBehind() {
        String out = OutsideProgram.java(LeakProbe.class, "-Xmx512m")
                .run(Duration.ofSeconds(60 + 3L * SECONDS), String.valueOf(SECONDS / 3), String.valueOf(SEED))
                .expectExit(0)
                .out();
        assertThat(out.lines())
                .contains("problems=[]", "threads=[]", "sockets=0", "stuck=[]")
                .anyMatch(line -> line.matches("sessions=\\d{2,}"))
                .anyMatch(line -> line.matches("resets=\\d{2,}"));
    }

    @Test
    void everySeedIsInOrder() {
        for (Kind kind : targets.kinds()) {
            for (Dialogue seed : kind.seeds()) {
                assertThat(kind.verdict(seed))
                        .as(kind.name() + "\n" + seed.toJava())
                        .isEmpty();
            }
        }
    }

    @Test
    void aFailureIsToldWithItsSeedAndTheShortestDialogueThatStillFails() {
        FakeSmtpServer server = targets.start(Targets.builder());
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
        return new AssertionError(
                "Session " + number + " of seed " + SEED + ", with the server \"" + kind.name() + "\": "
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
