package dev.restante;

/** Whether a server asks its clients for a certificate inside TLS (mutual TLS). */
public enum ClientCertificates {
    /** A client may show one; one that is not trusted fails the handshake. */
    WANTED,
    /** A client must show one that is trusted; without one the handshake fails. */
    REQUIRED
}
