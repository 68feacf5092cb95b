package dev.restante.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextDecoderTest {
    private final List<String> problems = new ArrayList<>();

    private String decode(byte[] octets, String charset) {
        return TextDecoder.decode(octets, charset, problems::add);
    }

    @ParameterizedTest
    @CsvSource({
        "utf-8, UTF-8",
        "UTF8, UTF-8",
        "'\"utf-8\"', UTF-8",
        "'''utf-8''', UTF-8",
        "utf-8;, UTF-8",
        "latin1, ISO-8859-1",
        "cp1252, windows-1252",
        "ISO-8859-8-I, ISO-8859-8",
        "ks_c_5601-1987, x-windows-949",
        "gb2312, GB18030",
        "shift_jis, windows-31j",
        "macintosh, x-MacRoman",
        "iso-8859-15, ISO-8859-15",
        "ANSI_X3.4-1968, US-ASCII"
    })
    void findsTheCharsetThatMailsMean(String name, String expected) {
        assertThat(TextDecoder.find(name)).isEqualTo(Charset.forName(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "x-unknown", "utf-7", "ü", "utf-8 utf-8", "\u0000", "*"})
    void findsNoCharsetWhereThereIsNone(String name) {
        assertThat(TextDecoder.find(name)).isNull();
    }

    @Test
    void findsNoCharsetInAnEndlessName() {
        assertThat(TextDecoder.find("utf-8".repeat(100_000))).isNull();
    }

    @Test
    void readsIso88591AsItsSupersetWindows1252() {
        assertThat(decode(new byte[] {(byte) 0x80, (byte) 0xe4}, "iso-8859-1")).isEqualTo("€ä");
        assertThat(problems).isEmpty();
    }

    @Test
    void readsEachOctetThatWindows1252LeavesUndefinedAsItStands() {
        assertThat(decode(new byte[] {(byte) 0x81, (byte) 0xe4}, "iso-8859-1")).isEqualTo("\u0081ä");
    }

    @Test
    void keepsTheDeclaredCharsetWhereOctetsAreBroken() {
        assertThat(decode("aüb".getBytes(ISO_8859_1), "utf-8")).isEqualTo("a\uFFFDb");
        assertThat(problems).containsExactly("the text is not valid UTF-8; what is broken reads as \uFFFD");
    }

    @Test
    void dropsAByteOrderMark() {
        assertThat(decode("\uFEFFabc".getBytes(UTF_8), "utf-8")).isEqualTo("abc");
        assertThat(decode("\uFEFFüml".getBytes(UTF_8), null)).isEqualTo("üml");
        assertThat(decode("\uFEFFabc".getBytes(UTF_16BE), "utf-16")).isEqualTo("abc");
    }

    @Test
    void believesAUtf16MarkMoreThanADeclaration() {
        assertThat(decode("\uFEFFabc".getBytes(UTF_16BE), "us-ascii")).isEqualTo("abc");
        assertThat(decode("\uFEFFabc".getBytes(UTF_16BE), null)).isEqualTo("abc");
        assertThat(problems).hasSize(2).allMatch(problem -> problem.endsWith("read as UTF-16"));
    }

    @Test
    void saysHowItRead8BitTextThatWasDeclaredAscii() {
        assertThat(decode("ü".getBytes(UTF_8), "us-ascii")).isEqualTo("ü");
        assertThat(decode("ü".getBytes(ISO_8859_1), "us-ascii")).isEqualTo("ü");
        assertThat(problems)
                .containsExactly(
                        "8-bit text declared as US-ASCII, read as UTF-8",
                        "8-bit text declared as US-ASCII, read as windows-1252");
    }

    @Test
    void decodesAnyOctetsInAnyCharsetOfThisJava() {
        Random random = new Random(7);
        for (String name : Charset.availableCharsets().keySet()) {
            for (int i = 0; i < 20; i++) {
                byte[] octets = new byte[random.nextInt(30)];
                random.nextBytes(octets);
                assertThat(decode(octets, name)).as(name).isNotNull();
            }
        }
    }
}
