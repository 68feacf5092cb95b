package dev.restante.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Attempt;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.WireDialogue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The memory that the bodies under way share. */
@Timeout(60)
class BodyRoomTest {
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().maxBytesInFlight(1_000_000).build().start();

    @AfterEach
    void close() {
        server.close();
    }

    private WireDialogue inEnvelope() {
        return envelope(WireDialogue.greeted(server));
    }

    private static WireDialogue envelope(WireDialogue client) {
        return client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test>", "250 ");
    }

    private static WireDialogue chunk(WireDialogue client, int size, String last, String reply) {
        return client.sendRaw("BDAT " + size + last + "\r\n" + "x".repeat(size)).expect(reply);
    }

    @Test
    void aLoneBodyFindsRoomHoweverLarge() {
        try (WireDialogue client = inEnvelope()) {
            chunk(client, 3_000_000, " LAST", "250 2.0.0 ");
        }
        assertThat(server.takeMail().size()).isEqualTo(3_000_000);
    }

    @Test
    void aBodyThatFindsNoRoomIsReadToItsEndAndRefused() {
        try (WireDialogue first = inEnvelope();
                WireDialogue second = inEnvelope()) {
            chunk(first, 800_000, "", "250 2.0.0 800000 octets received");
            second.say("DATA", "354 ")
                    .sendRaw("y".repeat(500_000) + "\r\n.\r\n")
                    .expect("452 4.3.1 Too many large messages are arriving at once; try again later")
                    .say("NOOP", "250 ");
            assertThat(server.attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED));

            chunk(first, 10, " LAST", "250 2.0.0 ");
            assertThat(server.takeMail().size()).isEqualTo(800_010);

            envelope(second);
            chunk(second, 500_000, " LAST", "250 2.0.0 ");
            assertThat(server.takeMail().size()).isEqualTo(500_000);
        }
    }

    @Test
    void aChunkThatFindsNoRoomIsRefusedAndEndsTheTransaction() {
        try (WireDialogue first = inEnvelope();
                WireDialogue second = inEnvelope()) {
            chunk(first, 800_000, "", "250 2.0.0 ");
            chunk(second, 500_000, "", "452 4.3.1 ");
            chunk(second, 5, " LAST", "503 5.5.1 ");
            chunk(first, 5, " LAST", "250 2.0.0 ");
        }
    }

    @Test
    void aSmallBodyFindsRoomBesideLargeOnes() {
        try (WireDialogue first = inEnvelope();
                WireDialogue second = inEnvelope()) {
            chunk(first, 1_000_000, "", "250 2.0.0 ");
            chunk(second, 60_000, " LAST", "250 2.0.0 ");
        }
    }

    @Test
    void whoLeavesGivesItsRoomBack() {
        try (WireDialogue first = inEnvelope()) {
            chunk(first, 900_000, "", "250 2.0.0 ");
            envelope(first.say("RSET", "250 "));
            chunk(first, 900_000, "", "250 2.0.0 ");
        }
        Eventually.isTrue("the first client has left", () -> server.openConnections() == 0);
        try (WireDialogue second = inEnvelope();
                WireDialogue third = inEnvelope()) {
            chunk(second, 400_000, "", "250 2.0.0 ");
            chunk(third, 400_000, " LAST", "250 2.0.0 ");
        }
    }
}
