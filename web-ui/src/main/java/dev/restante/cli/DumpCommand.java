package dev.restante.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code dump TARGET}: writes a running server's mail to files. */
@Command(
        name = "dump",
        header = "Write the mail of a running server to files.",
        description = {
            "%nWrites each mail as it arrived, octet for octet but for the line ends that mbox and Maildir ask for."
                    + " Files that are there already are left alone.%n"
        },
        footer = {"", "Exit codes: 0 if all was written, 1 if not, 2 for a wrong option."})
final class DumpCommand implements Subcommand {
    @Parameters(paramLabel = "TARGET", description = "The folder; the file, for mbox.")
    Path target = Path.of(".");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    MailFiles.Format format = MailFiles.Format.eml;

    @Option(names = "--query", paramLabel = "QUERY", description = "Only these, in the words of the page's search.")
    String query = "";

    @Mixin
    final RemoteApi remote = new RemoteApi();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and end.")
    boolean help;

    @Override
    public int run(InputStream in, PrintStream out, PrintStream err) throws IOException, InterruptedException, Problem {
        List<String> ids = remote.find(query);
        int written = 0;
        try (MailFiles.Writer writer = MailFiles.writer(format, target)) {
            for (String id : ids) {
                // Not the mail's own route: to ask that marks the mail as read.
                JsonNode evidence = remote.json("/api/v1/message/" + id + "/evidence", Map.of());
                byte[] octets = remote.bytes("/api/v1/message/" + id + "/raw", Map.of(), Duration.ZERO);
                String sender = evidence.path("sender").path("address").stringValue("");
                written += writer.write(id, sender, arrival(evidence), octets) ? 1 : 0;
            }
        }
        int left = ids.size() - written;
        out.println(mails(written) + " written to " + target
                + (left == 0 ? "." : ", " + mails(left) + (left == 1 ? " was" : " were") + " there already."));
        return DONE;
    }

    private static Instant arrival(JsonNode evidence) {
        try {
            return OffsetDateTime.parse(evidence.path("arrivedAt").stringValue(""))
                    .toInstant();
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    static String mails(int count) {
        return count == 1 ? "1 mail" : count + " mails";
    }
}
