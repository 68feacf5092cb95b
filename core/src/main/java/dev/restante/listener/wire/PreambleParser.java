package dev.restante.listener.wire;

import dev.restante.Network;
import dev.restante.ProxyInfo.Source;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads a PROXY header from what has come of it. */
final class PreambleParser {
    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final int V1_LONGEST = 107;
    private static final int V2_FIXED = 16;

    private static final int CRC32C_TYPE = 0x03;
    private static final int NOOP_TYPE = 0x04;
    private static final int UNIQUE_ID_TYPE = 0x05;
    private static final int UNIQUE_ID_LONGEST = 128;
    private static final int SSL_TYPE = 0x20;
    private static final int SSL_FIXED = 5;
    private static final Map<Integer, String> TEXTS = Map.of(0x01, "ALPN", 0x02, "AUTHORITY", 0x30, "NETNS");
    private static final Map<Integer, String> SSL_TEXTS = Map.of(
            0x21, "SSL_VERSION",
            0x22, "SSL_CN",
            0x23, "SSL_CIPHER",
            0x24, "SSL_SIG_ALG",
            0x25, "SSL_KEY_ALG",
            0x26, "SSL_GROUP",
            0x27, "SSL_SIG_SCHEME");

    private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

    private PreambleParser() {}

    /** What these octets begin with; {@code null} if more must come before that can be told. */
    static @Nullable Preamble parse(byte[] octets, int length, int longest) {
        if (isPrefix(V2, octets, length)) {
            return length < V2_FIXED ? null : version2(octets, length, longest);
        } else if (isPrefix(V1, octets, length)) {
            return length < V1.length ? null : version1(octets, length);
        }
        return new Preamble.Absent("what came first is no PROXY header");
    }

    /** Whether the octets begin with these, or may yet. */
    private static boolean isPrefix(byte[] signature, byte[] octets, int length) {
        int known = Math.min(length, signature.length);
        return Arrays.equals(signature, 0, known, octets, 0, known);
    }

    // ---- version 1: a line of text

    private static @Nullable Preamble version1(byte[] octets, int length) {
        int end = -1;
        for (int i = 0; i + 1 < Math.min(length, V1_LONGEST) && end < 0; i++) {
            end = octets[i] == '\r' && octets[i + 1] == '\n' ? i : -1;
        }
        if (end < 0) {
            return length < V1_LONGEST
                    ? null
                    : new Preamble.Malformed("the line has no CRLF within " + V1_LONGEST + " octets");
        }
        String line = new String(octets, 0, end, StandardCharsets.ISO_8859_1);
        String[] words = line.split(" ", -1);
        Map<String, String> details = new LinkedHashMap<>();
        details.put("COMMAND", "PROXY");
        details.put("PROTOCOL", words[1]);
        if (words[1].equals("UNKNOWN")) {
            // What follows on the line, if anything, is to be ignored.
            return new Preamble.Told(end + 2, Source.PROXY_V1, Optional.empty(), Optional.empty(), details, line);
        }
        boolean v6 = words[1].equals("TCP6");
        if (!v6 && !words[1].equals("TCP4")) {
            return new Preamble.Malformed("its protocol is none of TCP4, TCP6 and UNKNOWN");
        } else if (words.length != 6) {
            return new Preamble.Malformed("a line of " + words[1] + " has two addresses and two ports");
        }
        Optional<InetSocketAddress> client = address(words[2], words[4], v6);
        Optional<InetSocketAddress> destination = address(words[3], words[5], v6);
        if (client.isEmpty() || destination.isEmpty()) {
            return new Preamble.Malformed("it has addresses or ports that are none of " + words[1]);
        }
        return new Preamble.Told(end + 2, Source.PROXY_V1, client, destination, details, line);
    }

    private static Optional<InetSocketAddress> address(String ip, String port, boolean v6) {
        if (!PORT.matcher(port).matches()
                || Integer.parseInt(port) > 0xffff
                || ip.indexOf(':') >= 0 != v6
                || ip.indexOf('/') >= 0
                || ip.startsWith("!")) {
            return Optional.empty();
        }
        try {
            // A network of one address: what it takes is an address in digits, and no name is looked up below.
            Network.of(ip);
            return Optional.of(new InetSocketAddress(InetAddress.getByName(ip), Integer.parseInt(port)));
        } catch (IllegalArgumentException | UnknownHostException e) {
            return Optional.empty();
        }
    }

    // ---- version 2: binary

    private static @Nullable Preamble version2(byte[] octets, int length, int longest) {
        int command = octets[12] & 0xff;
        if (command >> 4 != 2 || (command & 0x0f) > 1) {
            return new Preamble.Malformed(String.format("version and command 0x%02x are not known", command));
        }
        int whole = V2_FIXED + number(octets, 14, 2);
        if (whole > longest) {
            return new Preamble.Malformed("it has " + whole + " octets, more than " + longest);
        }
        if (length < whole) {
            return null;
        }
        try {
            return version2(Arrays.copyOf(octets, whole), (command & 0x0f) == 1);
        } catch (Broken e) {
            return new Preamble.Malformed(e.reason);
        }
    }

