package dev.restante.mail;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds one field of a header without reading the message as a whole: cheap enough to be done for every mail that is
 * caught.
 */
public final class HeaderGlance {
    private static final int AT_MOST = 64 * 1024;
    private static final byte[] MESSAGE_ID = "message-id:".getBytes(StandardCharsets.US_ASCII);

    private HeaderGlance() {}

    /** The Message-ID without its brackets, if it stands within the first 64 KiB. */
    public static Optional<String> messageId(Octets message) {
        byte[] header = message.beginning(AT_MOST);
        int line = 0;
        while (line < header.length && header[line] != '\r' && header[line] != '\n') {
            int end = endOfLine(header, line);
            if (startsWithName(header, line)) {
                while (end < header.length && (header[end] == ' ' || header[end] == '\t')) {
                    end = endOfLine(header, end);
                }
                return Optional.of(identifier(header, line + MESSAGE_ID.length, end));
            }
            line = end;
        }
        return Optional.empty();
    }

    private static String identifier(byte[] header, int from, int end) {
        String value = new String(header, from, end - from, StandardCharsets.UTF_8)
                .replace("\r", "")
                .replace("\n", "")
                .strip();
        return value.startsWith("<") && value.endsWith(">") ? value.substring(1, value.length() - 1) : value;
    }

    private static int endOfLine(byte[] header, int from) {
        int i = from;
        while (i < header.length && header[i] != '\n') {
            i++;
        }
        return Math.min(header.length, i + 1);
    }

    private static boolean startsWithName(byte[] header, int line) {
        if (line + MESSAGE_ID.length > header.length) {
            return false;
        }
        for (int i = 0; i < MESSAGE_ID.length; i++) {
            int octet = header[line + i];
            if ((octet >= 'A' && octet <= 'Z' ? octet + 32 : octet) != MESSAGE_ID[i]) {
                return false;
            }
        }
        return true;
    }
}
