package dev.restante.web;

import dev.restante.FakeSmtpServer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line of the standalone jar. */
@Command(
        name = "java -jar restante.jar",
        header = "A fake SMTP server: it catches mail, delivers none, and shows it in a page.",
        description = "%nSend mail to localhost:1025 and read it at http://localhost:8025.%n",
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "Ports: 0 takes a free one. The server ends on Ctrl-C; mail under way is finished",
            "or refused with 421. Exit codes: 1 if it cannot start, 2 for a wrong option",
            "or a script that is not in order."
        },
        subcommands = CheckCommand.class)
final class Options {
    /** "localhost" is either of these, depending on the client. */
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");

    @Option(names = "--smtp-port", paramLabel = "PORT", description = "Port for SMTP (default: ${DEFAULT-VALUE}).")
    int smtpPort = 1025;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Port for the page and the HTTP API (default: ${DEFAULT-VALUE}).")
    int httpPort = 8025;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            split = ",",
            description = {
                "Addresses to listen on, separated by commas or repeated (default: 127.0.0.1,::1).",
                "0.0.0.0 is every address: then anybody who reaches the machine can send and read."
            })
    List<String> bind = List.of();

    @Option(names = "--starttls", description = "Offer STARTTLS, with a certificate made at start.")
    boolean startTls;

    @Option(names = "--smtps-port", paramLabel = "PORT", description = "Listen for SMTP inside TLS too; 1465 is usual.")
    @Nullable
    Integer smtpsPort;

    @Option(
            names = "--max-message-size",
            paramLabel = "SIZE",
            converter = Size.class,
            description = "Refuse larger messages with 552: octets, or 500k, 25m (default: 50m).")
    int maxMessageSize = 50 << 20;

    @Option(
            names = "--hostname",
            paramLabel = "NAME",
            description = "Name in the greeting (default: ${DEFAULT-VALUE}).")
    String hostName = "localhost";

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = {
                "Misbehave as this script says: .json, .yaml or .yml. SIGHUP reads it again.",
                "A change that is not in order is refused; the rules before it stay."
            })
    @Nullable
    Path script;

    @Option(names = "--watch-script", description = "Read the script again whenever the file changes.")
    boolean watchScript;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and end.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and end.")
    boolean version;

    /** What is wrong with the options though each can be read; null if nothing is. */
    @Nullable
    String complaint() {
        return Stream.of(
                        wrongPort("--smtp-port", smtpPort),
                        wrongPort("--http-port", httpPort),
                        wrongPort("--smtps-port", smtpsPort == null ? 0 : smtpsPort),
                        sameTwice("--smtp-port", smtpPort, "--http-port", httpPort),
                        sameTwice("--smtps-port", smtpsPort == null ? 0 : smtpsPort, "--smtp-port", smtpPort),
                        sameTwice("--smtps-port", smtpsPort == null ? 0 : smtpsPort, "--http-port", httpPort),
                        watchScript && script == null ? "--watch-script needs a --script FILE to watch" : null)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String wrongPort(String option, int port) {
        return port >= 0 && port <= 65535
                ? null
                : option + " is " + port + ", but a port is between 0 and 65535. 0 takes a free one.";
    }

    private static @Nullable String sameTwice(String option, int port, String other, int otherPort) {
        return port == 0 || port != otherPort
                ? null
                : option + " and " + other + " are both " + port + ". Give each a port of its own.";
    }

    /** The addresses to listen on. */
    List<String> addresses() {
        return bind.isEmpty()
                ? LOOPBACK
                : bind.stream().map(Options::withoutBrackets).distinct().toList();
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

    /**
     * The SMTP server that the options describe, not yet started.
     *
     * @throws IllegalArgumentException if an option's value is refused; the message says why
     */
    FakeSmtpServer server(List<String> addresses) {
        FakeSmtpServer.Builder builder = FakeSmtpServer.builder()
                .port(smtpPort)
                .bindAddress(
                        addresses.get(0), addresses.subList(1, addresses.size()).toArray(String[]::new))
                .maxMessageSize(maxMessageSize)
                .hostName(hostName);
        if (startTls) {
            builder.startTls();
        }
        if (smtpsPort != null) {
            builder.smtpsPort(smtpsPort);
        }
        return builder.build();
    }

    /** Reads 1048576, 500k or 25m. */
    static final class Size implements ITypeConverter<Integer> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,10})([kmg]?)b?");

        @Override
        public Integer convert(String text) {
            Matcher size = FORM.matcher(text.toLowerCase(Locale.ROOT));
            if (!size.matches()) {
                throw new TypeConversionException("'" + text + "' is no size; write octets, or 500k, 25m");
            }
            int shift = 10 * Arrays.asList("", "k", "m", "g").indexOf(size.group(2));
            long octets = Long.parseLong(size.group(1)) << shift;
            if (octets < 1 || octets > Integer.MAX_VALUE) {
                throw new TypeConversionException("'" + text + "' is not between 1 octet and 2 GB");
            }
            return (int) octets;
        }
    }
}
