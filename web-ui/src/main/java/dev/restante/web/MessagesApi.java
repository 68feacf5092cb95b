package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Matching;
import dev.restante.Onlooker;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The compatible routes over all mails: list, search, read state, removal. */
final class MessagesApi {
    private static final int DEFAULT_LIMIT = 50;

    private final Onlooker mailbox;
    private final MailMarks marks;
    private final Search search;
    private final List<Runnable> clearings = new CopyOnWriteArrayList<>();

    MessagesApi(Onlooker mailbox, MailMarks marks, Search search) {
        this.mailbox = mailbox;
        this.marks = marks;
        this.search = search;
    }

    void addTo(Routes routes) {
        routes.get("/api/v1/messages", this::list);
        routes.put("/api/v1/messages", this::markRead);
        routes.delete("/api/v1/messages", this::delete);
        routes.get("/api/v1/search", this::search);
        routes.delete("/api/v1/search", this::deleteFound);
    }

    /** Calls {@code listener} whenever somebody removes all mails. */
    void onClearing(Runnable listener) {
        clearings.add(listener);
    }

    private void list(Context ctx) {
        int start = number(ctx.queryParam("start"), 0);
        int limit = number(ctx.queryParam("limit"), DEFAULT_LIMIT);
        if (before(ctx).isPresent()) {
            Onlooker.Page all = mailbox.newest(0, 0);
            answer(ctx, all, page(ctx, mailbox.mails(), start, limit), all.total(), marks.unread(all));
        } else {
            Onlooker.Page page = mailbox.newest(start, limit == 0 ? Integer.MAX_VALUE : limit);
            long unread = marks.unread(page);
            answer(ctx, page, page.mails(), page.total(), unread);
        }
    }

    private void search(Context ctx) {
        Query query = Search.parse(wantedQuery(ctx), ctx.queryParam("tz")).query();
        List<CapturedMail> found = search.find(query);
        int start = number(ctx.queryParam("start"), 0);
        int limit = number(ctx.queryParam("limit"), DEFAULT_LIMIT);
        answer(ctx, mailbox.newest(0, 0), page(ctx, found, start, limit), found.size(), marks.unread(found));
    }

