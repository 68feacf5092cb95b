package dev.restante.assertj;

import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatIllegalArgumentException;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.golden.Golden;
import dev.restante.junit.FakeSmtp;
import dev.restante.shop.OrderMailer;
import dev.restante.shop.RawMail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

@Timeout(30)
class SnapshotTest {
    @FakeSmtp
    FakeSmtpServer smtp;

    @TempDir
    Path folder;

    private CapturedMail order(int number) {
        new OrderMailer(smtp.host(), smtp.port()).confirm(new OrderMailer.Order(number, "ann@example.com"));
        return smtp.takeMail();
    }

    private SnapshotFiles files(String mode, String ci) {
        return SnapshotFiles.of(mode, folder.toString(), ci);
    }

    private static String told(Optional<SnapshotFiles.Mismatch> mismatch, Path folder) {
        return mismatch.orElseThrow().headline().replace(folder.toString(), "FOLDER");
    }

    @Test
    void aMailMatchesTheSnapshotOfItsKind() {
        assertThat(order(42)).matchesSnapshot("order-confirmation");
    }

    @Test
    void aMailThatDiffersFailsWithBothForTheIdeAndTheEvidence() {
        assumeThat(System.getProperty(SnapshotFiles.MODE, "")).isNotEqualTo("update");
        CapturedMail other = order(43);
        assertThatThrownBy(() -> assertThat(other).matchesSnapshot("order-confirmation"))
                .isInstanceOfSatisfying(AssertionFailedError.class, failure -> {
                    assertThat(failure.getExpected().getStringRepresentation()).contains("Subject: Your order 42");
                    assertThat(failure.getActual().getStringRepresentation()).contains("Subject: Your order 43");
                })
                .hasMessageContaining("- Subject: Your order 42\n  + Subject: Your order 43")
                .hasMessageContaining("The mail:\n  MAIL FROM")
                .hasMessageContaining("The dialogue of session 1");
    }

    @Test
    void whatDiffersFromMailToMailIsMadeTheSame() {
        Snapshot standard = Snapshot.standard();
        assertThat(standard.of(order(42))).isEqualTo(standard.of(order(42)));
        CapturedMail other = order(43);
        assertThat(standard.of(other)).isNotEqualTo(standard.of(order(42)));
        assertThat(standard.replacing("(order|Order)([ =])\\d+", "$1$2{n}").of(other))
                .isEqualTo(
                        standard.replacing("(order|Order)([ =])\\d+", "$1$2{n}").of(order(42)));
    }

    @Test
    void eachThingIsReplacedWhereItStandsAndNowhereElse() {
        CapturedMail mail = RawMail.to(smtp)
                .envelope("MAIL FROM:<a@example.com> SIZE=1234 BODY=8BITMIME", "RCPT TO:<ann@example.com>")
                .send(
                        "Date: Mon, 23 Nov 2026 01:02:03 +0000",
                        "Message-ID: <me@example.com>",
                        "References: <other@example.com> <me@example.com>",
                        "DKIM-Signature: v=1; b=abc",
                        "X-Mailer: 1.2.3",
                        "Content-Type: multipart/related; boundary=\"=-b1\"; type=\"text/html\"",
                        "",
                        "--=-b1",
                        "Content-Type: text/html",
                        "",
                        "<img src='cid:logo'> logo, me@example.com, Date: today",
                        "--=-b1",
                        "Content-ID: <logo>",
                        "Content-Type: image/png",
                        "",
                        "png",
                        "--=-b1",
                        "Content-Type: message/rfc822",
                        "",
                        "Date: Tue, 24 Nov 2026 01:02:03 +0000",
                        "Message-ID: <nested@example.com>",
                        "",
                        "nested",
                        "--=-b1--");
        Golden.matches(
                "snapshot",
                Snapshot.standard().ignoringHeaders("x-mailer").of(mail) + "\n----\n"
                        + Snapshot.standard().ignoringContentOf("image/png").of(mail));
    }

