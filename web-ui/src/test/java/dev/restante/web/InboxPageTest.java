package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.KeyboardModifier;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.FakeSmtpServer;
import dev.restante.Matching;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The list of mail: selection, removal with a way back, tags, search, keys, and very many mails. */
@Timeout(90)
class InboxPageTest {
    private static final int VERY_MANY = 100_000;

    private static Chromium chromium;
    private static FakeSmtpServer smtp;
    private static RestanteUi ui;

    private Page page;

    @BeforeAll
    static void open() {
        chromium = Chromium.start();
        smtp = FakeSmtpServer.builder()
                .keepMails(VERY_MANY + 10, 512L << 20)
                .build()
                .start();
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

    private static void send(int count) throws Exception {
        for (int i = 1; i <= count; i++) {
            Sender.send(smtp, "a@b.test", List.of("bob@example.test"), SampleMails.plain("Mail " + i, "text of " + i));
        }
    }

    private void show() {
        show("/");
    }

    private void show(String path) {
        page.navigate(ui.url() + path);
        assertThat(page.locator(".live.on")).isVisible();
        assertThat(page.locator(".mails .mail, .none, .welcome").first()).isVisible();
    }

    private Locator mails() {
        return page.locator(".mails .mail");
    }

    private Locator chosen() {
        return page.locator(".row.chosen");
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new GetByRoleOptions().setName(name).setExact(true));
    }

    private List<String> subjects() {
        return smtp.onlooker().mails().stream()
                .map(mail -> mail.subject().orElse(""))
                .toList();
    }

    private void eventually(BooleanSupplier condition) {
        page.waitForCondition(condition);
    }

    // ---- selection

