package dev.restante.scriptfile;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.restante.Rule;
import dev.restante.ScenarioKind;
import dev.restante.Scenarios;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Scenarios in script files. */
@Timeout(60)
class ScenarioFileTest {
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ScriptFile.schema());

    @Test
    void aFileNamesScenariosBesideRules() {
        String json = """
                { "scenarios": [ "localError", { "greylisting": { "delay": "5m" } }, { "mailboxFull": {} } ],
                  "rules": [ { "on": "RCPT_TO", "reply": { "code": 450 } } ] }
                """;
        List<Rule> expected = new ArrayList<>();
        expected.add(on(RCPT_TO).reply(450, "").always());
        expected.addAll(Scenarios.localError().rules());
        expected.addAll(Scenarios.greylisting(ofMinutes(5), ofDays(36)).rules());
        expected.addAll(Scenarios.mailboxFull("*").rules());

        assertThat(ScriptFile.fromJson(json)).isEqualTo(expected);
        assertThat(SCHEMA.validate(json, InputFormat.JSON)).isEmpty();
        assertThat(ScriptFile.fromJson(ScriptFile.toJson(expected))).isEqualTo(expected);
    }

    @Test
    void aFileMayHaveScenariosAlone() {
        String yaml = """
                scenarios:
                  - unknownUser: { to: "ghost@*" }
                  - relayDenied:
                      domains: [ here.test, near.test ]
                """;
        assertThat(ScriptFile.fromYaml(yaml)).hasSize(2);
        assertThat(SCHEMA.validate(yaml, InputFormat.YAML)).isEmpty();
    }

    /** Every scenario's rules have a written form, in JSON, in YAML and in Java. */
    @Test
    void whatScenariosAreMadeOfCanBeWritten() {
        List<Rule> rules = new ArrayList<>();
        rules.addAll(Scenarios.flakyNetwork(0.25, 7).rules());
        rules.addAll(Scenarios.relayDenied("here.test").rules());
        rules.addAll(Scenarios.bounceAfterAccept("bob@*", "localhost", 2525).rules());
        rules.addAll(Scenarios.allowClients("10.0.0.0/8").rules());
        assertThat(ScriptFile.fromJson(ScriptFile.toJson(rules))).isEqualTo(rules);
        assertThat(ScriptFile.fromYaml(ScriptFile.toYaml(rules))).isEqualTo(rules);
        assertThat(SCHEMA.validate(ScriptFile.toJson(rules), InputFormat.JSON)).isEmpty();
        assertThat(ScriptFile.toJava(rules))
                .contains(".notLoggedIn().to(\"!postmaster\").to(\"!*@here.test\")")
                .contains("bounce(\"bob@*\", \"localhost\", 2525, \"5.1.1\", \"550 5.1.1 No such user\")")
                .contains(".client(\"!10.0.0.0/8\")");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [ "greylistning" ]                               | scenarios[0]                | greylisting
            [ { "mailboxFul": {} } ]                         | scenarios[0].mailboxFul     | mailboxFull
            [ { "greylisting": { "delya": "5m" } } ]         | scenarios[0].greylisting.delya | delay
            [ { "greylisting": { "delay": "soon" } } ]       | scenarios[0].greylisting.delay | a time such as
            [ { "greylisting": { "delay": "40d" } } ]        | scenarios[0].greylisting    | forgottenAfter
            [ "rateLimit" ]                                  | scenarios[0]                | no "count" for rateLimit
            [ { "rateLimit": { "count": "3" } } ]            | scenarios[0].rateLimit.count | a whole number
            [ { "rateLimit": { "count": 3, "per": "moon" } } ] | scenarios[0].rateLimit.per | recipient, sender, user
            [ { "relayDenied": { "domains": [] } } ]         | scenarios[0].relayDenied.domains | at least one
            [ { "localError": { "x": 1 } } ]                 | scenarios[0].localError     | none
            [ { "localError": {}, "mailboxFull": {} } ]      | scenarios[0]                | one scenario an object
            [ {} ]                                           | scenarios[0]                | one scenario an object
            [ { "blockClients": { "networks": ["x"] } } ]    | scenarios[0].blockClients.networks[0] | is no network
            [ { "bounceAfterAccept": { "host": "h", "port": 0 } } ] | scenarios[0].bounceAfterAccept.port | 1 to 65535
            [ { "shuttingDown": { "stage": "DAT" } } ]       | scenarios[0].shuttingDown.stage | Did you mean "DATA"?
            [ { "mailboxFull": { "to": "/[/" } } ]           | scenarios[0].mailboxFull.to | is malformed
            [ { "allowClients": { "networks": ["10.0.0.0/33"] } } ] | scenarios[0].allowClients.networks[0] | "10.0.0.0/33" is no network
            [ { "unknownUser": { "to": 5 } } ]               | scenarios[0].unknownUser.to | a pattern
            "localError"                                     | scenarios                   | an array
            """)
    void whatIsWrongIsNamedWithItsPath(String scenarios, String path, String expected) {
        assertThatThrownBy(() -> ScriptFile.fromJson("{ \"scenarios\": " + scenarios + " }"))
                .isInstanceOf(ScriptFileException.class)
                .hasMessageContaining(path + ":")
                .hasMessageContaining(expected);
    }

    @Test
    void theSchemaKnowsTheSameScenariosAndParameters() {
        JsonNode known = JsonMapper.shared().readTree(ScriptFile.schema()).at("/$defs/scenario/anyOf/1/properties");
        JsonNode alone = JsonMapper.shared().readTree(ScriptFile.schema()).at("/$defs/scenario/anyOf/0/enum");
        List<String> withoutParameters = new ArrayList<>();
        assertThat(new TreeSet<>(known.propertyNames()))
                .isEqualTo(new TreeSet<>(
                        Scenarios.kinds().stream().map(ScenarioKind::name).toList()));
        for (ScenarioKind kind : Scenarios.kinds()) {
            JsonNode schema = known.get(kind.name());
            assertThat(schema.get("description").stringValue()).isEqualTo(kind.summary());
            List<String> required = new ArrayList<>();
            for (ScenarioKind.Parameter parameter : kind.parameters()) {
                assertThat(schema.at("/properties/" + parameter.name() + "/description")
                                .stringValue())
                        .as(kind + " " + parameter.name())
                        .isEqualTo(parameter.description());
                if (parameter.usual().isEmpty()) {
                    required.add(parameter.name());
                }
            }
            assertThat(schema.path("properties").size())
                    .isEqualTo(kind.parameters().size());
            List<String> inSchema = new ArrayList<>();
            schema.path("required").forEach(name -> inSchema.add(name.stringValue()));
            assertThat(inSchema).as(kind.name()).isEqualTo(required);
            if (required.isEmpty()) {
                withoutParameters.add(kind.name());
            }
        }
        List<String> inEnum = new ArrayList<>();
        alone.forEach(name -> inEnum.add(name.stringValue()));
        assertThat(inEnum).isEqualTo(withoutParameters);
    }
}
