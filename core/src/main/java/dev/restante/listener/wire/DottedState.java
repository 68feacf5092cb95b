package dev.restante.listener.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final int END_LENGTH = 5;
    private static final Pattern FALSE_END = Pattern.compile("(\r\n|\r|\n)\\.(\r\n|\r|\n)\\z");

    int at = LINE_START;
    long octets;

    /** What began with a dot that was not doubled: rarely anything. */
    private boolean strayDots;

    private boolean dotLineFeed;
    private boolean dotReturn;

    /** The last octets that came, as long as any end of a body with a line end before it. */
    private byte[] latest = {};

    /** The body's octets in the buffer end at {@code limit}: what came before them is known. */
    void remember(byte[] buffer, int limit) {
        int fresh = (int) Math.min(Math.min(octets, limit), END_LENGTH);
        byte[] all = Arrays.copyOf(latest, latest.length + fresh);
        System.arraycopy(buffer, limit - fresh, all, latest.length, fresh);
        latest = Arrays.copyOfRange(all, Math.max(0, all.length - END_LENGTH), all.length);
    }

    /**
     * What the client took for the end of the body, though it is none, such as {@code LF.LF}, if nothing came behind it. The
     * beginning of the true end is none of these.
     */
    public Optional<String> falseEnd() {
        String text = new String(latest, StandardCharsets.ISO_8859_1);
        Matcher matcher = FALSE_END.matcher(octets <= latest.length ? "\r\n" + text : text);
        if (!matcher.find()
                || (matcher.group(1).equals("\r\n") && matcher.group(2).equals("\r"))) {
            return Optional.empty();
        }
        return Optional.of(
                (matcher.group(1) + "." + matcher.group(2)).replace("\r", "CR").replace("\n", "LF"));
    }

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
