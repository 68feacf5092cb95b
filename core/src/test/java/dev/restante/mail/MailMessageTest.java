package dev.restante.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.HeaderField;
import dev.restante.Link;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailMessageTest {
    private static MailMessage corpus(String name) {
        return MailMessage.parse(Corpus.mail(name));
    }

    private static MailMessage message(String... lines) {
        return MailMessage.parse((String.join("\r\n", lines) + "\r\n").getBytes(UTF_8));
    }

    private static List<String> paths(List<MimePart> parts) {
        return parts.stream().map(MimePart::path).toList();
    }

    @Nested
    class Header {
        private final MailMessage mail = message("Received: one", "received: two", "X-Long: a", "\tb", "", "body");

        @Test
        void isListedInTheOrderSent() {
            assertThat(mail.headers()).extracting(HeaderField::name).containsExactly("Received", "received", "X-Long");
        }

        @Test
        void isFoundWhateverTheCase() {
            assertThat(mail.headers("RECEIVED")).extracting(HeaderField::value).containsExactly("one", "two");
            assertThat(mail.header("RECEIVED")).map(HeaderField::value).contains("one");
            assertThat(mail.header("X-None")).isEmpty();
            assertThat(mail.headers("X-None")).isEmpty();
        }

        @Test
        void keepsTheLinesAsSent() {
            assertThat(mail.rawHeaders()).isEqualTo("Received: one\r\nreceived: two\r\nX-Long: a\r\n\tb\r\n");
        }

        @Test
        void readsEachRawLineInItsOwnCharset() {
            byte[] mixed = "A: \u00c3\u00bc\nB: \u00fc\n\nbody".getBytes(ISO_8859_1);

            assertThat(MailMessage.parse(mixed).rawHeaders()).isEqualTo("A: ü\nB: ü\n");
        }

        @Test
        void printsAsOneLine() {
            assertThat(mail.headers().get(2)).hasToString("X-Long: a b");
            assertThat(mail.headers().get(2).rawValue()).isEqualTo("a\tb");
        }

        @Test
        void cannotBeChanged() {
            assertThatThrownBy(() -> mail.headers().clear()).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> mail.parts().clear()).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> mail.problems().clear()).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Nested
    class Parts {
        private final MailMessage mail = corpus("alternative-with-attachments");

        @Test
        void areNumberedFromOneWithinTheirParent() {
            assertThat(paths(mail.parts())).containsExactly("1.1.1", "1.1.2", "1.2", "2", "3");
            assertThat(mail.part("1.1.2")).map(MimePart::contentType).contains("text/html");
            assertThat(mail.part("1.1")).map(MimePart::contentType).contains("multipart/alternative");
            assertThat(mail.part("0")).contains(mail.root());
        }

        @Test
        void areNumberedZeroWhereThereIsOnlyOne() {
            assertThat(paths(corpus("plain").parts())).containsExactly("0");
            assertThat(corpus("plain").part("0")).map(MimePart::text).contains("Hello Bob,\r\n\r\nthank you.\r\n");
            assertThat(corpus("plain").part("1")).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    ".",
                    "1.",
                    ".1",
                    "4",
                    "1.1.3",
                    "1.1.1.1",
                    "01",
                    "-1",
                    "+1",
                    "1..1",
                    "a",
                    "99999999999",
                    "0.1",
                    "١"
                })
        void areNotFoundUnderOtherPaths(String path) {
            assertThat(mail.part(path)).isEmpty();
        }

        @Test
        void giveTheirContentDecodedAndAsSent() throws IOException {
            MimePart pdf = mail.part("2").orElseThrow();

            assertThat(pdf.bytes()).isEqualTo("%PDF-1.7\n".getBytes(UTF_8));
            assertThat(pdf.rawBytes()).isEqualTo("JVBERi0xLjcK".getBytes(UTF_8));
            assertThat(pdf.size()).isEqualTo(9).isEqualTo(pdf.bytes().length);
            try (InputStream stream = pdf.open()) {
                assertThat(stream.readAllBytes()).isEqualTo(pdf.bytes());
            }
            assertThat(pdf.transferEncoding()).isEqualTo("base64");
            assertThat(pdf).hasToString("2 application/pdf \"rechnung.pdf\"");
        }

        @Test
        void giveTheirHeader() {
            MimePart pdf = mail.part("2").orElseThrow();

            assertThat(pdf.contentTypeParameter("NAME")).contains("rechnung.pdf");
            assertThat(pdf.disposition()).contains("attachment");
            assertThat(pdf.headers()).hasSize(3);
            assertThat(pdf.rawHeaders())
                    .startsWith("Content-Type: application/pdf;")
                    .endsWith("base64\r\n");
            assertThat(mail.part("3").orElseThrow().charset()).contains("iso-8859-1");
            assertThat(mail.part("3").orElseThrow().text()).isEqualTo("Menge;Stück");
        }

        @Test
        void giveTheWholeBodyOfAMultipart() {
            assertThat(new String(mail.part("1.1").orElseThrow().bytes(), UTF_8))
                    .startsWith("--inner")
                    .endsWith("--inner--\r\n");
            assertThat(mail.root().isMultipart()).isTrue();
            assertThat(paths(mail.root().children())).containsExactly("1", "2", "3");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"logo@example.com", "<logo@example.com>", "cid:logo@example.com", "CID:logo%40example.com"})
        void areFoundByContentId(String id) {
            assertThat(mail.byContentId(id)).map(MimePart::path).contains("1.2");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "logo", "cid:", "cid:%zz", "LOGO@example.com", "<>"})
        void areNotFoundByAnotherContentId(String id) {
            assertThat(mail.byContentId(id)).isEmpty();
        }

        @Test
        void haveTheDefaultsOfMimeWithoutAHeader() {
            MimePart root = message("", "body").root();

            assertThat(root.contentType()).isEqualTo("text/plain");
            assertThat(root.transferEncoding()).isEqualTo("7bit");
            assertThat(root.charset()).isEmpty();
            assertThat(root.disposition()).isEmpty();
            assertThat(root.fileName()).isEmpty();
            assertThat(root.contentId()).isEmpty();
            assertThat(root.message()).isEmpty();
        }
    }

    @Nested
    class Texts {
        @Test
        void keepTheirLineBreaks() {
            assertThat(message("Subject: x", "", "Hello").text()).contains("Hello\r\n");
            assertThat(message("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "Hello", "--b--")
                            .text())
                    .contains("Hello");
        }

        @Test
        void areJoinedInAMixedMessage() {
            assertThat(corpus("text-attachments").text()).contains("shown\n--\nshown too");
        }

        @Test
        void areTheFirstOfTheHighestLevelInAnAlternativeMessage() {
            MailMessage mail = message(
                    "Content-Type: multipart/alternative; boundary=a",
                    "",
                    "--a",
                    "Content-Type: multipart/related; boundary=b",
                    "",
                    "--b",
                    "",
                    "deep",
                    "--b",
                    "Content-Type: text/html",
                    "",
                    "deep html",
                    "--b--",
                    "--a",
                    "",
                    "flat",
                    "--a",
                    "Content-Type: text/html",
                    "",
                    "flat html",
                    "--a--");

            assertThat(mail.text()).contains("flat");
            assertThat(mail.html()).contains("flat html");
        }

        @Test
        void areNotMadeFromHtml() {
            assertThat(message("Content-Type: text/html", "", "<p>Hello</p>").text())
                    .isEmpty();
        }

        @Test
        void areNeitherAttachmentsNorAbsentHtml() {
            assertThat(message("Content-Disposition: attachment", "", "x").text())
                    .isEmpty();
            assertThat(corpus("text-attachments").html()).isEmpty();
        }
    }

    @Nested
    class Attachments {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                nullValues = "-",
                value = {
                    // of a part                               attachment | inline
                    "application/pdf          | attachment       | true  | false",
                    "application/pdf          | inline           | false | true",
                    "application/pdf          | -                | false | true",
                    "application/pdf          | odd              | true  | false",
                    "application/octet-stream | -                | true  | false",
                    "application/octet-stream | inline           | true  | true",
                    "application/octet-stream | attachment       | true  | false",
                    "message/rfc822           | -                | false | true",
                    "text/calendar            | -                | false | true",
                    "text/plain               | -                | false | false",
                    "text/plain               | odd              | false | false",
                    "text/plain               | attachment       | true  | false",
                    "text/html                | inline           | false | true",
                    "text/html                | -                | false | false",
                    "multipart/mixed          | attachment       | false | false",
                })
        void areToldFromInlinePartsAndBodies(String type, String disposition, boolean attachment, boolean inline) {
            MailMessage mail = message(
                    "Content-Type: multipart/mixed; boundary=b",
                    "",
                    "--b",
                    "Content-Type: " + type,
                    disposition == null ? "X-None: x" : "Content-Disposition: " + disposition,
                    "",
                    "content",
                    "--b--");

            MimePart part = mail.part("1").orElseThrow();
            assertThat(part.isAttachment()).isEqualTo(attachment);
            assertThat(part.isInline()).isEqualTo(inline);
            assertThat(mail.attachments()).hasSize(attachment ? 1 : 0);
            assertThat(mail.inlineParts()).hasSize(inline ? 1 : 0);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                nullValues = "-",
                value = {
                    "application/pdf | -          | true  | false",
                    "application/pdf | inline     | false | true",
                    "text/calendar   | -          | true  | false",
                    "text/plain      | inline     | false | false",
                    "text/plain      | attachment | true  | false",
                    "text/html       | -          | false | false",
                })
        void areToldFromBodiesInAMessageOfOnePart(String type, String disposition, boolean attachment, boolean inline) {
            MimePart root = message(
                            "Content-Type: " + type,
                            disposition == null ? "X-None: x" : "Content-Disposition: " + disposition,
                            "",
                            "content")
                    .root();

            assertThat(root.isAttachment()).isEqualTo(attachment);
            assertThat(root.isInline()).isEqualTo(inline);
        }

        @Test
        void areListedLevelByLevel() {
            MailMessage mail = message(
                    "Content-Type: multipart/mixed; boundary=a",
                    "",
                    "--a",
                    "Content-Type: multipart/mixed; boundary=b",
                    "",
                    "--b",
                    "Content-Type: application/octet-stream",
                    "",
                    "deep",
                    "--b--",
                    "--a",
                    "Content-Type: application/octet-stream",
                    "",
                    "flat",
                    "--a--");

            assertThat(paths(mail.attachments())).containsExactly("2", "1.1");
            assertThat(paths(mail.parts())).containsExactly("1.1", "2");
        }
    }

    @Nested
    class NestedMessages {
        @Test
        void haveTheirPartsBelowThePartThatHoldsThem() {
            MailMessage mail = corpus("forwarded-messages");
            MailMessage first = mail.nestedMessages().get(0);

            assertThat(mail.part("2.1")).map(MimePart::rawBytes).contains("inside".getBytes(UTF_8));
            assertThat(mail.part("2.2.1")).map(MimePart::text).contains("deep");
            assertThat(mail.part("2.2")).map(MimePart::contentType).contains("message/rfc822");
            assertThat(mail.part("2.3")).isEmpty();
            assertThat(mail.part("2.2.1.1")).isEmpty();
            assertThat(mail.part("2.0")).isEmpty();
            assertThat(first.part("2.1")).map(MimePart::text).contains("deep");
        }

        @Test
        void areReadOneLevelAtATime() {
            MailMessage mail = corpus("forwarded-messages");

            assertThat(mail.nestedMessages())
                    .extracting(message -> message.subject().orElseThrow())
                    .containsExactly("first", "encoded");
            MailMessage first = mail.nestedMessages().get(0);
            assertThat(first.nestedMessages())
                    .singleElement()
                    .extracting(MailMessage::text)
                    .hasToString("Optional[deep]");
            assertThat(first.bytes()).isEqualTo(mail.part("2").orElseThrow().bytes());
            assertThat(first.part("1").orElseThrow().rawBytes()).isEqualTo("inside".getBytes(UTF_8));
        }

        @Test
        void areSplitInADigestWithoutSayingSo() {
            assertThat(corpus("digest").nestedMessages()).hasSize(2);
        }

        @Test
        void areReadInInternationalMessagesToo() {
            assertThat(message("Content-Type: message/global", "", "Subject: ü", "")
                            .nestedMessages())
                    .singleElement()
                    .extracting(message -> message.subject().orElseThrow())
                    .isEqualTo("ü");
        }
    }

    @Test
    void findsCalendars() {
        assertThat(corpus("calendar-invite").calendars())
                .singleElement()
                .extracting(part -> part.contentTypeParameter("method").orElseThrow())
                .isEqualTo("REQUEST");
    }

    @Test
    void namesItsProblemsAndTheirPlace() {
        assertThat(corpus("boundary-never-closed").problems())
                .containsExactly("part 2: boundary \"y\" is never closed", "message: boundary \"x\" is never closed");
        assertThat(corpus("alternative-with-attachments").problems()).isEmpty();
    }

    @Test
    void quotesWhatItFoundOnOneBearableLine() {
        MailMessage mail = message("Date: " + "x\u0001".repeat(100), "", "");

        assertThat(mail.problems())
                .containsExactly("message: header field Date is no date: \"" + "x\uFFFD".repeat(40) + "…\"");
    }

    @Test
    void listsNoMoreThanAThousandProblems() {
        MailMessage mail =
                message("Content-Type: multipart/mixed; boundary=b", "", "--b\r\nno field\r\n".repeat(1_500), "--b--");

        assertThat(mail.problems()).hasSize(1_001).last().isEqualTo("and 500 more problems");
    }

    @Test
    void isSafeToReadFromManyThreads() throws Exception {
        byte[] octets = Corpus.mail("alternative-with-attachments");
        String expected = Corpus.expected("alternative-with-attachments");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 50; round++) {
                MailMessage mail = MailMessage.parse(octets);
                List<Callable<String>> readers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    readers.add(() -> MessageDump.of(mail));
                }
                for (Future<String> read : threads.invokeAll(readers)) {
                    assertThat(read.get()).isEqualTo(expected);
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void doesNotChangeWithTheArrayItWasMadeOf() {
        byte[] octets = Corpus.mail("plain");
        MailMessage mail = MailMessage.parse(octets);

        Arrays.fill(octets, (byte) 'x');
        mail.root().bytes()[0] = 'x';
        mail.bytes()[0] = 'x';

        assertThat(MessageDump.of(mail)).isEqualTo(Corpus.expected("plain"));
    }

    @Test
    void readsOctetsInChunksAsInOne() {
        for (String name : Corpus.names()) {
            byte[] octets = Corpus.mail(name);
            List<byte[]> chunks = new ArrayList<>();
            for (int at = 0; at < octets.length; at += 7) {
                chunks.add(Arrays.copyOfRange(octets, at, Math.min(at + 7, octets.length)));
            }
            assertThat(MessageDump.of(MailMessage.parse(Octets.adopt(chunks))))
                    .as(name)
                    .isEqualTo(Corpus.expected(name));
        }
    }

    @Test
    void printsItsSubjectAndSize() {
        assertThat(corpus("plain")).hasToString("MailMessage[Your order 42, 196 octets]");
        assertThat(corpus("empty")).hasToString("MailMessage[no subject, 0 octets]");
    }

    /** Each URL keeps the words of its line: they must be the same object, not a copy for each. */
    @Test
    void aLineOfManyUrlsCostsNoMoreThanItsLength() {
        byte[] mail =
                ("Content-Type: text/plain\r\n\r\n" + "see http://x.example/a?b=c, ".repeat(100_000)).getBytes(UTF_8);
        List<Link> links = MailMessage.parse(mail).links();
        assertThat(links).hasSize(100_000);
        assertThat(links.get(99_999).text()).isSameAs(links.get(0).text());
    }

    @Test
    void anAddressOfVeryManyWordsIsCutShort() {
        byte[] mail = ("To: " + "a ".repeat(1_000_000) + "\r\n\r\n").getBytes(UTF_8);
        MailMessage message = MailMessage.parse(mail);
        assertThat(message.to()).hasSize(1);
        assertThat(message.problems()).anyMatch(problem -> problem.contains("more than 10000 words"));
    }
}
