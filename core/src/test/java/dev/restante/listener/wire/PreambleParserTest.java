package dev.restante.listener.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Headers that are mutated, cut and made up: none does harm, and none is taken for longer than it is. */
@Timeout(60)
class PreambleParserTest {
    private static final int LONGEST = 16 * 1024;
    private static final int ROUNDS = 100_000;
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static final List<byte[]> SEEDS = List.of(
            "PROXY TCP4 192.0.2.7 198.51.100.1 50312 25\r\n".getBytes(StandardCharsets.US_ASCII),
            "PROXY TCP6 2001:db8::7 2001:db8::1 50312 25\r\n".getBytes(StandardCharsets.US_ASCII),
            "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII),
            hex(SIGNATURE + "2000" + "0000"),
            hex(SIGNATURE + "2111" + "000c" + "c0000207c6336401c4880019"),
            hex(SIGNATURE + "2111" + "0022" + "c0000207c6336401c4880019" + "01" + "0004" + "736d7470" + "20" + "000c"
                    + "0700000000" + "22" + "0004" + "616e6e21"),
            hex(SIGNATURE + "2121" + "0024" + "20010db8000000000000000000000007" + "20010db8000000000000000000000001"
                    + "c4880019"));

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    @Test
    void nothingThatComesDoesHarm() {
        Random random = new Random(20_330_201);
        int told = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] header = mutated(SEEDS.get(random.nextInt(SEEDS.size())), random);
            Preamble found = PreambleParser.parse(header, header.length, LONGEST);
            if (found instanceof Preamble.Told taken) {
                told++;
                assertThat(taken.length()).isBetween(15, header.length);
                assertThat(taken.details()).containsKey("COMMAND");
            } else if (found instanceof Preamble.Malformed malformed) {
                assertThat(malformed.reason()).isNotBlank();
            }
        }
        assertThat(told).isPositive();
    }

    /** However a header comes in pieces, what it is found to be is the same; before its end, nothing good is. */
    @Test
    void aPartIsNeverTakenForTheWhole() {
        for (byte[] seed : SEEDS) {
            byte[] followed = Arrays.copyOf(seed, seed.length + 5);
            for (int length = 0; length <= followed.length; length++) {
                Preamble found = PreambleParser.parse(followed, length, LONGEST);
                if (length < seed.length) {
                    assertThat(found).isNull();
                } else {
                    assertThat(found)
                            .isInstanceOfSatisfying(
                                    Preamble.Told.class,
                                    told -> assertThat(told.length()).isEqualTo(seed.length));
                }
            }
        }
    }

    private static byte[] mutated(byte[] seed, Random random) {
        int times = 1 + random.nextInt(3);
        byte[] all = seed.clone();
        for (int i = 0; i < times; i++) {
            switch (random.nextInt(4)) {
                case 0 -> all[random.nextInt(all.length)] = (byte) random.nextInt(256);
                case 1 -> all[random.nextInt(all.length)] ^= (byte) (1 << random.nextInt(8));
                case 2 -> all = Arrays.copyOf(all, 1 + random.nextInt(all.length + 20));
                default -> {
                    int at = random.nextInt(all.length);
                    byte[] longer = Arrays.copyOf(all, all.length + 1);
                    System.arraycopy(all, at, longer, at + 1, all.length - at);
                    longer[at] = (byte) (random.nextBoolean() ? ' ' : random.nextInt(256));
                    all = longer;
                }
            }
        }
        return all;
    }
}
