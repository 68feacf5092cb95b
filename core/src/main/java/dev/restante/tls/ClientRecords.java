package dev.restante.tls;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Reads along with what a client says in a handshake (RFC 8446 section 5.1), for what the TLS layer does not tell: the name
 * that its ClientHello asks for, also where the handshake fails or resumes a session, and an alert in plain text where TLS 1.3
 * expects a protected one.
 */
final class ClientRecords {
    private static final int HEADER = 5;
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int PLAIN_ALERT = 2;
    private static final int LONGEST_HELLO = 64 << 10;

    /** RFC 8446 section 6. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(10, "unexpected_message"),
            Map.entry(20, "bad_record_mac"),
            Map.entry(22, "record_overflow"),
            Map.entry(40, "handshake_failure"),
            Map.entry(42, "bad_certificate"),
            Map.entry(43, "unsupported_certificate"),
            Map.entry(44, "certificate_revoked"),
            Map.entry(45, "certificate_expired"),
            Map.entry(46, "certificate_unknown"),
            Map.entry(47, "illegal_parameter"),
            Map.entry(48, "unknown_ca"),
            Map.entry(49, "access_denied"),
            Map.entry(50, "decode_error"),
            Map.entry(51, "decrypt_error"),
            Map.entry(70, "protocol_version"),
            Map.entry(71, "insufficient_security"),
            Map.entry(80, "internal_error"),
            Map.entry(86, "inappropriate_fallback"),
            Map.entry(90, "user_canceled"),
            Map.entry(109, "missing_extension"),
            Map.entry(110, "unsupported_extension"),
            Map.entry(112, "unrecognized_name"),
            Map.entry(113, "bad_certificate_status_response"),
            Map.entry(115, "unknown_psk_identity"),
            Map.entry(116, "certificate_required"),
            Map.entry(120, "no_application_protocol"));

    private final byte[] header = new byte[HEADER];
    private int headerRead;
    private int left;
    private final byte[] alert = new byte[PLAIN_ALERT];
    private byte[] hello = {};
    private boolean helloRead;
    private Optional<String> alertName = Optional.empty();
    private Optional<String> serverName = Optional.empty();

    /** What the client said last. */
    void read(byte[] octets, int from, int to) {
        int at = from;
        while (at < to) {
            if (left == 0) {
                header[headerRead++] = octets[at++];
                if (headerRead == HEADER) {
                    left = number(header, 3, 2);
                    headerRead = left == 0 ? 0 : HEADER;
                }
                continue;
            }
            int count = Math.min(left, to - at);
            content(octets, at, count);
            at += count;
            left -= count;
            headerRead = left == 0 ? 0 : HEADER;
        }
    }

    private void content(byte[] octets, int at, int count) {
        int length = number(header, 3, 2);
        if (header[0] == ALERT && length == PLAIN_ALERT) {
            System.arraycopy(octets, at, alert, length - left, count);
            if (left == count) {
                alertName = Optional.ofNullable(NAMES.get(alert[1] & 0xff));
            }
        } else if (header[0] == HANDSHAKE && !helloRead && hello.length + count <= LONGEST_HELLO) {
            int before = hello.length;
            hello = Arrays.copyOf(hello, before + count);
            System.arraycopy(octets, at, hello, before, count);
            boolean isHello = hello[0] == CLIENT_HELLO;
            if (!isHello || (hello.length >= 4 && hello.length >= 4 + number(hello, 1, 3))) {
                helloRead = true;
                serverName = isHello ? serverName(hello) : Optional.empty();
                hello = new byte[0];
            }
        }
    }

    /** The alert that the client sent in plain text, by its name. */
    Optional<String> alert() {
        return alertName;
    }

    /** The name that the client asked for (RFC 6066 section 3). */
    Optional<String> serverName() {
        return serverName;
    }

    private static Optional<String> serverName(byte[] hello) {
        try {
            int at = 4 + 2 + 32; // the message's header, the version, the random
            at += 1 + number(hello, at, 1);
            at += 2 + number(hello, at, 2);
            at += 1 + number(hello, at, 1);
            int end = at + 2 + number(hello, at, 2);
            at += 2;
            while (at + 4 <= end) {
                int type = number(hello, at, 2);
                int length = number(hello, at + 2, 2);
                at += 4;
                if (type == SERVER_NAME && length > 5) {
                    int name = number(hello, at + 3, 2);
                    return Optional.of(new String(hello, at + 5, name, StandardCharsets.US_ASCII));
                }
                at += length;
            }
        } catch (IndexOutOfBoundsException e) {
            // The TLS layer says what is wrong with it.
        }
        return Optional.empty();
    }

    private static int number(byte[] octets, int at, int length) {
        int number = 0;
        for (int i = at; i < at + length; i++) {
            number = (number << 8) | (octets[i] & 0xff);
        }
        return number;
    }
}
