package dev.restante.assertj;

import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatAttempts;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.FakeSmtpServer;
import dev.restante.Link;
import dev.restante.MailMessage;
import dev.restante.Stage;
import dev.restante.Transcript;
import dev.restante.golden.Golden;
import dev.restante.golden.Messages;
import dev.restante.junit.FakeSmtp;
import dev.restante.shop.OrderMailer;
import dev.restante.shop.RawMail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class CapturedMailAssertTest {
    private static final String EVIDENCE = "The mail:\n  MAIL FROM";

    @FakeSmtp
    FakeSmtpServer smtp;

    private CapturedMail mail;

    @BeforeEach
    void catchAnOrder() {
        new OrderMailer(smtp.host(), smtp.port())
                .confirmWithCopy(new OrderMailer.Order(42, "ann@example.com"), "boss@example.com");
        mail = smtp.takeMail();
    }

    @Test
    void passesForWhatIsThere() {
        assertThat(mail)
                .isFrom("shop@EXAMPLE.com")
                .isTo("boss@example.com", "ann@example.com")
                .isAlsoTo("ann@example.com")
                .isNotTo("carl@example.com")
                .isBlindCopyTo("boss@example.com")
                .hasNoBccLeak()
                .hasSubject("Your order 42")
                .hasHeader("subject")
                .hasHeader("MIME-Version", "1.0")
                .hasHeaderOnce("From")
                .hasNoHeader("X-Spam")
                .hasMessageId()
                .hasAttachments("invoice.pdf")
                .isWellFormed()
                .cameInPlain()
                .wasAcknowledged();
        assertThat(mail).subject().startsWith("Your").endsWith("42");
        assertThat(mail).header("From").contains("The Shop");
        assertThat(mail).from().areExactly("shop@example.com").contain("The Shop", "shop@example.com");
        assertThat(mail).to().areExactly("ann@example.com").hasSize(1).doNotContain("boss@example.com");
        assertThat(mail).cc().isEmpty();
        assertThat(mail).replyTo().isEmpty();
        assertThat(mail).date().isBefore(OffsetDateTime.now(ZoneOffset.UTC).plusMinutes(5));
        assertThat(mail).bytes().contains("Subject: Your order 42".getBytes(US_ASCII));
        assertThat(mail).session().greetedAs("shop.example.com");
        assertThat(mail).envelope().hasSender("shop@example.com").hasRecipientCount(2);
    }

    @Test
    void textLinesEndAsJavasTextBlocksDo() {
        assertThat(mail).text().isEqualTo("""
                        Dear customer,

                        thank you for order 42.
                        Your code is 421337.
                        """).contains("thank you", "code");
    }

    @Test
    void messagesShowTheFactsAndTheDialogue() {
        Golden.matches(
                "mail-is-to",
                catching(() -> assertThat(mail).isTo("ann@example.com", "Boss@example.com", "carl@example.com")));
    }

    private static String catching(Runnable failing) {
        try {
            failing.run();
        } catch (AssertionError failure) {
            return failure.getMessage();
        }
        throw new AssertionError("It was to fail.");
    }

    @Test
    void eachMessageTellsWhatWasExpectedAndWhatThereIs() {
        new Messages()
                .of("isFrom", () -> assertThat(mail).isFrom("Shop@example.com"))
                .of("isTo, a blind copy", () -> assertThat(mail).isTo("ann@example.com"))
                .of(
                        "isTo, one missing",
                        () -> assertThat(mail).isTo("ann@example.com", "boss@example.com", "carl@example.com"))
                .of("isAlsoTo", () -> assertThat(mail).isAlsoTo("anne@example.com"))
                .of("isNotTo", () -> assertThat(mail).isNotTo("ann@example.com"))
                .of("isBlindCopyTo, shown", () -> assertThat(mail).isBlindCopyTo("ann@example.com"))
                .of("isBlindCopyTo, not sent", () -> assertThat(mail).isBlindCopyTo("carl@example.com"))
                .of("hasSubject", () -> assertThat(mail).hasSubject("Your order 43"))
                .of("hasSubject, case", () -> assertThat(mail).hasSubject("your order 42"))
                .of("hasSubject, blanks", () -> assertThat(mail).hasSubject("Your order  42"))
                .of("subject()", () -> assertThat(mail).subject().startsWith("My"))
                .of("hasHeader", () -> assertThat(mail).hasHeader("Subjet"))
                .of("hasHeader, value", () -> assertThat(mail).hasHeader("MIME-Version", "2.0"))
                .of("hasHeader, value, none", () -> assertThat(mail).hasHeader("List-Id", "news"))
                .of("hasHeaderOnce", () -> assertThat(mail).hasHeaderOnce("Sender"))
                .of("hasNoHeader", () -> assertThat(mail).hasNoHeader("mime-version"))
                .of("header()", () -> assertThat(mail).header("Reply-To").isNotEmpty())
                .of("from()", () -> assertThat(mail).from().areExactly("sales@example.com"))
                .of("from(), name", () -> assertThat(mail).from().contain("Shop", "shop@example.com"))
                .of("to(), contain", () -> assertThat(mail).to().contain("bob@example.com"))
                .of("to(), doNotContain", () -> assertThat(mail).to().doNotContain("ann@example.com"))
                .of("to(), size", () -> assertThat(mail).to().hasSize(2))
                .of("to(), empty", () -> assertThat(mail).to().isEmpty())
                .of("cc()", () -> assertThat(mail).cc().contain("bob@example.com"))
                .of("text(), contains", () -> assertThat(mail).text().contains("Thank you for order 42"))
                .of("text(), startsWith", () -> assertThat(mail).text().startsWith("Hello"))
                .of("hasNoText", () -> assertThat(mail).hasNoText())
                .of("hasNoHtml", () -> assertThat(mail).hasNoHtml())
                .of("attachment(), other name", () -> assertThat(mail).attachment("invoise.pdf"))
                .of("hasAttachments", () -> assertThat(mail).hasAttachments("invoice.pdf", "terms.pdf"))
                .of("hasNoAttachments", () -> assertThat(mail).hasNoAttachments())
                .of("inlinePart()", () -> assertThat(mail).inlinePart("logo@shoop"))
                .of("part()", () -> assertThat(mail).part("3.1"))
                .of("nestedMessage()", () -> assertThat(mail).nestedMessage())
                .of("nestedMessage(0)", () -> assertThat(mail).nestedMessage(0))
                .of("cameOverTls", () -> assertThat(mail).cameOverTls())
                .of("cameFromUser", () -> assertThat(mail).cameFromUser("ann"))
                .of("wasNotAcknowledged", () -> assertThat(mail).wasNotAcknowledged())
                .of("replyTo()", () -> assertThat(mail).replyTo().hasSize(1))
                .of(
                        "a description of one's own",
                        () -> assertThat(mail).as("the first mail").hasSubject("x"))
                .match("mail", EVIDENCE);
    }

    @Test
    void partsTellWhichTheyAre() {
        new Messages()
                .of(
                        "hasContentType",
                        () -> assertThat(mail).attachment("invoice.pdf").hasContentType("text/plain"))
                .of(
                        "hasContentTypeParameter",
                        () -> assertThat(mail).part("1.1").hasContentTypeParameter("charset", "x"))
                .of("hasFileName", () -> assertThat(mail).part("1.1").hasFileName("a.txt"))
                .of("hasSize", () -> assertThat(mail).attachment("invoice.pdf").hasSize(3))
                .of(
                        "isAttachment",
                        () -> assertThat(mail).inlinePart("logo@shop").isAttachment())
                .of("isInline", () -> assertThat(mail).attachment("invoice.pdf").isInline())
                .of(
                        "hasContentId",
                        () -> assertThat(mail).inlinePart("cid:logo@shop").hasContentId("x"))
                .of("header()", () -> assertThat(mail).attachment("invoice.pdf").header("Content-Language"))
                .of(
                        "content()",
                        () -> assertThat(mail)
                                .attachment("invoice.pdf")
                                .content()
                                .startsWith((byte) 'X'))
                .of(
                        "text()",
                        () -> assertThat(mail).attachment("invoice.pdf").text().isEqualTo("x"))
                .of(
                        "message()",
                        () -> assertThat(mail).attachment("invoice.pdf").message())
                .match("part", "The part:\n");
        assertThat(mail)
                .attachment("invoice.pdf")
                .isAttachment()
                .isNotEmpty()
                .hasFileName("invoice.pdf")
                .hasContentTypeParameter("name", "invoice.pdf")
                .hasSize(24)
                .text()
                .startsWith("%PDF");
        assertThat(mail)
                .inlinePart("<logo@shop>")
                .isInline()
                .hasContentType("IMAGE/PNG")
                .hasContentId("logo@shop");
    }

    @Test
    void envelopesTellWhatWasSpoken() {
        CapturedMail odd = RawMail.to(smtp)
                .envelope(
                        "MAIL FROM:<> BODY=8BITMIME",
                        "RCPT TO:<ann@example.com> NOTIFY=NEVER",
                        "RCPT TO:<ann@Example.com>")
                .send("Subject: odd", "", "x");
        assertThat(odd)
                .isFrom("")
                .envelope()
                .hasNullSender()
                .hasRecipients("ann@example.com", "ann@example.com")
                .hasParameter("body")
                .hasParameter("BODY", "8BITMIME")
                .hasRecipientParameter("ann@example.com", "NOTIFY", "NEVER");
        new Messages()
                .of("hasSender", () -> assertThat(odd).envelope().hasSender("ann@example.com"))
                .of("hasNullSender", () -> assertThat(mail).envelope().hasNullSender())
                .of("hasRecipients", () -> assertThat(mail).envelope().hasRecipients("ann@example.com"))
                .of(
                        "hasRecipients, order",
                        () -> assertThat(mail).envelope().hasRecipients("boss@example.com", "ann@example.com"))
                .of("hasRecipientCount", () -> assertThat(mail).envelope().hasRecipientCount(1))
                .of("hasNoDuplicateRecipients", () -> assertThat(odd).envelope().hasNoDuplicateRecipients())
                .of("hasParameter", () -> assertThat(odd).envelope().hasParameter("SMTPUTF8"))
                .of("hasParameter, value", () -> assertThat(odd).envelope().hasParameter("BODY", "7BIT"))
                .of(
                        "hasRecipientParameter",
                        () -> assertThat(odd).envelope().hasRecipientParameter("ann@example.com", "NOTIFY", "SUCCESS"))
                .of(
                        "hasRecipientParameter, other",
                        () -> assertThat(odd).envelope().hasRecipientParameter("bob@example.com", "NOTIFY", "NEVER"))
                .match("envelope", EVIDENCE);
    }

    @Test
    void whatATestHoldsByItselfIsShown() {
        Envelope envelope = mail.envelope();
        new Messages()
                .of("hasRecipientCount", () -> assertThat(envelope).hasRecipientCount(7))
                .match("alone-envelope", "The envelope:\n  ");
        Link link = mail.link("Confirm");
        new Messages()
                .of("hasHost", () -> assertThat(link).hasHost("example.org"))
                .of("uri()", () -> assertThat(link).uri().hasPath("/"))
                .of("hasPort", () -> assertThat(new Link("Odd", "a b")).hasPort(1))
                .match("alone-link", "The link:\n  ");
        Transcript transcript = mail.session().orElseThrow().transcript();
        new Messages()
                .of("clientSaid", () -> assertThat(transcript).clientSaid("HELP"))
                .match("alone-transcript", "The dialogue:\n");
        List<Attempt> attempts = smtp.attempts();
        new Messages()
                .of("hasSize", () -> assertThatAttempts(attempts).hasSize(2))
                .of("at()", () -> assertThatAttempts(attempts).at(Stage.RCPT_TO).hasSize(1))
                .of("accepted()", () -> assertThatAttempts(attempts).accepted().isEmpty())
                .match("alone-attempts", "attempts");
    }

    @Test
    void brokenMailsAreToldAsTheyAre() {
        CapturedMail broken = RawMail.to(smtp)
                .send(
                        "Date: yesterday",
                        "Message-ID: none",
                        "Subject: a",
                        "Subject: b",
                        "Content-Type: multipart/mixed; boundary=b",
                        "",
                        "--b",
                        "Content-Type: text/html",
                        "",
                        "<p>only HTML</p>");
        new Messages()
                .of("date()", () -> assertThat(broken).date())
                .of("hasMessageId", () -> assertThat(broken).hasMessageId())
                .of("hasHeaderOnce", () -> assertThat(broken).hasHeaderOnce("Subject"))
                .of("text()", () -> assertThat(broken).text())
                .of("isWellFormed", () -> assertThat(broken).isWellFormed())
                .of("attachment()", () -> assertThat(broken).attachment("a.txt"))
                .match("mail-broken", EVIDENCE);
        CapturedMail bare = RawMail.to(smtp).send("X: y", "", "only text");
        new Messages()
                .of("date()", () -> assertThat(bare).date())
                .of("hasMessageId", () -> assertThat(bare).hasMessageId())
                .of("hasSubject", () -> assertThat(bare).hasSubject("x"))
                .of("html()", () -> assertThat(bare).html())
                .match("mail-bare", EVIDENCE);
    }

    // ---- blind copies

    @Test
    void aBccFieldLeaks() {
        CapturedMail careless = RawMail.to(smtp)
                .envelope("MAIL FROM:<a@example.com>", "RCPT TO:<ann@example.com>", "RCPT TO:<boss@example.com>")
                .send("To: ann@example.com", "Bcc: The Boss <boss@example.com>", "Subject: careless", "", "x");
        new Messages()
                .of("hasNoBccLeak", () -> assertThat(careless).hasNoBccLeak())
                .match("bcc-field", EVIDENCE);
    }

    @Test
    void aBlindCopyNamedAnywhereLeaks() {
        CapturedMail leaking = RawMail.to(smtp)
                .envelope("MAIL FROM:<a@example.com>", "RCPT TO:<ann@example.com>", "RCPT TO:<Boss@example.com>")
                .send(
                        "To: ann@example.com",
                        "X-Delivered: boss@example.com",
                        "Content-Type: text/html",
                        "Content-Transfer-Encoding: base64",
                        "",
                        "Y2M6IGJvc3NAZXhhbXBsZS5jb20=");
        new Messages()
                .of("hasNoBccLeak", () -> assertThat(leaking).hasNoBccLeak())
                .match("bcc-named", EVIDENCE);
    }

    @Test
    void whatOnlyTheRecipientSeesIsNoLeak() {
        assertThat(RawMail.to(smtp)
                        .envelope("MAIL FROM:<list@example.com>", "RCPT TO:<ann@example.com>")
                        .send("To: list@example.com", "", "unsubscribe: https://example.com/?u=ann@example.com"))
                .hasNoBccLeak();
        assertThat(RawMail.to(smtp)
                        .envelope("MAIL FROM:<a@example.com>", "RCPT TO:<boss@example.com>")
                        .send("To: ann@example.com", "Bcc: boss@example.com", "", "your own copy"))
                .hasNoBccLeak();
        assertThat(RawMail.to(smtp)
                        .envelope(
                                "MAIL FROM:<a@example.com>", "RCPT TO:<ann@example.com>", "RCPT TO:<boss@example.com>")
                        .send("To: ann@example.com", "Bcc:", "", "an empty field names no one"))
                .hasNoBccLeak();
    }

    private CapturedMail toAnnAndJoAnn(String... lines) {
        return RawMail.to(smtp)
                .envelope("MAIL FROM:<a@example.com>", "RCPT TO:<ann@example.com>", "RCPT TO:<jo.ann@example.com.au>")
                .send(lines);
    }

    @Test
    void aPieceOfALongerAddressIsNoLeakAndOneInALinkIs() {
        for (String harmless : List.of(
                "joann@example.com",
                "jo-ann@example.com",
                "ann@example.com.au",
                "ann@example.community",
                "x+ann@example.com")) {
            assertThat(toAnnAndJoAnn("To: jo.ann@example.com.au", "", "ask " + harmless))
                    .hasNoBccLeak();
        }
        for (String leak : List.of(
                "https://x.test/?u=ann@example.com&v=1",
                "https://x.test/?u=ann%40example.com",
                "<Ann@Example.com>",
                "mailto:ann@example.com",
                "Write to ann@example.com.")) {
            CapturedMail leaking = toAnnAndJoAnn("To: jo.ann@example.com.au", "", leak);
            assertThatThrownBy(() -> assertThat(leaking).hasNoBccLeak())
                    .as(leak)
                    .hasMessageContaining("names ann@example.com");
        }
    }

    // ---- octets

    @Test
    void octetsAreComparedLineByLine(@TempDir Path folder) throws IOException {
        CapturedMail sent = RawMail.to(smtp).send("Subject: octets", "", "one", "two", "three");
        Path same = Files.write(folder.resolve("same.eml"), sent.bytes());
        Path other = Files.writeString(folder.resolve("other.eml"), "Subject: octets\r\n\r\none\n2\r\nthree\r\n");
        assertThat(sent).hasSameBytesAs(same);
        new Messages()
                .of("hasSameBytesAs", () -> {
                    try {
                        assertThat(sent).hasSameBytesAs(other);
                    } catch (AssertionError failure) {
                        throw new AssertionError(failure.getMessage().replace(folder.toString(), "FOLDER"), failure);
                    }
                })
                .of("bytes()", () -> assertThat(sent).bytes().startsWith((byte) '!'))
                .match("octets", EVIDENCE);
    }

    // ---- nested

    @Test
    void leadsToNestedMessages() {
        CapturedMail forwarded = RawMail.to(smtp)
                .send(
                        "Content-Type: multipart/mixed; boundary=b",
                        "",
                        "--b",
                        "Content-Type: message/rfc822",
                        "",
                        "From: inner@example.com",
                        "Subject: inner",
                        "",
                        "the inner text",
                        "--b--");
        assertThat(forwarded).nestedMessage().hasSubject("inner").from().areExactly("inner@example.com");
        assertThat(forwarded).part("1").message().text().contains("the inner text");
        new Messages()
                .of("nested", () -> assertThat(forwarded).nestedMessage().hasSubject("outer"))
                .match("mail-nested", "The message:\n");
        assertThat(MailMessage.parse("Subject: x\r\n\r\n".getBytes(US_ASCII))).hasSubject("x");
    }

    // ---- one import, soft, own descriptions

    @Test
    void assertJsOwnStayVisible() {
        assertThat(List.of(1, 2)).hasSize(2);
        assertThat("text").startsWith("t");
        assertThat(new AtomicBoolean(true)).isTrue();
        assertThatThrownBy(() -> assertThat((CapturedMail) null).hasSubject("x"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not to be null");
    }

    @Test
    void softAssertionsTellAllAtOnce() {
        AtomicBoolean reached = new AtomicBoolean();
        assertThatThrownBy(() -> MailSoftAssertions.assertSoftly(softly -> {
                    softly.assertThat(mail)
                            .isFrom("a@example.com")
                            .hasSubject("b")
                            .hasNoBccLeak();
                    softly.assertThat(mail).text().contains("never sent").contains("nor this");
                    softly.assertThat(mail).attachment("e.pdf").hasContentType("never told");
                    softly.assertThat(mail).html().link("Nowhere").hasHost("never told");
                    softly.assertThat(mail).attachment("invoice.pdf").content().startsWith((byte) 'g');
                    softly.assertThat(mail)
                            .date()
                            .isAfter(OffsetDateTime.now(ZoneOffset.UTC).plusYears(1));
                    softly.assertThat(mail).header("None").contains("never told");
                    softly.assertThat(smtp).hasMails(7);
                    softly.assertThat(smtp).attempts().hasSize(8);
                    softly.assertThat(mail).session().usedTls().transcript().clientSaid("HELP");
                    softly.assertThat(List.of(1)).hasSize(9);
                    reached.set(true);
                }))
                .hasMessageContaining("Multiple Failures (14 failures)")
                .hasMessageNotContaining("never told");
        assertThat(reached).isTrue();
    }

    @Test
    void aDescriptionIsKeptOnTheWay() {
        assertThat(mail).as("the %s", "first").envelope().hasRecipientCount(2);
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable failing :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        () -> assertThat(mail)
                                .as("100% mine")
                                .html()
                                .link("Confirm")
                                .hasPort(1),
                        () -> assertThat(mail)
                                .as("100% mine")
                                .html()
                                .visibleText()
                                .isEmpty(),
                        () -> assertThat(mail)
                                .as("100% mine")
                                .attachment("invoice.pdf")
                                .isInline(),
                        () -> assertThat(mail).as("100% mine").from().isEmpty(),
                        () -> assertThat(mail)
                                .as("100% mine")
                                .session()
                                .transcript()
                                .clientSaid("HELP"),
                        () -> assertThat(smtp)
                                .as("100% mine")
                                .attempts()
                                .refused()
                                .hasSize(1))) {
            assertThatThrownBy(failing).hasMessageStartingWith("[100% mine");
        }
    }

    @Test
    void whatWasMeantIsGuessed() {
        assertThatThrownBy(() -> assertThat(mail).isFrom("<shop@example.com>"))
                .hasMessageContaining("Give the bare address");
        assertThatThrownBy(() -> assertThat(mail).isTo("Ann <ann@example.com>", "boss@example.com"))
                .hasMessageContaining("Give the bare address");
        assertThatThrownBy(() -> assertThat(mail).hasSubject("Your\u00a0order 42"))
                .hasMessageContaining("differs in white space only");
    }

    @Test
    void softAssertionsBeginOnWhateverATestHolds() {
        assertThatThrownBy(() -> MailSoftAssertions.assertSoftly(softly -> {
                    softly.assertThat(mail.envelope()).hasRecipientCount(7);
                    softly.assertThat(mail.attachments().get(0)).isInline();
                    softly.assertThat(mail.link("Confirm")).hasPort(1);
                    softly.assertThat(mail.session().orElseThrow().transcript()).clientSaid("HELP");
                    softly.assertThatAttempts(smtp.attempts()).hasSize(9).lastFailed();
                }))
                .hasMessageContaining("Multiple Failures (6 failures)");
    }
}
