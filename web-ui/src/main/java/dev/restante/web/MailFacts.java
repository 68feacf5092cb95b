package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.HeaderField;
import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import dev.restante.web.Query.Place;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/**
 * What searches ask of a mail, in two texts: {@code head} with header and envelope, {@code words} with what free text is looked
 * for in. Made ahead or at the first question, and kept as long as there is room.
 *
 * <p>Each text is a line for every value, folded or cleaned, behind a character that says which place it is from: a search is
 * one pass over one text, whatever the place.
 */
final class MailFacts {
    private static final int FIELD = 31;
    private static final Set<Place> IN_HEAD =
            EnumSet.complementOf(EnumSet.of(Place.ANYWHERE, Place.BODY, Place.ADDRESSED));
    private static final int ATTACHMENT = 1;
    private static final int INLINE = 2;
    /** No marker, but a character of its own before the first line of a head: it tells what a mail carries. */
    private static final char CARRIES = '0';

    private final CapturedMail mail;
    private final SearchIndex index;
    // Guarded by this.
    private @Nullable String head;
    private @Nullable String words;
    private long kept;

    MailFacts(CapturedMail mail, SearchIndex index) {
        this.mail = mail;
        this.index = index;
    }

    /** Text without regard to case. */
    static String fold(String text) {
        // A sigma at the end of a word has a form of its own, but a word that is looked for may end elsewhere.
        return text.toLowerCase(Locale.ROOT).replace('\u03c2', '\u03c3');
    }

