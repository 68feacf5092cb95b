package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Three mails: "invoice" with HTML and files, "note" in plain text and read, "login" by a user who logged in. */
@Timeout(60)
class SearchTest {
    private static FakeSmtpServer smtp;
    private static MailMarks marks;
    private static Search search;

    @BeforeAll
    static void send() throws Exception {
        smtp = FakeSmtpServer.create().start();
        marks = new MailMarks(smtp.onlooker());
        // Not the limit of production: it is tested apart, and this machine may be busy.
        search = new Search(smtp.onlooker(), marks, SearchIndex.ROOM, Duration.ofMinutes(1));
        Sender.send(
                smtp,
                "bounces@shop.test",
                List.of("mara@example.test", "secret@example.test"),
                SampleMails.invoice()
                        .replace("<b>on its way</b>", "<b>on its way</b> <a href='https://track.test/p/7'>here</a>"));
        Sender.send(smtp, "ann@example.test", List.of("bob@example.test"), """
                From: "Ann, of Sales" <ann@example.test>
                To: Bob <BOB@example.test>
                Subject: A note: 50% (or more)
                X-Campaign: Spring 2026
                X-Empty:
                X-Tags: todo

                Grüße, Bob; meet me at 10:30.
                Order #123456, "now" or never.
                smile:) a/b/c""");
        marks.markRead(smtp.mails().get(1), true);
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("AUTH PLAIN AGJvYi5zbWl0aABwdw==");
            sender.say("MAIL FROM:<>");
            sender.say("RCPT TO:<it@example.test>");
            sender.say("DATA");
            sender.say("Subject: login\r\n\r\nENDE OR Anfang\r\n.");
            sender.say("QUIT");
        }
    }

    @AfterAll
    static void close() {
        search.close();
        marks.close();
        smtp.close();
    }

    private static String found(String query) {
        List<String> names = List.of("invoice", "note", "login");
        return search.find(QueryParser.parse(query, ZoneOffset.UTC).query()).stream()
                .map(mail -> names.get(smtp.mails().indexOf(mail)))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // words
                "way | invoice",
                "WAY | invoice",
                "grüßE | note",
                "ay, | invoice",
                "\"thank you Mara\" | invoice",
                "\"Mara, it is\" | invoice",
                "thank never | ``",
                "\"never thank\" | ``",
                "'Invoice 1' | ``",
                "\"Invoice 1.pdf\" | invoice",
                "\"logo.png\" | ``",
                "track.test/p/7 | invoice",
                "\"Thank you, Mara.\" | ``",
                "bounces@shop | invoice",
                "secret@ | invoice",
                "help@shop | invoice",
                "desk@example | invoice",
                "46 | invoice",
                "color:green | ``",
                "10:30 | note",
                "smile:) | note",
                "a/b/c | note",
                "50% | note",
                "5_% | ``",
                "note: | note",
                "Re:note | ``",
                "is:odd | ``",
                "- | ``",
                // negation
                "-way | note login",
                "!way | note login",
                "--way | invoice",
                "-\"thank you\" | note login",
                "-is:read | invoice login",
                "!from:ann | invoice login",
                // keywords
                "to:bob@EXAMPLE | note",
                "to:secret | ``",
                "to:lindqvistå | invoice",
                "from:\"ann, of\" | note",
                "\"from:ann, of\" | note",
                "FROM:ann | note",
                "from:bounces | ``",
                "cc:desk | invoice",
                "bcc:secret | invoice",
                "bcc:it@ | login",
                "reply-to:help | invoice",
                "reply_to:help | ``",
                "addressed:shop.test | invoice",
                "addressed:secret | invoice",
                "addressed:bounces | ``",
                "subject:\"note: 50\" | note",
                "subject:invoice | invoice",
                "message-id:invoice@shop | invoice",
                "message-id:<invoice | ``",
                "tag:TODO | note",
                "tag:tod | ``",
                "is:read | note",
                "is:unread | invoice login",
                "IS:Tagged | note",
                "has:attachment | invoice",
                "has:attachments -is:read | invoice",
                "has:inline | invoice",
                "has:inlines | invoice",
                "larger:1k | invoice",
                "larger:0.5KB | invoice",
                "larger:1mb | ``",
                "smaller:1k | note login",
                "smaller:10gb | invoice note login",
                "larger:much | ``",
                "after:2020-01-01 | invoice note login",
                "before:2020-01-01 | ``",
                "-before:2020-01-01 | invoice note login",
                // nothing to go by
                "from: | invoice note login",
                "-from: way | invoice",
                "before:someday note | note",
                "\"\" | invoice note login",
                // ours
                "way OR never | invoice note",
                "way OR never subject:note | invoice note",
                "(way OR never) subject:note | note",
                "(way OR (never login)) | invoice",
                "-(way OR never) | login",
                "( way )OR( login ) | invoice login",
                "\"ende OR anfang\" | login",
                "ende or anfang | login",
                "ORder sales | note",
                "header:X-Campaign | note",
                "header:x-campaign=spring | note",
                "header:X-Campaign=\"ing 2026\" | note",
                "header:X-Empty | note",
                "header:X-Campaign=autumn | ``",
                "-header:From | login",
                "header:X-Campaign=/^S.*\\d{4}$/ | note",
                "filename:logo | invoice",
                "filename:/\\.pdf$/ | invoice",
                "body:\"me at 10:30. order\" | note",
                "body:bob@example | ``",
                "body:track.test | invoice",
                "envelope-from:bounces | invoice",
                "rcpt:secret | invoice",
                "rcpt:mara rcpt:secret | invoice",
                "user:bob.smith | login",
                "session:nosuch | ``",
                // regular expressions
                "/#\\d{6}, \"now\"/ | note",
                "/GR..E/ | note",
                "/(?-i)GR..E/ | ``",
                "subject:/^login$/ | login",
                "-subject:/./ | ``",
                "(subject:/^lo(g)in$/) | login",
                "\"/b/\" | note",
                "/b/c | note",
                "a/b/ | note",
                "/a\\/b/ | note",
                "tag:/todo/ | ``",
                "envelope-from:/^$/ | login",
            })
    void finds(String query, String expected) {
        assertThat(found(query)).isEqualTo(expected);
    }

    @Test
    void findsASessionsMails() {
        assertThat(found("session:" + smtp.mails().get(2).sessionId())).isEqualTo("login");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "from:\"ann | 6 | This quote is never closed",
                "a \"b | 3 | This quote is never closed",
                "(a | 1 | This \"(\" is never closed",
                "a ((b) | 3 | This \"(\" is never closed",
                "a ( | 3 | This \"(\" is never closed",
                "a ) b | 3 | This \")\" closes nothing",
                ") | 1 | This \")\" closes nothing",
                "(a)) | 4 | This \")\" closes nothing",
                "a () | 3 | There is no term between these parentheses",
                "a OR | 3 | \"OR\" needs a term on either side",
                "OR a | 1 | \"OR\" needs a term on either side",
                "a OR OR b | 3 | \"OR\" needs a term on either side",
                "(a OR ) | 4 | \"OR\" needs a term on either side",
                "(OR b) | 2 | \"OR\" needs a term on either side",
                "a /b[/ | 5 | The regular expression is malformed: missing closing ] in \"[\"",
                "ß subject:/*/ | 12 | The regular expression is malformed: missing argument to repetition operator in \"*\"",
            })
    void aMistakeIsPointedAt(String query, int character, String problem) {
        assertThatThrownBy(() -> QueryParser.parse(query, ZoneOffset.UTC))
                .isInstanceOfSatisfying(QueryException.class, e -> {
                    assertThat(e.sentence()).isEqualTo(problem + ", at character " + character + ".");
                    assertThat(e.text()).endsWith("\n" + " ".repeat(character - 1) + "^");
                });
    }

    @Test
    void aLongOrDeepSearchIsRefused() {
        assertThatThrownBy(() -> QueryParser.parse("x".repeat(10_001), ZoneOffset.UTC))
                .hasMessageContaining("at most 10000");
        assertThatThrownBy(() -> QueryParser.parse("(".repeat(101) + "x" + ")".repeat(101), ZoneOffset.UTC))
                .hasMessageContaining("deeper than 100");
    }

    @Test
    void expressionsHaveATimeLimitEvenInsideOneMail() throws Exception {
        try (FakeSmtpServer own = FakeSmtpServer.create().start();
                MailMarks none = new MailMarks(own.onlooker());
                Search hurried = new Search(own.onlooker(), none, SearchIndex.ROOM, Duration.ofMillis(20))) {
            Sender.send(
                    own,
                    "a@example.test",
                    List.of("b@example.test"),
                    "Subject: x\n\n" + ("ab".repeat(400) + "\n").repeat(4_000));
            Query slow =
                    QueryParser.parse("/(a?b?){1,200}[cd]$/", ZoneOffset.UTC).query();

            assertThatThrownBy(() -> hurried.find(slow))
                    .isInstanceOf(Deadline.Passed.class)
                    .hasMessageContaining("took longer than 20 ms");
        }
    }

    @Test
    void whatHasNoRoomInTheIndexIsFoundAllTheSame() {
        try (Search small = new Search(smtp.onlooker(), marks, 300, Duration.ofSeconds(2))) {
            Query way = QueryParser.parse("way OR never", ZoneOffset.UTC).query();

            assertThat(small.find(way)).hasSize(2);
            assertThat(small.find(way)).hasSize(2);
            assertThat(small.index().used()).isBetween(1L, 300L);
        }
    }

    @Test
    void theIndexForgetsWhatIsRemoved() throws Exception {
        try (FakeSmtpServer own = FakeSmtpServer.create().start();
                MailMarks none = new MailMarks(own.onlooker());
                Search over = new Search(own.onlooker(), none)) {
            for (int i = 0; i < 3; i++) {
                Sender.send(own, "a@example.test", List.of("b@example.test"), SampleMails.plain("x", "y"));
            }
            assertThat(over.find(
                            QueryParser.parse("y subject:x", ZoneOffset.UTC).query()))
                    .hasSize(3);
            assertThat(over.index().used()).isPositive();

            java.util.concurrent.CountDownLatch told = new java.util.concurrent.CountDownLatch(1);
            own.onRemoval(gone -> told.countDown()); // told after the index, which came first
            own.clear();

            assertThat(told.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            assertThat(over.index().used()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2024-04-01",
                "2024/04/01",
                "2024.04.01",
                "20240401",
                "04/01/2024",
                "4/1/24",
                "1 Apr 2024",
                "1 April 2024",
                "Apr 1, 2024",
                "april 1 2024",
                "Mon, 1 Apr 2024 00:00:00 +0000",
                "2024-04-01T00:00:00Z",
                "2024-04-01T00:00:00.000Z",
                "2024-04-01 00:00",
                "2024-04-01 02:00:00+02:00",
                "2024-04-01 12:00 am",
                "2024-04",
                "1711929600",
                "1711929600000"
            })
    void datesAreReadInManyForms(String text) {
        assertThat(DateWords.read(text, ZoneOffset.UTC)).contains(java.time.Instant.parse("2024-04-01T00:00:00Z"));
    }

    @Test
    void daysBeginInTheZoneThatIsAskedFor() {
        assertThat(DateWords.read("2024-04-01", java.time.ZoneId.of("Asia/Tokyo")))
                .contains(java.time.Instant.parse("2024-03-31T15:00:00Z"));
        assertThat(DateWords.read("2024-02-31x", ZoneOffset.UTC)).isEmpty();
        assertThat(DateWords.read("13/13/2024", ZoneOffset.UTC)).isEmpty();
    }

    @Test
    void arrivalIsComparedInMilliseconds() {
        CapturedMail note = smtp.mails().get(1);
        long at = note.arrivedAt().toEpochMilli();

        assertThat(found("after:" + at)).contains("note");
        assertThat(found("before:" + at)).doesNotContain("note");
        assertThat(found("after:" + (at + 1))).doesNotContain("note");
        assertThat(found("before:" + (at + 1))).contains("note");
    }

    @ParameterizedTest
    @ValueSource(strings = {"subject:(invoice OR note)", "-from:(ann)", "(tag:(todo))", "is:(read)", "header:(x)"})
    void aGroupBehindAKeywordIsRefusedWhereItBegins(String query) {
        assertThatThrownBy(() -> found(query))
                .isInstanceOfSatisfying(
                        QueryException.class,
                        e -> assertThat(e.text()).contains("A keyword takes one word or a quoted text, not a group"));
    }

    @ParameterizedTest
    @CsvSource({
        "before:foo OR subject:note, note",
        "from: OR subject:note, note",
        "'\"\" OR subject:note', note",
        "subject:note OR (before:foo), note",
        "-(before:foo), invoice note login",
        "before:foo OR after:bar, invoice note login",
    })
    void whatIsPassedOverIsNoAlternative(String query, String expected) {
        assertThat(found(query)).isEqualTo(expected);
    }

    @Test
    void aMalformedExpressionIsToldAsItWasWritten() {
        assertThatThrownBy(() -> found("subject:/a(b/"))
                .isInstanceOfSatisfying(
                        QueryException.class,
                        e -> assertThat(e.text()).contains("missing closing )").doesNotContain("(?i)"));
    }
}
