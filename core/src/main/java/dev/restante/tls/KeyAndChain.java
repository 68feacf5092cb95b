package dev.restante.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key with its certificate and the chain above it.
 *
 * @param key the private key
 * @param chain the key's certificate first, then each one's issuer, as far as they are known
 */
public record KeyAndChain(PrivateKey key, List<X509Certificate> chain) {
    /** Copies the chain. */
    public KeyAndChain {
        chain = List.copyOf(chain);
    }

    /** The last certificate of the chain: whoever trusts it trusts the first. */
    public X509Certificate anchor() {
        return chain.get(chain.size() - 1);
    }

    /** Never the key. */
    @Override
    public String toString() {
        return chain.get(0).getSubjectX500Principal().getName();
    }
}
