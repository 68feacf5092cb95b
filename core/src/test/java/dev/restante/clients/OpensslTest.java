package dev.restante.clients;

import static dev.restante.Script.on;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.OutsideProgram;
import dev.restante.Rule;
import dev.restante.SmtpSession;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(on(TLS_HANDSHAKE).expiredCertificate().once(), "certificate has expired"),
                Arguments.of(on(TLS_HANDSHAKE).notYetValidCertificate().once(), "certificate is not yet valid"),
                Arguments.of(on(TLS_HANDSHAKE).wrongHostCertificate().once(), "IP address mismatch"),
                Arguments.of(
                        on(TLS_HANDSHAKE).untrustedCertificate().once(),
                        "self-signed certificate in certificate chain"),
                Arguments.of(on(TLS_HANDSHAKE).selfSignedCertificate().once(), "self-signed certificate"),
                Arguments.of(on(TLS_HANDSHAKE).weakKeyCertificate().once(), "EE certificate key too weak"),
                Arguments.of(on(TLS_HANDSHAKE).cutHandshake().once(), "unexpected eof"),
                Arguments.of(on(TLS_HANDSHAKE).cutHandshakeAfterServerHello().once(), "unexpected eof"),
                Arguments.of(on(TLS_HANDSHAKE).goOnInPlainText().once(), "wrong version number"));
    }

    /** Inside TLS 1.3 this client says it in plain text, where its server waits for protected records. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void whatItHasAgainstTheCertificateIsUnderstood(String version) {
        smtp.script(on(TLS_HANDSHAKE).expiredCertificate().once());
        openssl.run("-connect", smtp.host() + ":" + smtpsPort(), version).expectFailure();
        allEnded();
        assertThat(smtp.attempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.reason())
                        .contains("the client broke it off with the alert certificate_expired: to it, the server's"
                                + " certificate has expired or is not valid yet"));
    }

    @Test
    void aResumedSessionTellsTheNameThatWasAskedForThisTime(@TempDir Path folder) {
        String session = folder.resolve("session.pem").toString();
        for (String[] more : new String[][] {
            {"-servername", "one.test", "-sess_out", session}, {"-servername", "two.test", "-sess_in", session}
        }) {
            String[] all = Stream.concat(
                            Stream.of("-connect", smtp.host() + ":" + smtpsPort(), "-tls1_2"), Stream.of(more))
                    .toArray(String[]::new);
            String out = openssl.reading("QUIT\r\n").run(all).expectExit(0).out();
            assertThat(out).contains(more[1].equals("two.test") ? "Reused, TLSv1.2" : "New, TLSv1.2");
        }
        allEnded();
        assertThat(smtp.sessions())
                .extracting(each -> each.tls().orElseThrow().serverName().orElse(""))
                .containsExactly("one.test", "two.test");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void reportsWhatIsWrongWithTheHandshake(Rule fault, String complaint) {
        for (boolean startTls : new boolean[] {false, true}) {
            smtp.clearScript();
            smtp.script(fault);
            OutsideProgram.Result result = startTls
                    ? openssl.run("-connect", smtp.host() + ":" + port(), "-starttls", "smtp")
                    : openssl.run("-connect", smtp.host() + ":" + smtpsPort());

            assertThat(result.expectFailure().all()).contains(complaint);
            assertThat(smtp.unfired()).isEmpty();
        }
        allEnded();
        assertThat(smtp.attempts())
                .hasSize(2)
                .allSatisfy(attempt -> assertThat(attempt.stage()).isEqualTo(TLS_HANDSHAKE));
    }
}
