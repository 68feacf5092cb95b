package dev.restante.listener.commands;

import java.util.concurrent.ThreadLocalRandom;

/** Identifiers of digits and letters: random, so that several servers can share a store. */
final class Identifiers {
    private static final char[] DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();
    private static final int DIGITS_A_LONG = 11;

    private Identifiers() {}

    /** 22 characters for a mail. */
    static String mailId() {
        char[] id = new char[2 * DIGITS_A_LONG];
        spell(id, 0);
        spell(id, DIGITS_A_LONG);
        return new String(id);
    }

    /** 11 characters for a session. */
    static String shortId() {
        char[] id = new char[DIGITS_A_LONG];
        spell(id, 0);
        return new String(id);
    }

    private static void spell(char[] target, int offset) {
        long bits = ThreadLocalRandom.current().nextLong();
        for (int i = DIGITS_A_LONG - 1; i >= 0; i--) {
            target[offset + i] = DIGITS[(int) Long.remainderUnsigned(bits, DIGITS.length)];
            bits = Long.divideUnsigned(bits, DIGITS.length);
        }
    }
}
