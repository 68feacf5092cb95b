package dev.restante.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransferDecoderTest {
    private final List<String> problems = new ArrayList<>();

    private String decode(String encoding, String encoded) {
        String unescaped = encoded.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
        byte[] decoded = TransferDecoder.decode(unescaped.getBytes(ISO_8859_1), encoding, problems::add);
        return new String(decoded, ISO_8859_1).replace("\r", "\\r").replace("\n", "\\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "YWJj | abc",
                "YWI= | ab",
                "YQ== | a",
                "YW\\r\\nJj\\r\\n | abc",
                "`  YW Jj\\t` | abc",
                "`` | ``",
            })
    void decodesSoundBase64WithoutAProblem(String encoded, String expected) {
        assertThat(decode("base64", encoded)).isEqualTo(expected);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "YWJjYQ | abca | cut short: its last group has 2 of 4",
                "YWJjYWI | abcab | cut short: its last group has 3 of 4",
                "YWJjY | abc | cut short: its last group has 1 of 4",
                "Y-W!Jj\u00ff | abc | holds 3 octets that are no base64 digits",
                "YQ==YmM= | abc | goes on after its end",
            })
    void decodesBrokenBase64AsFarAsItGoes(String encoded, String expected, String problem) {
        assertThat(decode("base64", encoded)).isEqualTo(expected);
        assertThat(problems).singleElement().asString().contains(problem);
    }

    @Test
    void agreesWithJavaOnRandomBase64() {
        Random random = new Random(11);
        for (int length = 0; length < 200; length++) {
            byte[] octets = new byte[length];
            random.nextBytes(octets);
            byte[] encoded = Base64.getMimeEncoder().encode(octets);
            assertThat(TransferDecoder.decode(encoded, "base64", problems::add)).isEqualTo(octets);
        }
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a=E4b | a\u00e4b",
                "a=e4b | a\u00e4b",
                "a=\\r\\nb | ab",
                "a= \\t\\r\\nb | ab",
                "a=\\nb | ab",
                "a  \\r\\nb\\t\\r\\n | a\\r\\nb\\r\\n",
                "a  \\nb | a\\nb",
                "`a  b  ` | a  b",
                "a=20\\r\\n | `a \\r\\n`",
                "a= | a",
                "a\\rb | a\\rb",
                "`` | ``",
            })
    void decodesSoundQuotedPrintableWithoutAProblem(String encoded, String expected) {
        assertThat(decode("quoted-printable", encoded)).isEqualTo(expected);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"a=ZZb | a=ZZb", "a=4 | a=4", "1 = 1 | 1 = 1", "a==41 | a=A"})
    void keepsAnEqualsSignThatEncodesNothing(String encoded, String expected) {
        assertThat(decode("quoted-printable", encoded)).isEqualTo(expected);
        assertThat(problems)
                .containsExactly("quoted-printable holds 1 \"=\" without two hexadecimal digits; they were kept");
    }

    @Test
    void decodesUuencode() {
        assertThat(decode(
                        "x-uuencode", "text before\\r\\nbegin 644 x\\r\\n#86)C\\r\\n!80``\\r\\n`\\r\\nend\\r\\nafter"))
                .isEqualTo("abca");
        assertThat(problems).isEmpty();
    }

    @Test
    void decodesBrokenUuencodeAsFarAsItGoes() {
        assertThat(decode("uuencode", "begin 644 x\\n#86)C\\nM86)C")).isEqualTo("abcabc");
        assertThat(problems)
                .containsExactly("uuencode has no \"end\" line", "uuencode has lines that are shorter than they say");
        problems.clear();

        assertThat(decode("uuencode", "nothing of the kind")).isEqualTo("nothing of the kind");
        assertThat(problems).containsExactly("uuencode has no \"begin\" line; the octets are as sent");
    }

    @Test
    void decodesAnyOctetsInAnyEncoding() {
        Random random = new Random(13);
        for (int i = 0; i < 2_000; i++) {
            byte[] octets = new byte[random.nextInt(60)];
            random.nextBytes(octets);
            for (String encoding : List.of("base64", "quoted-printable", "x-uuencode")) {
                assertThat(TransferDecoder.decode(octets, encoding, problem -> {}))
                        .isNotNull();
            }
            byte[] begun = ("begin 1 x\n" + new String(octets, ISO_8859_1)).getBytes(ISO_8859_1);
            assertThat(TransferDecoder.decode(begun, "uue", problem -> {})).isNotNull();
        }
    }

    @Test
    void leavesOctetsOfAnUnknownEncodingAlone() {
        assertThat(decode("x-rot13", "Uryyb")).isEqualTo("Uryyb");
        assertThat(problems).containsExactly("transfer encoding \"x-rot13\" is unknown; the octets are as sent");
    }
}
