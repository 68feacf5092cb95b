package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Hold;
import dev.restante.ManualClock;
import dev.restante.Matching;
import dev.restante.Onlooker;
import dev.restante.Persona;
import dev.restante.Rule;
import dev.restante.Scenario;
import dev.restante.ScriptFileException;
import dev.restante.SmtpFixture;
import dev.restante.remote.EvidenceForm;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Our own routes that give a program elsewhere what a test in this JVM holds: the whole evidence, layers of the script, holds,
 * and a reset. {@code RestanteClient} is made of them.
 */
final class FixtureApi {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    /** An answer with mails goes no further once it holds so many octets. */
    private static final long ENOUGH = 8 << 20;

    private final SmtpFixture smtp;
    private final Onlooker mailbox;
    private final Function<String, Optional<Hold>> holds;
    private final MailMarks marks;
    private final Places places;

    /** Routes over a fixture, its mailbox and its holds by their names. */
    FixtureApi(
            SmtpFixture smtp,
            Onlooker mailbox,
            Function<String, Optional<Hold>> holds,
            MailMarks marks,
            Places places) {
        this.smtp = smtp;
        this.mailbox = mailbox;
        this.holds = holds;
        this.marks = marks;
        this.places = places;
    }

    private record Ids(List<String> ids) {}

    private record Done(String done) {}

    void addTo(Routes routes) {
        routes.get("/api/v1/fixture", this::server);
        routes.get("/api/v1/fixture/mails", this::contents);
        routes.post("/api/v1/fixture/mails", this::mails);
        routes.delete("/api/v1/fixture/mails", this::remove);
        routes.get("/api/v1/fixture/sessions", ctx -> answer(ctx, smtp.sessions()));
        routes.get("/api/v1/fixture/sessions/{id}", this::session);
        routes.get("/api/v1/fixture/attempts", ctx -> answer(ctx, smtp.attempts()));
        routes.get(
                "/api/v1/fixture/rules",
                ctx -> answer(
                        ctx,
                        smtp.rules().stream().map(EvidenceForm.RuleTold::of).toList()));
        routes.post("/api/v1/script/scenarios", this::scenario);
        routes.put("/api/v1/script/persona", this::persona);
        routes.post("/api/v1/holds", this::createHold);
        routes.get("/api/v1/holds/{name}", this::awaitHold);
        routes.delete("/api/v1/holds/{name}", this::release);
        routes.post("/api/v1/reset", ctx -> {
            Parameters.only(ctx, Set.of());
            List<CapturedMail> gone = mailbox.mails();
            smtp.reset();
            marks.forget(gone);
            answer(ctx, new Done("reset"));
        });
    }

    private static void answer(Context ctx, Object value) {
        ctx.contentType("application/json").result(EvidenceForm.mapper().writeValueAsBytes(value));
    }

    private void server(Context ctx) {
        answer(
                ctx,
                new EvidenceForm.Server(
                        RestanteUi.version(),
                        smtp.host(),
                        smtp.isListening() ? smtp.port() : 0,
                        smtp.isListening(),
                        mailbox.evicted(),
                        smtp.clock().now(),
                        smtp.clock() instanceof ManualClock,
                        System.nanoTime()));
    }

    private static Answer absent(String message, String field) {
        return Answer.problem(404, "not_found", message, field);
    }

    // ---- mail

    private void contents(Context ctx) {
        Parameters.only(ctx, Set.of("seen", "timeout"));
        long seen = seen(ctx.queryParam("seen"));
        Duration timeout = timeout(ctx);
        long end = System.nanoTime() + timeout.toNanos();
        places.hold(() -> {
            Caller caller = Caller.of(ctx);
            Onlooker.Contents now;
            boolean waited;
            do {
                Caller.Glance glance = Caller.glance(end);
                now = mailbox.contents(seen, glance.time());
                waited = glance.isOver();
            } while (now.changes() == seen && waited && System.nanoTime() - end < 0 && !caller.hasLeft());
            answer(
                    ctx,
                    new EvidenceForm.Contents(
                            now.changes(),
                            now.closed(),
                            now.mails().stream().map(CapturedMail::id).toList(),
                            now.mails().stream().map(now.settled()::contains).toList()));
        });
    }

    private static long seen(@Nullable String text) {
        if (text == null || text.equals("-1")) {
            return -1;
        } else if (!text.matches("\\d{1,18}")) {
            throw Answer.badParameter(
                    "seen",
                    "seen is a number that an earlier answer told as changes, or -1, but was \"" + text + "\".");
        }
        return Long.parseLong(text);
    }

