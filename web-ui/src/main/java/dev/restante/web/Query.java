package dev.restante.web;

import com.google.re2j.Pattern;
import dev.restante.HeaderField;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a search asks for, as {@link QueryParser} reads it. Immutable. */
sealed interface Query {
    /** Whether this mail is asked for. */
    boolean test(Candidate mail);

    /** All of these; any mail if there is none. */
    record All(List<Query> parts) implements Query {
        @Override
        public boolean test(Candidate mail) {
            for (Query part : parts) {
                if (!part.test(mail)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** At least one of these. */
    record Any(List<Query> parts) implements Query {
        @Override
        public boolean test(Candidate mail) {
            for (Query part : parts) {
                if (part.test(mail)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** None of that. */
    record Not(Query part) implements Query {
        @Override
        public boolean test(Candidate mail) {
            return !part.test(mail);
        }
    }

    /** A place in a mail holds a text. */
    record Text(Place place, Needle needle) implements Query {
        @Override
        public boolean test(Candidate mail) {
            return needle instanceof Needle.Words words
                    ? place.folded(mail.facts()).contains(place.cleaned ? words.cleaned() : words.folded())
                    : place.texts(mail.facts()).stream().anyMatch(text -> needle.isIn(text, mail.deadline()));
        }
    }

    /** There is a header field of this name; whose value holds the needle, if there is one. */
    record Header(String name, Optional<Needle> needle) implements Query {
        @Override
        public boolean test(Candidate mail) {
            for (HeaderField field : mail.mail().message().headers(name)) {
                if (needle.isEmpty() || needle.get().isIn(field.value(), mail.deadline())) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Came over this session. */
    record Session(String id) implements Query {
        @Override
        public boolean test(Candidate mail) {
            return mail.mail().sessionId().equals(id);
        }
    }

    /** Has this tag; case is ignored. */
    record Tag(String name) implements Query {
        @Override
        public boolean test(Candidate mail) {
            return mail.tags().stream().anyMatch(name::equalsIgnoreCase);
        }
    }

    /** What is known of a mail beside its content, or of what it carries. */
    enum Flag implements Query {
        READ,
        UNREAD,
        TAGGED,
        ATTACHMENT,
        INLINE;

        @Override
        public boolean test(Candidate mail) {
            return switch (this) {
                case READ -> mail.isRead();
                case UNREAD -> !mail.isRead();
                case TAGGED -> !mail.tags().isEmpty();
                case ATTACHMENT -> !mail.mail().attachments().isEmpty();
                case INLINE ->
                    mail.mail().inlineParts().stream()
                            .anyMatch(part ->
                                    part.disposition().filter("inline"::equals).isPresent());
            };
        }
    }

    /** Arrived at this time or later, or else before it. */
    record Arrived(Instant when, boolean later) implements Query {
        @Override
        public boolean test(Candidate mail) {
            // Lists tell milliseconds, so they are what is compared.
            return mail.mail().arrivedAt().toEpochMilli() < when.toEpochMilli() ^ later;
        }
    }

    /** Has more octets than these, or else fewer. */
    record Size(long octets, boolean larger) implements Query {
        @Override
        public boolean test(Candidate mail) {
            return larger ? mail.mail().size() > octets : mail.mail().size() < octets;
        }
    }

    /** The places that texts are looked for in. */
    enum Place {
        ANYWHERE(true),
        BODY(true),
        TO(false),
        FROM(false),
        CC(false),
        BCC(false),
        REPLY_TO(false),
        ADDRESSED(false),
        SUBJECT(false),
        MESSAGE_ID(false),
        FILENAME(false),
        ENVELOPE_FROM(false),
        RCPT(false),
        USER(false);

        /** Whether punctuation that separates words counts as blanks here. */
        final boolean cleaned;

        Place(boolean cleaned) {
            this.cleaned = cleaned;
        }

        /** The place's texts as one, without regard to case. */
        String folded(MailFacts facts) {
            return facts.folded(this);
        }

        /** The place's texts as they are. */
        List<String> texts(MailFacts facts) {
            return facts.texts(this);
        }
    }

    /** A text that is looked for; case is ignored. */
    sealed interface Needle {
        boolean isIn(String text, Deadline deadline);

        /** Words as they are. */
        record Words(String folded, String cleaned) implements Needle {
            static Words of(String text) {
                return new Words(MailFacts.fold(text), MailFacts.clean(text));
            }

            @Override
            public boolean isIn(String text, Deadline deadline) {
                return MailFacts.fold(text).contains(folded);
            }
        }

        /** A regular expression without backtracking, which has the time that the search has. */
        record Expression(Pattern pattern) implements Needle {
            @Override
            public boolean isIn(String text, Deadline deadline) {
                return pattern.matcher(deadline.watching(text)).find();
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Expression that && pattern.pattern().equals(that.pattern.pattern());
            }

            @Override
            public int hashCode() {
                return pattern.pattern().hashCode();
            }
        }
    }

    /** The keyword of a place, as queries spell it. */
    static Optional<Place> place(String keyword) {
        String name = keyword.toUpperCase(Locale.ROOT).replace('-', '_');
        for (Place place : Place.values()) {
            if (place != Place.ANYWHERE && place.name().equals(name) && keyword.indexOf('_') < 0) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }
}
