package dev.restante;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The TLS layer of a connection as negotiated.
 *
 * @param protocol the version, such as {@code TLSv1.3}
 * @param cipherSuite the cipher suite's standard name
 * @param serverName the name the client asked for (SNI, RFC 6066 section 3); empty if it asked for none
 * @param clientCertificates the client's chain, its own certificate first; empty without one
 * @param implicit whether TLS came first (SMTPS) rather than by STARTTLS
 */
public record TlsInfo(
        String protocol,
        String cipherSuite,
        Optional<String> serverName,
        List<X509Certificate> clientCertificates,
        boolean implicit) {
    /** Copies the chain. */
    public TlsInfo {
        clientCertificates = List.copyOf(clientCertificates);
    }

    /** The layer on one line, such as {@code TLSv1.3 TLS_AES_256_GCM_SHA384 for mx.test, client CN=ann}. */
    @Override
    public String toString() {
        return protocol + " " + cipherSuite
                + serverName.map(name -> " for " + name).orElse("")
                + (clientCertificates.isEmpty()
                        ? ""
                        : ", client "
                                + clientCertificates
                                        .get(0)
                                        .getSubjectX500Principal()
                                        .getName());
    }
}
