package dev.restante.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a server shows of itself inside TLS: a valid certificate and, for faults, invalid ones. Everything is generated on
 * first use.
 *
 * <p>Thread-safe.
 */
public final class ServerIdentity {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final char[] NO_PASSWORD = {};

    private final List<String> hosts;
    private final Map<Shown, SSLContext> contexts = new EnumMap<>(Shown.class);
    private @Nullable CertificateAuthority authority;
    private @Nullable SSLContext clientContext;

    /** The certificates a server can show. */
    public enum Shown {
        /** One that clients who trust the authority accept. */
        VALID,
        /** One whose time is over. */
        EXPIRED,
        /** One for another host. */
        WRONG_HOST,
        /** One from an authority that nobody was told of. */
        UNTRUSTED
    }

    /** An identity for these host names and addresses; the first is the certificate's subject. */
    public ServerIdentity(List<String> hosts) {
        this.hosts = List.copyOf(hosts);
    }

    private synchronized CertificateAuthority authority() {
        if (authority == null) {
            authority = CertificateAuthority.generate("Restante test CA");
        }
        return authority;
    }

    /** The authority's certificate. */
    public X509Certificate caCertificate() {
        return authority().certificate();
    }

    /** The authority's certificate as PEM. */
    public String caPem() {
        return CertificateAuthority.pem(caCertificate());
    }

    /** A context for clients that trusts this authority and no other. */
    public synchronized SSLContext clientContext() {
        if (clientContext == null) {
            try {
                KeyStore trusted = emptyStore();
                trusted.setCertificateEntry("ca", caCertificate());
                TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(trusted);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, trust.getTrustManagers(), null);
                clientContext = context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException("Cannot make a TLS context on this Java: " + e.getMessage(), e);
            }
        }
        return clientContext;
    }

    private synchronized SSLContext serverContext(Shown shown) {
        return contexts.computeIfAbsent(shown, this::newServerContext);
    }

    private SSLContext newServerContext(Shown shown) {
        Instant now = Instant.now();
        Instant begin = now.minus(Duration.ofHours(1));
        CertificateAuthority.Issued issued = switch (shown) {
            case VALID -> authority().issue(hosts, begin, now.plus(YEAR));
            case EXPIRED -> authority().issue(hosts, now.minus(YEAR), now.minus(Duration.ofDays(1)));
            case WRONG_HOST -> authority().issue(List.of("wrong-host.invalid"), begin, now.plus(YEAR));
            case UNTRUSTED -> CertificateAuthority.generate("Nobody's CA").issue(hosts, begin, now.plus(YEAR));
        };
        try {
            KeyStore own = emptyStore();
            own.setKeyEntry("server", issued.key(), NO_PASSWORD, issued.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Cannot make a TLS context on this Java: " + e.getMessage(), e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /**
     * Layers TLS over an accepted socket and completes the handshake as the server.
     *
     * @throws IOException if the handshake fails or takes longer than {@code timeout}
     */
    public SSLSocket layer(Socket plain, Shown shown, Duration timeout) throws IOException {
        // The host given is only a label for the session cache: no name is looked up.
        SSLSocket socket = (SSLSocket) serverContext(shown)
                .getSocketFactory()
                .createSocket(plain, plain.getInetAddress().getHostAddress(), plain.getPort(), true);
        socket.setUseClientMode(false);
        int before = plain.getSoTimeout();
        plain.setSoTimeout((int) Math.max(1, timeout.toMillis()));
        socket.startHandshake();
        plain.setSoTimeout(before);
        return socket;
    }
}
