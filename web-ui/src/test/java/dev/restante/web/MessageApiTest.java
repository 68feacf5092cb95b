package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class MessageApiTest {
    private static FakeSmtpServer smtp;
    private static RestanteUi ui;
    private static Http http;

    @BeforeAll
    static void open() {
        smtp = FakeSmtpServer.create().start();
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
    }

    @AfterAll
    static void close() {
        ui.close();
        smtp.close();
    }

    @BeforeEach
    void forget() {
        smtp.reset();
    }

    private static String sent(String mail, String... recipients) throws Exception {
        Sender.send(smtp, "bounces@shop.test", List.of(recipients), mail);
        List<dev.restante.CapturedMail> mails = smtp.mails();
        return mails.get(mails.size() - 1).id();
    }

    @Test
    void listsTheNewestFirstWithMailpitsKeysAndNoOthers() throws Exception {
        String older = sent(SampleMails.plain("Older", "one"), "bob@example.test");
        String newer = sent(SampleMails.invoice(), "mara@example.test", "desk@example.test", "secret@example.test");

        JsonNode page = http.json("/api/v1/messages");

        assertThat(Http.keys(page))
                .containsExactly(
                        "total", "unread", "count", "messages_count", "messages_unread", "start", "tags", "messages");
        assertThat(page.get("total").asInt()).isEqualTo(2);
        assertThat(page.get("tags").size()).isZero();
        assertThat(Http.texts(page.get("messages"), "ID")).containsExactly(newer, older);
        JsonNode summary = page.get("messages").get(0);
        assertThat(Http.keys(summary))
                .containsExactly(
                        "ID",
                        "MessageID",
                        "Read",
                        "From",
                        "To",
                        "Cc",
                        "Bcc",
                        "ReplyTo",
                        "Subject",
                        "Created",
                        "Username",
                        "Tags",
                        "Size",
                        "Attachments",
                        "Snippet");
        assertThat(summary.get("MessageID").asString()).isEqualTo("invoice@shop.test");
        assertThat(summary.get("Read").asBoolean()).isFalse();
        assertThat(summary.get("From").toString())
                .isEqualTo("{\"Name\":\"Harbour Books\",\"Address\":\"orders@shop.test\"}");
        assertThat(summary.get("To").get(0).get("Name").asString()).isEqualTo("Mara Lindqvistå");
        assertThat(Http.texts(summary.get("Bcc"), "Address")).containsExactly("secret@example.test");
        assertThat(Http.texts(summary.get("ReplyTo"), "Address")).containsExactly("help@shop.test");
        assertThat(summary.get("Subject").asString()).isEqualTo("Your invoice € 46");
        assertThat(summary.get("Created").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(summary.get("Size").asInt())
                .isEqualTo(smtp.mail(newer).orElseThrow().size());
        assertThat(summary.get("Attachments").asInt())
                .as("the nameless one counts too")
                .isEqualTo(2);
        assertThat(summary.get("Snippet").asString()).isEqualTo("Thank you Mara, it is on its way.");
    }

    @Test
    void anEmptyListHasEmptyArrays() throws Exception {
        JsonNode page = http.json("/api/v1/messages");

        assertThat(page.get("messages").isArray()).isTrue();
        assertThat(page.get("messages").size()).isZero();
        assertThat(page.get("unread").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "start=0&limit=2, 3 2",
        "start=1&limit=1, 2",
        "start=2, 1",
        "start=9, ''",
        "limit=0, 3 2 1",
        "start=-1&limit=-5, 3 2 1",
        "start=x&limit=y, 3 2 1",
        "limit=99999999999, 3 2 1",
        "start=1&limit=2147483647, 2 1",
    })
    void pagesThroughTheList(String query, String subjects) throws Exception {
        for (int i = 1; i <= 3; i++) {
            sent(SampleMails.plain(String.valueOf(i), "text"), "bob@example.test");
        }

        JsonNode page = http.json("/api/v1/messages?" + query);

        assertThat(String.join(" ", Http.texts(page.get("messages"), "Subject")))
                .isEqualTo(subjects);
        assertThat(page.get("count").asInt()).isEqualTo(page.get("messages").size());
        assertThat(page.get("messages_count").asInt()).isEqualTo(3);
    }

    @Test
    void tellsOneMailWithMailpitsKeysAndNoOthers() throws Exception {
        String id = sent(SampleMails.invoice(), "mara@example.test", "desk@example.test", "secret@example.test");

        JsonNode message = http.json("/api/v1/message/" + id);

        assertThat(Http.keys(message))
                .containsExactly(
                        "ID",
                        "MessageID",
                        "From",
                        "To",
                        "Cc",
                        "Bcc",
                        "ReplyTo",
                        "ReturnPath",
                        "Subject",
                        "ListUnsubscribe",
                        "Date",
                        "Tags",
                        "Username",
                        "Text",
                        "HTML",
                        "Size",
                        "Inline",
                        "Attachments");
        assertThat(message.get("ReturnPath").asString()).isEqualTo("bounces@shop.test");
        assertThat(message.get("Date").asString()).isEqualTo("2026-01-05T10:00:00.000+01:00");
        assertThat(message.get("Text").asString()).isEqualTo("Thank you, Mara.");
        assertThat(message.get("HTML").asString()).contains("<h1>Thank&nbsp;you</h1>");
        JsonNode unsubscribe = message.get("ListUnsubscribe");
        assertThat(Http.keys(unsubscribe)).containsExactly("Header", "Links", "Errors", "HeaderPost");
        assertThat(unsubscribe.get("Links").toString()).isEqualTo("[\"https://shop.test/u\",\"mailto:off@shop.test\"]");
    }

    @Test
    void partsWithoutANameAreNoAttachmentsOfTheMessage() throws Exception {
        sent(SampleMails.invoice(), "mara@example.test");

        JsonNode message = http.json("/api/v1/message/latest");

        assertThat(message.get("Attachments").size()).isEqualTo(1);
        JsonNode invoice = message.get("Attachments").get(0);
        assertThat(Http.keys(invoice))
                .containsExactly("PartID", "FileName", "ContentType", "ContentID", "Size", "Checksums");
        assertThat(invoice.get("PartID").asString()).isEqualTo("2");
        assertThat(invoice.get("FileName").asString()).isEqualTo("Invoice 1.pdf");
        assertThat(invoice.get("ContentType").asString()).isEqualTo("application/pdf");
        assertThat(invoice.get("Size").asInt()).isEqualTo(16);
        assertThat(Http.keys(invoice.get("Checksums"))).containsExactly("MD5", "SHA1", "SHA256");
        assertThat(invoice.get("Checksums").get("SHA256").asString()).hasSize(64);
        JsonNode logo = message.get("Inline").get(0);
        assertThat(logo.get("ContentID").asString()).isEqualTo("logo@shop");
        assertThat(logo.get("FileName").asString()).isEqualTo("logo.png");
    }

    @Test
    void lineEndsOfTheTextAreKept() throws Exception {
        String id = sent(SampleMails.plain("Hello", "Hello"), "bob@example.test");

        assertThat(http.json("/api/v1/message/" + id).get("Text").asString()).isEqualTo("Hello\r\n");
    }

    @Test
    void aNullSenderLeavesTheReturnPathToFrom() throws Exception {
        Sender.send(smtp, "", List.of("bob@example.test"), SampleMails.plain("Bounce", "text"));

        assertThat(http.json("/api/v1/message/latest").get("ReturnPath").asString())
                .isEqualTo("ann@example.test");
    }

    @Test
    void bccHoldsEachHiddenRecipientOnce() throws Exception {
        sent(SampleMails.plain("Hi", "text"), "BOB@example.test", "eve@example.test", "EVE@example.test");

        assertThat(Http.texts(http.json("/api/v1/message/latest").get("Bcc"), "Address"))
                .containsExactly("eve@example.test");
    }

    @Test
    void theTextOfAMailWithHtmlOnlyIsMadeFromIt() throws Exception {
        sent(SampleMails.html("x", "<p>One</p><p>Two <a href='https://x.test/'>there</a></p>"), "bob@example.test");

        assertThat(http.json("/api/v1/message/latest").get("Text").asString())
                .isEqualTo("One\n\nTwo there (https://x.test/)");
    }

    @Test
    void lookingAtAMailMarksItReadAndItsHeadersDoNot() throws Exception {
        String id = sent(SampleMails.plain("Hi", "text"), "bob@example.test");
        for (String path : List.of("/headers", "/raw", "/part/0", "/evidence")) {
            http.get("/api/v1/message/" + id + path);
        }
        assertThat(http.json("/api/v1/messages").get("unread").asInt()).isEqualTo(1);

        http.get("/view/" + id + ".txt");

        JsonNode page = http.json("/api/v1/messages");
        assertThat(page.get("unread").asInt()).isZero();
        assertThat(page.get("messages").get(0).get("Read").asBoolean()).isTrue();
    }

    @Test
    void rawIsWhatWasSent() throws Exception {
        String id = sent(SampleMails.invoice(), "mara@example.test");

        HttpResponse<byte[]> raw = http.bytes("/api/v1/message/" + id + "/raw");
        HttpResponse<byte[]> saved = http.bytes("/api/v1/message/latest/raw?dl=1");

        assertThat(raw.body()).isEqualTo(smtp.mail(id).orElseThrow().bytes()).isEqualTo(saved.body());
        assertThat(raw.headers().firstValue("Content-Type").orElseThrow())
                .isEqualToIgnoringWhitespace("text/plain;charset=utf-8");
        assertThat(raw.headers().firstValue("Content-Disposition")).isEmpty();
        assertThat(saved.headers().firstValue("Content-Disposition"))
                .contains("attachment; filename=\"" + id + ".eml\"");
    }

    @Test
    void headersAreRawUnfoldedAndNamedAsGoNamesThem() throws Exception {
        sent(SampleMails.invoice(), "mara@example.test");

        JsonNode headers = http.json("/api/v1/message/latest/headers");

        assertThat(Http.keys(headers)).contains("Message-Id", "Mime-Version", "X-Folded", "Reply-To");
        assertThat(headers.get("Subject").toString()).isEqualTo("[\"=?utf-8?q?Your_invoice_=E2=82=AC_46?=\"]");
        assertThat(headers.get("X-Folded").toString()).isEqualTo("[\"one two\"]");
    }

    @Test
    void repeatedHeadersKeepTheirOrder() {
        assertThat(MessageApi.rawHeaders("received: b\r\nX-One: 1\r\nReceived:\r\n a\r\nodd name: x\r\nnothing"))
                .containsExactly(
                        java.util.Map.entry("Received", List.of("b", "a")),
                        java.util.Map.entry("X-One", List.of("1")),
                        java.util.Map.entry("odd name", List.of("x")));
    }

    @Test
    void partsComeDecoded() throws Exception {
        sent(SampleMails.invoice(), "mara@example.test");

        HttpResponse<byte[]> logo = http.bytes("/api/v1/message/latest/part/1.2");
        HttpResponse<byte[]> text = http.bytes("/api/v1/message/latest/part/1.1.1");
        HttpResponse<byte[]> invoice = http.bytes("/api/v1/message/latest/part/2");

        assertThat(logo.body()).isEqualTo(SampleMails.PIXEL);
        assertThat(logo.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(new String(text.body(), StandardCharsets.UTF_8)).isEqualTo("Thank you, Mara.");
        assertThat(text.headers().firstValue("Content-Type").orElseThrow()).contains("utf-8");
        assertThat(invoice.headers().firstValue("Content-Disposition")).contains("inline; filename=\"Invoice+1.pdf\"");
        assertThat(invoice.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("sandbox;");
    }

    @Test
    void viewsAreTheTextAndTheHtmlWithItsImagesHere() throws Exception {
        String id = sent(SampleMails.invoice(), "mara@example.test");

        HttpResponse<String> html = http.get("/view/" + id + ".html");
        HttpResponse<String> text = http.get("/view/latest.txt");

        assertThat(html.body()).contains("<img src=\"/api/v1/message/" + id + "/part/1.2\">");
        assertThat(html.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("sandbox allow-popups")
                .contains(
                        "img-src data: " + ui.url().substring("http://".length()) + "/api/v1/message/" + id + "/part/;")
                .doesNotContain("allow-scripts");
        assertThat(text.body()).isEqualTo("Thank you, Mara.");
        assertThat(text.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    }

    @Test
    void anEmbeddedViewIsAWholeDocumentWhoseLinksOpenElsewhere() throws Exception {
        sent(SampleMails.html("x", "<a href='https://x.test/'>x</a>"), "bob@example.test");

        assertThat(http.get("/view/latest.html?embed=1").body())
                .isEqualTo("<html><head></head><body><a href=\"https://x.test/\" target=\"_blank\""
                        + " rel=\"noreferrer noopener\">x</a>\r\n</body></html>");
        assertThat(http.get("/view/latest.html").body()).startsWith("<a href='https://x.test/'>x</a>");
    }

    @Test
    void severalSlashesAreOne() throws Exception {
        String id = sent(SampleMails.plain("Hi", "text"), "bob@example.test");

        assertThat(http.get("//view/" + id + ".txt").body()).isEqualTo("text\r\n");
    }

    @Test
    void aThumbnailIsAPictureOfOneSizeWhateverThePart() throws Exception {
        BufferedImage large = new BufferedImage(400, 400, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 400 * 400; i++) {
            large.setRGB(i % 400, i / 400, 0x0000ff);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(large, "png", png);
        String id = sent(
                """
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: image/png
                Content-Transfer-Encoding: base64

                %s
                --b
                Content-Type: image/png
                Content-Transfer-Encoding: base64

                %s
                --b
                Content-Type: image/png

                no picture
                --b--
                """.formatted(
                                Base64.getMimeEncoder().encodeToString(png.toByteArray()),
                                Base64.getEncoder().encodeToString(SampleMails.PIXEL)),
                "bob@example.test");

        assertThat(corner(id, "1")).as("a large one fills it").isEqualTo("blue");
        assertThat(corner(id, "2")).as("a small one has a white frame").isEqualTo("white");
        assertThat(corner(id, "3")).as("none is blank").isEqualTo("white");
        assertThat(corner(id, "0")).as("the mail itself is none").isEqualTo("white");
        for (String path : List.of(id + "/part/9/thumb", "nosuch/part/1/thumb", "latest/part/1/thumb")) {
            assertThat(http.get("/api/v1/message/" + path).statusCode()).isEqualTo(400);
        }
    }

    private static String corner(String id, String part) throws Exception {
        HttpResponse<byte[]> thumbnail = http.bytes("/api/v1/message/" + id + "/part/" + part + "/thumb");
        assertThat(thumbnail.headers().firstValue("Content-Type")).contains("image/jpeg");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(thumbnail.body()));
        assertThat(picture.getWidth()).isEqualTo(180);
        assertThat(picture.getHeight()).isEqualTo(120);
        int colour = picture.getRGB(2, 2);
        return (colour & 0xff) > 200 && (colour & 0xff00) < 0x4000 ? "blue" : "white";
    }

    @Test
    void aMailWithoutHtmlHasNoHtmlView() throws Exception {
        sent(SampleMails.plain("Hi", "text"), "bob@example.test");

        HttpResponse<String> html = http.get("/view/latest.html");

        assertThat(html.statusCode()).isEqualTo(404);
        assertThat(html.body()).isEqualTo("This message does not contain a HTML part");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/headers", "/raw", "/part/0"})
    void anUnknownMailIsNotFoundAndNorIsTheLatestOfNone(String rest) throws Exception {
        HttpResponse<String> unknown = http.get("/api/v1/message/0000000000000000000000" + rest);
        HttpResponse<String> latest = http.get("/api/v1/message/latest" + rest);

        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("404 page not found");
        assertThat(unknown.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(latest.statusCode()).isEqualTo(404);
        assertThat(latest.body()).isEqualTo("Message not found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/view/nosuch.html", "/view/nosuch.txt", "/view/latest.txt", "/preview/nosuch"})
    void anUnknownMailHasNoViews(String path) throws Exception {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("Message not found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "0.1", "1.9", "-1", "x", "..", "1.1.1.1"})
    void anUnknownPartIsNotFound(String part) throws Exception {
        String id = sent(SampleMails.invoice(), "mara@example.test");

        assertThat(http.get("/api/v1/message/" + id + "/part/" + part).statusCode())
                .isIn(400, 404);
    }

    @Test
    void theLatestViewLeadsToTheNewestMail() throws Exception {
        assertThat(http.get("/view/latest").headers().firstValue("Location").orElseThrow())
                .endsWith("/");
        String id = sent(SampleMails.plain("Hi", "text"), "bob@example.test");

        HttpResponse<String> latest = http.get("/view/latest");

        assertThat(latest.statusCode()).isEqualTo(302);
        assertThat(latest.headers().firstValue("Location").orElseThrow()).endsWith("/view/" + id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz"})
    void healthIsAnEmptyOkWithADate(String path) throws Exception {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Date")).isPresent();
    }

    @Test
    void whatHasNoRouteIsNotFoundAndOtherMethodsAreNotAllowed() throws Exception {
        assertThat(http.get("/api/v1/nothing").statusCode()).isEqualTo(404);
        assertThat(http.get("/api/v1/nothing").body()).isEqualTo("File not found\n");
        assertThat(http.get("/nothing").body()).isEqualTo("404 page not found");
        assertThat(http.method("POST", "/api/v1/messages").statusCode()).isEqualTo(405);
        assertThat(http.method("DELETE", "/api/v1/message/latest/raw").statusCode())
                .isEqualTo(405);
    }

    @Test
    void oddMailIsShownAsFarAsItGoes() throws Exception {
        sent("\0\u0001 no header at all\nSubject: late", "bob@example.test");
        sent("Subject: =?x?q?broken\nContent-Type: multipart/mixed; boundary=b\n\n--b\n", "bob@example.test");
        sent("", "bob@example.test");

        JsonNode page = http.json("/api/v1/messages");

        assertThat(page.get("count").asInt()).isEqualTo(3);
        for (String id : Http.texts(page.get("messages"), "ID")) {
            assertThat(http.json("/api/v1/message/" + id).get("From").toString())
                    .isEqualTo("{\"Name\":\"\",\"Address\":\"\"}");
            assertThat(http.get("/api/v1/message/" + id + "/headers").statusCode())
                    .isEqualTo(200);
            assertThat(http.get("/api/v1/message/" + id + "/evidence").statusCode())
                    .isEqualTo(200);
        }
    }
}
