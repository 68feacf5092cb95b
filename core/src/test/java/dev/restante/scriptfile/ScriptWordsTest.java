package dev.restante.scriptfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Script;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import dev.restante.Stage;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A file can say at each stage what Java can, no more and no less. */
@Timeout(60)
class ScriptWordsTest {
    /** A method of the steps, and the same in a file. */
    private record Word(String method, String key, String value) {
        String rule(Stage<?> stage) {
            boolean isCondition = key.startsWith("when.");
            String field = isCondition
                    ? "\"when\": {\"" + key.substring(5) + "\": " + value + "}, \"fault\": \"CLOSE\""
                    : "\"" + key + "\": " + value;
            return "{\"rules\": [{\"on\": \"" + stage + "\", " + field + "}]}";
        }

        boolean isIn(Class<?> step) {
            return Arrays.stream(step.getMethods())
                    .anyMatch(each -> each.getName().equals(method));
        }
    }

    private static final List<Word> WORDS = List.of(
            new Word("client", "when.client", "\"::1\""),
            new Word("overTls", "when.tls", "true"),
            new Word("inPlain", "when.tls", "false"),
            new Word("nth", "when.nth", "1"),
            new Word("nthInConnection", "when.nth", "{\"n\": 1, \"in\": \"connection\"}"),
            new Word("nthOnServer", "when.nth", "{\"n\": 1, \"in\": \"server\"}"),
            new Word("attempts", "when.attempts", "{\"first\": 1, \"last\": 2, \"per\": \"client\"}"),
            new Word(
                    "newcomers",
                    "when.newcomers",
                    "{\"time\": \"1s\", \"forgottenAfter\": \"2s\", \"per\": \"client\"}"),
            new Word("moreThan", "when.moreThan", "{\"count\": 1, \"within\": \"1s\", \"per\": \"client\"}"),
            new Word("connectionsAbove", "when.connectionsAbove", "1"),
            new Word("connectionsOfClientAbove", "when.connectionsOfClientAbove", "1"),
            new Word("withProbability", "when.probability", "0.5"),
            new Word("helo", "when.helo", "\"*\""),
            new Word("user", "when.user", "\"*\""),
            new Word("loggedIn", "when.loggedIn", "true"),
            new Word("notLoggedIn", "when.loggedIn", "false"),
            new Word("rightCredentials", "when.credentials", "\"right\""),
            new Word("wrongCredentials", "when.credentials", "\"wrong\""),
            new Word("from", "when.from", "\"*\""),
            new Word("sizeAtLeast", "when.size", "{\"atLeast\": 1}"),
            new Word("sizeAtMost", "when.size", "{\"atMost\": 1}"),
            new Word("parameter", "when.parameter", "{\"BY\": \"*\"}"),
            new Word("to", "when.to", "\"*\""),
            new Word("recipientsAbove", "when.recipientsAbove", "100"),
            new Word("header", "when.header", "{\"X\": \"*\"}"),
            new Word("subject", "when.subject", "\"*\""),
            new Word("after", "delay", "\"1s\""),
            new Word("tarpit", "tarpit", "\"1s\""),
            new Word("throttle", "throttle", "1"),
            new Word("waitFor", "waitFor", "\"hold-1\""),
            new Word("dribble", "dribble", "{\"bytes\": 1, \"gap\": \"1s\"}"),
            new Word("bounce", "bounce", "{\"to\": \"*\", \"host\": \"h\", \"port\": 25}"),
            new Word("closeConnection", "fault", "\"CLOSE\""),
            new Word("resetConnection", "fault", "\"RESET\""),
            new Word("stall", "fault", "\"STALL\""),
            new Word("garbage", "fault", "\"GARBAGE\""),
            new Word("discard", "fault", "\"DISCARD\""),
            new Word("reply", "reply", "{\"code\": 450}"),
            new Word("cutReply", "cutReply", "1"),
            new Word("rawReply", "rawReply", "\"x\""),
            new Word("expiredCertificate", "tlsFault", "\"EXPIRED\""),
            new Word("wrongHostCertificate", "tlsFault", "\"WRONG_HOST\""),
            new Word("untrustedCertificate", "tlsFault", "\"UNTRUSTED\""),
            new Word("cutHandshake", "tlsFault", "\"HANDSHAKE_CUT\""),
            new Word("notYetValidCertificate", "tlsFault", "\"NOT_YET_VALID\""),
            new Word("selfSignedCertificate", "tlsFault", "\"SELF_SIGNED\""),
            new Word("weakKeyCertificate", "tlsFault", "\"WEAK_KEY\""),
            new Word("cutHandshakeAfterServerHello", "tlsFault", "\"HANDSHAKE_CUT_AFTER_SERVER_HELLO\""),
            new Word("cutHandshakeAfterFinished", "tlsFault", "\"HANDSHAKE_CUT_AFTER_FINISHED\""),
            new Word("stallHandshake", "tlsFault", "\"HANDSHAKE_STALL\""),
            new Word("goOnInPlainText", "tlsFault", "\"PLAIN_TEXT\""),
            new Word("onlyTls12", "tlsFault", "\"ONLY_TLS_1_2\""),
            new Word("onlyTls13", "tlsFault", "\"ONLY_TLS_1_3\""),
            new Word("advertise", "advertise", "[\"X\"]"),
            new Word("hide", "hide", "[\"X\"]"),
            new Word("greeting", "greeting", "\"mx.test\""));

    /** What takes a function or any condition, and what names a rule. */
    private static final Set<String> WITHOUT_WORD = Set.of("when", "matching", "answer", "named");

    static Stream<Stage<?>> stages() {
        return Stage.values().stream();
    }

    private static Class<?> firstStep(Stage<?> stage) {
        Object step = Script.on(stage);
        return step.getClass();
    }

    @ParameterizedTest
    @MethodSource("stages")
    void aFileSaysAtAStageWhatJavaCompilesThere(Stage<?> stage) {
        for (Word word : WORDS) {
            if (word.isIn(firstStep(stage))) {
                assertThatCode(() -> ScriptFile.fromJson(word.rule(stage)))
                        .as("%s at %s", word, stage)
                        .doesNotThrowAnyException();
            } else {
                assertThatThrownBy(() -> ScriptFile.fromJson(word.rule(stage)))
                        .as("%s at %s", word, stage)
                        .isInstanceOf(ScriptFileException.class)
                        .hasMessageContaining("at " + stage + ", ")
                        .hasMessageContaining("rules[0]." + word.key());
            }
        }
    }

    @Test
    void everyWordOfJavaIsInThisTest() {
        Set<String> words = new TreeSet<>();
        for (Stage<?> stage : Stage.values()) {
            for (Method method : firstStep(stage).getMethods()) {
                if (method.getDeclaringClass() != Object.class && !Modifier.isStatic(method.getModifiers())) {
                    words.add(method.getName());
                }
            }
        }
        words.removeAll(WITHOUT_WORD);
        assertThat(words).isEqualTo(WORDS.stream().map(Word::method).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void onlyABodyHasBytes() {
        for (Stage<?> stage : Stage.values()) {
            String json = "{\"rules\": [{\"on\": \"" + stage + "\", \"atByte\": 5, \"fault\": \"CLOSE\"}]}";
            if (stage == Stage.MID_DATA) {
                assertThat(ScriptFile.fromJson(json).get(0).atByte()).isEqualTo(5);
            } else {
                assertThatThrownBy(() -> ScriptFile.fromJson(json)).hasMessageContaining("atByte");
            }
        }
    }
}
