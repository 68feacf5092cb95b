package dev.restante.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.FakeSmtpServer;
import dev.restante.Scenarios;
import dev.restante.web.RestanteUi;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The subcommands against a server and its page over real sockets. */
@Timeout(60)
class SubcommandsTest {
    @TempDir
    Path folder;

    private final FakeSmtpServer smtp = FakeSmtpServer.builder()
            .startTls()
            .smtpsPort(0)
            .auth(AuthPolicy.users(Map.of("ann", "secret")))
            .build()
            .start();
    private final RestanteUi page = RestanteUi.start(smtp);

    @AfterEach
    void close() {
        page.close();
        smtp.close();
    }

    /** What the program said and how it ended. */
    private record Ran(int exit, String out, String err) {}

    private static Ran runWith(String input, List<String> args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = new Main(
                        Map.of(),
                        new ByteArrayInputStream(input.getBytes(UTF_8)),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8))
                .run(args.toArray(String[]::new))
                .orElseThrow();
        return new Ran(exit, out.toString(UTF_8), err.toString(UTF_8));
    }

    private static Ran run(String... args) {
        return runWith("", List.of(args));
    }

    private Ran toSmtp(String command, String... args) {
        List<String> all = new ArrayList<>(List.of(command, "--smtp", "localhost:" + smtp.port()));
        all.addAll(List.of(args));
        return runWith("from standard input", all);
    }

    private Ran toPage(String command, String... args) {
        List<String> all = new ArrayList<>(List.of(command, "--url", page.url()));
        all.addAll(List.of(args));
        return runWith("", all);
    }

    private String inFolder(String name) {
        return folder.resolve(name).toString();
    }

    private static List<String> recipients(CapturedMail mail) {
        return mail.envelope().recipients().stream()
                .map(Envelope.Recipient::address)
                .toList();
    }

    // ---- send

    @Test
    void sendMakesAMail() throws IOException {
        Path attachment = Files.writeString(folder.resolve("a.txt"), "attached");

        Ran ran = toSmtp(
                "send",
                "--from",
                "shop@x.test",
                "--to",
                "ann@y.test,bob@y.test",
                "--subject",
                "Gr\u00fc\u00dfe",
                "--text",
                "-",
                "--html",
                "<b>hi</b>",
                "--attach",
                attachment.toString());

        CapturedMail mail = smtp.takeMail();
        assertThat(ran).isEqualTo(new Ran(0, "250 2.0.0 Ok: queued as " + mail.id() + "\n", ""));
        assertThat(mail.envelope().sender().address()).isEqualTo("shop@x.test");
        assertThat(recipients(mail)).containsExactly("ann@y.test", "bob@y.test");
        assertThat(mail.message().subject()).contains("Gr\u00fc\u00dfe");
        assertThat(mail.message().text()).contains("from standard input");
        assertThat(mail.message().html()).contains("<b>hi</b>");
        assertThat(mail.message().attachments()).hasSize(1);
    }

    @Test
    void sendTakesAMessageAsItIs() throws IOException {
        String message =
                "From: Ann <ann@x.test>\r\nTo: bob@y.test, Cleo <cleo@z.test>\r\nX-Odd:  two  blanks\r\n\r\nhi\r\n";
        Files.writeString(folder.resolve("m.eml"), message);

        assertThat(toSmtp("send", inFolder("m.eml")).exit()).isZero();

        CapturedMail mail = smtp.takeMail();
        assertThat(new String(mail.bytes(), US_ASCII)).isEqualTo(message);
        assertThat(mail.envelope().sender().address()).isEqualTo("ann@x.test");
        assertThat(recipients(mail)).containsExactly("bob@y.test", "cleo@z.test");
    }

    @ParameterizedTest
    @EnumSource
    void sendSpeaksTlsAndLogsIn(SmtpTarget.Tls tls) {
        int port = tls == SmtpTarget.Tls.implicit ? smtp.smtpsPort() : smtp.port();
        Ran ran = run(
                "send",
                "--smtp",
                "localhost:" + port,
                "--tls",
                tls.name(),
                "--login",
                "ann:secret",
                "--to",
                "a@b.test");

        assertThat(ran.err()).isEmpty();
        CapturedMail mail = smtp.takeMail();
        assertThat(mail.client().tls()).isPresent();
        assertThat(mail.client().user()).contains("ann");
    }

    @Test
    void sendSaysWhatTheServerRefused() {
        smtp.scenario(Scenarios.unknownUser("bob@*"));
        assertThat(toSmtp("send", "--to", "bob@y.test"))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "restante: localhost:" + smtp.port()
                                + " did not take the mail: bob@y.test: 550 5.1.1 No such user.\n"));
        assertThat(toSmtp("send", "--to", "a@b.test", "--login", "ann:wrong").err())
                .startsWith("restante: Cannot send to localhost:")
                .contains("535");
    }

    @Test
    void whatSendCannotMakeSenseOfIsTold() {
        assertThat(toSmtp("send"))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "restante: Nobody to send to. Name somebody with --to ADDRESS. send --help lists the"
                                + " options.\n"));
        assertThat(toSmtp("send", "x.eml", "--subject", "a").err()).startsWith("restante: FILE is sent as it is");
        assertThat(toSmtp("send", inFolder("none.eml")).err()).contains("there is no such file");
        assertThat(toSmtp("send", "--to", "a@b.test", "--attach", inFolder("none"))
                        .err())
                .contains("there is no such file");
        assertThat(run("send", "--smtp", "a:b:c", "--to", "a@b.test").err()).contains("is no server. Write HOST:PORT.");
        assertThat(run("send", "--nonsense").err())
                .isEqualTo("restante: Unknown option: '--nonsense'. send --help lists the options.\n");
    }

    // ---- wait

    @Test
    void waitEndsOnceTheMailIsThere() throws Exception {
        CompletableFuture<Ran> waiting =
                CompletableFuture.supplyAsync(() -> toPage("wait", "--timeout", "50s", "subject:later", "to:ann"));
        toSmtp("send", "--to", "ann@y.test", "--subject", "now");
        toSmtp("send", "--to", "ann@y.test", "--subject", "later");

        Ran ran = waiting.get();

        assertThat(ran.exit()).isZero();
        assertThat(ran.out().strip().split("\t"))
                .containsExactly(smtp.mails().get(1).id(), "sender@example.com", "ann@y.test", "later");
    }

    @Test
    void waitSaysWhatDidNotCome() {
        toSmtp("send", "--to", "ann@y.test");
        assertThat(toPage("wait", "--timeout", "10ms", "--count", "3"))
                .satisfies(ran -> assertThat(ran.out()).hasLineCount(1))
                .extracting(Ran::exit, Ran::err)
                .containsExactly(1, "restante: Only 1 mail arrived within 10 ms; 3 were waited for.\n");
        assertThat(toPage("wait", "--timeout", "10ms", "subject:x").err())
                .isEqualTo("restante: No mail that matches \"subject:x\" arrived within 10 ms; 1 was waited for.\n");
        assertThat(toPage("wait", "(").err()).contains("is never closed");
    }

    @Test
    void waitGoesOnFromACursor() {
        toSmtp("send", "--to", "ann@y.test", "--subject", "one");
        String first = toPage("wait", "--json").out();
        String cursor = first.replaceFirst("(?s).*\"cursor\":\"([^\"]+)\".*", "$1");
        toSmtp("send", "--to", "ann@y.test", "--subject", "two");
        assertThat(toPage("wait", "--after", cursor).out()).contains("two").doesNotContain("one");
    }

    @Test
    void theSenderMayHaveAName() {
        assertThat(toSmtp("send", "--from", "Ann Example <ann@x.test>", "--to", "bob@y.test")
                        .exit())
                .isZero();
        CapturedMail mail = smtp.mails().get(0);
        assertThat(mail.envelope().sender().address()).isEqualTo("ann@x.test");
        assertThat(mail.message().from()).hasToString("[Ann Example <ann@x.test>]");
        assertThat(toSmtp("send", "--from", "Ann <ann", "--to", "bob@y.test"))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "restante: --from \"Ann <ann\" is no address. Write ann@example.com or Ann <ann@example.com>."
                                + " send --help lists the options.\n"));
    }

    @Test
    void aQueryThatCannotBeReadIsAWrongArgument() {
        Ran ran = toPage("wait", "subject:(a");
        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("not a group").contains("        ^\nwait --help");
    }

    // ---- dump and ingest

    private static final List<String> ODD = List.of(
            "Subject: a\r\n\r\nFrom here\r\n>From there\r\n\r\nFrom the end\r\n",
            "Subject: b\r\n\r\n" + "\u00ff\u0000x".repeat(3) + "\r\n",
            "Subject: raw \u00e4\u00f6 latin\r\nX-Odd :  two  blanks\r\n folded\r\n\r\nbody\r\n",
            "\r\nno header\r\n",
            "Subject: d\r\n\r\nno line end");

    @ParameterizedTest
    @EnumSource
    void whatIsDumpedCanBeTakenInAgain(MailFiles.Format format) throws IOException {
        for (String each : ODD) {
            Files.write(folder.resolve("m.eml"), each.getBytes(ISO_8859_1));
            toSmtp("send", "--to", "ann@y.test", "--from", "shop@x.test", inFolder("m.eml"));
        }
        List<String> sent = texts();
        assertThat(toPage("dump", "--format", format.name(), inFolder("target")))
                .isEqualTo(new Ran(0, "5 mails written to " + inFolder("target") + ".\n", ""));
        assertThat(toPage("wait", "is:unread", "--count", "5", "--timeout", "1ms")
                        .exit())
                .as("dumped is not read")
                .isZero();
        smtp.reset();

        assertThat(toSmtp("ingest", "--to", "bob@z.test", inFolder("target")).out())
                .isEqualTo("5 mails sent to localhost:" + smtp.port() + ".\n");

        assertThat(texts()).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(recipients(smtp.mails().get(0))).containsExactly("bob@z.test");
    }

    private List<String> texts() {
        return smtp.mails().stream()
                .map(mail -> new String(mail.bytes(), ISO_8859_1))
                .toList();
    }

    @Test
    void dumpTakesWhatAQueryFindsAndLeavesWhatIsThere() throws IOException {
        for (int i = 0; i < 3; i++) {
            toSmtp("send", "--to", "ann@y.test", "--subject", "no" + i);
        }
        assertThat(toPage("dump", "--query", "subject:no1", inFolder("d")).out())
                .startsWith("1 mail written");
        assertThat(toPage("dump", inFolder("d")).out())
                .isEqualTo("2 mails written to " + inFolder("d") + ", 1 mail was there already.\n");
        try (Stream<Path> files = Files.list(folder.resolve("d"))) {
            assertThat(files).hasSize(3);
        }
    }

    @Test
    void anMboxThatIsThereIsLeftAlone() throws IOException {
        Files.writeString(folder.resolve("box"), "mine");
        assertThat(toPage("dump", "--format", "mbox", inFolder("box")).err()).contains("is there already");
        assertThat(folder.resolve("box")).hasContent("mine");
        assertThat(toPage("dump", inFolder("box")).err()).contains("is a file; eml needs a folder");
    }

    @Test
    void ingestFindsWhateverMailAFolderHolds() throws IOException {
        Files.createDirectories(folder.resolve("md/cur"));
        Files.createDirectories(folder.resolve("md/new"));
        Files.writeString(folder.resolve("md/cur/1.host:2,S"), "To: a@y.test\r\nSubject: maildir\r\n\r\nx\r\n");
        Files.writeString(folder.resolve("old.mbox"), """
                From ann@x.test Mon Nov 23 10:00:00 2026
                To: a@y.test
                Subject: mbox

                Hello,

                From the desk of Ann

                From bob@x.test  Mon Nov 23 10:01:00 2026 +0100
                To: a@y.test
                Subject: second

                x
                """);
        Files.writeString(
                folder.resolve("one.eml"), "From - Mon Nov 23 10:00:00 2026\nTo: a@y.test\nSubject: eml\n\nx\n");
        Files.writeString(folder.resolve("notes.txt"), "no mail");

        Ran ran = toSmtp("ingest", folder.toString());

        assertThat(ran.out()).startsWith("4 mails sent");
        assertThat(ran.err()).isEqualTo(folder + ": 1 file was passed over: not .eml, .mbox or of a Maildir.\n");
        assertThat(smtp.mails())
                .extracting(mail -> mail.subject().orElse(""))
                .containsExactly("maildir", "mbox", "second", "eml");
        assertThat(smtp.mails().get(1).text())
                .hasValueSatisfying(text -> assertThat(text).contains("From the desk of Ann"));
        assertThat(smtp.mails().get(3).message().headers()).hasSize(2);
    }

    @Test
    void ingestGoesOnBehindWhatIsRefused() throws IOException {
        smtp.scenario(Scenarios.unknownUser("bad@*"));
        Files.writeString(folder.resolve("1.eml"), "To: bad@y.test\r\n\r\na\r\n");
        Files.writeString(folder.resolve("2.eml"), "Subject: nobody\r\n\r\na\r\n");
        Files.writeString(
                folder.resolve("3.eml"),
                "Delivered-To: good@y.test\r\nTo: list@y.test\r\nReturn-Path: <>\r\n\r\na\r\n");

        Ran ran = toSmtp("ingest", folder.toString());

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.out()).isEqualTo("1 mail sent to localhost:" + smtp.port() + ", 2 mails were not.\n");
        assertThat(ran.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("1.eml: ", "550 5.1.1"),
                        line -> assertThat(line)
                                .contains("2.eml: it names no recipient. Name somebody with --to ADDRESS."));
        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().sender().isNull()).isTrue();
        assertThat(recipients(mail)).containsExactly("good@y.test");
    }

    // ---- whom they ask

    @Test
    void nobodyThereIsTold() {
        assertThat(run("dump", "--url", "http://localhost:1", inFolder("x")))
                .isEqualTo(
                        new Ran(
                                1,
                                "",
                                "restante: Nobody answers at http://localhost:1. Start the server, or name its page with --url.\n"));
        assertThat(run("wait", "--url", "localhost:8025").err()).contains("is no address of a page");
        assertThat(run("ingest", inFolder("none")).exit()).isEqualTo(1);
    }

    @Test
    void aPageThatAsksWhoAsksIsTold() {
        try (RestanteUi guarded = RestanteUi.builder(smtp)
                .basicAuth("ann", "pw")
                .bearerToken("t0k")
                .start()) {
            String[] wait = {"wait", "--url", guarded.url(), "--timeout", "1ms", "--count", "1"};
            toSmtp("send", "--to", "ann@y.test");
            assertThat(run(wait).err()).contains("wants to know who asks");
            assertThat(run(with(wait, "--http-user", "ann:pw")).exit()).isZero();
            assertThat(run(with(wait, "--http-token", "t0k")).exit()).isZero();
            assertThat(run(with(wait, "--http-user", "ann:wrong")).exit()).isEqualTo(1);
        }
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void shellsLearnTheOptions() {
        assertThat(run("generate-completion").out()).contains("--smtp-port", "complete -F");
        assertThat(run("help-me").exit()).isEqualTo(2);
        assertThat(run("wait", "--help").out()).contains("Wait until mail has arrived");
    }
}
