package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mail in a folder, from one server to the next. */
@Timeout(60)
@SuppressWarnings("try") // The page is there to be open.
class ArchiveTest {
    @TempDir
    Path folder;

    private static FakeSmtpServer server() {
        return FakeSmtpServer.builder().keepMails(3, 1 << 20).build().start();
    }

    private RestanteUi over(FakeSmtpServer smtp) {
        return RestanteUi.builder(smtp).folder(folder).start();
    }

    private static void send(FakeSmtpServer smtp, String subject) throws IOException {
        Sender.send(smtp, "shop@x.test", List.of("ann@y.test", "bob@z.test"), SampleMails.plain(subject, "\u00fc"));
    }

    private List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    /** Three at a moment may be others than those that stay. */
    private void awaitFilesOf(FakeSmtpServer smtp) throws IOException {
        List<String> kept =
                smtp.mails().stream().map(mail -> mail.id() + ".eml").sorted().toList();
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!names(".eml").equals(kept) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
        assertThat(names(".eml")).isEqualTo(kept);
    }

    private void awaitFiles(int count) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (names(".json").size() != count || names(".eml").size() != count) {
            assertThat(System.nanoTime())
                    .as("waiting for %s mails in the folder", count)
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
    }

    @Test
    void mailOutlivesTheServerWithItsMarks() throws Exception {
        List<CapturedMail> before;
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            send(smtp, "first");
            send(smtp, "second");
            awaitFiles(2);
            before = smtp.mails();
            Http http = new Http(ui.url());
            http.get("/api/v1/message/" + before.get(0).id());
            http.send("PUT", "/api/v1/tags", "{\"IDs\":[\"" + before.get(1).id() + "\"],\"Tags\":[\"keep\"]}");
        }
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            List<CapturedMail> after = smtp.mails();
            assertThat(after).isEqualTo(before);
            for (int i = 0; i < 2; i++) {
                assertThat(after.get(i).bytes()).isEqualTo(before.get(i).bytes());
                assertThat(after.get(i).envelope()).isEqualTo(before.get(i).envelope());
                assertThat(after.get(i).client()).isEqualTo(before.get(i).client());
                assertThat(after.get(i).arrivedAt()).isEqualTo(before.get(i).arrivedAt());
            }
            String list = new Http(ui.url()).get("/api/v1/messages").body();
            assertThat(list).contains("\"unread\":1", "\"Tags\":[\"keep\"]");
            assertThat(list.indexOf("second")).isLessThan(list.indexOf("first"));
        }
    }

    @Test
    void whatHadComeIsWrittenBeforeTheEnd() throws Exception {
        int count = 400;
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start()) {
            RestanteUi ui = over(smtp);
            try (Sender sender = Sender.to(smtp, "many.test")) {
                for (int i = 0; i < count; i++) {
                    sender.say("MAIL FROM:<a@x.test>");
                    sender.say("RCPT TO:<b@y.test>");
                    sender.say("DATA");
                    assertThat(sender.say("Subject: no" + i + "\r\n\r\ntext\r\n."))
                            .startsWith("250");
                }
            }
            smtp.close();
            ui.close();
        }
        assertThat(names(".eml")).hasSize(count);
        assertThat(names(".json")).hasSize(count);
        assertThat(names(".tmp")).isEmpty();
    }

    @Test
    void filesGoWithTheirMails() throws Exception {
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            for (int i = 0; i < 5; i++) {
                send(smtp, "no" + i);
            }
            awaitFilesOf(smtp);
            new Http(ui.url())
                    .send(
                            "DELETE",
                            "/api/v1/messages",
                            "{\"IDs\":[\"" + smtp.mails().get(0).id() + "\"]}");
            awaitFiles(2);
            smtp.reset();
            awaitFiles(0);
        }
    }

    @Test
    void whatFindsNoRoomIsNotLoadedAndStaysInTheFolder() throws Exception {
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            for (int i = 0; i < 3; i++) {
                send(smtp, "no" + i);
            }
            awaitFiles(3);
        }
        try (FakeSmtpServer smtp =
                        FakeSmtpServer.builder().keepMails(1, 1 << 20).build().start();
                RestanteUi ui = over(smtp)) {
            assertThat(smtp.mails())
                    .singleElement()
                    .satisfies(mail -> assertThat(mail.message().subject()).contains("no2"));
        }
        assertThat(names(".json")).as("nobody asked for files to go").hasSize(3);
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            assertThat(smtp.mails()).hasSize(3);
        }
    }

    @Test
    void whatIsNotInOrderIsLeftAlone() throws Exception {
        String id = "A".repeat(22);
        Files.writeString(folder.resolve("B".repeat(22) + ".json"), "{\"id\": 5");
        Files.writeString(folder.resolve(id + ".eml"), "Subject: alone\r\n\r\n");
        Files.writeString(folder.resolve("notes.txt"), "mine");
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            send(smtp, "good");
            awaitMail(smtp, id);
        }
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            assertThat(smtp.mails()).hasSize(1);
        }
        assertThat(names("")).contains("notes.txt", id + ".eml", "B".repeat(22) + ".json");
    }

    private void awaitMail(FakeSmtpServer smtp, String stranger) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!Files.exists(folder.resolve(smtp.mails().get(0).id() + ".json"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
        assertThat(smtp.onlooker().mail(stranger)).isEmpty();
    }

    @Test
    void oneServerAtATimeHasAFolder() throws Exception {
        try (FakeSmtpServer smtp = server();
                RestanteUi ui = over(smtp)) {
            assertThatThrownBy(() -> over(smtp))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("Cannot keep mail in " + folder
                            + ": another server keeps its mail there; end it, or name another folder.");
        }
        Path file = Files.writeString(folder.resolve("file"), "");
        try (FakeSmtpServer smtp = server()) {
            assertThatThrownBy(() -> RestanteUi.builder(smtp).folder(file).start())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("Cannot keep mail in " + file);
        }
    }

    @Test
    void aMailIsPutBackUnderItsIdOnce() throws Exception {
        try (FakeSmtpServer smtp = server()) {
            send(smtp, "a");
            CapturedMail mail = smtp.takeMail();
            CapturedMail again = smtp.deliver(mail.id(), Instant.EPOCH, mail.client(), mail.envelope(), mail.bytes());
            assertThat(again).isEqualTo(mail);
            assertThat(again.arrivedAt()).isEqualTo(Instant.EPOCH);
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> smtp.deliver(mail.id(), Instant.EPOCH, mail.client(), mail.envelope(), mail.bytes()))
                    .withMessage("There is a mail with the id " + mail.id() + " already.");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> smtp.deliver("../x", Instant.EPOCH, mail.client(), mail.envelope(), mail.bytes()));
        }
    }
}
