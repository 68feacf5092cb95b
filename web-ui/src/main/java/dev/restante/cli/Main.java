package dev.restante.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;

import dev.restante.FakeSmtpServer;
import dev.restante.ScriptFileException;
import dev.restante.web.RestanteUi;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point of the standalone jar. */
public final class Main {
    private static final int CANNOT_START = 1;
    private static final int WRONG_OPTION = Subcommand.WRONG_OPTION;

    private final Map<String, String> environment;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private @Nullable FakeSmtpServer smtp;
    private @Nullable RestanteUi ui;
    private @Nullable RunningScript script;
    private @Nullable AttemptLog log;

    /** The groups of options, by the fields of {@link ServerCommand}. */
    private static final Map<String, String> HEADINGS = Map.of(
            "listening", "Where to listen",
            "smtp", "SMTP",
            "tls", "TLS of SMTP",
            "script", "Misbehaviour",
            "http", "Page and HTTP API",
            "relay", "Release of caught mail",
            "log", "Log");

    Main(Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts the program. It goes on until it is interrupted or terminated; the exit code is then 130 or 143.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        Optional<Integer> exit = new Main(System.getenv(), System.in, System.out, System.err).run(args);
        exit.ifPresent(System::exit);
    }

    /** What reads the options. */
    static CommandLine line(ServerCommand command) {
        return new CommandLine(command)
                .registerConverter(int.class, new Quantities.Whole())
                .registerConverter(Integer.class, new Quantities.Whole());
    }

