package dev.restante.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.AuthPolicy;
import dev.restante.FakeSmtpServer;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** docs/protocol.md names everything that is offered, and only tests and options that there are. */
@Timeout(60)
class ProtocolDocTest {
    private static final Path PAGE = Path.of("../docs/protocol.md");

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    private static Set<String> found(String regex) throws IOException {
        return Pattern.compile(regex)
                .matcher(page())
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyTestThatItNamesIsThere() throws IOException {
        Set<String> there;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            there = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
        Set<String> named = found("(?<=`)[A-Z]\\w+Test(?=`)");
        assertThat(named).hasSizeGreaterThan(15);
        assertThat(there).containsAll(named);
    }

    @Test
    void everyTestOfAClientIsSpokenOf() throws IOException {
        Map<String, String> programs = Map.ofEntries(
                Map.entry("AngusMail", "Angus"),
                Map.entry("Curl", "curl"),
                Map.entry("Exim", "Exim"),
                Map.entry("Haproxy", "HAProxy"),
                Map.entry("Msmtp", "msmtp"),
                Map.entry("Nginx", "nginx"),
                Map.entry("Nodemailer", "nodemailer"),
                Map.entry("Openssl", "openssl"),
                Map.entry("Postfix", "Postfix"),
                Map.entry("PythonSmtplib", "smtplib"),
                Map.entry("Swaks", "swaks"));
        for (Map.Entry<String, String> program : programs.entrySet()) {
            assertThat(Path.of("src/test/java/dev/restante/clients/" + program.getKey() + "Test.java"))
                    .exists();
            assertThat(page()).containsPattern("\\| [^|\n]*\\b" + program.getValue() + "\\b[^|\n]* \\|\n");
        }
    }

    @Test
    void everyExtensionAndMechanismThatIsOfferedIsInATable() throws IOException {
        Set<String> offered = new TreeSet<>();
        Set<String> mechanisms = new TreeSet<>();
        for (AuthPolicy policy : List.of(
                AuthPolicy.anyone(),
                AuthPolicy.users(Map.of("ann", "secret")),
                AuthPolicy.anyone().offering("ANONYMOUS"))) {
            try (FakeSmtpServer server = FakeSmtpServer.builder()
                            .startTls()
                            .xclient("127.0.0.1")
                            .auth(policy)
                            .build()
                            .start();
                    WireDialogue client = WireDialogue.with(server).expect("220 ")) {
                for (String line :
                        client.send("EHLO client.test").reply().stream().skip(1).toList()) {
                    String[] words = line.substring(4).split(" ", -1);
                    offered.add(words[0]);
                    if (words[0].equals("AUTH")) {
                        mechanisms.addAll(Arrays.asList(words).subList(1, words.length));
                    }
                }
            }
        }
        // Spoken of as a whole: every reply has one.
        offered.remove("ENHANCEDSTATUSCODES");
        assertThat(offered).contains("SIZE", "STARTTLS", "AUTH", "XCLIENT");
        for (String keyword : offered) {
            assertThat(page()).as(keyword).containsPattern("\n\\| [^|\n]*`" + keyword + "`");
        }
        assertThat(mechanisms).contains("PLAIN", "SCRAM-SHA-256", "ANONYMOUS");
        for (String mechanism : mechanisms) {
            assertThat(page()).as(mechanism).containsPattern("\n\\| " + mechanism + " \\|");
        }
    }

    @Test
    void everyOptionThatItNamesIsOneOfTheBuilder() throws IOException {
        Set<String> methods = Stream.of(FakeSmtpServer.Builder.class.getMethods())
                .map(method -> method.getName())
                .collect(Collectors.toSet());
        Set<String> named = found("(?<=builder\\(\\)\\.)\\w+(?=\\()");
        assertThat(named).contains("lmtpPort", "proxyProtocol", "xclient", "certificate");
        assertThat(methods).containsAll(named);
    }
}
