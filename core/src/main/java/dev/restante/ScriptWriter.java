package dev.restante;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Makes of rules what a script file says: maps, lists, strings and numbers. */
final class ScriptWriter {
    private ScriptWriter() {}

    /**
     * The script with these rules.
     *
     * @throws IllegalArgumentException if one of them cannot be written
     */
    static Map<String, Object> script(List<Rule> rules) {
        List<Object> all = new ArrayList<>();
        for (Rule rule : rules) {
            all.add(checked(rule, all.size() + 1));
        }
        return Map.of("rules", all);
    }

    /** Refuses what could not be read again as the same rule. */
    static Map<String, Object> checked(Rule rule, int place) {
        String who = "Rule " + place + ", " + rule + ", has no written form: ";
        if (rule.conditions().stream().anyMatch(Condition.Matching.class::isInstance)) {
            throw new IllegalArgumentException(
                    who + "its condition matching(...) is a function. Say the condition in the"
                            + " words of Conditions, or keep this rule in Java.");
        } else if (rule.decision().orElse(null) instanceof Effect.Computed) {
            throw new IllegalArgumentException(who + "its effect answer(...) is a function. Take a fixed effect with"
                    + " conditions, or keep this rule in Java.");
        }
        Map<String, Object> written = rule(rule);
        Rule read;
        try {
            read = ScriptReader.rule(new ScriptValue("", ScriptNode.of(written)));
        } catch (ScriptFileException e) {
            throw new IllegalArgumentException(who + e.getMessage(), e);
        }
        if (!read.equals(rule)) {
            throw new IllegalArgumentException(who + "it would be read as " + read + ".");
        }
        return written;
    }

