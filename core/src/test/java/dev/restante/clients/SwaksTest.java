package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SwaksTest extends RealClient {
    private OutsideProgram swaks;

    @BeforeEach
    void find() {
        swaks = OutsideProgram.named("swaks", "swaks libnet-ssleay-perl")
                .with("--server", smtp.host(), "--port", port(), "--helo", "client.test", "--from", "ann@client.test");
    }

    private OutsideProgram.Result send(String... arguments) {
        return swaks.run(arguments);
    }

    @Test
    void sendsInPlainText() throws IOException {
        Path picture = Files.write(folder.resolve("dot.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2});

        send(
                        "--to",
                        "bob@dest.test,eve@dest.test",
                        "--header",
                        "Subject: by swaks",
                        "--body",
                        "first\n.lone\n.\nlast",
                        "--attach-type",
                        "image/png",
                        "--attach",
                        "@" + picture)
                .expectExit(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test", "eve@dest.test");
        cameInPlainText(mail);
        assertThat(mail.client().heloName()).contains("client.test");
        assertThat(mail.subject()).contains("by swaks");
        assertThat(mail.text().orElseThrow().replace("\r", "")).startsWith("first\n.lone\n.\nlast");
        assertThat(mail.attachments()).singleElement().satisfies(part -> {
            assertThat(part.contentType()).isEqualTo("image/png");
            assertThat(part.fileName()).contains("dot.png");
            assertThat(part.bytes()).isEqualTo(Files.readAllBytes(picture));
        });
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
        lintFindsNoFault(mail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5"})
    void sendsAfterStartTlsAndLogin(String mechanism) {
        tlsNeeded();

        send(
                        "--to",
                        "bob@dest.test",
                        "-tls",
                        "--tls-verify",
                        "--tls-ca-path",
                        authority.toString(),
                        "--auth",
                        mechanism,
                        "--auth-user",
                        USER,
                        "--auth-password",
                        PASSWORD)
                .expectExit(0);

        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test"), mechanism, false);
    }

    @Test
    void sendsBySmtps() {
        tlsNeeded();

        send(
                        "--to",
                        "bob@dest.test",
                        "--port",
                        smtpsPort(),
                        "-tlsc",
                        "--tls-verify",
                        "--tls-ca-path",
                        authority.toString(),
                        "--auth",
                        "PLAIN",
                        "--auth-user",
                        USER,
                        "--auth-password",
                        PASSWORD)
                .expectExit(0);

        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test"), "PLAIN", true);
    }

    private void tlsNeeded() {
        OutsideProgram.needed(
                swaks.run("--support").all().contains("TLS supported"),
                "swaks cannot do TLS. To run this test: apt-get install libnet-ssleay-perl");
    }

    @Test
    void reportsThatItsLoginIsRefused() {
        assertThat(send("--to", "bob@dest.test", "-a", "PLAIN", "-au", USER, "-ap", "wrong")
                        .expectExit(28)
                        .all())
                .contains("535 5.7.8");

        nothingStored();
    }

    @Test
    void sendsToTheRecipientsThatAreTaken() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").always());

        assertThat(send("--to", "bob@dest.test,eve@dest.test").expectExit(0).all())
                .contains("<** 550 5.1.1 No such mailbox");

        mail("ann@client.test", "bob@dest.test");
        assertThat(onlyAttempt().deliveredTo("eve@dest.test")).isFalse();
    }

    @Test
    void reportsThatItsOnlyRecipientIsBusy() {
        smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").once());

        assertThat(send("--to", "bob@dest.test").expectExit(24).all()).contains("<** 450 4.2.1 Mailbox busy");

        nothingStored();
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.REFUSED);
    }

    @Test
    void reportsThatItIsNotGreeted() {
        smtp.script(on(CONNECT).reply(421, "4.3.2 Come back later").once());

        assertThat(send("--to", "bob@dest.test").expectExit(21).all()).contains("<** 421 4.3.2 Come back later");

        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
    }

    @Test
    void reportsThatItsMailIsRefusedAtTheEnd() {
        smtp.script(on(END_OF_DATA)
                .header("Subject", "*win*")
                .reply(554, "5.7.1 Looks like spam\nto all of us")
                .once());

        assertThat(send("--to", "bob@dest.test", "--header", "Subject: you win")
                        .expectExit(26)
                        .all())
                .contains("<** 554-5.7.1 Looks like spam")
                .contains("<** 554 5.7.1 to all of us");

        nothingStored();
    }

    @Test
    void reportsThatTheConnectionBrokeInTheBody() {
        smtp.script(midData(20).resetConnection().once());

        assertThat(send("--to", "bob@dest.test").expectFailure().all()).contains("***");

        nothingStored();
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
        assertThat(onlyAttempt().outcome()).isEqualTo(Attempt.Outcome.ABORTED);
    }
}
