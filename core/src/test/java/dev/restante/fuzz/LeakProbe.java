package dev.restante.fuzz;

import dev.restante.FakeSmtpServer;
import dev.restante.fuzz.Targets.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program that {@link SessionFuzzTest} runs to see what damaged clients leave behind. Servers are reset while they are
 * spoken to, and closed in the middle of conversations. It prints what it found as {@code name=value}.
 */
final class LeakProbe {
    private static final int CLIENTS = 6;
    private static final long LONGEST_CLOSE = 6_000_000_000L;

    private final Targets targets = new Targets();
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger resets = new AtomicInteger();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    private LeakProbe() {}

    /** How many seconds, and a seed. */
    public static void main(String[] arguments) throws Exception {
        try (FakeSmtpServer first = Targets.builder().build().start()) {
            first.tls(); // what the machine loads once, it loads now
        }
        Set<String> before = threads();
        // The JDK's own, one for all; it has another name from version 25 on.
        before.addAll(Set.of("CompletableFutureDelayScheduler", "ForkJoinPool.commonPool-delayScheduler"));
        long sockets = sockets();
        LeakProbe probe = new LeakProbe();
        List<String> stuck = probe.run(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1]));
        say("stuck", stuck);
        say("sessions", probe.sessions);
        say("resets", probe.resets);
        say("problems", probe.problems);
        Set<String> left = left(before);
        say("threads", left);
        say("sockets", sockets() - sockets);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String name, Object value) {
        System.out.println(name + "=" + value);
    }

    private List<String> run(int seconds, long seed) throws InterruptedException {
        List<Kind> kinds = targets.kinds();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS + 1);
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(seed + i);
            clients.execute(() -> {
                while (!over) {
                    converse(kinds.get(random.nextInt(kinds.size())), random);
                }
            });
        }
        clients.execute(() -> {
            Random random = new Random(seed - 1);
            while (!over) {
                kinds.get(random.nextInt(kinds.size())).server().reset();
                resets.incrementAndGet();
                pause(20);
            }
        });
        pause(seconds * 1_000L);
        over = true;
        // The clients are in the middle of something.
        List<String> stuck = targets.started().stream()
                .filter(server -> {
                    long begin = System.nanoTime();
                    server.close();
                    return System.nanoTime() - begin > LONGEST_CLOSE;
                })
                .map(FakeSmtpServer::toString)
                .toList();
        clients.shutdown();
        if (!clients.awaitTermination(30, TimeUnit.SECONDS)) {
            problems.add("the clients do not end");
        }
        return stuck;
    }

    private void converse(Kind kind, Random random) {
        sessions.incrementAndGet();
        try {
            Dialogue dialogue = new Mutator(random, kind.seeds()).next();
            Courier.Account account =
                    Courier.carryOut(dialogue, kind.server(), kind.port().applyAsInt(kind.server()));
            if (!account.ended() && !account.broken() && !over) {
                problems.add("hang: " + kind.name() + ": " + dialogue.toJava());
            }
        } catch (IOException | IllegalStateException e) {
            if (!over) {
                problems.add(e.toString());
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis); // for as long as it is to run
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Threads that were not there before. Those that are ending get a moment. */
    private static Set<String> left(Set<String> before) {
        Set<String> left = threads();
        for (int i = 0; i < 100 && !before.containsAll(left); i++) {
            pause(20);
            left = threads();
        }
        left.removeAll(before);
        return left;
    }

    /** Open sockets of this process; 0 where the system does not tell. */
    private static long sockets() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(descriptors)) {
            return all.filter(LeakProbe::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
