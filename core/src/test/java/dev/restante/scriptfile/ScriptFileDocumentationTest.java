package dev.restante.scriptfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every example in {@code docs/script-file.md}, in JSON and in YAML, and whether they leave anything out. */
@Timeout(60)
class ScriptFileDocumentationTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)( refused)?\n(.*?)^```$");
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ScriptFile.schema());

    private record Block(String language, boolean refused, String text) {
        List<Rule> rules() {
            return language.equals("json") ? ScriptFile.fromJson(text) : ScriptFile.fromYaml(text);
        }

        InputFormat format() {
            return language.equals("json") ? InputFormat.JSON : InputFormat.YAML;
        }

        @Override
        public String toString() {
            return language + ":\n" + text;
        }
    }

    private static List<Block> blocks() throws IOException {
        // Git may have written the line ends of another system.
        String page = Files.readString(Path.of("..", "docs", "script-file.md")).replace("\r\n", "\n");
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(page);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2) != null, matcher.group(3)));
        }
        return blocks;
    }

    private static List<Block> examples() throws IOException {
        return blocks().stream()
                .filter(block -> !block.refused() && !block.language().equals("text"))
                .toList();
    }

    @Test
    void examplesSayTheSameInJsonAndInYaml() throws IOException {
        List<Block> examples = examples();

        assertThat(examples).hasSizeGreaterThanOrEqualTo(14);
        for (int i = 0; i < examples.size(); i += 2) {
            Block json = examples.get(i);
            Block yaml = examples.get(i + 1);
            assertThat(json.language()).as(json.text()).isEqualTo("json");
            assertThat(yaml.language()).as(yaml.text()).isEqualTo("yaml");
            assertThat(json.rules()).isNotEmpty().isEqualTo(yaml.rules());
            assertThat(SCHEMA.validate(json.text(), json.format()))
                    .as(json.text())
                    .isEmpty();
            assertThat(SCHEMA.validate(yaml.text(), yaml.format()))
                    .as(yaml.text())
                    .isEmpty();
        }
    }

    @Test
    void refusalsReadAsShown() throws IOException {
        List<Block> blocks = blocks();
        int refusals = 0;
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (block.refused()) {
                refusals++;
                ScriptFileException refusal = catchThrowableOfType(ScriptFileException.class, () -> block.rules());
                assertThat(refusal).as(block.text()).isNotNull();
                String message = refusal.getMessage()
                        .replaceFirst("^line (\\d+), column (\\d+)", "rules." + block.language() + ":$1:$2");
                assertThat(blocks.get(i + 1).text()).isEqualTo(message + "\n");
            }
        }
        assertThat(refusals).isGreaterThanOrEqualTo(4);
    }

    @Test
    void examplesHaveEveryWordThatAFileMaySay() throws IOException {
        JsonNode schema = JsonMapper.builder().build().readTree(ScriptFile.schema());
        Set<String> words = new TreeSet<>();
        collect(schema, words);
        StringBuilder all = new StringBuilder();
        examples().stream().filter(block -> block.language().equals("json")).forEach(block -> all.append(block.text()));

        words.removeIf(word -> all.indexOf("\"" + word + "\"") >= 0);

        assertThat(words)
                .as("words of the schema that no JSON example in docs/script-file.md has: add them there")
                .isEmpty();
    }

    /** The keys that may be used, and the strings that are allowed as values. */
    private static void collect(JsonNode node, Set<String> words) {
        if (node.isObject()) {
            node.properties().forEach(field -> {
                if (field.getKey().equals("properties")) {
                    field.getValue().properties().forEach(each -> words.add(each.getKey()));
                } else if (field.getKey().equals("const") && field.getValue().isString()) {
                    words.add(field.getValue().asString());
                } else if (field.getKey().equals("enum")) {
                    field.getValue().forEach(each -> words.add(each.asString()));
                }
                collect(field.getValue(), words);
            });
        } else if (node.isArray()) {
            node.forEach(each -> collect(each, words));
        }
    }
}
