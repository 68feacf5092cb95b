package dev.restante;

import dev.restante.lint.SessionLint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One connection as it stood when it was asked for: who connected, what was said, what was tried, how it ended.
 *
 * @param id an identifier that no other session has
 * @param number the session's place on its server, from 1 in order of accepting
 * @param listener the listener that accepted it: {@code SMTP}, {@code SMTPS} or {@code LMTP}
 * @param serverPort the port that accepted it
 * @param client the client as last known
 * @param transcript what was said
 * @param attempts what was tried and has ended, in order
 * @param outcome how the connection ended, or {@link Outcome#OPEN}
 * @param startedAt when it was accepted, on the server's clock
 * @param lasted from accepting it to its end, or to now
 * @param noticed what lint noticed while it happened; {@link #lint()} has all
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
        Duration lasted,
        List<LintFinding> noticed) {
    /** Copies the lists. */
    public SmtpSession {
        attempts = List.copyOf(attempts);
        noticed = List.copyOf(noticed);
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

    /**
     * What the client did wrong in the conversation, as far as it is kept, in order; empty for a client that behaves. What is
     * wrong with its mails is in {@link CapturedMail#lint()}. It is found out at each call.
     */
    public List<LintFinding> lint() {
        return SessionLint.of(
                transcript, tls().isPresent(), secretsMayBeClear(), outcome == Outcome.CLIENT_CLOSED, noticed);
    }

    /** What of {@link #lint()} concerns a mail: its own transaction, and what came before and belongs to no other. */
    List<LintFinding> lintOf(String mailId) {
        return SessionLint.ofMail(transcript, tls().isPresent(), secretsMayBeClear(), noticed, mailId);
    }

    /** In words, why a secret outside of TLS is seen by nobody here; empty where it may be seen. */
    private String secretsMayBeClear() {
        if (client.address().getAddress().isLoopbackAddress()) {
            return "on this machine";
        }
        return client.proxy().filter(ProxyInfo::clientSpokeTls).isPresent() ? "behind a proxy that ended the TLS" : "";
    }

    /** A heading and the dialogue. */
    @Override
    public String toString() {
        String greeting = listener.equals("LMTP") ? "LHLO" : "EHLO";
        return "session " + number + ", " + listener + " from " + client.inWords(greeting) + ", " + outcome + "\n"
                + transcript;
    }
}
