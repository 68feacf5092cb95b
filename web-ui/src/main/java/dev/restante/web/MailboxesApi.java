package dev.restante.web;

import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
import dev.restante.MailboxSelector;
import dev.restante.Onlooker;
import dev.restante.RuleReport;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import dev.restante.SmtpMailbox.Retention;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Our own routes for mailboxes of their own: to make, list and remove them, and below each the routes that the server has for its
 * own. The desk of a mailbox is made when somebody first asks for it, and closed once the mailbox is removed.
 */
final class MailboxesApi implements AutoCloseable {
    private static final String API = "/api/v1";
    private static final String LIST = API + "/mailboxes";
    private static final String ONE = LIST + "/{mailbox}";
    /** Of the routes below the API, this one tells the same everywhere. */
    private static final Set<String> OF_THE_SERVER_ALONE = Set.of(API + "/script/schema");
    /** What the page asks of the mails of a mailbox, and where it asks that of another. */
    private static final Map<String, String> OF_THE_PAGE = Map.of(
            "/page/mail/{id}", "/page/mailboxes/{mailbox}/mail/{id}",
            "/page/print/{id}", "/page/mailboxes/{mailbox}/print/{id}",
            "/page/removals", "/page/mailboxes/{mailbox}/removals",
            "/page/removals/{removal}", "/page/mailboxes/{mailbox}/removals/{removal}",
            "/preview/{id}", "/page/mailboxes/{mailbox}/preview/{id}");

    private final FakeSmtpServer smtp;
    private final Desk.Common common;
    private final Map<String, Handler> own;
    private final Map<FakeSmtpMailbox, Opened> opened = new ConcurrentHashMap<>();

    /** A desk, and what answers at it. */
    private record Opened(Desk desk, Map<String, Handler> handlers) {}

    MailboxesApi(FakeSmtpServer smtp, Desk own, Desk.Common common) {
        this.smtp = smtp;
        this.common = common;
        this.own = own.handlers();
    }

    /** A mailbox as it stands; the server's own has no selectors. */
    private record Told(
            String name,
            List<String> select,
            int maxMails,
            long maxBytes,
            int messages,
            long bytes,
            long evicted,
            int rules,
            int unfired) {
        static Told of(
                String name, List<MailboxSelector> select, Retention keeps, Onlooker mailbox, SmtpFixture fixture) {
            Onlooker.Page now = mailbox.newest(0, 0);
            List<RuleReport> rules = fixture.rules();
            return new Told(
                    name,
                    select.stream().map(MailboxSelector::toString).toList(),
                    keeps.mails(),
                    keeps.octets(),
                    now.total(),
                    now.octets(),
                    mailbox.evicted(),
                    rules.size(),
                    (int) rules.stream().filter(RuleReport::isUnfired).count());
        }
    }

    private record All(List<Told> mailboxes) {}

    private record Kept(int maxMails, long maxBytes) {}

    private record Done(String done) {}

    void addTo(RoutesConfig routes) {
        routes.get(LIST, this::list);
        routes.post(LIST, this::create);
        routes.get(ONE, ctx -> ctx.json(told(ctx)));
        routes.put(ONE, this::put);
        routes.delete(ONE, this::remove);
        routes.get(ONE + "/retention", ctx -> {
            Told told = told(ctx);
            ctx.json(new Kept(told.maxMails(), told.maxBytes()));
        });
        routes.put(ONE + "/retention", this::keep);
        own.keySet().stream().filter(MailboxesApi::isOfMailboxes).forEach(operation -> {
            int blank = operation.indexOf(' ');
            Routes.of(routes)
                    .add(
                            operation.substring(0, blank),
                            below(operation.substring(blank + 1)),
                            ctx -> handler(ctx, operation).handle(ctx));
        });
    }

    /** Whether each mailbox has this operation of a desk. */
    private static boolean isOfMailboxes(String operation) {
        String path = operation.substring(operation.indexOf(' ') + 1);
        return isOfApi(path) || OF_THE_PAGE.containsKey(path);
    }

    private static boolean isOfApi(String path) {
        return path.startsWith(API + "/") && !OF_THE_SERVER_ALONE.contains(path);
    }

    private static String below(String path) {
        return OF_THE_PAGE.getOrDefault(path, ONE + path.substring(API.length()));
    }

    /** The paths of the API that each mailbox has below its own, by those that the server has. */
    Map<String, String> paths() {
        Map<String, String> paths = new LinkedHashMap<>();
        own.keySet().stream()
                .map(operation -> operation.substring(operation.indexOf(' ') + 1))
                .filter(MailboxesApi::isOfApi)
                .forEach(path -> paths.put(path, below(path)));
        return paths;
    }

    // ---- which mailbox

    private static boolean isOwn(Context ctx) {
        return ctx.pathParam("mailbox").equals(SmtpMailbox.DEFAULT);
    }

    private FakeSmtpMailbox wanted(Context ctx) {
        return find(ctx.pathParam("mailbox"))
                .orElseThrow(() -> Answer.problem(
                        404, "not_found", "There is no mailbox \"" + ctx.pathParam("mailbox") + "\".", "mailbox"));
    }

    private Optional<FakeSmtpMailbox> find(String name) {
        return smtp.mailboxes().stream()
                .filter(mailbox -> mailbox.name().equals(name))
                .findFirst();
    }

    /** The mailbox, which is not the server's own. */
    private FakeSmtpMailbox other(Context ctx, String what) {
        if (isOwn(ctx)) {
            throw Answer.problem(
                    400, "server_s_own", "The server's own mailbox cannot be " + what + " over HTTP.", "mailbox");
        }
        return wanted(ctx);
    }

