package dev.restante.listener.commands;

import dev.restante.LintCheck;
import dev.restante.listener.wire.DottedState;
import dev.restante.listener.wire.Wire;
import dev.restante.session.SessionRecorder;
import java.util.List;
import java.util.Set;

/**
 * Notices what lint cannot read from a transcript: what came too early, and octets that are not kept. One for each
 * conversation.
 */
final class Etiquette {
    /** Only as the last of a group: RFC 2920 section 3.1 names some, and says so of all commands that came later. */
    private static final Set<String> LAST = Set.of(
            "EHLO", "HELO", "LHLO", "DATA", "VRFY", "EXPN", "QUIT", "NOOP", "HELP", "AUTH", "STARTTLS", "XCLIENT");
    /** RFC 4954 section 4. */
    private static final int LONGEST_AUTH = 12_288;

    private final Wire wire;
    private boolean pipelining;
    private boolean toldAheadOfTls;

    Etiquette(Wire wire) {
        this.wire = wire;
    }

    /** The client was told these lines in answer to EHLO; none in answer to HELO. */
    void offered(List<String> lines) {
        pipelining = lines.stream().skip(1).anyMatch("PIPELINING"::equalsIgnoreCase);
    }

    /** TLS was established: what was offered is forgotten (RFC 3207 section 4.2). */
    void secured() {
        pipelining = false;
    }

    /** Looks at a command that was taken down. A chunk follows a BDAT at once, so nothing can be said of one. */
    void command(String verb, int length, SessionRecorder recorder) {
        if (wire.endedInBareLineFeed()) {
            recorder.notice(LintCheck.BARE_LF_IN_COMMAND);
        }
        if (LAST.contains(verb)) {
            if (wire.hasInput()) {
                if (verb.equals("STARTTLS")) {
                    recorder.notice(LintCheck.PLAIN_TEXT_AHEAD_OF_TLS);
                    toldAheadOfTls = true;
                } else {
                    recorder.notice(
                            LintCheck.PIPELINING_NOT_LAST,
                            "The client went on before it had the reply to " + verb
                                    + ", which must be the last of a group.");
                }
            }
            if (length > LONGEST_AUTH && verb.equals("AUTH")) {
                authTooLong(recorder);
            }
        } else if (!pipelining && wire.hasBufferedInput() && !verb.equals("BDAT")) {
            recorder.notice(LintCheck.PIPELINING_NOT_OFFERED);
        }
    }

    /** Plain text behind STARTTLS was discarded: some of it may have come when the command was looked at already. */
    void discardedAheadOfTls(SessionRecorder recorder) {
        if (!toldAheadOfTls) {
            recorder.notice(LintCheck.PLAIN_TEXT_AHEAD_OF_TLS);
        }
        toldAheadOfTls = false;
    }

    /** Looks at what comes behind a body or a chunk: without PIPELINING the client waits for the reply. */
    void afterBody(SessionRecorder recorder) {
        if (!pipelining && wire.hasBufferedInput()) {
            recorder.notice(LintCheck.PIPELINING_NOT_OFFERED);
        }
    }

    /** Looks at a line that holds a secret, of which the transcript has nothing. */
    void secret(int length, SessionRecorder recorder) {
        if (wire.endedInBareLineFeed()) {
            recorder.notice(LintCheck.BARE_LF_IN_COMMAND);
        }
        if (length > LONGEST_AUTH) {
            authTooLong(recorder);
        }
    }

    private static void authTooLong(SessionRecorder recorder) {
        recorder.notice(
                LintCheck.COMMAND_TOO_LONG,
                "A line of AUTH is longer than " + LONGEST_AUTH + " octets, its end included (RFC 4954 section 4).");
    }

    /** A line was too long to be kept. */
    void tooLong(SessionRecorder recorder) {
        recorder.notice(LintCheck.COMMAND_TOO_LONG);
    }

    /** Looks at a body, or a part of one, that was taken down: dots that are undone are not kept. */
    void body(DottedState body, SessionRecorder recorder) {
        if (body.hasStrayDots()) {
            recorder.notice(LintCheck.DOT_NOT_STUFFED);
        }
        body.falseEnds()
                .forEach(sequence -> recorder.notice(
                        LintCheck.SMUGGLING_SEQUENCE,
                        sequence + " is no end of data, but some servers take it for one."));
        body.forgetStrayDots();
    }

    /** The client seems to wait behind this. */
    static void waitsBehind(String sequence, SessionRecorder recorder) {
        recorder.notice(LintCheck.FALSE_END_OF_DATA, SessionRecorder.waitingBehind(sequence));
    }
}
