package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Onlooker;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Searches the mailbox. */
final class Search implements AutoCloseable {
    private static final Duration EXPRESSION_LIMIT = Duration.ofSeconds(2);
    /** Fewer mails than these are not worth a second thread. */
    private static final int PARALLEL_FROM = 2_000;

    private final Onlooker mailbox;
    private final MailMarks marks;
    private final SearchIndex index;
    private final Duration limit;

    Search(Onlooker mailbox, MailMarks marks) {
        this(mailbox, marks, SearchIndex.ROOM, EXPRESSION_LIMIT);
    }

    Search(Onlooker mailbox, MailMarks marks, long room, Duration limit) {
        this.mailbox = mailbox;
        this.marks = marks;
        this.index = new SearchIndex(mailbox, room);
        this.limit = limit;
    }

    /** The query that a request asks for. */
    static QueryParser.Parsed parse(String query, @Nullable String timeZone) {
        return QueryParser.parse(query, zone(timeZone));
    }

    private static ZoneId zone(@Nullable String name) {
        try {
            return name == null || name.isBlank() ? ZoneId.systemDefault() : ZoneId.of(name.strip());
        } catch (DateTimeException e) {
            return ZoneId.systemDefault();
        }
    }

    /** A test for one search: the time for expressions begins now. */
    Predicate<CapturedMail> test(Query query) {
        Deadline deadline = new Deadline(limit);
        return mail -> query.test(new Candidate(mail, marks, index, deadline));
    }

    /** A test for a search that goes on: each mail has its own time for expressions. */
    Predicate<CapturedMail> patientTest(Query query) {
        return mail -> query.test(new Candidate(mail, marks, index, new Deadline(limit)));
    }

    /**
     * The mails that match, oldest first.
     *
     * @throws Deadline.Passed if regular expressions take too long
     */
    List<CapturedMail> find(Query query) {
        List<CapturedMail> mails = mailbox.mails();
        Stream<CapturedMail> all = mails.size() < PARALLEL_FROM ? mails.stream() : mails.parallelStream();
        return all.filter(test(query)).toList();
    }

    /** The mail that a route's {@code {id}} names; for "latest" the newest, or the newest that the query finds. */
    CapturedMail wanted(Context ctx, String otherwise) {
        return wanted(ctx, otherwise, "Message not found");
    }

    CapturedMail wanted(Context ctx, String otherwise, String noLatest) {
        String id = ctx.pathParam("id");
        if (!id.equals("latest")) {
            return mailbox.mail(id).orElseThrow(() -> Answer.notFound(otherwise));
        }
        return latest(ctx).orElseThrow(() -> Answer.notFound(noLatest));
    }

    /** The newest mail, or the newest that the request's query finds. */
    Optional<CapturedMail> latest(Context ctx) {
        String query = ctx.queryParam("query");
        List<CapturedMail> found = query == null || query.isBlank()
                ? mailbox.newest(0, 1).mails()
                : find(parse(query, ctx.queryParam("tz")).query());
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
    }

    SearchIndex index() {
        return index;
    }

    @Override
    public void close() {
        index.close();
    }
}
