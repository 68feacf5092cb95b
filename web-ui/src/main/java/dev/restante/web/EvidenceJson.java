package dev.restante.web;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.HeaderField;
import dev.restante.LintFinding;
import dev.restante.Network;
import dev.restante.ProxyInfo;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import dev.restante.SmtpSession;
import dev.restante.TlsInfo;
import dev.restante.Transcript;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON shapes of what this server alone can tell: envelopes as spoken, attempts, sessions. Absent things are null. */
final class EvidenceJson {
    private EvidenceJson() {}

    /** What is known of a mail beside its content. */
    record Evidence(
            String id,
            String arrivedAt,
            String acknowledgement,
            Sender sender,
            List<Recipient> recipients,
            Client client,
            @Nullable Session session,
            List<Field> headers,
            List<String> problems,
            int blockedFromOutside,
            List<Finding> lint) {
        static Evidence of(CapturedMail mail, Optional<SmtpSession> session) {
            Set<String> blind = MessageJson.blindRecipients(mail);
            return new Evidence(
                    mail.id(),
                    Json.time(mail.arrivedAt()),
                    mail.acknowledgement().name(),
                    Sender.of(mail.envelope().sender()),
                    mail.envelope().recipients().stream()
                            .map(each -> Recipient.of(each, isIn(blind, each.address()), mail))
                            .toList(),
                    Client.of(mail.client()),
                    session.map(Session::of).orElse(null),
                    mail.headers().stream().map(Field::of).toList(),
                    mail.problems(),
                    mail.html().isEmpty() ? 0 : HtmlPreview.of(mail, "").blocked(),
                    mail.lint().stream().map(Finding::of).toList());
        }

        private static boolean isIn(Set<String> addresses, String address) {
            return addresses.stream().anyMatch(address::equalsIgnoreCase);
        }
    }

    /** A header field: as sent but unfolded, and as a reader sees it. */
    record Field(String name, String raw, String value) {
        static Field of(HeaderField field) {
            return new Field(field.name(), field.rawValue(), field.value());
        }
    }

    /** What MAIL FROM said. */
    record Sender(String address, String spoken, List<String> parameters) {
        static Sender of(Envelope.Sender sender) {
            return new Sender(sender.address(), sender.spoken(), words(sender.parameters()));
        }
    }

    /**
     * What one RCPT TO said; {@code blind} if no header field names the address. Of a mail, {@code acknowledgement} is known; of
     * an attempt, the replies.
     */
    record Recipient(
            String address,
            String spoken,
            List<String> parameters,
            boolean blind,
            @Nullable Said reply,
            @Nullable Delivery delivery,
            @Nullable String acknowledgement) {
        static Recipient of(Envelope.Recipient recipient, boolean blind, CapturedMail mail) {
            return new Recipient(
                    recipient.address(),
                    recipient.spoken(),
                    words(recipient.parameters()),
                    blind,
                    null,
                    null,
                    mail.acknowledgement(recipient.address()).map(Enum::name).orElse(null));
        }

        static Recipient of(Attempt.RecipientOutcome outcome) {
            Envelope.Recipient recipient = outcome.recipient();
            return new Recipient(
                    recipient.address(),
                    recipient.spoken(),
                    words(recipient.parameters()),
                    false,
                    outcome.reply().map(Said::of).orElse(null),
                    outcome.delivery().map(Delivery::of).orElse(null),
                    null);
        }
    }

    /** What became of a mail for one recipient on LMTP. */
    record Delivery(@Nullable Said reply, boolean stored) {
        static Delivery of(Attempt.Delivery delivery) {
            return new Delivery(delivery.reply().map(Said::of).orElse(null), delivery.stored());
        }
    }

    private static List<String> words(EsmtpParameters parameters) {
        return parameters.all().stream()
                .map(EsmtpParameters.Parameter::toString)
                .toList();
    }

    /** A reply. */
    record Said(int code, String text) {
        static Said of(Reply reply) {
            return new Said(reply.code(), reply.text());
        }
    }

    /** Who connected. */
    record Client(
            String ip,
            int port,
            @Nullable String helo,
            boolean extended,
            @Nullable String user,
            @Nullable String mechanism,
            @Nullable String authorizationIdentity,
            @Nullable Tls tls,
            @Nullable Proxy proxy) {
        static Client of(SmtpClient client) {
            return new Client(
                    client.ip(),
                    client.address().getPort(),
                    client.heloName().orElse(null),
                    client.extended(),
                    client.user().orElse(null),
                    client.authentication().map(login -> login.mechanism()).orElse(null),
                    client.authentication()
                            .flatMap(login -> login.authorizationIdentity())
                            .orElse(null),
                    client.tls().map(Tls::of).orElse(null),
                    client.proxy().map(Proxy::of).orElse(null));
        }
    }

    /** What a proxy said of the client. */
    record Proxy(
            String source, String ip, int port, @Nullable Place destination, Map<String, String> details) {
        static Proxy of(ProxyInfo proxy) {
            Place peer = Place.of(proxy.peer());
            return new Proxy(
                    proxy.source().name(),
                    peer.ip(),
                    peer.port(),
                    proxy.destination().map(Place::of).orElse(null),
                    proxy.details());
        }
    }

    /** An address and a port. */
    record Place(String ip, int port) {
        static Place of(InetSocketAddress address) {
            return new Place(Network.spelled(address.getAddress()), address.getPort());
        }
    }

    /** The TLS layer of a connection. */
    record Tls(
            String protocol,
            String cipherSuite,
            @Nullable String serverName,
            boolean implicit,
            List<Certificate> clientCertificates) {
        static Tls of(TlsInfo tls) {
            return new Tls(
                    tls.protocol(),
                    tls.cipherSuite(),
                    tls.serverName().orElse(null),
                    tls.implicit(),
                    tls.clientCertificates().stream().map(Certificate::of).toList());
        }
    }

