package dev.restante.listener.commands;

import java.util.concurrent.ThreadLocalRandom;

/** Identifiers of digits and letters: random, so that several servers can share a store. */
public final class Identifiers {
    private static final char[] DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();
    private static final int SHORT = 11;

    private Identifiers() {}

    /** 22 characters for a mail. */
    public static String mailId() {
        char[] id = new char[2 * SHORT];
        spell(id, 0);
        spell(id, SHORT);
        return new String(id);
    }

    /** 11 characters for a session. */
    static String shortId() {
        char[] id = new char[SHORT];
        spell(id, 0);
        return new String(id);
    }

    private static void spell(char[] target, int offset) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = offset; i < offset + SHORT; i++) {
            target[i] = DIGITS[random.nextInt(DIGITS.length)];
        }
    }
}
