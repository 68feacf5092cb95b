package dev.restante.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns octets into text whatever the mail says about their charset: an unknown, missing or wrong name costs a problem,
 * never the text.
 */
public final class TextDecoder {
    private TextDecoder() {}

    /**
     * The text of {@code octets}, which a mail declares to be in {@code declared}.
     *
     * <p>ISO-8859-1 is read as its superset windows-1252, as browsers and mail clients do. A UTF-16 byte order mark
     * overrules a declaration that contradicts it. A byte order mark is not part of the text.
     *
     * @param declared the charset's name as the mail has it; null if the mail names none
     */
    public static String decode(byte[] octets, @Nullable String declared, Consumer<String> problems) {
        Charset charset = declared == null ? US_ASCII : find(declared);
        if (startsWithUtf16Mark(octets) && (charset == null || !isWide(charset))) {
            problems.accept("a UTF-16 byte order mark, "
                    + (declared == null ? "but no charset" : "but charset " + Problems.quote(declared))
                    + "; read as UTF-16");
            return new String(octets, UTF_16);
        }
        if (charset == null) {
            problems.accept("charset " + Problems.quote(declared == null ? "" : declared) + " is unknown");
            return withoutMark(guess(octets));
        }
        if (charset.equals(US_ASCII)) {
            if (isAscii(octets, 0, octets.length)) {
                return new String(octets, US_ASCII);
            }
            String utf8 = strictly(UTF_8, octets, 0, octets.length);
            problems.accept("8-bit text " + (declared == null ? "without a charset" : "declared as US-ASCII")
                    + ", read as " + (utf8 == null ? "windows-1252" : "UTF-8"));
            return utf8 == null ? western(octets, 0, octets.length) : withoutMark(utf8);
        }
        if (charset.equals(ISO_8859_1)) {
            return western(octets, 0, octets.length);
        }
        String text = strictly(charset, octets, 0, octets.length);
        if (text == null) {
            problems.accept("the text is not valid " + charset.name() + "; what is broken reads as \uFFFD");
            text = new String(octets, charset);
        }
        return withoutMark(text);
    }

    /** The text of {@code octets} with no declaration to go by: UTF-8 if they are valid UTF-8, else windows-1252. */
    public static String guess(byte[] octets) {
        return guess(octets, 0, octets.length);
    }

    /** The text of the octets from {@code from} to {@code to}: UTF-8 if they are valid UTF-8, else windows-1252. */
    static String guess(byte[] octets, int from, int to) {
        if (isAscii(octets, from, to)) {
            return new String(octets, from, to - from, ISO_8859_1);
        }
        String utf8 = strictly(UTF_8, octets, from, to);
        return utf8 == null ? western(octets, from, to) : utf8;
    }

    /** Whether a charset is known that a mail may mean by {@code name}. */
    public static boolean isKnown(String name) {
        return find(name) != null;
    }

    /** The charset a mail means by {@code name}; null if there is none. Quotes and stray punctuation are forgiven. */
    static @Nullable Charset find(String name) {
        String bare = bare(name);
        return switch (bare) {
            case "utf-8", "utf8", "unicode-1-1-utf-8", "utf8mb4", "utf-8-sig" -> UTF_8;
            case "us-ascii", "ascii", "ansi_x3.4-1968", "7bit", "us_ascii" -> US_ASCII;
            case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1" -> ISO_8859_1;
            default -> Known.CHARSETS.get(Known.ALIASES.getOrDefault(bare, bare));
        };
    }

    private static String bare(String name) {
        if (name.length() > 100) {
            return "";
        }
        int from = 0;
        int to = name.length();
        while (from < to && !Character.isLetterOrDigit(name.charAt(from))) {
            from++;
        }
        while (from < to && !Character.isLetterOrDigit(name.charAt(to - 1))) {
            to--;
        }
        return name.substring(from, to).toLowerCase(Locale.ROOT);
    }

    private static boolean isWide(Charset charset) {
        return charset.name().startsWith("UTF-16") || charset.name().startsWith("UTF-32");
    }

    private static boolean startsWithUtf16Mark(byte[] octets) {
        return octets.length >= 2
                && ((octets[0] == (byte) 0xff && octets[1] == (byte) 0xfe)
                        || (octets[0] == (byte) 0xfe && octets[1] == (byte) 0xff));
    }

    private static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static boolean isAscii(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String strictly(Charset charset, byte[] octets, int from, int to) {
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets, from, to - from))
                    .toString();
        } catch (CharacterCodingException broken) {
            return null;
        }
    }

    /**
     * windows-1252, or ISO-8859-1 where an octet is used that windows-1252 leaves undefined: every octet is a
     * character.
     */
    private static String western(byte[] octets, int from, int to) {
        Charset windows = Known.CHARSETS.get("windows-1252");
        String text = windows == null ? null : strictly(windows, octets, from, to);
        return text == null ? new String(octets, from, to - from, ISO_8859_1) : text;
    }

    /**
     * All charsets of this Java by lower-case name. Asking {@link Charset#forName} for each name in a mail would let a
     * mail full of invented names cost a search through all charset providers for each of them.
     */
    private static final class Known {
        static final Map<String, Charset> CHARSETS = charsets();

        /** Names that mails use and Java does not know, or knows as a subset of what such mails hold. */
        static final Map<String, String> ALIASES = Map.ofEntries(
                Map.entry("iso-8859-8-i", "iso-8859-8"),
                Map.entry("iso-8859-8-e", "iso-8859-8"),
                Map.entry("iso-8859-6-i", "iso-8859-6"),
                Map.entry("iso-8859-6-e", "iso-8859-6"),
                Map.entry("iso-8859-11", "x-iso-8859-11"),
                Map.entry("gb2312", "gb18030"),
                Map.entry("gbk", "gb18030"),
                Map.entry("ks_c_5601-1987", "x-windows-949"),
                Map.entry("euc-kr", "x-windows-949"),
                Map.entry("shift_jis", "windows-31j"),
                Map.entry("shift-jis", "windows-31j"),
                Map.entry("sjis", "windows-31j"),
                Map.entry("x-sjis", "windows-31j"),
                Map.entry("macintosh", "x-macroman"),
                Map.entry("x-mac-roman", "x-macroman"),
                Map.entry("cp-850", "ibm850"),
                Map.entry("iso-8859-9", "windows-1254"),
                Map.entry("unicode", "utf-16"));

        private static Map<String, Charset> charsets() {
            Map<String, Charset> charsets = new HashMap<>();
            for (Charset charset : Charset.availableCharsets().values()) {
                for (String alias : charset.aliases()) {
                    charsets.putIfAbsent(alias.toLowerCase(Locale.ROOT), charset);
                }
            }
            for (Charset charset : Charset.availableCharsets().values()) {
                charsets.put(charset.name().toLowerCase(Locale.ROOT), charset);
            }
            return charsets;
        }
    }
}
