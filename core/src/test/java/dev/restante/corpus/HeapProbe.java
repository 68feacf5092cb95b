package dev.restante.corpus;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.END_OF_DATA;

import dev.restante.FakeSmtpServer;
import dev.restante.Hold;
import dev.restante.corpus.Courier.Segments;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The program that {@link HeapTest} runs in a small heap. It prints what it measured as {@code name=value}, and ends with
 * {@code done} if it came that far; it fails where the heap does not suffice.
 */
final class HeapProbe {
    private static final int MEGABYTE = 1_000_000;

    /** What all bodies are made of; one block for all, as the heap is the server's. */
    private static final byte[] BLOCK = ("x".repeat(998) + "\r\n").repeat(64).getBytes(StandardCharsets.US_ASCII);

    private HeapProbe() {}

    /** Runs the load that the first argument names. */
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "receiving" -> receiving(false);
            case "receivingChunks" -> receiving(true);
            case "oversize" -> oversize();
            case "forgotten" -> forgotten();
            case "recipients" -> recipients();
            case "endlessEnvelopes" -> endlessEnvelopes();
            case "noticed" -> noticed();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        say("done", 1);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String name, long value) {
        System.out.println(name + "=" + value);
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    // ---- one large body

    private static void receiving(boolean chunks) {
        int size = 25 * MEGABYTE;
        try (FakeSmtpServer smtp = FakeSmtpServer.builder()
                        .defaultTimeout(Duration.ofSeconds(20))
                        .build()
                        .start();
                Courier courier = Courier.greeted(smtp)) {
            courier.deliverByData(new byte[0], Segments.ONE);
            Hold nearTheEnd = smtp.hold();
            Hold atTheEnd = smtp.hold();
            smtp.script(
                    midData(size - 1).waitFor(nearTheEnd.name()).always(),
                    on(END_OF_DATA).waitFor(atTheEnd.name()).always());
            long before = usedHeap();
            courier.say("MAIL FROM:<a@client.test>", "250");
            courier.say("RCPT TO:<b@dest.test>", "250");
            if (chunks) {
                courier.send("BDAT " + size + " LAST\r\n");
                body(courier, size);
            } else {
                courier.say("DATA", "354");
                body(courier, size - 2);
                courier.send("\r\n.\r\n");
            }
            nearTheEnd.awaitReached();
            say("nearTheEnd", usedHeap() - before);
            nearTheEnd.release();
            atTheEnd.awaitReached();
            say("atTheEnd", usedHeap() - before);
            atTheEnd.release();
            courier.expect("250");
            say("stored", usedHeap() - before);
            say("size", smtp.mails().get(1).size());
        }
    }

    private static void body(Courier courier, int size) {
        int left = size;
        while (left > 0) {
            int length = Math.min(left, BLOCK.length);
            courier.send(length == BLOCK.length ? BLOCK : Arrays.copyOf(BLOCK, length), Segments.ONE);
            left -= length;
        }
    }

    // ---- bodies that are too large

    private static void oversize() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                Courier courier = Courier.greeted(smtp)) {
            tooLarge(courier, 0);
            long before = usedHeap();
            for (int i = 0; i < 20; i++) {
                tooLarge(courier, i);
            }
            say("grown", usedHeap() - before);
            say("mails", smtp.mails().size());
            say("attempts", smtp.attempts().size());
        }
    }

    private static void tooLarge(Courier courier, int number) {
        int size = 60 * MEGABYTE;
        courier.say("MAIL FROM:<a@client.test>", "250");
        courier.say("RCPT TO:<b@dest.test>", "250");
        if (number % 2 == 0) {
            courier.say("DATA", "354");
            body(courier, size);
            courier.send("\r\n.\r\n");
        } else {
            courier.send("BDAT " + size + " LAST\r\n");
            body(courier, size);
        }
        courier.expect("552 5.3.4");
    }

    // ---- a server that nobody looks after

    private static void forgotten() throws Exception {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            smtp.script(on(END_OF_DATA).from("refused@*").reply(554, "5.7.1 No").always());
            say("beforeAll", usedHeap());
            together(() -> mixed(smtp, 500, 10), () -> mixed(smtp, 500, 10));
            say("afterMixed", usedHeap());
            long sent = 0;
            try (Courier kept = Courier.greeted(smtp)) {
                for (int i = 0; sent < 500L * MEGABYTE; i++) {
                    sent += send(kept, "a@client.test", sizeOf(i), "250");
                }
            }
            say("afterKept", usedHeap());
            try (Courier kept = Courier.greeted(smtp)) {
                for (int i = 0; sent < 1000L * MEGABYTE; i++) {
                    sent += send(kept, "refused@client.test", sizeOf(i), "554");
                }
            }
            say("afterRefused", usedHeap());
            together(() -> tiny(smtp, 6_000), () -> tiny(smtp, 6_000));
            say("afterAll", usedHeap());
            say("mails", smtp.mails().size());
            say("evicted", smtp.evicted());
            say("sessions", smtp.sessions().size());
        }
    }

    /** Mostly small mails, some large: 20 sizes whose sum is 30 MB. */
    private static int sizeOf(int number) {
        return switch (number % 20) {
            case 0 -> 20 * MEGABYTE;
            case 5 -> 5 * MEGABYTE;
            case 7, 14 -> 2 * MEGABYTE;
            case 3, 11 -> 400_000;
            default -> 15_000;
        };
    }

    private static long mixed(FakeSmtpServer smtp, int megabytes, int mailsOnEach) {
        long sent = 0;
        for (int i = 0; sent < (long) megabytes * MEGABYTE; ) {
            try (Courier courier = Courier.greeted(smtp)) {
                for (int k = 0; k < mailsOnEach; k++) {
                    sent += send(courier, "a@client.test", sizeOf(i++), "250");
                }
                courier.say("QUIT", "221");
            }
        }
        return sent;
    }

    private static int send(Courier courier, String sender, int size, String reply) {
        courier.send("MAIL FROM:<" + sender + ">\r\nRCPT TO:<b@dest.test>\r\nDATA\r\n");
        courier.expect("250");
        courier.expect("250");
        courier.expect("354");
        body(courier, size - 2);
        courier.send("\r\n.\r\n");
        courier.expect(reply);
        return size;
    }

    private static long tiny(FakeSmtpServer smtp, int count) {
        for (int i = 0; i < count; i++) {
            try (Courier courier = new Courier(smtp)) {
                courier.expect("220");
                courier.send("EHLO tiny.test\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<b@dest.test>\r\nDATA\r\n");
                courier.expect("250");
                courier.expect("250");
                courier.expect("250");
                courier.expect("354");
                courier.send("Subject: tiny\r\n\r\nhello\r\n.\r\nQUIT\r\n");
                courier.expect("250");
                courier.expect("221");
            }
        }
        return count;
    }

    private static void together(Callable<Long> one, Callable<Long> other) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Long>> all = new ArrayList<>(threads.invokeAll(List.of(one, other)));
            for (Future<Long> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    // ---- long envelopes

    private static void recipients() {
        String domain = "@" + ("d".repeat(60) + ".").repeat(3) + "test";
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                Courier courier = Courier.greeted(smtp)) {
            say("beforeAll", usedHeap());
            for (int i = 0; i < 300; i++) {
                courier.say("MAIL FROM:<a@client.test>", "250");
                for (int group = 0; group < 10; group++) {
                    StringBuilder commands = new StringBuilder();
                    for (int k = 0; k < 100; k++) {
                        commands.append("RCPT TO:<user")
                                .append(i)
                                .append('.')
                                .append(group)
                                .append('.')
                                .append(k)
                                .append(domain)
                                .append(">\r\n");
                    }
                    courier.send(commands.toString());
                    for (int k = 0; k < 100; k++) {
                        courier.expect("250");
                    }
                }
                courier.say("DATA", "354");
                courier.send("Subject: to many\r\n\r\n.\r\n");
                courier.expect("250");
            }
            say("afterAll", usedHeap());
            say("mails", smtp.mails().size());
            say("evicted", smtp.evicted());
        }
    }

    /** Transactions that do not end: recipients who are refused without end, and long ones who are accepted. */
    private static void endlessEnvelopes() throws Exception {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            List<Courier> open = new ArrayList<>();
            int refused = 0;
            for (int i = 0; i < 6; i++) {
                Courier courier = Courier.greeted(smtp);
                open.add(courier);
                courier.say("MAIL FROM:<a@client.test>", "250");
                courier.say("RCPT TO:<b@server.test>", "250");
                String tail = i % 2 == 0 ? ">" : "@server.test>";
                for (int k = 0; k < 1_500; k++) {
                    courier.send("RCPT TO:<" + "x".repeat(30_000) + k + tail + "\r\n");
                    refused += courier.expect("").startsWith("452 4.3.1") ? 1 : 0;
                }
            }
            say("underWay", usedHeap());
            say("refused", refused);
            for (Courier courier : open) {
                courier.say("RSET", "250");
                courier.say("MAIL FROM:<a@client.test>", "250");
                courier.say("RCPT TO:<b@server.test>", "250");
                courier.say("DATA", "354");
                courier.send("Subject: after all\r\n\r\n.\r\n");
                courier.expect("250");
                courier.close();
            }
            say("afterAll", usedHeap());
            say("mails", smtp.mails().size());
        }
    }

    /** Long lines that end as none should, each noticed. */
    private static void noticed() throws Exception {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            List<Courier> open = new ArrayList<>();
            for (int i = 0; i < 45; i++) {
                Courier courier = Courier.greeted(smtp);
                open.add(courier);
                for (int k = 0; k < 200; k++) {
                    courier.send("NOOP " + "x".repeat(32_000) + "\n");
                    courier.expect("250");
                }
            }
            say("afterAll", usedHeap());
            say(
                    "findings",
                    smtp.sessions().stream()
                            .mapToLong(session -> session.lint().size())
                            .sum());
            for (Courier courier : open) {
                courier.close();
            }
        }
    }
}
