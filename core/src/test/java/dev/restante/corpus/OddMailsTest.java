package dev.restante.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.corpus.Courier.Segments;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever octets a client sends come back as it sent them, and can be looked at. */
@Timeout(60)
class OddMailsTest {
    private static final Map<String, byte[]> ODD_MAILS = OddMails.all();

    private static FakeSmtpServer smtp;
    private static Courier courier;

    @BeforeAll
    static void connect() {
        smtp = FakeSmtpServer.create().start();
        courier = Courier.greeted(smtp);
    }

    @AfterAll
    static void close() {
        courier.close();
        smtp.close();
    }

    @AfterEach
    void forget() {
        smtp.clear();
    }

    static Stream<String> names() {
        return ODD_MAILS.keySet().stream();
    }

    private static byte[] mail(String name) {
        return ODD_MAILS.get(name);
    }

    /** What DATA can carry: a body that does not end in CRLF is given one by its client. */
    private static byte[] asLines(byte[] body) {
        int size = body.length;
        if (size == 0 || (size > 1 && body[size - 2] == '\r' && body[size - 1] == '\n')) {
            return body;
        }
        byte[] longer = Arrays.copyOf(body, size + 2);
        longer[size] = '\r';
        longer[size + 1] = '\n';
        return longer;
    }

    private static void comesBack(byte[] body) {
        CapturedMail mail = smtp.takeMail();
        // Not assertThat(bytes): it would print megabytes.
        assertThat(Arrays.mismatch(mail.bytes(), body))
                .as("first octet that differs")
                .isEqualTo(-1);
        assertThat(mail.size()).isEqualTo(body.length);
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackAsSentByData(String name) {
        byte[] body = asLines(mail(name));

        courier.deliverByData(body, Segments.ONE);

        comesBack(body);
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackAsSentByDataInAnySegments(String name) {
        byte[] body = asLines(mail(name));

        courier.deliverByData(
                body, body.length < 300 ? Segments.SINGLE : left -> Math.min(left, left % 2 == 0 ? 1 : 65_537));

        comesBack(body);
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackWhenTheBodyIsSentAheadOfTheGoAhead(String name) {
        byte[] body = asLines(mail(name));

        courier.deliverAtOnce(body, Segments.ONE);

        comesBack(body);
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackAsSentByBdat(String name) {
        byte[] body = mail(name);

        courier.deliverByBdat(body, Segments.ONE, Segments.ONE);

        comesBack(body);
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackAsSentByBdatInAnyChunks(String name) {
        byte[] body = mail(name);
        Random random = new Random(body.length);

        courier.deliverByBdat(
                body,
                body.length < 300 ? Segments.random(random) : left -> 1 + random.nextInt(Math.min(left, 50_000)),
                Segments.ONE);

        comesBack(body);
    }

    @ParameterizedTest
    @MethodSource("names")
    void canBeLookedAt(String name) {
        courier.deliverByBdat(mail(name), Segments.ONE, Segments.ONE);

        assertThat(Interrogation.of(smtp.takeMail())).isGreaterThan(20);
    }

    @Test
    void saysWhatItCouldNotRead() {
        courier.deliverByBdat(mail("50 levels of multipart, none closed"), Segments.ONE, Segments.ONE);

        CapturedMail mail = smtp.takeMail();
        assertThat(mail.problems()).isNotEmpty();
        assertThat(mail.text()).contains("innermost\r\n");
    }
}
