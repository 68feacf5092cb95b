package dev.restante.mail;

import dev.restante.HeaderField;
import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks a message everything it can be asked and writes the answers down, one a line. */
final class MessageDump {
    private final StringBuilder out = new StringBuilder();

    private MessageDump() {}

    static String of(MailMessage message) {
        MessageDump dump = new MessageDump();
        dump.message(message, "");
        return dump.out.toString();
    }

    private void message(MailMessage message, String indent) {
        line(indent, "size", message.size());
        for (HeaderField field : message.headers()) {
            line(indent, "header", quoted(field.name()) + " " + quoted(field.rawValue()));
            if (!field.value().equals(field.rawValue())) {
                line(indent, "    decoded", quoted(field.value()));
            }
        }
        line(indent, "subject", quoted(message.subject()));
        addresses(indent, "from", message.from());
        addresses(indent, "sender", message.sender());
        addresses(indent, "reply-to", message.replyTo());
        addresses(indent, "to", message.to());
        addresses(indent, "cc", message.cc());
        addresses(indent, "bcc", message.bcc());
        line(indent, "message-id", quoted(message.messageId()));
        line(indent, "date", message.date().map(Object::toString).orElse("-"));
        line(indent, "text", quoted(message.text()));
        line(indent, "html", quoted(message.html()));
        part(message.root(), indent);
        paths(indent, "leaves", message.parts());
        paths(indent, "attachments", message.attachments());
        paths(indent, "inline", message.inlineParts());
        paths(indent, "calendars", message.calendars());
        message.problems().forEach(problem -> line(indent, "problem", problem));
        for (MailMessage nested : message.nestedMessages()) {
            line(indent, "nested", "");
            message(nested, indent + "  | ");
        }
    }

    private void part(MimePart part, String indent) {
        StringBuilder facts = new StringBuilder(part.contentType());
        part.charset().ifPresent(charset -> facts.append(" charset=").append(quoted(charset)));
        part.disposition().ifPresent(disposition -> facts.append(" ").append(disposition));
        part.fileName().ifPresent(name -> facts.append(" file=").append(quoted(name)));
        part.contentId().ifPresent(id -> facts.append(" id=").append(quoted(id)));
        facts.append(" ").append(part.transferEncoding());
        if (part.children().isEmpty()) {
            facts.append(" ").append(part.size()).append(" octets ").append(quoted(part.text()));
        }
        line(indent, "part " + part.path(), facts);
        part.children().forEach(child -> part(child, indent));
    }

    private void addresses(String indent, String name, List<MailAddress> addresses) {
        for (MailAddress address : addresses) {
            line(indent, name, quoted(address.name()) + " " + quoted(address.address()));
        }
    }

    private void paths(String indent, String name, List<MimePart> parts) {
        line(indent, name, parts.stream().map(MimePart::path).collect(Collectors.joining(" ")));
    }

    private void line(String indent, String name, Object value) {
        out.append(indent).append((name + ": " + value).stripTrailing()).append('\n');
    }

    private static String quoted(Optional<String> text) {
        return text.map(MessageDump::quoted).orElse("-");
    }

    /** In quotes and on one line, control characters made visible. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            switch (c) {
                case '\r' -> quoted.append("\\r");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || c == 0xFEFF) {
                        quoted.append(String.format("\\u%04X", c));
                    } else {
                        quoted.append((char) c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
