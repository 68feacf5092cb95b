package dev.restante.cli;

import dev.restante.FakeSmtpServer;
import dev.restante.web.RestanteUi;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a person wants of the servers: the program without a subcommand. */
@Command(
        name = "java -jar restante.jar",
        header = "A fake SMTP server: it catches mail, delivers none, and shows it in a page.",
        description = "%nSend mail to localhost:1025 and read it at http://localhost:8025.%n",
        abbreviateSynopsis = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "Every option may also be an environment variable (--smtp-port as RESTANTE_SMTP_PORT)",
            "or a key of a YAML file (smtp-port: 1025): the command line goes before the",
            "environment, and that before the file.",
            "",
            "Ports: 0 takes a free one. The server ends on Ctrl-C; mail under way is finished",
            "or refused with 421. Exit codes: 1 if it cannot start, 2 for a wrong option",
            "or a script that is not in order."
        },
        subcommands = {
            SendCommand.class,
            WaitCommand.class,
            DumpCommand.class,
            IngestCommand.class,
            CheckCommand.class,
            AutoComplete.GenerateCompletion.class
        })
final class ServerCommand {
    @Mixin
    final ListeningOptions listening = new ListeningOptions();

    @Mixin
    final SmtpOptions smtp = new SmtpOptions();

    @Mixin
    final TlsOptions tls = new TlsOptions();

    @Mixin
    final ScriptOptions script = new ScriptOptions();

    @Mixin
    final HttpOptions http = new HttpOptions();

    @Mixin
    final RelayOptions relay = new RelayOptions();

    @Mixin
    final LogOptions log = new LogOptions();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Take options from this YAML file: a key each, without the dashes.")
    @Nullable
    Path config;

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

    /** What does not go together though each option can be read. */
    Optional<String> complaint() {
        return Stream.of(
                        listening.complaint(),
                        smtp.complaint(),
                        tls.complaint(),
                        script.complaint(),
                        http.complaint(),
                        relay.complaint())
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * The SMTP server that the options describe, not yet started.
     *
     * @throws IllegalArgumentException if an option's value is refused; the message says why
     */
    FakeSmtpServer server(List<String> addresses) {
        FakeSmtpServer.Builder builder = FakeSmtpServer.builder()
                .port(listening.smtpPort)
                .bindAddress(
                        addresses.get(0), addresses.subList(1, addresses.size()).toArray(String[]::new));
        if (listening.smtpsPort != null) {
            builder.smtpsPort(listening.smtpsPort);
        }
        if (listening.lmtpPort != null) {
            builder.lmtpPort(listening.lmtpPort);
        }
        smtp.applyTo(builder);
        tls.applyTo(builder);
        FakeSmtpServer server = builder.build();
        smtp.makeMailboxes(server);
        script.applyTo(server);
        tls.afterwards(server);
        return server;
    }

    /** The page over that server, not yet open. */
    RestanteUi.Builder page(FakeSmtpServer server, List<String> addresses) {
        RestanteUi.Builder builder =
                RestanteUi.builder(server).port(listening.httpPort).addresses(addresses);
        http.applyTo(builder);
        relay.applyTo(builder);
        return builder;
    }
}
