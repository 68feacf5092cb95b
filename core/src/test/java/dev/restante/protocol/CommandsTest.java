package dev.restante.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.Envelope.Recipient;
import dev.restante.EsmtpParameters.Parameter;
import dev.restante.FakeSmtpServer;
import dev.restante.WireDialogue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands in and out of their place, their arguments and the replies to them (RFC 5321), as a client sees them. */
@Timeout(30)
class CommandsTest {
    private final FakeSmtpServer server = FakeSmtpServer.builder()
            .hostName("mx.test")
            .maxRecipients(3)
            .build()
            .start();

    @AfterEach
    void close() {
        server.close();
    }

    /** Runs a dialogue: {@code C:} is sent, {@code S:} is how the next reply's last line begins. */
    private WireDialogue dialogue(String text) {
        return dialogue(server, text);
    }

    private static WireDialogue dialogue(FakeSmtpServer server, String text) {
        WireDialogue client = WireDialogue.with(server);
        for (String line : text.strip().split("\n", -1)) {
            String said = line.strip();
            if (said.startsWith("C:")) {
                client.send(said.substring(2).strip());
            } else if (said.startsWith("S: ")) {
                client.expect(said.substring(3));
            } else if (said.equals("END")) {
                client.expectEnd();
            } else {
                throw new IllegalArgumentException(said);
            }
        }
        return client;
    }

    @Test
    void aMailFromHelloToQuit() {
        dialogue("""
                S: 220 mx.test ESMTP Restante
                C: EHLO client.test
                S: 250 AUTH
                C: MAIL FROM:<ann@x.test>
                S: 250 2.1.0 Sender OK
                C: RCPT TO:<bob@y.test>
                S: 250 2.1.5 Recipient OK
                C: DATA
                S: 354 Start mail input; end with <CRLF>.<CRLF>
                C: Subject: x
                C:
                C: text
                C: .
                S: 250 2.0.0 Ok: queued as
                C: QUIT
                S: 221 2.0.0 Bye
                END
                """);

        assertThat(server.takeMail().subject()).contains("x");
    }

