package dev.restante.cli;

import dev.restante.AuthPolicy;
import dev.restante.FakeSmtpServer;
import dev.restante.MailboxSelector;
import dev.restante.relay.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the SMTP server behaves where no script says otherwise. */
final class SmtpOptions {
    @Option(
            names = "--hostname",
            paramLabel = "NAME",
            description = "Name in the greeting (default: ${DEFAULT-VALUE}).")
    String hostName = "localhost";

    @Option(
            names = "--max-message-size",
            paramLabel = "SIZE",
            converter = Quantities.Size.class,
            description = "Refuse larger messages with 552: octets, or 500k, 25m (default: 50m).")
    int maxMessageSize = 50 << 20;

    @Option(
            names = "--max-recipients",
            paramLabel = "COUNT",
            description = "Refuse further recipients of a mail with 452 (default: ${DEFAULT-VALUE}).")
    int maxRecipients = 1000;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            converter = Quantities.Time.class,
            description = "Tell a silent client 421 after this: 500ms, 30s, 5m (default: 5m).")
    Duration idleTimeout = Duration.ofMinutes(5);

    @Option(
            names = "--keep-mails",
            paramLabel = "COUNT",
            description = "Keep this many mails; the oldest go (default: ${DEFAULT-VALUE}).")
    int keepMails = 10_000;

    @Option(
            names = "--keep-size",
            paramLabel = "SIZE",
            converter = Quantities.Size.class,
            description = "Keep this much mail in memory; the oldest go (default: 128m).")
    int keepSize = 128 << 20;

    /** Commas divide where the next mailbox begins: a pattern may have some of its own. */
    private static final String BETWEEN_MAILBOXES = ",(?=[A-Za-z0-9][A-Za-z0-9._-]*=(?:rcpt|user|helo|header):)";

    @Option(
            names = "--mailbox",
            paramLabel = "NAME=SELECTOR",
            split = BETWEEN_MAILBOXES,
            hideParamSyntax = true,
            converter = OwnMailbox.Reader.class,
            description = {
                "Give mail a mailbox of its own: chosen by rcpt:*@orders.example, user:NAME, helo:NAME or",
                "header:FIELD=VALUE. Repeated, for several mailboxes, or for more that chooses one."
            })
    List<OwnMailbox> mailboxes = List.of();

    @Option(
            names = "--smtp-user",
            paramLabel = "NAME:PASSWORD",
            split = ",",
            hideParamSyntax = true,
            converter = Login.class,
            description = "Let only these users log in (default: anybody); separated by commas or repeated.")
    List<Route.Login> users = List.of();

    @Option(
            names = "--auth-mechanisms",
            paramLabel = "NAME",
            split = ",",
            hideParamSyntax = true,
            description = "Offer only these mechanisms of AUTH, such as PLAIN,SCRAM-SHA-256; NONE offers no AUTH.")
    List<String> mechanisms = List.of();

    @Option(
            names = "--auth-required",
            negatable = true,
            fallbackValue = "true",
            description = "Refuse mail with 530 until the client has logged in.")
    boolean authRequired;

    @Option(
            names = "--auth-only-in-tls",
            negatable = true,
            fallbackValue = "true",
            description = "Offer AUTH inside TLS only.")
    boolean authOnlyInTls;

    @Option(
            names = "--proxy-protocol",
            paramLabel = "NETWORK",
            split = ",",
            hideParamSyntax = true,
            description = {
                "Expect a PROXY header (version 1 or 2) from peers in these networks, such as 10.0.0.0/8,",
                "and believe it about the client."
            })
    List<String> proxies = List.of();

    @Option(
            names = "--xclient",
            paramLabel = "NETWORK",
            split = ",",
            hideParamSyntax = true,
            description = "Take XCLIENT from peers in these networks, and believe it about the client.")
    List<String> xclients = List.of();

    private static final String NONE = "NONE";

    /** What does not go together. */
    Optional<String> complaint() {
        if (keepMails < 1 || maxRecipients < 1) {
            return Optional.of((keepMails < 1 ? "--keep-mails is " + keepMails : "--max-recipients is " + maxRecipients)
                    + ", but is at least 1");
        }
        boolean none = mechanisms.stream().anyMatch(NONE::equalsIgnoreCase);
        if (none && (mechanisms.size() > 1 || authRequired || authOnlyInTls || !users.isEmpty())) {
            return Optional.of("--auth-mechanisms NONE offers no AUTH, so nothing else can be said of logins");
        }
        return Optional.empty();
    }

    void applyTo(FakeSmtpServer.Builder builder) {
        builder.hostName(hostName)
                .maxMessageSize(maxMessageSize)
                .maxRecipients(maxRecipients)
                .idleTimeout(idleTimeout)
                .keepMails(keepMails, keepSize)
                .auth(policy());
        if (!proxies.isEmpty()) {
            builder.proxyProtocol(
                    proxies.get(0), proxies.subList(1, proxies.size()).toArray(String[]::new));
        }
        if (!xclients.isEmpty()) {
            builder.xclient(
                    xclients.get(0), xclients.subList(1, xclients.size()).toArray(String[]::new));
        }
    }

    /**
     * Makes the mailboxes.
     *
     * @throws IllegalArgumentException if a name is none
     */
    void makeMailboxes(FakeSmtpServer server) {
        Map<String, List<MailboxSelector>> chosen = new LinkedHashMap<>();
        mailboxes.forEach(each ->
                chosen.computeIfAbsent(each.name(), name -> new ArrayList<>()).add(each.selector()));
        chosen.forEach((name, selectors) -> server.mailbox(
                name, selectors.get(0), selectors.subList(1, selectors.size()).toArray(MailboxSelector[]::new)));
    }

    private AuthPolicy policy() {
        if (mechanisms.stream().anyMatch(NONE::equalsIgnoreCase)) {
            return AuthPolicy.none();
        }
        Map<String, String> passwords = new LinkedHashMap<>();
        users.forEach(login -> passwords.put(login.user(), login.password()));
        AuthPolicy policy = passwords.isEmpty() ? AuthPolicy.anyone() : AuthPolicy.users(passwords);
        if (!mechanisms.isEmpty()) {
            policy = policy.offering(mechanisms.toArray(String[]::new));
        }
        policy = authRequired ? policy.required() : policy;
        return authOnlyInTls ? policy.onlyInTls() : policy;
    }
}
