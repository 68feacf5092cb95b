package dev.restante.web;

import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.ScenarioKind;
import dev.restante.Scenarios;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the page shows of the script, and its editor. No part of the API, as {@link PageApi}. */
final class PageScriptApi {
    private final FakeSmtpServer smtp;

    PageScriptApi(FakeSmtpServer smtp) {
        this.smtp = smtp;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/page/script", this::tell);
        routes.post("/page/script/check", PageScriptApi::check);
        routes.put("/page/script", this::put);
    }

    private record Script(List<ScriptApi.Reported> rules, List<Kind> scenarios, List<Manner> personas) {}

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

    private void tell(Context ctx) {
        ctx.json(new Script(
                ScriptApi.told(smtp),
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

    /** What the editor wrote takes the place of the rules that it was given. All others stay: those switched off, too. */
    private void put(Context ctx) {
        Set<String> given =
                Set.copyOf(Arrays.asList(String.valueOf(ctx.queryParam("given")).split(",", -1)));
        smtp.exchangeRules(report -> given.contains(Long.toString(report.id())), ScriptApi.read(ctx, smtp));
        tell(ctx);
    }
}
