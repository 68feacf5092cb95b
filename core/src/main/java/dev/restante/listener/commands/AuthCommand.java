package dev.restante.listener.commands;

import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.Authentication;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/** AUTH (RFC 4954): the client logs in. */
final class AuthCommand implements Verb {
    private static final Reply SUCCESS = Reply.of(235, "2.7.0 Authentication successful");
    private static final Reply INVALID = Reply.of(535, "5.7.8 Authentication credentials invalid");
    private static final Reply AGAIN = Reply.of(503, "5.5.1 Already authenticated");
    private static final Reply IN_TRANSACTION = Reply.of(503, "5.5.1 AUTH is not taken in a mail transaction");
    private static final Reply NEEDS_TLS = Reply.of(538, "5.7.11 Encryption required for authentication");
    private static final int RFC822_NAME = 1;
    private static final int LONGEST_NAME = 40;

    @Override
    public void answer(Conversation conversation) {
        Reply misplaced = misplaced(conversation);
        if (misplaced != null) {
            refuse(conversation, misplaced);
            return;
        }
        String[] words = conversation.argument().split("[ \\t]+", 2);
        if (words[0].isEmpty()) {
            refuse(conversation, Reply.of(501, "5.5.4 Syntax: AUTH mechanism"));
            return;
        }
        boolean certified = hasCertificate(conversation.client());
        List<String> offered = conversation.settings.auth().mechanisms(certified);
        Optional<Mechanism> mechanism = Mechanism.named(words[0]).filter(known -> offered.contains(known.saslName()));
        if (mechanism.isPresent()) {
            login(conversation, mechanism.get(), words.length > 1 ? words[1].strip() : null);
        } else if (words[0].equalsIgnoreCase("EXTERNAL")
                && conversation.settings.auth().mechanisms(true).contains("EXTERNAL")) {
            refuse(conversation, words[0], "", Reply.of(504, "5.5.4 EXTERNAL needs a client certificate inside TLS"));
        } else {
            String choice = offered.isEmpty() ? "" : "; take one of " + String.join(" ", offered);
            refuse(conversation, words[0], "", Reply.of(504, "5.5.4 Mechanism not offered" + choice));
        }
    }

    /** Whether the client has shown a certificate. */
    static boolean hasCertificate(SmtpClient client) {
        return client.tls().isPresent()
                && !client.tls().get().clientCertificates().isEmpty();
    }

    private static void refuse(Conversation conversation, Reply reply) {
        conversation.ledger.failed(Stage.AUTH, Attempt.Outcome.REFUSED, Optional.of(reply));
        conversation.say(reply);
    }

    /** Refuses a login of which no more is known than this: the attempt shows it. */
    private static void refuse(Conversation conversation, String mechanism, String user, Reply reply) {
        String name = mechanism.length() > LONGEST_NAME ? mechanism.substring(0, LONGEST_NAME) : mechanism;
        fail(conversation, name, user, Attempt.Outcome.REFUSED, Optional.of(reply));
        conversation.say(reply);
    }

    private static void fail(
            Conversation conversation, String mechanism, String user, Attempt.Outcome outcome, Optional<Reply> reply) {
        conversation.presented(
                conversation.client().authenticated(new Authentication(mechanism.toUpperCase(Locale.ROOT), user, "")));
        conversation.ledger.failed(Stage.AUTH, outcome, reply);
        conversation.asBefore();
    }

    private static void login(Conversation conversation, Mechanism mechanism, @Nullable String initial) {
        Dialogue dialogue = new Dialogue(conversation, mechanism.saslName(), initial);
        try {
            judge(conversation, mechanism.converse(dialogue), dialogue);
        } catch (Refusal refusal) {
            if (!conversation.hasEnded()) {
                refuse(conversation, mechanism.saslName(), dialogue.user, refusal.reply());
            }
        }
    }

