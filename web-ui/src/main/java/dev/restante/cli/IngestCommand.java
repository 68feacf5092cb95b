package dev.restante.cli;

import dev.restante.relay.RelayException;
import dev.restante.relay.Route;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingest SOURCE...}: sends the mail that lies in files. */
@Command(
        name = "ingest",
        header = "Send the mail that lies in files.",
        description = {
            "%nSends each mail to whom --to, or else Delivered-To, X-Original-To, To, Cc and Bcc name, from whom"
                    + " Return-Path or From names. A Bcc field is not sent.%n"
        },
        footer = {"", "Exit codes: 0 if the server took all, 1 if not, 2 for a wrong option."})
final class IngestCommand implements Subcommand {
    private static final List<String> DELIVERED = List.of("Delivered-To", "X-Original-To");
    private static final List<String> NAMED = List.of("To", "Cc", "Bcc");

    @Parameters(
            paramLabel = "SOURCE",
            arity = "1..*",
            description = "Messages (.eml), mbox files, Maildirs, or folders with messages in them.")
    List<Path> sources = List.of();

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            split = ",",
            hideParamSyntax = true,
            description = "Send all to these instead.")
    List<String> to = List.of();

    @Mixin
    final SmtpTarget target = new SmtpTarget();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and end.")
    boolean help;

    private int sent;
    private int refused;

    @Override
    public int run(InputStream in, PrintStream out, PrintStream err) throws IOException, InterruptedException, Problem {
        for (Path source : sources) {
            if (!Files.isReadable(source)) { // before anybody is asked for anything
                throw Problem.failed(source
                        + (Files.exists(source)
                                ? ": this user has no permission for it."
                                : ": there is no such file or folder."));
            }
        }
        try (Route.Line line = target.open()) {
            for (Path source : sources) {
                int passedOver = MailFiles.read(source, (place, octets) -> send(line, place, octets, err));
                if (passedOver > 0) {
                    err.println(source + ": " + passedOver + (passedOver == 1 ? " file was" : " files were")
                            + " passed over: not .eml, .mbox or of a Maildir.");
                }
            }
        }
        out.println(DumpCommand.mails(sent) + " sent to " + target.place
                + (refused == 0
                        ? "."
                        : ", " + DumpCommand.mails(refused) + (refused == 1 ? " was" : " were") + " not."));
        return refused == 0 ? DONE : FAILED;
    }

    private void send(Route.Line line, String place, byte[] octets, PrintStream err) {
        try {
            MimeMessage message = line.message(octets);
            Set<String> recipients = to.isEmpty() ? recipients(message) : new LinkedHashSet<>(to);
            if (recipients.isEmpty()) {
                throw Problem.failed("it names no recipient. Name somebody with --to ADDRESS.");
            }
            line.send(sender(message, ""), recipients, message);
            sent++;
        } catch (Problem | RelayException | MessagingException e) {
            refused++;
            err.println(place + ": " + e.getMessage());
        }
    }

    /** Whom a message names as its recipients: where it was delivered, if it says so. */
    static Set<String> recipients(MimeMessage message) throws MessagingException {
        for (List<String> fields : List.of(DELIVERED, NAMED)) {
            Set<String> addresses = new LinkedHashSet<>();
            for (String field : fields) {
                String value = message.getHeader(field, ",");
                if (value != null) {
                    addresses.addAll(addresses(value));
                }
            }
            if (!addresses.isEmpty()) {
                return addresses;
            }
        }
        return Set.of();
    }

    /** Whom a message names as its sender; empty for the null sender. */
    static String sender(MimeMessage message, String otherwise) throws MessagingException {
        String path = message.getHeader("Return-Path", null);
        if (path != null) {
            return path.strip().replaceAll("^<|>$", "");
        }
        String from = message.getHeader("From", ",");
        return from == null ? otherwise : addresses(from).stream().findFirst().orElse(otherwise);
    }

    private static Set<String> addresses(String header) {
        Set<String> addresses = new LinkedHashSet<>();
        try {
            for (Address address : InternetAddress.parseHeader(header, false)) {
                String text = ((InternetAddress) address).getAddress();
                if (text != null && text.indexOf('@') > 0) {
                    addresses.add(text);
                }
            }
        } catch (AddressException e) {
            // It names nobody that mail could be sent to.
        }
        return addresses;
    }
}
