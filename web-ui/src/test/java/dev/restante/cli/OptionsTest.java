package dev.restante.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.relay.Route;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What options are, by the command line, the environment and a file; and what is said of wrong ones. */
@Timeout(60)
class OptionsTest {
    @TempDir
    Path folder;

    private static ServerCommand parsed(Defaults defaults, String... args) {
        ServerCommand command = new ServerCommand();
        Main.line(command).setDefaultValueProvider(defaults).parseArgs(args);
        return command;
    }

    private Defaults with(Map<String, String> environment, String yaml) throws Exception {
        return Defaults.of(environment).with(file(yaml), new CommandLine(new ServerCommand()).getCommandSpec());
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("restante.yaml"), yaml);
    }

    /** What the program says on standard error before it ends with this code. */
    private static String complaint(int exit, Map<String, String> environment, String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Main main = new Main(
                environment,
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
                new PrintStream(err, true, UTF_8));
        assertThat(main.run(args)).as("exit code").isEqualTo(Optional.of(exit));
        return err.toString(UTF_8);
    }

    @Test
    void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
        Defaults defaults = with(
                Map.of("RESTANTE_SMTP_PORT", "2", "RESTANTE_HTTP_PORT", "2"),
                "smtp-port: 3\nhttp-port: 3\nhostname: file.test\n");

        ServerCommand command = parsed(defaults, "--smtp-port", "1");

        assertThat(command.listening.smtpPort).isEqualTo(1);
        assertThat(command.listening.httpPort).isEqualTo(2);
        assertThat(command.smtp.hostName).isEqualTo("file.test");
        assertThat(command.smtp.maxRecipients).isEqualTo(1000);
    }

    @Test
    void aValueMayHoldCommas() throws Exception {
        ServerCommand command = parsed(
                with(
                        Map.of("RESTANTE_RELAY_ALLOW", "\"a,b@x.test\",c@x.test"),
                        "webhook:\n  - http://x.test/?a=1,2\n  - 'http://x.test/\"\\,'\nhttp-user: ['ann:pa,ss']\n"),
                "--smtp-user",
                "\"ann:pa,ss\",bob:p",
                "--smtp-user=\"eve:x,y\"");

        assertThat(command.http.webhooks).containsExactly("http://x.test/?a=1,2", "http://x.test/\"\\,");
        assertThat(command.http.users).extracting(Route.Login::password).containsExactly("pa,ss");
        assertThat(command.smtp.users).extracting(Route.Login::password).containsExactly("pa,ss", "p", "x,y");
        assertThat(command.relay.allowed).containsExactly("a,b@x.test", "c@x.test");
    }

    @Test
    void whatIsWrongIsSaidAsPeopleSayIt() throws Exception {
        Path nowhere = folder.resolve("no/such/x.pem");
        assertThat(complaint(2, Map.of(), "--keep-mails", "0"))
                .startsWith("restante: --keep-mails is 0, but is at least 1.");
        assertThat(complaint(2, Map.of(), "--smtp-port", "abc")).contains("'abc' is no whole number");
        assertThat(complaint(2, Map.of(), "--smtp-prot", "1")).contains("Did you mean --smtp-port?");
        assertThat(complaint(2, Map.of(), "--persona", "nope"))
                .contains("There are amazon-ses, exim, gmail")
                .doesNotContain("load(");
        assertThat(complaint(2, Map.of(), "--tls-ciphers", "FOO"))
                .contains("TLS_AES_128_GCM_SHA256")
                .doesNotContain("getDefault");
        assertThat(complaint(2, Map.of(), "--write-ca", nowhere.toString())).contains("there is no such folder");
        assertThat(complaint(2, Map.of(), "--config", file("config: x\n").toString()))
                .contains("can be said on the command line only");
        assertThat(complaint(2, Map.of(), "--config", file("a: [\n").toString()))
                .contains("this is no YAML");
        Files.write(folder.resolve("restante.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThat(complaint(
                        2, Map.of(), "--config", folder.resolve("restante.yaml").toString()))
                .contains("it is no text in UTF-8");
        assertThat(complaint(1, Map.of(), "ingest", nowhere.toString(), "--smtp", "127.0.0.1:9"))
                .isEqualTo("restante: " + nowhere + ": there is no such file or folder.\n");
        Path file = file("x");
        assertThat(complaint(1, Map.of(), "--folder", file.toString(), "--smtp-port", "0", "--http-port", "0"))
                .contains("there is a file of that name")
                .contains("Name a folder that this user may write to.");
    }

    @Test
    void whatIsWrongWithThePageIsSaidBeforeSmtpListens() {
        for (String[] wrong : new String[][] {
            {"--base-path", "a b"},
            {"--webhook", "x"},
            {"--allowed-origin", "x y"},
            {"--relay", "h:25", "--relay-allow", "*", "--auto-release", "(a"}
        }) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            List<String> args = new ArrayList<>(List.of("--smtp-port", "0", "--http-port", "0"));
            args.addAll(List.of(wrong));
            Main main = new Main(
                    Map.of(),
                    new ByteArrayInputStream(new byte[0]),
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(err, true, UTF_8));
            assertThat(main.run(args.toArray(String[]::new))).as("exit code").contains(2);
            assertThat(out.toString(UTF_8)).as(wrong[0]).isEmpty();
            assertThat(err.toString(UTF_8)).as(wrong[0]).startsWith("restante: ");
        }
    }

    @Test
    void everyKindOfValueMayBeInAFile() throws Exception {
        ServerCommand command = parsed(with(Map.of(), """
                smtp-port: 0
                starttls: true
                bind: [127.0.0.1, "::1"]
                max-message-size: 5m
                idle-timeout: 1.5m
                smtp-user:
                  - ann:secret
                  - bob:p:w
                client-certificates: WANTED
                """));

        assertThat(command.listening.smtpPort).isZero();
        assertThat(command.tls.startTls).isTrue();
        assertThat(command.listening.addresses()).containsExactly("127.0.0.1", "::1");
        assertThat(command.smtp.maxMessageSize).isEqualTo(5 << 20);
        assertThat(command.smtp.idleTimeout).isEqualTo(Duration.ofSeconds(90));
        assertThat(command.smtp.users).containsExactly(new Route.Login("ann", "secret"), new Route.Login("bob", "p:w"));
        assertThat(command.tls.clientCertificates).hasToString("WANTED");
    }

    @Test
    void aFlagOfTheEnvironmentCanBeTakenBack() {
        Defaults defaults = Defaults.of(Map.of("RESTANTE_STARTTLS", "true"));
        assertThat(parsed(defaults).tls.startTls).isTrue();
        assertThat(parsed(defaults, "--no-starttls").tls.startTls).isFalse();
    }

    @Test
    void listsOfTheEnvironmentHaveCommas() {
        Defaults defaults = Defaults.of(Map.of("RESTANTE_ALLOWED_HOST", "a.test,*.b.test"));
        assertThat(parsed(defaults).http.hosts).containsExactly("a.test", "*.b.test");
    }

    @Test
    void aWrongValueOfTheEnvironmentSaysWhereItIsFrom() {
        assertThat(complaint(2, Map.of("RESTANTE_SMTP_PORT", "many")))
                .isEqualTo(
                        "restante: Invalid value for option '--smtp-port': 'many' is no whole number of up to 2147483647"
                                + " (this is from RESTANTE_SMTP_PORT). --help lists the options.\n");
        assertThat(complaint(2, Map.of("RESTANTE_SMTP_PORT", "1"), "--smtp-port", "few"))
                .isEqualTo(
                        "restante: Invalid value for option '--smtp-port': 'few' is no whole number of up to 2147483647."
                                + " --help lists the options.\n");
    }

    @Test
    void aVariableThatNamesNoOptionIsSpokenOf() {
        assertThat(complaint(2, Map.of("RESTANTE_SMTP_PROT", "1025"), "--watch-script"))
                .startsWith("restante: The environment variable RESTANTE_SMTP_PROT names no option."
                        + " Did you mean RESTANTE_SMTP_PORT?\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "smtp-prot: 5 | restante.yaml:1: there is no option \"smtp-prot\". Did you mean smtp-port?",
                "[a] | restante.yaml:1: expected a key for each option, such as smtp-port: 1025.",
                "smtp-port: | restante.yaml:1: \"smtp-port\" needs a value, or a list of them.",
                "smtp-port: {a: b} | restante.yaml:1: \"smtp-port\" needs a value, or a list of them.",
                "bind: [[a]] | restante.yaml:1: \"bind\" is a list of texts.",
                "config: other.yaml | restante.yaml:1: config names this file, and can be said on the command line only.",
                "help: true | restante.yaml:1: there is no option \"help\".",
                "smtp-port: x | (this is from smtp-port in ",
                "'smtp-port: \"' | restante.yaml:1: this is no YAML (",
                "smtp-user: ann | Invalid value for option '--smtp-user'",
                "mailbox: orders | a mailbox is written NAME=SELECTOR, such as orders=rcpt:*@orders.example, but is",
                "mailbox: orders=to:x | \"to:x\" selects no mail. Write rcpt:",
                "mailbox: 'a b=user:x' | \"a b\" is no name of a mailbox",
                "mailbox: default=user:x | is the name of the server's own mailbox",
            })
    void aWrongFileIsToldWithItsPlace(String yaml, String complaint) throws IOException {
        assertThat(complaint(2, Map.of(), "--config", file(yaml).toString())).contains(complaint);
    }

    @Test
    void aKeyThatIsThereTwiceIsRefused() throws IOException {
        assertThat(complaint(
                        2, Map.of("RESTANTE_CONFIG", file("bind: a\nbind: b\n").toString())))
                .contains("restante.yaml:2: \"bind\" is there a second time");
    }

    @Test
    void aFileThatIsNotThereIsTold() {
        assertThat(complaint(2, Map.of(), "--config", "nowhere.yaml"))
                .isEqualTo("restante: nowhere.yaml: there is no such file or folder. --help lists the options.\n");
    }

    @Test
    void aPasswordIsNotRepeated() {
        assertThat(complaint(2, Map.of(), "--http-user", "annsecret")).doesNotContain("annsecret");
        assertThat(new Route.Login("ann", "secret").toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--watch-script | --watch-script needs a --script FILE to watch",
                "--tls-key k.pem | --tls-key needs a --tls-certificate FILE",
                "--client-ca ca.pem | --client-ca needs --client-certificates, which asks for one",
                "--auth-mechanisms NONE --auth-required | --auth-mechanisms NONE offers no AUTH",
                "--smtp-port 70000 | --smtp-port is 70000, but a port is between 0 and 65535",
                "--smtp-port 1 --http-port 1 | --smtp-port and --http-port are both 1",
                "--auth-mechanisms PLIAN | There is no mechanism \"PLIAN\" here",
                "--persona gmial | gmial",
                "--tls-certificate nowhere.pem | nowhere.pem",
                "--http-tls-key k.pem | --http-tls-key needs an --http-tls-certificate FILE",
                "--http-tls-password x | --http-tls-password needs an --http-tls-certificate FILE",
                "--http-tls --http-tls-certificate c.pem | --http-tls shows the certificate of SMTP",
                "--http-port=0 --smtp-port=0 --http-tls-certificate nowhere.p12 | nowhere.p12",
                "--proxy-protocol here | \"here\" is no network",
                "--base-path /a?b | \"/a?b\" is no base path",
                "--allowed-origin x | \"x\" is no origin",
                "--idle-timeout soon | 'soon' is no time; write 500ms, 30s, 5m or 1h",
                "--max-message-size big | 'big' is no size; write octets, or 500k, 25m",
            })
    void optionsThatMakeNoSenseAreRefused(String args, String complaint) {
        String[] line = ("--smtp-port 0 --http-port 0 --bind 127.0.0.1 " + args).split(" ");
        String[] fitting = args.contains("-port") ? args.split(" ") : line;
        assertThat(complaint(2, Map.of(), fitting)).contains(complaint).hasLineCount(1);
    }
}
