package dev.restante.junit;

import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** Whose turn it is to use a shared server: one test's that has all of it, or those of any number with mailboxes on it. */
final class Turn {
    private final Set<String> sharers = new LinkedHashSet<>();
    private String user = "";

    /** Begins a test's turn; refused while another test has it. */
    synchronized void begin(String test, String place, String remedy) {
        if (!user.isEmpty() || !sharers.isEmpty()) {
            throw refusal(user.isEmpty() ? sharers.iterator().next() : user, test, place, remedy);
        }
        user = test;
    }

    synchronized void end() {
        user = "";
    }

    /** Begins the turn of a test that has a mailbox; {@code first} is done if no other has one. */
    synchronized void beginShared(String test, String place, String remedy, Runnable first) {
        if (!user.isEmpty()) {
            throw refusal(user, test, place, remedy);
        } else if (sharers.isEmpty()) {
            first.run();
        }
        sharers.add(test);
    }

    /** Ends it; {@code last} is done if no other has one. */
    synchronized void endShared(String test, Runnable last) {
        sharers.remove(test);
        if (sharers.isEmpty()) {
            last.run();
        }
    }

    private static ExtensionConfigurationException refusal(String one, String other, String place, String remedy) {
        return new ExtensionConfigurationException("The server in " + place
                + " is shared, but used by two tests at the same time: " + one + " and " + other + ". " + remedy);
    }
}
