package dev.restante;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes rules of what a script file says. */
final class ScriptReader {
    /** Where an editor finds the schema; it means nothing to us. */
    private static final String SCHEMA = "$schema";

    private static final Pattern FIELD_NAME = Pattern.compile("[!-9;-~]+");
    private static final List<String> RULE_KEYS =
            ScriptWord.keys(ScriptWord.Role.FRAME, ScriptWord.Role.PACE, ScriptWord.Role.DECISION);

    private ScriptReader() {}

    /** The rules of a script. */
    static List<Rule> rules(ScriptNode root) {
        ScriptValue script = new ScriptValue("", root);
        Map<String, ScriptValue> fields = script.fields(List.of("rules", "scenarios", "persona", SCHEMA));
        ScriptValue schema = fields.get(SCHEMA);
        if (schema != null) {
            schema.text("the address of the schema");
        }
        List<Rule> rules = new ArrayList<>();
        ScriptValue scenarios = fields.get("scenarios");
        ScriptValue persona = fields.get("persona");
        if (scenarios == null && persona == null && !fields.containsKey("rules")) {
            throw script.problem("no rules", "a key \"rules\", \"scenarios\" or \"persona\"", "");
        }
        if (fields.containsKey("rules")) {
            for (ScriptValue rule : script.require(fields, "rules").items("rules")) {
                rules.add(rule(rule));
            }
        }
        if (scenarios != null) {
            for (ScriptValue scenario : scenarios.items("scenarios")) {
                rules.addAll(scenario(scenario).rules());
            }
        }
        if (persona != null) {
            rules.addAll(
                    Persona.named(persona.word("a persona", Persona.names())).rules());
        }
        return List.copyOf(rules);
    }

    // ---- scenarios

    /** A name, or an object with a name and its parameters. */
    private static Scenario scenario(ScriptValue value) {
        List<String> names = Scenarios.kinds().stream().map(ScenarioKind::name).toList();
        if (!value.isObject()) {
            String name = value.word("a scenario", names);
            return scenario(Scenarios.kind(name).orElseThrow(), value, Map.of());
        }
        Map<String, ScriptValue> fields = value.fields(names);
        if (fields.size() != 1) {
            throw value.problem(
                    fields.isEmpty() ? "no scenario" : "several scenarios in one object", "one scenario an object", "");
        }
        Map.Entry<String, ScriptValue> only = fields.entrySet().iterator().next();
        ScenarioKind kind = Scenarios.kind(only.getKey()).orElseThrow();
        List<String> known =
                kind.parameters().stream().map(ScenarioKind.Parameter::name).toList();
        Map<String, ScriptValue> given = known.isEmpty()
                ? noParameters(only.getValue(), kind)
                : only.getValue().fields(known);
        return scenario(kind, only.getValue(), given);
    }

    private static Map<String, ScriptValue> noParameters(ScriptValue value, ScenarioKind kind) {
        if (!value.freeFields("{}").isEmpty()) {
            throw value.problem("parameters", "none: " + kind + " has no parameters", "");
        }
        return Map.of();
    }

    private static Scenario scenario(ScenarioKind kind, ScriptValue value, Map<String, ScriptValue> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (ScenarioKind.Parameter parameter : kind.parameters()) {
            ScriptValue each = given.get(parameter.name());
            if (each != null) {
                values.put(parameter.name(), parameter(parameter, each));
            } else if (parameter.usual().isEmpty()) {
                throw value.problem(
                        "no " + ScriptValue.quoted(parameter.name()) + " for " + kind,
                        "it: "
                                + parameter
                                        .description()
                                        .toLowerCase(Locale.ROOT)
                                        .replaceFirst("\\.$", ""),
                        "");
            }
        }
        return value.made("what the scenario can be made of", () -> kind.with(values));
    }

    private static Object parameter(ScenarioKind.Parameter parameter, ScriptValue value) {
        return switch (parameter.type()) {
            case TIME -> value.duration();
            case NUMBER -> value.wholeNumber(0, Long.MAX_VALUE);
            case PORT -> value.wholeNumber(1, 65535);
            case CHOICE -> value.word("a value of \"" + parameter.name() + "\"", parameter.choices());
            case PATTERN -> pattern(value).toString();
            case PATTERNS -> texts(value, "patterns", each -> pattern(each).toString());
            case NETWORKS ->
                texts(value, "networks", each -> {
                    String network = each.text("a network");
                    return each.made("a network", () -> Network.of(network)).toString();
                });
            case CHANCE -> chance(value, "");
            case TEXT -> value.text("a text");
            case TEXTS -> texts(value, "texts", each -> each.text("a text"));
        };
    }

