package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The JSON shapes of Mailpit's REST API, key by key: its clients compare key sets. */
final class MessageJson {
    private static final Pattern IN_BRACKETS = Pattern.compile("<\\s*([^<>]*?)\\s*>");

    private MessageJson() {}

    /** A person, as header fields name them. */
    record Address(
            @JsonProperty("Name") String name,
            @JsonProperty("Address") String address) {
        static final Address NONE = new Address("", "");

        static Address of(MailAddress address) {
            return new Address(address.name(), address.address());
        }
    }

    /** An item of a list. */
    record Summary(
            @JsonProperty("ID") String id,
            @JsonProperty("MessageID") String messageId,
            @JsonProperty("Read") boolean read,
            @JsonProperty("From") Address from,
            @JsonProperty("To") List<Address> to,
            @JsonProperty("Cc") List<Address> cc,
            @JsonProperty("Bcc") List<Address> bcc,
            @JsonProperty("ReplyTo") List<Address> replyTo,
            @JsonProperty("Subject") String subject,
            @JsonProperty("Created") String created,
            @JsonProperty("Username") String username,
            @JsonProperty("Tags") List<String> tags,
            @JsonProperty("Size") int size,
            @JsonProperty("Attachments") int attachments,
            @JsonProperty("Snippet") String snippet) {
        static Summary of(CapturedMail mail, MailMarks marks) {
            return new Summary(
                    mail.id(),
                    mail.messageId().orElse(""),
                    marks.isRead(mail),
                    sender(mail.from()),
                    addresses(mail.to()),
                    addresses(mail.cc()),
                    blindCopies(mail),
                    addresses(mail.replyTo()),
                    mail.subject().orElse(""),
                    Json.time(mail.arrivedAt()),
                    mail.client().user().orElse(""),
                    marks.tags(mail),
                    mail.size(),
                    mail.attachments().size(),
                    MailText.snippet(mail));
        }
    }

    /** A page of a list. */
    record Page(
            @JsonProperty("total") int total,
            @JsonProperty("unread") long unread,
            @JsonProperty("count") int count,
            @JsonProperty("messages_count") int messagesCount,
            @JsonProperty("messages_unread") long messagesUnread,
            @JsonProperty("start") int start,
            @JsonProperty("tags") List<String> tags,
            @JsonProperty("messages") List<Summary> messages) {}

    /** One mail. */
    record Message(
            @JsonProperty("ID") String id,
            @JsonProperty("MessageID") String messageId,
            @JsonProperty("From") Address from,
            @JsonProperty("To") List<Address> to,
            @JsonProperty("Cc") List<Address> cc,
            @JsonProperty("Bcc") List<Address> bcc,
            @JsonProperty("ReplyTo") List<Address> replyTo,
            @JsonProperty("ReturnPath") String returnPath,
            @JsonProperty("Subject") String subject,
            @JsonProperty("ListUnsubscribe") ListUnsubscribe listUnsubscribe,
            @JsonProperty("Date") String date,
            @JsonProperty("Tags") List<String> tags,
            @JsonProperty("Username") String username,
            @JsonProperty("Text") String text,
            @JsonProperty("HTML") String html,
            @JsonProperty("Size") int size,
            @JsonProperty("Inline") List<Attachment> inline,
            @JsonProperty("Attachments") List<Attachment> attachments) {
        static Message of(CapturedMail mail, List<String> tags) {
            return new Message(
                    mail.id(),
                    mail.messageId().orElse(""),
                    sender(mail.from()),
                    addresses(mail.to()),
                    addresses(mail.cc()),
                    blindCopies(mail),
                    addresses(mail.replyTo()),
                    senderPath(mail.message(), mail.envelope()),
                    mail.subject().orElse(""),
                    ListUnsubscribe.of(mail),
                    mail.date().map(Json::time).orElseGet(() -> Json.time(mail.arrivedAt())),
                    tags,
                    mail.client().user().orElse(""),
                    MailText.text(mail),
                    mail.html().orElse(""),
                    mail.size(),
                    named(mail.inlineParts()),
                    named(mail.attachments()));
        }
    }

