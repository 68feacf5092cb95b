package dev.restante;

import java.util.Collection;
import java.util.regex.Pattern;

/** How mailboxes are called. */
final class MailboxName {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private MailboxName() {}

    /** Refuses what is no name of a mailbox of its own. */
    static void require(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name of a mailbox: it has up to 64 letters, digits,"
                            + " dots, dashes and underscores, and begins with a letter or digit.");
        } else if (name.equals(SmtpMailbox.DEFAULT)) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is the name of the server's own mailbox. Take another name.");
        }
    }

    /** What is told of a name that no mailbox has. */
    static IllegalArgumentException absent(String name, Collection<String> present) {
        return new IllegalArgumentException("There is no mailbox \"" + name + "\". "
                + (present.isEmpty()
                        ? "There is none beside the server's own."
                        : "There are: " + String.join(", ", present) + "."));
    }
}