    private static List<String> texts(ScriptValue value, String what, Function<ScriptValue, String> reading) {
        List<ScriptValue> items = value.items(what);
        if (items.isEmpty()) {
            throw value.problem("an empty array", "at least one of these " + what, "");
        }
        return items.stream().map(reading).toList();
    }

    // ---- rules

    /** One rule. */
    static Rule rule(ScriptValue value) {
        Map<String, ScriptValue> fields = value.fields(RULE_KEYS);
        Stage<?> stage = stage(value.require(fields, "on"));
        ScriptValue position = fields.get("atByte");
        long atByte = position == null
                ? 0
                : allowed(stage, "atByte", position, Trigger.OnMidData.class).wholeNumber(0, Long.MAX_VALUE);
        RuleDraft draft = RuleDraft.at(stage, atByte);
        String pace = "";
        String decision = "";
        for (Map.Entry<String, ScriptValue> field : fields.entrySet()) {
            String key = field.getKey();
            ScriptValue each = field.getValue();
            ScriptWord word = ScriptWord.of(key).orElseThrow();
            if (word == ScriptWord.NAME) {
                draft = draft.named(name(each));
            } else if (word == ScriptWord.WHEN) {
                draft = conditions(draft, each);
            } else if (word == ScriptWord.PACE || word.role() == ScriptWord.Role.PACE) {
                if (!pace.isEmpty() && (word == ScriptWord.PACE || pace.equals("pace"))) {
                    throw each.problem(
                            ScriptValue.quoted(key) + " beside " + ScriptValue.quoted(pace),
                            "either \"pace\", an array of effects in their order, or each of them as a key of the rule",
                            "");
                }
                pace = key;
                draft = word == ScriptWord.PACE ? paces(draft, each) : draft.paced(pace(stage, word, each));
            } else if (word.role() == ScriptWord.Role.DECISION) {
                Effect.Decision decided = decision(stage, word, each);
                if (draft.decision() instanceof Effect.Keywords some && decided instanceof Effect.Keywords more) {
                    decided = both(some, more);
                } else if (!decision.isEmpty()) {
                    throw each.problem(
                            ScriptValue.quoted(key) + " beside " + ScriptValue.quoted(decision),
                            "one effect a rule that decides how the stage ends; write two rules",
                            "");
                }
                decision = key;
                draft = draft.decided(decided);
            }
        }
        if (draft.decision() == null && draft.paces().isEmpty()) {
            throw value.problem(
                    "a rule without an effect",
                    ScriptValue.oneOf(ScriptWord.keys(ScriptWord.Role.DECISION, ScriptWord.Role.PACE)),
                    "");
        }
        return Rule.of(draft, limit(fields.get("times"), fields.get("during")));
    }

    private static Stage<?> stage(ScriptValue value) {
        List<String> names = Stage.values().stream().map(Stage::name).toList();
        String name = value.word("a stage", names);
        return Stage.named(name).orElseThrow();
    }

    private static String name(ScriptValue value) {
        String name = value.text("a name");
        if (name.isEmpty()) {
            throw value.wrong("a name, or no such key");
        }
        return name;
    }

    private static Rule.Limit limit(@Nullable ScriptValue times, @Nullable ScriptValue during) {
        if (times != null && during != null) {
            throw during.problem("\"during\" beside \"times\"", "one of them", "");
        } else if (during != null) {
            return new Rule.Limit.During(during.positiveDuration());
        } else if (times == null) {
            return Rule.Limit.Always.ALWAYS;
        } else if (times.isText()) {
            times.word("a whole number of at least 1, or a word", List.of("always"));
            return Rule.Limit.Always.ALWAYS;
        }
        return new Rule.Limit.Times((int) times.wholeNumber(1, Integer.MAX_VALUE, ", or \"always\""));
    }

    /** Refuses a word at a stage that Java would not let it stand at. */
    private static ScriptValue allowed(Stage<?> stage, String word, ScriptValue value, Class<?> step) {
        if (!ScriptWord.isAt(stage, step)) {
            throw value.problem(
                    ScriptValue.quoted(word) + " at " + stage + ", " + ScriptWord.lack(step),
                    "it only at " + String.join(", ", ScriptWord.stages(step)),
                    "");
        }
        return value;
    }

    // ---- conditions

