package dev.restante.listener.commands;

import java.net.InetAddress;

/** How many connections a server has open. */
public interface Population {
    /** All of them. */
    int all();

    /** Those from one address. */
    int from(InetAddress address);

    /** How many it may have. */
    int most();

    /** How many one address may have. */
    int mostOfClient();

    /** Whether those from one address are more than it may have. */
    boolean hasTooManyFrom(InetAddress address);
}
