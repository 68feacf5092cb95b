package dev.restante.web;

import com.google.re2j.Pattern;
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
                    ? mail.facts().holds(place, place.cleaned ? words.cleaned() : words.folded())
                    : mail.facts().mayHold(place, needle.required())
                            && mail.facts().texts(place).stream().anyMatch(text -> needle.isIn(text, mail.deadline()));
        }
    }

    /** There is a header field of this name; whose value holds the needle, if there is one. */
    record Header(String name, Optional<Needle> needle) implements Query {
        @Override
        public boolean test(Candidate mail) {
            return (needle.isEmpty() || needle.get() instanceof Needle.Words)
                    ? mail.facts().hasField(name, needle.map(Needle::required).orElse(""))
                    : mail.facts().fields(name).stream()
                            .anyMatch(value -> needle.get().isIn(value, mail.deadline()));
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
                case ATTACHMENT -> mail.facts().hasAttachment();
                case INLINE -> mail.facts().hasInline();
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
        ANYWHERE(true, 16),
        BODY(true, 17),
        TO(false, 18),
        FROM(false, 19),
        CC(false, 20),
        BCC(false, 21),
        REPLY_TO(false, 22),
        ADDRESSED(false, 23),
        SUBJECT(false, 24),
        MESSAGE_ID(false, 25),
        FILENAME(false, 26),
        ENVELOPE_FROM(false, 27),
        RCPT(false, 28),
        USER(false, 29);

        /** Whether punctuation that separates words counts as blanks here. */
        final boolean cleaned;

        /** Tells lines of this place from others where texts lie one behind the other: a character below 32 that is no line end. */
        final int marker;

        Place(boolean cleaned, int marker) {
            this.cleaned = cleaned;
            this.marker = marker;
        }
    }

    /** A text that is looked for; case is ignored. */
    sealed interface Needle {
        boolean isIn(String text, Deadline deadline);

        /** A folded text that every text holds in which this is found; may be empty. */
        String required();

        /** Words as they are. */
        record Words(String folded, String cleaned) implements Needle {
            static Words of(String text) {
                return new Words(MailFacts.fold(text), MailFacts.clean(text));
            }

            @Override
            public boolean isIn(String text, Deadline deadline) {
                return MailFacts.fold(text).contains(folded);
            }

            @Override
            public String required() {
                return folded;
            }
        }

        /** A regular expression without backtracking, which has the time that the search has. */
        record Expression(Pattern pattern, String required) implements Needle {
            Expression(Pattern pattern) {
                this(pattern, RequiredText.of(pattern.pattern()));
            }

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