    /** An object, or an array of objects where a key is needed twice; all must hold. */
    private static RuleDraft conditions(RuleDraft draft, ScriptValue value) {
        RuleDraft result = draft;
        List<ScriptValue> groups = value.isArray() ? value.items("objects with conditions") : List.of(value);
        for (ScriptValue group : groups) {
            for (Map.Entry<String, ScriptValue> field :
                    group.fields(ScriptWord.keys(ScriptWord.Role.CONDITION)).entrySet()) {
                ScriptWord word = ScriptWord.of(field.getKey()).orElseThrow();
                ScriptValue each = allowed(draft.stage(), word.key(), field.getValue(), word.step());
                if (word == ScriptWord.HEADER) {
                    for (Map.Entry<String, ScriptValue> header :
                            each.freeFields("{\"Subject\": \"*invoice*\"}").entrySet()) {
                        result = result.when(header(header.getKey(), header.getValue()));
                    }
                } else if (word == ScriptWord.PARAMETER) {
                    for (Map.Entry<String, ScriptValue> parameter :
                            each.freeFields("{\"BY\": \"*;R\"}").entrySet()) {
                        result = result.when(parameter(parameter.getKey(), parameter.getValue()));
                    }
                } else {
                    Condition condition = condition(word, each);
                    // Refused here, where its path is known, and not only by the rule as a whole.
                    each.made(
                            "what can be counted there",
                            () -> Rule.of(RuleDraft.at(draft.stage(), 0).when(condition), Rule.Limit.Always.ALWAYS));
                    result = result.when(condition);
                }
            }
        }
        return result;
    }

    private static Condition header(String name, ScriptValue value) {
        if (!FIELD_NAME.matcher(name).matches()) {
            throw value.problem(
                    "the header name " + ScriptValue.quoted(name), "a name without colon, space or line end", "");
        }
        return new Condition.Header(name, pattern(value));
    }

    private static Condition parameter(String keyword, ScriptValue value) {
        if (!Condition.Parameter.isKeyword(keyword)) {
            throw value.problem(
                    "the keyword " + ScriptValue.quoted(keyword), "one of letters, digits and hyphens, such as BY", "");
        }
        return new Condition.Parameter(keyword, pattern(value));
    }

    private static Condition condition(ScriptWord word, ScriptValue value) {
        return switch (word) {
            case FROM -> new Condition.From(pattern(value));
            case TO -> new Condition.To(pattern(value));
            case HELO -> new Condition.Helo(pattern(value));
            case USER -> new Condition.User(pattern(value));
            case SUBJECT -> new Condition.Header("Subject", pattern(value));
            case CLIENT -> {
                String network = value.text("a network");
                yield value.made("a network", () -> new Condition.Client(Network.of(network)));
            }
            case TLS -> new Condition.Tls(value.flag());
            case LOGGED_IN -> new Condition.LoggedIn(value.flag());
            case CREDENTIALS ->
                new Condition.Credentials(value.word("what credentials are", List.of("right", "wrong"))
                        .equals("right"));
            case SIZE -> size(value);
            case NTH -> nth(value);
            case ATTEMPTS -> attempts(value);
            case NEWCOMERS -> newcomers(value);
            case MORE_THAN -> moreThan(value);
            case CONNECTIONS_ABOVE -> new Condition.Connections(count(value, 0), false);
            case RECIPIENTS_ABOVE -> new Condition.Recipients(count(value, 0));
            case CONNECTIONS_OF_CLIENT_ABOVE -> new Condition.Connections(count(value, 0), true);
            case PROBABILITY -> probability(value);
            default -> throw new IllegalStateException("Not a condition: " + word);
        };
    }

    private static TextPattern pattern(ScriptValue value) {
        String pattern = value.text("a pattern");
        return value.made("a pattern", () -> TextPattern.of(pattern));
    }

    private static int count(ScriptValue value, int least) {
        return (int) value.wholeNumber(least, Integer.MAX_VALUE);
    }

    private static Condition size(ScriptValue value) {
        Map<String, ScriptValue> fields = value.fields(List.of("atLeast", "atMost"));
        ScriptValue least = fields.get("atLeast");
        ScriptValue most = fields.get("atMost");
        if (least == null && most == null) {
            throw value.problem("no bound", "one of atLeast, atMost", "");
        }
        long atLeast = least == null ? 0 : least.wholeNumber(0, Long.MAX_VALUE);
        long atMost = most == null ? Long.MAX_VALUE : most.wholeNumber(0, Long.MAX_VALUE);
        if (atLeast > atMost) {
            throw value.problem(
                    "atLeast " + atLeast + " above atMost " + atMost, "bounds that a size can lie between", "");
        }
        return new Condition.Size(atLeast, atMost);
    }

