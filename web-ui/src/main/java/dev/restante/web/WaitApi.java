package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Matching;
import dev.restante.Onlooker;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Our own routes that wait for mail: from a cursor on, or to take it. */
final class WaitApi {
    private static final Duration USUAL = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int MAX_COUNT = 10_000;

    private final Onlooker mailbox;
    private final MailMarks marks;
    private final Search search;
    private final Places places;
    private final Object taking = new Object();
    /** Tells this server's cursors from those of one that ran before it. */
    private final String run = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);

    WaitApi(Onlooker mailbox, MailMarks marks, Search search, Places places) {
        this.mailbox = mailbox;
        this.marks = marks;
        this.search = search;
        this.places = places;
    }

    /** Mails that have come; {@code complete} if they are as many as were asked for. */
    private record Waited(boolean complete, String cursor, int count, List<MessageJson.Summary> messages) {}

    /** Mails that were removed. */
    private record Taken(boolean complete, int count, List<MessageJson.Message> messages) {}

    void addTo(Routes routes) {
        routes.get("/api/v1/wait", ctx -> holdingAPlace(() -> await(ctx)));
        routes.post("/api/v1/take", ctx -> holdingAPlace(() -> take(ctx)));
    }

    private void holdingAPlace(Runnable wait) {
        try {
            places.hold(wait);
        } catch (Deadline.Passed e) {
            throw Answer.problem(400, "bad_query", String.valueOf(e.getMessage()), "query");
        }
    }

    private void await(Context ctx) {
        Parameters.only(ctx, Set.of("query", "tz", "count", "timeout", "after"));
        Matching matching = matching(Parameters.query(ctx.queryParam("query"), ctx.queryParam("tz")));
        int count = Parameters.number(ctx, "count", 1, 1, MAX_COUNT);
        long after = position(ctx.queryParam("after"));
        long end = System.nanoTime() + timeout(ctx.queryParam("timeout")).toNanos();
        Caller caller = Caller.of(ctx);
        List<CapturedMail> found = new ArrayList<>();
        long cursor = after;
        boolean waited;
        do {
            Caller.Glance glance = Caller.glance(end);
            Onlooker.Arrivals news = mailbox.arrivals(cursor, count - found.size(), matching, glance.time());
            found.addAll(news.mails());
            cursor = news.cursor();
            waited = glance.isOver();
        } while (found.size() < count && waited && System.nanoTime() - end < 0 && !caller.hasLeft());
        ctx.json(new Waited(
                found.size() >= count,
                run + "." + cursor,
                found.size(),
                found.stream().map(mail -> MessageJson.Summary.of(mail, marks)).toList()));
    }

    private Matching matching(Query query) {
        return Matching.that("that the query finds", search.patientTest(query));
    }

    private long position(@Nullable String cursor) {
        if (cursor == null || cursor.isEmpty()) {
            return 0;
        }
        int dot = cursor.indexOf('.');
        if (dot < 0 || !cursor.substring(dot + 1).matches("\\d{1,18}")) {
            throw Answer.badParameter(
                    "after", "after is a cursor that an earlier wait returned, but was \"" + cursor + "\".");
        } else if (!cursor.substring(0, dot).equals(run)) {
            throw Answer.problem(
                    410,
                    "cursor_gone",
                    "The cursor \"" + cursor + "\" is of a server that ran before this one. Begin without a cursor.",
                    "after");
        }
        return Long.parseLong(cursor.substring(dot + 1));
    }

    private static Duration timeout(@Nullable String text) {
        return text == null
                ? USUAL
                : Parameters.time(text, LONGEST).orElseThrow(() -> Answer.badParameter("timeout", wrongTimeout(text)));
    }

    private static String wrongTimeout(String text) {
        return "timeout is a time from 0 to " + LONGEST.toSeconds() + " s, such as 5, 500ms, 5s or PT5S, but was \""
                + text + "\".";
    }

    private void take(Context ctx) {
        Parameters.only(ctx, Set.of()); // what to take stands in the body
        byte[] bytes = RequestBody.bytes(
                ctx, RequestBody.LIMIT, (field, text) -> Answer.problem(413, "too_large", text, null));
        Query query = new Query.All(List.of());
        int count = 1;
        Duration timeout = USUAL;
        if (!RequestBody.isBlank(bytes)) {
            RequestBody body = RequestBody.own(bytes);
            body.only(Set.of("query", "tz", "count", "timeout"));
            query = Parameters.query(body.text("query"), body.text("tz"));
            count = body.number("count").orElse(1);
            if (count < 1 || count > MAX_COUNT) {
                throw body.complain("count", "a number from 1 to " + MAX_COUNT);
            }
            if (body.has("timeout")) {
                String text = body.text("timeout");
                timeout = Parameters.time(text, LONGEST)
                        .orElseThrow(() -> Answer.problem(400, "bad_body", wrongTimeout(text), "timeout"));
            }
        }
        List<CapturedMail> taken = take(matching(query), count, timeout, Caller.of(ctx));
        ctx.json(new Taken(
                taken.size() == count,
                taken.size(),
                taken.stream()
                        .map(mail -> MessageJson.Message.of(mail, marks.tags(mail)))
                        .toList()));
    }

    /**
     * The oldest that match, removed together: when there are enough, or when time is up. Nothing is removed for a caller who
     * has given up, nor for one who still waits for more.
     */
    private List<CapturedMail> take(Matching matching, int count, Duration timeout, Caller caller) {
        long end = System.nanoTime() + timeout.toNanos();
        List<CapturedMail> found = new ArrayList<>();
        long cursor = 0;
        while (!caller.hasLeft()) {
            Caller.Glance glance = Caller.glance(end);
            Onlooker.Arrivals news =
                    mailbox.arrivals(cursor, Math.max(1, count - found.size()), matching, glance.time());
            found.addAll(news.mails());
            cursor = news.cursor();
            boolean over = System.nanoTime() - end >= 0 || !glance.isOver();
            if (found.size() >= count || over) {
                // Of two takers one takes what it has found, and the other looks again.
                synchronized (taking) {
                    found.removeIf(mail -> mailbox.mail(mail.id()).isEmpty());
                    if ((found.size() >= count || over) && !caller.hasLeft()) {
                        Set<CapturedMail> chosen = Set.copyOf(found.subList(0, Math.min(count, found.size())));
                        return mailbox.remove(Matching.that("that are taken", chosen::contains));
                    }
                }
            }
        }
        return List.of();
    }
}