    private static Duration timeout(Context ctx) {
        String text = ctx.queryParam("timeout");
        return text == null
                ? Duration.ZERO
                : Parameters.time(text, LONGEST)
                        .orElseThrow(() -> Answer.badParameter(
                                "timeout",
                                "timeout is a time from 0 to " + LONGEST.toSeconds()
                                        + " s, such as 5, 500ms, 5s or PT5S, but was \"" + text + "\"."));
    }

    private static byte[] bytes(Context ctx) {
        return RequestBody.bytes(ctx, RequestBody.LIMIT, (field, text) -> Answer.problem(413, "too_large", text, null));
    }

    private static List<String> ids(Context ctx) {
        RequestBody body = RequestBody.own(bytes(ctx));
        body.only(Set.of("ids"));
        if (!body.has("ids")) {
            throw body.complain("ids", "a list of the mails that are meant");
        }
        return body.texts("ids");
    }

    /** Of those that were asked for, as many as fit; those that are gone are left out. */
    private void mails(Context ctx) {
        List<EvidenceForm.Mail> found = new ArrayList<>();
        long octets = 0;
        for (String id : ids(ctx)) {
            Optional<CapturedMail> mail = octets > ENOUGH ? Optional.empty() : mailbox.mail(id);
            if (mail.isPresent()) {
                octets += mail.get().size();
                found.add(EvidenceForm.Mail.of(mail.get()));
            }
        }
        answer(ctx, new EvidenceForm.Mails(found));
    }

    private void remove(Context ctx) {
        Set<String> chosen = new HashSet<>(ids(ctx));
        List<CapturedMail> gone = mailbox.remove(Matching.that("chosen over HTTP", mail -> chosen.contains(mail.id())));
        marks.forget(gone);
        answer(ctx, new Ids(gone.stream().map(CapturedMail::id).toList()));
    }

    private void session(Context ctx) {
        String id = ctx.pathParam("id");
        answer(
                ctx,
                smtp.session(id)
                        .orElseThrow(
                                () -> absent("There is no session \"" + id + "\". The oldest are dropped.", "id")));
    }

    // ---- script

    private void scenario(Context ctx) {
        List<Rule> rules = ScriptApi.read(ctx, smtp);
        smtp.scenario(Scenario.of("over HTTP", rules.toArray(Rule[]::new)));
        answer(ctx, new Done("added"));
    }

    private void persona(Context ctx) {
        try {
            Persona persona = Persona.fromJson(ScriptApi.text(bytes(ctx)));
            persona.rules().forEach(rule -> ScriptApi.requireReachable(rule, smtp, null));
            smtp.persona(persona);
        } catch (ScriptFileException e) {
            throw ScriptApi.wrong(e);
        }
        answer(ctx, new Done("replaced"));
    }

    // ---- holds

    private Hold wanted(Context ctx) {
        String name = ctx.pathParam("name");
        return holds.apply(name)
                .orElseThrow(() ->
                        absent("There is no hold \"" + name + "\". A reset releases and forgets all holds.", "name"));
    }

    private void createHold(Context ctx) {
        Parameters.only(ctx, Set.of());
        Hold hold;
        try {
            hold = smtp.hold();
        } catch (IllegalStateException e) {
            throw Answer.problem(409, "too_many_holds", String.valueOf(e.getMessage()), null);
        }
        tell(ctx, hold, true);
    }

    private void awaitHold(Context ctx) {
        Parameters.only(ctx, Set.of("connections", "timeout"));
        Hold hold = wanted(ctx);
        int connections = Parameters.number(ctx, "connections", 0, 0, 100_000);
        Duration timeout = timeout(ctx);
        places.hold(() -> tell(ctx, hold, isReached(hold, connections, timeout, Caller.of(ctx))));
    }

    private static boolean isReached(Hold hold, int connections, Duration timeout, Caller caller) {
        long end = System.nanoTime() + timeout.toNanos();
        boolean reached = connections == 0;
        boolean waited = true;
        while (!reached && waited && !caller.hasLeft()) {
            Caller.Glance glance = Caller.glance(end);
            reached = hold.isReachedWithin(connections, glance.time());
            waited = glance.isOver() && System.nanoTime() - end < 0;
        }
        return reached;
    }

    private void release(Context ctx) {
        Hold hold = wanted(ctx);
        hold.release();
        tell(ctx, hold, true);
    }

    private static void tell(Context ctx, Hold hold, boolean reached) {
        answer(ctx, new EvidenceForm.HoldTold(hold.name(), hold.waiting(), hold.isReleased(), reached));
    }
}
