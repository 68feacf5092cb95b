package dev.restante;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What chooses the mails of a mailbox of its own: see {@link SmtpFixture#mailbox(String, MailboxSelector, MailboxSelector...)}.
 *
 * <p>Each kind is known from a stage of the conversation on, and a mailbox's rules can act only there: the name given with EHLO
 * from EHLO on, the user from AUTH on, a recipient from its RCPT TO until the mail is stored, and a header once the body has
 * arrived. {@link #of} reads what {@code toString()} writes.
 *
 * <p>Immutable and thread-safe.
 */
public sealed interface MailboxSelector {
    /** Mails for recipients whose address matches this {@linkplain TextPattern pattern}. */
    static MailboxSelector recipient(String pattern) {
        return new Recipient(TextPattern.of(pattern));
    }

    /** Mails of clients that have logged in as a user whose name matches this {@linkplain TextPattern pattern}. */
    static MailboxSelector user(String pattern) {
        return new User(TextPattern.of(pattern));
    }

    /** Mails of clients whose name, as given with EHLO or HELO, matches this {@linkplain TextPattern pattern}. */
    static MailboxSelector helo(String pattern) {
        return new Helo(TextPattern.of(pattern));
    }

    /** Mails with a header field {@code name} whose decoded value matches this {@linkplain TextPattern pattern}. */
    static MailboxSelector header(String name, String pattern) {
        return new Header(name, TextPattern.of(pattern));
    }

    /**
     * The selector that a text spells: {@code rcpt:*@orders.example}, {@code user:orders}, {@code helo:app-1}, {@code
     * header:X-Test=42}.
     *
     * @throws IllegalArgumentException if it spells none; the message says what does
     */
    static MailboxSelector of(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? "" : text.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        String value = text.substring(colon + 1).strip();
        int equals = value.indexOf('=');
        if (value.isEmpty() || (kind.equals("header") && (equals < 1 || equals == value.length() - 1))) {
            throw new IllegalArgumentException(noSelector(text));
        }
        return switch (kind) {
            case "rcpt" -> recipient(value);
            case "user" -> user(value);
            case "helo" -> helo(value);
            case "header" ->
                header(
                        value.substring(0, equals).strip(),
                        value.substring(equals + 1).strip());
            default -> throw new IllegalArgumentException(noSelector(text));
        };
    }

    private static String noSelector(String text) {
        return "\"" + text + "\" selects no mail. Write rcpt:*@orders.example, user:orders, helo:app-1 or"
                + " header:X-Test=42; * stands for anything, and /.../ is a regular expression.";
    }

    /**
     * Whether this selects a mail, as far as these facts tell.
     *
     * @param recipients those that the mail is for, as far as they are known
     * @param message the message, once it has arrived
     */
    boolean selects(SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message);

    /** Whether what this selects by can be known at this stage. */
    boolean isKnownAt(Stage<?> stage);

    /** In words, when it is known. */
    String whenKnown();

    /** Selects by recipient: of a mail for several, those that match belong to the mailbox. */
    record Recipient(TextPattern pattern) implements MailboxSelector {
        @Override
        public boolean selects(SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message) {
            for (Envelope.Recipient each : recipients) {
                if (pattern.matches(each.address())) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean isKnownAt(Stage<?> stage) {
            return stage.index() >= Stage.RCPT_TO.index() && stage.index() <= Stage.AFTER_COMMIT.index();
        }

        @Override
        public String whenKnown() {
            return "from RCPT_TO to AFTER_COMMIT";
        }

        @Override
        public String toString() {
            return "rcpt:" + pattern;
        }
    }

    /** Selects by the user that the client has logged in as; at AUTH, that it presents itself as. */
    record User(TextPattern pattern) implements MailboxSelector {
        @Override
        public boolean selects(SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message) {
            return client.user().filter(pattern::matches).isPresent();
        }

        @Override
        public boolean isKnownAt(Stage<?> stage) {
            return stage.index() >= Stage.AUTH.index();
        }

        @Override
        public String whenKnown() {
            return "from AUTH on";
        }

        @Override
        public String toString() {
            return "user:" + pattern;
        }
    }

    /** Selects by the name given with EHLO or HELO. */
    record Helo(TextPattern pattern) implements MailboxSelector {
        @Override
        public boolean selects(SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message) {
            return client.heloName().filter(pattern::matches).isPresent();
        }

        /** At a TLS handshake it is known behind STARTTLS. */
        @Override
        public boolean isKnownAt(Stage<?> stage) {
            return stage != Stage.CONNECT;
        }

        @Override
        public String whenKnown() {
            return "from EHLO on";
        }

        @Override
        public String toString() {
            return "helo:" + pattern;
        }
    }

    /** Selects by the decoded value of a header field. */
    record Header(String name, TextPattern pattern) implements MailboxSelector {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

        /** Refuses what is no name of a field (RFC 5322 section 2.2), or one that could not be spelled. */
        public Header {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is no name of a header field, such as X-Test or List-Id.");
            }
        }

        @Override
        public boolean selects(SmtpClient client, List<Envelope.Recipient> recipients, Optional<MailMessage> message) {
            return message.stream()
                    .flatMap(each -> each.headers(name).stream())
                    .anyMatch(field -> pattern.matches(field.value()));
        }

        @Override
        public boolean isKnownAt(Stage<?> stage) {
            return stage == Stage.END_OF_DATA || stage == Stage.AFTER_COMMIT;
        }

        @Override
        public String whenKnown() {
            return "at END_OF_DATA and AFTER_COMMIT";
        }

        @Override
        public String toString() {
            return "header:" + name + "=" + pattern;
        }
    }
}
