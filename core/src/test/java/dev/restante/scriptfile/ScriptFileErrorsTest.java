package dev.restante.scriptfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ScriptFileErrorsTest {
    /** Blocks of {@code ===} a title, {@code <<<}, a text, {@code >>>}, the message. */
    private static Stream<Arguments> cases(String file) {
        List<Arguments> cases = new ArrayList<>();
        for (String block : ScriptFileTest.golden(file).split("(?m)^=== ", -1)) {
            if (!block.isBlank()) {
                String[] parts = block.split("\n<<<\n|\n>>>\n", -1);
                cases.add(Arguments.of(parts[0], parts[1], parts[2].strip()));
            }
        }
        return cases.stream();
    }

    static Stream<Arguments> invalidJson() {
        return cases("invalid-json.txt");
    }

    static Stream<Arguments> invalidYaml() {
        return cases("invalid-yaml.txt");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalidJson")
    void invalidJsonIsRefusedWithItsPlaceAndAHint(String title, String text, String message) {
        assertThat(refused(() -> ScriptFile.fromJson(text))).as(title).hasMessage(message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalidYaml")
    void invalidYamlIsRefusedWithItsPlaceAndAHint(String title, String text, String message) {
        assertThat(refused(() -> ScriptFile.fromYaml(text))).as(title).hasMessage(message);
    }

    @Test
    void theRefusalGivesItsPartsToPrograms() {
        ScriptFileException refusal =
                refused(() -> ScriptFile.fromJson("{\"rules\": [\n  {\"on\": \"QUIT\", \"falt\": \"CLOSE\"}]}"));
        assertThat(refusal.path()).isEqualTo("rules[0].falt");
        assertThat(refusal.line()).isEqualTo(2);
        assertThat(refusal.column()).isEqualTo(18);
        assertThat(refusal.found()).isEqualTo("the unknown key \"falt\"");
        assertThat(refusal.expected()).startsWith("one of name, on, ");
        assertThat(refusal.nearest()).contains("fault");
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        assertThat(ScriptFile.fromJson("\ufeff{\"rules\": []}")).isEmpty();
        assertThat(ScriptFile.fromYaml("\ufeffrules: []")).isEmpty();
    }

    @Test
    void emptyTextsAreNoScripts() {
        for (String empty : List.of("", " \n\t\n ")) {
            assertThat(refused(() -> ScriptFile.fromJson(empty)))
                    .hasMessage(
                            "line 1, column 1: script: found nothing, but expected a script, at least {\"rules\": []}.");
        }
        assertThat(refused(() -> ScriptFile.fromYaml("# only a comment\n"))).hasMessageContaining("found nothing");
    }

    @Test
    void everyPrefixOfAScriptIsRefusedOrWhole() {
        String json = ScriptFile.toJson(ScriptFileTest.EVERYTHING).strip();
        for (int length = 0; length < json.length(); length++) {
            String prefix = json.substring(0, length);
            assertThat(refused(() -> ScriptFile.fromJson(prefix)).getMessage()).isNotEmpty();
        }
    }

    @Test
    void deepNestingIsRefusedAtOnce() {
        for (String bracket : List.of("[", "{\"rules\":", "{\"a\":")) {
            String deep = bracket.repeat(1_000_000 / bracket.length());
            assertThat(refused(() -> ScriptFile.fromJson(deep)).getMessage()).hasSizeLessThan(600);
            assertThat(refused(() -> ScriptFile.fromYaml(deep)).getMessage()).hasSizeLessThan(600);
        }
        String indented = "- ".repeat(100_000);
        assertThat(refused(() -> ScriptFile.fromYaml(indented))).hasMessageContaining("nested more than 16 deep");
    }

    @Test
    void aliasesAreRefusedBeforeTheyMultiply() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(refused(
                        () -> ScriptFile.fromYaml(bomb.append("rules: *a39\n").toString())))
                .hasMessage(
                        "line 2, column 10: a1[0]: found the alias *a0, but expected the value itself, since scripts"
                                + " have no aliases; a pattern that begins with * stands in quotes.");
    }

    @Test
    void hugeWordsAndNumbersAreRefusedWithShortMessages() {
        String word = "x".repeat(1_000_000);
        for (String text : List.of(
                "{\"rules\": [{\"" + "y".repeat(40_000) + "\": 1}]}",
                "{\"rules\": [{\"on\": \"" + word + "\"}]}",
                "{\"rules\": [{\"on\": \"QUIT\", \"throttle\": 1e999999999}]}",
                "{\"rules\": [{\"on\": \"QUIT\", \"throttle\": 1e-999999999}]}",
                "{\"rules\": [{\"on\": \"QUIT\", \"throttle\": " + "9".repeat(900) + "}]}",
                "{\"rules\": [{\"on\": \"QUIT\", \"throttle\": " + "9".repeat(9000) + "}]}")) {
            assertThat(refused(() -> ScriptFile.fromJson(text)).getMessage()).hasSizeLessThan(700);
        }
    }

    private static ScriptFileException refused(ThrowingCallable reading) {
        ScriptFileException refusal = catchThrowableOfType(ScriptFileException.class, reading);
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
