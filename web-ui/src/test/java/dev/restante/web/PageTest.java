package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.restante.FakeSmtpServer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page in a real browser, touched as a person would. */
@Timeout(60)
class PageTest {
    private static Chromium chromium;
    private static FakeSmtpServer smtp;
    private static RestanteUi ui;

    private Page page;

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
    }

    @AfterEach
    void closeWindow() {
        page.context().close();
        assertThat(chromium.complaints()).as("what the browser complained of").isEmpty();
    }

    private static void send(String mail, String... recipients) throws Exception {
        Sender.send(smtp, "bounces@shop.test", List.of(recipients), mail);
    }

    private static void refuse() throws Exception {
        smtp.script(on(RCPT_TO).to("busy@*").reply(450, "4.2.1 Mailbox busy").always());
        try (Sender sender = Sender.to(smtp, "batch.test")) {
            sender.say("MAIL FROM:<batch@example.test>");
            sender.say("RCPT TO:<busy@example.test>");
            sender.say("RSET");
            sender.say("QUIT");
        }
    }

    private Locator mails() {
        return page.locator(".mails .mail");
    }

    private void tab(String name) {
        page.locator("[role=tab]", new Page.LocatorOptions().setHasText(name)).click();
    }

    @Test
    void withoutMailItTellsHowToSendOneAndThenShowsIt() throws Exception {
        page.navigate(ui.url());
        assertThat(page.locator(".reader h1")).hasText("No mail yet");
        assertThat(page.locator(".command")).containsText("--server 127.0.0.1:" + smtp.port());

        assertThat(page.locator(".live.on")).isVisible();
        send(SampleMails.plain("The first", "text"), "bob@example.test");

        assertThat(mails()).hasCount(1);
        assertThat(mails()).containsText("The first");
        assertThat(page).hasTitle("(1) Restante");
    }

    @Test
    void theListShowsTheNewestFirstAndGrowsByItself() throws Exception {
        send(SampleMails.plain("Older", "some words"), "bob@example.test");
        send(SampleMails.invoice(), "mara@example.test", "secret@example.test");
        page.navigate(ui.url());

        assertThat(mails()).hasCount(2);
        assertThat(mails().first()).containsText("Harbour Books");
        assertThat(mails().first()).containsText("Your invoice € 46");
        assertThat(mails().first()).containsText("Thank you Mara");
        assertThat(mails().first()).containsText("secret@example.test");
        assertThat(mails().first().locator(".clip")).containsText("2");
        assertThat(mails().nth(1)).containsText("some words");
        assertThat(page.locator(".tally").first()).hasText("2 mails, 2 unread");

        assertThat(page.locator(".live.on")).isVisible();
        send(SampleMails.plain("Live", "text"), "bob@example.test");

        assertThat(mails()).hasCount(3);
        assertThat(mails().first()).containsText("Live");
        assertThat(page.locator("#news")).hasText("New mail: Live");

        smtp.clear();
        assertThat(mails()).hasCount(0);
    }

    @Test
    void aMailShowsItsHtmlTextHeadersSourceAndSession() throws Exception {
        send(SampleMails.invoice(), "mara@example.test", "secret@example.test");
        page.navigate(ui.url());
        mails().first().click();

        assertThat(page.locator(".reader h1")).hasText("Your invoice € 46");
        assertThat(page).hasTitle("Your invoice € 46 · Restante");
        assertThat(page.locator(".people")).containsText("secret@example.test envelope only");
        assertThat(page.locator(".file").first()).containsText("Invoice 1.pdf");
        FrameLocator frame = page.frameLocator("iframe");
        assertThat(frame.locator("h1")).hasText(Pattern.compile("Thank.you"));
        Locator image = frame.locator("img");
        assertThat(image).isVisible();
        assertThat(image.evaluate("image => image.decode().then(() => image.naturalWidth)"))
                .isEqualTo(1);
        assertThat(page.locator(".mail.unread")).hasCount(0);

        tab("Text");
        assertThat(page.locator(".text")).hasText("Thank you, Mara.");
        tab("Headers");
        assertThat(page.locator(".spoken")).containsText("MAIL FROM:<bounces@shop.test> BODY=8BITMIME");
        assertThat(page.locator(".spoken li").last()).containsText("RCPT TO:<secret@example.test> Bcc");
        assertThat(page.locator(".spoken .mark")).hasCount(1);
        assertThat(page.locator(".fields")).containsText("=?utf-8?q?Your_invoice_=E2=82=AC_46?=");
        tab("Source");
        assertThat(page.locator(".blocks")).containsText("Content-ID: <logo@shop>");
        tab("Session");
        assertThat(page.locator(".dialogue")).containsText("EHLO app.test");
        assertThat(page.locator(".dialogue .reply-3")).hasCount(1);
        assertThat(page.locator(".dialogue .chip")).containsText("on the wire");
    }

    @Test
    void everyMailAndTabHasAnAddressThatSurvivesAReload() throws Exception {
        send(SampleMails.plain("One", "the text of one"), "bob@example.test");
        send(SampleMails.plain("Two", "the text of two"), "bob@example.test");
        page.navigate(ui.url());
        mails().nth(1).click();
        tab("Source");
        assertThat(page.locator(".blocks")).containsText("the text of one");

        page.reload();

        assertThat(page.locator(".reader h1")).hasText("One");
        assertThat(page.locator(".blocks")).containsText("the text of one");
        assertThat(page.locator(".mail[aria-current]")).containsText("One");

        page.goBack();
        assertThat(page.locator(".reader h1")).hasCount(0);
        assertThat(mails()).hasCount(2);
        page.goForward();
        assertThat(page.locator(".reader h1")).hasText("One");
    }

    @Test
    void aMailThatIsGoneIsSaidToBe() {
        page.navigate(ui.url() + "/view/0000000000000000000000");

        assertThat(page.locator(".reader h1")).hasText("This mail is not here");
    }

    @Test
    void aMailAndItsSessionShowWhatTheClientDidWrong() throws Exception {
        try (Sender sender = Sender.to(smtp, "batch.test")) {
            sender.say("MAIL FROM: <batch@example.test>");
            sender.say("RCPT TO:<bob@example.test>");
            sender.say("DATA");
            sender.say("From: batch@example.test\r\nMessage-ID: <1@example.test>\r\n\r\none\ntwo\nthree\r\n.");
            sender.say("QUIT");
        }
        page.navigate(ui.url());
        mails().first().click();
        tab("Lint");
        Locator wrong = page.locator(".findings li");
        assertThat(wrong.filter(new Locator.FilterOptions().setHasText("date-missing")))
                .containsText("RFC 5322 section 3.6");
        assertThat(wrong.filter(new Locator.FilterOptions().setHasText("date-missing")))
                .containsText("There is no Date.");
        Locator bare = wrong.filter(new Locator.FilterOptions().setHasText("bare-lf"));
        assertThat(bare).containsText("RFC 5321 section 2.3.8");
        assertThat(bare).containsText("×2");
        assertThat(bare).containsText("line 4 of the mail");

        tab("Session");
        assertThat(wrong).hasCount(1);
        assertThat(wrong.first()).containsText("space-before-path");
        assertThat(wrong.first()).containsText("MAIL FROM: <batch@example.test>");
    }

    /** Behind a proxy, on LMTP: the facts of a session are those of the client, and say who told them. */
    @Test
    void theFactsOfASessionAreThoseOfTheTrueClient() throws Exception {
        try (FakeSmtpServer server = FakeSmtpServer.builder()
                        .lmtpPort(0)
                        .proxyProtocol("127.0.0.1")
                        .build()
                        .start();
                RestanteUi other = RestanteUi.start(server)) {
            try (Socket socket = new Socket(server.host(), server.lmtpPort())) {
                socket.getOutputStream()
                        .write("PROXY TCP4 192.0.2.7 198.51.100.1 50312 24\r\nLHLO app.test\r\nQUIT\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                while (socket.getInputStream().read() >= 0) {
                    // What is said is in the session.
                }
            }
            try (Socket socket = new Socket(server.host(), server.port())) {
                socket.getOutputStream().write("PROXY TCP9\r\n".getBytes(StandardCharsets.US_ASCII));
                while (socket.getInputStream().read() >= 0) {
                    // 421, and the end.
                }
            }
            page.navigate(other.url() + "/session/" + server.sessions().get(0).id());
            Locator facts = page.locator(".facts-list");
            assertThat(facts).containsText("192.0.2.7:50312");
            assertThat(facts).containsText(Pattern.compile("127\\.0\\.0\\.1:\\d+ by PROXY header"));
            assertThat(facts).containsText("LHLO app.test");
            assertThat(page.locator(".try .why", new Page.LocatorOptions().setHasText("PROXY header is not in order")))
                    .hasCount(1);
            page.navigate("about:blank"); // before its server ends
        }
    }

    @Test
    void refusedAttemptsAreListedWithTheirDialogue() throws Exception {
        page.navigate(ui.url());
        assertThat(page.locator(".live.on")).isVisible();
        refuse();

        assertThat(page.locator(".none")).hasText("No mail yet.");
        Locator attempt = page.locator(".try");
        assertThat(attempt).hasCount(1);
        assertThat(attempt).containsText("450");
        assertThat(attempt).containsText("<batch@example.test> → busy@example.test");
        assertThat(attempt).containsText("4.2.1 Mailbox busy");

        attempt.click();
        assertThat(page.locator(".reader h1")).hasText(Pattern.compile("Session \\d+"));
        assertThat(page.locator(".dialogue .reply-4")).containsText("450 4.2.1 Mailbox busy");
        page.reload();
        assertThat(page.locator(".dialogue .reply-4")).hasCount(1);
    }

    @Test
    void hostileHtmlDoesNothing() throws Exception {
        send(SampleMails.html("Hostile", """
                        <script>top.document.title = 'taken'; fetch('/api/v1/messages')</script>
                        <img src=x onerror="top.document.title='taken'">
                        <meta http-equiv="refresh" content="0;url=https://outside.invalid/">
                        <img src="https://outside.invalid/pixel.gif" alt="Tracker">
                        <style>@import "https://outside.invalid/x.css"; body{background:url(https://outside.invalid/b.png)}</style>
                        <form action="/api/v1/messages" method="post"><input autofocus><button>Go</button></form>
                        <iframe src="/"></iframe><svg onload="top.document.title='taken'"></svg>
                        <a id="link" href="javascript:top.document.title='taken'">click</a><p id="end">the end</p>"""), "bob@example.test");
        List<String> asked = new java.util.ArrayList<>();
        page.onRequest(request -> asked.add(request.url()));
        page.navigate(ui.url());
        mails().first().click();

        FrameLocator frame = page.frameLocator("iframe");
        assertThat(frame.locator("#end")).hasText("the end");
        frame.locator("#link").click();
        assertThat(page.locator(".notice")).containsText("3 files from outside were not loaded");
        assertThat(page).hasTitle("Hostile · Restante");
        assertThat(asked).noneMatch(url -> url.contains("outside.invalid"));
        assertThat(page.locator("iframe").getAttribute("sandbox")).doesNotContain("allow-scripts", "allow-same-origin");
    }

    @Test
    void theUnsanitisedViewCannotReachAnythingEither() throws Exception {
        send(SampleMails.html("Hostile", """
                        <p id="end">as sent</p><img src="/api/v1/message/latest"><img src="https://outside.invalid/p.gif">
                        <script>document.getElementById('end').textContent = 'scripts run'</script>"""), "bob@example.test");
        page.navigate(ui.url() + "/view/" + smtp.mails().get(0).id() + ".html");

        assertThat(page.locator("#end")).hasText("as sent");
        assertThat(chromium.complaints()).isNotEmpty().allMatch(complaint -> complaint.matches("(?s)(error|failed).*"));
    }

    @Test
    void hostileHeadersAreText() throws Exception {
        send(
                "From: \"<img src=x onerror=alert(1)>\" <a@b.test>\nTo: b@c.test\nSubject: <script>alert(1)</script>${1}\n"
                        + "X-<b>: <i>\n\n<script>alert(2)</script>",
                "bob@example.test");
        page.onDialog(dialog -> {
            throw new AssertionError("A script ran: " + dialog.message());
        });
        page.navigate(ui.url());

        assertThat(mails().first()).containsText("<script>alert(1)</script>${1}");
        mails().first().click();
        assertThat(page.locator(".reader h1")).hasText("<script>alert(1)</script>${1}");
        assertThat(page.locator(".text")).hasText("<script>alert(2)</script>");
        tab("Source");
        assertThat(page.locator(".blocks")).containsText("<img src=x onerror=alert(1)>");
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        send(SampleMails.plain("One", "first"), "bob@example.test");
        send(SampleMails.plain("Two", "second"), "bob@example.test");
        page.navigate(ui.url());
        mails().first().focus();
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(page.locator(".reader h1")).hasText("One");

        page.locator("[role=tab][aria-selected=true]").focus();
        page.keyboard().press("ArrowRight");
        assertThat(page.locator("[role=tab][aria-selected=true]")).hasText("Headers");
        assertThat(page.locator("[role=tab][aria-selected=true]")).isFocused();
        page.keyboard().press("ArrowLeft");
        page.keyboard().press("ArrowLeft");
        assertThat(page.locator("[role=tab][aria-selected=true]")).hasText("Session");
    }

    @Test
    void aLostConnectionIsSaidAndCaughtUpWith() throws Exception {
        try (FakeSmtpServer own = FakeSmtpServer.create().start()) {
            RestanteUi first = RestanteUi.start(own);
            int port = first.port();
            page.navigate(first.url());
            assertThat(page.locator(".live.on")).isVisible();

            first.close();
            assertThat(page.locator(".live.off")).isVisible();
            Sender.send(own, "a@b.test", List.of("c@d.test"), SampleMails.plain("Meanwhile", "text"));
            try (RestanteUi again = RestanteUi.start(own, port)) {
                assertThat(mails()).containsText("Meanwhile");
                assertThat(again.port()).isEqualTo(port);
                // The browser may complain of the end of this server, too, but later than this test could ask.
                page.navigate("about:blank");
            }
            chromium.complaints();
        }
    }

    @Test
    void onAPhoneTheListAndTheMailTakeTurns() throws Exception {
        send(SampleMails.invoice(), "mara@example.test", "secret@example.test");
        refuse();
        for (int width : new int[] {360, 390}) {
            page.setViewportSize(width, 740);
            page.navigate(ui.url());
            assertThat(mails()).hasCount(1);
            assertFits();

            mails().first().click();
            assertThat(page.locator(".reader h1")).isFocused();
            assertThat(page.locator(".inbox")).isHidden();
            for (String name : List.of("Text", "Headers", "Source", "Session")) {
                tab(name);
                assertFits();
            }
            page.locator(".back").click();
            assertThat(mails().first()).isFocused();
        }
    }

    private void assertFits() {
        assertThat(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .as("how far the page is too wide")
                .isEqualTo(0);
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void axeFindsNothing(ColorScheme colours) throws Exception {
        try (Page coloured = chromium.open(1280, 800, colours)) {
            coloured.navigate(ui.url());
            assertThat(coloured.locator(".reader h1")).isVisible();
            assertThat(Chromium.accessibilityProblems(coloured)).as("first run").isEmpty();

            send(SampleMails.invoice(), "mara@example.test", "secret@example.test");
            refuse();
            coloured.navigate(ui.url());
            assertThat(coloured.locator(".try")).hasCount(1);
            assertThat(Chromium.accessibilityProblems(coloured)).as("list").isEmpty();
            for (String tab : List.of("html", "text", "headers", "source", "session")) {
                coloured.navigate(ui.url() + "/view/" + smtp.mails().get(0).id() + "#" + tab);
                assertThat(coloured.locator("[role=tab][aria-selected=true]")).hasId("tab-" + tab);
                assertThat(Chromium.accessibilityProblems(coloured)).as(tab).isEmpty();
            }
            coloured.navigate(ui.url() + "/session/" + smtp.attempts().get(1).sessionId());
            assertThat(coloured.locator(".reader h1")).hasText(Pattern.compile("Session.*"));
            assertThat(Chromium.accessibilityProblems(coloured)).as("session").isEmpty();
            coloured.setViewportSize(390, 844);
            assertThat(Chromium.accessibilityProblems(coloured)).as("phone").isEmpty();
            String ground = String.valueOf(coloured.evaluate("getComputedStyle(document.body).backgroundColor"));
            assertThat(ground).isEqualTo(colours == ColorScheme.DARK ? "rgb(17, 20, 25)" : "rgb(243, 244, 246)");
        }
    }
}
