package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.restante.Authentication;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.FakeSmtpServer;
import dev.restante.MailAddress;
import dev.restante.SmtpClient;
import dev.restante.relay.Relay;
import dev.restante.relay.RelayException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.InetSocketAddress;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The compatible routes that bring mail in and would let it out. */
final class SendApi {
    private static final Set<String> OURS = Set.of(
            "to",
            "from",
            "cc",
            "bcc",
            "reply-to",
            "date",
            "subject",
            "content-type",
            "mime-version",
            "content-transfer-encoding");
    private static final Pattern FIELD_NAME = Pattern.compile("[!-9;-~]{1,200}");
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\\s*;[^\\r\\n]*)?");

    private final FakeSmtpServer smtp;
    private final MailMarks marks;
    private final Optional<Relay> relay;

    SendApi(FakeSmtpServer smtp, MailMarks marks, Optional<Relay> relay) {
        this.relay = relay;
        this.smtp = smtp;
        this.marks = marks;
    }

    private record Sent(@JsonProperty("ID") String id) {}

    private record Refused(@JsonProperty("Error") String error) {}

    private record Person(String name, String address) {
        String written() {
            return MailWriter.person(name, address);
        }
    }

    void addTo(RoutesConfig routes) {
        routes.post("/api/v1/send", this::send);
        routes.post("/api/v1/message/{id}/release", this::release);
    }

    private static Answer refused(String text) {
        return Answer.json(400, new Refused(text));
    }

    private void send(Context ctx) {
        byte[] bytes =
                RequestBody.bytes(ctx, smtp.maxMessageSize(), (field, text) -> Answer.json(413, new Refused(text)));
        RequestBody body = RequestBody.object(bytes, (field, text) -> refused(text));
        Letter letter = new Letter(body);
        byte[] mail = letter.written();
        if (mail.length > smtp.maxMessageSize()) {
            throw Answer.json(413, new Refused("The mail is larger than " + smtp.maxMessageSize() + " octets."));
        }
        CapturedMail stored = smtp.deliver(client(ctx), letter.envelope(), mail);
        if (!letter.tags.isEmpty()) {
            List<String> all = new ArrayList<>(marks.tags(stored));
            all.addAll(letter.tags);
            marks.setTags(stored, all);
        }
        ctx.json(new Sent(stored.id()));
    }

    /** Whoever posted it; the user of basic authentication counts as one who logged in. */
    private static SmtpClient client(Context ctx) {
        Optional<Authentication> login =
                basicUser(ctx.header("Authorization")).map(user -> new Authentication("BASIC", user, ""));
        return new SmtpClient(
                new InetSocketAddress(ctx.req().getRemoteAddr(), ctx.req().getRemotePort()), // in digits: no look-up
                Optional.empty(),
                false,
                Optional.empty(),
                login);
    }

    private static Optional<String> basicUser(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return Optional.empty();
        }
        try {
            String login = new String(
                    Base64.getDecoder().decode(authorization.substring(6).strip()), StandardCharsets.UTF_8);
            int colon = login.indexOf(':');
            return colon > 0 ? Optional.of(login.substring(0, colon)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What a request to send asks for. */
    private static final class Letter {
        final List<String> tags;
        private final MailWriter mail = new MailWriter();
        private final String sender;
        private final Set<String> recipients = new LinkedHashSet<>();

        Letter(RequestBody body) {
            Person from = body.object("From")
                    .map(each -> new Person(each.text("Name"), each.text("Email")))
                    .filter(each -> !each.address().isBlank())
                    .orElseThrow(() -> refused("error building message: from not set"));
            requireAddress("From", from.address());
            sender = from.address();
            mail.rawField("From", from.written());
            people(body, "To", "To");
            people(body, "Cc", "Cc");
            blind(body.texts("Bcc"));
            if (recipients.isEmpty()) {
                throw refused("error building message: no recipients set");
            }
            people(body, "ReplyTo", "Reply-To");
            tags = tags(body.texts("Tags"));
            mail.date(ZonedDateTime.now(ZoneId.systemDefault()));
            mail.field("Subject", body.text("Subject"));
            mail.rawField("Return-Path", "<" + sender + ">");
            mail.rawField("Message-Id", "<" + UUID.randomUUID() + "@restante>");
            if (!tags.isEmpty()) {
                mail.field("X-Tags", String.join(", ", tags));
            }
            headers(body);
            mail.text(body.text("Text"));
            mail.html(body.text("HTML"));
            body.objects("Attachments").forEach(this::attach);
        }

        private static List<String> tags(List<String> names) {
            List<String> tags = new ArrayList<>();
            for (String name : names) {
                if (!name.isBlank()) {
                    tags.add(MailMarks.tagName(name).orElseThrow(() -> refused("invalid tag name: " + name)));
                }
            }
            return tags;
        }

        private void people(RequestBody body, String key, String field) {
            List<Person> people = new ArrayList<>();
            for (RequestBody each : body.objects(key)) {
                Person person = new Person(each.text("Name"), each.text("Email"));
                requireAddress(field, person.address());
                people.add(person);
                if (!key.equals("ReplyTo")) {
                    recipients.add(person.address());
                }
            }
            if (!people.isEmpty()) {
                mail.rawField(
                        field,
                        String.join(
                                ",\r\n ", people.stream().map(Person::written).toList()));
            }
        }

        private void blind(List<String> addresses) {
            addresses.forEach(address -> requireAddress("Bcc", address));
            recipients.addAll(addresses);
            if (!addresses.isEmpty()) {
                mail.rawField(
                        "Bcc",
                        String.join(
                                ",\r\n ",
                                addresses.stream().map(each -> "<" + each + ">").toList()));
            }
        }

        private static void requireAddress(String field, String address) {
            if (!isAddress(address)) {
                throw refused("invalid " + field + " address: " + address);
            }
        }

        private void headers(RequestBody body) {
            for (Map.Entry<String, JsonNode> field : body.object("Headers")
                    .map(RequestBody::entries)
                    .orElse(Map.of())
                    .entrySet()) {
                String name = field.getKey();
                String folded = name.toLowerCase(Locale.ROOT);
                if (OURS.contains(folded) || (folded.equals("x-tags") && !tags.isEmpty())) {
                    throw refused("cannot overwrite header: \"" + name + "\"");
                } else if (!FIELD_NAME.matcher(name).matches()) {
                    throw refused("invalid header: \"" + name + "\"");
                } else if (!field.getValue().isString()) {
                    throw refused("\"Headers." + name + "\" should be a text.");
                }
                // A Message-Id or Return-Path of the sender's own takes the place of ours, whatever its case.
                mail.without(name);
                mail.field(name, field.getValue().stringValue());
            }
        }

        private void attach(RequestBody attachment) {
            String name = attachment.text("Filename");
            String encoded = attachment.text("Content").replaceFirst("^data:[^,]*;base64,", "");
            byte[] content;
            try {
                content = Base64.getMimeDecoder().decode(strict(encoded));
            } catch (IllegalArgumentException e) {
                throw refused("error decoding base64 attachment \"" + name + "\": " + e.getMessage());
            }
            String type = attachment.text("ContentType");
            if (type.isBlank()) {
                type = sniffed(name, content);
            } else if (!MEDIA_TYPE.matcher(type).matches()
                    || type.toLowerCase(Locale.ROOT).startsWith("multipart/")) {
                throw refused("invalid content type: " + type);
            }
            String contentId = attachment.text("ContentID").replaceAll("[<>\\s]", "");
            if (contentId.isEmpty()) {
                mail.attachment(name, type, content);
            } else {
                mail.inline(name, type, contentId, content);
            }
        }

        /** The MIME decoder passes over what is no base64, but an attachment that is none is a mistake. */
        private static String strict(String base64) {
            String bare = base64.replaceAll("\\s", "");
            if (!bare.matches("[A-Za-z0-9+/]*={0,2}")) {
                throw new IllegalArgumentException("illegal base64 data");
            }
            return bare;
        }

        private static String sniffed(String name, byte[] content) {
            String byName = URLConnection.guessContentTypeFromName(name);
            if (byName != null) {
                return byName;
            }
            boolean text = content.length > 0
                    && new String(content, StandardCharsets.UTF_8)
                            .chars()
                            .noneMatch(c -> c == 0xfffd || (c < ' ' && c != '\n' && c != '\r' && c != '\t'));
            return text ? "text/plain; charset=utf-8" : "application/octet-stream";
        }

        Envelope envelope() {
            return new Envelope(
                    new Envelope.Sender(sender, "<" + sender + ">", EsmtpParameters.none()),
                    recipients.stream()
                            .map(each -> new Envelope.Recipient(each, "<" + each + ">", EsmtpParameters.none()))
                            .toList());
        }

        byte[] written() {
            return mail.write();
        }
    }

    private static boolean isAddress(String text) {
        if (text.isBlank()
                || text.length() > 320
                || text.chars().anyMatch(c -> c <= ' ' || c == 127 || c == '<' || c == '>' || c == ',')) {
            return false;
        }
        List<MailAddress> read = MailAddress.parseList(text);
        int at = text.lastIndexOf('@');
        return read.size() == 1 && read.get(0).address().equals(text) && at > 0 && at < text.length() - 1;
    }

    private void release(Context ctx) {
        CapturedMail mail = smtp.onlooker().mail(ctx.pathParam("id")).orElseThrow(Answer::pageNotFound);
        List<String> addresses = RequestBody.compatible(ctx).texts("To");
        Stream<String> wrong = addresses.stream().filter(address -> !isAddress(address));
        wrong.findFirst().ifPresent(address -> {
            throw Answer.badRequest("Invalid email address: " + address);
        });
        relay.ifPresent(way -> requireAllowed(way, addresses));
        if (addresses.isEmpty()) {
            throw Answer.badRequest("No valid addresses found");
        } else if (relay.isEmpty()) {
            throw Answer.badRequest("SMTP error: no relay server is configured; this server delivers nothing");
        }
        try {
            relay.get().release(mail, addresses);
        } catch (RelayException e) {
            throw Answer.badRequest("SMTP error: " + e.getMessage());
        }
        ctx.contentType("text/plain").result("ok");
    }

    private static void requireAllowed(Relay relay, List<String> addresses) {
        List<String> strangers =
                addresses.stream().filter(address -> !relay.isAllowed(address)).toList();
        List<String> blocked = addresses.stream().filter(relay::isBlocked).toList();
        if (!strangers.isEmpty()) {
            throw Answer.badRequest(failed(strangers, "do not match the allowlist"));
        } else if (!blocked.isEmpty()) {
            throw Answer.badRequest(failed(blocked, "found on blocklist"));
        }
    }

    private static String failed(List<String> addresses, String why) {
        return "Failed: " + addresses.size() + (addresses.size() == 1 ? " Address " : " Addresses ") + why + ": "
                + String.join(", ", addresses);
    }
}
