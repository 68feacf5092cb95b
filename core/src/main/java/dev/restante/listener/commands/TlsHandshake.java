package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Effect;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.TlsInfo;
import dev.restante.tls.ServerIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** A TLS handshake, after STARTTLS or at once on an SMTPS port. */
public final class TlsHandshake {
    private TlsHandshake() {}

    /** Performs the handshake; false if the connection has ended over it. */
    public static boolean perform(Conversation conversation, boolean implicit) {
        Ruling ruling = conversation.ask(Stage.TLS_HANDSHAKE);
        if (ruling.ended()) {
            return false;
        }
        if (ruling.decision() == Effect.TlsFault.HANDSHAKE_CUT) {
            conversation.wire.swallow();
            conversation.ledger.failed(Stage.TLS_HANDSHAKE, Attempt.Outcome.REFUSED, Optional.empty());
            conversation.end(SmtpSession.Outcome.SERVER_CLOSED, "a rule cut the TLS handshake", false);
            return false;
        }
        ServerIdentity.Shown shown = ruling.decision() instanceof Effect.TlsFault fault
                ? ServerIdentity.Shown.valueOf(fault.name())
                : ServerIdentity.Shown.VALID;
        try {
            SSLSocket socket = conversation.wire.startTls(plain ->
                    conversation.services.identity().layer(plain, shown, conversation.settings.handshakeTimeout()));
            conversation.secured(describe(socket.getSession(), implicit));
            return true;
        } catch (IOException e) {
            conversation.note("TLS handshake failed: " + e.getMessage());
            conversation.ledger.failed(Stage.TLS_HANDSHAKE, Attempt.Outcome.ABORTED, Optional.empty());
            conversation.end(SmtpSession.Outcome.CLIENT_BROKE, "TLS handshake failed", false);
            return false;
        }
    }

    private static TlsInfo describe(SSLSession session, boolean implicit) {
        return new TlsInfo(
                session.getProtocol(), session.getCipherSuite(), serverName(session), clientChain(session), implicit);
    }

    private static Optional<String> serverName(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return Optional.empty();
        }
        return extended.getRequestedServerNames().stream()
                .map(SNIServerName::getEncoded)
                .map(name -> new String(name, StandardCharsets.US_ASCII))
                .findFirst();
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
