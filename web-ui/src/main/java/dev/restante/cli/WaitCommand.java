package dev.restante.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code wait [QUERY]}: waits until mail has arrived at a running server, for shells. */
@Command(
        name = "wait",
        header = "Wait until mail has arrived at a running server.",
        description = {
            "%nWaits for mails that match a query as the page's search takes it, such as 'to:ann subject:invoice', and"
                    + " prints a line for each: id, sender, recipients and subject. Without a query any mail will do.%n"
        },
        footer = {"", "Exit codes: 0 once so many have come, 1 if they did not in time, 2 for a wrong option."})
final class WaitCommand implements Subcommand {
    @Parameters(paramLabel = "QUERY", arity = "0..*", description = "What to wait for, in the words of the search.")
    String[] query = {};

    @Option(names = "--count", paramLabel = "COUNT", description = "How many (default: ${DEFAULT-VALUE}).")
    int count = 1;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Quantities.Time.class,
            description = "How long: 500ms, 30s, 5m (default: 30s).")
    Duration timeout = Duration.ofSeconds(30);

    @Option(
            names = "--after",
            paramLabel = "CURSOR",
            description = "Count only what has come since: the cursor of an earlier --json.")
    String after = "";

    @Option(names = "--json", description = "Print the whole answer of /api/v1/wait.")
    boolean json;

    @Mixin
    final RemoteApi remote = new RemoteApi();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and end.")
    boolean help;

    @Override
    public int run(InputStream in, PrintStream out, PrintStream err) throws IOException, InterruptedException, Problem {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("query", String.join(" ", query));
        parameters.put("count", String.valueOf(count));
        parameters.put("timeout", timeout.toMillis() + "ms");
        if (!after.isEmpty()) {
            parameters.put("after", after);
        }
        JsonNode answer = remote.json("/api/v1/wait", parameters, timeout);
        if (json) {
            out.println(answer);
        } else {
            answer.path("messages").forEach(mail -> out.println(line(mail)));
        }
        if (answer.path("complete").booleanValue(false)) {
            return DONE;
        }
        int came = answer.path("messages").size();
        throw Problem.failed((came == 0 ? "No mail" : came == 1 ? "Only 1 mail" : "Only " + came + " mails")
                + (query.length == 0 ? "" : " that matches \"" + String.join(" ", query) + "\"") + " arrived within "
                + timeout.toMillis() + " ms; " + count + (count == 1 ? " was" : " were") + " waited for.");
    }

    private static String line(JsonNode mail) {
        String to = StreamSupport.stream(mail.path("To").spliterator(), false)
                .map(person -> person.path("Address").stringValue(""))
                .collect(Collectors.joining(","));
        return String.join(
                        "\t",
                        mail.path("ID").stringValue(""),
                        mail.path("From").path("Address").stringValue(""),
                        to,
                        mail.path("Subject").stringValue(""))
                .replaceAll("[\\p{Cntrl}&&[^\\t]]+", " ");
    }
}
