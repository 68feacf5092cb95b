package dev.restante.listener.commands;

import java.net.InetAddress;

/** How many connections a server has open. */
public interface Population {
    /** All of them. */
    int all();

    /** Those from one address. */
    int from(InetAddress address);

    /** Whether those from one address are more than it may have. */
    boolean hasTooManyFrom(InetAddress address);
}
