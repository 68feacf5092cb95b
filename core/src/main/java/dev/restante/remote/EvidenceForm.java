package dev.restante.remote;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.restante.Acknowledgement;
import dev.restante.Authentication;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.LintFinding;
import dev.restante.Network;
import dev.restante.Reply;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ScriptFile;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import dev.restante.mail.Octets;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * How evidence is written as JSON and read again, with nothing lost but passwords: records by their components, so that
 * what a record gains travels by itself.
 */
public final class EvidenceForm {
    private EvidenceForm() {}

    /**
     * A server as it stands.
     *
     * @param nanoTime its {@link System#nanoTime()}: moments of another JVM mean something only beside it
     */
    public record Server(
            String version,
            String host,
            int port,
            boolean listening,
            long evicted,
            Instant now,
            boolean manualClock,
            long nanoTime) {}

    /**
     * Which mails are here, in order of arrival.
     *
     * @param changes grows with each change
     * @param settled one for each mail: whether it is known what became of its reply
     */
    public record Contents(long changes, boolean closed, List<String> ids, List<Boolean> settled) {}

    /** A mail. {@code ofRecipients} has an acknowledgement for each recipient of the envelope. */
    public record Mail(
            String id,
            String sessionId,
            SmtpClient client,
            Envelope envelope,
            Octets octets,
            Instant arrivedAt,
            long arrivedAtNanos,
            Acknowledgement acknowledgement,
            List<Acknowledgement> ofRecipients) {
        /** The mail as it stands. */
        public static Mail of(CapturedMail mail) {
            return new Mail(
                    mail.id(),
                    mail.sessionId(),
                    mail.client(),
                    mail.envelope(),
                    mail.octets(),
                    mail.arrivedAt(),
                    mail.arrivedAtNanos(),
                    mail.acknowledgement(),
                    mail.envelope().recipientAddresses().stream()
                            .map(address -> mail.acknowledgement(address).orElse(mail.acknowledgement()))
                            .toList());
        }
    }

    /** Some mails. */
    public record Mails(List<Mail> mails) {}

    /**
     * A rule and what became of it.
     *
     * @param on false while it is switched off
     * @param json the script that has this rule alone; null if a function keeps it from being written
     * @param times how often it may fire; empty for always, and for a time
     */
    public record RuleTold(
            long id,
            RuleReport.Layer layer,
            boolean on,
            String name,
            Stage<?> stage,
            @Nullable String json,
            Optional<Integer> times,
            long hits,
            List<RuleReport.Hit> recent) {
        /** The rule as it stands. */
        public static RuleTold of(RuleReport report) {
            Rule rule = report.rule();
            String json = null;
            try {
                json = ScriptFile.toJson(List.of(rule));
            } catch (IllegalArgumentException e) {
                json = null; // a function
            }
            return new RuleTold(
                    report.id(),
                    report.layer(),
                    report.on(),
                    rule.name(),
                    rule.stage(),
                    json,
                    rule.limit() instanceof Rule.Limit.Times limit ? Optional.of(limit.count()) : Optional.empty(),
                    report.hits(),
                    report.recent());
        }
    }

    /** A mailbox: its selectors as they are spelled, and how much it keeps. */
    public record MailboxTold(String name, List<String> select, int maxMails, long maxBytes) {}

    /** The mailboxes of a server, its own among them. */
    public record MailboxesTold(List<MailboxTold> mailboxes) {}

    /** A hold: how many wait there, whether it was released, and whether as many came as were waited for. */
    public record HoldTold(String name, int waiting, boolean open, boolean reached) {}

    /** Made at the first use. */
    private static final class Holder {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .changeDefaultVisibility(visibility -> visibility
                        .withGetterVisibility(Visibility.NONE)
                        .withIsGetterVisibility(Visibility.NONE)
                        .withFieldVisibility(Visibility.ANY))
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // of a newer server
                .addMixIn(LintFinding.Place.class, PlaceKinds.class)
                .addModule(values())
                .build();
    }

    /** What reads and writes it. */
    public static JsonMapper mapper() {
        return Holder.MAPPER;
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
    @JsonSubTypes({@JsonSubTypes.Type(LintFinding.InSession.class), @JsonSubTypes.Type(LintFinding.InMail.class)})
    private interface PlaceKinds {}

    /** Without the secret. */
    private record Login(String mechanism, String identity, Optional<String> authorizationIdentity) {}

    @SuppressWarnings("rawtypes") // a class of stages has no parameters
    private static SimpleModule values() {
        SimpleModule module = new SimpleModule();
        add(
                module,
                Authentication.class,
                Login.class,
                login -> new Login(login.mechanism(), login.identity(), login.authorizationIdentity()),
                login -> new Authentication(login.mechanism(), login.identity(), "", login.authorizationIdentity()));
        add(
                module,
                Octets.class,
                String.class,
                octets -> Base64.getEncoder().encodeToString(octets.toByteArray()),
                text -> Octets.of(Base64.getDecoder().decode(text)));
        add(module, X509Certificate.class, String.class, EvidenceForm::encoded, EvidenceForm::certificate);
        add(
                module,
                InetSocketAddress.class,
                String.class,
                address -> Network.spelled(address.getAddress()) + " " + address.getPort(),
                EvidenceForm::address);
        add(
                module,
                Stage.class,
                String.class,
                Stage::name,
                name -> Stage.named(name)
                        .orElseThrow(() -> new IllegalArgumentException("There is no stage \"" + name + "\".")));
        add(
                module,
                Reply.class,
                String.class,
                reply -> reply.code() + " " + reply.text(),
                text -> Reply.of(Integer.parseInt(text.substring(0, 3)), text.substring(4)));
        add(module, EsmtpParameters.class, String.class, EsmtpParameters::toString, EvidenceForm::parameters);
        return module;
    }

    private static String encoded(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("A certificate cannot be written.", e);
        }
    }

    private static X509Certificate certificate(String text) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(Base64.getDecoder().decode(text)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("A certificate cannot be read.", e);
        }
    }

    private static InetSocketAddress address(String text) {
        int blank = text.indexOf(' ');
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(text.substring(0, blank)), Integer.parseInt(text.substring(blank + 1)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no address.", e);
        }
    }

    private static EsmtpParameters parameters(String text) {
        return text.isEmpty()
                ? EsmtpParameters.none()
                : EsmtpParameters.of(Arrays.stream(text.split(" ", -1))
                        .map(word -> {
                            int equals = word.indexOf('=');
                            return equals < 0
                                    ? new EsmtpParameters.Parameter(word, Optional.empty())
                                    : new EsmtpParameters.Parameter(
                                            word.substring(0, equals), Optional.of(word.substring(equals + 1)));
                        })
                        .toList());
    }

    private static <T, W> void add(
            SimpleModule module, Class<T> type, Class<W> written, Function<T, W> to, Function<W, T> from) {
        module.addSerializer(type, new ValueSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializationContext context) {
                context.writeValue(json, to.apply(value));
            }
        });
        module.addDeserializer(type, new ValueDeserializer<T>() {
            @Override
            public T deserialize(JsonParser json, DeserializationContext context) {
                return from.apply(context.readValue(json, written));
            }
        });
    }
}
