package dev.restante.listener.wire;

import java.util.ArrayList;
import java.util.List;

/** Where the reading of a dot-terminated body stands, between two reads. */
public final class DottedState {
    static final int LINE_START = 0;
    static final int IN_LINE = 1;
    static final int AFTER_CR = 2;
    static final int AFTER_DOT = 3;
    static final int AFTER_DOT_CR = 4;

    /** The octets of the final dot's line, which are none of the body's. */
    static final int TERMINATOR = 3;

    static final byte[] CR = {'\r'};

    int at = LINE_START;
    long octets;

    /** What began with a dot that was not doubled: rarely anything. */
    private boolean strayDots;

    private boolean dotLineFeed;
    private boolean dotReturn;

    /** The octets of the body so far, as they came over the wire, the terminator excluded. */
    public long octets() {
        return octets;
    }

    /** A line began with a single dot, and this octet followed it. */
    void strayDot(byte next) {
        dotLineFeed |= next == '\n';
        dotReturn |= next == '\r';
        strayDots |= next != '\n' && next != '\r';
    }

    /** Whether lines began with a dot that was not doubled and went on. */
    public boolean hasStrayDots() {
        return strayDots;
    }

    /** What began like the end of the body and was none: {@code CRLF.LF}, {@code CRLF.CR}. */
    public List<String> falseEnds() {
        if (!dotLineFeed && !dotReturn) {
            return List.of();
        }
        List<String> all = new ArrayList<>();
        if (dotLineFeed) {
            all.add("CRLF.LF");
        }
        if (dotReturn) {
            all.add("CRLF.CR");
        }
        return all;
    }

    /** Forgets the dots so far: they are told. */
    public void forgetStrayDots() {
        strayDots = false;
        dotLineFeed = false;
        dotReturn = false;
    }

    /** Whether it is known that what came last is no part of a terminator. */
    boolean mayStop() {
        return at != AFTER_DOT && at != AFTER_DOT_CR;
    }
}
