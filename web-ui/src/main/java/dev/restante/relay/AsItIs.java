package dev.restante.relay;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A message that goes out in the octets that it came in, whatever they are, but for Bcc fields: those are for the sender's eyes
 * (RFC 5322 section 3.6.3). A message of the library's own writes its header anew, and loses what is not UTF-8.
 */
final class AsItIs extends MimeMessage {
    private static final String BCC = "bcc";

    private final byte[] octets;

    AsItIs(Session session, byte[] octets) throws MessagingException {
        super(session, new ByteArrayInputStream(octets));
        this.octets = octets;
    }

    @Override
    public void writeTo(OutputStream out, String[] ignored) throws IOException {
        boolean left = false;
        int from = 0;
        while (from < octets.length) {
            int end = endOfLine(from);
            if (octets[from] == '\r' || octets[from] == '\n') { // the empty line: what follows is the body
                break;
            }
            boolean folded = octets[from] == ' ' || octets[from] == '\t';
            left = folded ? left : isBcc(from, end);
            if (!left) {
                out.write(octets, from, end - from);
            }
            from = end;
        }
        out.write(octets, from, octets.length - from);
    }

    private int endOfLine(int from) {
        for (int i = from; i < octets.length; i++) {
            if (octets[i] == '\n') {
                return i + 1;
            }
        }
        return octets.length;
    }

    private boolean isBcc(int from, int end) {
        String line = new String(octets, from, Math.min(end - from, 80), StandardCharsets.ISO_8859_1);
        int colon = line.indexOf(':');
        return colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase(BCC);
    }
}
