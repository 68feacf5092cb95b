package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.LintCheck;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MsmtpTest extends RealClient {
    private static final String MAIL = """
            From: ann@client.test
            To: bob@dest.test
            Date: Thu, 1 Jan 2026 10:00:00 +0000
            Message-ID: <1@client.test>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=UTF-8
            Content-Transfer-Encoding: 8bit
            Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=

            .first
            .
            läst
            """;

    /** sysexits.h: the codes that msmtp ends with. */
    private static final int EX_UNAVAILABLE = 69;

    private static final int EX_IOERR = 74;
    private static final int EX_PROTOCOL = 76;
    private static final int EX_NOPERM = 77;

    private OutsideProgram msmtp;

    @BeforeEach
    void find() {
        msmtp = OutsideProgram.named("msmtp", "msmtp")
                .with("--host=" + smtp.host(), "--domain=client.test", "--from=ann@client.test", "--timeout=20")
                .reading(MAIL);
    }

    private OutsideProgram.Result send(String... arguments) {
        return msmtp.with("--port=" + port()).run(arguments);
    }

    private String passwordEval() throws IOException {
        return "--passwordeval=cat " + Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    }

    @Test
    void sendsInPlainText() {
        send("bob@dest.test", "eve@dest.test").expectExit(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test", "eve@dest.test");
        cameInPlainText(mail);
        assertThat(mail.client().heloName()).contains("client.test");
        assertThat(mail.bytes()).isEqualTo(MAIL.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        assertThat(mail.subject()).contains("Grüße");
        lintFindsNoFault(mail, LintCheck.EIGHT_BIT_UNDECLARED); // msmtp knows no BODY=8BITMIME
    }

    @Test
    void sendsMailOf7BitWithoutFault() {
        msmtp.reading(MAIL.replace("8bit", "7bit").replace("läst", "last"))
                .with("--port=" + port())
                .run("bob@dest.test")
                .expectExit(0);

        lintFindsNoFault(mail("ann@client.test", "bob@dest.test"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"})
    void sendsAfterStartTlsAndLogin(String mechanism) throws IOException {
        send(
                        "--tls=on",
                        "--tls-starttls=on",
                        "--tls-trust-file=" + authority,
                        "--auth=" + mechanism.toLowerCase(Locale.ROOT),
                        "--user=" + USER,
                        passwordEval(),
                        "bob@dest.test")
                .expectExit(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        cameFromAnnInTls(mail, mechanism, false);
        lintFindsNoFault(mail, LintCheck.EIGHT_BIT_UNDECLARED);
    }

    @Test
    void sendsBySmtps() throws IOException {
        msmtp.run(
                        "--port=" + smtpsPort(),
                        "--tls=on",
                        "--tls-starttls=off",
                        "--tls-trust-file=" + authority,
                        "--auth=plain",
                        "--user=" + USER,
                        passwordEval(),
                        "bob@dest.test")
                .expectExit(0);

        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test"), "PLAIN", true);
    }

    @Test
    void speaksDeliveryStatusNotifications() {
        send("--dsn-notify=success,failure", "--dsn-return=hdrs", "bob@dest.test")
                .expectExit(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        assertThat(mail.envelope().sender().parameters().ret()).contains("HDRS");
        assertThat(mail.envelope().recipients().get(0).parameters().notifyOn()).containsExactly("SUCCESS", "FAILURE");
    }

    @Test
    void showsWhatTheServerOffers() {
        assertThat(send("--serverinfo").expectExit(0).out())
                .contains("localhost ESMTP Restante")
                .contains("SIZE 52428800")
                .contains("PIPELINING", "DSN", "STARTTLS")
                .contains("CRAM-MD5");
    }

    /** What is refused differs: a password, a proof, and tokens, of which the server complains in a challenge first. */
    @ParameterizedTest
    @ValueSource(strings = {"LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"})
    void reportsThatItsLoginIsRefusedByAnyMechanism(String mechanism) {
        assertThat(send(
                                "--auth=" + mechanism.toLowerCase(Locale.ROOT),
                                "--user=" + USER,
                                "--passwordeval=echo wrong",
                                "--tls=on",
                                "--tls-trust-file=" + authority,
                                "bob@dest.test")
                        .expectExit(EX_NOPERM)
                        .err())
                .contains("535 5.7.8");

        assertThat(onlyAttempt().client().authentication()).hasValueSatisfying(login -> {
            assertThat(login.mechanism()).isEqualTo(mechanism);
            assertThat(login.identity()).isEqualTo(USER);
        });
    }

    @Test
    void reportsThatItsLoginIsRefused() {
        assertThat(send("--auth=plain", "--user=" + USER, "--passwordeval=echo wrong", "--tls=off", "bob@dest.test")
                        .expectExit(EX_NOPERM)
                        .err())
                .contains("535 5.7.8");

        nothingStored();
    }

    @Test
    void reportsThatOneOfItsRecipientsIsRefused() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").always());

        assertThat(send("bob@dest.test", "eve@dest.test").expectFailure().err())
                .contains("recipient address eve@dest.test not accepted by the server")
                .contains("550 5.1.1 No such mailbox");

        nothingStored();
    }

    @Test
    void reportsThatItsOnlyRecipientIsBusy() {
        smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());

        assertThat(send("bob@dest.test").expectExit(EX_UNAVAILABLE).err()).contains("450 4.2.1 Mailbox busy");

        nothingStored();
    }

    @Test
    void reportsThatItIsNotGreeted() {
        smtp.script(on(CONNECT).reply(421, "4.3.2 Come back later").once());

        assertThat(send("bob@dest.test").expectExit(EX_PROTOCOL).err()).contains("421 4.3.2 Come back later");

        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
    }

    @Test
    void reportsThatItsMailIsRefusedAtTheEnd() {
        smtp.script(on(END_OF_DATA).reply(554, "5.7.1 Looks like spam").once());

        assertThat(send("bob@dest.test").expectExit(EX_UNAVAILABLE).err()).contains("554 5.7.1 Looks like spam");

        nothingStored();
    }

    @Test
    void reportsThatTheConnectionBrokeInTheBody() {
        smtp.script(midData(20).resetConnection().once());

        send("bob@dest.test").expectExit(EX_IOERR);

        nothingStored();
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
    }
}
