package dev.restante.listener.commands;

import dev.restante.Effect;
import dev.restante.Reply;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fills in what a scripted reply says of the moment. */
final class Wording {
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\{(client|helo|user|sender|recipient|host|session|mail|date)}");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ENGLISH);

    /** What a client said may be long; a reply line should not be (RFC 5321 section 4.5.3.1.5). */
    private static final int LONGEST = 256;

    private Wording() {}

    /** The decision in the words of this moment. */
    static Effect.@Nullable Decision filled(Effect.@Nullable Decision decision, Conversation conversation) {
        if (decision instanceof Effect.Answer answer
                && answer.reply().lines().stream().anyMatch(Wording::isOpen)) {
            Reply reply = answer.reply();
            return new Effect.Answer(Reply.of(reply.code(), filled(reply.text(), conversation)));
        } else if (decision instanceof Effect.Keywords keywords && isOpen(keywords.greeting())) {
            return new Effect.Keywords(keywords.add(), keywords.hide(), filled(keywords.greeting(), conversation));
        }
        return decision;
    }

    private static boolean isOpen(String text) {
        return text.indexOf('{') >= 0 && PLACEHOLDER.matcher(text).find();
    }

    private static String filled(String text, Conversation conversation) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(inOneLine(value(found.group(1), conversation))));
    }

    private static String value(String placeholder, Conversation conversation) {
        PresentMoment moment = conversation.moment;
        return switch (placeholder) {
            case "client" -> moment.client().ip();
            case "helo" -> moment.client().heloName().orElse("");
            case "user" -> moment.client().user().orElse("");
            case "sender" -> moment.sender().map(sender -> sender.address()).orElse("");
            case "recipient" ->
                moment.recipient().map(recipient -> recipient.address()).orElse("");
            case "host" -> conversation.settings.hostName();
            case "session" -> conversation.sessionId();
            case "mail" -> moment.transaction() == null ? "" : moment.transaction().mailId;
            default -> DATE.format(conversation.services.clock().now().atOffset(ZoneOffset.UTC));
        };
    }

    /** The text, or as much of it as fits, in whole characters. */
    static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + "...";
    }

    private static String inOneLine(String value) {
        StringBuilder text = new StringBuilder(cut(value, LONGEST));
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                text.setCharAt(i, '?');
            }
        }
        return text.toString();
    }
}