    private static Condition nth(ScriptValue value) {
        if (!value.isObject()) {
            int n = (int) value.wholeNumber(1, Integer.MAX_VALUE, ", or an object with n and in");
            return new Condition.Nth(n, Condition.Scope.TRANSACTION);
        }
        Map<String, ScriptValue> fields = value.fields(List.of("n", "in"));
        int n = count(value.require(fields, "n"), 1);
        ScriptValue scope = fields.get("in");
        return new Condition.Nth(
                n, scope == null ? Condition.Scope.TRANSACTION : constant(scope, "a scope", Condition.Scope.values()));
    }

    private static Condition attempts(ScriptValue value) {
        Map<String, ScriptValue> fields = value.fields(List.of("first", "last", "per"));
        int first = count(value.require(fields, "first"), 1);
        int last = count(value.require(fields, "last"), first);
        return new Condition.Attempts(first, last, key(value, fields));
    }

    private static Condition newcomers(ScriptValue value) {
        Map<String, ScriptValue> fields = value.fields(List.of("time", "forgottenAfter", "per"));
        Duration time = value.require(fields, "time").positiveDuration();
        ScriptValue end = value.require(fields, "forgottenAfter");
        Duration forgottenAfter = end.positiveDuration();
        if (forgottenAfter.compareTo(time) <= 0) {
            throw end.wrong("a time longer than " + time + ", for which a key is new");
        }
        return new Condition.Newcomer(time, forgottenAfter, key(value, fields));
    }

    private static Condition moreThan(ScriptValue value) {
        Map<String, ScriptValue> fields = value.fields(List.of("count", "within", "per"));
        int count = (int) value.require(fields, "count").wholeNumber(1, 100_000);
        Duration window = value.require(fields, "within").positiveDuration();
        return new Condition.Rate(count, window, key(value, fields));
    }

    private static Condition.Key key(ScriptValue value, Map<String, ScriptValue> fields) {
        return constant(value.require(fields, "per"), "what is counted for", Condition.Key.values());
    }

    private static Condition probability(ScriptValue value) {
        if (!value.isObject()) {
            return new Condition.Chance(chance(value, ", or an object with chance and seed"), 0);
        }
        Map<String, ScriptValue> fields = value.fields(List.of("chance", "seed"));
        ScriptValue seed = fields.get("seed");
        return new Condition.Chance(
                chance(value.require(fields, "chance"), ""),
                seed == null ? 0 : seed.wholeNumber(Long.MIN_VALUE, Long.MAX_VALUE));
    }

    private static double chance(ScriptValue value, String otherwise) {
        String expected = "a number from 0 to 1" + otherwise;
        BigDecimal number = value.number(expected);
        if (number.signum() < 0 || number.compareTo(BigDecimal.ONE) > 0) {
            throw value.wrong(expected);
        }
        return number.doubleValue();
    }

    /** A constant whose name files spell in lower case. */
    private static <E extends Enum<E>> E constant(ScriptValue value, String what, E[] constants) {
        String word = value.word(
                what,
                Arrays.stream(constants)
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .toList());
        return upperConstant(word.toUpperCase(Locale.ROOT), constants);
    }

    private static <E extends Enum<E>> E upperConstant(String name, E[] constants) {
        Optional<E> constant = Arrays.stream(constants)
                .filter(each -> each.name().equals(name))
                .findFirst();
        return constant.orElseThrow();
    }

    // ---- effects

    private static RuleDraft paces(RuleDraft draft, ScriptValue value) {
        RuleDraft result = draft;
        for (ScriptValue group : value.items("effects of pace")) {
            for (Map.Entry<String, ScriptValue> field :
                    group.fields(ScriptWord.keys(ScriptWord.Role.PACE)).entrySet()) {
                ScriptWord word = ScriptWord.of(field.getKey()).orElseThrow();
                result = result.paced(pace(draft.stage(), word, field.getValue()));
            }
        }
        return result;
    }

