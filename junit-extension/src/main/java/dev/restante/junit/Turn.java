package dev.restante.junit;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** Whose turn it is to use a shared server: one test's at a time. */
final class Turn {
    private final AtomicReference<String> user = new AtomicReference<>("");

    /** Begins a test's turn; refused while another test has it. */
    void begin(String test, String place, String remedy) {
        if (!user.compareAndSet("", test)) {
            throw new ExtensionConfigurationException(
                    "The server in " + place + " is shared, but used by two tests at the same time: " + user.get()
                            + " and " + test + ". " + remedy);
        }
    }

    void end() {
        user.set("");
    }
}
