package dev.restante.mail;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Undoes content transfer encodings (RFC 2045 section 6) on whatever a mail holds: octets that do not belong are passed
 * over and counted, a cut end is read as far as it goes.
 */
public final class TransferDecoder {
    private static final byte[] BASE64 = base64Values();
    private static final byte JUNK = -1;
    private static final byte BLANK = -2;

    private TransferDecoder() {}

    /** Whether {@code encoding} (lower case) leaves the octets as they are, so that there is nothing to decode. */
    public static boolean isIdentity(String encoding) {
        return switch (encoding) {
            case "base64", "quoted-printable", "uuencode", "x-uuencode", "x-uue", "uue" -> false;
            default -> true;
        };
    }

    /** Whether {@code encoding} (lower case) is one of those that this class knows. */
    public static boolean isKnown(String encoding) {
        return switch (encoding) {
            case "7bit", "8bit", "binary" -> true;
            default -> !isIdentity(encoding);
        };
    }

    /** The octets that {@code encoded} stands for; an encoding that is not known is taken for none. */
    public static byte[] decode(byte[] encoded, String encoding, Consumer<String> problems) {
        return switch (encoding) {
            case "base64" -> base64(encoded, problems);
            case "quoted-printable" -> quotedPrintable(encoded, problems);
            case "uuencode", "x-uuencode", "x-uue", "uue" -> uuencode(encoded, problems);
            case "7bit", "8bit", "binary" -> encoded;
            default -> {
                problems.accept(
                        "transfer encoding " + Problems.quote(encoding) + " is unknown; the octets are as sent");
                yield encoded;
            }
        };
    }

    static byte[] base64(byte[] encoded, Consumer<String> problems) {
        byte[] decoded = new byte[(int) (encoded.length * 3L / 4 + 3)];
        int size = 0;
        int bits = 0;
        int digits = 0;
        long junk = 0;
        boolean ended = false;
        boolean resumed = false;
        for (byte octet : encoded) {
            int value = octet < 0 ? JUNK : BASE64[octet];
            if (value >= 0) {
                resumed |= ended;
                bits = bits << 6 | value;
                if (++digits == 4) {
                    decoded[size++] = (byte) (bits >> 16);
                    decoded[size++] = (byte) (bits >> 8);
                    decoded[size++] = (byte) bits;
                    digits = 0;
                    bits = 0;
                }
            } else if (octet == '=') {
                size = flush(decoded, size, bits, digits);
                digits = 0;
                bits = 0;
                ended = true;
            } else if (value == JUNK) {
                junk++;
            }
        }
        if (digits != 0) {
            problems.accept("base64 is cut short: its last group has " + digits + " of 4 digits");
            size = flush(decoded, size, bits, digits);
        }
        if (junk > 0) {
            problems.accept("base64 holds " + junk + " octets that are no base64 digits; they were passed over");
        }
        if (resumed) {
            problems.accept("base64 goes on after its end (\"=\")");
        }
        return size == decoded.length ? decoded : Arrays.copyOf(decoded, size);
    }

    private static int flush(byte[] decoded, int at, int bits, int digits) {
        int size = at;
        if (digits == 2) {
            decoded[size++] = (byte) (bits >> 4);
        } else if (digits == 3) {
            decoded[size++] = (byte) (bits >> 10);
            decoded[size++] = (byte) (bits >> 2);
        }
        return size;
    }

    private static byte[] quotedPrintable(byte[] encoded, Consumer<String> problems) {
        byte[] decoded = new byte[encoded.length];
        int size = 0;
        int solid = 0; // decoded octets up to here are no blanks at the end of a line
        long broken = 0;
        int at = 0;
        while (at < encoded.length) {
            byte octet = encoded[at];
            if (octet == '=') {
                int next = softBreakEnd(encoded, at + 1);
                if (next >= 0) {
                    at = next;
                } else if (at + 2 < encoded.length && hex(encoded[at + 1]) >= 0 && hex(encoded[at + 2]) >= 0) {
                    decoded[size++] = (byte) (hex(encoded[at + 1]) << 4 | hex(encoded[at + 2]));
                    at += 3;
                } else {
                    broken++;
                    decoded[size++] = octet;
                    at++;
                }
                solid = size;
            } else if (octet == '\n' || (octet == '\r' && at + 1 < encoded.length && encoded[at + 1] == '\n')) {
                size = solid;
                while (octet != '\n') {
                    decoded[size++] = octet;
                    octet = encoded[++at];
                }
                decoded[size++] = octet;
                at++;
                solid = size;
            } else {
                decoded[size++] = octet;
                at++;
                if (octet != ' ' && octet != '\t') {
                    solid = size;
                }
            }
        }
        if (broken > 0) {
            problems.accept(
                    "quoted-printable holds " + broken + " \"=\" without two hexadecimal digits; they were kept");
        }
        return Arrays.copyOf(decoded, solid);
    }

