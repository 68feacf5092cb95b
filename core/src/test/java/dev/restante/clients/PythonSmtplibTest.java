package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.LintCheck;
import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PythonSmtplibTest extends RealClient {
    /** Somebody whose password smtplib can send: it knows ASCII only. */
    private static final String DAN = "dan@client.test";

    private static final String DANS_PASSWORD = "pa ss+word/=";

    @Override
    Map<String, String> users() {
        return Map.of(DAN, DANS_PASSWORD);
    }

    private OutsideProgram python;

    @BeforeEach
    void find() throws URISyntaxException {
        Path script = Path.of(Objects.requireNonNull(getClass().getResource("/clients/smtplib_client.py"))
                .toURI());
        python = OutsideProgram.named("python3", "python3").with("-X", "utf8", script.toString());
    }

    private OutsideProgram.Result send(String what) {
        return python.run(what, smtp.host(), port(), authority.toString(), DAN, DANS_PASSWORD);
    }

    @Test
    void sendsMessagesWithAttachments() {
        assertThat(send("plain").expectExit(0).out()).isEqualTo("refused {}\n");

        CapturedMail mail = mail("ann@client.test", "bob@dest.test", "hidden@dest.test", "eve@dest.test");
        cameInPlainText(mail);
        assertThat(mail.client().heloName()).contains("client.test");
        assertThat(mail.subject()).contains("Grüße aus Köln – " + "sehr ".repeat(20) + "lang");
        assertThat(mail.messageId()).contains("1@client.test");
        assertThat(mail.cc()).extracting(MailAddress::address).containsExactly("eve@dest.test");
        assertThat(mail.bcc()).isEmpty();
        assertThat(mail.text().orElseThrow().lines())
                .containsExactly("Grüß Gott", ".a line with a dot", ".", "x".repeat(1200));
        assertThat(mail.html().orElseThrow()).contains("<p>Grüß <b>Gott</b>");
        assertThat(mail.message().byContentId("dot@client.test").orElseThrow().bytes())
                .isEqualTo("\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1));
        List<MimePart> attachments = mail.attachments();
        assertThat(attachments.get(0).fileName()).contains("Übersicht für alle.bin");
        assertThat(attachments.get(0).bytes()).hasSize(256).startsWith(0, 1, 2).endsWith(254, 255);
        assertThat(attachments.get(1).fileName()).contains("t.csv");
        assertThat(attachments.get(1).text()).isEqualToNormalizingNewlines("a,b\n1,2\n");
        assertThat(mail.message().nestedMessages())
                .extracting(MailMessage::subject)
                .singleElement()
                .satisfies(subject -> assertThat(subject).contains("inner"));
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
        // What EmailMessage made 8bit goes out without BODY=8BITMIME.
        lintFindsNoFault(mail, LintCheck.EIGHT_BIT_UNDECLARED);
    }

    @Test
    void sendsAfterStartTlsAndLogin() {
        assertThat(send("starttls").expectExit(0).out()).isEqualTo("starttls 220\nlogin 235\nrefused {}\n");

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        cameInTls(mail, DAN, "CRAM-MD5", false);
        lintFindsNoFault(mail);
    }

    @Test
    void sendsBySmtps() {
        assertThat(python.run("smtps", smtp.host(), smtpsPort(), authority.toString(), DAN, DANS_PASSWORD)
                        .expectExit(0)
                        .out())
                .isEqualTo("login 235\nrefused {}\n");

        cameInTls(mail("ann@client.test", "bob@dest.test"), DAN, "CRAM-MD5", true);
    }

    @Test
    void reportsThatItsLoginIsRefused() {
        assertThat(python.run("starttls", smtp.host(), port(), authority.toString(), DAN, "wrong")
                        .expectExit(1)
                        .out())
                .contains("SMTPAuthenticationError (535")
                .contains("5.7.8");

        nothingStored();
    }

    @Test
    void sendsToAddressesBeyondAscii() {
        assertThat(send("utf8").expectExit(0).out()).isEqualTo("refused {}\n");

        CapturedMail mail = mail("änn@bücher.test", "böb@dest.test");
        assertThat(mail.envelope().sender().parameters().has("SMTPUTF8")).isTrue();
        assertThat(mail.envelope().sender().parameters().body()).contains("8BITMIME");
        assertThat(mail.from()).extracting(MailAddress::address).containsExactly("änn@bücher.test");
        assertThat(mail.subject().orElseThrow()).startsWith("Grüße aus Köln");
    }

    @Test
    void sendsToTheRecipientsThatAreTakenAndNamesTheOthers() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").times(2));

        assertThat(send("three").expectExit(0).out()).isEqualTo("""
                        0 refused {'eve@dest.test': (550, b'5.1.1 No such mailbox')}
                        1 refused {'eve@dest.test': (550, b'5.1.1 No such mailbox')}
                        2 refused {}
                        """);

        assertThat(smtp.mails())
                .extracting(mail -> mail.envelope().recipientAddresses())
                .containsExactly(
                        List.of("bob@dest.test"), List.of("bob@dest.test"), List.of("bob@dest.test", "eve@dest.test"));
    }

    @Test
    void goesOnAfterRefusals() {
        smtp.script(
                on(MAIL_FROM).nthInConnection(1).reply(450, "4.7.1 Greylisted").once(),
                on(END_OF_DATA).reply(554, "5.6.0 No").once());

        assertThat(send("three").expectExit(0).out()).isEqualTo("""
                        0 SMTPSenderRefused (450, b'4.7.1 Greylisted', 'ann@client.test')
                        1 SMTPDataError (554, b'5.6.0 No')
                        2 refused {}
                        """);

        assertThat(mail("ann@client.test", "bob@dest.test", "eve@dest.test").subject())
                .contains("number 2");
    }

    @Test
    void reportsThatItIsNotGreeted() {
        smtp.script(on(CONNECT).reply(421, "4.3.2 Come back later").once());

        assertThat(send("plain").expectExit(1).out()).isEqualTo("SMTPConnectError (421, b'4.3.2 Come back later')\n");
    }

    @Test
    void reportsThatTheConnectionBrokeInTheBody() {
        smtp.script(midData(512).resetConnection().once());

        assertThat(send("plain").expectExit(1).out()).containsAnyOf("reset", "Broken pipe", "SMTPServerDisconnected");

        nothingStored();
        assertThat(onlySession().outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET);
    }

    @Test
    void doesNotLearnThatItsMailWasStored() {
        smtp.script(on(AFTER_COMMIT).closeConnection().once());

        assertThat(send("plain").expectExit(1).out()).contains("SMTPServerDisconnected");

        assertThat(smtp.takeMail().acknowledgement()).hasToString("LOST");
    }

    @Test
    void hearsTheOtherCommandsAnswered() {
        assertThat(send("others").expectExit(0).out().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("size 52428800"),
                        line -> assertThat(line).startsWith("noop (250, b'2."),
                        line -> assertThat(line).startsWith("vrfy (252, b'2."),
                        line -> assertThat(line).isEqualTo("expn 502"),
                        line -> assertThat(line).startsWith("help b'"),
                        line -> assertThat(line).startsWith("rset (250, b'2."));
    }
}
