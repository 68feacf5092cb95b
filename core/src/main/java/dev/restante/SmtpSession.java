package dev.restante;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One connection as it stood when it was asked for: who connected, what was said, what was tried, how it ended.
 *
 * @param id an identifier that no other session has
 * @param number the session's place on its server, from 1 in order of accepting
 * @param listener the listener that accepted it: {@code SMTP} or {@code SMTPS}
 * @param serverPort the port that accepted it
 * @param client the client as last known
 * @param transcript what was said
 * @param attempts what was tried and has ended, in order
 * @param outcome how the connection ended, or {@link Outcome#OPEN}
 * @param startedAt when it was accepted, on the server's clock
 * @param lasted from accepting it to its end, or to now
 */
public record SmtpSession(
        String id,
        long number,
        String listener,
        int serverPort,
        SmtpClient client,
        Transcript transcript,
        List<Attempt> attempts,
        Outcome outcome,
        Instant startedAt,
        Duration lasted) {
    /** Copies the list. */
    public SmtpSession {
        attempts = List.copyOf(attempts);
    }

    /** How a connection ended. */
    public enum Outcome {
        /** It has not ended. */
        OPEN,
        /** The client said QUIT and was answered. */
        QUIT,
        /** The client closed without QUIT. */
        CLIENT_CLOSED,
        /** The client reset the connection, or it broke. */
        CLIENT_BROKE,
        /** The server closed: after a 421, by a rule, or at a limit. */
        SERVER_CLOSED,
        /** A rule reset the connection. */
        SERVER_RESET,
        /** The client was silent for too long. */
        TIMED_OUT,
        /** The server was closed. */
        SERVER_STOPPED
    }

    /** Whether the connection is still open. */
    public boolean isOpen() {
        return outcome == Outcome.OPEN;
    }

    /** The TLS layer; empty in plain text. */
    public Optional<TlsInfo> tls() {
        return client.tls();
    }

    /** A heading and the dialogue. */
    @Override
    public String toString() {
        return "session " + number + ", " + listener + " from " + client + ", " + outcome + "\n" + transcript;
    }
}
