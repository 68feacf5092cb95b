package dev.restante;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A description of mails, for waiting and finding; the words of the envelope, {@link #to} and {@link #from}, describe
 * attempts as well. Texts are {@linkplain TextPattern patterns}.
 *
 * <p>Immutable and thread-safe. {@link #toString()} says it in words, {@link #mismatches} says why a mail is none of them.
 */
public abstract class Matching implements Predicate<CapturedMail> {
    private final String description;

    private Matching(String description) {
        this.description = description;
    }

    /** Any mail. */
    public static Matching any() {
        return new All(List.of());
    }

    /** Mails with an envelope recipient that matches. */
    public static Matching to(String pattern) {
        return new To(TextPattern.of(pattern));
    }

    /** Mails whose envelope sender matches; the null sender is matched by {@code "*"} alone. */
    public static Matching from(String pattern) {
        return new From(TextPattern.of(pattern));
    }

    /** Mails whose decoded subject matches. */
    public static Matching subject(String pattern) {
        return new Text("subject", pattern, mail -> mail.subject().stream().toList());
    }

    /** Mails with a header field {@code name} whose decoded value matches. */
    public static Matching header(String name, String pattern) {
        return new Text(
                "header " + name,
                pattern,
                mail -> mail.message().headers(name).stream()
                        .map(HeaderField::value)
                        .toList());
    }

    /** Mails with this Message-ID, written without brackets. */
    public static Matching messageId(String pattern) {
        return new Text("Message-ID", pattern, mail -> mail.messageId().stream().toList());
    }

    /** Mails whose text or HTML body matches. */
    public static Matching body(String pattern) {
        return new Text(
                "body",
                pattern,
                mail -> Stream.of(mail.text(), mail.html())
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** Mails that {@code predicate} agrees to; {@code description} says in messages which these are. */
    public static Matching that(String description, Predicate<CapturedMail> predicate) {
        return new That(description, predicate);
    }

    /** Mails that match both. */
    public final Matching and(Matching other) {
        return new All(Stream.concat(parts().stream(), other.parts().stream()).toList());
    }

    /** Whether {@code mail} matches. */
    @Override
    public abstract boolean test(CapturedMail mail);

    /** In words, why {@code mail} does not match; empty if it does. */
    public abstract List<String> mismatches(CapturedMail mail);

    /**
     * Whether an attempt is about what this describes.
     *
     * @throws IllegalArgumentException if this asks for more than an envelope
     */
    public boolean concerns(Attempt attempt) {
        throw new IllegalArgumentException(
                "An attempt is described by its envelope, with to(...) and from(...), but not by " + this + ".");
    }

    /**
     * Whether an attempt succeeded for what this describes: a mail was stored, and with {@link #to}, for such a recipient.
     */
    public boolean succeeded(Attempt attempt) {
        return concerns(attempt) && attempt.mailId().isPresent();
    }

    List<Matching> parts() {
        return List.of(this);
    }

    /** What is described, in words. */
    @Override
    public final String toString() {
        return description;
    }

    private static final class To extends Matching {
        private final TextPattern pattern;

        To(TextPattern pattern) {
            super("to \"" + pattern + "\"");
            this.pattern = pattern;
        }

        @Override
        public boolean test(CapturedMail mail) {
            return mail.envelope().recipientAddresses().stream().anyMatch(pattern::matches);
        }

        @Override
        public List<String> mismatches(CapturedMail mail) {
            return test(mail)
                    ? List.of()
                    : List.of("it is to " + String.join(", ", mail.envelope().recipientAddresses()));
        }

        @Override
        public boolean concerns(Attempt attempt) {
            return attempt.recipients().stream()
                    .anyMatch(each -> pattern.matches(each.recipient().address()));
        }

        @Override
        public boolean succeeded(Attempt attempt) {
            return attempt.mailId().isPresent()
                    && attempt.recipients().stream()
                            .anyMatch(each -> each.accepted()
                                    && pattern.matches(each.recipient().address()));
        }
    }

    private static final class From extends Matching {
        private final TextPattern pattern;

        From(TextPattern pattern) {
            super("from \"" + pattern + "\"");
            this.pattern = pattern;
        }

        @Override
        public boolean test(CapturedMail mail) {
            return pattern.matches(mail.envelope().sender().address());
        }

        @Override
        public List<String> mismatches(CapturedMail mail) {
            return test(mail)
                    ? List.of()
                    : List.of("it is from " + mail.envelope().sender());
        }

        @Override
        public boolean concerns(Attempt attempt) {
            return attempt.sender()
                    .filter(sender -> pattern.matches(sender.address()))
                    .isPresent();
        }
    }

    private static final class Text extends Matching {
        private final String what;
        private final TextPattern pattern;
        private final Function<CapturedMail, List<String>> values;

        Text(String what, String pattern, Function<CapturedMail, List<String>> values) {
            super("with " + what + " \"" + pattern + "\"");
            this.what = what;
            this.pattern = TextPattern.of(pattern);
            this.values = values;
        }

        @Override
        public boolean test(CapturedMail mail) {
            return values.apply(mail).stream().anyMatch(pattern::matches);
        }

        @Override
        public List<String> mismatches(CapturedMail mail) {
            if (test(mail)) {
                return List.of();
            }
            List<String> found = values.apply(mail);
            return List.of(
                    found.isEmpty()
                            ? "it has no " + what
                            : "its " + what + " is \"" + shortened(String.join("\", \"", found)) + "\"");
        }

        private static String shortened(String text) {
            return text.length() <= 200 ? text : text.substring(0, 200) + "...";
        }
    }

    private static final class That extends Matching {
        private final Predicate<CapturedMail> predicate;

        That(String description, Predicate<CapturedMail> predicate) {
            super(description);
            this.predicate = predicate;
        }

        @Override
        public boolean test(CapturedMail mail) {
            return predicate.test(mail);
        }

        @Override
        public List<String> mismatches(CapturedMail mail) {
            return test(mail) ? List.of() : List.of("it is not one " + this);
        }
    }

    private static final class All extends Matching {
        private final List<Matching> parts;

        All(List<Matching> parts) {
            super(
                    parts.isEmpty()
                            ? "any"
                            : String.join(
                                    " and ",
                                    parts.stream().map(Matching::toString).toList()));
            this.parts = parts;
        }

        @Override
        public boolean test(CapturedMail mail) {
            return parts.stream().allMatch(part -> part.test(mail));
        }

        @Override
        public List<String> mismatches(CapturedMail mail) {
            return parts.stream()
                    .flatMap(part -> part.mismatches(mail).stream())
                    .toList();
        }

        @Override
        public boolean concerns(Attempt attempt) {
            return parts.stream().allMatch(part -> part.concerns(attempt));
        }

        @Override
        public boolean succeeded(Attempt attempt) {
            return attempt.mailId().isPresent() && parts.stream().allMatch(part -> part.succeeded(attempt));
        }

        @Override
        List<Matching> parts() {
            return parts;
        }
    }
}