    @Test
    void clicksWithControlAndShiftSelect() throws Exception {
        send(6);
        show();
        mails().nth(1).click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.CONTROL)));
        mails().nth(3).click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.CONTROL)));
        assertThat(chosen()).hasCount(2);
        assertThat(page.locator(".chosen-bar .tally")).hasText("2 selected");
        assertThat(page).hasURL(ui.url() + "/");

        mails().nth(5).click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.SHIFT)));
        assertThat(chosen()).hasCount(3);
        assertThat(chosen().first()).containsText("Mail 3");

        page.locator(".row .pick").nth(4).click();
        assertThat(chosen()).hasCount(2);
        page.keyboard().press("Escape");
        assertThat(chosen()).hasCount(0);
    }

    @Test
    void aSelectionBeginsWhereItBeganWhateverComesMeanwhile() throws Exception {
        send(5);
        show();
        mails().nth(1).click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.CONTROL)));
        send(2);
        assertThat(mails()).hasCount(7);
        mails().nth(5).click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.SHIFT)));
        assertThat(page.locator(".chosen-bar .tally")).hasText("3 selected");
        assertThat(chosen().first()).containsText("Mail 4");
        assertThat(chosen().last()).containsText("Mail 2");
    }

    @Test
    void keysSelectAndMark() throws Exception {
        send(4);
        show();
        page.keyboard().press("j");
        assertThat(mails().first()).isFocused();
        page.keyboard().press("x");
        page.keyboard().press("Shift+ArrowDown");
        page.keyboard().press("Shift+ArrowDown");
        assertThat(chosen()).hasCount(3);

        page.keyboard().press("r");
        assertThat(page.locator(".mail.unread")).hasCount(1);
        assertThat(page.locator(".note")).containsText("3 mails marked read");
        page.keyboard().press("Shift+R");
        assertThat(page.locator(".mail.unread")).hasCount(4);

        page.keyboard().press("Control+a");
        assertThat(page.locator(".chosen-bar .tally")).hasText("4 selected");
        button("Mark read").click();
        assertThat(page.locator(".mail.unread")).hasCount(0);
        page.keyboard().press("Escape");
        assertThat(page.locator(".tally").first()).hasText("4 mails");
    }

    @Test
    void aMailReadElsewhereIsShownAsReadAtOnce() throws Exception {
        send(2);
        show();
        assertThat(page.locator(".mail.unread")).hasCount(2);
        new Http(ui.url())
                .send(
                        "PUT",
                        "/api/v1/messages",
                        "{\"IDs\":[\"" + smtp.onlooker().mails().get(0).id() + "\"],\"Read\":true}");

        assertThat(page.locator(".mail.unread")).hasCount(1);
        assertThat(page).hasTitle("(1) Restante");
    }

    @Test
    void theKeysOfAControlAreItsOwn() throws Exception {
        send(3);
        show();
        page.locator(".pick-all input").focus();
        page.keyboard().press("Space");
        assertThat(chosen()).hasCount(3);
        Locator delete = button("Delete");
        delete.focus();
        page.keyboard().press("Space");
        assertThat(mails()).hasCount(0);
        button("Undo").focus();
        page.keyboard().press("Space");
        assertThat(mails()).hasCount(3);

        page.keyboard().press("j");
        page.keyboard().press("Space"); // a mail is a link: there the key is the list's
        assertThat(chosen()).hasCount(1);
    }

    // ---- removal

    @Test
    void aRemovalCanBeUndone() throws Exception {
        send(5);
        show();
        mails().nth(1).click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.CONTROL)));
        page.keyboard().press("Shift+ArrowDown");
        button("Delete").click();

        assertThat(mails()).hasCount(3);
        assertThat(page.locator(".note")).containsText("2 mails deleted");
        assertThat(page.locator(".tally").first()).hasText("3 mails, 3 unread");
        assertThat(page).hasTitle("(3) Restante");
        assertThat(subjects()).hasSize(5);

        button("Undo").click();
        assertThat(mails()).hasCount(5);
        assertThat(mails().nth(1)).containsText("Mail 4");
        assertThat(subjects()).hasSize(5);
    }

    @Test
    void aRemovalThatIsNotUndoneIsDone() throws Exception {
        send(3);
        show();
        page.keyboard().press("j");
        page.keyboard().press("Delete");
        assertThat(mails()).hasCount(2);
        assertThat(mails().first()).isFocused();
        page.keyboard().press("Delete");
        page.locator(".note button[aria-label=Close]").first().click();
        page.locator(".note button[aria-label=Close]").first().click();

        eventually(() -> subjects().equals(List.of("Mail 1")));
        assertThat(mails()).hasCount(1);
        assertThat(page.locator(".tally").first()).containsText("1 mail,");
    }

    @Test
    void leavingThePageDoesWhatWasSaid() throws Exception {
        send(2);
        show();
        page.keyboard().press("j");
        page.keyboard().press("#");
        assertThat(mails()).hasCount(1);
        page.navigate("about:blank");

        eventually(() -> subjects().equals(List.of("Mail 1")));
    }

    @Test
    void removingAllKeepsWhatComesMeanwhileAlsoWhereTheNewestIsNotLoaded() throws Exception {
        deliver(1_200);
        show();
        page.keyboard().press("j");
        page.keyboard().press("End");
        assertThat(mails().last()).containsText("Number 1");
        smtp.mail(smtp.onlooker().mails().get(500).id())
                .ifPresent(mail -> smtp.remove(Matching.that("this one", mail::equals)));
        assertThat(page.locator(".tally").first()).containsText("1,199 mails");
        page.keyboard().press("Control+a");
        page.keyboard().press("Delete");
        assertThat(mails()).hasCount(0);
        Sender.send(smtp, "a@b.test", List.of("bob@example.test"), SampleMails.plain("Meanwhile", "text"));
        assertThat(mails()).hasCount(1);
        page.locator(".note button[aria-label=Close]").click();

        eventually(() -> subjects().equals(List.of("Meanwhile")));
    }

    @Test
    void howeverManyWereDeletedLeavingThePageDoesIt() throws Exception {
        deliver(4_000);
        show();
        page.keyboard().press("j");
        page.keyboard().press("End");
        assertThat(mails().last()).containsText("Number 1");
        page.keyboard().press("Home");
        assertThat(mails().first()).containsText("Number 4000");
        mails().first().click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.CONTROL)));
        page.locator(".scroll").first().evaluate("node => node.scrollTop = node.scrollHeight");
        assertThat(mails().last()).hasAttribute("href", Pattern.compile("/view/"));
        assertThat(page.locator(".mails .row").last()).hasAttribute("aria-posinset", "4000");
        mails().last().click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.SHIFT)));
        assertThat(page.locator(".chosen-bar .tally")).hasText("4,000 selected");
        page.waitForResponse(
                answer -> answer.url().contains("/page/removals"),
                () -> page.keyboard().press("Delete"));
        page.navigate("about:blank");

        eventually(() -> subjects().isEmpty());
    }

    @Test
    void removingAllKeepsWhatComesMeanwhile() throws Exception {
        send(3);
        show();
        page.locator(".pick-all input").check();
        assertThat(page.locator(".chosen-bar .tally")).hasText("3 selected");
        button("Delete").click();
        assertThat(mails()).hasCount(0);

        Sender.send(smtp, "a@b.test", List.of("bob@example.test"), SampleMails.plain("Meanwhile", "text"));
        assertThat(mails()).hasCount(1);
        page.locator(".note button[aria-label=Close]").click();

        eventually(() -> subjects().equals(List.of("Meanwhile")));
        assertThat(mails()).hasCount(1);
    }

    @Test
    void removingTheOpenMailGoesOnToTheNext() throws Exception {
        send(3);
        show();
        mails().nth(1).click();
        assertThat(page.locator(".reader h1")).hasText("Mail 2");
        page.keyboard().press("Delete");

        assertThat(page.locator(".reader h1")).hasText("Mail 1");
        assertThat(mails()).hasCount(2);
        page.keyboard().press("z");
        assertThat(mails()).hasCount(3);
    }

    @Test
    void removingAMailThatTheSearchDoesNotFindLeadsBackToTheList() throws Exception {
        send(3);
        show("/view/" + smtp.onlooker().mails().get(1).id() + "?q=subject:1");
        assertThat(page.locator(".reader h1")).hasText("Mail 2");
        assertThat(mails()).hasCount(1);
        page.keyboard().press("Delete");

        assertThat(page.locator(".note").first()).containsText("1 mail deleted");
        assertThat(page.locator(".reader h1")).hasCount(0);
        assertThat(page).hasURL(ui.url() + "/?q=subject%3A1");
        assertThat(mails()).hasCount(1);
    }

    // ---- tags

    @Test
    void tagsAreGivenAndTakenByADialog() throws Exception {
        send(2);
        show();
        page.keyboard().press("Control+a");
        page.keyboard().press("t");
        page.locator("dialog input[name=more]").fill("invoice, urgent");
        page.keyboard().press("Enter");

        assertThat(page.locator(".mails .tag")).hasText(new String[] {"invoice", "urgent", "invoice", "urgent"});
        page.keyboard().press("Escape");
        mails().first().focus();
        page.keyboard().press("t");
        page.locator("dialog label")
                .filter(new Locator.FilterOptions().setHasText("urgent"))
                .locator("input")
                .uncheck();
        page.locator("dialog .main").click();

        assertThat(mails().first().locator(".tag")).hasText(new String[] {"invoice"});
        assertThat(mails().nth(1).locator(".tag")).hasCount(2);
    }

    // ---- search

    @Test
    void aSearchHasAnAddressAndBackLeavesIt() throws Exception {
        send(12);
        show();
        page.keyboard().press("/");
        page.keyboard().type("subject:\"Mail 1\"");
        page.keyboard().press("Enter");

        assertThat(mails()).hasCount(4); // 1, 10, 11, 12
        assertThat(page).hasURL(Pattern.compile(".*\\?q=subject.*"));
        assertThat(page.locator(".tally").first()).containsText("4 mails found");
        mails().nth(3).click();
        assertThat(page.locator(".reader h1")).hasText("Mail 1");
        assertThat(page).hasURL(Pattern.compile(".*/view/[^?]+\\?q=subject.*"));
        page.reload();
        assertThat(mails()).hasCount(4);
        assertThat(page.locator("#search")).hasValue("subject:\"Mail 1\"");

        page.goBack();
        assertThat(page.locator(".reader h1")).hasCount(0);
        assertThat(mails()).hasCount(4);
        page.goBack();
        assertThat(page.locator("#search")).hasValue("");
        assertThat(mails()).hasCount(12);
    }

    @Test
    void newMailJoinsASearchItMatches() throws Exception {
        send(1);
        show("/?q=subject:wanted");
        assertThat(page.locator(".none")).hasText("Nothing matches this search.");
        Sender.send(smtp, "a@b.test", List.of("c@d.test"), SampleMails.plain("Other", "x"));
        Sender.send(smtp, "a@b.test", List.of("c@d.test"), SampleMails.plain("Wanted", "x"));

        assertThat(mails()).hasCount(1);
        assertThat(mails()).containsText("Wanted");
    }

    @Test
    void anErrorPointsAtItsCharacter() throws Exception {
        send(1);
        show();
        page.locator("#search").fill("from:ann (subject:x");
        page.keyboard().press("Enter");

        assertThat(page.locator(".search-problem")).containsText("(");
        assertThat(page.locator(".search-problem mark")).hasText("(");
        assertThat(page.locator("#search")).hasAttribute("aria-invalid", "true");
        assertThat(mails()).hasCount(1);
        page.navigate(ui.url() + "/?q=from:ann+("); // nor does an address that cannot be read hide what there is
        assertThat(page.locator(".search-problem")).isVisible();
        assertThat(mails()).hasCount(1);
        assertThat(page.locator(".tally").first()).hasText("1 mail, 1 unread");

        page.locator("#search").fill("subject:mail");
        page.keyboard().press("Enter");
        assertThat(page.locator(".search-problem")).hasCount(0);
    }

    @Test
    void whatASearchPassesOverIsTold() throws Exception {
        send(2);
        show();
        Locator told = page.locator(".passed-over");
        assertThat(told).hasAttribute("role", "status"); // there before it says anything, so that it is read out
        assertThat(told).hasText("");
        page.locator("#search").fill("before:foo mail after:<b>x</b>");
        page.keyboard().press("Enter");
        assertThat(told).hasText("Passed over, because it means nothing: before:foo, after:<b>x</b>");
        assertThat(told).isVisible();
        assertThat(mails()).hasCount(2);
        assertThat(Chromium.accessibilityProblems(page)).isEmpty();
        page.reload(); // it comes with the address, too
        assertThat(told).containsText("before:foo");
        page.setViewportSize(390, 844);
        assertThat(told).isVisible();

        page.locator("#search").fill("mail");
        page.keyboard().press("Enter");
        assertThat(told).hasText("");
        page.evaluate("localStorage.setItem('restante.language', '\"zh\"')");
        show("/?q=before:foo");
        assertThat(told).hasText("无意义而忽略：before:foo");
    }

    @Test
    void suggestionsCompleteWhatIsTyped() throws Exception {
        send(2);
        show();
        page.locator("#search").click();
        page.keyboard().type("fr");
        assertThat(page.locator("#suggestions [role=option]").first()).containsText("from:");
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(page.locator("#search")).hasValue("from:");
        assertThat(page.locator("#suggestions [role=option]")).hasText(Pattern.compile("from:ann@example.test.*"));
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Tab");
        assertThat(page.locator("#search")).hasValue("from:ann@example.test ");
        page.keyboard().type("is:");
        page.locator("#suggestions [role=option]")
                .filter(new Locator.FilterOptions().setHasText("is:unread"))
                .click();

        assertThat(page.locator("#search")).hasValue("from:ann@example.test is:unread ");
        assertThat(page).hasURL(Pattern.compile(".*q=from%3Aann%40example.test\\+is%3Aunread"));
        assertThat(mails()).hasCount(2);
    }

    @Test
    void aSearchCanBeKept() throws Exception {
        send(3);
        show("/?q=subject:2");
        button("Save this search").click();
        page.navigate(ui.url());
        assertThat(mails()).hasCount(3);
        page.locator(".saved-search").click();

        assertThat(mails()).hasCount(1);
        assertThat(page).hasURL(ui.url() + "/?q=subject%3A2");
        button("Forget this saved search").click();
        assertThat(page.locator(".saved-search")).hasCount(0);
    }

    // ---- keys

    @Test
    void theSheetListsTheKeysAndThePaletteRunsCommands() throws Exception {
        send(2);
        show();
        page.keyboard().press("Shift+?");
        assertThat(page.locator("dialog")).containsText("Mark unread");
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog")).isHidden();

        page.keyboard().press("Control+k");
        page.keyboard().type("mark all");
        page.keyboard().press("Enter");
        assertThat(page.locator(".mail.unread")).hasCount(0);

        page.keyboard().press("g");
        page.keyboard().press("h");
        assertThat(page).hasURL(ui.url() + "/start");
        page.keyboard().press("g");
        page.keyboard().press("m");
        assertThat(mails()).hasCount(2);
    }

    @Test
    void withAMailOpenTheKeysGoFromMailToMail() throws Exception {
        send(3);
        show();
        mails().first().click();
        page.keyboard().press("j");
        assertThat(page.locator(".reader h1")).hasText("Mail 2");
        page.keyboard().press("j");
        assertThat(page.locator(".reader h1")).hasText("Mail 1");
        page.keyboard().press("k");
        assertThat(page.locator(".reader h1")).hasText("Mail 2");
        page.keyboard().press("Escape");
        assertThat(page.locator(".reader h1")).hasCount(0);
        assertThat(mails().nth(1)).isFocused();
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void axeFindsNothing(ColorScheme colours) throws Exception {
        send(3);
        try (Page coloured = chromium.open(1280, 800, colours)) {
            coloured.navigate(ui.url());
            coloured.locator(".row .pick").nth(1).click();
            assertThat(Chromium.accessibilityProblems(coloured)).as("selection").isEmpty();
            coloured.keyboard().press("t");
            coloured.locator("dialog input[name=more]").fill("one, two");
            coloured.keyboard().press("Enter");
            assertThat(coloured.locator(".mails .tag")).hasCount(2);
            assertThat(Chromium.accessibilityProblems(coloured)).as("tags").isEmpty();
            coloured.keyboard().press("t");
            assertThat(Chromium.accessibilityProblems(coloured))
                    .as("tag dialog")
                    .isEmpty();
            coloured.keyboard().press("Escape");
            coloured.keyboard().press("Delete");
            assertThat(coloured.locator(".note").last()).containsText("deleted");
            assertThat(Chromium.accessibilityProblems(coloured)).as("undo").isEmpty();
            coloured.keyboard().press("z");
            coloured.keyboard().press("Shift+?");
            assertThat(Chromium.accessibilityProblems(coloured)).as("keys").isEmpty();
            coloured.keyboard().press("Escape");
            coloured.keyboard().press("Control+k");
            assertThat(Chromium.accessibilityProblems(coloured)).as("palette").isEmpty();
            coloured.keyboard().press("Escape");
            coloured.keyboard().press("/");
            coloured.keyboard().type("is:");
            assertThat(coloured.locator("#suggestions [role=option]")).hasCount(3);
            assertThat(Chromium.accessibilityProblems(coloured))
                    .as("suggestions")
                    .isEmpty();
            coloured.keyboard().type("read (");
            coloured.keyboard().press("Enter");
            assertThat(coloured.locator(".search-problem")).isVisible();
            assertThat(Chromium.accessibilityProblems(coloured)).as("problem").isEmpty();
        }
    }

    // ---- very many

    @Test
    void aHundredThousandMailsScrollSmoothly() throws Exception {
        deliver(VERY_MANY);
        show();
        assertThat(page.locator(".tally").first()).containsText("100,000 mails");
        assertThat(mails().first()).containsText("Number 100000");

        assertThat(longestScriptOfAFrame())
                .as("script in one frame, in seconds")
                .isLessThan(0.050);

        page.keyboard().press("End");
        assertThat(mails().last()).containsText("Number 1");
        assertThat(page.locator(".mails .row").last()).hasAttribute("aria-posinset", "100000");
        assertThat(mails().last()).isFocused();
        assertThat(page.locator(".row").count()).isLessThan(60);
        page.keyboard().press("Home");
        assertThat(mails().first()).containsText("Number 100000");

        page.locator(".scroll").first().evaluate("node => node.scrollTop = 3_000_000");
        assertThat(mails().first()).not().containsText("Number 100000"); // what is shown has followed
        assertThat(page.locator(".row.blank")).hasCount(0);
        String before = mails().nth(12).locator(".subject").textContent();
        deliver(1);
        assertThat(page.locator(".newer")).containsText("1 new mail");
        assertThat(page.locator(".subject", new Page.LocatorOptions().setHasText(before)))
                .isVisible();
        page.locator(".newer").click();
        assertThat(mails().first()).containsText("Number 1");
    }

    /**
     * Scrolls through the list, far and near by turns, and returns the most processor time that scripts took for one frame. Processor
     * time, because on a busy machine a frame waits for others.
     */
    private double longestScriptOfAFrame() {
        CDPSession browser = page.context().newCDPSession(page);
        JsonObject domain = new JsonObject();
        domain.addProperty("timeDomain", "threadTicks");
        browser.send("Performance.enable", domain);
        double longest = 0;
        double before = scriptTime(browser);
        for (int i = 0; i < 80; i++) {
            page.evaluate("""
                    top => new Promise(done => {
                      document.querySelector('.inbox > .scroll').scrollTop = top;
                      requestAnimationFrame(() => requestAnimationFrame(done));
                    })""", i % 4 == 0 ? i * 60_000 : i / 4 * 240_000 + i % 4 * 350);
            double now = scriptTime(browser);
            longest = Math.max(longest, now - before);
            before = now;
        }
        browser.detach();
        return longest;
    }

    private static double scriptTime(CDPSession browser) {
        for (JsonElement metric : browser.send("Performance.getMetrics").getAsJsonArray("metrics")) {
            if (metric.getAsJsonObject().get("name").getAsString().equals("ScriptDuration")) {
                return metric.getAsJsonObject().get("value").getAsDouble();
            }
        }
        throw new AssertionError("The browser does not tell how long scripts ran.");
    }

    private static void deliver(int count) throws IOException {
        Envelope envelope = new Envelope(
                new Envelope.Sender("a@b.test", "<a@b.test>", EsmtpParameters.none()),
                List.of(new Envelope.Recipient("c@d.test", "<c@d.test>", EsmtpParameters.none())));
        if (smtp.onlooker().mails().isEmpty()) { // its client stands for that of all others
            Sender.send(smtp, "a@b.test", List.of("c@d.test"), new String(mail(1), StandardCharsets.UTF_8));
        }
        CapturedMail first = smtp.onlooker().mails().get(0);
        for (int i = count == 1 ? 1 : 2; i <= count; i++) {
            smtp.deliver(first.client(), envelope, mail(i));
        }
    }

    private static byte[] mail(int number) {
        return ("From: Ann <ann" + number % 50 + "@example.test>\r\nTo: bob@example.test\r\nSubject: Number " + number
                        + "\r\n\r\nSome words of text " + number + ".\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
