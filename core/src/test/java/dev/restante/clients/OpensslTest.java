package dev.restante.clients;

import static dev.restante.Script.on;
import static dev.restante.Stage.STARTTLS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.OutsideProgram;
import dev.restante.SmtpSession;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OpensslTest extends RealClient {
    private OutsideProgram openssl;

    @BeforeEach
    void find() {
        openssl = OutsideProgram.named("openssl", "openssl")
                .with(
                        "s_client",
                        "-CAfile",
                        authority.toString(),
                        "-verify_return_error",
                        "-verify_ip",
                        "127.0.0.1",
                        "-servername",
                        "localhost",
                        "-ign_eof",
                        "-nocommands");
    }

    /** A whole conversation, said in one go. */
    private static String dialogue() {
        String login =
                Base64.getEncoder().encodeToString(("\0" + USER + "\0" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        return String.join(
                "\r\n",
                "EHLO client.test",
                "AUTH PLAIN " + login,
                "MAIL FROM:<ann@client.test>",
                "RCPT TO:<bob@dest.test>",
                "DATA",
                "Subject: by openssl",
                "",
                "hello",
                ".",
                "QUIT",
                "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1_2", "1_3"})
    void sendsAfterStartTls(String version) {
        OutsideProgram.Result result = openssl.reading(dialogue())
                .run("-connect", smtp.host() + ":" + port(), "-starttls", "smtp", "-tls" + version);

        assertThat(result.expectExit(0).out())
                .contains("Verify return code: 0 (ok)")
                .contains("235 2.7.0")
                .contains("queued as")
                .contains("221 2.0.0");
        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        cameFromAnnInTls(mail, "PLAIN", false);
        assertThat(mail.client().tls()).hasValueSatisfying(tls -> {
            assertThat(tls.protocol()).isEqualTo("TLSv" + version.replace('_', '.'));
            assertThat(tls.serverName()).contains("localhost");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"1_2", "1_3"})
    void sendsBySmtps(String version) {
        OutsideProgram.Result result =
                openssl.reading(dialogue()).run("-connect", smtp.host() + ":" + smtpsPort(), "-tls" + version);

        assertThat(result.expectExit(0).out()).contains("220 localhost ESMTP").contains("queued as");
        cameFromAnnInTls(mail("ann@client.test", "bob@dest.test"), "PLAIN", true);
    }

    @Test
    void seesTheWholeChainWithTheServersNames() {
        String shown = openssl.reading("QUIT\r\n")
                .run("-connect", smtp.host() + ":" + smtpsPort(), "-verify_hostname", "localhost")
                .expectExit(0)
                .out();

        assertThat(shown).contains("Verify return code: 0 (ok)").contains("Certificate chain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1", "-tls1_1"})
    void cannotUseAnOldVersion(String version) {
        openssl.run("-connect", smtp.host() + ":" + smtpsPort(), version).expectFailure();

        nothingStored();
        assertThat(onlySession().tls()).isEmpty();
    }

    @Test
    void reportsThatStartTlsIsRefused() {
        smtp.script(on(STARTTLS).reply(454, "4.7.0 TLS not available").once());

        openssl.run("-connect", smtp.host() + ":" + port(), "-starttls", "smtp").expectFailure();

        assertThat(onlySession().tls()).isEmpty();
        assertThat(onlySession().outcome()).isIn(SmtpSession.Outcome.CLIENT_CLOSED, SmtpSession.Outcome.CLIENT_BROKE);
    }
}
