package dev.restante.assertj;

import static dev.restante.assertj.MailAssertions.assertThat;
import static dev.restante.assertj.MailAssertions.assertThatIllegalArgumentException;
import static dev.restante.assertj.MailAssertions.assertThatThrownBy;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.Link;
import dev.restante.golden.Messages;
import dev.restante.junit.FakeSmtp;
import dev.restante.shop.OrderMailer;
import dev.restante.shop.RawMail;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HtmlAssertTest {
    private static final String EVIDENCE = "The mail:\n  MAIL FROM";

    @FakeSmtp
    FakeSmtpServer smtp;

    private CapturedMail mail;

    @BeforeEach
    void catchAnOrder() {
        new OrderMailer(smtp.host(), smtp.port()).confirm(new OrderMailer.Order(42, "ann@example.com"));
        mail = smtp.takeMail();
    }

    private CapturedMail html(String... lines) {
        return RawMail.to(smtp).send("Content-Type: text/html; charset=utf-8\r\n\r\n" + String.join("\r\n", lines));
    }

    @Test
    void passesForWhatIsThere() {
        assertThat(mail)
                .html()
                .hasResolvedImages()
                .hasNoRemoteImages()
                .hasElement("table td.price")
                .hasNoElement("form")
                .hasNoLink("Unsubscribe")
                .contains("Thank you, dear customer!");
        assertThat(mail).html().link("confirm").leadsTo("https://shop.example.com/confirm?order=42&token=a%2Fb");
        assertThat(mail)
                .html()
                .link("Confirm")
                .hasScheme("https")
                .hasHost("SHOP.example.com")
                .hasPort(443)
                .hasPath("/confirm")
                .hasParameter("order", "42")
                .hasParameter("token", "a/b");
        assertThat(mail).link("Cancel").hasPath("/cancel").hasPort(80);
        assertThat(new Link("Uni", "https://ann@\u00fcn\u00ef.example:8443/p"))
                .hasHost("\u00fcn\u00ef.example")
                .hasHost("xn--n-nga1b.example");
        assertThat(new Link("Uni", "https://xn--n-nga1b.example/p")).hasHost("\u00dcn\u00ef.example");
        assertThat(mail).html().link("Confirm").parameter("token").hasSize(3);
        assertThat(mail).html().link("Confirm").uri().hasAuthority("shop.example.com");
        assertThat(mail)
                .html()
                .select("td")
                .hasSize(2)
                .haveTexts("Tea", "4.20")
                .hasText("Tea")
                .hasAttribute("class", "item");
        assertThat(mail).html().select("a.button").attribute("href").startsWith("https:");
        assertThat(mail).html().select("h1").text().isEqualTo("Order 42");
        assertThat(mail).html().image("The Shop").hasContentType("image/png").hasSize(4);
        assertThat(mail).html().image("cid:logo@shop").isInline();
        assertThat(mail).html().source().contains("display:none");
    }

    @Test
    void theVisibleTextIsWhatAReaderSees() {
        assertThat(mail).html().visibleText().isEqualTo("""
                        Order 42
                        Thank you, dear customer!
                        Tea 4.20
                        Confirm or Cancel the order""");
        assertThat(
                        html(
                                "<p hidden>no</p><p style='color:red; visibility : hidden'>no</p>a<br>b<br><br>c<ul><li>d<li>e</ul>f"))
                .html()
                .visibleText()
                .isEqualTo("a\nb\n\nc\nd\ne\nf");
    }

    @Test
    void eachMessageTellsWhatWasExpectedAndWhatThereIs() {
        CapturedMail broken = html(
                "<img src='cid:nowhere' alt=Logo><img src='https://example.com/x.png'>",
                "<body background='cid:bg'><style>p{background:url(cid:css)}</style>",
                "<a href='http://a.test/a b'>Space</a><a href='/x'>Same</a><a href='/y'>same</a>");
        CapturedMail plain = html("<p>nothing</p><a name=x>no link</a>");
        new Messages()
                .of("link(), none such", () -> assertThat(mail).html().link("Confirn"))
                .of("link(), none", () -> assertThat(plain).html().link("x"))
                .of("link(), several", () -> assertThat(broken).html().link("same"))
                .of(
                        "link(), no URI",
                        () -> assertThat(broken).html().link("Space").hasHost("a"))
                .of("hasNoLink", () -> assertThat(mail).html().hasNoLink("order"))
                .of("hasOnlySecureLinks", () -> assertThat(mail).html().hasOnlySecureLinks())
                .of("hasHost", () -> assertThat(mail).html().link("Confirm").hasHost("shop.example.org"))
                .of(
                        "hasHost, none",
                        () -> assertThat(html("<a href='/x'>x</a>"))
                                .html()
                                .link("x")
                                .hasHost("h"))
                .of("hasPort", () -> assertThat(mail).html().link("Confirm").hasPort(80))
                .of("hasScheme", () -> assertThat(mail).html().link("Cancel").hasScheme("https"))
                .of("hasPath", () -> assertThat(mail).html().link("Confirm").hasPath("/"))
                .of(
                        "hasParameter",
                        () -> assertThat(mail).html().link("Confirm").hasParameter("order", "43"))
                .of(
                        "hasParameter, none",
                        () -> assertThat(mail).html().link("Confirm").hasParameter("id", "1"))
                .of("parameter()", () -> assertThat(mail).html().link("Cancel").parameter("id"))
                .of("leadsTo", () -> assertThat(mail).html().link("Cancel").leadsTo("https://example.com"))
                .of("hasResolvedImages", () -> assertThat(broken).html().hasResolvedImages())
                .of("hasResolvedImages, none", () -> assertThat(plain).html().hasResolvedImages())
                .of("hasNoRemoteImages", () -> assertThat(broken).html().hasNoRemoteImages())
                .of("image(), none such", () -> assertThat(mail).html().image("Logo"))
                .of("image(), unresolved", () -> assertThat(broken).html().image("Logo"))
                .of("contains", () -> assertThat(mail).html().contains("preview"))
                .of("visibleText()", () -> assertThat(mail).html().visibleText().contains("thank you"))
                .of("select()", () -> assertThat(mail).html().select("table tr td.total"))
                .of("hasElement", () -> assertThat(mail).html().hasElement("table.total"))
                .of("source()", () -> assertThat(mail).html().source().isEmpty())
                .of(
                        "attribute()",
                        () -> assertThat(mail)
                                .html()
                                .select("td")
                                .attribute("class")
                                .isEqualTo("x"))
                .of("uri()", () -> assertThat(mail).html().link("Confirm").uri().hasHost("example.org"))
                .of("hasNoElement", () -> assertThat(mail).html().hasNoElement("td"))
                .of("hasSize", () -> assertThat(mail).html().select("td").hasSize(3))
                .of("hasText", () -> assertThat(mail).html().select("td").hasText("Coffee"))
                .of("haveTexts", () -> assertThat(mail).html().select("td").haveTexts("Tea"))
                .of("hasAttribute", () -> assertThat(mail).html().select("td").hasAttribute("class", "x"))
                .of(
                        "hasAttribute, none",
                        () -> assertThat(mail).html().select("td").hasAttribute("id", "x"))
                .match("html", EVIDENCE);
    }

    @Test
    void aSelectorThatIsNoneIsAMistakeOfTheTest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThat(mail).html().select("td["))
                .withMessageContaining("\"td[\" is no CSS selector");
    }

    @Test
    void imagesInAttachmentsStyleSheetsAndBackgroundsResolveToo() {
        CapturedMail all = RawMail.to(smtp)
                .send(
                        "Content-Type: multipart/related; boundary=b",
                        "",
                        "--b",
                        "Content-Type: text/html",
                        "",
                        "<body background='cid:one'><p style=\"background: url('cid:two%40x')\">",
                        "--b",
                        "Content-ID: <one>",
                        "Content-Type: image/png",
                        "",
                        "x",
                        "--b",
                        "Content-ID: <two@x>",
                        "Content-Type: text/plain",
                        "",
                        "no image",
                        "--b--");
        assertThatThrownBy(() -> assertThat(all).html().hasResolvedImages())
                .hasMessageContaining("cid:two%40x is a part of type text/plain")
                .hasMessageNotContaining("cid:one is");
    }

    // ---- extraction

    @Test
    void linksAndCodesAreTakenOutOfTheMail() {
        assertThat(mail.link("Confirm").uri())
                .isEqualTo(URI.create("https://shop.example.com/confirm?order=42&token=a%2Fb"));
        assertThat(mail.links()).extracting(Link::text).containsExactly("Confirm", "Cancel the order");
        assertThat(mail.code("\\d{6}")).isEqualTo("421337");
        assertThat(mail.code("order (\\d+)")).isEqualTo("42");
    }

    @Test
    void ofAMailWithoutHtmlTheLinksAreThoseOfTheText() {
        CapturedMail text = RawMail.to(smtp)
                .send(
                        "Subject: text",
                        "",
                        "Reset password: https://example.com/reset?a=1.",
                        "Or, to see what happened,",
                        "<https://example.com/log_(1)>",
                        "(see https://example.com/help)");
        assertThat(text.link("reset password").href()).isEqualTo("https://example.com/reset?a=1");
        assertThat(text.link("see what happened").href()).isEqualTo("https://example.com/log_(1)");
        assertThat(text.links())
                .extracting(Link::href)
                .containsExactly(
                        "https://example.com/reset?a=1", "https://example.com/log_(1)", "https://example.com/help");
        assertThat(text).link("Reset password").hasPath("/reset");
    }

    @Test
    void whatIsNotThereOrThereTwiceIsAnErrorThatShowsWhatThereIs() {
        assertThatThrownBy(() -> mail.link("Reset"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no link \"Reset\"")
                .hasMessageContaining("\"Confirm\" -> https://shop.example.com/confirm");
        CapturedMail codes = RawMail.to(smtp).send("Subject: x", "", "code 123456, ref 654321, id 12345678, a123456b");
        assertThatThrownBy(() -> codes.code("\\d{6}"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("2 different texts")
                .hasMessageContaining("123456, 654321.");
        assertThat(codes.code("code (\\d{6})")).isEqualTo("123456");
        assertThat(codes.code("\\d{8}")).isEqualTo("12345678");
        assertThatThrownBy(() -> codes.code("\\d{7}"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Nothing in the mail matches \\d{7}")
                .hasMessageContaining("code 123456, ref 654321");
        assertThat(html("<style>.c{width:999999px}</style><p>Your code: <b>246810</b>")
                        .code("\\d{6}"))
                .as("only what is visible of HTML")
                .isEqualTo("246810");
    }
}
