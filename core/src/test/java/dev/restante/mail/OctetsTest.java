package dev.restante.mail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class OctetsTest {
    private final Octets chunked = Octets.adopt(List.of(bytes("abc"), bytes(""), bytes("d"), bytes("efgh")));

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void areTheSameHoweverTheyAreCut() throws IOException {
        Octets whole = Octets.of(bytes("abcdefgh"));

        assertThat(chunked).isEqualTo(whole).hasSameHashCodeAs(whole);
        assertThat(chunked.size()).isEqualTo(8);
        assertThat(chunked.toByteArray()).isEqualTo(bytes("abcdefgh"));
        assertThat(chunked.toString(UTF_8)).isEqualTo("abcdefgh");
        try (InputStream stream = chunked.open()) {
            assertThat(stream.readAllBytes()).isEqualTo(bytes("abcdefgh"));
        }
        assertThat(chunked).isNotEqualTo(Octets.of(bytes("abcdefgi"))).isNotEqualTo(Octets.empty());
    }

    @Test
    void copyEveryRange() {
        for (int from = 0; from <= 8; from++) {
            for (int to = from; to <= 8; to++) {
                assertThat(chunked.toByteArray(from, to)).isEqualTo(bytes("abcdefgh".substring(from, to)));
            }
        }
    }

    @Test
    void refuseARangeOutsideOfThem() {
        assertThatThrownBy(() -> chunked.toByteArray(0, 9)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> chunked.toByteArray(5, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void doNotChangeWithTheArrayTheyWereMadeOf() {
        byte[] array = bytes("abc");
        Octets octets = Octets.of(array);

        array[0] = 'x';
        octets.toByteArray()[1] = 'x';

        assertThat(octets.toString(UTF_8)).isEqualTo("abc");
    }

    @Test
    void streamOctetByOctet() throws IOException {
        try (InputStream stream =
                Octets.adopt(List.of(bytes("a"), new byte[] {(byte) 0xff})).open()) {
            assertThat(stream.available()).isEqualTo(1);
            assertThat(stream.read()).isEqualTo('a');
            assertThat(stream.read(new byte[0])).isZero();
            assertThat(stream.read()).isEqualTo(0xff);
            assertThat(stream.read()).isEqualTo(-1);
            assertThat(stream.read(new byte[3])).isEqualTo(-1);
            assertThat(stream.available()).isZero();
        }
    }
}
