package dev.restante.web;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Our own routes: what a mail's envelope and session tell, and what was tried in vain. */
final class EvidenceApi {
    private static final int DEFAULT_LIMIT = 50;

    private final FakeSmtpServer smtp;
    private final Search search;

    EvidenceApi(FakeSmtpServer smtp, Search search) {
        this.smtp = smtp;
        this.search = search;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/v1/server", this::server);
        routes.get("/api/v1/message/{id}/evidence", this::evidence);
        routes.get("/api/v1/sessions/{id}", this::session);
        routes.get("/api/v1/attempts", this::attempts);
    }

    private void server(Context ctx) {
        Integer smtps = smtp.hasSmtpsPort() ? smtp.smtpsPort() : null;
        ctx.json(new EvidenceJson.Server(Main.version(), smtp.hostName(), smtp.host(), smtp.port(), smtps));
    }

    private void evidence(Context ctx) {
        CapturedMail mail = search.wanted(ctx, "404 page not found");
        ctx.json(EvidenceJson.Evidence.of(mail, smtp.session(mail.sessionId())));
    }

    private void session(Context ctx) {
        ctx.json(EvidenceJson.Session.of(smtp.session(ctx.pathParam("id")).orElseThrow(Answer::pageNotFound)));
    }

    private void attempts(Context ctx) {
        Set<Attempt.Outcome> outcomes = outcomes(ctx.queryParam("outcome"));
        List<Attempt> found = new ArrayList<>(smtp.attempts());
        found.removeIf(attempt -> !outcomes.contains(attempt.outcome()));
        Collections.reverse(found);
        int limit = limit(ctx.queryParam("limit"));
        ctx.json(new EvidenceJson.Attempts(
                found.size(),
                found.stream().limit(limit).map(EvidenceJson.Tried::of).toList()));
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
                    .orElseThrow(() -> Answer.badRequest("\"" + name + "\" is no outcome. Ask for some of "
                            + Arrays.toString(Attempt.Outcome.values()) + ", separated by commas.")));
        }
        return outcomes;
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit > 0) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw Answer.badRequest("limit is a number of at least 1, but was \"" + text + "\".");
    }
}
