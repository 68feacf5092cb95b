package dev.restante.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.restante.fuzz.Dialogue.Await;
import dev.restante.fuzz.Dialogue.EndOutput;
import dev.restante.fuzz.Dialogue.Pause;
import dev.restante.fuzz.Dialogue.RawTls;
import dev.restante.fuzz.Dialogue.Reset;
import dev.restante.fuzz.Dialogue.Send;
import dev.restante.fuzz.Dialogue.StartTls;
import dev.restante.fuzz.Dialogue.Step;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages dialogues, the same way each time for the same random numbers. */
final class Mutator {
    private static final int LARGEST = 60_000;
    private static final List<String> TOKENS = List.of(
            "\r\n",
            "\n",
            "\r",
            "\0",
            ".",
            "\r\n.\r\n",
            "\n.\n",
            "\r.\r",
            "\r\n..\r\n",
            "\r\n.\n",
            " ",
            "\t",
            "<",
            ">",
            "@",
            "\"",
            ":",
            "=",
            "+",
            "*",
            "EHLO x\r\n",
            "HELO x\r\n",
            "LHLO x\r\n",
            "MAIL FROM:<a@x.test>\r\n",
            "MAIL FROM:<>",
            " SIZE=99999999999",
            " BODY=BINARYMIME",
            " SMTPUTF8",
            "RCPT TO:<b@x.test>\r\n",
            "DATA\r\n",
            "BDAT 10\r\n",
            "BDAT 0 LAST\r\n",
            " LAST",
            "BDAT 99999 LAST\r\n",
            "BDAT -1\r\n",
            "RSET\r\n",
            "NOOP\r\n",
            "QUIT\r\n",
            "STARTTLS\r\n",
            "AUTH PLAIN\r\n",
            "AUTH LOGIN\r\n",
            "AUTH CRAM-MD5\r\n",
            "AUTH SCRAM-SHA-256 biwsbj1hbm4scj1yT3ByTkdmd0ViZVJXZ2JORWtxTw==\r\n",
            "AUTH EXTERNAL =\r\n",
            "*\r\n",
            "=\r\n",
            "YW5u\r\n",
            "XCLIENT ADDR=192.0.2.7\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
            "VRFY x\r\n",
            "EXPN x\r\n",
            "HELP\r\n",
            "\u00ff",
            "\u00c3\u00a4",
            "\u00e2\u0082",
            "\u001b[31m",
            "\u0016\u0003\u0001\0\u0004\u0001\0\0\0",
            "\u0016\u0003",
            "GET / HTTP/1.1\r\n\r\n");

    private final Random random;
    private final List<Dialogue> seeds;

    Mutator(Random random, List<Dialogue> seeds) {
        this.random = random;
        this.seeds = seeds;
    }

    Dialogue next() {
        Dialogue dialogue = seeds.get(random.nextInt(seeds.size()));
        int mutations = random.nextInt(7);
        for (int i = 0; i < mutations; i++) {
            dialogue = mutated(dialogue);
        }
        return dialogue;
    }

    private Dialogue mutated(Dialogue dialogue) {
        List<Step> steps = dialogue.steps();
        if (steps.isEmpty()) {
            return dialogue;
        }
        int at = random.nextInt(steps.size());
        Step step = steps.get(at);
        return switch (random.nextInt(12)) {
            case 0 -> dialogue.with(at, List.of());
            case 1 -> dialogue.with(at, List.of(step, step));
            case 2 -> dialogue.with(at, List.of(step, Send.of(token())));
            case 3 -> withoutWaiting(dialogue, at);
            case 4 -> dialogue.with(at, List.of(step, rare()));
            case 5 -> spliced(dialogue, at);
            default ->
                step instanceof Send send
                        ? dialogue.with(at, List.of(new Send(mutated(send.octets()), cuts(send.octets().length))))
                        : dialogue.with(at, List.of(step, Send.of(token())));
        };
    }

    private String token() {
        return TOKENS.get(random.nextInt(TOKENS.size()));
    }

    /** Pipelines what follows. */
    private Dialogue withoutWaiting(Dialogue dialogue, int from) {
        List<Step> steps = new ArrayList<>(dialogue.steps());
        int count = 1 + random.nextInt(8);
        for (int i = from; i < steps.size() && count > 0; ) {
            if (steps.get(i) instanceof Await) {
                steps.remove(i);
                count--;
            } else {
                i++;
            }
        }
        return new Dialogue(steps);
    }

    private Step rare() {
        return switch (random.nextInt(6)) {
            case 0 -> new EndOutput();
            case 1 -> new Reset();
            case 2 -> new StartTls();
            case 3 -> new RawTls(mutated(ClientHello.OCTETS));
            case 4 -> new RawTls(ClientHello.OCTETS);
            default -> new Pause(1 + random.nextInt(5));
        };
    }

    private Dialogue spliced(Dialogue dialogue, int at) {
        List<Step> other = seeds.get(random.nextInt(seeds.size())).steps();
        int from = random.nextInt(other.size());
        List<Step> steps = new ArrayList<>(dialogue.steps().subList(0, at));
        steps.addAll(other.subList(from, Math.min(other.size(), from + 1 + random.nextInt(12))));
        if (random.nextBoolean()) {
            steps.addAll(dialogue.steps().subList(at, dialogue.steps().size()));
        }
        return new Dialogue(steps.subList(0, Math.min(steps.size(), 60)));
    }

    private List<Integer> cuts(int length) {
        List<Integer> cuts = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0 && length > 1; i--) {
            int cut = 1 + random.nextInt(length - 1);
            if (cuts.isEmpty() || cut > cuts.get(cuts.size() - 1)) {
                cuts.add(cut);
            }
        }
        return cuts;
    }

    private byte[] mutated(byte[] octets) {
        int at = random.nextInt(octets.length + 1);
        int length = Math.min(octets.length - at, random.nextInt(12));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(octets, 0, at);
        switch (random.nextInt(7)) {
            case 0 -> all.write(octets, at + length, octets.length - at - length);
            case 1 -> {
                all.write(octets, at, length);
                all.write(octets, at, octets.length - at);
            }
            case 2 -> {
                all.write(random.nextInt(256));
                all.write(octets, at, octets.length - at);
            }
            case 3, 4 -> {
                all.writeBytes(token().getBytes(ISO_8859_1));
                all.write(octets, at, octets.length - at);
            }
            case 5 -> {
                byte[] run = new byte[1 << random.nextInt(16)];
                Arrays.fill(run, (byte) "a9. <\r\n\u00ff".charAt(random.nextInt(8)));
                all.writeBytes(run);
                all.write(octets, at, octets.length - at);
            }
            default -> {
                // cut
            }
        }
        byte[] result = all.toByteArray();
        return result.length > LARGEST ? Arrays.copyOf(result, LARGEST) : result;
    }
}
