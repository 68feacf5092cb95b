package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Effect;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.TlsInfo;
import dev.restante.tls.ServerIdentity;
import dev.restante.tls.ServerIdentity.Course;
import dev.restante.tls.ServerIdentity.Shown;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A TLS handshake, after STARTTLS or at once on an SMTPS port. */
public final class TlsHandshake {
    private static final String PLAIN = "a rule goes on in plain text in place of the TLS handshake";
    private static final String STALLED = "a rule stalled the TLS handshake after its ServerHello";
    private static final Pattern ALERT = Pattern.compile(".*Received fatal alert: (\\w+).*", Pattern.DOTALL);

    /** What clients mean by their alerts (RFC 8446 section 6.2), where the word alone does not tell. */
    private static final Map<String, String> MEANING = Map.of(
            "bad_certificate", "it refuses the server's certificate",
            "unsupported_certificate", "it refuses the server's kind of certificate",
            "certificate_expired", "to it, the server's certificate has expired or is not valid yet",
            "certificate_revoked", "to it, the server's certificate is revoked",
            "certificate_unknown", "it refuses the server's certificate",
            "unknown_ca", "it does not trust the authority that signed the server's certificate",
            "protocol_version", "it does not speak the server's version of TLS",
            "insufficient_security", "it asks for better security than the server offers",
            "handshake_failure", "it found no choice that both sides can make",
            "access_denied", "it does not want to talk to this server");

    private TlsHandshake() {}

    /** Performs the handshake; false if the connection has ended over it. */
    public static boolean perform(Conversation conversation, boolean implicit) {
        Ruling ruling = conversation.ask(Stage.TLS_HANDSHAKE);
        if (ruling.ended()) {
            return false;
        }
        Effect.TlsFault fault = ruling.decision() instanceof Effect.TlsFault wanted ? wanted : null;
        if (fault == Effect.TlsFault.HANDSHAKE_CUT) {
            conversation.wire.swallow(conversation.settings.handshakeTimeout());
            cut(conversation, "");
            return false;
        } else if (fault == Effect.TlsFault.PLAIN_TEXT) {
            conversation.note(PLAIN);
            conversation.goOnInPlainText();
            failed(conversation, Attempt.Outcome.REFUSED, PLAIN);
            return true;
        }
        ServerIdentity.Handshake wish = new ServerIdentity.Handshake(
                shown(fault), onlyProtocol(fault), course(fault), conversation.settings.handshakeTimeout());
        String[] asked = {""};
        try {
            SSLSocket socket = conversation.wire.startTls((plain, input) ->
                    conversation.services.identity().layer(plain, input, wish, name -> asked[0] = name));
            conversation.secured(describe(socket.getSession(), asked[0], implicit));
            return true;
        } catch (ServerIdentity.BrokenOff e) {
            conversation.goOnAfterReset();
            noteName(conversation, asked[0]);
            breakOff(conversation, fault);
            return false;
        } catch (IOException e) {
            conversation.goOnAfterReset();
            noteName(conversation, asked[0]);
            if (conversation.farewell().isPresent()) {
                conversation.inputEnded();
                return false;
            }
            boolean timedOut = e instanceof SocketTimeoutException;
            String reason = reason(e, wish);
            conversation.note("TLS handshake failed: " + reason);
            failed(conversation, Attempt.Outcome.ABORTED, reason);
            conversation.end(
                    timedOut ? SmtpSession.Outcome.TIMED_OUT : SmtpSession.Outcome.CLIENT_BROKE,
                    "TLS handshake failed",
                    true);
            return false;
        }
    }

    private static Shown shown(Effect.@Nullable TlsFault fault) {
        if (fault == null) {
            return Shown.VALID;
        }
        return switch (fault) {
            case EXPIRED -> Shown.EXPIRED;
            case NOT_YET_VALID -> Shown.NOT_YET_VALID;
            case WRONG_HOST -> Shown.WRONG_HOST;
            case UNTRUSTED -> Shown.UNTRUSTED;
            case SELF_SIGNED -> Shown.SELF_SIGNED;
            case WEAK_KEY -> Shown.WEAK_KEY;
            default -> Shown.VALID;
        };
    }

    private static String onlyProtocol(Effect.@Nullable TlsFault fault) {
        return fault == Effect.TlsFault.ONLY_TLS_1_2
                ? "TLSv1.2"
                : fault == Effect.TlsFault.ONLY_TLS_1_3 ? "TLSv1.3" : "";
    }

    private static Course course(Effect.@Nullable TlsFault fault) {
        if (fault == Effect.TlsFault.HANDSHAKE_CUT_AFTER_SERVER_HELLO || fault == Effect.TlsFault.HANDSHAKE_STALL) {
            return Course.UP_TO_SERVER_HELLO;
        }
        return fault == Effect.TlsFault.HANDSHAKE_CUT_AFTER_FINISHED ? Course.UP_TO_CLIENT_FINISHED : Course.WHOLE;
    }

    private static void breakOff(Conversation conversation, Effect.@Nullable TlsFault fault) {
        if (fault == Effect.TlsFault.HANDSHAKE_STALL) {
            conversation.note(STALLED);
            failed(conversation, Attempt.Outcome.REFUSED, STALLED);
            conversation.stall();
        } else if (fault == Effect.TlsFault.HANDSHAKE_CUT_AFTER_SERVER_HELLO) {
            cut(conversation, " after its ServerHello");
        } else {
            cut(conversation, " after the client's Finished");
        }
    }

    private static void cut(Conversation conversation, String where) {
        String reason = "a rule cut the TLS handshake" + where;
        failed(conversation, Attempt.Outcome.REFUSED, reason);
        conversation.end(SmtpSession.Outcome.SERVER_CLOSED, reason, true);
    }

    private static void failed(Conversation conversation, Attempt.Outcome outcome, String reason) {
        conversation.ledger.failed(Stage.TLS_HANDSHAKE, outcome, reason);
    }

    /** Why a handshake failed, in words for people who did not write the TLS library. */
    private static String reason(IOException problem, ServerIdentity.Handshake wish) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException refused) {
                return String.valueOf(refused.getMessage());
            } else if (cause instanceof SocketTimeoutException) {
                return "it was not done within " + wish.timeout().toMillis() + " ms";
            }
        }
        String text = String.valueOf(problem.getMessage());
        Matcher alert = ALERT.matcher(text);
        if (alert.matches()) {
            String meaning = MEANING.get(alert.group(1));
            return "the client broke it off with the alert " + alert.group(1) + (meaning == null ? "" : ": " + meaning);
        } else if (problem instanceof EOFException || text.contains("terminated the handshake")) {
            return "the client closed the connection in the middle of it";
        } else if (text.contains("Unsupported or unrecognized SSL message")
                || text.contains("Unrecognized SSL message")) {
            return "what the client sent is no TLS";
        } else if (text.contains("Empty client certificate chain")) {
            return "the client showed no certificate, which this server requires";
        }
        return text;
    }

    /** Which name a failed handshake was for is evidence, too; that of a successful one is in its description. */
    private static void noteName(Conversation conversation, String asked) {
        if (!asked.isEmpty()) {
            conversation.note("the client asked for " + asked + " in its TLS handshake");
        }
    }

    private static TlsInfo describe(SSLSession session, String asked, boolean implicit) {
        return new TlsInfo(
                session.getProtocol(),
                session.getCipherSuite(),
                asked.isEmpty() ? Optional.empty() : Optional.of(asked),
                clientChain(session),
                implicit);
    }

    private static List<X509Certificate> clientChain(SSLSession session) {
        try {
            return Stream.of(session.getPeerCertificates())
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