    /** Folded text whose words are apart by one blank each, punctuation between them left out. */
    static String clean(String text) {
        String folded = fold(text);
        StringBuilder clean = new StringBuilder(folded.length());
        boolean blank = false;
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (isBetweenWords(c)) {
                blank = true;
                continue;
            }
            if (blank && !clean.isEmpty()) {
                clean.append(' ');
            }
            blank = false;
            clean.append(c);
        }
        return clean.toString();
    }

    /** Whether a character does not count where words are looked for. */
    static boolean isBetweenWords(char c) {
        return c <= ' ' || "<>\",;()\u00a0".indexOf(c) >= 0 || Character.isWhitespace(c);
    }

    // ---- questions

    /** Whether a text of this place holds another one, which is cleaned where the place is, and else folded. */
    boolean holds(Place place, String needle) {
        if (needle.isEmpty()) {
            return true;
        }
        String lines = place.cleaned ? words() : head();
        String wanted = oneLine(needle);
        long markers = markers(place);
        for (int at = lines.indexOf(wanted); at >= 0; ) {
            int marker = lines.lastIndexOf('\n', at) + 1;
            if (at == marker) {
                at = lines.indexOf(wanted, at + 1);
            } else if ((markers >> lines.charAt(marker) & 1) == 1 && lines.charAt(marker) < CARRIES) {
                return true;
            } else { // the rest of the line is from another place, too
                int next = lines.indexOf('\n', at);
                at = next < 0 ? -1 : lines.indexOf(wanted, next);
            }
        }
        return false;
    }

    /** Whether a text may hold what an expression needs: if not, the expression need not be tried. */
    boolean mayHold(Place place, String folded) {
        // Expressions take the long s for an s, which folding does not.
        return holds(place, folded) || (place.cleaned ? words() : head()).indexOf('\u017f') >= 0;
    }

    /** Whether the header has a field of this name, whose value holds a folded text. */
    boolean hasField(String name, String needle) {
        String lines = head();
        String beginning = "\n" + (char) FIELD + oneLine(fold(name)) + ":";
        String wanted = oneLine(needle);
        for (int at = lines.indexOf(beginning); at >= 0; ) {
            int value = at + beginning.length();
            int found = lines.indexOf(wanted, value);
            if (found < 0) {
                return false;
            }
            int next = lines.indexOf('\n', value);
            if (next < 0 || found + wanted.length() <= next) {
                return true;
            }
            at = lines.indexOf(beginning, next);
        }
        return false;
    }

    /** The values of the fields of this name, as they are. */
    List<String> fields(String name) {
        return hasField(name, "")
                ? message().headers(name).stream().map(HeaderField::value).toList()
                : List.of();
    }

    boolean hasAttachment() {
        return (head().charAt(0) - CARRIES & ATTACHMENT) != 0;
    }

    boolean hasInline() {
        return (head().charAt(0) - CARRIES & INLINE) != 0;
    }

    /** The texts of a place, as they are. */
    List<String> texts(Place place) {
        return texts(place, message());
    }

    CapturedMail mail() {
        return mail;
    }

    // ---- the two texts

    /** Makes both texts now, so that no search has to. */
    void readAhead() {
        MailMessage message = message();
        keepHead(makeHead(message));
        keepWords(makeWords(message));
    }

    private String head() {
        synchronized (this) {
            if (head != null) {
                return head;
            }
        }
        return keepHead(makeHead(message()));
    }

    private String words() {
        synchronized (this) {
            if (words != null) {
                return words;
            }
        }
        return keepWords(makeWords(message()));
    }

    private synchronized String keepHead(String made) {
        if (head == null && keeps(made)) {
            head = made;
        }
        return made;
    }

    private synchronized String keepWords(String made) {
        if (words == null && keeps(made)) {
            words = made;
        }
        return made;
    }

    private boolean keeps(String made) {
        long cost = SearchIndex.cost(made);
        if (!index.hasRoomFor(this, cost)) {
            return false;
        }
        kept += cost;
        return true;
    }

    /** Gives up what is kept; returns how much it was. */
    synchronized long giveUp() {
        long given = kept;
        kept = 0;
        head = null;
        words = null;
        return given;
    }

    /** A view of its own: what the mail itself has read stays in memory, and searches read them all. */
    private MailMessage message() {
        return MailMessage.parse(mail.octets());
    }

    private static String oneLine(String text) {
        return text.indexOf('\n') < 0 ? text : text.replace('\n', '\r');
    }

    /** A bit for each marker of lines that belong to a place. */
    private static long markers(Place place) {
        return switch (place) {
            case ANYWHERE -> 1L << Place.ANYWHERE.marker | 1L << Place.BODY.marker;
            case ADDRESSED ->
                1L << Place.FROM.marker
                        | 1L << Place.TO.marker
                        | 1L << Place.CC.marker
                        | 1L << Place.BCC.marker
                        | 1L << Place.REPLY_TO.marker;
            default -> 1L << place.marker;
        };
    }

    private String makeHead(MailMessage message) {
        StringBuilder text = new StringBuilder(mail.size() / 2 + 64);
        int carries = message.attachments().isEmpty() ? 0 : ATTACHMENT;
        for (MimePart part : message.inlineParts()) {
            carries |= part.disposition().filter("inline"::equals).isPresent() ? INLINE : 0;
        }
        text.append((char) (CARRIES + carries));
        for (Place place : IN_HEAD) {
            texts(place, message).forEach(each -> line(text, place.marker, fold(each)));
        }
        for (HeaderField field : message.headers()) {
            line(text, FIELD, fold(field.name()));
            text.append(':').append(oneLine(fold(field.value())));
        }
        return text.toString();
    }

    private String makeWords(MailMessage message) {
        StringBuilder text = new StringBuilder(mail.size());
        beside(message).forEach(each -> line(text, Place.ANYWHERE.marker, clean(each)));
        body(message).forEach(each -> line(text, Place.BODY.marker, clean(each)));
        return text.toString();
    }

    private static void line(StringBuilder text, int marker, String value) {
        text.append('\n').append((char) marker).append(oneLine(value));
    }

    // ---- what a mail says

    private List<String> texts(Place place, MailMessage message) {
        return switch (place) {
            case ANYWHERE ->
                Stream.concat(beside(message).stream(), body(message).stream()).toList();
            case BODY -> body(message);
            case TO -> people(message.to());
            case FROM -> people(message.from());
            case CC -> people(message.cc());
            case BCC -> blind(message);
            case REPLY_TO -> people(message.replyTo());
            case ADDRESSED ->
                Stream.of(Place.FROM, Place.TO, Place.CC, Place.BCC, Place.REPLY_TO)
                        .flatMap(each -> texts(each, message).stream())
                        .toList();
            case SUBJECT -> message.subject().stream().toList();
            case MESSAGE_ID -> message.messageId().stream().toList();
            case FILENAME ->
                message.parts().stream()
                        .map(MimePart::fileName)
                        .flatMap(Optional::stream)
                        .toList();
            case ENVELOPE_FROM -> List.of(envelope().sender().address());
            case RCPT -> envelope().recipientAddresses();
            case USER -> mail.client().user().stream().toList();
        };
    }

    private Envelope envelope() {
        return mail.envelope();
    }

    /** What free text is looked for in beside the body. */
    private List<String> beside(MailMessage message) {
        List<String> all = new ArrayList<>();
        for (Place place : List.of(Place.FROM, Place.SUBJECT, Place.TO, Place.CC, Place.BCC, Place.REPLY_TO)) {
            all.addAll(texts(place, message));
        }
        all.add(MessageJson.senderPath(message, envelope()));
        message.attachments().forEach(part -> part.fileName().ifPresent(all::add));
        return all;
    }

    /** Of HTML its words and where its links lead; the plain text only if there is no HTML. */
    private static List<String> body(MailMessage message) {
        Optional<String> html = message.html();
        if (html.isEmpty()) {
            return message.text().stream().toList();
        }
        Document document = Jsoup.parse(html.get());
        List<String> texts = new ArrayList<>();
        texts.add(MailText.words(document));
        for (Element link : document.select("a[href]")) {
            String target = link.attr("href").strip();
            if (target.regionMatches(true, 0, "http", 0, 4)) {
                texts.add(target);
            }
        }
        return texts;
    }

    private List<String> blind(MailMessage message) {
        return Stream.concat(people(message.bcc()).stream(), MessageJson.blindRecipients(message, envelope()).stream())
                .toList();
    }

    private static List<String> people(List<MailAddress> addresses) {
        return addresses.stream().map(Objects::toString).toList();
    }
}
