package dev.restante.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the servers listen. */
final class ListeningOptions {
    /** "localhost" is either of these, depending on the client. */
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");

    @Option(names = "--smtp-port", paramLabel = "PORT", description = "Port for SMTP (default: ${DEFAULT-VALUE}).")
    int smtpPort = 1025;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Port for the page and the HTTP API (default: ${DEFAULT-VALUE}).")
    int httpPort = 8025;

    @Option(names = "--smtps-port", paramLabel = "PORT", description = "Listen for SMTP inside TLS too; 1465 is usual.")
    @Nullable
    Integer smtpsPort;

    @Option(
            names = "--lmtp-port",
            paramLabel = "PORT",
            description = "Listen for LMTP too, which has a reply for each recipient.")
    @Nullable
    Integer lmtpPort;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            split = ",",
            hideParamSyntax = true,
            description = {
                "Addresses to listen on, separated by commas or repeated (default: 127.0.0.1,::1).",
                "0.0.0.0 is every address: then anybody who reaches the machine can send and read."
            })
    List<String> bind = List.of();

    private record Port(String option, int number) {}

    private List<Port> ports() {
        List<Port> ports =
                new ArrayList<>(List.of(new Port("--smtp-port", smtpPort), new Port("--http-port", httpPort)));
        if (smtpsPort != null) {
            ports.add(new Port("--smtps-port", smtpsPort));
        }
        if (lmtpPort != null) {
            ports.add(new Port("--lmtp-port", lmtpPort));
        }
        return ports;
    }

    /** What is wrong with the ports though each can be read. */
    Optional<String> complaint() {
        List<Port> ports = ports();
        for (int i = 0; i < ports.size(); i++) {
            Port port = ports.get(i);
            if (port.number() < 0 || port.number() > 65535) {
                return Optional.of(port.option() + " is " + port.number()
                        + ", but a port is between 0 and 65535. 0 takes a free one.");
            }
            for (Port other : ports.subList(0, i)) {
                if (port.number() != 0 && port.number() == other.number()) {
                    return Optional.of(other.option() + " and " + port.option() + " are both " + port.number()
                            + ". Give each a port of its own.");
                }
            }
        }
        return Optional.empty();
    }

    /** The addresses to listen on. */
    List<String> addresses() {
        return bind.isEmpty()
                ? LOOPBACK
                : bind.stream()
                        .map(ListeningOptions::withoutBrackets)
                        .distinct()
                        .toList();
    }

    /** Whether the addresses are the default ones, so that one which the machine lacks may be left out. */
    boolean isBoundByDefault() {
        return bind.isEmpty();
    }

    private static String withoutBrackets(String address) {
        return address.startsWith("[") && address.endsWith("]")
                ? address.substring(1, address.length() - 1)
                : address.strip();
    }
}
