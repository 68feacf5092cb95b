package dev.restante.listener.wire;

import dev.restante.ProxyInfo.Source;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/**
 * What a connection begins with where a PROXY header may stand there: "The PROXY protocol, versions 1 and 2" by HAProxy,
 * whose names are used here.
 */
public sealed interface Preamble {
    /**
     * A header that is in order.
     *
     * @param length its octets
     * @param client the client's address; empty if the proxy speaks for itself, or for nobody it can name
     * @param destination the address that the client connected to
     * @param details everything else, by its name
     * @param shown the header as a transcript shows it
     */
    record Told(
            int length,
            Source source,
            Optional<InetSocketAddress> client,
            Optional<InetSocketAddress> destination,
            Map<String, String> details,
            String shown)
            implements Preamble {}

    /**
     * The connection begins with something else.
     *
     * @param reason what was expected, in words
     */
    record Absent(String reason) implements Preamble {}

    /**
     * A header that is not in order.
     *
     * @param reason why, in words
     */
    record Malformed(String reason) implements Preamble {}

    /**
     * Nothing more came in time.
     *
     * @param octets how much of a header had
     */
    record Late(int octets) implements Preamble {}

    /**
     * The input ended first.
     *
     * @param octets how much of a header had come
     */
    record Ended(int octets) implements Preamble {}
}
