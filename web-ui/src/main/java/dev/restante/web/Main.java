package dev.restante.web;

/** The entry point of the standalone jar. */
public final class Main {
    private Main() {}

    /**
     * Starts the program.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.err.println("not yet");
    }
}
