package dev.restante.cli;

import dev.restante.relay.Relay;
import dev.restante.relay.Route;
import dev.restante.web.RestanteUi;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where caught mail may be released to. */
final class RelayOptions {
    @Option(
            names = "--relay",
            paramLabel = "HOST:PORT",
            description = "Let caught mail be released to this SMTP server (default: it goes nowhere).")
    String relay = "";

    @Option(
            names = "--relay-allow",
            paramLabel = "PATTERN",
            split = ",",
            converter = Quoted.class,
            hideParamSyntax = true,
            description = "Whom mail may go to, such as *@team.example.com; nobody else.")
    List<String> allowed = List.of();

    @Option(
            names = "--relay-block",
            paramLabel = "PATTERN",
            split = ",",
            converter = Quoted.class,
            hideParamSyntax = true,
            description = "Whom no mail may go to, whatever is allowed.")
    List<String> blocked = List.of();

    @Option(names = "--relay-tls", paramLabel = "HOW", description = "starttls, or implicit (default: in plain text).")
    SmtpTarget.@Nullable Tls tls;

    @Option(
            names = "--relay-any-certificate",
            negatable = true,
            fallbackValue = "true",
            description = "Take the relay's certificate without checking it.")
    boolean anyCertificate;

    @Option(
            names = "--relay-login",
            paramLabel = "NAME:PASSWORD",
            converter = Login.class,
            description = "Log in to the relay.")
    Route.@Nullable Login login;

    @Option(
            names = "--relay-return-path",
            paramLabel = "ADDRESS",
            description = "Send reports of failure there, not to the mail's sender.")
    String returnPath = "";

    @Option(
            names = "--auto-release",
            paramLabel = "QUERY",
            description =
                    "Release by itself what this query of the search finds, to those of its recipients that are allowed.")
    String autoRelease = "";

    /** What does not go together. */
    Optional<String> complaint() {
        boolean more = !allowed.isEmpty()
                || !blocked.isEmpty()
                || tls != null
                || anyCertificate
                || login != null
                || !returnPath.isEmpty()
                || !autoRelease.isEmpty();
        if (relay.isEmpty() && more) {
            return Optional.of("options of a relay need a --relay HOST:PORT");
        } else if (!relay.isEmpty() && allowed.isEmpty()) {
            return Optional.of("--relay needs --relay-allow PATTERN, such as *@team.example.com: nobody is allowed"
                    + " otherwise");
        }
        return Optional.empty();
    }

    /** Has the page release mail. */
    void applyTo(RestanteUi.Builder builder) {
        if (relay.isEmpty()) {
            return;
        }
        Route route = Route.to(relay);
        if (tls != null) {
            route = route.inside(tls == SmtpTarget.Tls.starttls ? Route.Tls.STARTTLS : Route.Tls.IMPLICIT);
        }
        route = anyCertificate ? route.trustingAnybody() : route;
        route = login == null ? route : route.as(login);
        Relay way = Relay.over(route).allowing(allowed).blocking(blocked);
        builder.relay(returnPath.isEmpty() ? way : way.returningTo(returnPath));
        if (!autoRelease.isEmpty()) {
            builder.autoRelease(autoRelease);
        }
    }
}
