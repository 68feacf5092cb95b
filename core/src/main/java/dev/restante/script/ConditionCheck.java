package dev.restante.script;

import dev.restante.Condition;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.HeaderField;
import dev.restante.MailMessage;
import dev.restante.Moment;
import dev.restante.Stage;
import dev.restante.TextPattern;
import java.util.Optional;

/** Decides the conditions that depend on nothing but the moment. */
final class ConditionCheck {
    private ConditionCheck() {}

    static boolean holds(Condition condition, Moment moment) {
        if (condition instanceof Condition.From from) {
            return moment.sender()
                    .filter(sender -> from.pattern().matches(sender.address()))
                    .isPresent();
        } else if (condition instanceof Condition.To to) {
            return matchesRecipient(to.pattern(), moment);
        } else if (condition instanceof Condition.Helo helo) {
            return matches(helo.pattern(), moment.client().heloName());
        } else if (condition instanceof Condition.User user) {
            return matches(user.pattern(), moment.client().user());
        } else if (condition instanceof Condition.Client client) {
            return client.network().contains(moment.client().address().getAddress());
        } else if (condition instanceof Condition.Tls tls) {
            return moment.client().tls().isPresent() == tls.encrypted();
        } else if (condition instanceof Condition.LoggedIn loggedIn) {
            // At AUTH the client is seen as it presents itself: who may still do so has not logged in.
            boolean isIn = moment.stage() != Stage.AUTH
                    && moment.client().authentication().isPresent();
            return isIn == loggedIn.yes();
        } else if (condition instanceof Condition.Credentials credentials) {
            return moment.credentialsRight()
                    .filter(right -> right == credentials.right())
                    .isPresent();
        } else if (condition instanceof Condition.Parameter parameter) {
            return matchesParameter(parameter, moment);
        } else if (condition instanceof Condition.Header header) {
            return matchesHeader(header, moment.message());
        } else if (condition instanceof Condition.Size size) {
            return moment.size() >= size.atLeast() && moment.size() <= size.atMost() && moment.size() >= 0;
        } else if (condition instanceof Condition.Connections connections) {
            return (connections.ofClient() ? moment.openConnectionsOfClient() : moment.openConnections())
                    > connections.above();
        } else if (condition instanceof Condition.Recipients recipients) {
            int named = moment.stage() == Stage.RCPT_TO ? 1 : 0;
            return moment.recipients().size() + named > recipients.above();
        } else if (condition instanceof Condition.Matching matching) {
            return matching.predicate().test(moment);
        } else if (condition instanceof Condition.Nth nth) {
            return nth.n()
                    == (nth.scope() == Condition.Scope.TRANSACTION
                            ? moment.ordinalInTransaction()
                            : moment.ordinalInConnection());
        }
        throw new IllegalStateException("Not a condition of the moment alone: " + condition);
    }

    private static boolean matches(TextPattern pattern, Optional<String> text) {
        return text.isPresent() && pattern.matches(text.get());
    }

    private static boolean matchesRecipient(TextPattern pattern, Moment moment) {
        if (moment.isAboutOneRecipient()) {
            return moment.recipient()
                    .filter(recipient -> pattern.matches(recipient.address()))
                    .isPresent();
        }
        for (Envelope.Recipient recipient : moment.recipients()) {
            if (pattern.matches(recipient.address())) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesParameter(Condition.Parameter parameter, Moment moment) {
        EsmtpParameters given = moment.stage() == Stage.RCPT_TO
                ? moment.recipient().map(Envelope.Recipient::parameters).orElse(EsmtpParameters.none())
                : moment.sender().map(Envelope.Sender::parameters).orElse(EsmtpParameters.none());
        return given.has(parameter.keyword())
                && parameter.pattern().matches(given.value(parameter.keyword()).orElse(""));
    }

    private static boolean matchesHeader(Condition.Header header, Optional<MailMessage> message) {
        if (message.isEmpty()) {
            return false;
        }
        for (HeaderField field : message.get().headers(header.name())) {
            if (header.pattern().matches(field.value())) {
                return true;
            }
        }
        return false;
    }
}