    /** What List-Unsubscribe says (RFC 2369, RFC 8058). */
    record ListUnsubscribe(
            @JsonProperty("Header") String header,
            @JsonProperty("Links") List<String> links,
            @JsonProperty("Errors") String errors,
            @JsonProperty("HeaderPost") String headerPost) {
        static ListUnsubscribe of(CapturedMail mail) {
            String header = mail.header("List-Unsubscribe").orElse("");
            List<String> links = IN_BRACKETS
                    .matcher(header)
                    .results()
                    .map(link -> link.group(1))
                    .toList();
            return new ListUnsubscribe(
                    header,
                    links,
                    String.join("; ", UnsubscribeLint.problems(mail, links)),
                    mail.header("List-Unsubscribe-Post").orElse(""));
        }
    }

    /** An attachment, or a part shown in place. */
    record Attachment(
            @JsonProperty("PartID") String partId,
            @JsonProperty("FileName") String fileName,
            @JsonProperty("ContentType") String contentType,
            @JsonProperty("ContentID") String contentId,
            @JsonProperty("Size") int size,
            @JsonProperty("Checksums") Checksums checksums) {
        static Attachment of(MimePart part) {
            byte[] content = part.bytes();
            String contentId = part.contentId().orElse("");
            return new Attachment(
                    part.path(),
                    part.fileName().orElse(contentId),
                    part.contentType(),
                    contentId,
                    content.length,
                    new Checksums(digest("MD5", content), digest("SHA-1", content), digest("SHA-256", content)));
        }
    }

    /** Digests of an attachment's content, in hexadecimal. */
    record Checksums(
            @JsonProperty("MD5") String md5,
            @JsonProperty("SHA1") String sha1,
            @JsonProperty("SHA256") String sha256) {}

    private static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has " + algorithm + ".", e);
        }
    }

    private static Address sender(List<MailAddress> from) {
        return from.stream().findFirst().map(Address::of).orElse(Address.NONE);
    }

    private static List<Address> addresses(List<MailAddress> addresses) {
        return addresses.stream().map(Address::of).toList();
    }

    /** Those of a Bcc field, and those who got the mail though no field names them. */
    private static List<Address> blindCopies(CapturedMail mail) {
        List<Address> blind = new ArrayList<>(addresses(mail.bcc()));
        blindRecipients(mail).forEach(address -> blind.add(new Address("", address)));
        return blind;
    }

    /** The recipients of the envelope that none of To, Cc and Bcc names, each once. */
    static Set<String> blindRecipients(CapturedMail mail) {
        return blindRecipients(mail.message(), mail.envelope());
    }

    static Set<String> blindRecipients(MailMessage message, Envelope envelope) {
        Set<String> named = new HashSet<>();
        Stream.of(message.to(), message.cc(), message.bcc())
                .flatMap(List::stream)
                .forEach(address -> named.add(address.address().toLowerCase(Locale.ROOT)));
        Set<String> blind = new LinkedHashSet<>();
        for (String recipient : envelope.recipientAddresses()) {
            if (named.add(recipient.toLowerCase(Locale.ROOT))) {
                blind.add(recipient);
            }
        }
        return blind;
    }

    static String senderPath(MailMessage message, Envelope envelope) {
        if (!envelope.sender().isNull()) {
            return envelope.sender().address();
        }
        Optional<String> field = message.header("Return-Path")
                .flatMap(value -> IN_BRACKETS
                        .matcher(value.value())
                        .results()
                        .findFirst()
                        .map((MatchResult path) -> path.group(1)))
                .filter(path -> !path.isEmpty());
        return field.orElseGet(() -> sender(message.from()).address());
    }

    /** Parts without a file name and a Content-ID are left out here, though lists count them. */
    private static List<Attachment> named(List<MimePart> parts) {
        return parts.stream().filter(MessageJson::isNamed).map(Attachment::of).toList();
    }

    private static boolean isNamed(MimePart part) {
        return part.fileName().isPresent() || part.contentId().isPresent();
    }
}
