package dev.restante.personas;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.QUIT;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.Reply;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.Scenarios;
import dev.restante.ServerClock;
import dev.restante.WireDialogue;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server with a persona says what that receiver says, and rules act on top of it. */
@Timeout(60)
class PersonaTest {
    private static final String CREDENTIALS =
            Base64.getEncoder().encodeToString("\0user\0secret".getBytes(StandardCharsets.UTF_8));

    private FakeSmtpServer smtp;

    @BeforeEach
    void start() {
        smtp = FakeSmtpServer.builder()
                .hostName("mx.example.com")
                .clock(ServerClock.manual(Instant.parse("2026-11-23T08:09:10Z")))
                .build()
                .start();
    }

    @AfterEach
    void close() {
        smtp.close();
    }

    static Stream<String> names() {
        return Persona.names().stream();
    }

    private WireDialogue connected() {
        return WireDialogue.with(smtp).expect("220 ");
    }

    /** A client that is as far inside as the persona asks: inside TLS, and logged in, where that is needed. */
    private WireDialogue inside(String persona) {
        WireDialogue client = connected().say("EHLO client.test", "250 ");
        return persona.equals("amazon-ses")
                ? client.say("STARTTLS", "220 ")
                        .handshake(smtp.tls().sslContext())
                        .say("EHLO client.test", "250 ")
                        .say("AUTH PLAIN " + CREDENTIALS, "235 ")
                : client;
    }

    // ---- exactly what each receiver lists

    private static final Map<String, List<String>> EHLO_IN_PLAIN_TEXT = Map.of(
            "gmail",
            List.of(
                    "250-mx.google.com at your service, [127.0.0.1]",
                    "250-SIZE 157286400",
                    "250-8BITMIME",
                    "250-STARTTLS",
                    "250-ENHANCEDSTATUSCODES",
                    "250-PIPELINING",
                    "250-CHUNKING",
                    "250 SMTPUTF8"),
            "microsoft-365",
            List.of(
                    "250-VE1EUR03FT018.mail.protection.outlook.com Hello [127.0.0.1]",
                    "250-SIZE 157286400",
                    "250-PIPELINING",
                    "250-DSN",
                    "250-ENHANCEDSTATUSCODES",
                    "250-STARTTLS",
                    "250-8BITMIME",
                    "250-BINARYMIME",
                    "250-CHUNKING",
                    "250 SMTPUTF8"),
            "yahoo",
            List.of(
                    "250-mta1382.mail.ne1.yahoo.com",
                    "250-PIPELINING",
                    "250-SIZE 41943040",
                    "250-8BITMIME",
                    "250 STARTTLS"),
            "postfix",
            List.of(
                    "250-mx.example.com",
                    "250-PIPELINING",
                    "250-SIZE 10240000",
                    "250-VRFY",
                    "250-ETRN",
                    "250-ENHANCEDSTATUSCODES",
                    "250-8BITMIME",
                    "250-DSN",
                    "250-SMTPUTF8",
                    "250 CHUNKING"),
            "exim",
            List.of(
                    "250-mx.example.com Hello client.test [127.0.0.1]",
                    "250-SIZE 52428800",
                    "250-8BITMIME",
                    "250-PIPELINING",
                    "250-PIPECONNECT",
                    "250-CHUNKING",
                    "250-STARTTLS",
                    "250 HELP"),
            "amazon-ses",
            List.of("250-email-smtp.amazonaws.com", "250-8BITMIME", "250-STARTTLS", "250-AUTH PLAIN LOGIN", "250 Ok"));

