package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.sun.net.httpserver.HttpServer;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.relay.Relay;
import dev.restante.relay.Route;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One mail in its views, what can be copied of it, and mails that mean harm. */
@Timeout(90)
class LetterPageTest {
    private static Chromium chromium;
    private static FakeSmtpServer smtp;
    private static RestanteUi ui;

    private Page page;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        chromium = Chromium.start();
        smtp = FakeSmtpServer.create().start();
        ui = RestanteUi.start(smtp);
    }

    @AfterAll
    static void close() {
        if (chromium != null) {
            chromium.close();
            ui.close();
            smtp.close();
        }
    }

    @BeforeEach
    void forget() {
        smtp.reset();
        page = chromium.open(1280, 800, ColorScheme.LIGHT);
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
    }

    @AfterEach
    void closeWindow() {
        page.context().close();
        assertThat(chromium.complaints()).as("what the browser complained of").isEmpty();
    }

    private void show(String mail, String... recipients) throws Exception {
        Sender.send(
                smtp,
                "bounces@shop.test",
                recipients.length == 0 ? List.of("mara@example.test") : List.of(recipients),
                mail);
        page.navigate(ui.url() + "/view/" + latest().id());
        assertThat(page.locator(".letter h1")).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(20_000));
    }

    private static CapturedMail latest() {
        List<CapturedMail> mails = smtp.onlooker().mails();
        return mails.get(mails.size() - 1);
    }

    private void tab(String key) {
        page.locator("#tab-" + key).click();
    }

    private FrameLocator frame() {
        return page.frameLocator(".stage iframe");
    }

    private Locator choice(String name) {
        return page.locator(".frame-bar label", new Page.LocatorOptions().setHasText(name));
    }

    private void fromMenu(String name) {
        page.locator(".menu summary").click();
        page.locator(".menu button", new Page.LocatorOptions().setHasText(name)).click();
    }

    private String copied() {
        assertThat(page.locator(".note").first()).isVisible();
        return String.valueOf(page.evaluate("navigator.clipboard.readText()"));
    }

    // ---- views

    @Test
    void theFrameIsAsWideAsWanted() throws Exception {
        show(SampleMails.html(
                "Wide", "<style>p{color:green}@media (max-width:500px){p{color:red}}</style><p>text</p>"));
        assertThat(frame().locator("p")).hasCSS("color", "rgb(0, 128, 0)");

        choice("Phone").click();
        assertThat(page.locator(".stage iframe")).hasCSS("width", "390px");
        assertThat(frame().locator("p")).hasCSS("color", "rgb(255, 0, 0)");
        choice("Tablet").click();
        assertThat(page.locator(".stage iframe")).hasCSS("width", "768px");
        choice("Free").click();
        page.locator(".slider input").fill("320");
        assertThat(page.locator(".slider output")).hasText("320 px");
        assertThat(page.locator(".stage iframe")).hasCSS("width", "320px");
        page.locator(".slider input").press("ArrowLeft");
        page.locator(".slider input").press("ArrowUp");
        page.locator(".slider input").press("ArrowDown");
        page.locator(".slider input").press("ArrowRight");
        assertThat(page.locator(".slider output")).hasText("320 px");
        assertThat(page.locator("[role=tab][aria-selected=true]")).containsText("HTML");

        page.reload(); // the width stays
        assertThat(page.locator(".slider output")).hasText("320 px");
    }

    @Test
    void aMailShowsItsOwnDarkColoursOrIsInverted() throws Exception {
        show(
                SampleMails.html(
                        "Own",
                        "<style>body{background:#fff}@media (prefers-color-scheme: dark){body{background:#123}}</style><p>x</p>"));
        assertThat(frame().locator("body")).hasCSS("background-color", "rgb(255, 255, 255)");
        choice("Dark").click();
        assertThat(frame().locator("body")).hasCSS("background-color", "rgb(17, 34, 51)");

        show(SampleMails.html("None", "<p>x</p>"));
        choice("Dark").click();
        assertThat(frame().locator("html")).hasCSS("filter", Pattern.compile("invert.*"));
    }

    @Test
    void imagesFromOutsideAreLoadedOnlyWhenAllowed() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer outside = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        outside.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().add("Content-Type", "image/png");
            exchange.sendResponseHeaders(200, SampleMails.PIXEL.length);
            exchange.getResponseBody().write(SampleMails.PIXEL);
            exchange.close();
        });
        outside.start();
        try {
            String at = "http://127.0.0.1:" + outside.getAddress().getPort();
            show(SampleMails.html(
                    "Pixel",
                    "<img id=pixel src='" + at + "/pixel.png'><style>@import '" + at + "/evil.css'; p{background:url("
                            + at + "/back.png)}</style><p>text</p>"));
            assertThat(frame().locator("p")).isVisible();
            assertThat(page.locator(".notice")).containsText("3 files from outside were not loaded");
            assertThat(asked).isEmpty();

            page.locator(".notice button").click();
            assertThat(page.locator(".notice")).containsText("Images from outside are loaded");
            page.waitForCondition(() -> asked.contains("/pixel.png") && asked.contains("/back.png"));
            assertThat(asked).doesNotContain("/evil.css");
            page.locator(".notice button").click();
            assertThat(frame().locator("#pixel[src]")).hasCount(0);
        } finally {
            outside.stop(0);
        }
    }

    @Test
    void headersAreShownDecodedAndAsSentBesideTheEnvelope() throws Exception {
        show(SampleMails.invoice(), "mara@example.test", "secret@example.test");
        tab("headers");
        assertThat(page.locator(".fields")).containsText("Your invoice € 46");
        assertThat(page.locator(".aside .spoken li").last()).containsText("RCPT TO:<secret@example.test> Bcc");
        page.locator(".with-switch label", new Page.LocatorOptions().setHasText("As sent"))
                .click();
        assertThat(page.locator("#panel .source")).containsText("Subject: =?utf-8?q?Your_invoice_=E2=82=AC_46?=");
    }

    @Test
    void eachPartCanBeSeenAndSaved() throws Exception {
        show(SampleMails.invoice());
        tab("parts");
        assertThat(page.locator(".tree .part-type")).hasText(new String[] {
            "multipart/mixed",
            "multipart/related",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "image/png",
            "application/pdf",
            "application/octet-stream"
        });
        assertThat(page.locator(".part-view .text-file")).containsText("Thank you, Mara.");
        page.locator(".tree button", new Page.LocatorOptions().setHasText("text/html"))
                .click();
        assertThat(page.locator(".part-view .text-file")).containsText("<h1>Thank&nbsp;you</h1>");
        page.locator(".tree button", new Page.LocatorOptions().setHasText("image/png"))
                .click();
        Locator picture = page.locator(".part-view .picture img");
        assertThat(picture.evaluate("image => image.decode().then(() => image.naturalWidth)"))
                .isEqualTo(1);
        assertThat(page.locator(".part-head")).containsText("Content-ID: <logo@shop>");
        Download download =
                page.waitForDownload(() -> page.locator(".part-view a", new Page.LocatorOptions().setHasText("Save"))
                        .click());
        assertThat(Files.readAllBytes(download.path())).isEqualTo(SampleMails.PIXEL);
        assertThat(download.suggestedFilename()).isEqualTo("logo.png");
    }

    @Test
    void partsOfANestedMessageCanBeSeenAndSaved() throws Exception {
        show(
                "Subject: Outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nSee below.\r\n"
                        + "--o\r\nContent-Type: message/rfc822\r\n\r\n"
                        + SampleMails.invoice().replace("\r\n", "\n").replace("\n", "\r\n")
                        + "\r\n--o--\r\n");
        tab("parts");
        assertThat(page.locator(".tree .part-type")).hasCount(10);
        page.locator(".tree button", new Page.LocatorOptions().setHasText("message/rfc822"))
                .click();
        assertThat(page.locator(".part-head").last()).containsText("Your_invoice");
        page.locator(".tree button", new Page.LocatorOptions().setHasText("image/png"))
                .click();
        assertThat(page.locator(".facts-list")).containsText("2.1.2");
        assertThat(page.locator(".part-view .picture img")
                        .evaluate("image => image.decode().then(() => image.naturalWidth)"))
                .isEqualTo(1);
        Download download =
                page.waitForDownload(() -> page.locator(".part-view a", new Page.LocatorOptions().setHasText("Save"))
                        .click());
        assertThat(Files.readAllBytes(download.path())).isEqualTo(SampleMails.PIXEL);
    }

    @Test
    void aVeryLongTextIsShownAtOnceAndWholeWhenAsked() throws Exception {
        String many = "see https://crawled.test/page?number=1234567890 and its fellow\r\n".repeat(20_000);
        show("Subject: Report\r\n\r\n" + many);
        assertThat(page.locator("#panel pre.text")).containsText("https://crawled.test/");
        page.locator("#panel button", new Page.LocatorOptions().setHasText("Show all of it"))
                .click();
        assertThat(page.locator("#panel button")).hasCount(0);
        assertThat((int) page.locator("#panel pre.text").evaluate("pre => pre.textContent.length"))
                .isGreaterThan(1_200_000);
        assertThat(page.locator("#panel pre.text a")).hasCount(20_000);

        show(
                "Subject: RTL\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n12: \u05e9\u05dc\u05d5\u05dd https://a.test/x\r\n");
        assertThat(page.locator("#panel pre.text")).hasAttribute("dir", "rtl");
        assertThat(page.locator("#panel pre.text a")).hasAttribute("href", "https://a.test/x");
    }

    @Test
    void theSourceFoldsWhatIsLongAndEncoded() throws Exception {
        String long64 = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n".repeat(60);
        show(
                "From: a@b.test\nSubject: Long\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"x y\"\n\n--x y\n\nHello\n--x y\n"
                        + "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + long64 + "--x y--\n");
        tab("source");
        assertThat(page.locator(".source b").first()).hasText("From:");
        assertThat(page.locator(".folded")).containsText("lines");
        assertThat(page.locator(".block.edge")).hasCount(3);
        page.locator(".folded").click();
        assertThat(page.locator(".folded")).hasCount(0);
        page.locator("button", new Page.LocatorOptions().setHasText("Fold all").setHasNotText("Unfold"))
                .click();
        assertThat(page.locator(".block .source b")).hasCount(0);
    }

    @Test
    void aMailToManyWithManyFilesCanBeRead() throws Exception {
        StringBuilder mail = new StringBuilder("From: a@b.test\nTo: first@example.test");
        for (int i = 2; i <= 900; i++) {
            mail.append(",\n r").append(i).append("@example.test");
        }
        mail.append("\nSubject: ").append("x".repeat(300)).append("\nContent-Type: multipart/mixed; boundary=m\n\n");
        mail.append("--m\nContent-Type: text/html\n\n<h1>To read</h1>\n");
        for (int i = 1; i <= 200; i++) {
            mail.append("--m\nContent-Disposition: attachment; filename=\"")
                    .append(i == 1 ? "n".repeat(200) : "file-" + i)
                    .append(".bin\"\n\nx\n");
        }
        show(mail.append("--m--\n").toString());
        assertThat(frame().locator("h1")).hasText("To read");
        assertThat(page.locator(".stage iframe").boundingBox().height).isGreaterThan(300);
        assertThat(page.locator(".person")).hasCount(11); // and the one of the envelope
        assertThat(page.locator(".file")).hasCount(10);
        double right = page.locator(".letter").boundingBox().x
                + page.locator(".letter").boundingBox().width;
        for (Locator file : page.locator(".file").all()) {
            assertThat(file.boundingBox().x + file.boundingBox().width).isLessThan(right);
        }
        Locator more = page.locator(".people .more");
        assertThat(more).hasText("and 890 more");
        more.press("Enter");
        assertThat(page.locator(".person")).hasCount(901);
        assertThat(more).hasText("show fewer");
        assertThat(more).isFocused();
        page.locator("[role=tab]").first().scrollIntoViewIfNeeded(); // the letter scrolls
        assertThat(page.locator(".stage iframe").boundingBox().height).isGreaterThan(300);
        more.press("Enter");
        assertThat(page.locator(".person")).hasCount(11);
        page.locator(".files .more").click();
        assertThat(page.locator(".file")).hasCount(200);
    }

    @Test
    void aTextOfTenThousandLinksShowsAndScrolls() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= 10_000; i++) {
            text.append("Page ")
                    .append(i)
                    .append(" https://crawled.test/a/long/way/down/")
                    .append(i)
                    .append(" was not found there.\n");
        }
        show(SampleMails.plain("Report of the crawler", text.toString()));
        assertThat(page.locator(".text a").first()).hasAttribute("href", "https://crawled.test/a/long/way/down/1");
        assertThat(page.locator(".text a")).hasCount(10_000);
        page.locator(".text a").last().scrollIntoViewIfNeeded();
        assertThat(page.locator(".text a").last()).isInViewport();
        assertThat(page.locator(".text")).containsText("Page 10000");
        page.keyboard().press("]"); // the page answers
        assertThat(page.locator("#tab-headers")).hasAttribute("aria-selected", "true");
    }

    @Test
    void aMailIsReleasedToThoseWhoAreAllowed() throws Exception {
        try (FakeSmtpServer outside = FakeSmtpServer.create().start();
                RestanteUi relaying = RestanteUi.builder(smtp)
                        .relay(Relay.over(Route.to("127.0.0.1:" + outside.port()))
                                .allowing(List.of("*@team.test")))
                        .start()) {
            show(SampleMails.invoice());
            page.navigate(relaying.url() + "/view/" + latest().id());
            fromMenu("Release");
            Locator to = page.locator("dialog input[name=to]");
            assertThat(to).hasValue("mara@example.test");
            assertThat(to).isFocused();
            to.press("Enter");
            assertThat(page.locator("dialog .dialog-problem"))
                    .hasText("Failed: 1 Address do not match the allowlist: mara@example.test");
            assertThat(to).hasValue("mara@example.test"); // to be mended, and not typed again
            assertThat(chromium.complaints()).allMatch(complaint -> complaint.contains("400"));

            to.fill("dev@team.test, ops@team.test");
            page.locator("dialog button.main").click();
            assertThat(page.getByText("The relay took the mail.")).isVisible();
            assertThat(page.locator("dialog")).isHidden();
            CapturedMail released = outside.takeMail();
            assertThat(released.envelope().recipientAddresses()).containsExactly("dev@team.test", "ops@team.test");
            assertThat(released.bytes()).isEqualTo(latest().bytes());
            page.keyboard().press("f"); // it has a key, too
            assertThat(to).isFocused();
            page.keyboard().press("Escape");
            page.keyboard().press("?");
            assertThat(page.locator(".key-sheet")).containsText("Release…");
            page.navigate("about:blank"); // before its server ends
        }
    }

    @Test
    void attachmentsArePreviewed() throws Exception {
        show(SampleMails.invoice());
        page.locator(".file", new Page.LocatorOptions().setHasText("logo.png")).click();
        assertThat(page.locator("dialog .picture img")).isVisible();
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog")).isHidden();
        page.locator(".file", new Page.LocatorOptions().setHasText("Invoice 1.pdf"))
                .click();
        assertThat(page.locator("dialog iframe.pdf")).isVisible();
        assertThat(page.locator("dialog .dialog-head button")).isFocused();
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog")).isHidden();

        show("""
                From: a@b.test
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=m

                --m

                x
                --m
                Content-Type: text/html
                Content-Disposition: attachment; filename=evil.html

                <script>document.title='taken'</script>
                --m--
                """);
        page.locator(".file").click();
        assertThat(page.locator("dialog .text-file")).hasText("<script>document.title='taken'</script>");
        assertThat(page).not().hasTitle("taken");
    }

    @Test
    void linksAreListedWithWhatToKnowOfThem() throws Exception {
        show(SampleMails.html(
                "Links",
                "<a href='https://evil.test/x'>https://bank.test/login</a> <a href='http://plain.test/'>plain</a>"
                        + " <a href='https://good.test/ok'>Good</a> <a href='javascript:alert(1)'>js</a>"));
        tab("links");
        Locator rows = page.locator(".table tbody tr");
        assertThat(rows).hasCount(4);
        assertThat(rows.nth(0)).containsText("leads to evil.test");
        assertThat(rows.nth(1)).containsText("not encrypted");
        assertThat(rows.nth(2).locator(".mark")).hasCount(0);
        assertThat(rows.nth(3).locator("a")).hasCount(0);
    }

    @Test
    void compatibilityIsATableOfFeaturesAndClients() throws Exception {
        show(SampleMails.html("Features", "<style>p{display:flex;border-radius:4px}</style><p>x</p>"));
        tab("compat");
        assertThat(page.locator(".compat tbody tr").first()).isVisible();
        assertThat(page.locator(".compat thead")).containsText("Gmail");
        assertThat(page.locator(".compat")).containsText("border-radius");
        assertThat(page.locator(".score")).containsText("%");
    }

    @Test
    void lintSaysWhatTheClientDidWrong() throws Exception {
        show("Subject: no sender and no date\n\ntext");
        tab("lint");
        assertThat(page.locator(".finding").first()).containsText("RFC");
        assertThat(page.locator("#tab-lint .count"))
                .hasText(String.valueOf(latest().lint().size()));
    }

    @Test
    void thePrintViewHasHeadAndMailInOne() throws Exception {
        show(SampleMails.invoice());
        Page print = page.waitForPopup(() -> fromMenu("Print view"));
        assertThat(print.locator("body > div").first()).containsText("Your invoice € 46");
        assertThat(print.locator("body > div").first()).containsText("From: Harbour Books <orders@shop.test>");
        assertThat(print.locator("h1")).hasText(Pattern.compile("Thank.you"));
        print.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https", "IPv6"})
    void picturesOfTheMailAreShownWhereverThePageIs(String where) throws Exception {
        RestanteUi.Builder builder = RestanteUi.builder(smtp);
        try (RestanteUi other = where.equals("https")
                ? builder.tls().start()
                : builder.addresses(List.of("::1")).start()) {
            Sender.send(smtp, "a@b.test", List.of("mara@example.test"), SampleMails.invoice());
            page.navigate(other.url() + "/view/" + latest().id());
            assertThat(frame().locator("img")
                            .first()
                            .evaluate("image => image.decode().then(() => image.naturalWidth)"))
                    .isEqualTo(1);
            page.navigate("about:blank"); // before its server ends
        }
    }

    // ---- copies

    @Test
    void theCurlCommandSendsTheSameMailAgain() throws Exception {
        show(SampleMails.invoice(), "mara@example.test", "it's@example.test");
        CapturedMail sent = latest();
        fromMenu("Copy as curl");
        String command = copied();

        Process process = new ProcessBuilder("bash", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + "\n" + printed).isZero();
        assertThat(smtp.onlooker().mails()).hasSize(2);
        assertThat(latest().envelope().recipientAddresses())
                .isEqualTo(sent.envelope().recipientAddresses());
        assertThat(latest().envelope().sender().address()).isEqualTo("bounces@shop.test");
        String source = new String(sent.bytes(), StandardCharsets.ISO_8859_1);
        assertThat(new String(latest().bytes(), StandardCharsets.ISO_8859_1)).isEqualTo(source);
    }

    @Test
    void theSourceAndTheAddressCanBeCopiedAndTheFileSaved() throws Exception {
        show(SampleMails.plain("Copied", "some text"));
        fromMenu("Copy the source");
        assertThat(copied().replace("\r\n", "\n")).startsWith("From: Ann Sender <ann@example.test>\nTo:");
        Download download = page.waitForDownload(() -> page.keyboard().press("e"));
        assertThat(Files.readAllBytes(download.path())).isEqualTo(latest().bytes());
        assertThat(download.suggestedFilename()).endsWith(".eml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"invoice", "plain", "html", "odd", "empty"})
    void theCopiedJUnitTestCompilesAndHoldsForTheMail(String kind) throws Exception {
        String mail = switch (kind) {
            case "invoice" -> SampleMails.invoice();
            case "plain" ->
                SampleMails.plain(
                        "Re: 2 \"quoted\" \\u0041 words", "A first line with \"quotes\" and \\backslash\nsecond");
            case "html" -> SampleMails.html("你好", "<a href='https://shop.test/go'>Follow \"it\"</a><p>x</p>");
            case "odd" ->
                "From: =?utf-8?q?=E2=80=AEodd?= <a@b.test>\nTo: undisclosed-recipients:;\nSubject: =?utf-8?q?a=E2=80=AEb=09c?=\n\nx";
            default -> "\n";
        };
        show(mail, "mara@example.test", "secret@example.test");
        page.keyboard().press("c");
        page.keyboard().press("t");
        String source = copied();

        assertThat(source).contains("import dev.restante.junit.FakeSmtp;");
        Object failure = runCopied(source, latest());
        assertThat(failure).as(source).isNull();
    }

    /** Compiles the test, lets it take a mail from a server, and returns what it failed with. */
    private Throwable runCopied(String source, CapturedMail mail) throws Exception {
        MatchResult name = Pattern.compile("class (\\w+) \\{\\s+@Test\\s+void (\\w+)\\(")
                .matcher(source)
                .results()
                .findFirst()
                .orElseThrow();
        Path file = Files.writeString(folder.resolve(name.group(1) + ".java"), source);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-encoding",
                        "UTF-8",
                        "-proc:none",
                        "-cp",
                        classPath,
                        "-d",
                        folder.toString(),
                        file.toString());
        assertThat(result).as(source).isZero();
        try (URLClassLoader loader = new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
                FakeSmtpServer again = FakeSmtpServer.create().start()) {
            again.deliver(mail.client(), mail.envelope(), mail.bytes());
            Class<?> type = loader.loadClass(name.group(1));
            Method method = type.getDeclaredMethod(name.group(2), FakeSmtpServer.class);
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            method.setAccessible(true);
            try {
                method.invoke(constructor.newInstance(), again);
                return null;
            } catch (InvocationTargetException e) {
                return e.getCause();
            }
        }
    }

    // ---- mails that mean harm

    @Test
    void hostileMailsAreContained() throws Exception {
        List<String> asked = new ArrayList<>();
        page.onRequest(request -> asked.add(request.url()));
        page.onDialog(dialog -> {
            throw new AssertionError("A script ran: " + dialog.message());
        });
        for (String body : List.of(
                "<svg><script>alert(1)</script><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
                "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload=alert(1)></svg>#x'/></svg>",
                "<math><mi xlink:href='javascript:alert(1)'>x</mi></math><noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
                "<style>input[value^='a']{background:url(https://outside.invalid/a)} p::after{content:url(//outside.invalid/b)}</style><input value=abc>",
                "<style>@font-face{font-family:x;src:url(https://outside.invalid/f)} body{font-family:x} @namespace x url(https://outside.invalid/n);</style>",
                "<form action='https://outside.invalid/' id=f><button formaction='javascript:alert(1)'>Go</button></form>",
                "<meta http-equiv=refresh content='0;url=https://outside.invalid/'><base href='https://outside.invalid/'>",
                "<link rel=stylesheet href='https://outside.invalid/l.css'><link rel=prefetch href='https://outside.invalid/p'>",
                "<object data='https://outside.invalid/o'></object><embed src='https://outside.invalid/e'><iframe srcdoc='<script>alert(1)</script>'></iframe>",
                "<video src='https://outside.invalid/v' poster='https://outside.invalid/i' autoplay></video><audio src='https://outside.invalid/s'></audio>",
                "<img srcset='https://outside.invalid/s 2x' src=x><picture><source srcset='https://outside.invalid/p'></picture>",
                "<table background='https://outside.invalid/t'><td background='https://outside.invalid/d'>x</table>",
                "<a href='java&#10;script:alert(1)' id=go>go</a><a href='data:text/html,<script>alert(1)</script>'>data</a>",
                "<div style='position:fixed;inset:0;z-index:99999;background:red'>over everything</div>",
                "<p style='background:image-set(\"https://outside.invalid/is\" 1x);list-style:url(\"https://outside.invalid/li\")'>x</p>")) {
            show(SampleMails.html("Hostile", body + "<p id=end>the end</p>"));
            assertThat(frame().locator("#end")).hasText("the end");
        }
        show(SampleMails.html("Hostile", "<a href='javascript:alert(1)' id=go>go</a>"));
        frame().locator("#go").click();
        assertThat(page.locator(".letter h1")).hasText("Hostile");
        assertThat(asked).noneMatch(url -> url.contains("outside.invalid"));
        assertThat(page.context().pages()).hasSize(1);
        // What Chromium says of what the policy stopped is no complaint about the page.
        assertThat(chromium.complaints()).allMatch(complaint -> complaint.contains("Content Security Policy"));
    }

    @Test
    void aMailThatCoversEverythingStaysInItsFrame() throws Exception {
        show(SampleMails.html(
                "Cover", "<div style='position:fixed;inset:-9999px;z-index:2147483647;background:red'>x</div>"));
        assertThat(frame().locator("div")).isVisible();
        tab("source"); // a click reaches the page's own tabs
        assertThat(page.locator("#panel .source").first()).isVisible();
    }

    @Test
    void aHugeTableDoesNotStopThePage() throws Exception {
        StringBuilder table = new StringBuilder("<table>");
        for (int i = 0; i < 6_000; i++) {
            table.append("<tr><td>").append(i).append("</td><td>some text</td></tr>\n");
        }
        show(SampleMails.html("Huge", table + "</table>"));
        assertThat(frame().locator("td").first()).hasText("0");
        tab("headers");
        assertThat(page.locator(".fields")).containsText("Huge");
        tab("source");
        assertThat(page.locator(".block").first()).isVisible();
    }

    @Test
    void textThatTurnsItsDirectionIsWrittenOut() throws Exception {
        show("""
                From: =?utf-8?q?bank=E2=80=AE?= <a@b.test>
                To: c@d.test
                Subject: =?utf-8?q?invoice=E2=80=AEfdp.exe?=
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=m

                --m

                x
                --m
                Content-Type: application/octet-stream
                Content-Disposition: attachment; filename*=utf-8''invoice%E2%80%AEfdp.exe

                MZ
                --m--
                """);
        assertThat(page.locator(".letter h1")).hasText("invoice[U+202E]fdp.exe");
        assertThat(page.locator(".file")).containsText("invoice[U+202E]fdp.exe");
        assertThat(page.locator(".mail .subject")).hasText("invoice[U+202E]fdp.exe");
        assertThat(page.locator(".mail .from")).containsText("bank[U+202E]");
    }

    // ---- for everybody

    @Test
    void viewsTurnByKeysAndFitAPhone() throws Exception {
        show(SampleMails.invoice());
        assertThat(frame().locator("h1")).isVisible();
        page.setViewportSize(390, 844);
        String[] keys = {"html", "text", "headers", "parts", "source", "links", "compat", "lint", "session"};
        int shown = page.locator("[role=tab]").count();
        for (int i = 0; i < shown; i++) {
            String id = page.locator("[role=tab][aria-selected=true]").getAttribute("id");
            assertThat(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                    .as(id)
                    .isEqualTo(0);
            page.keyboard().press("]");
        }
        assertThat(shown).isLessThanOrEqualTo(keys.length);
        assertThat(page.locator("[role=tab][aria-selected=true]")).hasText("HTML");
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void axeFindsNothing(ColorScheme colours) throws Exception {
        show(SampleMails.invoice(), "mara@example.test", "secret@example.test");
        try (Page coloured = chromium.open(1280, 800, colours)) {
            coloured.navigate(page.url());
            for (Locator each : coloured.locator("[role=tab]").all()) {
                each.click();
                assertThat(coloured.locator("#panel .quiet", new Page.LocatorOptions().setHasText("Loading")))
                        .hasCount(0);
                assertThat(Chromium.accessibilityProblems(coloured))
                        .as(each.textContent())
                        .isEmpty();
            }
            coloured.locator(".menu summary").click();
            assertThat(Chromium.accessibilityProblems(coloured)).as("menu").isEmpty();
            coloured.keyboard().press("Escape");
            coloured.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(Pattern.compile("logo")))
                    .first()
                    .click();
            assertThat(coloured.locator("dialog .picture")).isVisible();
            assertThat(Chromium.accessibilityProblems(coloured)).as("preview").isEmpty();
        }
    }
}