    private static Effect.Pace pace(Stage<?> stage, ScriptWord word, ScriptValue value) {
        allowed(stage, word.key(), value, word.step());
        return switch (word) {
            case DELAY -> new Effect.Delay(value.duration());
            case TARPIT -> new Effect.Tarpit(value.duration());
            case THROTTLE -> new Effect.Throttle(count(value, 1));
            case WAIT_FOR -> new Effect.WaitFor(name(value));
            case DRIBBLE -> {
                Map<String, ScriptValue> fields = value.fields(List.of("bytes", "gap"));
                yield new Effect.Dribble(
                        count(value.require(fields, "bytes"), 1),
                        value.require(fields, "gap").duration());
            }
            case BOUNCE -> bounce(value);
            default -> throw new IllegalStateException("Not an effect of pace: " + word);
        };
    }

    private static Effect.Bounce bounce(ScriptValue value) {
        Map<String, ScriptValue> fields = value.fields(List.of("to", "host", "port", "status", "text"));
        TextPattern recipients = pattern(value.require(fields, "to"));
        String host = value.require(fields, "host").text("the name of a host");
        int port = (int) value.require(fields, "port").wholeNumber(1, 65535);
        ScriptValue status = fields.get("status");
        ScriptValue text = fields.get("text");
        String code = status == null ? "5.1.1" : status.text("a status");
        String diagnostic = text == null ? "550 5.1.1 No such user" : text.text("a reply");
        return value.made("a report", () -> new Effect.Bounce(recipients, host, port, code, diagnostic));
    }

    private static Effect.Decision decision(Stage<?> stage, ScriptWord word, ScriptValue value) {
        allowed(stage, word.key(), value, word.step());
        return switch (word) {
            case REPLY -> new Effect.Answer(reply(value));
            case FAULT -> fault(stage, value);
            case CUT_REPLY -> new Effect.CutReply(count(value, 0));
            case RAW_REPLY -> {
                String octets = value.text("octets");
                yield value.made("octets", () -> new Effect.RawReply(octets));
            }
            case TLS_FAULT ->
                upperConstant(
                        value.word("a fault of the TLS layer", names(Effect.TlsFault.values())),
                        Effect.TlsFault.values());
            case ADVERTISE -> new Effect.Keywords(keywords(value), List.of());
            case HIDE -> new Effect.Keywords(List.of(), keywords(value));
            case GREETING -> greeting(value);
            default -> throw new IllegalStateException("Not an effect that decides: " + word);
        };
    }

    /** A code and a text. */
    static Reply reply(ScriptValue value) {
        Map<String, ScriptValue> fields = value.fields(List.of("code", "text"));
        int code = (int) value.require(fields, "code").wholeNumber(200, 599);
        ScriptValue said = fields.get("text");
        if (said == null) {
            return Reply.of(code, "");
        }
        String text = said.text("the reply's text");
        return said.made("the reply's text", () -> Reply.of(code, text));
    }

    private static Effect.Decision fault(Stage<?> stage, ScriptValue value) {
        Effect.Fault fault = upperConstant(value.word("a fault", names(Effect.Fault.values())), Effect.Fault.values());
        if (fault == Effect.Fault.GARBAGE) {
            allowed(stage, fault.name(), value, Step.Answered.class);
        } else if (fault == Effect.Fault.DISCARD) {
            allowed(stage, fault.name(), value, Trigger.OnEndOfData.class);
        }
        return fault;
    }

    /** What two keys of one rule say of the answer to EHLO. */
    private static Effect.Keywords both(Effect.Keywords one, Effect.Keywords other) {
        return new Effect.Keywords(
                one.add().isEmpty() ? other.add() : one.add(),
                one.hide().isEmpty() ? other.hide() : one.hide(),
                one.greeting().isEmpty() ? other.greeting() : one.greeting());
    }

    private static Effect.Keywords greeting(ScriptValue value) {
        String text = value.text("a greeting");
        if (text.isEmpty()) {
            throw value.wrong("a greeting, or no such key");
        }
        return value.made("a greeting", () -> new Effect.Keywords(List.of(), List.of(), text));
    }

    private static List<String> keywords(ScriptValue value) {
        List<ScriptValue> items = value.items("keywords");
        if (items.isEmpty()) {
            throw value.problem("an empty array", "at least one keyword", "");
        }
        return items.stream().map(ScriptReader::keyword).toList();
    }

    private static String keyword(ScriptValue value) {
        String keyword = value.text("a keyword");
        // It becomes a line of EHLO's reply.
        value.made("a keyword", () -> Reply.of(250, keyword));
        if (keyword.isBlank() || keyword.indexOf('\n') >= 0) {
            throw value.wrong("a keyword such as \"SIZE 1000\", in one line");
        }
        return keyword;
    }

    private static List<String> names(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).toList();
    }
}