    /** Does what the command line says; returns the exit code, or nothing while the servers run. */
    Optional<Integer> run(String... args) {
        ServerCommand command = new ServerCommand();
        CommandLine line = line(command);
        line.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST, new GroupedHelp(HEADINGS));
        Defaults defaults = Defaults.of(environment);
        ParseResult parsed;
        try {
            line.setDefaultValueProvider(defaults);
            parsed = line.parseArgs(args);
            if (command.config != null) {
                defaults = defaults.with(command.config, line.getCommandSpec());
                line.setDefaultValueProvider(defaults);
                parsed = line.parseArgs(args);
            }
        } catch (ParameterException e) {
            return Optional.of(wrongOption(told(e, defaults), e.getCommandLine()));
        } catch (Defaults.WrongSource e) {
            return Optional.of(wrongOption(String.valueOf(e.getMessage())));
        }
        if (parsed.hasSubcommand()) {
            return Optional.of(run(parsed.subcommand().commandSpec().commandLine()));
        }
        if (command.help) {
            line.usage(out);
            return Optional.of(0);
        }
        if (command.version) {
            out.println("Restante " + RestanteUi.version());
            return Optional.of(0);
        }
        defaults.strangers(line.getCommandSpec()).forEach(complaint -> err.println("restante: " + complaint));
        Optional<String> complaint = command.complaint();
        return complaint.isPresent() ? Optional.of(wrongOption(complaint.get())) : serve(command);
    }

    /** What is wrong, and where that is from if not from the command line. */
    private static String told(ParameterException problem, Defaults defaults) {
        String message = String.valueOf(problem.getMessage());
        if (problem instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            return message
                    + unmatched.getSuggestions().stream()
                            .findFirst()
                            .map(nearest -> ". Did you mean " + nearest + "?")
                            .orElse("");
        }
        boolean isOnTheLine = problem.getArgSpec() == null
                || problem.getCommandLine().getParseResult() == null
                || problem.getCommandLine().getParseResult().expandedArgs().stream()
                        .anyMatch(arg -> problem.getArgSpec().isOption()
                                && List.of(((OptionSpec) problem.getArgSpec()).names())
                                        .contains(arg.replaceFirst("=.*", "")));
        return isOnTheLine
                ? message
                : message
                        + defaults.source(problem.getArgSpec())
                                .map(source -> " (this is from " + source + ")")
                                .orElse("");
    }

    private int run(CommandLine line) {
        if (line.isUsageHelpRequested()) {
            line.usage(out);
            return Subcommand.DONE;
        } else if (line.getCommand() instanceof AutoComplete.GenerateCompletion) {
            out.print(AutoComplete.bash("restante", line.getParent()));
            return Subcommand.DONE;
        }
        Subcommand command = line.getCommand();
        try {
            return command.run(in, out, err);
        } catch (Subcommand.Problem e) {
            String complaint = String.valueOf(e.getMessage());
            if (e.exit() == WRONG_OPTION) {
                return wrongOption(complaint, line);
            }
            err.println("restante: " + complaint);
            return e.exit();
        } catch (IOException e) {
            err.println("restante: " + FileProblem.named(e) + ".");
            return Subcommand.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Subcommand.FAILED;
        }
    }

    private Optional<Integer> serve(ServerCommand command) {
        command.log.apply();
        PrintStream said = command.log.lines(out, Level.INFO);
        PrintStream complained = command.log.lines(err, Level.ERROR);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "restante-shutdown"));
        ListeningOptions listening = command.listening;
        List<String> addresses =
                listening.isBoundByDefault() ? thoseHere(listening.addresses()) : listening.addresses();
        try {
            // SMTP first: a mail that is sent while the page still loads is caught.
            FakeSmtpServer server = command.server(addresses);
            Path file = command.script.file;
            if (file != null && !run(file, command, server)) {
                return Optional.of(WRONG_OPTION);
            }
            // What is wrong with it is said before anybody can send anything.
            RestanteUi.Builder page = command.page(server, addresses);
            synchronized (this) {
                smtp = server.start();
                log = command.log.attempts ? AttemptLog.of(server) : null;
            }
            print(said, "SMTP", addresses, "", server.port(), "");
            if (listening.smtpsPort != null) {
                print(said, "SMTPS", addresses, "", server.smtpsPort(), "");
            }
            if (listening.lmtpPort != null) {
                print(said, "LMTP", addresses, "", server.lmtpPort(), "");
            }
            RestanteUi opened = page.start();
            synchronized (this) {
                ui = opened;
            }
            URI address = URI.create(opened.url());
            print(said, "HTTP", addresses, address.getScheme() + "://", opened.port(), address.getRawPath());
            return Optional.empty();
        } catch (UncheckedIOException e) {
            complained.println("restante: " + e.getMessage() + portOption(String.valueOf(e.getMessage())));
            return Optional.of(CANNOT_START);
        } catch (IllegalArgumentException e) {
            return Optional.of(wrongOption(String.valueOf(e.getMessage())));
        }
    }

    /** Has the server run by a script; complains and returns false if that is not in order. */
    private boolean run(Path file, ServerCommand command, FakeSmtpServer server) {
        PrintStream complained = command.log.lines(err, Level.ERROR);
        try {
            RunningScript running = RunningScript.start(
                    file, command.script.watched, server, command.log.lines(out, Level.INFO), complained);
            synchronized (this) {
                script = running;
            }
            return true;
        } catch (ScriptFileException e) {
            complained.println("restante: " + ScriptProblem.of(file.toString(), e));
        } catch (UncheckedIOException e) {
            complained.println("restante: " + ScriptProblem.of(file.toString(), e));
        }
        return false;
    }

    /** The option that chooses the port which such a message is about. */
    private static String portOption(String message) {
        return Stream.of("SMTP", "SMTPS", "LMTP", "HTTP")
                .filter(kind -> message.startsWith("Cannot listen for " + kind + " on "))
                .map(kind -> " The option is --" + kind.toLowerCase(Locale.ROOT) + "-port.")
                .findFirst()
                .orElse("");
    }

    private int wrongOption(String complaint) {
        return wrongOption(complaint, null);
    }

    /** Complains, and says where the options are that belong to this command. */
    private int wrongOption(String complaint, @Nullable CommandLine command) {
        boolean points = complaint.endsWith("^"); // at a character of the line above
        String end = points ? "\n" : complaint.endsWith(".") || complaint.endsWith("?") ? " " : ". ";
        String name = command == null || command.getParent() == null ? "" : command.getCommandName() + " ";
        err.println("restante: " + complaint + end + name + "--help lists the options.");
        return WRONG_OPTION;
    }

    private static void print(
            PrintStream out, String what, List<String> addresses, String scheme, int port, String path) {
        out.println(addresses.stream()
                .map(address -> scheme + (address.contains(":") ? "[" + address + "]" : address) + ":" + port + path)
                .collect(Collectors.joining(" and ", what + " listens on ", "")));
    }

    /** Those of the addresses that this machine has: a container often lacks ::1. */
    private static List<String> thoseHere(List<String> addresses) {
        return addresses.stream().filter(Main::isHere).toList();
    }

    private static boolean isHere(String address) {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return probe.isBound();
        } catch (IOException e) {
            Logger log = LoggerFactory.getLogger(Main.class);
            log.info("Not listening on {}: this machine does not have it ({}).", address, e.getMessage());
            return false;
        }
    }

    /** Both at once: an HTTP request that does not end keeps no SMTP client from its 421, nor the other way round. */
    private synchronized void close() {
        if (script != null) {
            script.close();
        }
        Thread page = new Thread(
                () -> {
                    if (ui != null) {
                        ui.stopListening();
                    }
                },
                "restante-shutdown-http");
        page.start();
        try {
            if (smtp != null) {
                smtp.close();
            }
        } finally {
            if (log != null) {
                log.close();
            }
            joinUninterrupted(page);
            if (ui != null) {
                ui.close(); // now that no mail can come any more
            }
        }
    }

    private static void joinUninterrupted(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
