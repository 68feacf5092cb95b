package dev.restante.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What was chosen for a server's TLS.
 *
 * @param certificate the server's own certificate; empty for one that is generated
 * @param protocols the versions spoken; empty for those that this Java speaks by default
 * @param cipherSuites the cipher suites taken; empty for those that this Java takes by default
 * @param demand whether clients are asked for a certificate
 * @param clientAuthorities who may have signed clients' certificates, beside the server's own authority
 */
public record TlsChoices(
        Optional<KeyAndChain> certificate,
        List<String> protocols,
        List<String> cipherSuites,
        Demand demand,
        List<X509Certificate> clientAuthorities) {
    /** Nothing chosen. */
    public static final TlsChoices DEFAULT =
            new TlsChoices(Optional.empty(), List.of(), List.of(), Demand.NONE, List.of());

    /** Copies the lists. */
    public TlsChoices {
        protocols = List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
        clientAuthorities = List.copyOf(clientAuthorities);
    }

    /** These choices with this certificate. */
    public TlsChoices showing(KeyAndChain own) {
        return new TlsChoices(Optional.of(own), protocols, cipherSuites, demand, clientAuthorities);
    }

    /** These choices with these versions. */
    public TlsChoices speaking(List<String> versions) {
        return new TlsChoices(certificate, versions, cipherSuites, demand, clientAuthorities);
    }

    /** These choices with these cipher suites. */
    public TlsChoices taking(List<String> suites) {
        return new TlsChoices(certificate, protocols, suites, demand, clientAuthorities);
    }

    /** These choices with this demand on clients, whose certificates these authorities may have signed. */
    public TlsChoices asking(Demand newDemand, List<X509Certificate> authorities) {
        return new TlsChoices(certificate, protocols, cipherSuites, newDemand, authorities);
    }

    /** Whether clients are asked for a certificate. */
    public enum Demand {
        /** They are not. */
        NONE,
        /** They are, and may have none. */
        WANTED,
        /** They are, and must have one. */
        REQUIRED
    }
}
