package dev.restante.relay;

import java.io.IOException;

/** That an SMTP server could not be reached, or did not take a mail; the message says why in a sentence without its dot. */
public final class RelayException extends IOException {
    private static final long serialVersionUID = 1;

    /** With the reason. */
    public RelayException(String message, Throwable cause) {
        super(message, cause);
    }

    /** With the reason. */
    public RelayException(String message) {
        super(message);
    }
}
