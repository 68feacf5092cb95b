package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Effect;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** EHLO and HELO (RFC 5321 section 4.1.1.1): the client says its name and, with EHLO, learns the extensions. */
final class HelloCommand implements Verb {
    private final boolean extended;

    HelloCommand(boolean extended) {
        this.extended = extended;
    }

    @Override
    public void answer(Conversation conversation) {
        String name = conversation.argument();
        if (name.isEmpty() || name.indexOf(' ') >= 0) {
            Reply refusal = Reply.of(501, "5.5.4 Say " + (extended ? "EHLO" : "HELO") + " and one name");
            conversation.ledger.failed(Stage.EHLO, Attempt.Outcome.REFUSED, Optional.of(refusal));
            conversation.say(refusal);
            return;
        }
        SmtpClient greeted = conversation.client().greeted(name, extended);
        conversation.presented(greeted);
        Ruling ruling = conversation.ask(Stage.EHLO);
        if (ruling.ended()) {
            return;
        }
        Reply reply = ruling.replyOr(usual(conversation, ruling));
        if (ruling.refuses()) {
            // The attempt shows the client as it presented itself.
            conversation.ledger.failed(Stage.EHLO, Attempt.Outcome.REFUSED, ruling.said(reply));
            conversation.asBefore();
        } else {
            conversation.ledger.abandon().run();
            conversation.know(greeted);
        }
        conversation.say(reply, ruling);
    }

    private Reply usual(Conversation conversation, Ruling ruling) {
        Greetings greetings = conversation.settings.greetings();
        boolean secure = conversation.client().tls().isPresent();
        if (!extended) {
            return greetings.helo();
        }
        boolean certified = AuthCommand.hasCertificate(conversation.client());
        if (ruling.decision() instanceof Effect.Keywords change) {
            return changed(certified ? greetings.certified() : secure ? greetings.secure() : greetings.plain(), change);
        }
        return certified ? greetings.ehloCertified() : secure ? greetings.ehloSecure() : greetings.ehloPlain();
    }

    private static Reply changed(List<String> usual, Effect.Keywords change) {
        List<String> lines = new ArrayList<>(usual);
        lines.subList(1, lines.size())
                .removeIf(line -> Stream.concat(change.hide().stream(), change.add().stream())
                        .anyMatch(other -> keyword(other).equals(keyword(line))));
        lines.addAll(change.add());
        return Reply.of(250, String.join("\n", lines));
    }

    private static String keyword(String line) {
        int space = line.indexOf(' ');
        return (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
    }
}
