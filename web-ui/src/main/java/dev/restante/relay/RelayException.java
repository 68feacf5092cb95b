package dev.restante.relay;

import java.io.IOException;

/** That an SMTP server could not be reached, or did not take a mail; the message says why in a sentence without its dot. */
public final class RelayException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean temporary;

    /** With the reason, and whether it may be otherwise in a while. */
    RelayException(String message, Throwable cause, boolean temporary) {
        super(message, cause);
        this.temporary = temporary;
    }

    /** With the reason, which will not change. */
    RelayException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /** With the reason, which will not change. */
    RelayException(String message) {
        super(message);
        this.temporary = false;
    }

    /** Whether it may be otherwise in a while: nobody answered, or the reply was a 4xx. */
    public boolean isTemporary() {
        return temporary;
    }
}