    @Test
    void ehloListsWhatTheServerCan() {
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").send("EHLO client.test");
            assertThat(client.reply())
                    .containsExactly(
                            "250-mx.test",
                            "250-SIZE 52428800",
                            "250-8BITMIME",
                            "250-SMTPUTF8",
                            "250-PIPELINING",
                            "250-ENHANCEDSTATUSCODES",
                            "250-CHUNKING",
                            "250-BINARYMIME",
                            "250-DSN",
                            "250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER");
            assertThat(client.send("HELO client.test").reply()).containsExactly("250 mx.test");
        }
    }

    @Test
    void everythingHasItsPlace() {
        dialogue("""
                S: 220
                C: MAIL FROM:<a@x.test>
                S: 503 5.5.1 Say EHLO or HELO first
                C: EHLO client.test
                S: 250
                C: RCPT TO:<b@y.test>
                S: 503 5.5.1 Say MAIL FROM first
                C: DATA
                S: 503 5.5.1 Say MAIL FROM first
                C: MAIL FROM:<a@x.test>
                S: 250
                C: MAIL FROM:<a@x.test>
                S: 503 5.5.1 A sender is already given
                C: DATA
                S: 503 5.5.1 Say RCPT TO first
                C: RCPT TO:<not an address>
                S: 553
                C: DATA
                S: 554 5.5.1 No valid recipients
                C: RCPT TO:<b@y.test>
                S: 250
                C: EHLO again.test
                S: 250
                C: RCPT TO:<b@y.test>
                S: 503 5.5.1 Say MAIL FROM first
                C: QUIT
                S: 221
                END
                """);
    }

    @Test
    void commandsAreReadWhateverTheirCaseAndSpacing() {
        dialogue("""
                S: 220
                C: ehlo client.test
                S: 250
                C: Mail From:<a@x.test>
                S: 250
                C: rcpt TO: <b@y.test>
                S: 250
                C: RSET
                S: 250 2.0.0
                C: NOOP whatever it is
                S: 250 2.0.0
                C: VRFY bob
                S: 252 2.1.5
                C: HELP
                S: 214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT
                C: EXPN list
                S: 502 5.5.1
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FOO                          | 500 5.5.1 Command not recognized",
                "MAILFROM:<a@x.test>          | 500 5.5.1 Command not recognized",
                "\u00e9                       | 500 5.5.1 Command not recognized",
                "EHLO                         | 501 5.5.4 Say EHLO and one name",
                "EHLO two names               | 501 5.5.4 Say EHLO and one name",
                "MAIL                         | 501 5.5.4 Syntax: MAIL FROM:<address>",
                "MAIL TO:<a@x.test>           | 501 5.5.4 Syntax: MAIL FROM:<address>",
                "MAIL FROM:<a@x.test          | 501 5.5.4 Syntax: MAIL FROM:<address>",
                "MAIL FROM:<a@x.test>SIZE=1   | 501 5.5.4 Syntax: MAIL FROM:<address>",
                "RSET now                     | 501 5.5.4 This command takes no argument",
                "QUIT now                     | 501 5.5.4 This command takes no argument",
                "DATA now                     | 501 5.5.4 This command takes no argument",
                "VRFY                         | 501 5.5.4 This command needs an argument",
                "EXPN                         | 501 5.5.4 This command needs an argument",
                "STARTTLS                     | 502 5.5.1 Command not implemented",
                "AUTH                         | 501 5.5.4 Syntax: AUTH mechanism",
                "AUTH GSSAPI                  | 504 5.5.4 Mechanism not offered; take one of",
            })
    void wrongInputIsToldFromTheRest(String line, String reply) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say(line, reply).mail("a@x.test", "b@y.test");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SIZE=                  | 501 5.5.4 Syntax: KEYWORD or KEYWORD=value",
                "SIZE=many              | 501 5.5.4 Syntax: SIZE=number of octets",
                "SIZE=1 SIZE=2          | 501 5.5.4 Parameter SIZE is given twice",
                "SIZE=52428801          | 552 5.3.4 Message is larger than this server takes: 52428800 octets",
                "BODY=9BIT              | 501 5.5.4 Syntax: BODY=7BIT, 8BITMIME or BINARYMIME",
                "SMTPUTF8=yes           | 501 5.5.4 Syntax: SMTPUTF8 without a value",
                "RET=SOME               | 501 5.5.4 Syntax: RET=FULL or HDRS",
                "ENVID=a+zz             | 501 5.5.4 Syntax: ENVID=xtext",
                "X-OTHER=1              | 555 5.5.4 MAIL parameter X-OTHER is not known",
                "=                      | 501 5.5.4 Syntax: KEYWORD or KEYWORD=value",
            })
    void parametersOfMailAreChecked(String parameters, String reply) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> " + parameters, reply).mail("a@x.test", "b@y.test");
            assertThat(server.attempts().get(0).reply()).isPresent();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOTIFY=NEVER,SUCCESS | 501 5.5.4 Syntax: NOTIFY=NEVER or some of SUCCESS, FAILURE, DELAY",
                "NOTIFY=DELAY,DELAY   | 501 5.5.4 Syntax: NOTIFY=",
                "NOTIFY               | 501 5.5.4 Syntax: NOTIFY=",
                "ORCPT=bob@y.test     | 501 5.5.4 Syntax: ORCPT=type;xtext",
                "SIZE=10              | 555 5.5.4 RCPT parameter SIZE is not known",
            })
    void parametersOfRcptAreChecked(String parameters, String reply) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@y.test> " + parameters, reply);
            client.say("RCPT TO:<b@y.test>", "250 ");
        }
    }

    @Test
    void parametersAreKeptAsSpoken() {
        dialogue("""
                S: 220
                C: EHLO client.test
                S: 250
                C: MAIL FROM:<a@x.test> size=10 Body=8bitmime RET=full ENVID=QQ+2B314 AUTH=<>
                S: 250
                C: RCPT TO:<b@y.test> NOTIFY=success,FAILURE ORCPT=rfc822;Bob+40y.test
                S: 250
                C: DATA
                S: 354
                C: .
                S: 250
                """);

        CapturedMail mail = server.takeMail();
        assertThat(mail.envelope().sender().parameters().all())
                .extracting(Parameter::toString)
                .containsExactly("size=10", "Body=8bitmime", "RET=full", "ENVID=QQ+2B314", "AUTH=<>");
        assertThat(mail.envelope().sender().parameters().envid()).contains("QQ+314");
        assertThat(mail.envelope().sender().parameters().body()).contains("8BITMIME");
        Recipient recipient = mail.envelope().recipients().get(0);
        assertThat(recipient.parameters().notifyOn()).containsExactly("SUCCESS", "FAILURE");
        assertThat(recipient.parameters().orcpt()).contains("rfc822;Bob@y.test");
    }

    @Test
    void parametersNeedEhlo() {
        dialogue("""
                S: 220
                C: HELO client.test
                S: 250 mx.test
                C: MAIL FROM:<a@x.test> SIZE=10
                S: 555 5.5.4 Parameters need EHLO
                C: MAIL FROM:<a@x.test>
                S: 250
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "<bob@y.test>                     | bob@y.test",
                "<\"bob smith\"@y.test>           | \"bob smith\"@y.test",
                "<\"a>b\\\"c\"@y.test>            | \"a>b\\\"c\"@y.test",
                "<@relay.test,@other.test:b@y.test> | b@y.test",
                "<b@[127.0.0.1]>                  | b@[127.0.0.1]",
                "<b@[IPv6:::1]>                   | b@[IPv6:::1]",
                "<b+tag=x@y.test>                 | b+tag=x@y.test",
                "<POSTMASTER>                     | POSTMASTER",
                "<b@my_service>                   | b@my_service",
                "bob@y.test                       | bob@y.test",
            })
    void addressesAreTakenAsSpoken(String spoken, String address) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<>", "250 ").say("RCPT TO:" + spoken, "250 ");
            client.say("DATA", "354 ").say(".", "250 ");
        }
        CapturedMail mail = server.takeMail();
        assertThat(mail.envelope().sender().isNull()).isTrue();
        assertThat(mail.envelope().sender().spoken()).isEqualTo("<>");
        assertThat(mail.envelope().recipients()).singleElement().satisfies(recipient -> {
            assertThat(recipient.address()).isEqualTo(address);
            assertThat(recipient.spoken()).isEqualTo(spoken);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<>",
                "<bob>",
                "<@y.test>",
                "<bob@>",
                "<b b@y.test>",
                "<b@y..test>",
                "<b@y.test.>",
                "<b@@y.test>",
                "<\"b@y.test>",
                "<b@\u0001>"
            })
    void whatIsNoAddressIsRefused(String spoken) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").send("RCPT TO:" + spoken);
            assertThat(client.reply().get(0)).matches("(553 5\\.1\\.3|501 5\\.5\\.[24]) .*");
            client.say("RCPT TO:<b@y.test>", "250 ");
        }
    }

    static Stream<Arguments> longArguments() {
        String many = "a".repeat(30_000);
        return Stream.of(
                Arguments.of("local part", "<" + many + "@y.test>"),
                Arguments.of("quoted local part", "<\"" + many + "\"@y.test>"),
                Arguments.of("quoted pairs", "<\"" + "\\a".repeat(15_000) + "\"@y.test>"),
                Arguments.of("label", "<a@" + many + ">"),
                Arguments.of("labels", "<a@" + "a.".repeat(15_000) + "test>"),
                Arguments.of("labels and a dot", "<a@" + "a.".repeat(15_000) + ">"),
                Arguments.of("literal", "<a@[" + many + "]>"),
                Arguments.of("source route", "<@a" + ",@a".repeat(10_000) + ":b@y.test>"),
                Arguments.of("broken source route", "<" + "@a,".repeat(10_000) + "b@y.test>"),
                Arguments.of("AUTH", "<a@x.test> AUTH=" + many),
                Arguments.of("AUTH in hexadecimal", "<a@x.test> AUTH=" + "+20".repeat(10_000)),
                Arguments.of("ENVID", "<a@x.test> ENVID=" + many),
                Arguments.of("ORCPT", "<a@x.test> ORCPT=rfc822;" + many),
                Arguments.of("NOTIFY", "<a@x.test> NOTIFY=" + "SUCCESS,".repeat(3_000) + "FAILURE"),
                Arguments.of("keyword", "<a@x.test> " + many),
                Arguments.of("value", "<a@x.test> BODY=" + many),
                Arguments.of("parameters", "<a@x.test>" + " SIZE=1".repeat(4_000)),
                Arguments.of("spaces", "<a@x.test>" + " ".repeat(30_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longArguments")
    void aLongArgumentIsTakenOrRefusedAndTheConnectionGoesOn(String what, String argument) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            for (String command : List.of("MAIL FROM:" + argument, "RSET", "MAIL FROM:<>", "RCPT TO:" + argument)) {
                List<String> reply = client.send(command).reply();
                assertThat(reply).singleElement().asString().matches("(250|501|553|555) \\d\\.\\d\\.\\d .*");
                // RFC 5321 section 4.5.3.1.5, the line's end included
                assertThat(reply.get(0)).hasSizeLessThanOrEqualTo(510);
            }
            client.say("RSET", "250 ").mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void xtextIsAsciiUnlessTheTransactionIsNot() {
        dialogue("""
                S: 220
                C: EHLO client.test
                S: 250
                C: MAIL FROM:<a@x.test> ENVID=\u00e9
                S: 501 5.5.4 Syntax: ENVID=xtext
                C: MAIL FROM:<a@x.test> AUTH=\u00e9
                S: 501 5.5.4 Syntax: AUTH=xtext or <>
                C: MAIL FROM:<a@x.test>
                S: 250
                C: RCPT TO:<b@y.test> ORCPT=utf-8;\u00e9@y.test
                S: 501 5.5.4 Syntax: ORCPT=type;xtext
                C: RSET
                S: 250
                C: MAIL FROM:<a@x.test> SMTPUTF8
                S: 250
                C: RCPT TO:<b@y.test> ORCPT=utf-8;\u00e9@y.test
                S: 250
                """);
    }

    @Test
    void addressesBeyondAsciiNeedSmtputf8() {
        dialogue("""
                S: 220
                C: EHLO client.test
                S: 250
                C: MAIL FROM:<jos\u00e9@x.test>
                S: 553 5.6.7
                C: MAIL FROM:<a@x.test>
                S: 250
                C: RCPT TO:<\u7528\u6237@\u4f8b\u5b50.test>
                S: 553 5.6.7
                C: RSET
                S: 250
                C: MAIL FROM:<jos\u00e9@x.test> SMTPUTF8
                S: 250
                C: RCPT TO:<\u7528\u6237@\u4f8b\u5b50.test>
                S: 250
                C: DATA
                S: 354
                C: .
                S: 250
                """);

        CapturedMail mail = server.takeMail();
        assertThat(mail.envelope().sender().address()).isEqualTo("jos\u00e9@x.test");
        assertThat(mail.envelope().recipientAddresses()).containsExactly("\u7528\u6237@\u4f8b\u5b50.test");
    }

    @Test
    void duplicateRecipientsAreKeptAndTooManyAreRefused() {
        dialogue("""
                S: 220
                C: EHLO client.test
                S: 250
                C: MAIL FROM:<a@x.test>
                S: 250
                C: RCPT TO:<b@y.test>
                S: 250
                C: RCPT TO:<b@y.test>
                S: 250
                C: RCPT TO:<B@y.test>
                S: 250
                C: RCPT TO:<c@y.test>
                S: 452 4.5.3 Too many recipients
                C: DATA
                S: 354
                C: .
                S: 250
                """);

        assertThat(server.takeMail().envelope().recipientAddresses())
                .containsExactly("b@y.test", "b@y.test", "B@y.test");
        assertThat(server.attempts().get(0).recipients()).hasSize(4);
    }

    @Test
    void pipelinedCommandsAreAnsweredInOrderAndAtOnce() {
        try (WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw("""
                    EHLO client.test
                    MAIL FROM:<a@x.test>
                    RCPT TO:<b@y.test>
                    RCPT TO:<nobody>
                    DATA
                    Subject: one

                    1
                    .
                    MAIL FROM:<a@x.test>
                    RCPT TO:<c@y.test>
                    DATA
                    Subject: two

                    2
                    .
                    QUIT
                    """.replace("\n", "\r\n"));
            for (String reply : List.of(
                    "220 ",
                    "250 AUTH",
                    "250 2.1.0",
                    "250 2.1.5",
                    "553 ",
                    "354 ",
                    "250 2.0.0",
                    "250 2.1.0",
                    "250 2.1.5",
                    "354 ",
                    "250 2.0.0",
                    "221 ")) {
                client.expect(reply);
            }
            client.expectEnd();
        }
        assertThat(server.awaitMails(2))
                .extracting(mail -> mail.subject().orElseThrow())
                .containsExactly("one", "two");
    }

    /** Postfix sends DATA along before it knows that nobody was accepted. */
    @Test
    void dataPipelinedBehindRefusedRecipientsIsRefusedToo() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.sendRaw("MAIL FROM:<a@x.test>\r\nRCPT TO:<nobody>\r\nDATA\r\n");
            client.expect("250 ").expect("553 ").expect("554 5.5.1 No valid recipients");
            client.say("RSET", "250 ").mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void aLineThatIsTooLongIsRefusedAndForgotten() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.send("NOOP " + "x".repeat(100_000)).expect("500 5.5.2 Line too long");
            client.send("NOOP " + "x".repeat(30_000)).expect("250 ").mail("a@x.test", "b@y.test");
        }
    }

    @Test
    void linesWithBareLineFeedAndOddOctetsAreSurvived() {
        try (WireDialogue client = WireDialogue.with(server)) {
            client.expect("220 ").sendRaw("EHLO client.test\n").expect("250 ");
            client.sendRaw(new byte[] {'N', 0, 'O', (byte) 0xff, '\r', '\n'}).expect("500 ");
            client.sendRaw("\r\n").expect("500 ").mail("a@x.test", "b@y.test");
        }
        assertThat(server.sessions().get(0).transcript().notes()).contains("that line ended in LF without CR");
    }

    @Test
    void everyReplyButGreetingsAndIntermediateOnesHasAnEnhancedStatusCode() {
        WireDialogue client = WireDialogue.with(server);
        List<String> lines = List.of(
                "MAIL FROM:<a@x.test>",
                "EHLO c.test",
                "FOO",
                "MAIL",
                "MAIL FROM:<a@x.test>",
                "RCPT TO:<b@y.test>",
                "RSET",
                "NOOP",
                "VRFY x",
                "EXPN x",
                "HELP",
                "DATA",
                "BDAT 0 LAST",
                "AUTH X",
                "AUTH PLAIN AGEAYg==",
                "STARTTLS",
                "QUIT");
        client.expect("220 ");
        for (String line : lines) {
            String reply = client.send(line).reply().get(0);
            if (!line.startsWith("EHLO")) {
                assertThat(reply).as(line).matches("(\\d)\\d\\d[ -]\\1\\.\\d+\\.\\d+ .+");
            }
        }
    }

    @Test
    void mailWaitsForLoginAndTlsWhereTheyAreRequired() {
        try (FakeSmtpServer strict = FakeSmtpServer.builder()
                .requireTls()
                .auth(AuthPolicy.anyone().required().onlyInTls())
                .build()
                .start()) {
            dialogue(strict, """
                    S: 220
                    C: EHLO client.test
                    S: 250 STARTTLS
                    C: MAIL FROM:<a@x.test>
                    S: 530 5.7.0 Say STARTTLS first
                    C: AUTH PLAIN AGEAYg==
                    S: 530 5.7.0 Say STARTTLS first
                    C: NOOP
                    S: 250
                    C: VRFY x
                    S: 530 5.7.0 Say STARTTLS first
                    C: RSET
                    S: 530 5.7.0 Say STARTTLS first
                    C: RCPT TO:<b@y.test>
                    S: 530 5.7.0 Say STARTTLS first
                    C: HELO client.test
                    S: 530 5.7.0 Say STARTTLS first
                    C: FOO
                    S: 500
                    C: QUIT
                    S: 221
                    """).close();
            assertThat(strict.attempts())
                    .extracting(attempt -> attempt.stage().name())
                    .containsExactly("MAIL_FROM", "AUTH", "EHLO");
            try (WireDialogue client = WireDialogue.greeted(strict)) {
                client.say("STARTTLS", "220 ")
                        .handshake(strict.tls().sslContext())
                        .say("EHLO client.test", "250 ");
                client.say("MAIL FROM:<a@x.test>", "530 5.7.0 Authentication required")
                        .say("VRFY x", "530 5.7.0 Authentication required")
                        .say("DATA", "530 5.7.0 Authentication required")
                        .say("RSET", "250 ")
                        .say("NOOP", "250 ");
                client.say("AUTH PLAIN AGEAYg==", "235 ").mail("a@x.test", "b@y.test");
            }
        }
    }

    @Test
    void manyMailsOnOneConnection() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            IntStream.range(0, 200).forEach(i -> client.mail("a@x.test", "b" + i + "@y.test"));
        }
        assertThat(server.mails()).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    void octetsThatNoCommandMayHaveAreRefusedAndTheConversationGoesOn() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> \r SIZE=1", "501 5.5.2 A control character")
                    .say("MAIL FROM:<a@x.test>\r", "501 5.5.2 ")
                    .say("MAIL FROM:<a\u0000@x.test>", "501 5.5.2 ");
            client.sendRaw("MAIL FROM:<j\u00f6rg@x.test> SMTPUTF8\r\n".getBytes(StandardCharsets.ISO_8859_1))
                    .expect("501 5.5.2 Octets beyond ASCII must be UTF-8")
                    .say("MAIL FROM:<j\u00f6rg@x.test> SMTPUTF8", "250 ")
                    .say("RCPT TO:<b@y.test>", "250 ")
                    .say("DATA \u000b", "501 ")
                    .say("QUIT", "221 ");
        }
    }

    @Test
    void longArgumentsNeedNoStack() {
        String much = "a".repeat(30_000);
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> AUTH=" + much, "250 ").say("RSET", "250 ");
            client.say("MAIL FROM:<a@x.test> AUTH=" + "+20".repeat(10_000), "250 ")
                    .say("RSET", "250 ");
            client.say("MAIL FROM:<\"" + much + "\"@x.test>", "250 ").say("RSET", "250 ");
            client.say("MAIL FROM:<a@" + "a.".repeat(15_000) + "test>", "250 ").say("RSET", "250 ");
            client.say("MAIL FROM:<@a" + ",@a".repeat(10_000) + ":a@x.test>", "250 ")
                    .say("RSET", "250 ");
            client.say(
                    "MAIL FROM:<a@x.test> " + much, "555 5.5.4 MAIL parameter " + "A".repeat(40) + "... is not known");
        }
    }

    @Test
    void aDisplayNameIsNamedAsTheMistake() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:Bob <a@x.test>", "501 5.5.4 Syntax: MAIL FROM:<address>, without a display name");
        }
    }

    @Test
    void parametersForDeliveryReportsAreAsciiUnlessTheMailIsNot() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> ENVID=\u00fc", "501 5.5.4 ")
                    .say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<b@y.test> ORCPT=utf-8;\u00fc@y.test", "501 5.5.4 ")
                    .say("RSET", "250 ")
                    .say("MAIL FROM:<a@x.test> SMTPUTF8", "250 ")
                    .say("RCPT TO:<b@y.test> ORCPT=utf-8;\u00fc@y.test", "250 ");
        }
    }

    @Test
    void aDeclaredSizeBeyondAnyNumberIsRefusedAndCanBeAskedFor() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test> SIZE=99999999999999999999", "552 5.3.4 ");
        }
        assertThat(server.attempts().get(0).sender().orElseThrow().parameters().size())
                .contains(Long.MAX_VALUE);
    }

    @Test
    void whatWasSaidOfALineThatWasNotEndedIsNoted() {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.sendRaw("MAIL FR").endOutput().expectEnd();
        }
        try (WireDialogue client = WireDialogue.with(server).expect("220 ")) {
            client.sendRaw(new byte[] {0x16, 0x03, 0x01, 0x00, 0x05, 0x01})
                    .endOutput()
                    .expectEnd();
        }
        assertThat(server.sessions().get(0).transcript().notes())
                .containsExactly("7 octets of a line without its end: MAIL FR");
        assertThat(server.sessions().get(1).transcript().notes())
                .containsExactly("the client began a TLS handshake where plain SMTP is spoken");
    }
}
