package dev.restante;

/** Whether the peers that are trusted with the PROXY protocol must begin with its header. */
public enum ProxyHeader {
    /**
     * A connection without a header is refused: what HAProxy's specification asks of a server, which is not to guess. The
     * default.
     */
    REQUIRED,
    /**
     * A connection without a header is served as one of its peer. A peer that waits for the greeting gets it late, after the
     * time that a header may take ({@link FakeSmtpServer.Builder#proxyHeaderTimeout}); one whose header takes longer is not
     * understood.
     */
    OPTIONAL
}