    @ParameterizedTest
    @MethodSource("names")
    void ehloListsWhatTheReceiverListsAndNothingElse(String name) {
        smtp.persona(Persona.named(name));

        try (WireDialogue client = connected()) {
            assertThat(client.send("EHLO client.test").reply()).isEqualTo(EHLO_IN_PLAIN_TEXT.get(name));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void insideTlsTheListIsTheSameWithoutStartTls(String name) {
        smtp.persona(Persona.named(name));
        List<String> plain = keywords(EHLO_IN_PLAIN_TEXT.get(name));

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ");
            if (plain.contains("STARTTLS")) {
                client.say("STARTTLS", "220 ").handshake(smtp.tls().sslContext());
                assertThat(keywords(client.send("EHLO client.test").reply()))
                        .isEqualTo(plain.stream()
                                .filter(word -> !word.equals("STARTTLS"))
                                .toList());
            } else {
                client.say("STARTTLS", "502 ");
            }
        }
    }

    private static List<String> keywords(List<String> ehlo) {
        return ehlo.stream().skip(1).map(line -> line.substring(4)).toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void heloIsGreetedInOneLine(String name) {
        smtp.persona(Persona.named(name));

        try (WireDialogue client = connected()) {
            assertThat(client.send("HELO client.test").reply())
                    .containsExactly(
                            "250 " + EHLO_IN_PLAIN_TEXT.get(name).get(0).substring(4));
        }
    }

    // ---- mail

    @ParameterizedTest
    @MethodSource("names")
    void mailIsTakenByDataAndByChunks(String name) {
        smtp.persona(Persona.named(name));

        try (WireDialogue client = inside(name)) {
            client.mail("ann@example.com", "bob@example.com")
                    .say("NOOP", "250 ")
                    .say("RSET", "250 ")
                    .say("MAIL FROM:<ann@example.com>", "250 ")
                    .say("RCPT TO:<bob@example.com>", "250 ")
                    .sendRaw("BDAT 5\r\nA: b\n")
                    .expect("250 ")
                    .sendRaw("BDAT 2 LAST\r\n\r\n")
                    .expect("250 ")
                    .say("QUIT", "221 ")
                    .expectEnd();
        }
        assertThat(smtp.awaitMails(2)).hasSize(2);
        assertThat(smtp.attempts()).allMatch(attempt -> attempt.outcome() == Attempt.Outcome.ACCEPTED);
    }

    @ParameterizedTest
    @MethodSource("names")
    void angusMailSends(String name) throws MessagingException {
        smtp.persona(Persona.named(name));
        Properties properties = smtp.mailProperties();
        if (name.equals("amazon-ses")) {
            properties.putAll(smtp.tls().mailProperties(true));
            properties.setProperty("mail.smtp.auth", "true");
        }
        Session session = Session.getInstance(properties);
        MimeMessage message = new MimeMessage(session);
        message.setFrom("ann@example.com");
        message.addRecipients(Message.RecipientType.TO, "bob@example.com");
        message.setSubject("Hello");
        message.setText("Hello");

        Transport.send(message, "user", "secret");

        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().sender().address()).isEqualTo("ann@example.com");
        assertThat(mail.client().tls().isPresent()).isEqualTo(name.equals("amazon-ses"));
    }

    @Test
    void repliesAreThoseOfGmail() {
        smtp.persona(Persona.named("gmail"));

        try (WireDialogue client = WireDialogue.with(smtp)) {
            List<String> banner = client.reply();
            String signature = " " + smtp.sessions().get(0).id() + " - gsmtp";
            assertThat(banner).containsExactly("220 mx.google.com ESMTP" + signature);
            client.say("EHLO client.test", "250 ");
            assertThat(client.send("MAIL FROM:<ann@example.com>").reply()).containsExactly("250 2.1.0 OK" + signature);
            assertThat(client.send("RCPT TO:<bob@example.com>").reply()).containsExactly("250 2.1.5 OK" + signature);
            assertThat(client.send("DATA").reply()).containsExactly("354 Go ahead" + signature);
            List<String> taken = client.send("").send(".").reply();
            assertThat(taken).containsExactly("250 2.0.0 OK " + smtp.takeMail().id() + signature);
            assertThat(client.send("QUIT").reply()).containsExactly("221 2.0.0 closing connection" + signature);
        }
    }

    @Test
    void repliesAreThoseOfYahoo() {
        smtp.persona(Persona.named("yahoo"));

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ");
            assertThat(client.send("MAIL FROM:<ann@example.com>").reply())
                    .containsExactly("250 sender <ann@example.com> ok");
            assertThat(client.send("RCPT TO:<bob@yahoo.com>").reply())
                    .containsExactly("250 recipient <bob@yahoo.com> ok");
            assertThat(client.send("DATA").reply()).containsExactly("354 go ahead");
            assertThat(client.send("").send(".").reply()).containsExactly("250 ok dirdel");
        }
    }

