package dev.restante.scriptfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ScriptFileRoundTripTest {
    private static final int SCRIPTS = 2000;

    private static List<Rule> rules(long seed) {
        return new RandomRules(new SplittableRandom(seed)).rules();
    }

    @Test
    void jsonIsReadAsTheRulesItWasWrittenOf() {
        for (long seed = 0; seed < SCRIPTS; seed++) {
            List<Rule> rules = rules(seed);
            String json = ScriptFile.toJson(rules);
            if (!ScriptFile.fromJson(json).equals(rules)) {
                assertThat(ScriptFile.fromJson(json))
                        .as("seed %d:\n%s", seed, json)
                        .isEqualTo(rules);
            }
        }
    }

    @Test
    void yamlIsReadAsTheRulesItWasWrittenOf() {
        for (long seed = 0; seed < SCRIPTS / 2; seed++) {
            List<Rule> rules = rules(seed);
            String yaml = ScriptFile.toYaml(rules);
            if (!ScriptFile.fromYaml(yaml).equals(rules)) {
                assertThat(ScriptFile.fromYaml(yaml))
                        .as("seed %d:\n%s", seed, yaml)
                        .isEqualTo(rules);
            }
        }
    }

    @Test
    void jsonThatWasWrittenIsYamlToo() {
        for (long seed = 0; seed < SCRIPTS / 10; seed++) {
            List<Rule> rules = rules(seed);
            String json = ScriptFile.toJson(rules);
            assertThat(ScriptFile.fromYaml(json)).as("seed %d", seed).isEqualTo(rules);
        }
    }

    @Test
    void theSchemaTakesEverythingThatIsWritten() {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(ScriptFile.schema());
        for (long seed = 0; seed < SCRIPTS / 10; seed++) {
            String json = ScriptFile.toJson(rules(seed));
            assertThat(schema.validate(json, InputFormat.JSON))
                    .as("seed %d:\n%s", seed, json)
                    .isEmpty();
        }
    }
}
