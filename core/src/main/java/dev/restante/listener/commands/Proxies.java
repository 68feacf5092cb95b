package dev.restante.listener.commands;

import dev.restante.Network;
import dev.restante.ProxyHeader;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Which peers are believed when they speak for a client.
 *
 * @param header whose PROXY header is read
 * @param demand whether they must send one
 * @param headerTimeout how long one may take to come
 * @param xclient whose XCLIENT is taken
 */
public record Proxies(List<Network> header, ProxyHeader demand, Duration headerTimeout, List<Network> xclient) {
    boolean trustsHeaderOf(InetSocketAddress peer) {
        return contains(header, peer);
    }

    boolean trustsXclientOf(InetSocketAddress peer) {
        return contains(xclient, peer);
    }

    private static boolean contains(List<Network> networks, InetSocketAddress peer) {
        for (Network network : networks) {
            if (network.contains(peer.getAddress())) {
                return true;
            }
        }
        return false;
    }

    boolean isOptional() {
        return demand == ProxyHeader.OPTIONAL;
    }
}