    /** One page of those found, the newest first. */
    private static List<CapturedMail> page(Context ctx, List<CapturedMail> found, int start, int limit) {
        List<CapturedMail> mails = beforeOf(ctx, found);
        int from = Math.min(start, mails.size());
        int to = limit == 0 ? mails.size() : (int) Math.min(mails.size(), (long) from + limit);
        List<CapturedMail> page = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            page.add(mails.get(mails.size() - 1 - i));
        }
        return page;
    }

    private void answer(Context ctx, Onlooker.Page all, List<CapturedMail> page, int found, long foundUnread) {
        ctx.json(new MessageJson.Page(
                all.total(),
                marks.unread(all),
                page.size(),
                found,
                foundUnread,
                number(ctx.queryParam("start"), 0),
                List.copyOf(marks.tagsInUse().keySet()),
                page.stream().map(mail -> MessageJson.Summary.of(mail, marks)).toList()));
    }

    /** Those that arrived before the time that the request names. */
    private static List<CapturedMail> beforeOf(Context ctx, List<CapturedMail> mails) {
        return before(ctx)
                .map(time -> mails.stream()
                        .filter(mail -> mail.arrivedAt().toEpochMilli() < time.toEpochMilli())
                        .toList())
                .orElse(mails);
    }

    private static Optional<Instant> before(Context ctx) {
        return Optional.ofNullable(ctx.queryParam("before"))
                // A plus that was not escaped comes as a blank.
                .flatMap(text -> DateWords.read(text.replaceFirst(" (\\d\\d:\\d\\d)$", "+$1"), ZoneId.systemDefault())
                        .or(() -> DateWords.read(text, ZoneId.systemDefault())));
    }

    /** A number of the query; {@code otherwise} if it is none or negative. */
    private static int number(@Nullable String text, int otherwise) {
        try {
            int number = text == null ? -1 : Integer.parseInt(text.strip());
            return number < 0 ? otherwise : number;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static String wantedQuery(Context ctx) {
        String query = ctx.queryParam("query");
        if (query == null || query.isBlank()) {
            throw Answer.badRequest("Error: no search query");
        }
        return query;
    }

    private void markRead(Context ctx) {
        RequestBody body = RequestBody.compatible(ctx);
        body.only(Set.of("Read", "IDs", "Search")); // what is spelled wrongly must not mark everything
        boolean read = body.flag("Read");
        Set<String> ids = Set.copyOf(body.texts("IDs"));
        String query = body.text("Search");
        if (query.isBlank() && !query.isEmpty()) {
            throw Answer.badRequest("\"Search\" is blank. Leave it out to mark all mails.");
        } else if (!ids.isEmpty() && !query.isBlank()) {
            throw Answer.badRequest("You may specify either IDs or a search query, not both");
        } else if (!query.isBlank()) {
            search.find(meant(query, ctx.queryParam("tz"))).forEach(mail -> marks.tellRead(mail, read));
        } else if (!ids.isEmpty()) {
            ids.forEach(id -> mailbox.mail(id).ifPresent(mail -> marks.tellRead(mail, read)));
        } else {
            mailbox.mails().forEach(mail -> marks.markRead(mail, read));
            marks.tellAll();
        }
        Answer.ok(ctx);
    }

    private void delete(Context ctx) {
        if (!ctx.queryParamMap().isEmpty()) {
            // Who says what to remove does not mean all of them.
            throw Answer.badRequest(
                    "This route takes no parameters. To remove what a search finds, DELETE /api/v1/search.");
        }
        byte[] bytes = RequestBody.bytes(ctx, RequestBody.LIMIT, RequestBody::tooLarge);
        Set<String> ids = RequestBody.isBlank(bytes) ? Set.of() : chosen(bytes);
        if (ids.isEmpty()) {
            marks.forget(mailbox.clear());
            clearings.forEach(Runnable::run);
        } else {
            remove(mail -> ids.contains(mail.id()));
        }
        Answer.ok(ctx);
    }

    /** The IDs to remove; none for all mails, which an empty object or list means. */
    private static Set<String> chosen(byte[] bytes) {
        JsonNode json = RequestBody.json(bytes, (field, text) -> Answer.badRequest(text));
        if (json.isArray() && json.isEmpty()) {
            return Set.of();
        }
        RequestBody body = RequestBody.object(json, (field, text) -> Answer.badRequest(text));
        body.only(Set.of("IDs")); // what is spelled wrongly must not remove everything
        if (body.isNamed("IDs") && body.texts("IDs").isEmpty()) {
            // Somebody who has computed an empty list does not mean all of them.
            throw Answer.badRequest("\"IDs\" names no mail. Send {} or no body at all to remove all mails.");
        }
        return Set.copyOf(body.texts("IDs"));
    }

    private void deleteFound(Context ctx) {
        Predicate<CapturedMail> test = search.test(meant(wantedQuery(ctx), ctx.queryParam("tz")));
        // Found before any is removed: an expression that takes too long removes none.
        Set<CapturedMail> found =
                Set.copyOf(mailbox.mails().stream().filter(test).toList());
        remove(found::contains);
        Answer.ok(ctx);
    }

    /** A query that changes something: no part of it is passed over. */
    static Query meant(String query, @Nullable String zone) {
        QueryParser.Parsed parsed = Search.parse(query, zone);
        if (!parsed.ignored().isEmpty()) {
            throw Answer.badRequest("Error: \"" + parsed.ignored().get(0)
                    + "\" means nothing. A search passes over it, but here it would concern more mails than you mean.");
        }
        return parsed.query();
    }

    private void remove(Predicate<CapturedMail> chosen) {
        marks.forget(mailbox.remove(Matching.that("chosen over HTTP", chosen)));
    }
}
