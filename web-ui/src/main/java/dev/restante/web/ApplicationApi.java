package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.restante.Attempt;
import dev.restante.FakeSmtpServer;
import dev.restante.Onlooker;
import dev.restante.TextPattern;
import dev.restante.relay.Relay;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The compatible routes about the server itself. */
final class ApplicationApi {
    private final FakeSmtpServer smtp;
    private final MailMarks marks;
    private final Tallies tallies;
    private final Optional<Relay> relay;

    ApplicationApi(FakeSmtpServer smtp, MailMarks marks, Tallies tallies, Optional<Relay> relay) {
        this.relay = relay;
        this.smtp = smtp;
        this.marks = marks;
        this.tallies = tallies;
    }

    private record Info(
            @JsonProperty("Version") String version,
            @JsonProperty("LatestVersion") String latestVersion,
            @JsonProperty("Database") String database,
            @JsonProperty("DatabaseSize") long databaseSize,
            @JsonProperty("Messages") int messages,
            @JsonProperty("Unread") long unread,
            @JsonProperty("Tags") Map<String, Integer> tags,
            @JsonProperty("RuntimeStats") RuntimeStats runtimeStats) {}

    private record RuntimeStats(
            @JsonProperty("Uptime") long uptime,
            @JsonProperty("Memory") long memory,
            @JsonProperty("MessagesDeleted") long messagesDeleted,
            @JsonProperty("SMTPAccepted") long accepted,
            @JsonProperty("SMTPAcceptedSize") long acceptedSize,
            @JsonProperty("SMTPRejected") long rejected,
            @JsonProperty("SMTPIgnored") long ignored) {}

    private record WebUi(
            @JsonProperty("Label") String label,
            @JsonProperty("MessageRelay") MessageRelay relay,
            @JsonProperty("SpamAssassin") boolean spamAssassin,
            @JsonProperty("ChaosEnabled") boolean chaosEnabled,
            @JsonProperty("DuplicatesIgnored") boolean duplicatesIgnored,
            @JsonProperty("HideDeleteAllButton") boolean hideDeleteAllButton) {}

    private record MessageRelay(
            @JsonProperty("Enabled") boolean enabled,
            @JsonProperty("SMTPServer") String smtpServer,
            @JsonProperty("ReturnPath") String returnPath,
            @JsonProperty("AllowedRecipients") String allowedRecipients,
            @JsonProperty("BlockedRecipients") String blockedRecipients,
            @JsonProperty("OverrideFrom") String overrideFrom,
            @JsonProperty("PreserveMessageIDs") boolean preserveMessageIds,
            @JsonProperty("RecipientAllowlist") String recipientAllowlist) {}

    void addTo(RoutesConfig routes) {
        routes.get("/api/v1/server", this::server);
        routes.get("/livez", ctx -> {});
        routes.get("/readyz", this::ready);
        routes.get("/api/v1/info", this::info);
        routes.get("/api/v1/webui", this::configuration);
    }

    private void ready(Context ctx) {
        if (!smtp.isListening()) {
            throw Answer.text(503, "The SMTP server does not listen.");
        }
    }

    private void info(Context ctx) {
        Onlooker.Page mails = smtp.onlooker().newest(0, 0);
        Runtime machine = Runtime.getRuntime();
        ctx.json(new Info(
                RestanteUi.version(),
                "disabled", // nobody is asked whether there is a newer one
                "memory",
                mails.octets(),
                mails.total(),
                marks.unread(mails),
                marks.tagsInUse(),
                new RuntimeStats(
                        tallies.uptime().toSeconds(),
                        machine.totalMemory() - machine.freeMemory(),
                        tallies.removed(),
                        tallies.accepted(),
                        tallies.acceptedOctets(),
                        smtp.attempts().stream()
                                .filter(attempt -> attempt.outcome() == Attempt.Outcome.REFUSED)
                                .count(),
                        0)));
    }

    private void configuration(Context ctx) {
        MessageRelay shown = relay.map(way -> new MessageRelay(
                        true,
                        way.route().toString(),
                        way.returnPath().orElse(""),
                        written(way.allowed()),
                        written(way.blocked()),
                        "",
                        true,
                        written(way.allowed())))
                .orElse(new MessageRelay(false, "", "", "", "", "", false, ""));
        ctx.json(new WebUi("", shown, false, true, false, false));
    }

    private static String written(List<TextPattern> patterns) {
        return patterns.stream().map(TextPattern::toString).collect(Collectors.joining(", "));
    }

    private void server(Context ctx) {
        Integer smtps = smtp.hasSmtpsPort() ? smtp.smtpsPort() : null;
        Integer lmtp = smtp.hasLmtpPort() ? smtp.lmtpPort() : null;
        ctx.json(new EvidenceJson.Server(
                RestanteUi.version(),
                smtp.hostName(),
                smtp.host(),
                smtp.port(),
                smtps,
                lmtp,
                EvidenceJson.Demand.of(smtp.offersStartTls(), smtp.requiresTls()),
                EvidenceJson.Demand.of(smtp.auth().isOffered(), smtp.auth().isRequired())));
    }
}
