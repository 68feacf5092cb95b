package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The index is filled before anybody searches, stays within its bound, and forgets what is removed. */
@Timeout(30)
class SearchIndexTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final MailMarks marks = new MailMarks(smtp.onlooker());

    @AfterEach
    void close() {
        marks.close();
        smtp.close();
    }

    private void send(String subject, String body) throws IOException {
        Sender.send(
                smtp,
                "shop@example.test",
                List.of("bob@example.test"),
                "Subject: " + subject + "\nX-Kind: Test, " + subject + "\n\n" + body + "\n");
    }

    private static void eventually(BooleanSupplier state) throws InterruptedException {
        while (!state.getAsBoolean()) { // the class has a time-out
            Thread.sleep(5);
        }
    }

    private static List<String> subjects(Search search, String query) {
        return search.find(QueryParser.parse(query, ZoneOffset.UTC).query()).stream()
                .map(mail -> mail.subject().orElse(""))
                .toList();
    }

    @Test
    void mailsAreReadAsTheyArriveAndForgottenAsTheyGo() throws Exception {
        send("before", "was here before the search");
        try (Search search = new Search(smtp.onlooker(), marks)) {
            send("after", "came later");
            SearchIndex index = search.index();
            long texts = 2L * "was here before the search came later".length();
            eventually(() -> index.mails() == 2 && index.behind() == 0 && index.used() > texts);

            CapturedMail taken = smtp.takeMail();
            eventually(() -> index.mails() == 1);
            smtp.clear();
            eventually(() -> index.mails() == 0);

            assertThat(index.used()).isZero();
            assertThat(taken.subject()).contains("before");
        }
    }

    @Test
    void whatFindsNoRoomIsFoundAllTheSame() throws Exception {
        long room = 1_000;
        try (Search search = new Search(smtp.onlooker(), marks, room, Duration.ofMinutes(1))) {
            for (int i = 0; i < 20; i++) {
                send("mail " + i, "word" + i + " ŁŁ " + "x".repeat(100));
            }
            eventually(() -> search.index().behind() == 0);

            for (int i = 0; i < 20; i++) {
                assertThat(subjects(search, "word" + i + " -nothing")).contains("mail " + i);
                assertThat(subjects(search, "header:x-kind=\"test, mail " + i + "\" envelope-from:shop"))
                        .contains("mail " + i);
                assertThat(subjects(search, "/word" + i + " Ł/")).containsExactly("mail " + i);
            }
            assertThat(search.index().used()).isBetween(1L, room);
        }
    }

    @Test
    void largeMailsAreReadOnlyWhenASearchAsks() throws Exception {
        try (Search search = new Search(smtp.onlooker(), marks)) {
            send("large", ("x".repeat(70) + "\n").repeat(16_000) + "needle");
            send("small", "x");
            eventually(() -> search.index().mails() > 0 && search.index().behind() == 0);
            assertThat(search.index().mails()).isEqualTo(1);

            assertThat(subjects(search, "needle")).containsExactly("large");
            assertThat(search.index().used()).isGreaterThan(1_000_000);
        }
    }

    @Test
    void markersOfPlacesAreNoTextAndLinesDoNotRunTogether() throws Exception {
        try (Search search = new Search(smtp.onlooker(), marks)) {
            send("one", "two");
            assertThat(subjects(search, "subject:oneone OR body:twotwo OR to:\"bob@example.test\nshop\""))
                    .isEmpty();
            for (char c = 1; c < 32; c++) {
                assertThat(subjects(search, "subject:" + c + "one OR header:x-kind:=" + c))
                        .as("character %d", (int) c)
                        .isEqualTo(Character.isWhitespace(c) ? subjects(search, "subject:" + c + "one") : List.of());
            }
        }
    }

    @Test
    void unreadMailsAreCountedRightWhateverWent() throws Exception {
        for (int i = 0; i < 4; i++) {
            send("mail " + i, "x");
        }
        List<CapturedMail> mails = smtp.mails();
        marks.markRead(mails.get(0), true);
        marks.markRead(mails.get(1), true);
        assertThat(marks.unread(smtp.onlooker().newest(0, 0))).isEqualTo(2);

        smtp.takeMail(); // a read one
        assertThat(marks.unread(smtp.onlooker().newest(0, 0))).isEqualTo(2);
        smtp.remove(dev.restante.Matching.subject("mail 3")); // an unread one
        assertThat(marks.unread(smtp.onlooker().newest(0, 0))).isEqualTo(1);
        marks.markRead(mails.get(2), true);
        assertThat(marks.unread(smtp.onlooker().newest(0, 0))).isZero();
        smtp.clear();
        send("new", "x");
        assertThat(marks.unread(smtp.onlooker().newest(0, 0))).isEqualTo(1);
    }
}
