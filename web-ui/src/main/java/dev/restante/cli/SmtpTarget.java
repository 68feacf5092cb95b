package dev.restante.cli;

import dev.restante.relay.RelayException;
import dev.restante.relay.Route;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The SMTP server that mail is sent to, as options name it. */
final class SmtpTarget {
    @Option(
            names = "--smtp",
            paramLabel = "HOST:PORT",
            description = "The SMTP server to send to (default: ${DEFAULT-VALUE}).")
    String place = "localhost:1025";

    @Option(
            names = "--tls",
            paramLabel = "HOW",
            description =
                    "starttls, or implicit for an SMTPS port (default: in plain text). Certificates are not checked.")
    @Nullable
    Tls tls;

    @Option(names = "--login", paramLabel = "NAME:PASSWORD", converter = Login.class, description = "Log in.")
    Route.@Nullable Login login;

    /** How TLS begins. */
    enum Tls {
        /** By STARTTLS. */
        starttls,
        /** At once. */
        implicit
    }

    /** The way there, taking any certificate: that of a fake server is made at its start, and nobody vouches for it. */
    Route route() throws Subcommand.Problem {
        Route route;
        try {
            route = Route.to(place).trustingAnybody();
        } catch (IllegalArgumentException e) {
            throw Subcommand.Problem.wrong("--smtp " + e.getMessage());
        }
        if (tls != null) {
            route = route.inside(tls == Tls.starttls ? Route.Tls.STARTTLS : Route.Tls.IMPLICIT);
        }
        return login == null ? route : route.as(login);
    }

    /** A connection there. */
    Route.Line open() throws Subcommand.Problem {
        try {
            return route().open();
        } catch (RelayException e) {
            throw Subcommand.Problem.failed(e.getMessage() + ".");
        }
    }
}