    @Test
    void bannersTellTheTimeOfTheServersClock() {
        smtp.persona(Persona.named("exim"));
        try (WireDialogue client = WireDialogue.with(smtp)) {
            assertThat(client.reply())
                    .containsExactly("220 mx.example.com ESMTP Exim 4.96 Mon, 23 Nov 2026 08:09:10 +0000");
        }
        smtp.persona(Persona.named("microsoft-365"));
        try (WireDialogue client = WireDialogue.with(smtp)) {
            assertThat(client.reply().get(0))
                    .startsWith("220 VE1EUR03FT018.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at"
                            + " Mon, 23 Nov 2026 08:09:10 +0000 [");
        }
    }

    // ---- limits

    @Test
    void postfixRefusesMessagesAboveItsLimitDeclaredOrNot() {
        smtp.persona(Persona.named("postfix"));

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ")
                    .say("MAIL FROM:<ann@example.com> SIZE=10240001", "552 5.3.4 Message size exceeds fixed limit")
                    .say("MAIL FROM:<ann@example.com> SIZE=10240000", "250 ")
                    .say("RCPT TO:<bob@example.com>", "250 ")
                    .say("DATA", "354 ")
                    .sendRaw(("x".repeat(998) + "\r\n").repeat(10_241))
                    .say(".", "552 5.3.4 Error: message file too big")
                    .mail("ann@example.com", "bob@example.com");
        }
        assertThat(smtp.awaitMails(1)).hasSize(1);
    }

    @Test
    void postfixTakesAThousandRecipientsInItsOwnWords() {
        smtp.persona(Persona.named("postfix"));

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ").say("MAIL FROM:<ann@example.com>", "250 ");
            IntStream.range(0, 1000).forEach(i -> client.say("RCPT TO:<r" + i + "@example.com>", "250 2.1.5 Ok"));
            client.say("RCPT TO:<one@example.com>", "452 4.5.3 Error: too many recipients")
                    .say("RCPT TO:<two@example.com>", "452 4.5.3 Error: too many recipients")
                    .say("DATA", "354 ")
                    .say(".", "250 ");
        }
        assertThat(smtp.takeMail().envelope().recipients()).hasSize(1000);
    }

    @Test
    void yahooClosesAtTheTwentyFirstMessageOfAConnection() {
        smtp.persona(Persona.named("yahoo"));

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ");
            for (int i = 0; i < 20; i++) {
                client.mail("ann@example.com", "bob@yahoo.com");
            }
            client.send("MAIL FROM:<ann@example.com>").expectEnd();
        }
        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ").mail("ann@example.com", "bob@yahoo.com");
        }
        assertThat(smtp.awaitMails(21)).hasSize(21);
    }

    @Test
    void amazonSesWantsTlsThenALoginAndAtMostFiftyRecipients() {
        smtp.persona(Persona.named("amazon-ses"));

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ")
                    .say("MAIL FROM:<ann@example.com>", "530 Must issue a STARTTLS command first")
                    .say("AUTH PLAIN " + CREDENTIALS, "530 Must issue a STARTTLS command first")
                    .say("STARTTLS", "220 Ready to start TLS")
                    .handshake(smtp.tls().sslContext())
                    .say("EHLO client.test", "250 ")
                    .say("MAIL FROM:<ann@example.com>", "530 Authentication required")
                    .say("AUTH PLAIN " + CREDENTIALS, "235 ")
                    .say("MAIL FROM:<ann@example.com>", "250 Ok");
            IntStream.range(0, 51).forEach(i -> client.say("RCPT TO:<r" + i + "@example.com>", "250 Ok"));
            client.say("DATA", "354 ").say(".", "554 Transaction failed: Recipient count exceeds 50.");
            client.envelope("ann@example.com", "bob@example.com").send("");
            assertThat(client.send(".").reply())
                    .containsExactly("250 Ok " + smtp.takeMail().id());
        }
    }

    @Test
    void aLoginThatTheServerRefusesStaysRefused() {
        try (FakeSmtpServer strict = FakeSmtpServer.builder()
                .auth(AuthPolicy.users(Map.of("user", "other")))
                .build()
                .start()) {
            strict.persona(Persona.named("amazon-ses"));
            try (WireDialogue client = WireDialogue.greeted(strict)) {
                client.say("STARTTLS", "220 ")
                        .handshake(strict.tls().sslContext())
                        .say("EHLO client.test", "250 ")
                        .say("AUTH PLAIN " + CREDENTIALS, "535 ");
            }
        }
    }

    // ---- on top

    @Test
    void singleRulesActOnTop() {
        Persona gmail = Persona.named("gmail");
        smtp.persona(gmail);
        smtp.script(
                on(RCPT_TO).to("bob@*").reply(gmail.reply("unknownUser")).once(),
                on(EHLO).hide("CHUNKING").advertise("SIZE 1000").always());

        try (WireDialogue client = connected()) {
            assertThat(keywords(client.send("EHLO client.test").reply()))
                    .containsExactly(
                            "8BITMIME", "STARTTLS", "ENHANCEDSTATUSCODES", "PIPELINING", "SMTPUTF8", "SIZE 1000");
            client.say("MAIL FROM:<ann@example.com>", "250 2.1.0 OK ");
            assertThat(client.send("RCPT TO:<bob@example.com>").reply())
                    .hasSize(2)
                    .allMatch(
                            line -> line.startsWith("550") && line.substring(4).startsWith("5.1.1 "))
                    .last()
                    .asString()
                    .endsWith(" - gsmtp");
            client.say("RCPT TO:<bob@example.com>", "250 2.1.5 OK ");
        }
        assertThat(smtp.unfired()).isEmpty();
    }

    @Test
    void scenariosAreAskedBeforeThePersonaAndAfterTheTest() {
        smtp.persona(Persona.named("postfix"));
        smtp.scenario(Scenarios.mailboxFull("bob@*"));
        smtp.script(
                on(RCPT_TO).to("bob@vip.example").reply(250, "2.1.5 Welcome").always());

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 CHUNKING")
                    .say("MAIL FROM:<ann@example.com>", "250 2.1.0 Ok")
                    .say("RCPT TO:<bob@example.com>", "452 ")
                    .say("RCPT TO:<bob@vip.example>", "250 2.1.5 Welcome")
                    .say("RCPT TO:<eve@example.com>", "250 2.1.5 Ok");
        }
        assertThat(smtp.rules().stream().map(report -> report.rule().name().startsWith("postfix")))
                .isSorted();
    }

    @Test
    void faultsOfATestStillStrike() {
        smtp.persona(Persona.named("yahoo"));
        smtp.script(
                on(END_OF_DATA).discard().once(),
                on(MAIL_FROM).from("eve@*").closeConnection().once());

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ")
                    .envelope("ann@example.com", "bob@yahoo.com")
                    .say(".", "250 ")
                    .send("MAIL FROM:<eve@example.com>")
                    .expectEnd();
        }
        assertThat(smtp.mails()).isEmpty();
    }

    @Test
    void anotherPersonaTakesThePlaceOfTheFirst() {
        smtp.persona(Persona.named("gmail"));
        smtp.script(on(QUIT).reply(221, "See you").always());
        smtp.persona(Persona.named("postfix"));

        try (WireDialogue client = WireDialogue.with(smtp)) {
            client.expect("220 mx.example.com ESMTP Postfix").say("EHLO client.test", "250 CHUNKING");
            client.say("QUIT", "221 See you");
        }
        assertThat(smtp.rules()).extracting(report -> report.rule().name()).noneMatch(name -> name.startsWith("gmail"));
    }

    @Test
    void clearingTheScriptAndResettingTakeThePersonaAway() {
        for (Runnable takeAway : List.<Runnable>of(() -> smtp.clearScript(), () -> smtp.reset())) {
            smtp.persona(Persona.named("gmail"));
            takeAway.run();
            assertThat(smtp.rules()).isEmpty();
            try (WireDialogue client = WireDialogue.with(smtp)) {
                client.expect("220 mx.example.com ESMTP Restante").say("EHLO client.test", "250 ");
            }
        }
    }

    @Test
    void evidenceNamesThePersona() {
        smtp.persona(Persona.named("postfix"));

        try (WireDialogue client = connected()) {
            client.say("EHLO client.test", "250 ").say("MAIL FROM:<ann@example.com> SIZE=99999999", "552 ");
        }

        assertThat(smtp.attempts().get(0).rules()).contains("postfix: message_size_limit");
        assertThat(smtp.sessions().get(0).transcript().toString()).contains("postfix: message_size_limit");
        assertThat(smtp.rules())
                .filteredOn(report -> report.hits() > 0)
                .extracting(RuleReport::rule)
                .extracting(Rule::stage)
                .contains(CONNECT, EHLO, MAIL_FROM);
    }

    // ---- a real client's view of a refusal

    @Test
    void angusMailReportsTheRepliesOfTheReceiver() throws MessagingException {
        Persona yahoo = Persona.named("yahoo");
        smtp.persona(yahoo);
        smtp.script(on(END_OF_DATA).reply(yahoo.reply("unknownUser")).once());
        Session session = Session.getInstance(smtp.mailProperties());
        MimeMessage message = new MimeMessage(session);
        message.setFrom("ann@example.com");
        message.addRecipients(Message.RecipientType.TO, "bob@yahoo.com");
        message.setText("Hello");
        message.saveChanges();

        try (SMTPTransport transport = (SMTPTransport) session.getTransport("smtp")) {
            transport.connect();
            assertThatThrownBy(() -> transport.sendMessage(message, message.getAllRecipients()))
                    .isInstanceOf(SendFailedException.class)
                    .hasMessageContaining("554 delivery error: dd This user doesn't have a yahoo.com account"
                            + " (bob@yahoo.com) [0] - mta1382.mail.ne1.yahoo.com");
            transport.sendMessage(message, message.getAllRecipients());
            assertThat(transport.getLastServerResponse()).startsWith("250 ok dirdel");
        }
    }

    // ---- the data

    @ParameterizedTest
    @MethodSource("names")
    void everyPersonaNamesItsSourcesAndTheDayItWasChecked(String name) {
        Persona persona = Persona.named(name);

        assertThat(persona.name()).isEqualTo(name).hasToString(persona.toString());
        assertThat(persona.description()).endsWith(".");
        assertThat(persona.sources())
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .allMatch(source -> source.getScheme().equals("https"));
        assertThat(persona.checked()).isAfter("2026-01-01");
        assertThat(persona.rules())
                .allMatch(rule -> rule.name().equals(name) || rule.name().startsWith(name + ": "));
        assertThat(persona).isEqualTo(Persona.named(name)).hasSameHashCodeAs(Persona.named(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyKnownRefusalCanBeScripted(String name) {
        Persona persona = Persona.named(name);
        smtp.persona(persona);
        assertThat(persona.replies()).isNotEmpty();

        persona.replies().forEach((what, reply) -> {
            assertThat(reply.isNegative()).as(what).isTrue();
            smtp.clearScript();
            smtp.script(on(MAIL_FROM).reply(persona.reply(what)).once());
            try (WireDialogue client = WireDialogue.greeted(smtp)) {
                List<String> lines = client.send("MAIL FROM:<ann@example.com>").reply();
                assertThat(lines)
                        .as(what)
                        .hasSize(reply.lines().size())
                        .allMatch(line -> line.startsWith(String.valueOf(reply.code())))
                        .noneMatch(line -> line.contains("{") || line.length() > 510);
            }
        });
    }

    @Test
    void unknownNamesAreRefusedWithTheNearest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Persona.named("gmial"))
                .withMessage(
                        "There is no persona named \"gmial\". Did you mean gmail? There are amazon-ses, exim, gmail,"
                                + " microsoft-365, postfix, yahoo; Persona.load(file) reads one of your own.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Persona.named("exim").reply("mesageTooLarge"))
                .withMessageStartingWith("The persona exim has no reply named \"mesageTooLarge\"."
                        + " Did you mean messageTooLarge? There are unknownUser, ");
        assertThatIllegalArgumentException().isThrownBy(() -> Persona.named("../script.schema"));
    }

    @Test
    void repliesKeepTheirOrderAndCannotBeChanged() {
        Map<String, Reply> replies = Persona.named("yahoo").replies();

        assertThat(replies.keySet()).startsWith("unknownUser", "rejected", "deferred");
        assertThatThrownBy(replies::clear).isInstanceOf(UnsupportedOperationException.class);
    }
}
