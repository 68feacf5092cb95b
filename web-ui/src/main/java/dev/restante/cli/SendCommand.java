package dev.restante.cli;

import dev.restante.relay.RelayException;
import dev.restante.relay.Route;
import jakarta.activation.DataHandler;
import jakarta.activation.FileDataSource;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code send}: sends one mail over SMTP. */
@Command(
        name = "send",
        header = "Send a mail, to try a server.",
        description = {
            "%nWithout FILE, the mail is made of the options; with it, it is sent as it is but for its Bcc, to those whom --to or its"
                    + " header names.%n"
        },
        footer = {"", "Exit codes: 0 if the server took it, 1 if not, 2 for a wrong option."})
final class SendCommand implements Subcommand {
    @Parameters(paramLabel = "FILE", arity = "0..1", description = "A message (.eml); - reads standard input.")
    String file = "";

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "The sender, with a name or without (default: ${DEFAULT-VALUE}).")
    String from = "sender@example.com";

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            split = ",",
            hideParamSyntax = true,
            description = "The recipients, separated by commas or repeated.")
    List<String> to = List.of();

    @Option(names = "--subject", paramLabel = "TEXT", description = "The subject.")
    String subject = "";

    @Option(names = "--text", paramLabel = "TEXT", description = "The text; - reads standard input.")
    @Nullable
    String text;

    @Option(names = "--html", paramLabel = "HTML", description = "The text as HTML; - reads standard input.")
    @Nullable
    String html;

    @Option(names = "--attach", paramLabel = "FILE", description = "A file to attach; may be repeated.")
    List<Path> attachments = List.of();

    @Mixin
    final SmtpTarget target = new SmtpTarget();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and end.")
    boolean help;

    @Override
    public int run(InputStream in, PrintStream out, PrintStream err) throws IOException, Problem {
        if (!file.isEmpty() && (text != null || html != null || !subject.isEmpty() || !attachments.isEmpty())) {
            throw Problem.wrong("FILE is sent as it is: --subject, --text, --html and --attach make no sense with it.");
        } else if (file.isEmpty() && to.isEmpty()) {
            throw Problem.wrong("Nobody to send to. Name somebody with --to ADDRESS.");
        } else if ("-".equals(text) && "-".equals(html)) {
            throw Problem.wrong("Standard input can be the text or the HTML, not both.");
        }
        InternetAddress sender = sender();
        byte[] octets = file.isEmpty() ? new byte[0] : file.equals("-") ? in.readAllBytes() : read(Path.of(file));
        try (Route.Line line = target.open()) {
            if (file.isEmpty()) {
                out.println(line.send(addressOf(sender), new LinkedHashSet<>(to), made(line.session(), in)));
            } else {
                MimeMessage message = line.message(octets);
                Set<String> recipients = to.isEmpty() ? IngestCommand.recipients(message) : new LinkedHashSet<>(to);
                if (recipients.isEmpty()) {
                    throw Problem.wrong(file + " names no recipient. Name somebody with --to ADDRESS.");
                }
                out.println(line.send(IngestCommand.sender(message, addressOf(sender)), recipients, message));
            }
        } catch (RelayException e) {
            throw Problem.failed(e.getMessage() + ".");
        } catch (MessagingException e) {
            throw Problem.failed("The mail cannot be made: " + e.getMessage() + ".");
        }
        return DONE;
    }

    /** Of ann@example.com, or of Ann &lt;ann@example.com>. */
    private InternetAddress sender() throws Problem {
        try {
            return from.isEmpty() ? new InternetAddress() : new InternetAddress(from, false);
        } catch (AddressException e) {
            throw Problem.wrong(
                    "--from \"" + from + "\" is no address. Write ann@example.com or Ann <ann@example.com>.");
        }
    }

    private static String addressOf(InternetAddress sender) {
        return sender.getAddress() == null ? "" : sender.getAddress();
    }

    private static byte[] read(Path path) throws IOException, Problem {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw Problem.wrong(path + ": there is no such file.");
        }
    }

    private MimeMessage made(Session session, InputStream in) throws MessagingException, IOException, Problem {
        MimeMessage message = new MimeMessage(session);
        if (!from.isEmpty()) {
            message.setFrom(sender());
        }
        for (String recipient : to) {
            message.addRecipient(RecipientType.TO, new InternetAddress(recipient, false));
        }
        message.setSubject(subject, StandardCharsets.UTF_8.name());
        message.setHeader(
                "Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneId.systemDefault())));
        MimeMultipart alternatives = new MimeMultipart("alternative");
        if (text != null || html == null) {
            alternatives.addBodyPart(part(text == null ? "" : text, "plain", in));
        }
        if (html != null) {
            alternatives.addBodyPart(part(html, "html", in));
        }
        MimeMultipart all = new MimeMultipart();
        MimeBodyPart body = (MimeBodyPart) alternatives.getBodyPart(0);
        if (alternatives.getCount() > 1) {
            body = new MimeBodyPart();
            body.setContent(alternatives);
        }
        if (attachments.isEmpty()) {
            message.setDataHandler(body.getDataHandler());
        } else {
            all.addBodyPart(body);
            for (Path attachment : attachments) {
                MimeBodyPart part = new MimeBodyPart();
                if (!Files.isReadable(attachment)) {
                    throw Problem.wrong(attachment + ": there is no such file, or none that can be read.");
                }
                part.setDataHandler(new DataHandler(new FileDataSource(attachment.toFile())));
                part.setFileName(String.valueOf(attachment.getFileName()));
                all.addBodyPart(part);
            }
            message.setContent(all);
        }
        message.saveChanges();
        return message;
    }

    private static MimeBodyPart part(String text, String subtype, InputStream in)
            throws MessagingException, IOException {
        MimeBodyPart part = new MimeBodyPart();
        part.setText(
                text.equals("-") ? new String(in.readAllBytes(), StandardCharsets.UTF_8) : text,
                StandardCharsets.UTF_8.name(),
                subtype);
        return part;
    }
}