    /** The end of a soft line break whose "=" is before {@code at}, or -1: blanks may stand before the line's end. */
    private static int softBreakEnd(byte[] encoded, int at) {
        int end = at;
        while (end < encoded.length && (encoded[end] == ' ' || encoded[end] == '\t')) {
            end++;
        }
        if (end < encoded.length && encoded[end] == '\r') {
            end++;
        }
        if (end == encoded.length) {
            return end;
        }
        return encoded[end] == '\n' ? end + 1 : -1;
    }

    /** RFC 2047 section 4.2: quoted-printable for header fields, where "_" is a space. */
    static byte[] qEncoding(byte[] encoded) {
        byte[] decoded = new byte[encoded.length];
        int size = 0;
        for (int at = 0; at < encoded.length; at++) {
            byte octet = encoded[at];
            if (octet == '=' && at + 2 < encoded.length && hex(encoded[at + 1]) >= 0 && hex(encoded[at + 2]) >= 0) {
                octet = (byte) (hex(encoded[at + 1]) << 4 | hex(encoded[at + 2]));
                at += 2;
            } else if (octet == '_') {
                octet = ' ';
            }
            decoded[size++] = octet;
        }
        return Arrays.copyOf(decoded, size);
    }

    static int hex(byte octet) {
        return Character.digit((char) (octet & 0xff), 16);
    }

    private static byte[] uuencode(byte[] encoded, Consumer<String> problems) {
        int at = uuBegin(encoded);
        if (at < 0) {
            problems.accept("uuencode has no \"begin\" line; the octets are as sent");
            return encoded;
        }
        byte[] decoded = new byte[encoded.length];
        int size = 0;
        boolean cut = false;
        while (at < encoded.length) {
            int end = at;
            while (end < encoded.length && encoded[end] != '\n') {
                end++;
            }
            int last = end > at && encoded[end - 1] == '\r' ? end - 1 : end;
            if (startsWith(encoded, at, last, "end")) {
                break;
            }
            int announced = at < last ? uuValue(encoded[at]) : 0;
            int count = Math.min(announced, (last - at - 1) * 3 / 4);
            cut |= count < announced;
            for (int i = 0; i < count; i++) {
                int group = at + 1 + i / 3 * 4 + i % 3;
                int shift = 2 + i % 3 * 2;
                int high = uuValue(encoded[group]);
                int low = uuValue(encoded[group + 1]);
                decoded[size++] = (byte) ((high << shift) | (low >> (6 - shift)));
            }
            at = end + 1;
        }
        if (at >= encoded.length) {
            problems.accept("uuencode has no \"end\" line");
        }
        if (cut) {
            problems.accept("uuencode has lines that are shorter than they say");
        }
        return Arrays.copyOf(decoded, size);
    }

    private static int uuBegin(byte[] encoded) {
        int at = 0;
        while (at < encoded.length) {
            int end = at;
            while (end < encoded.length && encoded[end] != '\n') {
                end++;
            }
            if (startsWith(encoded, at, end, "begin ")) {
                return Math.min(end + 1, encoded.length);
            }
            at = end + 1;
        }
        return -1;
    }

    private static int uuValue(byte octet) {
        return octet - ' ' & 0x3f;
    }

    private static boolean startsWith(byte[] octets, int from, int to, String prefix) {
        byte[] expected = prefix.getBytes(US_ASCII);
        return to - from >= expected.length
                && Arrays.equals(octets, from, from + expected.length, expected, 0, expected.length);
    }

    private static byte[] base64Values() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < digits.length(); i++) {
            values[digits.charAt(i)] = (byte) i;
        }
        for (char blank : new char[] {' ', '\t', '\r', '\n'}) {
            values[blank] = BLANK;
        }
        return values;
    }
}
