package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Rule;
import dev.restante.SmtpSession;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exim, whose bodies come by BDAT, and which defers, retries and bounces in manners of its own. */
@Timeout(120)
class EximTest extends RealClient {
    private static final String ANN = "ann@client.test";
    private static final String BOB = "bob@dest.test";
    private static final String EVE = "eve@dest.test";
    private static final String LETTER = "From: ann@client.test\nSubject: hello\n\nfirst\n.\n..last\n";

    private Exim exim;

    @Override
    Map<String, String> users() {
        return Map.of(ANN, "pa ss+word/=");
    }

    @Override
    FakeSmtpServer.Builder configured(FakeSmtpServer.Builder usual) {
        return usual.lmtpPort(0);
    }

    @BeforeEach
    void startExim() throws IOException {
        exim = Exim.sendingTo(smtp);
    }

    @AfterEach
    void stopExim() {
        if (exim != null) {
            exim.close();
        }
    }

    private void isDelivered(String id) throws IOException {
        assertThat(exim.log(id)).last().asString().startsWith("Completed");
        assertThat(exim.waiting()).isEmpty();
    }

    @Test
    void bodiesComeInChunks() throws IOException {
        String id = exim.send(LETTER, ANN, BOB, EVE);

        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().recipientAddresses()).containsExactlyInAnyOrder(BOB, EVE);
        assertThat(mail.text()).contains("first\r\n.\r\n..last\r\n");
        cameInPlainText(mail);
        isDelivered(id);
        assertThat(exim.log(id))
                .filteredOn(line -> line.startsWith("=>"))
                .allSatisfy(line -> assertThat(line).contains("queued as " + mail.id()));
        assertThat(onlySession().transcript().clientLines())
                .anyMatch(line -> line.matches("BDAT \\d+ LAST"))
                .contains("QUIT");
        lintFindsNoFault(mail);
    }

    @Test
    void bodiesComeByDataWhereChunksAreNotOffered() throws IOException {
        smtp.script(on(EHLO).hide("CHUNKING").once());

        isDelivered(exim.send(LETTER, ANN, BOB));

        assertThat(smtp.takeMail().text()).contains("first\r\n.\r\n..last\r\n");
        assertThat(onlySession().transcript().clientLines()).contains("DATA");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mailComesWithAndWithoutPipelining(boolean offered) throws IOException {
        if (!offered) {
            smtp.script(on(EHLO).hide("PIPELINING", "PIPECONNECT").once());
        }
        isDelivered(exim.send(LETTER, ANN, BOB, EVE));
        assertThat(smtp.takeMail().envelope().recipients()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({Exim.LOGIN + ", PLAIN", Exim.CRAM + ", CRAM-MD5"})
    void mailComesInsideTlsAfterALogin(String domain, String mechanism) throws IOException {
        isDelivered(exim.send(LETTER, ANN, "bob@" + domain));

        cameInTls(smtp.takeMail(), ANN, mechanism, false);
    }

    @ParameterizedTest
    @CsvSource({Exim.SECURE + ", false", Exim.SMTPS + ", true"})
    void mailComesInsideTls(String domain, boolean implicit) throws IOException {
        isDelivered(exim.send(LETTER, ANN, "bob@" + domain));

        assertThat(smtp.takeMail().client().tls())
                .hasValueSatisfying(tls -> assertThat(tls.implicit()).isEqualTo(implicit));
    }

    // ---- deferred and tried again

    static Stream<Arguments> deferrals() {
        return Stream.of(
                Arguments.of(on(CONNECT).reply(421, "4.3.2 Closing").once(), "421 4.3.2 Closing"),
                Arguments.of(on(CONNECT).closeConnection().once(), ""),
                Arguments.of(on(MAIL_FROM).reply(451, "4.3.0 No").once(), "451 4.3.0 No"),
                Arguments.of(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once(), "450 4.2.1 Mailbox busy"),
                Arguments.of(on(DATA).reply(451, "4.3.0 Not now").once(), "451 4.3.0 Not now"),
                Arguments.of(on(END_OF_DATA).reply(452, "4.3.1 Full").once(), "452 4.3.1 Full"),
                Arguments.of(midData(50).resetConnection().once(), ""),
                Arguments.of(on(END_OF_DATA).cutReply(3).once(), ""));
    }

    @ParameterizedTest
    @MethodSource("deferrals")
    void whatFailsForNowIsTriedAgain(Rule fault, String reason) throws IOException {
        smtp.script(fault);

        String id = exim.send(LETTER, ANN, BOB);

        assertThat(exim.waiting()).containsExactly(BOB);
        assertThat(String.join("\n", exim.log(id))).contains(reason);

        smtp.clear();
        exim.flush();
        isDelivered(id);
        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactly(BOB);
        assertThat(smtp.unfired()).isEmpty();
    }

    @Test
    void aLostAcknowledgementMeansTheMailTwice() throws IOException {
        smtp.script(on(AFTER_COMMIT).resetConnection().once());

        String id = exim.send(LETTER, ANN, BOB);
        assertThat(exim.waiting()).containsExactly(BOB);
        exim.flush();
        isDelivered(id);

        List<CapturedMail> mails = smtp.awaitMails(2);
        assertThat(mails.get(0).acknowledgement()).isEqualTo(Acknowledgement.LOST);
        assertThat(mails.get(0).messageId()).isEqualTo(mails.get(1).messageId());
    }

    // ---- returned

    @Test
    void whatIsRefusedForGoodIsReturned() throws IOException {
        smtp.script(on(RCPT_TO).to("bob@*").reply(550, "5.1.1 No such user").once());

        exim.send(LETTER, ANN, BOB, EVE);
        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactly(EVE);
        exim.flush();

        CapturedMail report = smtp.takeMail();
        assertThat(report.envelope().sender().address()).isEmpty();
        assertThat(report.envelope().recipientAddresses()).containsExactly(ANN);
        assertThat(report.text().orElseThrow()).contains(BOB).contains("550 5.1.1 No such user");
        assertThat(exim.waiting()).isEmpty();
    }

    // ---- TLS

    static Stream<Arguments> tlsFaults() {
        return Stream.of(
                Arguments.of(on(TLS_HANDSHAKE).expiredCertificate().once()),
                Arguments.of(on(TLS_HANDSHAKE).untrustedCertificate().once()),
                Arguments.of(on(TLS_HANDSHAKE).wrongHostCertificate().once()),
                Arguments.of(on(TLS_HANDSHAKE).cutHandshake().once()),
                Arguments.of(on(STARTTLS).reply(454, "4.7.0 TLS not available").once()),
                Arguments.of(on(EHLO).hide("STARTTLS").once()));
    }

    @ParameterizedTest
    @MethodSource("tlsFaults")
    void mailThatMustGoInsideTlsWaits(Rule fault) throws IOException {
        smtp.script(fault);

        String id = exim.send(LETTER, ANN, "bob@" + Exim.SECURE);

        assertThat(exim.waiting()).containsExactly("bob@" + Exim.SECURE);
        nothingStored();
        exim.flush();
        isDelivered(id);
        assertThat(smtp.takeMail().client().tls()).isPresent();
        assertThat(smtp.unfired()).isEmpty();
    }

    // ---- LMTP

    @Test
    void onLmtpOnlyWhoWasRefusedIsTriedAgain() throws IOException {
        smtp.script(on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Full").once());

        String id = exim.send(LETTER, ANN, "bob@" + Exim.LMTP, "eve@" + Exim.LMTP);

        assertThat(exim.waiting()).contains("bob@" + Exim.LMTP);
        assertThat(String.join("\n", exim.log(id))).contains("452 4.2.2 Full");
        CapturedMail first = smtp.takeMail();
        assertThat(first.envelope().recipientAddresses()).containsExactly("eve@" + Exim.LMTP);
        assertThat(first.session()).map(SmtpSession::listener).contains("LMTP");
        exim.flush();
        isDelivered(id);
        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactly("bob@" + Exim.LMTP);
        assertThat(smtp.attempts()).filteredOn(Attempt::isTransaction).hasSize(2);
    }
}
