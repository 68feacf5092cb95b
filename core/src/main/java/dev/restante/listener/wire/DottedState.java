package dev.restante.listener.wire;

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

    /** The octets of the body so far, as they came over the wire, the terminator excluded. */
    public long octets() {
        return octets;
    }

    /** Whether it is known that what came last is no part of a terminator. */
    boolean mayStop() {
        return at != AFTER_DOT && at != AFTER_DOT_CR;
    }
}
