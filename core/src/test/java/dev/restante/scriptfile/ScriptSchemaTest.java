package dev.restante.scriptfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import dev.restante.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Timeout(120)
class ScriptSchemaTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** What a schema cannot say: relations between numbers, and the inner grammar of expressions and networks. */
    private static final Pattern BEYOND_SCHEMAS = Pattern.compile(
            "regular expression .* is malformed|no network|a time longer than|above atMost|attempts\\.last: "
                    + "|from 0 to 36,500 days|a second time|nested more than|a time above zero|half of a surrogate");

    private static Schema schema() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(ScriptFile.schema());
    }

    @Test
    void theSchemaIsOne() {
        Schema meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertThat(meta.validate(ScriptFile.schema(), InputFormat.JSON)).isEmpty();
    }

    @Test
    void everyKeyAndConstantIsDescribed() {
        JsonNode schema = MAPPER.readTree(ScriptFile.schema());
        List<String> bare = new ArrayList<>();
        walk(schema, "", schema, bare);
        assertThat(bare).isEmpty();
    }

    /** Collects the properties and constants that have neither a description nor a reference to one. */
    private static void walk(JsonNode node, String path, JsonNode root, List<String> bare) {
        node.properties().forEach(field -> {
            JsonNode value = field.getValue();
            boolean isSchemaOfKey = path.endsWith("/properties") && !path.contains("/then/") && !path.contains("/if/");
            if (isSchemaOfKey && !path.contains("/allOf/") && value.isObject() && !isDescribed(value, root)) {
                bare.add(path + "/" + field.getKey());
            }
            walk(value, path + "/" + field.getKey(), root, bare);
        });
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                walk(array.get(i), path + "/" + i, root, bare);
            }
        }
        boolean isConstant = node.isObject() && node.has("const") && path.contains("/oneOf/");
        if (isConstant && !node.has("description")) {
            bare.add(path);
        }
    }

    private static boolean isDescribed(JsonNode schema, JsonNode root) {
        JsonNode reference = schema.get("$ref");
        return schema.has("description")
                || (reference != null
                        && root.at(reference.stringValue().substring(1)).has("description"));
    }

    @Test
    void whatIsDocumentedIsValid() {
        assertThat(schema().validate(ScriptFileTest.EXAMPLE, InputFormat.JSON)).isEmpty();
        assertThat(schema().validate(ScriptFileTest.golden("everything.json"), InputFormat.JSON))
                .isEmpty();
        assertThat(schema().validate(ScriptFileTest.golden("everything.yaml"), InputFormat.YAML))
                .isEmpty();
    }

    @Test
    void whatTheReaderRefusesTheSchemaRefuses() {
        Schema schema = schema();
        ScriptFileErrorsTest.invalidJson().forEach(each -> {
            String title = (String) each.get()[0];
            String text = (String) each.get()[1];
            String message = (String) each.get()[2];
            boolean isJson = !message.contains("is no JSON") && !message.contains("the end of the text");
            if (isJson
                    && !message.contains("after the script's end")
                    && !BEYOND_SCHEMAS.matcher(message).find()) {
                assertThat(schema.validate(text, InputFormat.JSON)).as(title).isNotEmpty();
            }
        });
    }

    /** Rules with one thing changed: most make no sense any more, some still do, and both judges must agree. */
    @Test
    void readerAndSchemaAgreeOnScriptsWithAFlaw() {
        Schema schema = schema();
        int accepted = 0;
        int refused = 0;
        for (long seed = 0; seed < 1500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            JsonNode script = MAPPER.readTree(ScriptFile.toJson(List.of(new RandomRules(random).rule())));
            JsonNode changed = changed(script, random);
            String text = MAPPER.writeValueAsString(changed);
            boolean valid = schema.validate(text, InputFormat.JSON).isEmpty();
            try {
                ScriptFile.fromJson(text);
                assertThat(valid)
                        .as("seed %d: only the schema refuses %s", seed, text)
                        .isTrue();
                accepted++;
            } catch (ScriptFileException e) {
                if (!BEYOND_SCHEMAS.matcher(e.getMessage()).find()) {
                    assertThat(valid)
                            .as("seed %d: only the reader refuses %s: %s", seed, text, e.getMessage())
                            .isFalse();
                }
                refused++;
            }
        }
        assertThat(accepted).isGreaterThan(100);
        assertThat(refused).isGreaterThan(600);
    }

    /** The tree with one value replaced, one key renamed, added or dropped. */
    private static JsonNode changed(JsonNode script, RandomGenerator random) {
        List<JsonNode> places = new ArrayList<>();
        collect(script, places);
        JsonNode place = places.get(random.nextInt(places.size()));
        if (place instanceof ObjectNode object && !object.isEmpty()) {
            List<String> keys =
                    object.propertyStream().map(java.util.Map.Entry::getKey).toList();
            String key = keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(4)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(someKey(random), object.remove(key));
                case 2 -> object.set(someKey(random), someValue(random));
                default -> object.set(key, someValue(random));
            }
        } else if (place instanceof ArrayNode array && !array.isEmpty()) {
            int index = random.nextInt(array.size());
            if (random.nextBoolean()) {
                array.remove(index);
            } else {
                array.set(index, someValue(random));
            }
        }
        return script;
    }

    private static void collect(JsonNode node, List<JsonNode> places) {
        if (node.isContainer()) {
            places.add(node);
            node.forEach(each -> collect(each, places));
        }
    }

    private static String someKey(RandomGenerator random) {
        List<String> keys = List.of(
                "name",
                "on",
                "atByte",
                "when",
                "delay",
                "tarpit",
                "throttle",
                "dribble",
                "waitFor",
                "pace",
                "reply",
                "fault",
                "cutReply",
                "rawReply",
                "tlsFault",
                "advertise",
                "hide",
                "times",
                "during",
                "from",
                "to",
                "helo",
                "user",
                "client",
                "tls",
                "header",
                "parameter",
                "subject",
                "size",
                "nth",
                "attempts",
                "newcomers",
                "moreThan",
                "connectionsAbove",
                "probability",
                "first",
                "last",
                "per",
                "n",
                "in",
                "code",
                "text",
                "X-Any",
                "bad key");
        return keys.get(random.nextInt(keys.size()));
    }

    private static JsonNode someValue(RandomGenerator random) {
        List<String> stages = Stage.values().stream().map(Stage::name).toList();
        return switch (random.nextInt(12)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(700) - 10);
            case 3 -> NODES.numberNode(random.nextDouble());
            case 4 ->
                NODES.numberNode(Stream.of(-1.0, 2.0, 3.0e9, 1e18).toList().get(random.nextInt(4)));
            case 5, 6 -> NODES.stringNode(stages.get(random.nextInt(stages.size())));
            case 7 ->
                NODES.stringNode(List.of("CLOSE", "STALL", "GARBAGE", "DISCARD", "EXPIRED", "always", "user", "server")
                        .get(random.nextInt(8)));
            case 8 ->
                NODES.stringNode(List.of(
                                "", " ", "2s", "PT1M", "0s", "PT", "2 min", "a\r\nb", "::1", "x/y", "ÿ", "€", "\t",
                                "P1DT2H", "1.5 h", "-1s", "1e3s", "\u00a0", "\u0085")
                        .get(random.nextInt(19)));
            case 9 -> NODES.objectNode();
            case 10 -> NODES.arrayNode();
            default -> NODES.objectNode().set("code", NODES.numberNode(450));
        };
    }
}
