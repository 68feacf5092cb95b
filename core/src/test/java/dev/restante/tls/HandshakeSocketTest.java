package dev.restante.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes of a handshake, octet for octet; what clients make of it is shown elsewhere. */
@Timeout(60)
class HandshakeSocketTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String RANDOM = "11".repeat(32);
    private static final String RETRY = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

    /** A socket that has been said something and keeps what is written, a text in hexadecimal digits for each write. */
    private static final class Plain extends Socket {
        private final List<String> writes = new ArrayList<>();
        private final InputStream input = new ByteArrayInputStream(new byte[100]);
        private int timeout;
        private boolean closed;

        @Override
        public InputStream getInputStream() {
            return input;
        }

        @Override
        public OutputStream getOutputStream() {
            return new ByteArrayOutputStream() {
                @Override
                public synchronized void write(byte[] octets, int offset, int length) {
                    writes.add(HexFormat.of().formatHex(octets, offset, offset + length));
                }

                @Override
                public void write(byte[] octets) {
                    write(octets, 0, octets.length);
                }
            };
        }

        @Override
        public synchronized void setSoTimeout(int millis) {
            timeout = millis;
        }

        @Override
        public synchronized int getSoTimeout() {
            return timeout;
        }

        @Override
        public synchronized void close() {
            closed = true;
        }
    }

    private final Plain plain = new Plain();

    private HandshakeSocket socket(ServerIdentity.Course course) throws IOException {
        return new HandshakeSocket(plain, plain.getInputStream(), course, MINUTE);
    }

    private static String hello(String random) {
        String body = "0303" + random + "00130100";
        return "02" + HexFormat.of().toHexDigits(body.length() / 2).substring(2) + body;
    }

    private static String record(String type, String content) {
        return type + "0303" + HexFormat.of().toHexDigits((short) (content.length() / 2)) + content;
    }

    private static void write(HandshakeSocket socket, String hex) throws IOException {
        byte[] octets = HexFormat.of().parseHex(hex);
        socket.getOutputStream().write(octets, 0, octets.length);
        socket.getOutputStream().flush();
    }

    private static void read(HandshakeSocket socket) throws IOException {
        assertThat(socket.getInputStream().read(new byte[10], 0, 10)).isEqualTo(10);
    }

    @Test
    void whatBelongsTogetherGoesOutInOnePieceBeforeTheClientIsHeard() throws IOException {
        HandshakeSocket socket = socket(ServerIdentity.Course.WHOLE);
        write(socket, "1603");
        write(socket, "03000101");
        write(socket, "17030300020203");
        assertThat(plain.writes).isEmpty();

        read(socket);

        assertThat(plain.writes).containsExactly("16030300010117030300020203");
        write(socket, "15");
        socket.done();
        write(socket, "ff");
        assertThat(plain.writes).containsExactly("16030300010117030300020203", "15", "ff");
    }

    /** Pieces of any size, and a certificate that shares the record with the ServerHello. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 1000})
    void theServerHelloIsTheLastThatPasses(int piece) throws IOException {
        HandshakeSocket socket = socket(ServerIdentity.Course.UP_TO_SERVER_HELLO);
        String all = record("16", hello(RANDOM) + "0b000003000000") + record("17", "aabb");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < all.length(); i += 2 * piece) {
                        write(socket, all.substring(i, Math.min(all.length(), i + 2 * piece)));
                    }
                })
                .isInstanceOf(IOException.class);
        socket.flush();

        assertThat(socket.isBrokenOff()).isTrue();
        assertThat(String.join("", plain.writes)).isEqualTo(record("16", hello(RANDOM)));
    }

    /** A ServerHello that asks for another ClientHello does not count (RFC 8446 section 4.1.4). */
    @Test
    void aRetryIsNotTheServersHello() throws IOException {
        String retry = record("16", hello(RETRY)) + record("14", "01");
        String rest = record("16", hello(RANDOM)) + record("17", "aabb");

        HandshakeSocket early = socket(ServerIdentity.Course.UP_TO_SERVER_HELLO);
        write(early, retry);
        read(early);
        assertThat(plain.writes).containsExactly(retry);
        assertThatThrownBy(() -> write(early, rest)).isInstanceOf(IOException.class);
        early.flush();
        assertThat(plain.writes).containsExactly(retry, record("16", hello(RANDOM)));

        plain.writes.clear();
        HandshakeSocket late = socket(ServerIdentity.Course.UP_TO_CLIENT_FINISHED);
        write(late, retry);
        read(late);
        write(late, rest);
        read(late);
        assertThat(plain.writes).containsExactly(retry, rest);
        assertThatThrownBy(() -> write(late, record("14", "01"))).isInstanceOf(IOException.class);
        assertThat(late.isBrokenOff()).isTrue();
        late.flush();
        assertThat(plain.writes).containsExactly(retry, rest);
    }

    @Test
    void theSocketBelowIsClosedOnlyOnceTheHandshakeIsDone() throws IOException {
        HandshakeSocket socket = socket(ServerIdentity.Course.WHOLE);
        socket.close();
        socket.shutdownInput();
        socket.shutdownOutput();
        assertThat(plain.closed).isFalse();
        assertThat(socket.isConnected()).isTrue();

        socket.done();
        socket.close();
        assertThat(plain.closed).isTrue();
    }

    @Test
    void timeRunsOutForTheHandshakeAsAWhole() throws IOException {
        HandshakeSocket socket = socket(ServerIdentity.Course.WHOLE);
        read(socket);
        assertThat(plain.timeout).isBetween(1, 60_000);

        HandshakeSocket late =
                new HandshakeSocket(plain, plain.getInputStream(), ServerIdentity.Course.WHOLE, Duration.ofNanos(1));
        assertThatThrownBy(() -> read(late)).isInstanceOf(SocketTimeoutException.class);
    }
}
