package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ScenarioKind;
import dev.restante.Scenarios;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows of the script, and its switches. No part of the API, as {@link PageApi}.
 *
 * <p>A rule that is switched off is taken out of the script and kept here; switched on again it comes last and counts from
 * nought.
 */
final class PageScriptApi {
    private final FakeSmtpServer smtp;
    // Guarded by this.
    private final List<Rule> off = new ArrayList<>();

    PageScriptApi(FakeSmtpServer smtp) {
        this.smtp = smtp;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/page/script", this::tell);
        routes.post("/page/script/check", PageScriptApi::check);
        routes.post("/page/script/switch", this::turn);
        routes.post("/page/script/remove", this::remove);
    }

    private record Script(List<Shown> rules, List<Kind> scenarios, List<Manner> personas) {}

    /** A rule with its place in the list; {@code rule} is null if it has no written form. */
    private record Shown(
            int index,
            boolean on,
            String name,
            @JsonRawValue @Nullable String rule,
            String java,
            long hits,
            boolean unfired,
            List<Fired> recent) {
        static Shown of(int index, boolean on, RuleReport report) {
            return new Shown(
                    index,
                    on,
                    report.rule().name(),
                    written(report.rule()),
                    report.rule().toString(),
                    report.hits(),
                    report.isUnfired(),
                    report.recent().stream()
                            .map(hit -> new Fired(hit.sessionId(), Json.time(hit.at())))
                            .toList());
        }

        static Shown of(int index, Rule rule) {
            return new Shown(index, false, rule.name(), written(rule), rule.toString(), 0, false, List.of());
        }
    }

    private record Fired(String sessionId, String at) {}

    private record Kind(String name, String summary, String provokes, List<Wanted> parameters) {
        static Kind of(ScenarioKind kind) {
            return new Kind(
                    kind.name(),
                    kind.summary(),
                    kind.provokes(),
                    kind.parameters().stream()
                            .map(each -> new Wanted(
                                    each.name(),
                                    each.type().name(),
                                    each.usual().map(String::valueOf).orElse(null),
                                    each.description()))
                            .toList());
        }
    }

    private record Wanted(
            String name, String type, @Nullable String usual, String description) {}

    private record Manner(String name, String description) {
        static Manner of(String name) {
            return new Manner(name, Persona.named(name).description());
        }
    }

    /** Whether a text is a script; if not, what is wrong and where. Lines and columns count from 1; 0 if unknown. */
    private record Check(
            boolean ok,
            int rules,
            @Nullable String message,
            @Nullable String path,
            int line,
            int column) {}

    private static @Nullable String written(Rule rule) {
        try {
            return Json.mapper()
                    .readTree(ScriptFile.toJson(List.of(rule)))
                    .get("rules")
                    .get(0)
                    .toString();
        } catch (IllegalArgumentException e) {
            return null; // it holds a function
        }
    }

    private synchronized void tell(Context ctx) {
        List<Shown> rules = new ArrayList<>();
        List<RuleReport> reports = smtp.rules();
        for (int i = 0; i < reports.size(); i++) {
            rules.add(Shown.of(i, true, reports.get(i)));
        }
        for (int i = 0; i < off.size(); i++) {
            rules.add(Shown.of(i, off.get(i)));
        }
        ctx.json(new Script(
                rules,
                Scenarios.kinds().stream().map(Kind::of).toList(),
                Persona.names().stream().map(Manner::of).toList()));
    }

    private static void check(Context ctx) {
        String text = new String(
                RequestBody.bytes(
                        ctx, RequestBody.LIMIT, (field, message) -> Answer.problem(413, "too_large", message, null)),
                StandardCharsets.UTF_8);
        try {
            ctx.json(new Check(true, ScriptFile.fromJson(text).size(), null, null, 0, 0));
        } catch (ScriptFileException e) {
            ctx.json(new Check(false, 0, e.getMessage(), e.path(), e.line(), e.column()));
        }
    }

    private synchronized void turn(Context ctx) {
        int index = Parameters.number(ctx, "index", 0, 0, Integer.MAX_VALUE);
        if ("1".equals(ctx.queryParam("on"))) {
            if (index < off.size()) {
                smtp.script(off.remove(index));
            }
        } else {
            takeOut(index, true);
        }
        tell(ctx);
    }

    private synchronized void remove(Context ctx) {
        int index = Parameters.number(ctx, "index", 0, 0, Integer.MAX_VALUE);
        if ("1".equals(ctx.queryParam("off"))) {
            if (index < off.size()) {
                off.remove(index);
            }
        } else {
            takeOut(index, false);
        }
        tell(ctx);
    }

    /** Takes a rule out of the script; those of Java's scenarios and personas stay. */
    private void takeOut(int index, boolean keep) {
        List<RuleReport> before = smtp.rules();
        if (index >= before.size()) {
            return;
        }
        Rule rule = before.get(index).rule();
        Set<Rule> thisOne = Collections.newSetFromMap(new IdentityHashMap<>()); // an equal one may stand beside it
        thisOne.add(rule);
        smtp.exchangeRules(thisOne::contains, List.of());
        if (smtp.rules().size() < before.size() && keep) {
            off.add(rule);
        }
    }
}
