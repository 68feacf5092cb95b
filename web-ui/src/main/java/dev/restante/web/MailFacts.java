package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.MailAddress;
import dev.restante.MimePart;
import dev.restante.web.Query.Place;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** A mail's texts as searches read them: made at the first question, and kept as long as there is room. */
final class MailFacts {
    /** Roughly what a text costs beside its characters. */
    private static final long TEXT_COST = 64;

    private final CapturedMail mail;
    private final SearchIndex index;
    // Guarded by this.
    private final Map<Place, String> folded = new EnumMap<>(Place.class);
    private long kept;

    MailFacts(CapturedMail mail, SearchIndex index) {
        this.mail = mail;
        this.index = index;
    }

    /** Text without regard to case. */
    static String fold(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Folded text whose words are apart by one blank each, punctuation between them left out. */
    static String clean(String text) {
        String folded = fold(text);
        StringBuilder clean = new StringBuilder(folded.length());
        boolean blank = false;
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (c <= ' ' || "<>\",;()\u00a0".indexOf(c) >= 0 || Character.isWhitespace(c)) {
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

    /** All texts of a place as one, to look words up in. */
    String folded(Place place) {
        synchronized (this) {
            String known = folded.get(place);
            if (known != null) {
                return known;
            }
        }
        // A line each: words that are looked for hold no line end, so they are found within one text only.
        String made = texts(place).stream()
                .map(place.cleaned ? MailFacts::clean : MailFacts::fold)
                .collect(Collectors.joining("\n"));
        long cost = made.length() + TEXT_COST;
        synchronized (this) {
            if (!folded.containsKey(place) && index.hasRoomFor(this, cost)) {
                kept += cost;
                folded.put(place, made);
            }
        }
        return made;
    }

    /** Gives up what is kept; returns how much it was. */
    synchronized long giveUp() {
        long given = kept;
        kept = 0;
        folded.clear();
        return given;
    }

    CapturedMail mail() {
        return mail;
    }

    /** The texts of a place, as they are. */
    List<String> texts(Place place) {
        return switch (place) {
            case ANYWHERE -> anywhere();
            case BODY -> body();
            case TO -> people(mail.to());
            case FROM -> people(mail.from());
            case CC -> people(mail.cc());
            case BCC -> blind();
            case REPLY_TO -> people(mail.replyTo());
            case ADDRESSED ->
                Stream.of(Place.FROM, Place.TO, Place.CC, Place.BCC, Place.REPLY_TO)
                        .flatMap(each -> texts(each).stream())
                        .toList();
            case SUBJECT -> mail.subject().stream().toList();
            case MESSAGE_ID -> mail.messageId().stream().toList();
            case FILENAME -> fileNames();
            case ENVELOPE_FROM -> List.of(mail.envelope().sender().address());
            case RCPT -> mail.envelope().recipientAddresses();
            case USER -> mail.client().user().stream().toList();
        };
    }

    private List<String> anywhere() {
        List<String> all = new ArrayList<>();
        all.addAll(texts(Place.FROM));
        all.addAll(texts(Place.SUBJECT));
        for (Place place : List.of(Place.TO, Place.CC, Place.BCC, Place.REPLY_TO)) {
            all.addAll(texts(place));
        }
        all.add(MessageJson.senderPath(mail));
        all.addAll(body());
        mail.attachments().forEach(part -> part.fileName().ifPresent(all::add));
        return all;
    }

    /** Of HTML its words and where its links lead; the plain text only if there is no HTML. */
    private List<String> body() {
        Optional<String> html = mail.html();
        if (html.isEmpty()) {
            return mail.text().stream().toList();
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

    private List<String> fileNames() {
        return mail.message().parts().stream()
                .map(MimePart::fileName)
                .flatMap(Optional::stream)
                .toList();
    }

    private List<String> blind() {
        return Stream.concat(people(mail.bcc()).stream(), MessageJson.blindRecipients(mail).stream())
                .toList();
    }

    private static List<String> people(List<MailAddress> addresses) {
        return addresses.stream().map(Objects::toString).toList();
    }
}
