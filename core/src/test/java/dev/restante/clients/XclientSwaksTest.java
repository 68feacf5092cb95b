package dev.restante.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.ProxyInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** swaks speaks for others by XCLIENT. */
@Timeout(60)
class XclientSwaksTest extends RealClient {
    private OutsideProgram swaks;

    @Override
    FakeSmtpServer.Builder configured(FakeSmtpServer.Builder usual) {
        return usual.xclient("127.0.0.1");
    }

    @BeforeEach
    void find() {
        swaks = OutsideProgram.named("swaks", "swaks")
                .with("--server", "127.0.0.1:" + port(), "--from", "ann@client.test", "--to", "bob@dest.test");
    }

    @Test
    void theClientItSpeaksForIsInTheEvidence() {
        swaks.run(
                        "--xclient-addr", "192.0.2.7",
                        "--xclient-port", "50312",
                        "--xclient-name", "spike.test",
                        "--xclient-login", "eve@client.test",
                        "--xclient-destaddr", "198.51.100.1",
                        "--xclient-destport", "25",
                        "--xclient-reverse-name", "reverse.test")
                .expectExit(0);
        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        assertThat(mail.client().ip()).isEqualTo("192.0.2.7");
        assertThat(mail.client().address().getPort()).isEqualTo(50312);
        assertThat(mail.client().user()).contains("eve@client.test");
        assertThat(mail.client().peer().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(mail.client().proxy().map(ProxyInfo::details).orElseThrow())
                .containsEntry("NAME", "spike.test")
                .containsEntry("REVERSE_NAME", "reverse.test")
                .containsEntry("DESTPORT", "25");
        lintFindsNoFault(mail);
    }

    @Test
    void severalCommandsAddUp() {
        swaks.run(
                        "--xclient-addr",
                        "IPV6:2001:db8::7",
                        "--xclient-delim",
                        "--xclient-helo",
                        "two words",
                        "--xclient-proto",
                        "ESMTP")
                .expectExit(0);
        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        assertThat(mail.client().ip()).isEqualTo("2001:db8::7");
        assertThat(mail.client().proxy().map(ProxyInfo::details).orElseThrow()).containsEntry("HELO", "two words");
        lintFindsNoFault(mail);
    }

    @Test
    void itMaySpeakForOthersInsideTls() {
        swaks.run("--tls", "--tls-ca-path", authority.toString(), "--xclient-addr", "192.0.2.7")
                .expectExit(0);
        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        assertThat(mail.client().ip()).isEqualTo("192.0.2.7");
        assertThat(mail.client().tls()).isPresent();
    }

    @Test
    void aRefusalEndsIt() {
        assertThat(swaks.run("--xclient", "COLOUR=blue").expectFailure().all()).contains("501 5.5.4");
        nothingStored();
    }
}