    private static void judge(Conversation conversation, Mechanism.Login login, Dialogue dialogue) throws Refusal {
        AuthPolicy policy = conversation.settings.auth();
        SmtpClient authenticated = conversation.client().authenticated(login.presented());
        conversation.presented(authenticated);
        boolean accepted = login.check().test(policy);
        conversation.moment.credentials(accepted);
        Ruling ruling = conversation.ask(Stage.AUTH);
        conversation.moment.credentials(null);
        if (ruling.ended()) {
            return;
        }
        Reply reply = ruling.replyOr(accepted ? SUCCESS : INVALID);
        boolean succeeds = reply.isPositive() && !ruling.refuses();
        Optional<Reply> last = ruling.said(reply);
        try {
            String proof = succeeds ? login.proof().by(policy) : "";
            if (!proof.isEmpty()) {
                dialogue.tell(proof, true);
            } else if (!succeeds
                    && ruling.decision() == null
                    && !login.complaint().isEmpty()) {
                dialogue.heard = Optional.of(Dialogue.challenge(login.complaint()));
                dialogue.tell(login.complaint(), false);
            }
        } catch (Refusal refusal) {
            // The client did not take in what came before the last word.
            if (!conversation.hasEnded()) {
                conversation.ledger.failed(Stage.AUTH, Attempt.Outcome.REFUSED, Optional.of(refusal.reply()));
                conversation.asBefore();
                conversation.say(refusal.reply());
            }
            return;
        }
        if (succeeds) {
            conversation.know(authenticated);
        } else {
            // The attempt shows the client as it presented itself.
            conversation.ledger.failed(Stage.AUTH, Attempt.Outcome.REFUSED, last);
            conversation.asBefore();
        }
        conversation.say(reply, ruling);
    }

    private static @Nullable Reply misplaced(Conversation conversation) {
        AuthPolicy policy = conversation.settings.auth();
        if (!policy.isOffered()) {
            return Replies.NOT_IMPLEMENTED;
        } else if (conversation.client().heloName().isEmpty()) {
            return conversation.helloFirst();
        } else if (conversation.client().authentication().isPresent()) {
            return AGAIN;
        } else if (conversation.transaction() != null) {
            return IN_TRANSACTION;
        } else if (policy.isOnlyInTls() && conversation.client().tls().isEmpty()) {
            return NEEDS_TLS;
        }
        return null;
    }

    private static final class Dialogue implements Mechanism.Exchange {
        private final Conversation conversation;
        private final @Nullable String initial;

        /** What has refused the client already, if anything has. */
        private Optional<Reply> heard = Optional.empty();

        private final String mechanism;
        private String user = "";

        Dialogue(Conversation conversation, String mechanism, @Nullable String initial) {
            this.conversation = conversation;
            this.mechanism = mechanism;
            this.initial = initial;
        }

        @Override
        public String initialOr(String firstChallenge) throws Refusal {
            return initial != null ? Mechanism.decode(initial) : ask(firstChallenge);
        }

        @Override
        public void claims(String user) {
            this.user = user;
        }

        @Override
        public String ask(String text) throws Refusal {
            conversation.say(challenge(text));
            return Mechanism.decode(hear());
        }

        /** Says something that the client has only to take in, whatever it answers. */
        void tell(String text, boolean isSecret) throws Refusal {
            if (isSecret) {
                conversation.sayMasked(challenge(text));
            } else {
                conversation.say(challenge(text));
            }
            hear();
        }

        private static Reply challenge(String text) {
            return Reply.of(334, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        }

        private void unheard() {
            fail(
                    conversation,
                    mechanism,
                    user,
                    heard.isEmpty() ? Attempt.Outcome.ABORTED : Attempt.Outcome.REFUSED,
                    heard.or(conversation::farewell));
        }

        private String hear() throws Refusal {
            String answer = conversation
                    .hearSecret(this::unheard)
                    .orElseThrow(() -> new Refusal(501, "5.7.0 The input ended in the exchange"));
            if (answer.equals("*")) {
                throw new Refusal(501, "5.7.0 Authentication cancelled");
            }
            return answer;
        }

        @Override
        public void refuseInitial() throws Refusal {
            if (initial != null) {
                throw new Refusal(501, "5.7.0 This mechanism takes no initial response");
            }
        }

        @Override
        public String hostName() {
            return conversation.settings.hostName();
        }

        @Override
        public Optional<String> certificateName() {
            SmtpClient client = conversation.client();
            return hasCertificate(client)
                    ? Optional.of(
                            name(client.tls().orElseThrow().clientCertificates().get(0)))
                    : Optional.empty();
        }

        /** The first address among the alternative names, or the common name, or the whole subject. */
        private static String name(X509Certificate certificate) {
            try {
                Collection<List<?>> names = certificate.getSubjectAlternativeNames();
                if (names != null) {
                    for (List<?> each : names) {
                        if (each.get(0).equals(RFC822_NAME)) {
                            return String.valueOf(each.get(1));
                        }
                    }
                }
                String subject = certificate.getSubjectX500Principal().getName();
                for (Rdn part : new LdapName(subject).getRdns()) {
                    if (part.getType().equalsIgnoreCase("CN")) {
                        return String.valueOf(part.getValue());
                    }
                }
                return subject;
            } catch (CertificateParsingException | InvalidNameException e) {
                return certificate.getSubjectX500Principal().getName();
            }
        }
    }
}