    /** A certificate of the chain that a client showed, its own first. */
    record Certificate(String subject, String issuer, String serialNumber, String notBefore, String notAfter) {
        static Certificate of(X509Certificate certificate) {
            return new Certificate(
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getIssuerX500Principal().getName(),
                    certificate.getSerialNumber().toString(16),
                    Json.time(certificate.getNotBefore().toInstant()),
                    Json.time(certificate.getNotAfter().toInstant()));
        }
    }

    /** A connection and what was said on it. */
    record Session(
            String id,
            long number,
            String listener,
            int port,
            Client client,
            String outcome,
            String startedAt,
            long lastedMicros,
            int droppedEntries,
            List<Entry> transcript,
            List<Tried> attempts,
            List<Finding> lint) {
        static Session of(SmtpSession session) {
            Set<String> stored = stored(session);
            return new Session(
                    session.id(),
                    session.number(),
                    session.listener(),
                    session.serverPort(),
                    Client.of(session.client()),
                    session.outcome().name(),
                    Json.time(session.startedAt()),
                    session.lasted().toNanos() / 1_000,
                    session.transcript().dropped(),
                    session.transcript().entries().stream()
                            .map(entry -> Entry.of(entry, stored))
                            .toList(),
                    session.attempts().stream().map(Tried::of).toList(),
                    session.lint().stream().map(Finding::of).toList());
        }
    }

    /** Something that a client did wrong, in its conversation or in a mail. */
    record Finding(
            String code,
            String severity,
            String message,
            String reference,
            long count,
            @Nullable PlaceSaid said,
            @Nullable PlaceSent sent) {
        static Finding of(LintFinding finding) {
            return new Finding(
                    finding.code(),
                    finding.severity().name(),
                    finding.message(),
                    finding.reference(),
                    finding.count(),
                    finding.place() instanceof LintFinding.InSession said
                            ? new PlaceSaid(said.entry(), said.at().toNanos() / 1_000, said.line())
                            : null,
                    finding.place() instanceof LintFinding.InMail sent
                            ? new PlaceSent(sent.octet(), sent.line())
                            : null);
        }
    }

    /** Where in a conversation. */
    record PlaceSaid(int entry, long atMicros, String line) {}

    /** Where in a mail. */
    record PlaceSent(long octet, long line) {}

    /** Sessions, the latest first; each with its transcript if that was asked for. */
    record Sessions(int total, int start, List<? extends Record> sessions) {}

    /** A session without its transcript and attempts. */
    record SessionSummary(
            String id,
            long number,
            String listener,
            int port,
            Client client,
            String outcome,
            String startedAt,
            long lastedMicros) {
        static SessionSummary of(SmtpSession session) {
            return new SessionSummary(
                    session.id(),
                    session.number(),
                    session.listener(),
                    session.serverPort(),
                    Client.of(session.client()),
                    session.outcome().name(),
                    Json.time(session.startedAt()),
                    session.lasted().toNanos() / 1_000);
        }
    }

    /** One line of a transcript, with the time since the connection was accepted. */
    record Entry(
            String kind,
            long atMicros,
            String text,
            long octets,
            @Nullable String mailId) {
        static Entry of(Transcript.Entry entry, Set<String> stored) {
            return new Entry(
                    entry.kind().name(),
                    entry.at().toNanos() / 1_000,
                    entry.text(),
                    entry.octets(),
                    entry.mailId().filter(stored::contains).orElse(null));
        }
    }

    /** The mails that came of a session: a body that was refused has an identifier, too, but leads nowhere. */
    private static Set<String> stored(SmtpSession session) {
        return session.attempts().stream()
                .flatMap(attempt -> attempt.mailId().stream())
                .collect(Collectors.toSet());
    }

    /** What a client tried, and what came of it. */
    record Tried(
            long number,
            String sessionId,
            String outcome,
            String stage,
            @Nullable Sender sender,
            List<Recipient> recipients,
            @Nullable Said reply,
            @Nullable String reason,
            List<String> rules,
            List<String> mailboxes,
            @Nullable String mailId,
            @Nullable Integer bodyOctets,
            Client client,
            String startedAt,
            long tookMicros) {
        static Tried of(Attempt attempt) {
            return new Tried(
                    attempt.number(),
                    attempt.sessionId(),
                    attempt.outcome().name(),
                    attempt.stage().name(),
                    attempt.sender().map(Sender::of).orElse(null),
                    attempt.recipients().stream().map(Recipient::of).toList(),
                    attempt.reply().map(Said::of).orElse(null),
                    attempt.reason().orElse(null),
                    attempt.rules(),
                    attempt.mailboxes(),
                    attempt.mailId().orElse(null),
                    attempt.body().map(body -> body.size()).orElse(null),
                    Client.of(attempt.client()),
                    Json.time(attempt.startedAt()),
                    attempt.took().toNanos() / 1_000);
        }
    }

    /** Attempts that were not accepted, the latest first. */
    record Attempts(int total, List<Tried> attempts) {}

    /** Where the server listens. */
    record Server(
            String version,
            String hostName,
            String host,
            int port,
            @Nullable Integer smtpsPort,
            @Nullable Integer lmtpPort,
            Demand startTls,
            Demand login) {}

    /** What a server wants of its clients. */
    enum Demand {
        NONE,
        OFFERED,
        REQUIRED;

        static Demand of(boolean offered, boolean required) {
            return required ? REQUIRED : offered ? OFFERED : NONE;
        }
    }
}
