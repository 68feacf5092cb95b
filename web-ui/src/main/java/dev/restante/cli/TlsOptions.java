package dev.restante.cli;

import dev.restante.ClientCertificates;
import dev.restante.FakeSmtpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** TLS of the SMTP server. */
final class TlsOptions {
    @Option(
            names = "--starttls",
            negatable = true,
            fallbackValue = "true",
            description = "Offer STARTTLS, with a certificate made at start.")
    boolean startTls;

    @Option(
            names = "--require-tls",
            negatable = true,
            fallbackValue = "true",
            description = "Offer STARTTLS, and refuse mail in plain text with 530.")
    boolean requireTls;

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description = "Show this certificate: PEM with its chain, or PKCS#12 (.p12, .pfx) with its key.")
    @Nullable
    Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's key as PEM, if it is in a file of its own.")
    @Nullable
    Path key;

    @Option(names = "--tls-password", paramLabel = "PASSWORD", description = "The password of a PKCS#12 file.")
    String password = "";

    @Option(
            names = "--tls-protocols",
            paramLabel = "VERSION",
            split = ",",
            hideParamSyntax = true,
            description = "Speak only these versions, such as TLSv1.2.")
    List<String> protocols = List.of();

    @Option(
            names = "--tls-ciphers",
            paramLabel = "SUITE",
            split = ",",
            hideParamSyntax = true,
            description = "Take only these cipher suites, the preferred first.")
    List<String> cipherSuites = List.of();

    @Option(
            names = "--client-certificates",
            paramLabel = "DEMAND",
            description = "Ask clients for a certificate: ${COMPLETION-CANDIDATES}.")
    @Nullable
    ClientCertificates clientCertificates;

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "Trust client certificates signed by these authorities too (PEM).")
    @Nullable
    Path clientAuthorities;

    @Option(
            names = "--write-ca",
            paramLabel = "FILE",
            description = "Write the authority that signed the server's certificate, for clients to trust (PEM).")
    @Nullable
    Path writtenAuthority;

    /** What does not go together. */
    Optional<String> complaint() {
        if (certificate == null && (key != null || !password.isEmpty())) {
            return Optional.of((key != null ? "--tls-key" : "--tls-password") + " needs a --tls-certificate FILE");
        } else if (clientAuthorities != null && clientCertificates == null) {
            return Optional.of("--client-ca needs --client-certificates, which asks for one");
        } else if (certificate != null && writtenAuthority != null) {
            return Optional.of("--write-ca writes the authority made at start, which signs no --tls-certificate");
        } else if (writtenAuthority != null
                && !Files.isDirectory(
                        writtenAuthority.toAbsolutePath().resolve("..").normalize())) {
            return Optional.of("--write-ca " + writtenAuthority + ": there is no such folder to write it to");
        }
        return Optional.empty();
    }

    void applyTo(FakeSmtpServer.Builder builder) {
        if (requireTls) {
            builder.requireTls();
        } else if (startTls) {
            builder.startTls();
        }
        if (certificate != null) {
            String name = certificate.toString();
            if (name.endsWith(".p12") || name.endsWith(".pfx")) {
                builder.certificate(certificate, password);
            } else {
                builder.certificate(certificate, key == null ? certificate : key);
            }
        }
        if (!protocols.isEmpty()) {
            builder.tlsProtocols(protocols.toArray(String[]::new));
        }
        if (!cipherSuites.isEmpty()) {
            builder.tlsCipherSuites(cipherSuites.toArray(String[]::new));
        }
        if (clientCertificates != null && clientAuthorities != null) {
            builder.clientCertificates(clientCertificates, clientAuthorities);
        } else if (clientCertificates != null) {
            builder.clientCertificates(clientCertificates);
        }
    }

    /** Does what is to be done once the server exists. */
    void afterwards(FakeSmtpServer server) {
        if (writtenAuthority != null) {
            try {
                Files.writeString(writtenAuthority, server.tls().caPem());
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "Cannot write --write-ca " + writtenAuthority + ": " + FileProblem.why(e) + ".", e);
            }
        }
    }
}
