package dev.restante.cli;

import dev.restante.relay.Route;
import dev.restante.web.LinkChecks;
import dev.restante.web.RestanteUi;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who may ask the page and the HTTP API, and how. */
final class HttpOptions {
    @Option(
            names = "--http-user",
            paramLabel = "NAME:PASSWORD",
            split = ",",
            hideParamSyntax = true,
            converter = Login.class,
            description = "Let only these users ask (default: anybody); separated by commas or repeated.")
    List<Route.Login> users = List.of();

    @Option(
            names = "--http-token",
            paramLabel = "TOKEN",
            split = ",",
            converter = Quoted.class,
            hideParamSyntax = true,
            description = "Let those ask who send one of these bearer tokens.")
    List<String> tokens = List.of();

    @Option(
            names = "--base-path",
            paramLabel = "PATH",
            description = "Begin every address with this, such as /mail, for a proxy that serves more.")
    String basePath = "";

    @Option(
            names = "--http-tls",
            negatable = true,
            fallbackValue = "true",
            description = "Speak https, with the certificate that SMTP shows (see --write-ca, --tls-certificate).")
    boolean tls;

    @Option(
            names = "--http-tls-certificate",
            paramLabel = "FILE",
            description =
                    "Speak https with this certificate: PEM with its chain, or PKCS#12 (.p12, .pfx) with its key.")
    @Nullable
    Path certificate;

    @Option(
            names = "--http-tls-key",
            paramLabel = "FILE",
            description = "The certificate's key as PEM, if it is in a file of its own.")
    @Nullable
    Path key;

    @Option(names = "--http-tls-password", paramLabel = "PASSWORD", description = "The password of a PKCS#12 file.")
    String password = "";

    @Option(
            names = "--allowed-host",
            paramLabel = "NAME",
            split = ",",
            hideParamSyntax = true,
            description = "Answer under these names beside localhost, such as mail.example.test or *.example.test.")
    List<String> hosts = List.of();

    @Option(
            names = "--allowed-origin",
            paramLabel = "ORIGIN",
            split = ",",
            hideParamSyntax = true,
            description = "Let pages from there ask (CORS), such as http://localhost:3000.")
    List<String> origins = List.of();

    @Option(
            names = "--link-checks",
            paramLabel = "WHOM",
            description = "Whom the link check may ask: ${COMPLETION-CANDIDATES} (default: NONE).")
    @Nullable
    LinkChecks linkChecks;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Keep mail there too, so that it outlives the server, with read marks and tags.")
    @Nullable
    Path folder;

    @Option(
            names = "--webhook",
            paramLabel = "URL",
            split = ",",
            converter = Quoted.class,
            hideParamSyntax = true,
            description = "Post there what the list shows of each mail that arrives; may be repeated.")
    List<String> webhooks = List.of();

    /** What does not go together. */
    Optional<String> complaint() {
        if (certificate == null && (key != null || !password.isEmpty())) {
            return Optional.of(
                    (key != null ? "--http-tls-key" : "--http-tls-password") + " needs an --http-tls-certificate FILE");
        } else if (certificate != null && tls) {
            return Optional.of("--http-tls shows the certificate of SMTP; leave it out beside --http-tls-certificate");
        }
        return Optional.empty();
    }

    private void secure(RestanteUi.Builder builder) {
        if (tls) {
            builder.tls();
        } else if (certificate != null) {
            String name = certificate.toString();
            if (name.endsWith(".p12") || name.endsWith(".pfx")) {
                builder.tls(certificate, password);
            } else {
                builder.tls(certificate, key == null ? certificate : key);
            }
        }
    }

    void applyTo(RestanteUi.Builder builder) {
        secure(builder);
        users.forEach(login -> builder.basicAuth(login.user(), login.password()));
        tokens.forEach(builder::bearerToken);
        builder.basePath(basePath);
        builder.allowedHosts(hosts.toArray(String[]::new));
        builder.allowedOrigins(origins.toArray(String[]::new));
        if (folder != null) {
            builder.folder(folder);
        }
        builder.webhooks(webhooks.toArray(String[]::new));
        if (linkChecks != null) {
            builder.linkChecks(linkChecks);
        }
    }
}
