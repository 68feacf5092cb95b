package dev.restante;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of IP addresses in CIDR notation, such as {@code 10.0.0.0/8} or {@code ::1}; a lone address is a range of one,
 * and {@code !10.0.0.0/8} is every address outside of it.
 *
 * <p>Immutable and thread-safe.
 */
public final class Network {
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern V4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");
    private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");

    private final String source;
    private final byte[] address;
    private final int prefix;
    private final boolean outside;

    private Network(String source, boolean outside, byte[] address, int prefix) {
        this.outside = outside;
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
        return cidr.startsWith("!") ? of(cidr, cidr.substring(1), true) : of(cidr, cidr, false);
    }

    private static Network of(String source, String cidr, boolean outside) {
        int slash = cidr.indexOf('/');
        Optional<byte[]> address = address(slash < 0 ? cidr : cidr.substring(0, slash));
        if (address.isPresent()) {
            // Java reads an IPv4 address that is written as one of IPv6 as what it means.
            int mapped = address.get().length == 4 && cidr.indexOf(':') >= 0 ? 96 : 0;
            int bits = address.get().length * 8 + mapped;
            String prefix = slash < 0 ? String.valueOf(bits) : cidr.substring(slash + 1);
            if (PREFIX.matcher(prefix).matches()
                    && Integer.parseInt(prefix) >= mapped
                    && Integer.parseInt(prefix) <= bits) {
                return new Network(source, outside, address.get(), Integer.parseInt(prefix) - mapped);
            }
        }
        throw new IllegalArgumentException(
                "\"" + source + "\" is no network. Write an address in digits with an optional prefix length,"
                        + " such as \"10.0.0.0/8\", \"192.168.1.7\" or \"::1\".");
    }

    private static Optional<byte[]> address(String literal) {
        boolean v6 = V6.matcher(literal).matches();
        if (!v6 && !V4.matcher(literal).matches()) {
            return Optional.empty();
        }
        try {
            // Both forms are literals by now: nothing is left that a name service could be asked for.
            return Optional.of(InetAddress.getByName(literal).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** An address in digits, without a scope; one of IPv6 as RFC 5952 spells it. */
    public static String spelled(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length == 4) {
            return address.getHostAddress();
        }
        int[] groups = new int[octets.length / 2];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (octets[2 * i] & 0xff) << 8 | (octets[2 * i + 1] & 0xff);
        }
        int begin = 0;
        int length = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                begin = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < groups.length; i++) {
            if (length > 1 && i == begin) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }

    /** Whether {@code candidate} lies in this network. */
    public boolean contains(InetAddress candidate) {
        return isInside(candidate) != outside;
    }

    private boolean isInside(InetAddress candidate) {
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
