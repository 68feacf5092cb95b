package dev.restante.web;

import static dev.restante.Script.on;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.restante.Condition;
import dev.restante.Effect;
import dev.restante.FakeSmtpServer;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.Stage;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The compatible routes that make the server refuse at random. Each trigger is a rule of the script, so that the script
 * shows it, counts its hits, and takes it away with the rest.
 */
final class ChaosApi {
    private static final String PREFIX = "Chaos: ";
    private static final long SEED = 1;

    private final FakeSmtpServer smtp;

    ChaosApi(FakeSmtpServer smtp) {
        this.smtp = smtp;
    }

    /** Where replies go wrong at random. */
    private enum Trigger {
        SENDER("Sender", 451),
        RECIPIENT("Recipient", 451),
        AUTHENTICATION("Authentication", 535);

        final String key;
        final int usualCode;

        Trigger(String key, int usualCode) {
            this.key = key;
            this.usualCode = usualCode;
        }

        String ruleName() {
            return PREFIX + key;
        }

        Rule rule(Setting setting) {
            double probability = setting.probability() / 100.0;
            String text = "Chaos " + key.toLowerCase(java.util.Locale.ROOT) + " error";
            return switch (this) {
                case SENDER ->
                    on(Stage.MAIL_FROM)
                            .withProbability(probability, SEED)
                            .named(ruleName())
                            .reply(setting.code(), text)
                            .always();
                case RECIPIENT ->
                    on(Stage.RCPT_TO)
                            .withProbability(probability, SEED)
                            .named(ruleName())
                            .reply(setting.code(), text)
                            .always();
                case AUTHENTICATION ->
                    on(Stage.AUTH)
                            .withProbability(probability, SEED)
                            .named(ruleName())
                            .reply(setting.code(), text)
                            .always();
            };
        }
    }

    /** How often a trigger refuses, and how. */
    private record Setting(
            @JsonProperty("ErrorCode") int code,
            @JsonProperty("Probability") int probability) {}

    private record Triggers(
            @JsonProperty("Sender") Setting sender,
            @JsonProperty("Recipient") Setting recipient,
            @JsonProperty("Authentication") Setting authentication) {}

    void addTo(RoutesConfig routes) {
        routes.get("/api/v1/chaos", ctx -> ctx.json(current()));
        routes.put("/api/v1/chaos", this::set);
    }

    private Triggers current() {
        return new Triggers(current(Trigger.SENDER), current(Trigger.RECIPIENT), current(Trigger.AUTHENTICATION));
    }

    private Setting current(Trigger trigger) {
        return smtp.rules().stream()
                .filter(RuleReport::on)
                .map(RuleReport::rule)
                .filter(rule -> rule.name().equals(trigger.ruleName()))
                .findFirst()
                .map(ChaosApi::setting)
                .orElse(new Setting(trigger.usualCode, 0));
    }

    private static Setting setting(Rule rule) {
        Optional<Integer> code = rule.decision()
                .filter(Effect.Answer.class::isInstance)
                .map(decision -> ((Effect.Answer) decision).reply().code());
        double probability = rule.conditions().stream()
                .filter(Condition.Chance.class::isInstance)
                .mapToDouble(chance -> ((Condition.Chance) chance).probability())
                .findFirst()
                .orElse(1);
        return new Setting(code.orElse(0), (int) Math.round(100 * probability));
    }

    private void set(Context ctx) {
        RequestBody body = RequestBody.compatible(ctx);
        body.only(Set.of(
                "Sender", "Recipient", "Authentication")); // what is spelled wrongly must not switch the others off
        List<Rule> rules = new ArrayList<>();
        for (Trigger trigger : Trigger.values()) {
            Setting setting = body.object(trigger.key)
                    .map(wanted -> setting(wanted, trigger))
                    .orElse(new Setting(trigger.usualCode, 0));
            rules.add(trigger.rule(setting));
        }
        Predicate<RuleReport> ours = report -> report.rule().name().startsWith(PREFIX);
        smtp.exchangeRules(ours, rules.stream().filter(ChaosApi::mayFire).toList());
        ctx.json(current());
    }

    private static boolean mayFire(Rule rule) {
        return setting(rule).probability() > 0;
    }

    private static Setting setting(RequestBody wanted, Trigger trigger) {
        int code = wanted.number("ErrorCode").filter(number -> number != 0).orElse(trigger.usualCode);
        int probability = wanted.number("Probability").orElse(0);
        if (code < 400 || code > 599) {
            throw Answer.badRequest("error code must be between 400 and 599");
        } else if (probability < 0 || probability > 100) {
            throw Answer.badRequest("probability must be between 0 and 100");
        }
        return new Setting(code, probability);
    }
}