    private static Map<String, Object> rule(Rule rule) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (rule.isNamed()) {
            fields.put("name", rule.name());
        }
        fields.put("on", rule.stage().name());
        if (rule.stage() == Stage.MID_DATA) {
            fields.put("atByte", rule.atByte());
        }
        List<Map<String, Object>> conditions = conditions(rule.conditions());
        if (!conditions.isEmpty()) {
            fields.put("when", conditions.size() == 1 ? conditions.get(0) : conditions);
        }
        List<Map<String, Object>> paces = new ArrayList<>();
        rule.paces().forEach(pace -> pace(pace, paces));
        if (paces.size() == 1) {
            fields.putAll(paces.get(0));
        } else if (!paces.isEmpty()) {
            fields.put("pace", paces);
        }
        rule.decision().ifPresent(decision -> decision(decision, fields));
        if (rule.limit() instanceof Rule.Limit.Times times) {
            fields.put("times", times.count());
        } else if (rule.limit() instanceof Rule.Limit.During during) {
            fields.put("during", during.time().toString());
        } else {
            fields.put("times", "always");
        }
        return fields;
    }

    /** One object, or more where a key is needed twice: their order is the rule's. */
    private static List<Map<String, Object>> conditions(List<Condition> conditions) {
        List<Map<String, Object>> groups = new ArrayList<>();
        Map<String, Object> patterns = Map.of();
        String key = "";
        for (Condition condition : conditions) {
            if (condition instanceof Condition.Header header && !header.name().equals("Subject")) {
                patterns = with(header.name(), header.pattern(), key.equals("header") ? patterns : Map.of());
                key = "header";
            } else if (condition instanceof Condition.Parameter parameter) {
                patterns =
                        with(parameter.keyword(), parameter.pattern(), key.equals("parameter") ? patterns : Map.of());
                key = "parameter";
            } else {
                patterns = Map.of();
                key = "";
                condition(condition, groups);
            }
            if (patterns.size() == 1) {
                put(groups, key, patterns);
            }
        }
        return groups;
    }

    /** These patterns and one more, or that one alone where its name stands already. */
    private static Map<String, Object> with(String name, TextPattern pattern, Map<String, Object> patterns) {
        Map<String, Object> all = patterns.isEmpty() || patterns.containsKey(name) ? new LinkedHashMap<>() : patterns;
        all.put(name, pattern.toString());
        return all;
    }

    private static void put(List<Map<String, Object>> groups, String key, Object value) {
        if (groups.isEmpty() || groups.get(groups.size() - 1).containsKey(key)) {
            groups.add(new LinkedHashMap<>());
        }
        groups.get(groups.size() - 1).put(key, value);
    }

    private static void condition(Condition condition, List<Map<String, Object>> groups) {
        if (condition instanceof Condition.From from) {
            put(groups, "from", from.pattern().toString());
        } else if (condition instanceof Condition.To to) {
            put(groups, "to", to.pattern().toString());
        } else if (condition instanceof Condition.Helo helo) {
            put(groups, "helo", helo.pattern().toString());
        } else if (condition instanceof Condition.User user) {
            put(groups, "user", user.pattern().toString());
        } else if (condition instanceof Condition.Client client) {
            put(groups, "client", client.network().toString());
        } else if (condition instanceof Condition.Tls tls) {
            put(groups, "tls", tls.encrypted());
        } else if (condition instanceof Condition.LoggedIn loggedIn) {
            put(groups, "loggedIn", loggedIn.yes());
        } else if (condition instanceof Condition.Credentials credentials) {
            put(groups, "credentials", credentials.right() ? "right" : "wrong");
        } else if (condition instanceof Condition.Header subject) {
            put(groups, "subject", subject.pattern().toString());
        } else if (condition instanceof Condition.Size size) {
            put(groups, "size", size(size));
        } else if (condition instanceof Condition.Nth nth) {
            put(
                    groups,
                    "nth",
                    nth.scope() == Condition.Scope.TRANSACTION
                            ? (Object) nth.n()
                            : object("n", nth.n(), "in", lower(nth.scope())));
        } else if (condition instanceof Condition.Attempts attempts) {
            put(
                    groups,
                    "attempts",
                    object("first", attempts.first(), "last", attempts.last(), "per", lower(attempts.key())));
        } else if (condition instanceof Condition.Newcomer newcomer) {
            put(
                    groups,
                    "newcomers",
                    object(
                            "time",
                            newcomer.time().toString(),
                            "forgottenAfter",
                            newcomer.forgottenAfter().toString(),
                            "per",
                            lower(newcomer.key())));
        } else if (condition instanceof Condition.Rate rate) {
            put(
                    groups,
                    "moreThan",
                    object("count", rate.count(), "within", rate.window().toString(), "per", lower(rate.key())));
        } else if (condition instanceof Condition.Connections connections) {
            put(groups, connections.ofClient() ? "connectionsOfClientAbove" : "connectionsAbove", connections.above());
        } else if (condition instanceof Condition.Recipients recipients) {
            put(groups, "recipientsAbove", recipients.above());
        } else if (condition instanceof Condition.Chance chance) {
            put(groups, "probability", object("chance", chance.probability(), "seed", chance.seed()));
        }
    }

    private static Map<String, Object> size(Condition.Size size) {
        Map<String, Object> bounds = new LinkedHashMap<>();
        if (size.atLeast() != 0 || size.atMost() == Long.MAX_VALUE) {
            bounds.put("atLeast", size.atLeast());
        }
        if (size.atMost() != Long.MAX_VALUE) {
            bounds.put("atMost", size.atMost());
        }
        return bounds;
    }

    private static void pace(Effect.Pace pace, List<Map<String, Object>> groups) {
        if (pace instanceof Effect.Delay delay) {
            put(groups, "delay", delay.time().toString());
        } else if (pace instanceof Effect.Tarpit tarpit) {
            put(groups, "tarpit", tarpit.perReply().toString());
        } else if (pace instanceof Effect.Throttle throttle) {
            put(groups, "throttle", throttle.bytesPerSecond());
        } else if (pace instanceof Effect.Dribble dribble) {
            put(
                    groups,
                    "dribble",
                    object("bytes", dribble.pieceSize(), "gap", dribble.gap().toString()));
        } else if (pace instanceof Effect.Bounce bounce) {
            put(
                    groups,
                    "bounce",
                    object(
                            "to",
                            bounce.recipients().toString(),
                            "host",
                            bounce.host(),
                            "port",
                            bounce.port(),
                            "status",
                            bounce.status(),
                            "text",
                            bounce.diagnostic()));
        } else if (pace instanceof Effect.WaitFor hold) {
            put(groups, "waitFor", hold.name());
        }
    }

    private static void decision(Effect.Decision decision, Map<String, Object> fields) {
        if (decision instanceof Effect.Answer answer) {
            fields.put(
                    "reply",
                    object("code", answer.reply().code(), "text", answer.reply().text()));
        } else if (decision instanceof Effect.Fault fault) {
            fields.put("fault", fault.name());
        } else if (decision instanceof Effect.CutReply cut) {
            fields.put("cutReply", cut.bytes());
        } else if (decision instanceof Effect.RawReply raw) {
            fields.put("rawReply", raw.octets());
        } else if (decision instanceof Effect.TlsFault fault) {
            fields.put("tlsFault", fault.name());
        } else if (decision instanceof Effect.Keywords keywords) {
            if (!keywords.greeting().isEmpty()) {
                fields.put("greeting", keywords.greeting());
            }
            if (!keywords.add().isEmpty()) {
                fields.put("advertise", keywords.add());
            }
            if (!keywords.hide().isEmpty()) {
                fields.put("hide", keywords.hide());
            }
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put(keysAndValues[i].toString(), Objects.requireNonNull(keysAndValues[i + 1]));
        }
        return object;
    }
}
