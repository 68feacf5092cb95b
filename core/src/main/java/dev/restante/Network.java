package dev.restante;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A range of IP addresses in CIDR notation, such as {@code 10.0.0.0/8} or {@code ::1}; a lone address is a range of one.
 *
 * <p>Immutable and thread-safe.
 */
public final class Network {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private final String source;
    private final byte[] address;
    private final int prefix;

    private Network(String source, byte[] address, int prefix) {
        this.source = source;
        this.address = address;
        this.prefix = prefix;
    }

    /**
     * The network that {@code cidr} spells; no name is ever looked up.
     *
     * @throws IllegalArgumentException if it is no address in digits with an optional prefix length
     */
    public static Network of(String cidr) {
        int slash = cidr.indexOf('/');
        String literal = slash < 0 ? cidr : cidr.substring(0, slash);
        if (LITERAL.matcher(literal).matches()) {
            try {
                byte[] address = InetAddress.getByName(literal).getAddress();
                int bits = address.length * 8;
                int prefix = slash < 0 ? bits : Integer.parseInt(cidr.substring(slash + 1));
                if (prefix >= 0 && prefix <= bits) {
                    return new Network(cidr, address, prefix);
                }
            } catch (UnknownHostException | NumberFormatException e) {
                // Told below, in words that show what was meant.
            }
        }
        throw new IllegalArgumentException(
                "\"" + cidr + "\" is no network. Write an address in digits with an optional prefix length,"
                        + " such as \"10.0.0.0/8\", \"192.168.1.7\" or \"::1\".");
    }

    /** Whether {@code candidate} lies in this network. */
    public boolean contains(InetAddress candidate) {
        byte[] other = candidate.getAddress();
        if (other.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit += 8) {
            int mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit));
            if (((other[bit / 8] ^ address[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network that && source.equals(that.source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    /** The network as {@link #of} takes it. */
    @Override
    public String toString() {
        return source;
    }
}
