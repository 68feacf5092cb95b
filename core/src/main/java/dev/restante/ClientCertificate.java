package dev.restante;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * A certificate for a client, with its key: what {@link ServerTls#issueClientCertificate} issues, in every form that a client
 * may want it in.
 *
 * <p>Immutable and thread-safe. {@link #toString()} shows no key.
 */
public final class ClientCertificate {
    private final PrivateKey key;
    private final List<X509Certificate> chain;
    private final SSLContext context;

    ClientCertificate(PrivateKey key, List<X509Certificate> chain, SSLContext context) {
        this.key = key;
        this.chain = List.copyOf(chain);
        this.context = context;
    }

    /** The client's own certificate. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** The client's own certificate first, then the authority's. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** The key. */
    public PrivateKey privateKey() {
        return key;
    }

    /** A context for clients that shows this certificate, and trusts the server that issued it and no other. */
    public SSLContext sslContext() {
        return context;
    }

    /** The certificate and its authority's as PEM. */
    public String chainPem() {
        return chain.stream().map(ClientCertificate::pem).collect(Collectors.joining());
    }

    /** The key as PEM (PKCS#8), without a password. */
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** Key and chain as a PKCS#12 file with this password. */
    public byte[] pkcs12(String password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", key, password.toCharArray(), chain.toArray(X509Certificate[]::new));
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            store.store(octets, password.toCharArray());
            return octets.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This Java cannot write PKCS#12: " + e.getMessage(), e);
        }
    }

    private static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A certificate cannot be encoded: " + e.getMessage(), e);
        }
    }

    private static String pem(String type, byte[] octets) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets) + "\n-----END " + type
                + "-----\n";
    }

    /** Whose certificate it is, such as {@code client certificate CN=ann}. */
    @Override
    public String toString() {
        return "client certificate " + certificate().getSubjectX500Principal().getName();
    }
}
