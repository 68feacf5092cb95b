package dev.restante.web;

import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
import dev.restante.Hold;
import dev.restante.Onlooker;
import dev.restante.Rule;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import io.javalin.http.Handler;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;

/** All that the API has for one mailbox, the server's own or another: the same routes over another fixture. */
final class Desk implements AutoCloseable {
    /** Few mails are kept for long in a mailbox of its own: searches read them anew, and need no memory for it. */
    private static final long NO_INDEX = 0;

    private static final Duration EXPRESSION_LIMIT = Duration.ofSeconds(2);

    private final MailMarks marks;
    private final Search search;
    private final EventStream events;
    private final MessagesApi messages;
    private final List<Consumer<Routes>> groups;

    /** What all desks of a server share: who may wait, and whom the link check may ask. */
    record Common(FakeSmtpServer smtp, Places waits, Places fixtureWaits, AtomicInteger pages, LinkChecks linkChecks) {
        Common(FakeSmtpServer smtp, LinkChecks linkChecks) {
            this(smtp, new Places(), new Places(), new AtomicInteger(), linkChecks);
        }

        /** The name of the mailbox that has this mail. */
        Optional<String> whereabouts(String id) {
            if (smtp.mail(id).isPresent()) {
                return Optional.of(SmtpMailbox.DEFAULT);
            }
            return smtp.mailboxes().stream()
                    .filter(each -> each.mail(id).isPresent())
                    .map(SmtpMailbox::name)
                    .findFirst();
        }
    }

    private Desk(
            SmtpFixture fixture,
            Onlooker mailbox,
            Consumer<List<Rule>> replacement,
            Function<String, Optional<Hold>> holds,
            IntSupplier open,
            MailMarks marks,
            Search search,
            Common common) {
        this.marks = marks;
        this.search = search;
        this.events = new EventStream(fixture, open, marks, common.pages());
        this.messages = new MessagesApi(mailbox, marks, search);
        this.groups = List.of(
                new MessageApi(mailbox, marks, search)::addTo,
                messages::addTo,
                new TagsApi(mailbox, marks)::addTo,
                new ChecksApi(marks, search, common.linkChecks())::addTo,
                new FixtureApi(fixture, mailbox, holds, marks, common.fixtureWaits())::addTo,
                new EvidenceApi(fixture, search)::addTo,
                new ScriptApi(fixture, replacement)::addTo,
                new WaitApi(mailbox, marks, search, common.waits())::addTo,
                new PageApi(fixture, mailbox, marks, common::whereabouts)::addTo,
                new PageRemovals(mailbox, marks, search)::addTo,
                events::addTo);
    }

    /** The desk of a server's own mailbox. */
    static Desk of(FakeSmtpServer smtp, MailMarks marks, Search search, Common common) {
        return new Desk(
                smtp, smtp.onlooker(), smtp::replaceScript, smtp::hold, smtp::openConnections, marks, search, common);
    }

    /** The desk of another mailbox. */
    static Desk of(FakeSmtpMailbox mailbox, Common common) {
        Onlooker onlooker = mailbox.onlooker();
        MailMarks marks = new MailMarks(onlooker);
        return new Desk(
                mailbox,
                onlooker,
                mailbox::replaceScript,
                mailbox::hold,
                () -> (int) mailbox.sessions().stream()
                        .filter(session -> session.isOpen())
                        .count(),
                marks,
                new Search(onlooker, marks, NO_INDEX, EXPRESSION_LIMIT),
                common);
    }

    MessagesApi messages() {
        return messages;
    }

    void addTo(Routes routes) {
        groups.forEach(group -> group.accept(routes));
    }

    /** What answers each operation, such as {@code GET /api/v1/messages}. */
    Map<String, Handler> handlers() {
        Map<String, Handler> handlers = new LinkedHashMap<>();
        addTo((method, path, handler) -> handlers.put(method + " " + path, handler));
        return handlers;
    }

    /** Ends the streams of events, before the server that they come from. */
    void endEvents() {
        events.close();
    }

    @Override
    public void close() {
        events.close();
        search.close();
        marks.close();
    }
}