    private Handler handler(Context ctx, String operation) {
        return Objects.requireNonNull(handlers(ctx).get(operation), "all desks have the same routes");
    }

    private Map<String, Handler> handlers(Context ctx) {
        if (isOwn(ctx)) {
            return own;
        }
        FakeSmtpMailbox mailbox = wanted(ctx);
        closeRemoved();
        Opened found = opened.computeIfAbsent(mailbox, each -> {
            Desk desk = Desk.of(each, common);
            return new Opened(desk, desk.handlers());
        });
        return found.handlers();
    }

    private void closeRemoved() {
        for (FakeSmtpMailbox each : List.copyOf(opened.keySet())) {
            if (each.isRemoved()) {
                Opened gone = opened.remove(each);
                if (gone != null) {
                    gone.desk().close();
                }
            }
        }
    }

    // ---- the mailboxes themselves

    private Told told(Context ctx) {
        return isOwn(ctx) ? toldOwn() : told(wanted(ctx));
    }

    private Told toldOwn() {
        return Told.of(SmtpMailbox.DEFAULT, List.of(), smtp.retention(), smtp.onlooker(), smtp);
    }

    private static Told told(FakeSmtpMailbox mailbox) {
        return Told.of(mailbox.name(), mailbox.selectors(), mailbox.retention(), mailbox.onlooker(), mailbox);
    }

    private void list(Context ctx) {
        List<Told> all = new ArrayList<>(List.of(toldOwn()));
        smtp.mailboxes().forEach(mailbox -> all.add(told(mailbox)));
        ctx.json(new All(all));
    }

    private static RequestBody body(Context ctx, Set<String> keys) {
        RequestBody body = RequestBody.own(RequestBody.bytes(
                ctx, RequestBody.LIMIT, (field, text) -> Answer.problem(413, "too_large", text, null)));
        body.only(keys);
        return body;
    }

    private void create(Context ctx) {
        RequestBody body = body(ctx, Set.of("name", "select", "maxMails", "maxBytes"));
        String name = body.text("name");
        if (find(name).isPresent()) {
            throw exists("There is a mailbox \"" + name + "\" already. Ask for it, or take another name.");
        }
        ctx.status(201).json(told(made(name, "name", body)));
    }

    private void put(Context ctx) {
        RequestBody body = body(ctx, Set.of("select", "maxMails", "maxBytes"));
        ctx.json(told(made(ctx.pathParam("mailbox"), "mailbox", body)));
    }

    private static Answer exists(String text) {
        return Answer.problem(409, "mailbox_exists", text, "name");
    }

    private FakeSmtpMailbox made(String name, String field, RequestBody body) {
        List<MailboxSelector> selectors = new ArrayList<>();
        for (String each : body.texts("select")) {
            try {
                selectors.add(MailboxSelector.of(each));
            } catch (IllegalArgumentException e) {
                throw Answer.problem(
                        400, "bad_body", String.valueOf(e.getMessage()), "select[" + selectors.size() + "]");
            }
        }
        if (selectors.isEmpty()) {
            throw body.complain("select", "a list of what chooses the mailbox, such as [\"rcpt:*@orders.example\"]");
        }
        Retention keeps = retention(body, smtp.retention()); // wrong bounds make no mailbox
        FakeSmtpMailbox mailbox;
        try {
            mailbox = smtp.mailbox(
                    name,
                    selectors.get(0),
                    selectors.subList(1, selectors.size()).toArray(MailboxSelector[]::new));
        } catch (IllegalArgumentException e) {
            throw find(name).isPresent()
                    ? exists(String.valueOf(e.getMessage()))
                    : Answer.problem(400, "bad_name", String.valueOf(e.getMessage()), field);
        } catch (IllegalStateException e) {
            throw Answer.problem(409, "too_many_mailboxes", String.valueOf(e.getMessage()), null);
        }
        if (body.has("maxMails") || body.has("maxBytes")) {
            mailbox.keep(keeps);
        }
        return mailbox;
    }

    private Retention retention(RequestBody body, Retention otherwise) {
        Retention most = smtp.retention();
        long mails = body.number("maxMails").orElse(otherwise.mails());
        long octets = body.longNumber("maxBytes").orElse(otherwise.octets());
        if (mails < 1 || mails > most.mails()) {
            throw body.complain("maxMails", "a number from 1 to " + most.mails() + ", which the server keeps");
        } else if (octets < 1 || octets > most.octets()) {
            throw body.complain("maxBytes", "a number from 1 to " + most.octets() + ", which the server keeps");
        }
        return new Retention((int) mails, octets);
    }

    private void keep(Context ctx) {
        RequestBody body = body(ctx, Set.of("maxMails", "maxBytes"));
        FakeSmtpMailbox mailbox = other(ctx, "bounded otherwise");
        mailbox.keep(retention(body, mailbox.retention()));
        ctx.json(new Kept(mailbox.retention().mails(), mailbox.retention().octets()));
    }

    private void remove(Context ctx) {
        other(ctx, "removed").close();
        closeRemoved();
        ctx.json(new Done("removed"));
    }

    // ---- the end

    /** Ends the streams of events, before the server that they come from. */
    void endEvents() {
        opened.values().forEach(each -> each.desk().endEvents());
    }

    @Override
    public void close() {
        opened.values().forEach(each -> each.desk().close());
        opened.clear();
    }
}
