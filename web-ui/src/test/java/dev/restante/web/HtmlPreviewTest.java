package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HtmlPreviewTest {
    private static FakeSmtpServer smtp;

    @BeforeAll
    static void open() {
        smtp = FakeSmtpServer.create().start();
    }

    @AfterAll
    static void close() {
        smtp.close();
    }

    private static HtmlPreview preview(String html) throws Exception {
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.html("x", html));
        return HtmlPreview.of(smtp.takeMail(), "/api/v1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "<body onload=alert(1)>x",
                "<meta http-equiv=refresh content='0;url=https://evil.test'>",
                "<base href=https://evil.test/>",
                "<link rel=stylesheet href=https://evil.test/x.css>",
                "<iframe src=https://evil.test></iframe>",
                "<object data=https://evil.test/x></object>",
                "<embed src=https://evil.test/x>",
                "<form action=https://evil.test><input name=password><button>ok</button></form>",
                "<svg onload=alert(1)><script>alert(1)</script></svg>",
                "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
                "<a href='javascript:alert(1)'>x</a>",
                "<a href='java\nscript:alert(1)'>x</a>",
                "<a href='/api/v1/messages'>x</a>",
                "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
                "<video src=https://evil.test/x poster=https://evil.test/y></video>",
                "<table background=https://evil.test/x.png><tr><td>x</table>",
                "<img srcset='https://evil.test/x.png 1x'>",
                "<img src='data:text/html;base64,PHNjcmlwdD4='>",
                "<style>@import 'https://evil.test/x.css';</style>",
                "<style>@\\69mport 'https://evil.test/x.css';@\\000069 mport \"//evil.test/x.css\";</style>",
                "<style>b{background:u\\72l(https://evil.test/x)} i{background:\\55 \\000052\\00006C(https://evil.test/x)}</style>",
                "<style>b{background:\\url(https://evil.test/x);background:-webkit-i\\mage-set(url(https://evil.test/x) 1x)}</style>",
                "<p style='background:u\\72l(https://evil.test/x.png)'>x</p>",
                "<style>b{background:url(\"https://evil.test/x\")} i{background:URL( 'https://evil.test' )}</style>",
                "<p style='background:url(https://evil.test/x.png)'>x</p>",
                "<noscript><img src=https://evil.test/x></noscript>",
                "<template><script>alert(1)</script></template>",
                "<!--[if mso]><script>alert(1)</script><![endif]-->",
            })
    void nothingRunsAndNothingIsAskedFor(String hostile) throws Exception {
        Document shown = Jsoup.parse(preview(hostile).html());

        assertThat(shown.select("script, iframe, object, embed, form, input, button, svg, math, base, link, video"))
                .isEmpty();
        assertThat(shown.select("meta[http-equiv]")).isEmpty();
        assertThat(shown.select("[onload], [onerror], [srcset], [background], [poster]"))
                .isEmpty();
        assertThat(shown.select("[href]")).isEmpty();
        assertThat(shown.outerHtml()).doesNotContain("evil.test").doesNotContain("alert(1)");
    }

    @Test
    void whatALetterLooksLikeIsKept() throws Exception {
        String html = preview("""
                        <html><head><style>.a{color:red}</style></head><body bgcolor="#eeeeee" style="margin:0">
                        <style media="screen">.b{background:url(data:image/png;base64,AAAA)}</style>
                        <table width="600" cellpadding="4"><tr><td class="a" style="padding:3px" colspan="2">Hi</td></tr></table>
                        <a href="https://shop.test/?a=1&amp;b=2">Shop</a> <a href="#end">down</a> <p id="end">End</p>
                        <img src="data:image/png;base64,AAAA" alt="dot" width="4"></body></html>""").html();
        Document shown = Jsoup.parse(html);

        assertThat(html).startsWith("<!doctype html>");
        assertThat(shown.select("style").eachText().toString()).isNotNull();
        assertThat(html).contains(".a{color:red}", "url(data:image/png;base64,AAAA)");
        assertThat(shown.body().attr("bgcolor")).isEqualTo("#eeeeee");
        assertThat(shown.body().attr("style")).isEqualTo("margin:0");
        assertThat(shown.select("td[colspan=2].a").attr("style")).isEqualTo("padding:3px");
        assertThat(shown.select("a").first().attr("href")).isEqualTo("https://shop.test/?a=1&b=2");
        assertThat(shown.select("a").first().attr("target")).isEqualTo("_blank");
        assertThat(shown.select("a").first().attr("rel")).isEqualTo("noopener noreferrer");
        assertThat(shown.select("a").last().attr("href")).isEqualTo("#end");
        assertThat(shown.select("a").last().hasAttr("target")).isFalse();
        assertThat(shown.select("img").attr("src")).startsWith("data:image/png");
    }

    @Test
    void imagesFromOutsideAreLeftOutAndCounted() throws Exception {
        HtmlPreview preview = preview("<img src=https://t.test/1.gif alt=One><img src=//t.test/2.gif>"
                + "<p style='background:url(https://t.test/3)'>x</p><img src=cid:nosuch>");

        assertThat(preview.blocked()).isEqualTo(3);
        assertThat(Jsoup.parse(preview.html()).select("img[src]")).isEmpty();
        assertThat(Jsoup.parse(preview.html()).select("img[alt=One]")).hasSize(1);
    }

    @Test
    void imagesInTheMailAreShownFromTheMail() throws Exception {
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.invoice());
        CapturedMail mail = smtp.takeMail();

        HtmlPreview preview = HtmlPreview.of(mail, "/api/v1");

        assertThat(Jsoup.parse(preview.html()).select("img").attr("src"))
                .isEqualTo("/api/v1/message/" + mail.id() + "/part/1.2");
        assertThat(preview.blocked()).isZero();
    }

    @Test
    void backgroundsInTheMailAreShownFromTheMail() throws Exception {
        String related = String.join(
                "\r\n",
                "Subject: backgrounds",
                "MIME-Version: 1.0",
                "Content-Type: multipart/related; boundary=b",
                "",
                "--b",
                "Content-Type: text/html",
                "",
                "<style>.a{background:url( 'cid:logo@x' )}</style><div style=\"background:url(cid:logo@x)\">x</div>",
                "<table background='cid:logo@x'><tr><td background='https://t.test/b.png' style='color:red'>x</table>",
                "<img src=logo.png><div style='background:url(cid:gone)'>x</div>",
                "--b",
                "Content-Type: image/png",
                "Content-ID: <logo@x>",
                "Content-Location: logo.png",
                "",
                "x",
                "--b--",
                "");
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), related);
        CapturedMail mail = smtp.takeMail();
        String part = "/api/v1/message/" + mail.id() + "/part/2";

        HtmlPreview preview = HtmlPreview.of(mail, "/api/v1");
        Document shown = Jsoup.parse(preview.html());
        assertThat(shown.select("style").outerHtml()).contains("url(\"" + part + "\")");
        assertThat(shown.select("div").first().attr("style")).isEqualTo("background:url(\"" + part + "\")");
        assertThat(shown.select("table").attr("style")).contains("url(\"" + part + "\")");
        assertThat(shown.select("img").attr("src")).isEqualTo(part);
        assertThat(shown.select("td").attr("style")).contains("none").contains("color:red");
        assertThat(preview.blocked()).as("of those from outside").isEqualTo(1);
        assertThat(preview.html()).doesNotContain("t.test");
    }

    @Test
    void rangesOfMediaQueriesAreNoMarkup() throws Exception {
        String css = "@media (400px<=width<600px){p{color:red}}/* a < b */@media (width < 5px) {i{color:blue}}";
        assertThat(preview("<style>" + css + "</style><p>x</p>").html()).contains(css);
    }

    @Test
    void whatOldAttributesNameIsFromOutsideToo() throws Exception {
        String html = "<body background=https://t.test/1.png><table background=//t.test/2.png><tr><td>x</table>"
                + "<img srcset='https://t.test/3.png 1x, https://t.test/4.png 2x'></body>";
        HtmlPreview preview = preview(html);
        assertThat(preview.blocked()).isEqualTo(3);
        assertThat(preview.html()).doesNotContain("t.test");

        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.html("x", html));
        Document loaded = Jsoup.parse(HtmlPreview.of(smtp.takeMail(), "/api/v1", new HtmlPreview.Look(true, false))
                .html());
        assertThat(loaded.body().attr("style")).contains("url('https://t.test/1.png')");
        assertThat(loaded.select("img").attr("src")).isEqualTo("https://t.test/3.png");
    }

    @Test
    void aMailWithoutHtmlSaysSo() throws Exception {
        Sender.send(smtp, "a@example.test", List.of("b@example.test"), SampleMails.plain("x", "y"));

        assertThat(HtmlPreview.of(smtp.takeMail(), "/api/v1").html()).contains("This mail has no HTML.");
    }

    /** Each of these took minutes when it was looked at again and again. */
    @Test
    void hostileHtmlTakesNoTime() throws Exception {
        assertThat(preview("<style>" + "url(".repeat(500_000) + "</style><p>hello")
                        .html())
                .contains("hello");
        assertThat(preview("<p style='" + "url(x".repeat(200_000) + "'>hello").html())
                .contains("hello");
    }
}
