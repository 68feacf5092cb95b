package dev.restante.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.ProxyInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** curl plays the proxy itself: it begins with the header of version 1. */
@Timeout(60)
class CurlBehindProxyTest extends RealClient {
    private static final String MAIL = """
            From: Ann <ann@client.test>
            Date: Thu, 1 Jan 2026 10:00:00 +0000
            Message-ID: <1@client.test>
            Subject: by curl

            hello
            """.replace("\n", "\r\n");

    @Override
    FakeSmtpServer.Builder configured(FakeSmtpServer.Builder usual) {
        return usual.proxyProtocol("127.0.0.1");
    }

    private OutsideProgram.Result send(String url, String... options) throws IOException {
        Path upload = Files.writeString(folder.resolve("mail.eml"), MAIL);
        return OutsideProgram.named("curl", "curl")
                .with("--silent", "--show-error", "--max-time", "20", "--cacert", authority.toString())
                .with("--url", url, "--upload-file", upload.toString())
                .with("--mail-from", "ann@client.test", "--mail-rcpt", "bob@dest.test")
                .run(options);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "starttls", "smtps"})
    void itsHeaderComesBeforeAllElse(String way) throws IOException {
        String url = way.equals("smtps") ? "smtps://localhost:" + smtpsPort() : "smtp://localhost:" + port();
        OutsideProgram.Result result = way.equals("starttls")
                ? send(url, "--ipv4", "--haproxy-protocol", "--ssl-reqd")
                : send(url, "--ipv4", "--haproxy-protocol");
        result.expectExit(0);

        CapturedMail mail = mail("ann@client.test", "bob@dest.test");
        assertThat(mail.client().proxy()).map(ProxyInfo::source).contains(ProxyInfo.Source.PROXY_V1);
        // It speaks for itself, so that both are the same.
        assertThat(mail.client().address()).isEqualTo(mail.client().peer());
        assertThat(mail.client().tls().isPresent()).isEqualTo(!way.equals("plain"));
        lintFindsNoFault(mail);
    }

    @Test
    void withoutItsHeaderItWaitsInVain() throws IOException {
        assertThat(send("smtp://localhost:" + port(), "--ipv4", "--max-time", "1")
                        .exitCode())
                .isEqualTo(28);
        nothingStored();
    }
}
