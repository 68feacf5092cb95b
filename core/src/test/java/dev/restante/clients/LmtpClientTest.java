package dev.restante.clients;

import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.END_OF_DATA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LMTP as swaks and Python's smtplib speak it. Postfix is in {@link PostfixLmtpTest}. */
@Timeout(60)
class LmtpClientTest extends RealClient {
    private static final String DAN = "dan@client.test";
    private static final String DANS_PASSWORD = "pa ss+word/=";

    @Override
    Map<String, String> users() {
        return Map.of(DAN, DANS_PASSWORD);
    }

    @Override
    FakeSmtpServer.Builder configured(FakeSmtpServer.Builder usual) {
        return usual.lmtpPort(0);
    }

    private OutsideProgram.Result swaks(String... arguments) {
        return OutsideProgram.named("swaks", "swaks libnet-ssleay-perl")
                .with("--server", "127.0.0.1:" + smtp.lmtpPort(), "--helo", "client.test", "--from", "ann@client.test")
                .with("--to", "bob@dest.test,eve@dest.test")
                .run(arguments);
    }

    @ParameterizedTest
    @CsvSource({"LMTP, false, false", "LMTPS, true, false", "LMTPA, false, true", "LMTPSA, true, true"})
    void swaksSendsAsItsProtocolsSay(String protocol, boolean secure, boolean loggedIn) {
        if (loggedIn) {
            swaks("--protocol", protocol, "-au", DAN, "-ap", DANS_PASSWORD, "--auth-plaintext")
                    .expectExit(0);
        } else {
            swaks("--protocol", protocol).expectExit(0);
        }
        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().recipientAddresses()).containsExactly("bob@dest.test", "eve@dest.test");
        assertThat(mail.client().tls().isPresent()).isEqualTo(secure);
        assertThat(mail.client().user().isPresent()).isEqualTo(loggedIn);
        lintFindsNoFault(mail);
        SmtpSession session = onlySession();
        assertThat(session.listener()).isEqualTo("LMTP");
        assertThat(session.transcript().clientLines()).first().asString().isEqualTo("LHLO client.test");
        assertThat(session.transcript().replies())
                .filteredOn(reply -> reply.contains("queued as"))
                .hasSize(2);
    }

    /** swaks 20201014 reads one reply behind the body only; what it then takes for the answer to QUIT is the next one. */
    @Test
    void swaksIsToldOfTheFirstRecipient() {
        smtp.script(on(END_OF_DATA).to("bob@*").reply(452, "4.2.2 Full").once());

        assertThat(swaks("--protocol", "LMTP").all()).contains("<** 452 4.2.2 Full");

        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactly("eve@dest.test");
    }

    @Test
    void smtplibIsToldOfEachRecipient() throws URISyntaxException {
        smtp.script(
                on(END_OF_DATA).to("eve@*").reply(452, "4.2.2 Full").once(),
                on(AFTER_COMMIT).to("dan@*").reply(451, "4.3.0 Lost").once());
        Path script = Path.of(Objects.requireNonNull(getClass().getResource("/clients/smtplib_client.py"))
                .toURI());

        OutsideProgram.Result result = OutsideProgram.named("python3", "python3")
                .with("-X", "utf8", script.toString(), "lmtp", "localhost", String.valueOf(smtp.lmtpPort()))
                .run(authority.toString(), DAN, DANS_PASSWORD)
                .expectExit(0);

        assertThat(result.out().lines())
                .containsExactly(
                        "starttls 220",
                        "login 235",
                        "one {}",
                        "bob@dest.test 250",
                        "eve@dest.test 250",
                        "dan@dest.test 250",
                        "data 250 (452, b'4.2.2 Full') 451",
                        "noop 250");
        List<CapturedMail> mails = smtp.awaitMails(2);
        assertThat(mails.get(1).envelope().recipientAddresses()).containsExactly("bob@dest.test", "dan@dest.test");
        assertThat(mails.get(1).acknowledgement("dan@dest.test")).contains(Acknowledgement.LOST);
        assertThat(mails.get(1).acknowledgement("bob@dest.test")).contains(Acknowledgement.SENT);
        cameInTls(mails.get(1), DAN, "CRAM-MD5", false);
    }
}
