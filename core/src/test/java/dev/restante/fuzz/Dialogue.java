package dev.restante.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a client does on one connection, step by step. */
record Dialogue(List<Step> steps) {
    /** Copies the list. */
    Dialogue {
        steps = List.copyOf(steps);
    }

    /** Something that a client does. */
    sealed interface Step permits Send, Await, Pause, StartTls, RawTls, EndOutput, Reset {}

    /** Sends octets, in segments that end at these positions. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Send(byte[] octets, List<Integer> cuts) implements Step {
        Send(byte[] octets) {
            this(octets, List.of());
        }

        static Send of(String text) {
            return new Send(text.getBytes(ISO_8859_1));
        }
    }

    /** Reads replies until one is whole, or nothing comes for a moment. */
    record Await() implements Step {}

    /** Waits for a moment in which nothing is read. */
    record Pause(int millis) implements Step {}

    /** Shakes hands. */
    record StartTls() implements Step {}

    /** Sends octets of a handshake, perhaps damaged ones, and goes on in plain text. */
    @SuppressWarnings("ArrayRecordComponent")
    record RawTls(byte[] octets) implements Step {}

    /** Ends what is sent. */
    record EndOutput() implements Step {}

    /** Resets the connection. */
    record Reset() implements Step {}

    Dialogue with(int index, List<Step> instead) {
        List<Step> all = new ArrayList<>(steps.subList(0, index));
        all.addAll(instead);
        all.addAll(steps.subList(index + 1, steps.size()));
        return new Dialogue(all);
    }

    /** The same as Java, to be pasted as a test. */
    String toJava() {
        StringBuilder java = new StringBuilder("try (WireDialogue client = WireDialogue.with(server)) {\n");
        for (Step step : steps) {
            java.append("    client").append(java(step)).append(";\n");
        }
        return java.append("}").toString();
    }

    private static String java(Step step) {
        if (step instanceof Send send) {
            StringBuilder java = new StringBuilder();
            int from = 0;
            List<Integer> ends = new ArrayList<>(send.cuts);
            ends.add(send.octets.length);
            for (int end : ends) {
                java.append(".sendRaw(")
                        .append(literal(Arrays.copyOfRange(send.octets, from, end)))
                        .append(".getBytes(ISO_8859_1))");
                from = end;
            }
            return java.toString();
        } else if (step instanceof RawTls raw) {
            return ".sendRaw(" + literal(raw.octets) + ".getBytes(ISO_8859_1))";
        } else if (step instanceof Await) {
            return ".reply()";
        } else if (step instanceof Pause pause) {
            return ".expectSilenceOrEnd(" + pause.millis + ")";
        } else if (step instanceof StartTls) {
            return ".handshake(server.tls().sslContext())";
        } else if (step instanceof EndOutput) {
            return ".endOutput()";
        }
        return ".reset()";
    }

    static String literal(String octets) {
        return literal(octets.getBytes(ISO_8859_1));
    }

    private static String literal(byte[] octets) {
        StringBuilder text = new StringBuilder("\"");
        int at = 0;
        while (at < octets.length) {
            int same = at;
            while (same < octets.length && octets[same] == octets[at]) {
                same++;
            }
            if (same - at > 30) {
                text.append("\" + \"")
                        .append(escaped(octets[at]))
                        .append("\".repeat(")
                        .append(same - at)
                        .append(") + \"");
                at = same;
            } else {
                text.append(escaped(octets[at++]));
            }
        }
        return "(" + text.append("\")");
    }

    private static String escaped(byte octet) {
        int value = octet & 0xff;
        return switch (value) {
            case '\r' -> "\\r";
            case '\n' -> "\\n";
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            default -> value >= ' ' && value < 0x7f ? String.valueOf((char) value) : String.format("\\%03o", value);
        };
    }
}
