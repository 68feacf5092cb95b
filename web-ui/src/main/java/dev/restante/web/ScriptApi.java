package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.restante.FakeSmtpMailbox;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import dev.restante.SmtpFixture;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Our own routes that read and write the script. */
final class ScriptApi {
    private final SmtpFixture fixture;
    private final Consumer<List<Rule>> replacement;

    /** Routes over a fixture whose own rules {@code replacement} replaces. */
    ScriptApi(SmtpFixture fixture, Consumer<List<Rule>> replacement) {
        this.fixture = fixture;
        this.replacement = replacement;
    }

    private record Script(List<Reported> rules) {}

    /** A rule, and what became of it; {@code rule} is null if it has no written form. */
    record Reported(
            long id,
            RuleReport.Layer layer,
            boolean on,
            String name,
            @JsonRawValue @Nullable String rule,
            String java,
            long hits,
            boolean unfired,
            List<Hit> recent) {
        static Reported of(RuleReport report) {
            return new Reported(
                    report.id(),
                    report.layer(),
                    report.on(),
                    report.rule().name(),
                    written(report.rule()),
                    report.rule().toString(),
                    report.hits(),
                    report.isUnfired(),
                    report.recent().stream()
                            .map(hit -> new Hit(hit.sessionId(), Json.time(hit.at())))
                            .toList());
        }

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
    }

    record Hit(String sessionId, String at) {}

    void addTo(Routes routes) {
        routes.get("/api/v1/script", this::tell);
        routes.put("/api/v1/script", ctx -> {
            Parameters.only(ctx, Set.of());
            replacement.accept(read(ctx, fixture));
            tell(ctx);
        });
        routes.patch("/api/v1/script", ctx -> {
            Parameters.only(ctx, Set.of());
            fixture.script(read(ctx, fixture).toArray(Rule[]::new));
            tell(ctx);
        });
        routes.delete("/api/v1/script", ctx -> {
            Parameters.only(ctx, Set.of());
            fixture.clearScript();
            tell(ctx);
        });
        routes.patch("/api/v1/script/rules/{id}", this::turn);
        routes.delete("/api/v1/script/rules/{id}", ctx -> {
            Parameters.only(ctx, Set.of());
            change(ctx, fixture::removeRule);
        });
        routes.get(
                "/api/v1/script/schema",
                ctx -> ctx.contentType("application/schema+json").result(ScriptFile.schema()));
    }

    private void tell(Context ctx) {
        ctx.json(new Script(told(fixture)));
    }

    static List<Reported> told(SmtpFixture fixture) {
        return fixture.rules().stream().map(Reported::of).toList();
    }

    private void turn(Context ctx) {
        Parameters.only(ctx, Set.of());
        RequestBody body = RequestBody.own(bytes(ctx));
        body.only(Set.of("on"));
        if (!body.has("on")) {
            throw body.complain("on", "true or false");
        }
        boolean on = body.flag("on");
        change(ctx, id -> fixture.switchRule(id, on));
    }

    private void change(Context ctx, LongConsumer change) {
        String id = ctx.pathParam("id");
        try {
            change.accept(Long.parseLong(id));
        } catch (NumberFormatException e) {
            throw Answer.problem(404, "not_found", "There is no rule \"" + id + "\": rules have numbers.", "id");
        } catch (IllegalArgumentException e) {
            throw Answer.problem(404, "not_found", String.valueOf(e.getMessage()), "id");
        }
        tell(ctx);
    }

    /** The rules of the body, all of which are sound and can fire where they are meant to. */
    static List<Rule> read(Context ctx, SmtpFixture where) {
        List<Rule> rules = read(ctx);
        for (int i = 0; i < rules.size(); i++) {
            requireReachable(rules.get(i), where, "rules[" + i + "].on");
        }
        return rules;
    }

    /** Refuses a rule that could never fire there. */
    static void requireReachable(Rule rule, SmtpFixture where, @Nullable String field) {
        try {
            if (where instanceof FakeSmtpMailbox mailbox) {
                mailbox.requireReachable(rule);
            }
        } catch (IllegalArgumentException e) {
            throw Answer.problem(400, "bad_script", String.valueOf(e.getMessage()), field);
        }
    }

    private static List<Rule> read(Context ctx) {
        String text = text(bytes(ctx));
        String type = ctx.header("Content-Type"); // whatever charset it names, scripts are UTF-8
        boolean yaml = type != null && type.toLowerCase(Locale.ROOT).contains("yaml");
        try {
            return yaml ? ScriptFile.fromYaml(text) : ScriptFile.fromJson(text);
        } catch (ScriptFileException e) {
            throw wrong(e);
        }
    }

    private static byte[] bytes(Context ctx) {
        return RequestBody.bytes(
                ctx, RequestBody.LIMIT, (field, message) -> Answer.problem(413, "too_large", message, null));
    }

    static Answer wrong(ScriptFileException e) {
        return Answer.problem(
                400, "bad_script", String.valueOf(e.getMessage()), e.path().isEmpty() ? null : e.path());
    }

    static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Answer.problem(400, "bad_script", "The body holds octets that are no UTF-8.", null);
        }
    }
}
