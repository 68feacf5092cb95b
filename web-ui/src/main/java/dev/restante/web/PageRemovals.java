package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Matching;
import dev.restante.Onlooker;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a person has deleted in the page and can still take back. Which mails they are is settled when it is said: what comes
 * afterwards is never meant, and however many they are, a word is enough to be done with them, as when the page is left.
 *
 * <p>What is neither done nor taken back, since the browser is gone, is forgotten, and the mails stay. Thread-safe.
 */
final class PageRemovals {
    private static final long LIFETIME_NANOS = Duration.ofMinutes(10).toNanos();
    private static final int MAX_MAILS = 1_000_000;

    private final Onlooker mailbox;
    private final MailMarks marks;
    private final Search search;
    // Guarded by this; the oldest first.
    private final Map<String, Removal> waiting = new LinkedHashMap<>();

    private record Removal(Set<String> ids, long madeAt) {}

    private record Made(String removal, int count) {}

    private record Done(int removed) {}

    PageRemovals(Onlooker mailbox, MailMarks marks, Search search) {
        this.mailbox = mailbox;
        this.marks = marks;
        this.search = search;
    }

    void addTo(Routes routes) {
        routes.post("/page/removals", this::make);
        routes.post("/page/removals/{removal}", this::perform);
        routes.delete("/page/removals/{removal}", this::takeBack);
    }

    /** The mails named, or the oldest {@code Most} of those that a search finds: more had not come when they were chosen. */
    private void make(Context ctx) {
        RequestBody body = RequestBody.own(RequestBody.bytes(
                ctx, RequestBody.LIMIT, (field, message) -> Answer.problem(413, "too_large", message, null)));
        body.only(Set.of("IDs", "Search", "Most"));
        Set<String> ids = body.has("IDs")
                ? Set.copyOf(body.texts("IDs"))
                : found(
                                body.text("Search"),
                                ctx.queryParam("tz"),
                                body.number("Most").orElse(0))
                        .stream()
                        .map(CapturedMail::id)
                        .collect(Collectors.toUnmodifiableSet());
        ctx.json(new Made(keep(ids), ids.size()));
    }

    private List<CapturedMail> found(String query, @Nullable String zone, int most) {
        List<CapturedMail> all = query.isBlank() ? mailbox.mails() : search.find(MessagesApi.meant(query, zone));
        return all.subList(0, Math.max(0, Math.min(most, all.size())));
    }

    private synchronized String keep(Set<String> ids) {
        long now = System.nanoTime();
        int mails = ids.size();
        for (Iterator<Removal> each = waiting.values().iterator(); each.hasNext(); ) {
            Removal removal = each.next();
            if (now - removal.madeAt() > LIFETIME_NANOS) {
                each.remove();
            } else {
                mails += Math.max(1, removal.ids().size());
            }
        }
        if (mails > MAX_MAILS) {
            throw Answer.problem(
                    503,
                    "too_many_removals",
                    "Too much waits to be undone or done already. Wait some minutes, or delete by the API.",
                    null);
        }
        String token = UUID.randomUUID().toString();
        waiting.put(token, new Removal(ids, now));
        return token;
    }

    private void perform(Context ctx) {
        Set<String> ids = forget(ctx.pathParam("removal"));
        List<CapturedMail> gone = ids.isEmpty()
                ? List.of()
                : mailbox.remove(Matching.that("deleted in the page", mail -> ids.contains(mail.id())));
        marks.forget(gone);
        ctx.json(new Done(gone.size()));
    }

    private void takeBack(Context ctx) {
        forget(ctx.pathParam("removal"));
        ctx.json(new Done(0));
    }

    private synchronized Set<String> forget(String token) {
        Removal removal = waiting.remove(token);
        return removal == null ? Set.of() : removal.ids();
    }
}