    @Test
    void aMissingOneIsWrittenAndThenCompared() {
        assertThat(files(null, null).compare("a/b", "text\n")).isEmpty();
        assertThat(folder.resolve("a/b.txt")).hasContent("text\n");
        assertThat(files(null, null).compare("a/b", "text\n")).isEmpty();
        assertThat(files(null, null).compare("a/b", "other\n")).isPresent();
        assertThat(folder.resolve("a/b.txt")).hasContent("text\n");
    }

    @Test
    void inCiAMissingOneFailsAndIsNotWritten() {
        Golden.matches("snapshot-missing", told(files(null, "true").compare("welcome", "To: ann\n\ntext\n"), folder));
        assertThat(folder).isEmptyDirectory();
        assertThat(files(null, "false").compare("welcome", "text\n")).isEmpty();
    }

    @Test
    void aDifferenceIsShownLineByLine() throws IOException {
        Files.writeString(
                folder.resolve("welcome.txt"),
                "From: a\r\nTo: b\r\nSubject: Hello\r\n\r\none\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix\r\nseven\r\n");
        Golden.matches(
                "snapshot-differs",
                told(
                        files("verify", null)
                                .compare(
                                        "welcome",
                                        "From: a\nTo: c\nSubject: Hello\n\none\ntwo\nthree\nfour\n5\nsix\nseven\neight\n"),
                        folder));
    }

    @Test
    void whatEditorsAndVersionControlDoToAFileIsNoDifference() throws IOException {
        String text = "Subject: Gr\u00fc\u00dfe\n\none\n\n";
        String found = "Subject: Gr\u00fc\u00dfe\n\none\n";
        for (String file : List.of(
                text, text.strip(), "\ufeff" + text, text.replace("\n", "\r\n"), text.replace("one", "one  "))) {
            Files.writeString(folder.resolve("welcome.txt"), file);
            assertThat(files("verify", null).compare("welcome", found)).as(file).isEmpty();
        }
        Files.writeString(folder.resolve("welcome.txt"), text.replace("\n\none", "\none"));
        assertThat(files("verify", null).compare("welcome", found)).isPresent();
    }

    @Test
    void severalInOneTestAreFilesOfTheirOwnAndABinaryAttachmentIsKnownByItsOctets() {
        byte[] one = {0, 1, (byte) 0xff};
        assertThat(files(null, null).compare("one", Snapshot.standard().of(attached(one))))
                .isEmpty();
        assertThat(files(null, null).compare("folder/one", Snapshot.standard().of(order(42))))
                .isEmpty();
        assertThat(files("verify", null).compare("one", Snapshot.standard().of(attached(one))))
                .isEmpty();
        assertThat(told(
                        files("verify", null).compare("one", Snapshot.standard().of(attached(new byte[] {0, 1, 2}))),
                        folder))
                .contains("- {3 octets, SHA-256 ", "+ {3 octets, SHA-256 ");
    }

    private CapturedMail attached(byte[] content) {
        return RawMail.to(smtp)
                .send(
                        "Received: from here by there; " + java.time.Instant.now(),
                        "Content-Type: application/octet-stream; name=x.bin",
                        "Content-Transfer-Encoding: base64",
                        "",
                        Base64.getEncoder().encodeToString(content));
    }

    @Test
    void theSwitchUpdates() {
        assertThat(files("update", "true").compare("welcome", "old\n")).isEmpty();
        assertThat(files("UPDATE", "true").compare("welcome", "new\n")).isEmpty();
        assertThat(folder.resolve("welcome.txt")).hasContent("new\n");
    }

    @Test
    void namesThatLeaveTheFolderAndUnknownModesAreRefused() {
        for (String name : new String[] {"../x", "/x", "a//b", "", "a/../b", "a b"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> files(null, null).compare(name, "text"))
                    .withMessageContaining("\"" + name + "\"");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files("overwrite", null))
                .withMessageContaining("restante.snapshots is create, verify or update");
    }
}
