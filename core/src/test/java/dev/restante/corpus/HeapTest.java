package dev.restante.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.OutsideProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server costs, in Java virtual machines of its own with heaps that leave no room for more. */
@Timeout(120)
class HeapTest {
    private static final long MEBIBYTE = 1 << 20;

    private static Map<String, Long> measure(String load, String... options) {
        String out = OutsideProgram.java(HeapProbe.class, options)
                .run(Duration.ofSeconds(100), load)
                .expectExit(0)
                .out();
        Map<String, Long> measured = out.lines()
                .filter(line -> line.matches("\\w+=-?\\d+"))
                .map(line -> line.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> Long.valueOf(pair[1])));
        assertThat(measured).as(out).containsKey("done");
        return measured;
    }

    /** The heap has room for a server at rest, less than 14 MiB, and twice the body: a moment above that is a failure. */
    @ParameterizedTest
    @CsvSource({
        "receiving, -XX:+UseG1GC",
        "receiving, -XX:+UseSerialGC",
        "receivingChunks, -XX:+UseG1GC",
        "receivingChunks, -XX:+UseSerialGC"
    })
    void aBodyCostsLittleMoreThanItsSize(String load, String collector) {
        Map<String, Long> measured = measure(load, "-Xmx64m", collector);

        long size = 25_000_000;
        long atMost = size + size / 4;
        assertThat(measured).containsEntry("size", size);
        assertThat(measured.get("nearTheEnd")).isBetween(size - MEBIBYTE, atMost);
        assertThat(measured.get("atTheEnd")).isLessThan(atMost);
        assertThat(measured.get("stored")).isLessThan(atMost);
    }

    @Test
    void bodiesThatAreTooLargeLeaveNothingBehind() {
        Map<String, Long> measured = measure("oversize", "-Xmx128m");

        assertThat(measured.get("grown")).isLessThan(2 * MEBIBYTE);
        assertThat(measured).containsEntry("mails", 0L).containsEntry("attempts", 21L);
    }

    /** 2 GB of mail of all sizes, over many connections and over one, refused bodies, and then 12,000 tiny mails. */
    @Test
    void aForgottenServerStaysWithin256MebibytesWhateverIsSent() {
        Map<String, Long> measured = measure("forgotten", "-Xmx256m", "-XX:+UseG1GC");

        for (String moment : List.of("afterMixed", "afterKept", "afterRefused", "afterAll")) {
            assertThat(measured.get(moment)).as(moment).isLessThan(200 * MEBIBYTE);
        }
        assertThat(measured.get("evicted")).isGreaterThan(1_000);
        assertThat(measured.get("sessions")).isLessThanOrEqualTo(10_000);
        assertThat(measured.get("mails")).isLessThanOrEqualTo(10_000);
    }

    @Test
    void envelopesThatDoNotEndAreBounded() {
        Map<String, Long> measured = measure("endlessEnvelopes", "-Xmx256m");

        assertThat(measured.get("underWay")).isLessThan(200 * MEBIBYTE);
        assertThat(measured.get("refused")).isGreaterThan(100);
        assertThat(measured).containsEntry("mails", 6L);
    }

    @Test
    void whatLintNoticedIsBounded() {
        Map<String, Long> measured = measure("noticed", "-Xmx256m");

        assertThat(measured.get("afterAll")).isLessThan(150 * MEBIBYTE);
        assertThat(measured.get("findings")).isGreaterThan(5);
    }

    /** 300 small mails to 1,000 recipients each. */
    @Test
    void longEnvelopesCountToo() {
        Map<String, Long> measured = measure("recipients", "-Xmx256m");

        assertThat(measured.get("afterAll")).isLessThan(200 * MEBIBYTE);
        assertThat(measured.get("mails") + measured.get("evicted")).isEqualTo(300);
    }
}
