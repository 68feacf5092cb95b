package dev.restante.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.corpus.Courier.Segments;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies made of what matters to the framing, cut anywhere. The seed is in the message of a failure. */
@Timeout(60)
class RandomBodiesTest {
    private static final byte[] OCTETS_THAT_MATTER = {'.', '.', '\r', '\r', '\n', '\n', 'a', 0, (byte) 0xff};
    private static final int BODIES = 1500;

    private static byte[] body(Random random, boolean lines) {
        int length = random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(40);
        byte[] body = new byte[length];
        if (random.nextInt(4) == 0) {
            random.nextBytes(body);
        } else {
            for (int i = 0; i < length; i++) {
                body[i] = OCTETS_THAT_MATTER[random.nextInt(OCTETS_THAT_MATTER.length)];
            }
        }
        if (lines && length > 0) {
            body = Arrays.copyOf(body, length + 2);
            body[length] = '\r';
            body[length + 1] = '\n';
        }
        return body;
    }

    private static Segments segments(Random random, int length) {
        return random.nextInt(3) == 0
                ? Segments.ONE
                : length < 300 ? Segments.random(random) : left -> 1 + random.nextInt(Math.min(left, 20_000));
    }

    @Test
    void comeBackByData() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                Courier courier = Courier.greeted(smtp)) {
            for (int seed = 0; seed < BODIES; seed++) {
                Random random = new Random(seed);
                byte[] body = body(random, true);
                courier.deliverByData(body, segments(random, body.length));
                assertThat(smtp.takeMail().bytes()).as("seed %d", seed).isEqualTo(body);
            }
        }
    }

    @Test
    void comeBackByDataSentAheadOfTheGoAhead() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                Courier courier = Courier.greeted(smtp)) {
            for (int seed = 0; seed < BODIES; seed++) {
                Random random = new Random(seed);
                byte[] body = body(random, true);
                courier.deliverAtOnce(body, segments(random, body.length));
                assertThat(smtp.takeMail().bytes()).as("seed %d", seed).isEqualTo(body);
            }
        }
    }

    @Test
    void comeBackByBdat() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                Courier courier = Courier.greeted(smtp)) {
            for (int seed = 0; seed < BODIES; seed++) {
                Random random = new Random(seed);
                byte[] body = body(random, false);
                courier.deliverByBdat(
                        body,
                        body.length < 300 ? Segments.random(random) : left -> 1 + random.nextInt(Math.min(left, 5_000)),
                        segments(random, body.length));
                assertThat(smtp.takeMail().bytes()).as("seed %d", seed).isEqualTo(body);
            }
        }
    }

    @Test
    void comeBackInsideTls() {
        try (FakeSmtpServer smtp = FakeSmtpServer.builder().smtpsPort(0).build().start();
                Courier courier = Courier.greetedInTls(smtp)) {
            for (int seed = 0; seed < BODIES / 3; seed++) {
                Random random = new Random(seed);
                byte[] body = body(random, true);
                if (random.nextBoolean()) {
                    courier.deliverAtOnce(body, segments(random, body.length));
                } else {
                    courier.deliverByBdat(body, Segments.ONE, segments(random, body.length));
                }
                assertThat(smtp.takeMail().bytes()).as("seed %d", seed).isEqualTo(body);
            }
        }
    }

    /** One client's body may be cut anywhere; what was cut is no mail. */
    @Test
    void areNoMailWhenTheConnectionIsCut() {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            int tries = 300;
            for (int seed = 0; seed < tries; seed++) {
                Random random = new Random(seed);
                byte[] wire = Courier.stuffed(body(random, true));
                try (Courier courier = Courier.greeted(smtp)) {
                    courier.say("MAIL FROM:<a@client.test>", "250");
                    courier.say("RCPT TO:<b@dest.test>", "250");
                    courier.say("DATA", "354");
                    courier.send(Arrays.copyOf(wire, random.nextInt(wire.length)), Segments.ONE);
                }
            }
            while (smtp.openConnections() > 0) {
                Thread.onSpinWait();
            }
            assertThat(smtp.mails()).isEmpty();
            assertThat(smtp.attempts()).hasSize(tries);
        }
    }
}
