package dev.restante.protocol;

import static dev.restante.Script.on;
import static dev.restante.Stage.AUTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.Authentication;
import dev.restante.ClientCertificate;
import dev.restante.ClientCertificates;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.WireDialogue;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mechanisms that need more than a password, which of them are offered, and what is said when they go wrong. */
@Timeout(60)
class SaslTest {
    private static FakeSmtpServer with(AuthPolicy policy) {
        return FakeSmtpServer.builder().auth(policy).startTls().build().start();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String plain(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static String offered(WireDialogue client) {
        return client.send("EHLO client.test").reply().stream()
                .map(line -> line.substring(4))
                .filter(line -> line.startsWith("AUTH"))
                .findFirst()
                .orElse("");
    }

    // ---- what is offered

    static Stream<Arguments> policies() {
        return Stream.of(
                Arguments.of(AuthPolicy.anyone(), "AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER"),
                Arguments.of(
                        AuthPolicy.users(Map.of("a", "b")),
                        "AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER SCRAM-SHA-256"),
                Arguments.of(AuthPolicy.judgedBy(any -> false), "AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER"),
                Arguments.of(AuthPolicy.anyone().offering("login", "PLAIN", "LOGIN"), "AUTH LOGIN PLAIN"),
                Arguments.of(AuthPolicy.anyone().required().offering("ANONYMOUS"), "AUTH ANONYMOUS"),
                Arguments.of(AuthPolicy.users(Map.of("a", "b")).offering("SCRAM-SHA-256"), "AUTH SCRAM-SHA-256"),
                Arguments.of(AuthPolicy.anyone().offering("EXTERNAL"), ""),
                Arguments.of(AuthPolicy.anyone().offering("PLAIN").onlyInTls(), ""),
                Arguments.of(AuthPolicy.none(), ""));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aPolicyOffersWhatItCanCheck(AuthPolicy policy, String line) {
        try (FakeSmtpServer server = with(policy);
                WireDialogue client = WireDialogue.with(server).expect("220 ")) {
            assertThat(offered(client)).isEqualTo(line);
        }
    }

    @Test
    void whatIsNotOfferedIsRefusedWith504() {
        try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", "x")).offering("LOGIN", "SCRAM-SHA-256"));
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say(
                    "AUTH PLAIN " + base64("\0ann\0x"),
                    "504 5.5.4 Mechanism not offered; take one of LOGIN SCRAM-SHA-256");
            client.say("AUTH ANONYMOUS", "504 5.5.4 ").say("AUTH CRAM-MD5", "504 5.5.4 ");
            client.say("AUTH EXTERNAL =", "504 5.5.4 ").say("AUTH SCRAM-SHA-256-PLUS", "504 5.5.4 ");
            assertThat(server.attempts()).hasSize(5);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PLAN          | There is no mechanism \"PLAN\" here, but PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, XOAUTH2, OAUTHBEARER, EXTERNAL, ANONYMOUS. Did you mean PLAIN?",
                "GSSAPI        | There is no mechanism \"GSSAPI\" here",
                "SCRAM-SHA-256 | SCRAM-SHA-256 proves that both sides know the password, so the server must know it, too: AuthPolicy.users",
            })
    void aMechanismThatCannotBeOfferedIsRefused(String name, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AuthPolicy.anyone().offering("PLAIN", name))
                .withMessageContaining(message);
    }

    @Test
    void aPolicyThatOffersNothingCannotChoose() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AuthPolicy.none().offering("PLAIN"))
                .withMessageContaining("AuthPolicy.none() offers no AUTH. Begin with");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AuthPolicy.anyone().offering())
                .withMessageContaining("At least one mechanism");
    }

    // ---- SCRAM-SHA-256

    /** A client by the book, on Java's own PBKDF2. */
    private record ScramClient(String user, String password, String authorization) {
        String header() {
            return "n," + (authorization.isEmpty() ? "" : "a=" + authorization) + ",";
        }

        String bare() {
            return "n=" + user + ",r=clientnonce";
        }

        /** The last message, and the server's last message that is due. */
        List<String> answer(String serverFirst) {
            String[] fields = serverFirst.split(",", -1);
            byte[] salt = Base64.getDecoder().decode(fields[1].substring(2));
            int iterations = Integer.parseInt(fields[2].substring(2));
            String withoutProof = "c=" + base64(header()) + "," + fields[0];
            byte[] message = (bare() + "," + serverFirst + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
            try {
                byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
                        .getEncoded();
                byte[] clientKey = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
                byte[] signature = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), message);
                for (int i = 0; i < signature.length; i++) {
                    signature[i] ^= clientKey[i];
                }
                byte[] server = hmac(hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII)), message);
                return List.of(
                        withoutProof + ",p=" + Base64.getEncoder().encodeToString(signature),
                        "v=" + Base64.getEncoder().encodeToString(server));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        }
    }

    private static String challenge(WireDialogue client) {
        String line = client.reply().get(0);
        assertThat(line).startsWith("334 ");
        return plain(line.substring(4));
    }

    @ParameterizedTest
    @CsvSource({"true, ''", "false, ''", "true, boss"})
    void scramProvesBothSides(boolean atOnce, String authorization) {
        try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", "pa ss+wörd/=")));
                WireDialogue wire = WireDialogue.greeted(server)) {
            ScramClient client = new ScramClient("ann", "pa ss+wörd/=", authorization);
            String first = base64(client.header() + client.bare());
            if (atOnce) {
                wire.send("AUTH SCRAM-SHA-256 " + first);
            } else {
                wire.say("AUTH SCRAM-SHA-256", "334 ").send(first);
            }
            List<String> answer = client.answer(challenge(wire));
            wire.send(base64(answer.get(0)));
            assertThat(challenge(wire)).isEqualTo(answer.get(1));
            wire.say("", "235 2.7.0 ").mail("ann@example.com", "bob@example.com");

            String proof = answer.get(0).substring(answer.get(0).indexOf(",p=") + 3);
            assertThat(server.takeMail().client().authentication())
                    .contains(new Authentication(
                            "SCRAM-SHA-256",
                            "ann",
                            proof,
                            authorization.isEmpty() ? Optional.empty() : Optional.of(authorization)));
            assertThat(server.sessions().get(0).toString())
                    .contains("AUTH SCRAM-SHA-256")
                    .contains("S: 334 ****")
                    .doesNotContain(proof, base64(answer.get(0)), base64(answer.get(1)), first);
        }
    }

    @ParameterizedTest
    @CsvSource({"ann, wrong", "ann, ' '", "nobody, secret", "an=3Dn, secret"})
    void scramRefusesAWrongPasswordAndAnUnknownUserAlike(String user, String password) {
        try (FakeSmtpServer server =
                        with(AuthPolicy.users(Map.of("ann", "secret")).required());
                WireDialogue wire = WireDialogue.greeted(server)) {
            ScramClient client = new ScramClient(user, password, "");
            wire.send("AUTH SCRAM-SHA-256 " + base64(client.header() + client.bare()));
            wire.say(base64(client.answer(challenge(wire)).get(0)), "535 5.7.8 ");
            wire.say("MAIL FROM:<ann@example.com>", "530 5.7.0 ");
            assertThat(server.attempts().get(0)).satisfies(attempt -> {
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
                assertThat(attempt.client().user()).contains(user.replace("=3D", "="));
                assertThat(attempt.toString()).contains("****").doesNotContain("p=");
            });
        }
    }

    @Test
    void scramIsHeldToItsGrammar() {
        try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", "secret")));
                WireDialogue wire = WireDialogue.greeted(server)) {
            wire.say("AUTH SCRAM-SHA-256 " + base64("n=ann,r=x"), "501 5.5.2 SCRAM-SHA-256 begins with");
            wire.say("AUTH SCRAM-SHA-256 " + base64("p=tls-exporter,,n=ann,r=x"), "501 5.5.2 SCRAM-SHA-256 has no");
            wire.say("AUTH SCRAM-SHA-256 " + base64("n,,n=ann,r=x"), "334 ")
                    .say(base64("c=biws,r=x,p=AAAA"), "501 5.5.2 SCRAM-SHA-256 repeats the whole nonce");
            wire.say("AUTH SCRAM-SHA-256 " + base64("n,,n=ann,r=x"), "334 ").say("*", "501 5.7.0 ");
            wire.say("AUTH SCRAM-SHA-256 " + base64("n,,n=ann,r=x"), "334 ").say("!", "501 5.5.2 That is not base64");
            assertThat(server.attempts())
                    .hasSize(5)
                    .allSatisfy(attempt -> assertThat(attempt.stage()).isEqualTo(AUTH));
        }
    }

    @Test
    void aClientThatDoesNotBelieveTheServerIsNotLoggedIn() {
        try (FakeSmtpServer server =
                        with(AuthPolicy.users(Map.of("ann", "secret")).required());
                WireDialogue wire = WireDialogue.greeted(server)) {
            ScramClient client = new ScramClient("ann", "secret", "");
            wire.send("AUTH SCRAM-SHA-256 " + base64(client.header() + client.bare()));
            wire.say(base64(client.answer(challenge(wire)).get(0)), "334 ").say("*", "501 5.7.0 ");
            wire.say("MAIL FROM:<ann@example.com>", "530 5.7.0 ");
            assertThat(server.attempts().get(0).outcome()).isEqualTo(Attempt.Outcome.REFUSED);
        }
    }

    /** A rule's word goes: the server cannot prove then that it knows the password, and a client may well object. */
    @Test
    void aRuleAcceptsWhomThePolicyWouldNot() {
        try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", "secret")));
                WireDialogue wire = WireDialogue.greeted(server)) {
            server.script(
                    on(AUTH).user("ann").reply(454, "4.7.0 Try later").once(),
                    on(AUTH).user("ann").reply(534, "5.7.9 Too weak").once(),
                    on(AUTH).reply(235, "2.7.0 Come in").once());
            ScramClient client = new ScramClient("ann", "secret", "");
            for (String reply : List.of("454 4.7.0 ", "534 5.7.9 ")) {
                wire.send("AUTH SCRAM-SHA-256 " + base64(client.header() + client.bare()));
                wire.say(base64(client.answer(challenge(wire)).get(0)), reply);
            }
            wire.say("AUTH PLAIN " + base64("\0zoe\0x"), "235 2.7.0 Come in");
        }
    }

    // ---- EXTERNAL

    @ParameterizedTest
    @CsvSource({
        "ann@example.com, '', =, ",
        "app-17, '', =, ",
        "app-17, ZG91ZQ==, '', doue",
        "app-17, '', ZG91ZQ==, doue"
    })
    void externalIsWhomTheCertificateNames(String name, String answer, String initial, String authorization) {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .auth(AuthPolicy.users(Map.of(name, "no password is asked for")))
                        .startTls()
                        .clientCertificates(ClientCertificates.WANTED)
                        .build()
                        .start();
                WireDialogue client = WireDialogue.greeted(server)) {
            ClientCertificate certificate = server.tls().issueClientCertificate(name);
            client.say("AUTH EXTERNAL =", "504 5.5.4 EXTERNAL needs a client certificate inside TLS");
            client.say("STARTTLS", "220 ").handshake(certificate.sslContext());
            assertThat(offered(client)).endsWith(" SCRAM-SHA-256 EXTERNAL");
            if (answer.isEmpty()) {
                client.say("AUTH EXTERNAL " + initial, "235 ");
            } else {
                client.say("AUTH EXTERNAL", "334 ").say(answer, "235 ");
            }
            client.mail("ann@example.com", "bob@example.com");
            assertThat(server.takeMail().client().authentication())
                    .contains(new Authentication("EXTERNAL", name, "", Optional.ofNullable(authorization)));
        }
    }

    @Test
    void externalIsRefusedToWhomThePolicyDoesNotKnowAndNotOfferedWithoutACertificate() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                .auth(AuthPolicy.users(Map.of("ann", "x")))
                .startTls()
                .clientCertificates(ClientCertificates.WANTED)
                .build()
                .start()) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("STARTTLS", "220 ")
                        .handshake(
                                server.tls().issueClientCertificate("mallory").sslContext());
                client.say("EHLO client.test", "250 ")
                        .say("AUTH EXTERNAL", "334 ")
                        .say("", "535 5.7.8 ");
            }
            assertThat(server.attempts().get(0).client().user()).contains("mallory");
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("STARTTLS", "220 ").handshake(server.tls().sslContext());
                assertThat(offered(client)).doesNotContain("EXTERNAL");
            }
        }
    }

    // ---- ANONYMOUS

    @ParameterizedTest
    @CsvSource({"'', anonymous", "c2lyaGM=, sirhc", "dHJhY2VAZXhhbXBsZS5jb20=, trace@example.com"})
    void anonymousLeavesItsTrace(String trace, String identity) {
        try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", "x"))
                        .offering("ANONYMOUS", "PLAIN")
                        .required());
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH ANONYMOUS", "334 ").say(trace, "235 ");
            client.mail("ann@example.com", "bob@example.com");
            assertThat(server.takeMail().client().authentication())
                    .contains(new Authentication("ANONYMOUS", identity, ""));
        }
    }

    // ---- bearer tokens

    @ParameterizedTest
    @CsvSource({
        "XOAUTH2, '', 401",
        "XOAUTH2, AQ==, 401",
        "OAUTHBEARER, AQ==, invalid_token",
        "OAUTHBEARER, '', invalid_token"
    })
    void aTokenThatIsRefusedIsComplainedOfFirst(String mechanism, String dummy, String status) {
        String message = mechanism.equals("XOAUTH2")
                ? "user=ann\u0001auth=Bearer expired\u0001\u0001"
                : "n,a=ann,\u0001auth=Bearer expired\u0001\u0001";
        try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", "fresh")));
                WireDialogue client = WireDialogue.greeted(server)) {
            client.send("AUTH " + mechanism + " " + base64(message));
            assertThat(challenge(client))
                    .contains("\"status\":\"" + status + "\"")
                    .startsWith("{")
                    .endsWith("}");
            client.say(dummy, "535 5.7.8 ");
            assertThat(server.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.client().authentication()).contains(new Authentication(mechanism, "ann", "expired"));
                assertThat(attempt.toString()).doesNotContain("expired");
            });
            client.send("AUTH " + mechanism + " " + base64(message));
            challenge(client);
            client.say("*", "501 5.7.0 Authentication cancelled");
            client.say("AUTH " + mechanism + " " + base64(message.replace("expired", "fresh")), "235 ");
        }
    }

    @Test
    void aRuleRefusesATokenInItsOwnWords() {
        try (FakeSmtpServer server = with(AuthPolicy.anyone());
                WireDialogue client = WireDialogue.greeted(server)) {
            server.script(on(AUTH).reply(454, "4.7.0 Temporary authentication failure")
                    .once());
            String message = base64("user=ann\u0001auth=Bearer x\u0001\u0001");
            client.say("AUTH XOAUTH2 " + message, "454 4.7.0 ").say("AUTH XOAUTH2 " + message, "235 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "n,a=a=2Cb=3Dc,\u0001auth=Bearer t                 | a,b=c",
                "y,,\u0001host=mx.test\u0001port=25\u0001auth=bearer t | ''",
            })
    void anOauthBearerHeaderIsReadAsTheStandardHasIt(String message, String identity) {
        try (FakeSmtpServer server = with(AuthPolicy.anyone());
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH OAUTHBEARER " + base64(message + "\u0001\u0001"), "235 ")
                    .mail("a@example.com", "b@example.com");
            assertThat(server.takeMail().client().authentication())
                    .contains(new Authentication("OAUTHBEARER", identity, "t"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth=Bearer t\u0001\u0001",
                "n,a=x\u0001auth=Bearer t\u0001\u0001",
                "p=x,,\u0001auth=Bearer t\u0001\u0001",
                "n,,\u0001auth=Bearer \u0001\u0001",
                "n,,\u0001\u0001"
            })
    void anOauthBearerMessageOutOfItsGrammarIsRefused(String message) {
        try (FakeSmtpServer server = with(AuthPolicy.anyone());
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH OAUTHBEARER " + base64(message), "501 5.5.2 OAUTHBEARER ");
        }
    }

    // ---- authorization, lengths, ends

    @Test
    void whomAClientWantsToActAsIsKept() {
        try (FakeSmtpServer server = with(AuthPolicy.judgedBy(
                        login -> login.authorizationIdentity().isEmpty()
                                || login.authorizationIdentity().get().equals("boss")));
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN " + base64("root\0ann\0x"), "535 ");
            client.say("AUTH PLAIN " + base64("boss\0ann\0x"), "235 ").mail("a@example.com", "b@example.com");
            Authentication login = server.takeMail().client().authentication().orElseThrow();
            assertThat(login).isEqualTo(new Authentication("PLAIN", "ann", "x", Optional.of("boss")));
            assertThat(login).hasToString("PLAIN ann as boss ****");
        }
    }

    /** RFC 4954 asks for 12,288 octets; tokens of providers are longer still. */
    @ParameterizedTest
    @ValueSource(strings = {"XOAUTH2", "OAUTHBEARER", "PLAIN"})
    void aTokenOf16KilobytesLogsIn(String mechanism) {
        String token = "t".repeat(16 * 1024);
        String message = switch (mechanism) {
            case "XOAUTH2" -> "user=ann\u0001auth=Bearer " + token + "\u0001\u0001";
            case "PLAIN" -> "\0ann\0" + token;
            default -> "n,a=ann,\u0001auth=Bearer " + token + "\u0001\u0001";
        };
        for (boolean atOnce : new boolean[] {true, false}) {
            try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", token)));
                    WireDialogue client = WireDialogue.greeted(server)) {
                if (atOnce) {
                    client.say("AUTH " + mechanism + " " + base64(message), "235 ");
                } else {
                    client.say("AUTH " + mechanism, "334 ").say(base64(message), "235 ");
                }
                client.mail("a@example.com", "b@example.com");
                assertThat(server.takeMail()
                                .client()
                                .authentication()
                                .orElseThrow()
                                .secret())
                        .isEqualTo(token);
                assertThat(server.sessions().get(0).toString())
                        .doesNotContain("tttttttt", base64(token.substring(0, 48)));
            }
        }
    }

    @Test
    void aLineThatIsTooLongIsSaidToBeAndTheConversationGoesOn() {
        try (FakeSmtpServer server = with(AuthPolicy.anyone());
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN", "334 ")
                    .say("A".repeat(40_000), "500 5.5.6 Authentication exchange line is too long");
            client.say("AUTH PLAIN " + "A".repeat(40_000), "500 5.5.2 Line too long");
            client.say("AUTH PLAIN " + base64("\0ann\0x"), "235 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "ANONYMOUS"})
    void whatIsNoBase64IsRefusedAndLeavingInTheMiddleIsAnAttempt(String mechanism) {
        AuthPolicy all = AuthPolicy.users(Map.of("ann", "x")).offering(mechanism);
        try (FakeSmtpServer server = with(all)) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                for (String garbage : List.of("?", "YQ", "YQ=", "YQ==YQ==", "Y Q=", "=YQ=")) {
                    client.say("AUTH " + mechanism, "334 ").say(garbage, "501 5.5.2 That is not base64");
                }
                client.say("AUTH " + mechanism, "334 ");
            }
            Eventually.isTrue(
                    "the session has ended", () -> !server.sessions().get(0).isOpen());
            Eventually.isTrue("an attempt was aborted", () -> server.attempts().size() == 7);
            assertThat(server.attempts().get(6)).satisfies(attempt -> {
                assertThat(attempt.stage()).isEqualTo(AUTH);
                assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
            });
        }
    }

    /** Messages with octets changed, lost and doubled, thrown by a seed: every answer is one of RFC 4954's. */
    @Test
    void whateverAClientPresentsIsAnsweredByTheBook() {
        SplittableRandom random = new SplittableRandom(20_261_123);
        Map<String, List<String>> messages = Map.of(
                "PLAIN", List.of("\0ann\0wrong"),
                "LOGIN", List.of("ann", "wrong"),
                "CRAM-MD5", List.of("ann 0123456789abcdef0123456789abcdef"),
                "SCRAM-SHA-256", List.of("n,,n=ann,r=abc", "c=biws,r=abc,p=AAAA"),
                "XOAUTH2", List.of("user=ann\u0001auth=Bearer t\u0001\u0001", ""),
                "OAUTHBEARER", List.of("n,a=ann,\u0001host=x\u0001auth=Bearer t\u0001\u0001", "\u0001"));
        List<String> mechanisms = messages.keySet().stream().sorted().toList();
        try (FakeSmtpServer server = with(AuthPolicy.users(Map.of("ann", "x")));
                WireDialogue client = WireDialogue.greeted(server)) {
            for (int i = 0; i < 1500; i++) {
                String mechanism = mechanisms.get(random.nextInt(mechanisms.size()));
                List<String> said = messages.get(mechanism);
                int next = 0;
                String line = "AUTH " + mechanism;
                if (random.nextBoolean()) {
                    line += " " + mutated(said.get(next++), random);
                }
                String reply = client.send(line).reply().get(0);
                for (int round = 0; reply.startsWith("334"); round++) {
                    assertThat(round).isLessThan(4);
                    reply = client.send(mutated(next < said.size() ? said.get(next++) : "", random))
                            .reply()
                            .get(0);
                }
                assertThat(reply).as(line).matches("(501 5\\.5\\.[24]|501 5\\.7\\.0|535 5\\.7\\.8) .*");
            }
            assertThat(server.attempts()).hasSize(1500);
            client.say("AUTH PLAIN " + base64("\0ann\0x"), "235 ");
        }
    }

    private static String mutated(String message, SplittableRandom random) {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        for (int count = random.nextInt(4); count > 0 && octets.length > 0; count--) {
            int at = random.nextInt(octets.length);
            switch (random.nextInt(3)) {
                case 0 -> octets[at] = (byte) random.nextInt(256);
                case 1 -> octets = Arrays.copyOf(octets, at);
                default -> octets = Arrays.copyOf(octets, octets.length + at);
            }
        }
        String text = Base64.getEncoder().encodeToString(octets);
        return switch (random.nextInt(20)) {
            case 0 -> "*";
            case 1 -> "=";
            case 2 -> text.substring(text.length() / 2);
            case 3 -> text + "=";
            default -> text.isEmpty() ? "=" : text;
        };
    }

    @Test
    void authNeedsTlsWhereItIsOnlyOfferedThere() {
        try (FakeSmtpServer server = with(AuthPolicy.anyone().required().onlyInTls());
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN " + base64("\0ann\0x"), "538 5.7.11 Encryption required");
            client.say("MAIL FROM:<a@example.com>", "530 5.7.0 ");
            client.say("STARTTLS", "220 ").handshake(server.tls().sslContext());
            assertThat(offered(client)).startsWith("AUTH PLAIN");
            client.say("AUTH PLAIN " + base64("\0ann\0x"), "235 ").mail("a@example.com", "b@example.com");
        }
    }
}
