package dev.restante.web;

import java.io.Serial;
import java.time.Duration;

/** How long a search may match regular expressions. Without backtracking an expression is never hopeless, only slow. */
final class Deadline {
    private static final int LOOK_EVERY = 4096;

    private final Duration limit;
    private final long end;

    /** Time is up from now on after {@code limit}. */
    Deadline(Duration limit) {
        this.limit = limit;
        this.end = System.nanoTime() + limit.toNanos();
    }

    /** Thrown out of a match that takes too long. */
    static final class Passed extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        Passed(String message) {
            super(message, null, false, false);
        }
    }

    private void check() {
        if (System.nanoTime() - end > 0) {
            throw new Passed("The regular expression took longer than " + limit.toMillis()
                    + " ms. Narrow the search by other terms before it, or make the expression simpler.");
        }
    }

    /** The text, which throws once time is up. */
    CharSequence watching(String text) {
        check();
        return text.length() < LOOK_EVERY ? text : new Watched(text);
    }

    private final class Watched implements CharSequence {
        private final String text;
        private int reads;

        Watched(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++reads % LOOK_EVERY == 0) {
                check();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
