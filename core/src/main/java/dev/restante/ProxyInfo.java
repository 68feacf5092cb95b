package dev.restante;

import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the other end of a connection said of the client it speaks for: by a PROXY header (HAProxy's PROXY protocol) or by
 * XCLIENT (Postfix's extension).
 *
 * @param source by what it was said last
 * @param peer the address at the other end of the connection: the proxy's
 * @param destination the address that the client connected to; empty if it was not said
 * @param details everything else that was said, by its name, in the order it was said. Of a PROXY header: {@code COMMAND} and
 *     {@code PROTOCOL}, then the fields of version 2: {@code ALPN}, {@code AUTHORITY}, {@code UNIQUE_ID} (in hexadecimal),
 *     {@code NETNS}, {@code SSL_CLIENT}, {@code SSL_VERIFY}, {@code SSL_VERSION}, {@code SSL_CN}, {@code SSL_CIPHER}, {@code
 *     SSL_SIG_ALG}, {@code SSL_KEY_ALG}, and others by their number, such as {@code 0xE0}, in hexadecimal. Of XCLIENT: its
 *     attributes, such as {@code NAME}
 */
public record ProxyInfo(
        Source source, InetSocketAddress peer, Optional<InetSocketAddress> destination, Map<String, String> details) {
    /** Copies the map. */
    public ProxyInfo {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** By what a client is spoken for. */
    public enum Source {
        /** A line of text, {@code PROXY TCP4 ...}, ahead of everything else. */
        PROXY_V1,
        /** The binary header ahead of everything else. */
        PROXY_V2,
        /** The command XCLIENT. */
        XCLIENT
    }

    /** Whether the client spoke TLS with the proxy, which has said so ({@code SSL_CLIENT} of version 2). */
    boolean clientSpokeTls() {
        return List.of(details.getOrDefault("SSL_CLIENT", "").split(",")).contains("SSL");
    }

    /**
     * This and what was said later: it replaces what it says anew. What XCLIENT leaves out of HELO, PROTO and LOGIN is
     * forgotten.
     */
    ProxyInfo and(Source by, Optional<InetSocketAddress> newDestination, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(details);
        if (by == Source.XCLIENT) {
            all.keySet().removeAll(Set.of("HELO", "PROTO", "LOGIN"));
        }
        all.putAll(more);
        return new ProxyInfo(by, peer, newDestination.or(() -> destination), all);
    }

    /** By what and by whom, such as {@code PROXY_V2 by 10.0.0.1:41122}. */
    @Override
    public String toString() {
        String ip = Network.spelled(peer.getAddress());
        return source + " by " + (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + peer.getPort();
    }
}
