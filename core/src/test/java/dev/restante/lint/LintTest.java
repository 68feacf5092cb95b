package dev.restante.lint;

import static dev.restante.Script.on;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.STARTTLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.Eventually;
import dev.restante.FakeSmtpServer;
import dev.restante.Hold;
import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.LintFinding.Severity;
import dev.restante.SmtpSession;
import dev.restante.WireDialogue;
import dev.restante.mail.Octets;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Each check of lint, provoked over a socket; and that nothing is found where nothing is wrong. */
@Timeout(60)
class LintTest {
    private static final String DATE = "Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n";
    private static final String FROM = "From: Ann <ann@example.com>\r\n";
    private static final String ID = "Message-ID: <1@example.com>\r\n";
    private static final String GOOD = DATE + FROM + ID + "To: bob@example.com\r\nSubject: hello\r\n";

    /** A way to do something wrong: in a conversation, or in a mail. */
    private record Wrong(LintCheck check, String what, Consumer<FakeSmtpServer> doing) {
        @Override
        public String toString() {
            return check + ": " + what;
        }
    }

    private static Wrong said(LintCheck check, String what, Consumer<WireDialogue> dialogue) {
        return new Wrong(check, what, server -> {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                dialogue.accept(client);
            }
        });
    }

    private static Wrong line(LintCheck check, String line) {
        return said(check, line, client -> {
            client.send(line).reply();
            quit(client);
        });
    }

    private static void quit(WireDialogue client) {
        client.say("QUIT", "221 ").expectEnd();
    }

    private static Wrong sent(LintCheck check, String what, String mail) {
        return sent(check, what, "", mail.getBytes(StandardCharsets.UTF_8));
    }

    private static Wrong sent(LintCheck check, String what, String parameters, byte[] mail) {
        return said(check, what, client -> {
            client.say("MAIL FROM:<ann@example.com>" + parameters, "250 ").say("RCPT TO:<bob@example.com>", "250 ");
            client.sendRaw("BDAT " + mail.length + " LAST\r\n").sendRaw(mail).expect("250 ");
            quit(client);
        });
    }

    private static byte[] octets(Object... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object part : parts) {
            all.writeBytes(part instanceof byte[] octets ? octets : ((String) part).getBytes(StandardCharsets.UTF_8));
        }
        return all.toByteArray();
    }

    private static String mime(String header, String body) {
        return GOOD + "MIME-Version: 1.0\r\n" + header + "\r\n" + body;
    }

    private static Wrong dated(LintCheck check, String date) {
        return sent(check, date, "Date: " + date + "\r\n" + FROM + ID + "\r\nhello\r\n");
    }

    private static Wrong field(LintCheck check, String field) {
        return sent(check, field, GOOD + field + "\r\n\r\nhello\r\n");
    }

    private static Wrong from(LintCheck check, String from) {
        return sent(check, "From: " + from, DATE + ID + "From: " + from + "\r\n\r\nhello\r\n");
    }

    private static Wrong dotted(LintCheck check, String what, String body) {
        return said(check, what, client -> {
            client.envelope("ann@example.com", "bob@example.com").sendRaw(GOOD + "\r\n" + body + "\r\n.\r\n");
            client.expect("250 ");
            quit(client);
        });
    }

    private static List<Wrong> conversations() {
        List<Wrong> all = new ArrayList<>();
        all.add(said(
                LintCheck.BARE_LF_IN_COMMAND,
                "NOOP",
                client -> quit(client.sendRaw("NOOP\n").expect("250 "))));
        all.add(said(
                LintCheck.BARE_LF_IN_COMMAND,
                "within AUTH",
                client -> quit(client.say("AUTH LOGIN", "334 ")
                        .sendRaw("YW5u\n")
                        .expect("334 ")
                        .say("c2VjcmV0", "235 "))));
        all.add(said(
                LintCheck.BARE_CR_IN_COMMAND,
                "NOOP",
                client -> quit(client.sendRaw("NOOP a\rb\r\n").expect("50"))));
        all.add(line(LintCheck.CONTROL_CHARACTER_IN_COMMAND, "NOOP \u0007"));
        all.add(line(LintCheck.COMMAND_NOT_ASCII, "MAIL FROM:<jörg@example.com>"));
        all.add(line(LintCheck.COMMAND_TOO_LONG, "NOOP " + "x".repeat(506)));
        all.add(line(LintCheck.COMMAND_TOO_LONG, "MAIL FROM:<a@example.com> SIZE=100 X=" + "x".repeat(600)));
        all.add(line(LintCheck.COMMAND_TOO_LONG, "NOOP " + "x".repeat(40_000)));
        all.add(line(LintCheck.COMMAND_TOO_LONG, "AUTH XOAUTH2 " + "x".repeat(13_000)));
        all.add(said(LintCheck.COMMAND_TOO_LONG, "within AUTH", client -> {
            client.say("AUTH XOAUTH2", "334 ").say("x".repeat(13_000), "50");
            quit(client);
        }));
        all.add(line(LintCheck.TRAILING_SPACE, "NOOP "));
        all.add(line(LintCheck.TRAILING_SPACE, "MAIL FROM:<a@example.com>\t"));
        all.add(line(LintCheck.UNKNOWN_COMMAND, "GET / HTTP/1.1"));
        all.add(line(LintCheck.UNKNOWN_COMMAND, ""));
        all.add(line(LintCheck.COMMAND_SYNTAX, "MAIL <a@example.com>"));
        all.add(line(LintCheck.COMMAND_SYNTAX, "MAIL TO:<a@example.com>"));
        all.add(line(LintCheck.COMMAND_SYNTAX, "MAIL FROM:Ann <a@example.com>"));
        all.add(line(LintCheck.COMMAND_SYNTAX, "EHLO"));
        all.add(line(LintCheck.COMMAND_SYNTAX, "AUTH"));
        all.add(line(LintCheck.MECHANISM_NOT_OFFERED, "AUTH:PLAIN AGFubgBzZWNyZXQ="));
        all.add(line(LintCheck.COMMAND_SYNTAX, "RSET now"));
        all.add(said(
                LintCheck.COMMAND_SYNTAX,
                "BDAT",
                client -> client.send("BDAT x").reply()));
        all.add(line(LintCheck.SPACE_BEFORE_PATH, "MAIL FROM: <a@example.com>"));
        all.add(line(LintCheck.SPACE_BEFORE_PATH, "MAIL FROM :<a@example.com>"));
        all.add(line(LintCheck.PATH_WITHOUT_BRACKETS, "MAIL FROM:a@example.com"));
        all.add(line(LintCheck.PATH_MALFORMED, "MAIL FROM:<ann>"));
        all.add(line(LintCheck.PATH_MALFORMED, "MAIL FROM:<a..b@example.com>"));
        all.add(line(LintCheck.PATH_MALFORMED, "MAIL FROM:<a@under_score.example>"));
        all.add(line(LintCheck.PATH_MALFORMED, "MAIL FROM:<a@-example.com>"));
        all.add(line(LintCheck.PATH_MALFORMED, "MAIL FROM:<a@[::1]>"));
        all.add(line(LintCheck.SOURCE_ROUTE, "MAIL FROM:<@relay.example:a@example.com>"));
        all.add(line(LintCheck.PATH_TOO_LONG, "MAIL FROM:<" + "a".repeat(65) + "@example.com>"));
        all.add(line(LintCheck.PATH_TOO_LONG, "MAIL FROM:<a@" + "abcdefgh.".repeat(30) + "com>"));
        all.add(new Wrong(LintCheck.NO_GREETING, "MAIL first", server -> {
            try (WireDialogue client =
                    WireDialogue.with(server).expect("220 ").say("MAIL FROM:<a@example.com>", "503 ")) {
                quit(client);
            }
        }));
        all.add(new Wrong(LintCheck.NO_GREETING, "after STARTTLS", server -> {
            try (WireDialogue client = WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
                client.handshake(server.tls().sslContext()).say("MAIL FROM:<a@example.com>", "503 ");
                quit(client);
            }
        }));
        for (String name :
                List.of("my_host", "client..test", "-x.test", "<client.test>", "[::1]", "[300.1.1.1]", "a@b")) {
            all.add(line(LintCheck.EHLO_NOT_A_DOMAIN, "EHLO " + name));
        }
        for (String ip : List.of("127.0.0.1", "::1", "2001:db8::7", "::ffff:10.0.0.1")) {
            all.add(line(LintCheck.EHLO_BARE_IP, "EHLO " + ip));
        }
        all.add(line(LintCheck.EHLO_LOCALHOST, "EHLO localhost"));
        all.add(line(LintCheck.EHLO_LOCALHOST, "EHLO localhost.localdomain"));
        all.add(line(LintCheck.EHLO_NOT_QUALIFIED, "EHLO laptop"));
        all.add(new Wrong(LintCheck.HELO_FOR_EHLO, "HELO", server -> {
            try (WireDialogue client = WireDialogue.with(server).expect("220 ").say("HELO client.test", "250 ")) {
                quit(client);
            }
        }));
        all.add(line(LintCheck.OUT_OF_SEQUENCE, "RCPT TO:<b@example.com>"));
        all.add(line(LintCheck.OUT_OF_SEQUENCE, "DATA"));
        all.add(said(
                LintCheck.OUT_OF_SEQUENCE,
                "DATA before RCPT",
                client -> quit(client.say("MAIL FROM:<a@example.com>", "250 ").say("DATA", "503 "))));
        all.add(said(
                LintCheck.OUT_OF_SEQUENCE,
                "MAIL twice",
                client -> quit(
                        client.say("MAIL FROM:<a@example.com>", "250 ").say("MAIL FROM:<a@example.com>", "503 "))));
        all.add(said(
                LintCheck.OUT_OF_SEQUENCE,
                "RCPT after the mail",
                client -> quit(client.mail("a@example.com", "b@example.com").say("RCPT TO:<c@example.com>", "503 "))));
        all.add(said(
                LintCheck.OUT_OF_SEQUENCE,
                "AUTH twice",
                client -> quit(
                        client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ").say("AUTH PLAIN AGFubgBzZWNyZXQ=", "503 "))));
        all.add(said(
                LintCheck.OUT_OF_SEQUENCE,
                "AUTH in a transaction",
                client -> quit(
                        client.say("MAIL FROM:<a@example.com>", "250 ").say("AUTH PLAIN AGFubgBzZWNyZXQ=", "503 "))));
        all.add(said(
                LintCheck.OUT_OF_SEQUENCE,
                "DATA after BDAT",
                client -> quit(client.say("MAIL FROM:<a@example.com>", "250 ")
                        .say("RCPT TO:<b@example.com>", "250 ")
                        .say("BDAT 0", "250 ")
                        .say("DATA", "503 "))));
        all.add(said(
                LintCheck.OUT_OF_SEQUENCE,
                "RCPT after BDAT",
                client -> quit(client.say("MAIL FROM:<a@example.com>", "250 ")
                        .say("RCPT TO:<b@example.com>", "250 ")
                        .say("BDAT 0", "250 ")
                        .say("RCPT TO:<c@example.com>", "503 "))));
        all.add(said(
                LintCheck.BINARY_NEEDS_BDAT,
                "DATA",
                client -> quit(client.say("MAIL FROM:<a@example.com> BODY=BINARYMIME", "250 ")
                        .say("RCPT TO:<b@example.com>", "250 ")
                        .say("DATA", "503 "))));
        all.add(new Wrong(LintCheck.EARLY_TALKER, "EHLO", server -> {
            var banner = server.hold(CONNECT);
            try (WireDialogue client = WireDialogue.with(server).send("EHLO client.test")) {
                banner.awaitReached();
                banner.release();
                client.expect("220 ").expect("250 ");
                quit(client);
            }
        }));
        all.add(new Wrong(LintCheck.PIPELINING_NOT_OFFERED, "after HELO", server -> {
            try (WireDialogue client = WireDialogue.with(server).expect("220 ").say("HELO client.test", "250 ")) {
                client.sendRaw("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n")
                        .expect("250 ")
                        .expect("250 ");
                quit(client);
            }
        }));
        all.add(new Wrong(LintCheck.PIPELINING_NOT_OFFERED, "hidden", server -> {
            server.script(on(EHLO).hide("PIPELINING").always());
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.sendRaw("MAIL FROM:<a@example.com>\r\nRSET\r\n")
                        .expect("250 ")
                        .expect("250 ");
                quit(client);
            }
        }));
        all.add(new Wrong(LintCheck.PIPELINING_NOT_LAST, "EHLO", server -> {
            try (WireDialogue client = WireDialogue.with(server).expect("220 ")) {
                client.sendRaw("EHLO client.test\r\nMAIL FROM:<a@example.com>\r\n")
                        .expect("250 ")
                        .expect("250 ");
                quit(client);
            }
        }));
        all.add(said(LintCheck.PIPELINING_NOT_LAST, "DATA and the body", client -> {
            client.say("MAIL FROM:<a@example.com>", "250 ").say("RCPT TO:<b@example.com>", "250 ");
            client.sendRaw("DATA\r\n" + GOOD + "\r\nhello\r\n.\r\n")
                    .expect("354 ")
                    .expect("250 ");
            quit(client);
        }));
        all.add(said(LintCheck.PIPELINING_NOT_LAST, "AUTH and the answers", client -> {
            client.sendRaw("AUTH LOGIN\r\nYW5u\r\nc2VjcmV0\r\n")
                    .expect("334 ")
                    .expect("334 ")
                    .expect("235 ");
            quit(client);
        }));
        for (String verb : List.of("NOOP", "VRFY x", "EXPN x", "HELP")) {
            all.add(said(LintCheck.PIPELINING_NOT_LAST, verb, client -> {
                client.sendRaw(verb + "\r\nRSET\r\n").reply();
                client.expect("250 ");
                quit(client);
            }));
        }
        all.add(said(
                LintCheck.PIPELINING_NOT_LAST,
                "QUIT",
                client -> client.sendRaw("QUIT\r\nNOOP\r\n").expect("221 ")));
        all.add(line(LintCheck.PARAMETER_NOT_OFFERED, "MAIL FROM:<a@example.com> MT-PRIORITY=3"));
        all.add(line(LintCheck.PARAMETER_NOT_OFFERED, "MAIL FROM:<a@example.com> HOLDFOR=60"));
        all.add(new Wrong(LintCheck.PARAMETER_NOT_OFFERED, "SIZE hidden", server -> {
            server.script(on(EHLO).hide("SIZE").always());
            try (WireDialogue client = WireDialogue.greeted(server).say("MAIL FROM:<a@example.com> SIZE=10", "250 ")) {
                quit(client);
            }
        }));
        all.add(new Wrong(LintCheck.PARAMETER_NOT_OFFERED, "DSN hidden", server -> {
            server.script(on(EHLO).hide("DSN").always());
            try (WireDialogue client = WireDialogue.greeted(server).say("MAIL FROM:<a@example.com>", "250 ")) {
                client.say("RCPT TO:<b@example.com> NOTIFY=NEVER", "250 ");
                quit(client);
            }
        }));
        all.add(new Wrong(LintCheck.PARAMETER_NOT_OFFERED, "after HELO", server -> {
            try (WireDialogue client = WireDialogue.with(server).expect("220 ").say("HELO client.test", "250 ")) {
                client.say("MAIL FROM:<a@example.com> SIZE=10", "555 ");
                quit(client);
            }
        }));
        all.add(new Wrong(LintCheck.COMMAND_NOT_OFFERED, "BDAT", server -> {
            server.script(on(EHLO).hide("CHUNKING").always());
            try (WireDialogue client = WireDialogue.greeted(server).say("MAIL FROM:<a@example.com>", "250 ")) {
                client.say("RCPT TO:<b@example.com>", "250 ").sendRaw("BDAT 4 LAST\r\na\r\n\r\n");
                client.expect("250 ");
                client.expect("500 ");
            }
        }));
        all.add(new Wrong(LintCheck.COMMAND_NOT_OFFERED, "STARTTLS", server -> {
            server.script(on(EHLO).hide("STARTTLS").always());
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.send("STARTTLS").reply();
            }
        }));
        for (String parameters : List.of(
                "SIZE=abc",
                "BODY=FOO",
                "SMTPUTF8=1",
                "RET=foo",
                "ENVID=a+2bb",
                "AUTH=a+b",
                "SIZE=1 SIZE=2",
                "NOTIFY=NEVER",
                "BODY")) {
            all.add(line(LintCheck.COMMAND_SYNTAX, "MAIL FROM:<ann@example.com> " + parameters));
        }
        for (String parameters :
                List.of("NOTIFY=NEVER,SUCCESS", "NOTIFY=", "ORCPT=x@y.test", "RET=FULL", "NOTIFY=DELAY,DELAY")) {
            all.add(said(
                    LintCheck.COMMAND_SYNTAX,
                    "RCPT " + parameters,
                    client -> client.say("MAIL FROM:<ann@example.com>", "250 ")
                            .send("RCPT TO:<bob@example.com> " + parameters)
                            .reply()));
        }
        for (String chunk : List.of("\r\n.\r\nNOOP\r\n", "BDAT")) {
            all.add(new Wrong(LintCheck.PIPELINING_NOT_OFFERED, "behind a body " + chunk, server -> {
                server.script(on(EHLO).hide("PIPELINING").always());
                try (WireDialogue client = WireDialogue.greeted(server)) {
                    if (chunk.equals("BDAT")) {
                        client.say("MAIL FROM:<a@example.com>", "250 ").say("RCPT TO:<b@example.com>", "250 ");
                        client.sendRaw("BDAT 2 LAST\r\nabNOOP\r\n");
                    } else {
                        client.envelope("a@example.com", "b@example.com").sendRaw(GOOD + "\r\nhello" + chunk);
                    }
                    client.expect("250 ").expect("250 ");
                    quit(client);
                }
            }));
        }
        all.add(new Wrong(LintCheck.PLAIN_TEXT_AHEAD_OF_TLS, "while the reply is late", server -> {
            Hold hold = server.hold(STARTTLS);
            try (WireDialogue client = WireDialogue.greeted(server).send("STARTTLS")) {
                hold.awaitReached();
                client.sendRaw("EHLO client.test\r\n").expectSilence(20);
                hold.release();
                client.expect("220 ");
            }
        }));
        all.add(line(LintCheck.MECHANISM_NOT_OFFERED, "AUTH NTLM"));
        all.add(line(LintCheck.AUTH_IN_CLEAR, "AUTH PLAIN AGFubgBzZWNyZXQ="));
        all.add(said(
                LintCheck.AUTH_IN_CLEAR,
                "LOGIN",
                client -> quit(
                        client.say("AUTH LOGIN", "334 ").say("YW5u", "334 ").say("c2VjcmV0", "235 "))));
        all.add(said(
                LintCheck.PLAIN_TEXT_AHEAD_OF_TLS,
                "EHLO",
                client -> client.sendRaw("STARTTLS\r\nEHLO client.test\r\n").expect("220 ")));
        all.add(said(
                LintCheck.TLS_ON_PLAIN_PORT,
                "ClientHello",
                client -> client.sendRaw(new byte[] {22, 3, 1, 0, 3, 1, 0, 0}).reply()));
        all.add(said(LintCheck.NO_QUIT, "closed", client -> client.say("NOOP", "250 ")));
        all.add(dotted(LintCheck.DOT_NOT_STUFFED, ".hidden", ".hidden"));
        all.add(dotted(LintCheck.SMUGGLING_SEQUENCE, "CRLF.LF", "a\r\n.\nMAIL FROM:<x@example.com>"));
        all.add(dotted(LintCheck.SMUGGLING_SEQUENCE, "CRLF.CR", "a\r\n.\rb"));
        for (String before : List.of("\n", "\r", "\r\n")) {
            for (String after : List.of("\n", "\r", "\r\n")) {
                if (!(before + after).equals("\r\n\r\n")) {
                    String body = "a" + before + "." + after + "b";
                    all.add(dotted(LintCheck.SMUGGLING_SEQUENCE, body, body));
                    if (!before.equals("\r\n")) { // there the dot is stuffed, should DATA be said of it
                        all.add(sent(LintCheck.SMUGGLING_SEQUENCE, "BDAT " + body, GOOD + "\r\n" + body + "\r\n"));
                    }
                }
            }
        }
        for (String end : List.of("\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r")) {
            all.add(said(LintCheck.FALSE_END_OF_DATA, end, client -> {
                client.envelope("a@example.com", "b@example.com").sendRaw(GOOD + "\r\nhello" + end);
                client.expectSilence(30);
            }));
            all.add(said(LintCheck.FALSE_END_OF_DATA, "octet by octet " + end, client -> {
                client.envelope("a@example.com", "b@example.com").sendRaw(GOOD + "\r\nhello");
                for (int i = 0; i < end.length(); i++) {
                    client.expectSilence(5).sendRaw(end.substring(i, i + 1));
                }
                client.expectSilence(30);
            }));
        }
        return all;
    }

    private static List<Wrong> mails() {
        List<Wrong> all = new ArrayList<>();
        all.add(dotted(LintCheck.BARE_LF, "LF", "one\ntwo"));
        all.add(dotted(LintCheck.BARE_CR, "CR", "one\rtwo"));
        all.add(sent(LintCheck.BARE_CR, "CR at the end", GOOD + "\r\nhello\r"));
        all.add(dotted(LintCheck.NUL_OCTET, "NUL", "one\0two"));
        all.add(dotted(LintCheck.LINE_TOO_LONG, "999", "x".repeat(999)));
        all.add(field(LintCheck.LINE_TOO_LONG, "X-Long: " + "x".repeat(1_000)));
        all.add(dotted(LintCheck.EIGHT_BIT_UNDECLARED, "8-bit", "gr\u00fc\u00dfe"));
        all.add(sent(
                LintCheck.EIGHT_BIT_UNDECLARED, "BODY=7BIT", " BODY=7BIT", octets(GOOD, "\r\ngr\u00fc\u00dfe\r\n")));
        all.add(sent(LintCheck.BINARY_UNDECLARED, "binary", mime("Content-Transfer-Encoding: binary\r\n", "x\r\n")));
        all.add(sent(LintCheck.SIZE_EXCEEDED, "SIZE", " SIZE=20", octets(GOOD, "\r\nhello\r\n")));
        all.add(sent(LintCheck.DATE_MISSING, "Date", FROM + ID + "\r\nhello\r\n"));
        all.add(sent(LintCheck.FROM_MISSING, "From", DATE + ID + "\r\nhello\r\n"));
        all.add(sent(LintCheck.MESSAGE_ID_MISSING, "Message-ID", DATE + FROM + "\r\nhello\r\n"));
        all.add(sent(LintCheck.DATE_MISSING, "nothing at all", ""));
        all.add(from(LintCheck.SENDER_MISSING, "ann@example.com, bob@example.com"));
        for (String name : List.of(
                "Subject",
                "Date",
                "From",
                "To",
                "Message-ID",
                "Reply-To",
                "Cc",
                "Sender",
                "References",
                "In-Reply-To",
                "MIME-Version",
                "Content-Type")) {
            all.add(sent(
                    LintCheck.DUPLICATE_HEADER,
                    name,
                    GOOD + name + ": a\r\n" + name.toLowerCase(Locale.ROOT) + ": b\r\n\r\nhello\r\n"));
        }
        for (String date : List.of(
                "yesterday",
                "2026-11-23T12:00:00Z",
                "Tue, 23 Nov 2026 12:00:00 +0000",
                "Mon, 31 Feb 2026 12:00:00 +0000",
                "Mon, 23 Nov 2026 25:00:00 +0000",
                "Mon Nov 23 12:00:00 2026",
                "")) {
            all.add(dated(LintCheck.DATE_MALFORMED, date));
        }
        for (String date : List.of("Mon, 23 Nov 2026 12:00:00 GMT", "Mon, 23 Nov 26 12:00:00 +0000")) {
            all.add(dated(LintCheck.DATE_OBSOLETE, date));
        }
        for (String id :
                List.of("1@example.com", "<1>", "<>", "<a b@example.com>", "<1@example.com> <2@example.com>", "")) {
            all.add(sent(LintCheck.MESSAGE_ID_MALFORMED, id, DATE + FROM + "Message-ID: " + id + "\r\n\r\nhello\r\n"));
        }
        for (String from : List.of(
                "",
                "Ann",
                "ann@",
                "@example.com",
                "ann@example.com bob@example.com",
                "Ann <ann@example.com",
                "<ann@example.com>>",
                "Smith, Ann <ann@example.com>",
                "ann..a@example.com",
                "\"Ann <ann@example.com>",
                "Ann <ann @ example . com>",
                "ann(@example.com")) {
            all.add(from(LintCheck.ADDRESS_MALFORMED, from));
        }
        for (String from : List.of("Ann A. Smith <ann@example.com>", "ann@example.com,", ",ann@example.com,,")) {
            all.add(from(LintCheck.ADDRESS_OBSOLETE, from));
        }
        for (String from : List.of(",", ". <ann@example.com>", "Ann. ann@example.com", "a.b", "<.ann@example.com>")) {
            all.add(from(LintCheck.ADDRESS_MALFORMED, from));
        }
        all.add(field(LintCheck.ADDRESS_MALFORMED, "Cc:"));
        all.add(field(LintCheck.ADDRESS_MALFORMED, "Sender: a@example.com, b@example.com"));
        all.add(field(LintCheck.ADDRESS_MALFORMED, "Reply-To: a@example.com; b@example.com"));
        all.add(field(LintCheck.BCC_HEADER, "Bcc: carol@example.com"));
        all.add(field(LintCheck.HEADER_MALFORMED, "this is no field"));
        all.add(field(LintCheck.HEADER_MALFORMED, ": without a name"));
        all.add(field(LintCheck.HEADER_MALFORMED, "X\u00fc: y"));
        all.add(sent(LintCheck.HEADER_MALFORMED, "From line", "From ann Mon Nov 23\r\n" + GOOD + "\r\nhello\r\n"));
        all.add(sent(LintCheck.HEADER_MALFORMED, "continuation first", " x\r\n" + GOOD + "\r\nhello\r\n"));
        all.add(field(LintCheck.HEADER_OBSOLETE, "X-Spaced : y"));
        all.add(field(LintCheck.HEADER_OBSOLETE, "X-Folded: y\r\n \r\n z"));
        all.add(field(LintCheck.HEADER_NOT_ASCII, "X-Name: J\u00f6rg"));
        all.add(field(LintCheck.ENCODED_WORD_TOO_LONG, "X-Name: =?utf-8?Q?" + "x".repeat(70) + "?="));
        for (String word : List.of(
                "=?utf-8?X?abc?=",
                "=?nonsense?Q?abc?=",
                "=?utf-8?Q?a b?=",
                "=?utf-8?Q?a=?=",
                "=?utf-8?B?abc?=",
                "=?utf-8?B?a*c=?=",
                "a=?utf-8?Q?b?=",
                "=?utf-8?Q?a?==?utf-8?Q?b?=")) {
            all.add(field(LintCheck.ENCODED_WORD_MALFORMED, "X-Name: " + word));
        }
        all.add(field(LintCheck.ENCODED_WORD_MISPLACED, "Cc: \"=?utf-8?Q?J=C3=B6rg?=\" <j@example.com>"));
        all.add(field(LintCheck.ENCODED_WORD_MISPLACED, "Cc: <=?utf-8?Q?J=C3=B6rg?=@example.com>"));
        all.add(sent(
                LintCheck.ENCODED_WORD_IN_PARAMETER,
                "name",
                mime("Content-Type: text/plain; name=\"=?utf-8?Q?J=C3=B6rg?=\"\r\n", "hello\r\n")));
        all.add(field(LintCheck.MIME_VERSION_MISSING, "Content-Type: text/plain"));
        all.add(field(LintCheck.MIME_VERSION_MISSING, "MIME-Version: 2.0"));
        all.add(sent(LintCheck.CONTENT_TYPE_MALFORMED, "type", mime("Content-Type: text\r\n", "hello\r\n")));
        all.add(sent(
                LintCheck.TRANSFER_ENCODING_UNKNOWN,
                "8-bit",
                mime("Content-Transfer-Encoding: 8-bit\r\n", "hello\r\n")));
        all.add(sent(
                LintCheck.TRANSFER_ENCODING_NOT_ALLOWED,
                "multipart",
                mime(
                        "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n",
                        "--b\r\n\r\nx\r\n--b--\r\n")));
        all.add(sent(
                LintCheck.EIGHT_BIT_IN_7BIT_PART,
                "part",
                " BODY=8BITMIME",
                octets(mime("Content-Type: text/plain; charset=utf-8\r\n", "gr\u00fc\u00dfe\r\n"))));
        all.add(
                sent(
                        LintCheck.EIGHT_BIT_IN_7BIT_MULTIPART,
                        "multipart",
                        " BODY=8BITMIME",
                        octets(
                                mime(
                                        "Content-Type: multipart/mixed; boundary=b\r\n",
                                        "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u00fc\r\n--b--\r\n"))));
        all.add(sent(
                LintCheck.BASE64_LINE_TOO_LONG,
                "80",
                mime("Content-Transfer-Encoding: base64\r\n", "QUJD".repeat(20) + "\r\n")));
        all.add(sent(
                LintCheck.QUOTED_PRINTABLE_LINE_TOO_LONG,
                "77",
                mime("Content-Transfer-Encoding: quoted-printable\r\n", "x".repeat(77) + "\r\n")));
        all.add(sent(LintCheck.CONTENT_BROKEN, "base64", mime("Content-Transfer-Encoding: base64\r\n", "QUJ!\r\n")));
        all.add(sent(
                LintCheck.CONTENT_BROKEN,
                "quoted-printable",
                mime("Content-Transfer-Encoding: quoted-printable\r\n", "100 =% sure\r\n")));
        all.add(sent(
                LintCheck.BOUNDARY_MISSING,
                "none",
                mime("Content-Type: multipart/mixed\r\n", "--b\r\n\r\nx\r\n--b--\r\n")));
        all.add(sent(
                LintCheck.BOUNDARY_MISSING, "never", mime("Content-Type: multipart/mixed; boundary=b\r\n", "x\r\n")));
        all.add(sent(
                LintCheck.BOUNDARY_NOT_CLOSED,
                "open",
                mime("Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n\r\nx\r\n")));
        all.add(sent(
                LintCheck.BOUNDARY_NOT_CLOSED,
                "inner",
                mime(
                        "Content-Type: multipart/mixed; boundary=b\r\n",
                        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--b--\r\n")));
        String longest = "b".repeat(71);
        all.add(sent(
                LintCheck.BOUNDARY_MALFORMED,
                "71",
                mime(
                        "Content-Type: multipart/mixed; boundary=" + longest + "\r\n",
                        "--" + longest + "\r\n\r\nx\r\n--" + longest + "--\r\n")));
        all.add(sent(
                LintCheck.CHARSET_MISSING,
                "none",
                " BODY=8BITMIME",
                octets(mime("Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n", "\u00fc\r\n"))));
        all.add(sent(
                LintCheck.CHARSET_UNKNOWN, "unknown", mime("Content-Type: text/plain; charset=nonsense\r\n", "x\r\n")));
        all.add(sent(
                LintCheck.CHARSET_VIOLATED,
                "Latin-1",
                " BODY=8BITMIME",
                octets(
                        mime("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n", ""),
                        new byte[] {'J', (byte) 0xf6, 'r', 'g'},
                        "\r\n")));
        return all;
    }

    private static Stream<Wrong> everything() {
        return Stream.concat(conversations().stream(), mails().stream());
    }

    @TestFactory
    Stream<DynamicTest> everyCheckFindsWhatItLooksFor() {
        return everything()
                .map(wrong -> DynamicTest.dynamicTest(printable(wrong.toString()), () -> {
                    try (FakeSmtpServer server =
                            FakeSmtpServer.builder().startTls().build().start()) {
                        wrong.doing.accept(server);
                        LintFinding finding = awaited(server, wrong.check);
                        assertThat(finding.message()).endsWith(".");
                        assertThat(finding.reference()).startsWith("RFC ");
                        assertThat(finding.count()).isPositive();
                        assertThat(finding.toString()).contains(wrong.check.code(), finding.reference());
                    }
                }));
    }

    private static String printable(String text) {
        String shown = text.replace("\r", "CR").replace("\n", "LF").replaceAll("\\p{Cntrl}", "?");
        return shown.length() > 80 ? shown.substring(0, 80) + "..." : shown;
    }

    /** The session goes on for a moment after its client has seen the end. */
    private static LintFinding awaited(FakeSmtpServer server, LintCheck check) {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (true) {
            List<LintFinding> all = new ArrayList<>();
            server.sessions().forEach(session -> all.addAll(session.lint()));
            server.mails().forEach(mail -> all.addAll(mail.lint()));
            for (LintFinding finding : all) {
                if (finding.check() == check) {
                    return finding;
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Expected " + check + ", but found " + all + "\n" + server.sessions());
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void everyCheckIsProvoked() {
        Set<LintCheck> provoked = EnumSet.noneOf(LintCheck.class);
        everything().forEach(wrong -> provoked.add(wrong.check));
        assertThat(EnumSet.complementOf(EnumSet.copyOf(provoked))).isEmpty();
    }

    /** What looks odd and is right: nothing must be found. */
    private static Map<String, Consumer<FakeSmtpServer>> rightful() {
        Map<String, Consumer<FakeSmtpServer>> all = new LinkedHashMap<>();
        all.put("a plain mail", server -> mail(server, GOOD + "\r\nhello\r\n"));
        all.put("doubled dots", server -> mail(server, GOOD + "\r\n..\r\n..hidden\r\n...\r\n..\r\n"));
        all.put("lines of 998 octets", server -> mail(server, GOOD + "\r\n" + "x".repeat(998) + "\r\n"));
        all.put(
                "a group, a comment, a quoted name",
                server -> mail(
                        server,
                        DATE + ID
                                + "From: \"Smith, Ann (B.)\" <\"a b\"@example.com> (home)\r\n"
                                + "To: team: bob@example.com, Carol <c@[192.0.2.1]>;, undisclosed recipients:;\r\nBcc:\r\n"
                                + "Reply-To: Ann\r\n <ann@example.com>,\r\n bob@example.com\r\n\r\nhello\r\n"));
        all.put(
                "a blind copy of its own",
                server -> mail(server, GOOD + "Bcc: Bob <BOB@example.com>\r\n\r\nhello\r\n"));
        all.put(
                "dates",
                server -> mail(server, "Date: 23 Nov 2026 12:00 -0330 (NST)\r\n" + FROM + ID + "\r\nhello\r\n"));
        all.put(
                "encoded words",
                server -> mail(
                        server,
                        DATE + ID + "From: =?utf-8?Q?J=C3=B6rg?= <j@example.com>\r\n"
                                + "Subject: =?utf-8?B?Z3LDvMOfZQ==?=\r\n =?iso-8859-1*de?Q?a?= b\r\n\r\nhello\r\n"));
        all.put("pipelining as it was offered", server -> {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                for (int i = 0; i < 2; i++) {
                    client.send(String.join(
                            "\r\n",
                            "RSET",
                            "MAIL FROM:<ann@example.com> SIZE=300 BODY=8BITMIME RET=HDRS ENVID=x",
                            "RCPT TO:<bob@example.com> NOTIFY=NEVER ORCPT=rfc822;bob@example.com",
                            "DATA"));
                    client.expect("250 ").expect("250 ").expect("250 ").expect("354 ");
                    client.sendRaw(GOOD + "\r\nhello\r\n.\r\n" + (i == 0 ? "RSET\r\n" : ""))
                            .expect("250 ");
                    if (i == 0) {
                        client.expect("250 ");
                    }
                }
                quit(client);
            }
        });
        all.put("a sender that is refused, and what was pipelined behind it", server -> {
            server.script(on(MAIL_FROM).reply(451, "4.3.0 Later").once());
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.send(String.join("\r\n", "MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.com>", "DATA"));
                client.expect("451 ").expect("503 ").expect("503 ");
                quit(client);
            }
        });
        all.put("chunks", server -> {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.sendRaw("MAIL FROM:<ann@example.com> BODY=BINARYMIME\r\nRCPT TO:<bob@example.com>\r\nBDAT ");
                byte[] mail = octets(
                        mime("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n", ""),
                        new byte[] {0, '\n', '\r', (byte) 0xff, '\n', '.', '\n'},
                        new byte[2_000]);
                client.sendRaw((mail.length - 5) + "\r\n").sendRaw(Arrays.copyOf(mail, mail.length - 5));
                client.sendRaw("BDAT 5 LAST\r\n").sendRaw(new byte[5]);
                client.expect("250 ").expect("250 ").expect("250 ").expect("250 ");
                quit(client);
            }
        });
        all.put("SMTPUTF8", server -> {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("MAIL FROM:<j\u00f6rg@b\u00fccher.example> SMTPUTF8 BODY=8BITMIME", "250 ");
                client.say("RCPT TO:<\u7528\u6237@example.com>", "250 ").say("DATA", "354 ");
                client.sendRaw(DATE + ID + "From: J\u00f6rg <j\u00f6rg@b\u00fccher.example>\r\nMIME-Version: 1.0\r\n"
                                + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                                + "gr\u00fc\u00dfe\r\n.\r\n")
                        .expect("250 ");
                quit(client);
            }
        });
        all.put("TLS, then a login", server -> {
            try (WireDialogue client = WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
                client.handshake(server.tls().sslContext()).say("EHLO [IPv6:2001:db8::1]", "250 ");
                client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ").say("MAIL FROM:<>", "250 ");
                client.say("RCPT TO:<Postmaster>", "250 ").say("RSET", "250 ");
                quit(client);
            }
        });
        all.put("LMTP", server -> {
            try (WireDialogue client =
                    WireDialogue.with(server.host(), server.lmtpPort()).expect("220 ")) {
                client.say("LHLO client.test", "250 ").say("MAIL FROM:<ann@example.com>", "250 ");
                client.say("RCPT TO:<bob@example.com>", "250 ").say("RCPT TO:<carol@example.com>", "250 ");
                client.say("DATA", "354 ")
                        .sendRaw(GOOD + "\r\nhello\r\n.\r\n")
                        .expect("250 ")
                        .expect("250 ");
                client.say("MAIL FROM:<ann@example.com>", "250 ").say("RSET", "250 ");
                quit(client);
            }
        });
        all.put("a long token", server -> {
            try (WireDialogue client = WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
                client.handshake(server.tls().sslContext()).say("EHLO [192.0.2.1]", "250 ");
                client.send("AUTH XOAUTH2 " + "QUJD".repeat(2_500)).reply();
                quit(client);
            }
        });
        all.put("a challenge and response in clear", server -> {
            try (WireDialogue client = WireDialogue.greeted(server).say("AUTH CRAM-MD5", "334 ")) {
                client.say("*", "501 ");
                quit(client);
            }
        });
        all.put("groups as RFC 6854 has them", server -> {
            mail(server, DATE + ID + "From: Undisclosed:;\r\n\r\nhello\r\n");
            mail(server, DATE + ID + "From: Group: ann@example.com;\r\n\r\nhello\r\n");
        });
        all.put(
                "references",
                server -> mail(
                        server,
                        GOOD + "In-Reply-To: <a@b.test>\r\nReferences: <a@b.test>\r\n <c@d.test> (x) <e@f.test>\r\n"
                                + "\r\nhello\r\n"));
        all.put("an end of data that comes in pieces", server -> {
            for (int cut = 1; cut < 5; cut++) {
                try (WireDialogue client = WireDialogue.greeted(server)) {
                    client.envelope("ann@example.com", "bob@example.com").sendRaw(GOOD + "\r\nhello");
                    String end = "\r\n.\r\n";
                    client.sendRaw(end.substring(0, cut)).expectSilence(40).sendRaw(end.substring(cut));
                    client.expect("250 ");
                    quit(client);
                }
            }
        });
        all.put("a mail whose last line end is that of DATA", server -> {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                String mail = GOOD + "\r\nno newline";
                client.say("MAIL FROM:<ann@example.com> SIZE=" + mail.length(), "250 ")
                        .say("RCPT TO:<bob@example.com>", "250 ")
                        .say("DATA", "354 ")
                        .sendRaw(mail + "\r\n.\r\n")
                        .expect("250 ");
                quit(client);
            }
        });
        all.put("a binary part without a line end", server -> {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                String mail = mime(
                        "Content-Type: multipart/mixed; boundary=b\r\n",
                        "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                                + "x".repeat(3_000) + "\r\n--b--\r\n");
                client.say("MAIL FROM:<ann@example.com> BODY=BINARYMIME", "250 ")
                        .say("RCPT TO:<bob@example.com>", "250 ");
                client.sendRaw("BDAT " + mail.length() + " LAST\r\n" + mail).expect("250 ");
                quit(client);
            }
        });
        all.put("questions in UTF-8", server -> {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                client.say("VRFY j\u00f6rg SMTPUTF8", "252 ");
                quit(client);
            }
        });
        all.put("HELO where EHLO is refused", server -> {
            server.script(on(EHLO).reply(502, "5.5.1 Not implemented").once());
            try (WireDialogue client = WireDialogue.with(server)) {
                client.expect("220 ").say("EHLO client.test", "502 ").say("HELO client.test", "250 ");
                quit(client);
            }
        });
        all.put("a login behind TLS, after a reset", server -> {
            try (WireDialogue client = WireDialogue.greeted(server).say("STARTTLS", "220 ")) {
                client.handshake(server.tls().sslContext()).say("EHLO client.test", "250 ");
                server.reset();
                client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ");
                quit(client);
            }
        });
        all.put("a login for another client", server -> {
            try (FakeSmtpServer trusting = FakeSmtpServer.builder()
                            .xclient("127.0.0.1")
                            .startTls()
                            .build()
                            .start();
                    WireDialogue client = WireDialogue.greeted(trusting)) {
                client.say("STARTTLS", "220 ").handshake(trusting.tls().sslContext());
                client.say("EHLO client.test", "250 ").say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ");
                client.say("XCLIENT ADDR=192.0.2.52", "220 ").say("EHLO client.test", "250 ");
                client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ");
                quit(client);
                assertThat(trusting.sessions().get(0).lint()).isEmpty();
            }
        });
        all.put("a client that a rule left alone", server -> {
            server.script(on(NOOP).stall().once());
            try (WireDialogue client = WireDialogue.greeted(server).send("NOOP")) {
                client.expectSilence(50);
            }
        });
        return all;
    }

    private static void mail(FakeSmtpServer server, String mail) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.envelope("ann@example.com", "bob@example.com")
                    .sendRaw(mail + ".\r\n")
                    .expect("250 ");
            quit(client);
        }
    }

    @TestFactory
    Stream<DynamicTest> whatIsRightIsNotFoundWrong() {
        return rightful().entrySet().stream()
                .map(right -> DynamicTest.dynamicTest(right.getKey(), () -> {
                    try (FakeSmtpServer server = FakeSmtpServer.builder()
                            .startTls()
                            .lmtpPort(0)
                            .build()
                            .start()) {
                        right.getValue().accept(server);
                        Eventually.isTrue(
                                "the client is gone",
                                () -> server.sessions().stream().noneMatch(SmtpSession::isOpen));
                        for (SmtpSession session : server.sessions()) {
                            assertThat(session.lint()).as(session.toString()).isEmpty();
                        }
                        for (CapturedMail mail : server.mails()) {
                            assertThat(mail.lint()).as(mail.toString()).isEmpty();
                        }
                    }
                }));
    }

    @Test
    void aMailHasTheFindingsOfItsOwnTransactionAndOfWhatCameBeforeAny() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.with(server).expect("220 ")) {
            client.say("EHLO 127.0.0.1", "250 ").say("MAIL FROM: <a@example.com>", "250 ");
            client.say("RCPT TO:<b@example.com>", "250 ")
                    .say("DATA", "354 ")
                    .sendRaw(GOOD + "\r\n.\r\n")
                    .expect("250 ");
            client.say("NOOP ", "250 ").say("MAIL FROM:<a@example.com>", "250 ").say("RCPT TO:b@example.com", "250 ");
            client.say("DATA", "354 ")
                    .sendRaw(GOOD + "\r\n.\r\n")
                    .expect("250 ")
                    .say("VRFY ", "50");
            assertThat(codes(server.mails().get(0).lint())).containsExactly("ehlo-bare-ip", "space-before-path");
            assertThat(codes(server.mails().get(1).lint()))
                    .containsExactly("ehlo-bare-ip", "trailing-space", "path-without-brackets");
            assertThat(codes(server.sessions().get(0).lint()))
                    .containsExactly("ehlo-bare-ip", "space-before-path", "trailing-space", "path-without-brackets");
        }
    }

    private static List<String> codes(List<LintFinding> findings) {
        return findings.stream().map(LintFinding::code).toList();
    }

    @Test
    void whatIsWrongAgainAndAgainIsOneFindingWithACountAndItsFirstPlace() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            mail(server, GOOD + "\r\none\r\ntwo\nthree\nfour\r\n");
            LintFinding finding = server.takeMail().lint().get(0);
            assertThat(finding.check()).isEqualTo(LintCheck.BARE_LF);
            assertThat(finding.count()).isEqualTo(2);
            long octet = GOOD.length() + 10L;
            assertThat(finding.place()).isEqualTo(new LintFinding.InMail(octet, 8));
            assertThat(finding)
                    .hasToString(
                            "error bare-lf: A line of a mail ends in LF without CR. (RFC 5321 section 2.3.8) in line 8,"
                                    + " at octet " + octet + ", 2 times");
        }
    }

    @Test
    void aLoginInClearIsANoteOnlyOnTheServersOwnMachine() {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .proxyProtocol("127.0.0.0/8")
                        .build()
                        .start();
                WireDialogue client = WireDialogue.with(server)) {
            client.sendRaw("PROXY TCP4 192.0.2.7 192.0.2.1 1000 25\r\n")
                    .expect("220 ")
                    .say("EHLO client.test", "250 ");
            client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ");
            assertThat(server.sessions().get(0).lint())
                    .extracting(LintFinding::check, LintFinding::severity)
                    .containsExactly(tuple(LintCheck.AUTH_IN_CLEAR, Severity.WARNING));
        }
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ");
            assertThat(server.sessions().get(0).lint())
                    .extracting(LintFinding::severity)
                    .containsExactly(Severity.NOTE);
        }
    }

    @Test
    void longFieldsAreLookedThroughQuickly() {
        for (String piece : List.of("=?utf-8?Q?a?= ", "<a@b>, ", "\"a\" ", "(a", "a@", "a.", "=?", "\\\"")) {
            String value = piece.repeat(1_000_000 / piece.length());
            String mail = "To: " + value + "\r\nDate: " + value + "\r\nMessage-ID: " + value + "\r\nContent-Type: "
                    + value + "\r\nMIME-Version: " + value + "\r\n\r\n";
            Envelope envelope = new Envelope(
                    new Envelope.Sender("a@b.test", "<a@b.test>", EsmtpParameters.none()),
                    List.of(new Envelope.Recipient("b@b.test", "<b@b.test>", EsmtpParameters.none())));
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> MailLint.of(Octets.of(mail.getBytes(StandardCharsets.US_ASCII)), envelope),
                    piece);
        }
    }

    @Test
    void aWaitThatFailsNamesTheEndOfDataThatIsNone() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.envelope("a@example.com", "b@example.com").sendRaw(GOOD + "\nhello\n.\n");
            client.expectSilence(50);
            assertThatThrownBy(() -> server.within(Duration.ofMillis(10)).takeMail())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(
                            "What lint finds wrong in it (1):\n  error false-end-of-data: The client waits behind LF.LF, but"
                                    + " that is no end of data: CRLF.CRLF is. (RFC 5321 section 4.1.1.4) at +");
        }
    }

    @Test
    void leavingWithoutQuitIsAFaultOnlyInATransaction() {
        assertThat(severitiesAfter(client -> client.mail("a@example.com", "b@example.com")))
                .containsExactly(Severity.NOTE);
        assertThat(severitiesAfter(client -> client.say("MAIL FROM:<a@example.com>", "250 ")))
                .containsExactly(Severity.WARNING);
    }

    private static List<Severity> severitiesAfter(Consumer<WireDialogue> dialogue) {
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            try (WireDialogue client = WireDialogue.greeted(server)) {
                dialogue.accept(client);
            }
            Eventually.isTrue(
                    "the client is gone", () -> !server.sessions().get(0).isOpen());
            return server.sessions().get(0).lint().stream()
                    .map(LintFinding::severity)
                    .toList();
        }
    }

    @Test
    void lintNamesNoSecret() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.greeted(server)) {
            client.say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ")
                    .send("AUTH AGFubgBzZWNyZXQ=")
                    .reply();
            assertThat(server.sessions().get(0).lint().toString()).doesNotContain("AGFub");
        }
    }

    @Test
    void aConnectionThatGoesOnAfterAResetIsNotBlamedForWhatItSaidBefore() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start();
                WireDialogue client = WireDialogue.greeted(server)) {
            server.reset();
            client.sendRaw("MAIL FROM:<ann@example.com> SIZE=20000\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n");
            client.expect("250 ")
                    .expect("250 ")
                    .expect("354 ")
                    .sendRaw(GOOD + "\r\nhello\r\n.\r\n")
                    .expect("250 ");
            assertThat(server.takeMail().lint()).isEmpty();
            assertThat(server.sessions().get(0).lint()).isEmpty();
        }
    }

    @Test
    void lintOfAMailOutlivesItsSession() {
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            mail(server, FROM + ID + "\r\nhello\r\n");
            CapturedMail mail = server.takeMail();
            server.reset();
            assertThat(codes(mail.lint())).containsExactly("date-missing");
        }
    }

    @Test
    void aMailMadeOfNothingButErrorsIsLookedThroughQuicklyAndWithinABound() {
        StringBuilder header = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            header.append("To: a")
                    .append(i)
                    .append("\r\nX")
                    .append(i)
                    .append(" : =?x")
                    .append(i)
                    .append("?Q?\u00fc?=\r\n");
        }
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            mail(server, header + "\r\n" + ".\n\u00fc\0".repeat(500_000) + "\r\n");
            CapturedMail mail = server.takeMail();
            assertThat(mail.lint()).hasSizeLessThanOrEqualTo(500);
        }
    }
}