    private static Preamble.Told version2(byte[] header, boolean proxied) throws Broken {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("COMMAND", proxied ? "PROXY" : "LOCAL");
        Optional<InetSocketAddress> client = Optional.empty();
        Optional<InetSocketAddress> destination = Optional.empty();
        if (proxied) {
            Family family = Family.of(header[13] & 0xff);
            details.put("PROTOCOL", family.name());
            if (header.length < V2_FIXED + family.addresses) {
                throw new Broken("it is too short for the addresses of " + family);
            }
            if (family.ip > 0) {
                client = Optional.of(address(header, V2_FIXED, family.ip, V2_FIXED + 2 * family.ip));
                destination =
                        Optional.of(address(header, V2_FIXED + family.ip, family.ip, V2_FIXED + 2 * family.ip + 2));
            }
            fields(header, V2_FIXED + family.addresses, header.length, details, false);
        }
        String shown = "(PROXY version 2, " + header.length + " octets: " + details + ")";
        return new Preamble.Told(header.length, Source.PROXY_V2, client, destination, details, shown);
    }

    /** What kinds of addresses there are, and how many octets those of a header take. */
    private enum Family {
        UNSPEC(0x00, 0, 0),
        TCP4(0x11, 12, 4),
        UDP4(0x12, 12, 0),
        TCP6(0x21, 36, 16),
        UDP6(0x22, 36, 0),
        UNIX_STREAM(0x31, 216, 0),
        UNIX_DGRAM(0x32, 216, 0);

        private final int code;
        private final int addresses;
        /** The octets of one IP address; 0 if there is none that a client of ours could have. */
        private final int ip;

        Family(int code, int addresses, int ip) {
            this.code = code;
            this.addresses = addresses;
            this.ip = ip;
        }

        private static Family of(int code) throws Broken {
            for (Family each : values()) {
                if (each.code == code) {
                    return each;
                }
            }
            throw new Broken(String.format("address family and protocol 0x%02x are not known", code));
        }
    }

    private static InetSocketAddress address(byte[] header, int at, int length, int portAt) throws Broken {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(Arrays.copyOfRange(header, at, at + length)), number(header, portAt, 2));
        } catch (UnknownHostException e) {
            throw new Broken(String.valueOf(e.getMessage()));
        }
    }

    /** Reads type-length-values. */
    private static void fields(byte[] header, int from, int to, Map<String, String> details, boolean ofSsl)
            throws Broken {
        int at = from;
        while (at < to) {
            int length = at + 3 > to ? Integer.MAX_VALUE : number(header, at + 1, 2);
            int type = header[at] & 0xff;
            if (length > to - at - 3) {
                throw new Broken(String.format("field 0x%02X goes beyond the end", type));
            }
            field(header, type, at + 3, length, details, ofSsl);
            at += 3 + length;
        }
    }

    private static void field(byte[] header, int type, int at, int length, Map<String, String> details, boolean ofSsl)
            throws Broken {
        String text = (ofSsl ? SSL_TEXTS : TEXTS).get(type);
        if (text != null) {
            details.put(text, new String(header, at, length, StandardCharsets.UTF_8));
        } else if (!ofSsl && type == CRC32C_TYPE) {
            check(header, at, length);
            details.put("CRC32C", HexFormat.of().formatHex(header, at, at + length));
        } else if (!ofSsl && type == SSL_TYPE) {
            ssl(header, at, length, details);
        } else if (!ofSsl && type == UNIQUE_ID_TYPE) {
            if (length > UNIQUE_ID_LONGEST) {
                throw new Broken("the unique id has more than " + UNIQUE_ID_LONGEST + " octets");
            }
            details.put("UNIQUE_ID", HexFormat.of().formatHex(header, at, at + length));
        } else if (ofSsl || type != NOOP_TYPE) {
            String name = String.format(ofSsl ? "SSL_0x%02X" : "0x%02X", type);
            details.put(name, HexFormat.of().formatHex(header, at, at + length));
        }
    }

    private static void ssl(byte[] header, int at, int length, Map<String, String> details) throws Broken {
        if (length < SSL_FIXED) {
            throw new Broken("the SSL field is too short");
        }
        StringJoiner flags = new StringJoiner(",");
        String[] names = {"SSL", "CERT_CONN", "CERT_SESS"};
        for (int i = 0; i < names.length; i++) {
            if ((header[at] >> i & 1) != 0) {
                flags.add(names[i]);
            }
        }
        details.put("SSL_CLIENT", flags.toString());
        details.put("SSL_VERIFY", String.valueOf(number(header, at + 1, 4) & 0xffffffffL));
        fields(header, at + SSL_FIXED, at + length, details, true);
    }

    /** The checksum is that of the whole header, itself taken for zero. */
    private static void check(byte[] header, int at, int length) throws Broken {
        byte[] blank = header.clone();
        if (length == 4) {
            Arrays.fill(blank, at, at + length, (byte) 0);
            CRC32C checksum = new CRC32C();
            checksum.update(blank);
            if ((int) checksum.getValue() == number(header, at, length)) {
                return;
            }
        }
        throw new Broken("its CRC32C is wrong");
    }

    private static int number(byte[] octets, int at, int length) {
        int number = 0;
        for (int i = at; i < at + length; i++) {
            number = (number << 8) | (octets[i] & 0xff);
        }
        return number;
    }

    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        private final String reason;

        Broken(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }
    }
}
