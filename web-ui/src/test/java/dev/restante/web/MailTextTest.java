package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MailTextTest {
    private static FakeSmtpServer smtp;

    @BeforeAll
    static void open() {
        smtp = FakeSmtpServer.create().start();
    }

    @AfterAll
    static void close() {
        smtp.close();
    }

    private static CapturedMail caught(String mail) throws Exception {
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), mail);
        return smtp.takeMail();
    }

    @Test
    void htmlReadsLikeATypedText() {
        assertThat(MailText.fromHtml("""
                        <head><title>T</title><style>p{}</style></head>
                        <h1>Hello   you</h1>
                        <p>First<br>second &amp; last.</p><ul><li>one</li><li>two</li></ul>
                        <div>See <a href="https://x.test/a">here</a> or <a href="https://x.test/">https://x.test/</a></div>
                        <table><tr><td>a</td><td>b</td></tr></table><script>no()</script>""")).isEqualTo("""
                        Hello you

                        First
                        second & last.

                        * one
                        * two

                        See here (https://x.test/a) or https://x.test/
                        a b""");
    }

    @Test
    void aSnippetIsTheBeginningOnOneLine() throws Exception {
        assertThat(MailText.snippet(caught(SampleMails.plain("x", "  one\n\n two\tthree  "))))
                .isEqualTo("one two three");
        assertThat(MailText.snippet(caught(SampleMails.html("x", "<style>x</style><p>a</p>b<img src=x>c<br>d"))))
                .isEqualTo("a b c d");
    }

    @Test
    void aSnippetIsCutBetweenCharacters() throws Exception {
        String snippet = MailText.snippet(caught(SampleMails.plain("x", "ab" + "\uD83D\uDCE8".repeat(100))));

        assertThat(snippet).isEqualTo("ab" + "\uD83D\uDCE8".repeat(49) + "...");
        assertThat(snippet.getBytes(StandardCharsets.UTF_8)).hasSize(2 + 49 * 4 + 3);
        assertThat(MailText.snippet(caught(SampleMails.plain("x", "a".repeat(200)))))
                .hasSize(200);
        assertThat(MailText.snippet(caught(SampleMails.plain("x", "a".repeat(201)))))
                .isEqualTo("a".repeat(200) + "...");
    }

    @Test
    void aSnippetOfALargeMailNeedsItsBeginningOnly() throws Exception {
        assertThat(MailText.snippet(caught(SampleMails.plain("x", "hello " + "x\n".repeat(1_000_000)))))
                .startsWith("hello x x");
    }
}
