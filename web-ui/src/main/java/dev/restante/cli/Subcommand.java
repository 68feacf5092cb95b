package dev.restante.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;

/** What the program can do beside running the servers. */
interface Subcommand {
    /** It did what was wanted. */
    int DONE = 0;

    /** It could not, and has said why. */
    int FAILED = 1;

    /** An option or an argument is wrong. */
    int WRONG_OPTION = 2;

    /**
     * Does it; returns the exit code.
     *
     * @throws Problem if it cannot be done; nothing of the reason has been told yet
     * @throws IOException if a file cannot be read or written
     * @throws InterruptedException if the program is to end
     */
    int run(InputStream in, PrintStream out, PrintStream err) throws IOException, InterruptedException, Problem;

    /** Why something cannot be done, in a sentence for people. */
    final class Problem extends Exception {
        private static final long serialVersionUID = 1;

        private final int exit;

        private Problem(int exit, String message) {
            super(message);
            this.exit = exit;
        }

        /** What was asked for did not work. */
        static Problem failed(String message) {
            return new Problem(FAILED, message);
        }

        /** What was asked for makes no sense. */
        static Problem wrong(String message) {
            return new Problem(WRONG_OPTION, message);
        }

        /** The exit code. */
        int exit() {
            return exit;
        }
    }
}
