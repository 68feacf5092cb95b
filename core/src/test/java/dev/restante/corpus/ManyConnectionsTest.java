package dev.restante.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.SmtpSession;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread plays all clients in turn: each step is said by everybody before anybody goes on. */
@Timeout(60)
class ManyConnectionsTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final List<Courier> couriers = new ArrayList<>();

    @AfterEach
    void close() {
        couriers.forEach(Courier::close);
        smtp.close();
    }

    private void connect(int count) {
        for (int i = 0; i < count; i++) {
            couriers.add(new Courier(smtp));
        }
        all(courier -> courier.expect("220 "));
    }

    private void all(Consumer<Courier> step) {
        couriers.forEach(step);
    }

    private void allSay(String line, String expected) {
        all(courier -> courier.send(line + "\r\n"));
        all(courier -> courier.expect(expected));
    }

    @Test
    void aThousandSendAMailEachWhileAllAreOpen() {
        int count = 1_000;
        connect(count);
        allSay("EHLO many.test", "250");
        allSay("MAIL FROM:<a@client.test>", "250 ");
        for (int i = 0; i < count; i++) {
            couriers.get(i).send("RCPT TO:<user" + i + "@dest.test>\r\n");
        }
        all(courier -> courier.expect("250 "));
        allSay("DATA", "354 ");
        for (int i = 0; i < count; i++) {
            couriers.get(i).send("Subject: mail " + i + "\r\n\r\n" + "x".repeat(2_000) + "\r\n");
        }
        assertThat(smtp.openConnections()).isEqualTo(count);
        assertThat(smtp.mails()).isEmpty();

        allSay(".", "250 2.0.0");

        List<CapturedMail> mails = smtp.awaitMails(count);
        assertThat(mails).hasSize(count);
        assertThat(smtp.openConnections()).isEqualTo(count);
        assertThat(mails)
                .extracting(mail -> mail.envelope().recipientAddresses().get(0) + " "
                        + mail.subject().orElse(""))
                .doesNotHaveDuplicates()
                .allSatisfy(each -> assertThat(each).matches("user(\\d+)@dest.test mail \\1"));
        assertThat(mails).extracting(CapturedMail::sessionId).doesNotHaveDuplicates();
        assertThat(mails).extracting(CapturedMail::acknowledgement).containsOnly(Acknowledgement.SENT);

        allSay("QUIT", "221 ");
        assertThat(smtp.sessions())
                .hasSize(count)
                .allSatisfy(session -> assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.QUIT));
    }

    @Test
    void oneMoreThanTwoThousandIsTurnedAwayUntilAnotherLeaves() {
        connect(2_000);
        try (Courier oneTooMany = new Courier(smtp)) {
            oneTooMany.expect("421 4.");
        }
        assertThat(smtp.attempts())
                .singleElement()
                .satisfies(attempt ->
                        assertThat(attempt.reply().orElseThrow().code()).isEqualTo(421));

        Courier leaving = couriers.remove(0);
        leaving.say("QUIT", "221 ");
        leaving.close();
        while (smtp.openConnections() > 1_999) {
            Thread.onSpinWait();
        }

        try (Courier next = Courier.greeted(smtp)) {
            next.deliverByData(new byte[0], Courier.Segments.ONE);
        }
        assertThat(smtp.takeMail().size()).isZero();
    }

    @Test
    void areGivenUpTogetherWhenTheServerCloses() {
        connect(1_000);

        smtp.close();

        all(courier -> courier.expect("421 "));
        assertThat(smtp.openConnections()).isZero();
    }
}
