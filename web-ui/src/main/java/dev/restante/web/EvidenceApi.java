package dev.restante.web;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Matching;
import dev.restante.SmtpFixture;
import dev.restante.SmtpSession;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Our own routes: what a mail's envelope and session tell, and what was tried in vain. */
final class EvidenceApi {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 10_000;

    private final SmtpFixture smtp;
    private final Search search;

    EvidenceApi(SmtpFixture smtp, Search search) {
        this.smtp = smtp;
        this.search = search;
    }

    void addTo(Routes routes) {
        routes.get("/api/v1/message/{id}/evidence", this::evidence);
        routes.get("/api/v1/sessions", this::sessions);
        routes.get("/api/v1/sessions/{id}", this::session);
        routes.get("/api/v1/attempts", this::attempts);
    }

    private void evidence(Context ctx) {
        CapturedMail mail;
        try {
            mail = search.wanted(ctx, "");
        } catch (QueryException e) {
            throw Answer.problem(400, "bad_query", e.text(), "query");
        } catch (Answer e) {
            throw absent("There is no mail \"" + ctx.pathParam("id") + "\". It may have been removed.");
        }
        ctx.json(EvidenceJson.Evidence.of(mail, smtp.session(mail.sessionId())));
    }

    private static Answer absent(String message) {
        return Answer.problem(404, "not_found", message, "id");
    }

    private void sessions(Context ctx) {
        Parameters.only(ctx, Set.of("start", "limit", "open", "transcript"));
        int start = Parameters.number(ctx, "start", 0, 0, Integer.MAX_VALUE);
        int limit = Parameters.number(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        boolean open = Parameters.flag(ctx, "open");
        boolean transcript = Parameters.flag(ctx, "transcript");
        List<SmtpSession> found = new ArrayList<>(smtp.sessions());
        found.removeIf(session -> open && !session.isOpen());
        Collections.reverse(found);
        ctx.json(new EvidenceJson.Sessions(
                found.size(),
                start,
                found.stream()
                        .skip(start)
                        .limit(limit)
                        .map(session ->
                                transcript ? EvidenceJson.Session.of(session) : EvidenceJson.SessionSummary.of(session))
                        .toList()));
    }

    private void session(Context ctx) {
        String id = ctx.pathParam("id");
        ctx.json(EvidenceJson.Session.of(smtp.session(id)
                .orElseThrow(() -> absent("There is no session \"" + id + "\". The oldest are dropped."))));
    }

    private void attempts(Context ctx) {
        Parameters.only(ctx, Set.of("outcome", "to", "from", "session", "start", "limit"));
        Set<Attempt.Outcome> outcomes = outcomes(ctx.queryParam("outcome"));
        Optional<Matching> to = Parameters.pattern(ctx, "to", Matching::to);
        Optional<Matching> from = Parameters.pattern(ctx, "from", Matching::from);
        String session = ctx.queryParam("session");
        int start = Parameters.number(ctx, "start", 0, 0, Integer.MAX_VALUE);
        int limit = Parameters.number(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        List<Attempt> found = new ArrayList<>(smtp.attempts());
        found.removeIf(attempt -> !outcomes.contains(attempt.outcome())
                || (session != null && !attempt.sessionId().equals(session))
                || to.filter(matching -> !matching.concerns(attempt)).isPresent()
                || from.filter(matching -> !matching.concerns(attempt)).isPresent());
        Collections.reverse(found);
        ctx.json(new EvidenceJson.Attempts(
                found.size(),
                found.stream()
                        .skip(start)
                        .limit(limit)
                        .map(EvidenceJson.Tried::of)
                        .toList()));
    }

    private static Set<Attempt.Outcome> outcomes(@Nullable String names) {
        Set<Attempt.Outcome> outcomes = EnumSet.noneOf(Attempt.Outcome.class);
        if (names == null) {
            outcomes.addAll(EnumSet.allOf(Attempt.Outcome.class));
            return outcomes;
        }
        for (String name : names.split(",", -1)) {
            outcomes.add(Arrays.stream(Attempt.Outcome.values())
                    .filter(outcome -> outcome.name().equals(name.strip().toUpperCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> Answer.badParameter(
                            "outcome",
                            "\"" + name + "\" is no outcome. Ask for some of "
                                    + Arrays.toString(Attempt.Outcome.values()) + ", separated by commas.")));
        }
        return outcomes;
    }
}
