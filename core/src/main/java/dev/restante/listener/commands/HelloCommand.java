package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.Effect;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * EHLO and HELO (RFC 5321 section 4.1.1.1), and LHLO in their place where LMTP is spoken (RFC 2033 section 4.1): the client says
 * its name and, but for HELO, learns the extensions.
 */
final class HelloCommand implements Verb {
    private final String word;
    private final boolean lmtp;
    private final boolean extended;

    HelloCommand(String word) {
        this.word = word;
        this.lmtp = word.equals("LHLO");
        this.extended = !word.equals("HELO");
    }

    @Override
    public void answer(Conversation conversation) {
        if (lmtp != conversation.speaksLmtp()) {
            Reply refusal = lmtp ? Replies.UNKNOWN_COMMAND : Replies.SAY_LHLO;
            conversation.ledger.failed(Stage.EHLO, Attempt.Outcome.REFUSED, Optional.of(refusal));
            conversation.say(refusal);
            return;
        }
        String name = conversation.argument();
        if (name.isEmpty() || name.indexOf(' ') >= 0) {
            Reply refusal = Reply.of(501, "5.5.4 Say " + word + " and one name");
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
            conversation.offers(extended ? reply.lines() : List.of());
        }
        conversation.say(reply, ruling);
    }

    private Reply usual(Conversation conversation, Ruling ruling) {
        Greetings greetings = conversation.settings.greetings();
        boolean secure = conversation.client().tls().isPresent();
        boolean certified = AuthCommand.hasCertificate(conversation.client());
        List<String> lines = certified ? greetings.certified() : secure ? greetings.secure() : greetings.plain();
        boolean ownLines = extended && conversation.isTrustedWithXclient();
        if (ownLines) {
            lines = new ArrayList<>(lines);
            lines.add(XclientCommand.KEYWORD);
        }
        if (ruling.decision() instanceof Effect.Keywords change) {
            return changed(lines, change);
        } else if (!extended) {
            return greetings.helo();
        } else if (ownLines) {
            return Reply.of(250, String.join("\n", lines));
        }
        return certified ? greetings.ehloCertified() : secure ? greetings.ehloSecure() : greetings.ehloPlain();
    }

    private Reply changed(List<String> usual, Effect.Keywords change) {
        String first = change.greeting().isEmpty() ? usual.get(0) : change.greeting();
        if (!extended) {
            return Reply.of(250, first);
        }
        List<String> lines = new ArrayList<>(List.of(first));
        lines.addAll(change.applyTo(usual.subList(1, usual.size())));
        return Reply.of(250, String.join("\n", lines));
    }
}
