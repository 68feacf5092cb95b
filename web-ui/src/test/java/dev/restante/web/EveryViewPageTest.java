package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.restante.FakeSmtpServer;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds in each view alike: on a phone, in both themes and languages, and whatever was opened above it. */
@Timeout(120)
class EveryViewPageTest {
    private static final String FITS = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

    private static Chromium chromium;
    private static FakeSmtpServer smtp;
    private static FakeSmtpServer empty;
    private static RestanteUi ui;
    private static RestanteUi first;
    private static String mail;
    private static String session;

    private Page page;

    @BeforeAll
    static void open() throws Exception {
        chromium = Chromium.start();
        smtp = FakeSmtpServer.create().start();
        ui = RestanteUi.start(smtp);
        empty = FakeSmtpServer.create().start();
        first = RestanteUi.start(empty);
        Sender.send(smtp, "a@b.test", List.of("jig@example.test"), SampleMails.plain("Jumping gypsy", "quickly"));
        Sender.send(smtp, "a@b.test", List.of("bob@example.test"), SampleMails.plain("Another", "text"));
        smtp.script(on(RCPT_TO)
                .to("busy@*")
                .named("busy")
                .reply(450, "4.2.1 Mailbox busy")
                .always());
        try (Sender sender = Sender.to(smtp, "batch.test")) {
            sender.say("MAIL FROM:<batch@example.test>");
            sender.say("RCPT TO:<busy@example.test>");
            sender.say("QUIT");
        }
        try (Sender sender = Sender.to(smtp, "cut.test")) {
            sender.say("MAIL FROM:<cut@example.test>");
            sender.say("RCPT TO:<someone@example.test>");
            sender.say("DATA");
            sender.put("Subject: half");
        }
        Sender.send(
                smtp, "bounces@shop.test", List.of("mara@example.test", "secret@example.test"), SampleMails.invoice());
        mail = "/view/" + smtp.mails().get(2).id();
        session = "/session/"
                + smtp.sessions().stream()
                        .filter(each -> each.client().heloName().orElse("").equals("batch.test"))
                        .map(SmtpSession::id)
                        .findFirst()
                        .orElseThrow();
    }

    @AfterAll
    static void close() {
        if (chromium != null) {
            chromium.close();
            ui.close();
            first.close();
            smtp.close();
            empty.close();
        }
    }

    @AfterEach
    void closeWindow() {
        page.context().close();
        assertThat(chromium.complaints()).as("what the browser complained of").isEmpty();
    }

    private void openPhone(ColorScheme colours) {
        page = chromium.open(390, 844, colours);
    }

    private void openDesk() {
        page = chromium.open(1280, 800, ColorScheme.LIGHT);
    }

    private void show(String path) {
        page.navigate(path.startsWith("http") ? path : ui.url() + path);
        assertThat(page.locator(".live.on")).isVisible();
        assertThat(page.locator("main .quiet", new Page.LocatorOptions().setHasText("Loading")))
                .hasCount(0);
    }

    private Locator mails() {
        return page.locator(".mails .mail");
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    // ---- for everybody

    /** Collects problems of all views, so that one failure tells them all. */
    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void axeFindsNothingOnAPhone(ColorScheme colours) throws Exception {
        openPhone(colours);
        Map<String, List<String>> problems = new TreeMap<>();
        show("/");
        look("list", problems);
        page.locator(".unfold").click();
        assertThat(page.locator(".try")).hasCount(2);
        look("refused", problems);
        page.keyboard().press("x");
        assertThat(page.locator(".row.chosen")).hasCount(1);
        look("list with selection", problems);
        page.keyboard().press("t");
        assertThat(page.locator("dialog[open]")).isVisible();
        look("tag dialog", problems);
        page.keyboard().press("Escape");
        page.keyboard().press("Control+k");
        page.keyboard().type("mark");
        look("palette", problems);
        page.keyboard().press("Escape");
        page.keyboard().press("?");
        look("help", problems);
        page.keyboard().press("Escape");
        page.keyboard().press(",");
        look("settings", problems);
        show("/?q=before:foo+invoice");
        look("search that passes something over", problems);
        show("/?q=from:a+(");
        look("search that cannot be read", problems);
        show("/?q=nothing-like-it");
        look("search without a find", problems);

        show(mail);
        for (Locator tab : page.locator("[role=tab]").all()) {
            String id = tab.getAttribute("id");
            page.navigate(ui.url() + mail + "#" + id.substring(4));
            assertThat(page.locator("[role=tab][aria-selected=true]")).hasId(id);
            assertThat(page.locator("main .quiet", new Page.LocatorOptions().setHasText("Loading")))
                    .hasCount(0);
            look(id, problems);
        }
        page.locator(".menu summary").click();
        assertThat(page.locator(".menu ul")).isVisible();
        look("menu", problems);

        for (String path : List.of(
                "/view/gone",
                "/sessions",
                "/sessions?q=nobody",
                session,
                "/session/gone",
                "/script",
                "/overview",
                "/start")) {
            show(path);
            look(path, problems);
        }
        for (String path : List.of("/", "/sessions", "/script", "/overview")) {
            show(first.url() + path);
            look("first run of " + path, problems);
        }
        chromium.complaints()
                .forEach(
                        complaint -> { // the mail and session that are gone
                            if (!complaint.contains("404")) {
                                problems.computeIfAbsent("browser", each -> new ArrayList<>())
                                        .add(complaint);
                            }
                        });
        assertThat(problems).isEmpty();
    }

    private void look(String view, Map<String, List<String>> problems) throws Exception {
        List<String> found = new ArrayList<>(Chromium.accessibilityProblems(page));
        if (!Integer.valueOf(0).equals(page.evaluate(FITS))) {
            found.add("is wider than the phone");
        }
        if (!found.isEmpty()) {
            problems.put(view, found);
        }
    }

    /** What the browser complains of, such as violations of the Content-Security-Policy, fails each test of the page. */
    @ParameterizedTest
    @CsvSource({"en, 1280", "en, 390", "zh, 1280", "zh, 390"})
    void noViewMakesTheBrowserComplain(String language, int width) {
        page = chromium.open(width, 800, ColorScheme.LIGHT);
        page.navigate(ui.url());
        page.evaluate("language => localStorage.setItem('restante.language', JSON.stringify(language))", language);
        page.navigate("about:blank");
        for (String path :
                List.of("/", "/?q=before:foo", "/?q=(", "/sessions", session, "/script", "/overview", "/start")) {
            show(path);
            assertThat(page.locator("html")).hasAttribute("lang", language.equals("zh") ? "zh-Hans" : "en");
            assertThat(page.evaluate(FITS)).as(path).isEqualTo(0);
            assertThat(chromium.complaints()).as(path).isEmpty();
        }
        show(mail);
        for (Locator tab : page.locator("[role=tab]").all()) {
            tab.click();
            assertThat(tab).hasAttribute("aria-selected", "true");
            assertThat(page.evaluate(FITS)).as(tab.getAttribute("id")).isEqualTo(0);
        }
        page.locator(".menu summary").click();
        for (String key : List.of("Control+k", "?", ",")) {
            page.keyboard().press(key);
            assertThat(page.locator("dialog[open]")).isVisible();
            page.keyboard().press("Escape");
        }
        show(first.url());
        page.navigate("about:blank");
    }

    @Test
    void aBreachOfThePolicyIsAComplaint() {
        openDesk();
        show("/");
        page.evaluate(
                "document.body.append(Object.assign(document.createElement('script'), { textContent: 'top.x = 1' }))");
        page.waitForCondition(
                () -> chromium.complaints().stream().anyMatch(each -> each.contains("Content Security Policy")));
    }

    // ---- looks

    @ParameterizedTest
    @ValueSource(ints = {360, 390})
    void aPhoneShowsWholeLettersTabsAndMenus(int width) {
        page = chromium.open(width, 780, ColorScheme.LIGHT);
        show("/");
        assertThat(mails()).hasCount(3);
        assertThat(page.evaluate("""
                [...document.querySelectorAll('.mail .from, .mail .subject, .mail .snippet, .mail .to')]
                  .filter(each => each.scrollHeight > each.clientHeight).map(each => each.textContent)""")).as("texts that are cut below").isEqualTo(List.of());

        show(mail);
        double bar = page.locator(".frame-bar").boundingBox().height;
        assertThat(bar).as("widths and colours in one row").isLessThan(50);
        Locator strip = page.locator(".tabs");
        for (Locator tab : page.locator("[role=tab]").all()) {
            page.navigate(ui.url() + mail + "#" + tab.getAttribute("id").substring(4));
            assertThat(tab).hasAttribute("aria-selected", "true");
            page.waitForCondition(() -> tab.boundingBox().x >= strip.boundingBox().x
                    && tab.boundingBox().x + tab.boundingBox().width
                            <= strip.boundingBox().x + strip.boundingBox().width + 1);
        }
        page.reload(); // also where it is the first to be shown
        assertThat(page.locator("[role=tab]").last())
                .isInViewport(new LocatorAssertions.IsInViewportOptions().setRatio(0.9));
        assertThat(String.valueOf(strip.evaluate("strip => getComputedStyle(strip).getPropertyValue('--fade-left')")))
                .as("the edge behind which there are more tabs")
                .isEqualTo("40px");
        assertThat(String.valueOf(strip.evaluate("strip => getComputedStyle(strip).getPropertyValue('--fade-right')")))
                .isEqualTo("0px");

        page.locator(".menu summary").click();
        assertThat(page.locator(".menu ul").boundingBox().x).isGreaterThanOrEqualTo(0);
        page.keyboard().press("Escape");
        page.keyboard().press(",");
        double row = page.locator(".prefs > div").last().boundingBox().height;
        assertThat(row).as("a switch beside its words").isLessThan(48);
        show("/view/gone");
        assertThat(page.locator(".reader h1").boundingBox().x).isGreaterThanOrEqualTo(16);
        chromium.complaints(); // 404
    }

    @Test
    void refusalsAreFoldedOnAPhoneUntilAskedFor() {
        openPhone(ColorScheme.LIGHT);
        show("/");
        Locator fold = page.locator(".unfold");
        assertThat(fold).hasAttribute("aria-expanded", "false");
        assertThat(page.locator(".tries .tally")).hasText("2 attempts");
        assertThat(page.locator(".try")).hasCount(0);
        assertThat(page.locator(".tries").boundingBox().height).isLessThan(60);
        fold.press("Enter");
        assertThat(fold).hasAttribute("aria-expanded", "true");
        assertThat(page.locator(".try")).hasCount(2);
        page.reload(); // and stays as it was left
        assertThat(page.locator(".try")).hasCount(2);

        page.setViewportSize(1280, 800); // where there is room they are there, unless folded there
        assertThat(page.locator(".try")).hasCount(2);
        fold.click();
        assertThat(page.locator(".try")).hasCount(0);
    }

    @Test
    void refusalsAreOneStopOfTheTabKey() {
        openDesk();
        show(mail);
        assertThat(page.locator(".try")).hasCount(2);
        assertThat(page.locator(".try[tabindex='0']")).hasCount(1);
        page.locator(".unfold").focus();
        page.keyboard().press("Tab");
        assertThat(page.locator(".try").first()).isFocused();
        page.keyboard().press("ArrowDown");
        assertThat(page.locator(".try").nth(1)).isFocused();
        assertThat(page.locator(".try").nth(1)).hasAttribute("tabindex", "0"); // where one comes back to
        page.keyboard().press("Home");
        assertThat(page.locator(".try").first()).isFocused();
        page.keyboard().press("End");
        page.keyboard().press("Tab");
        assertThat(page.locator(".letter-actions a")).isFocused();
    }

    @Test
    void stagesAreToldInWordsInBothLanguages() {
        openDesk();
        show("/");
        assertThat(page.locator(".try .why").nth(0)).hasText("aborted in the middle of the body");
        assertThat(page.locator(".try .why").nth(1)).hasText("refused at a recipient · 4.2.1 Mailbox busy");
        for (String language : List.of("en", "zh")) {
            Object words = page.evaluate(
                    "language => import(`/assets/words-${language}.js`).then(module => Object.keys(module.words))",
                    language);
            assertThat((List<?>) words)
                    .map(String::valueOf)
                    .containsAll(Stage.values().stream()
                            .map(stage -> "stage." + stage.name())
                            .toList());
        }
        page.evaluate("localStorage.setItem('restante.language', '\"zh\"')");
        page.reload();
        assertThat(page.locator(".try .why").nth(0)).hasText("正文传到一半时中断");
    }

    @Test
    void theChartHasWholeNumbersAndRoomAboveOne() {
        openDesk();
        show("/overview");
        assertThat(page.locator(".ticks li")).hasText(new Pattern[] { // a multiple of four
            Pattern.compile("4|8"),
            Pattern.compile("3|6"),
            Pattern.compile("2|4"),
            Pattern.compile("1|2"),
            Pattern.compile("0")
        });
        Object tallest = page.evaluate(
                "Math.max(...[...document.querySelectorAll('.chart rect')].map(each => each.getBBox().height))");
        assertThat(((Number) tallest).doubleValue()).isLessThanOrEqualTo(40);
        double chart = page.locator(".chart svg").boundingBox().height;
        assertThat(page.locator(".ticks").boundingBox().height).isEqualTo(chart);
        Locator codes = page.locator(".of-codes");
        assertThat(codes.locator(".bar-cell").first().boundingBox().width)
                .as("of the width of the card")
                .isGreaterThan(codes.boundingBox().width / 2);
        show(first.url() + "/overview");
        assertThat(page.locator(".ticks li")).hasText(new String[] {"4", "3", "2", "1", "0"});
        assertThat(page.locator(".chart-empty")).hasText("Nothing yet.");
    }

    // ---- focus

    @Test
    void whereTheFocusWasItIsAgainWhenADialogCloses() {
        openDesk();
        show("/");
        page.keyboard().press("j");
        page.keyboard().press("j");
        Locator row = mails().nth(1);
        assertThat(row).isFocused();
        for (String key : List.of("?", ",", "t", "Control+k")) {
            page.keyboard().press(key);
            assertThat(page.locator("dialog[open]")).isVisible();
            page.keyboard().press("Escape");
            assertThat(row).isFocused();
            page.keyboard().press(key);
            button("Close").click();
            assertThat(row).isFocused();
            page.keyboard().press(key);
            page.mouse().click(5, 400); // beside it
            assertThat(page.locator("dialog[open]")).hasCount(0);
            assertThat(row).isFocused();
        }
        page.keyboard().press("Control+k"); // from the palette to another dialog
        page.keyboard().type("Settings");
        page.keyboard().press("Enter");
        assertThat(page.locator("#dialog-title")).hasText("Settings");
        page.keyboard().press("Escape");
        assertThat(row).isFocused();
        page.keyboard().press("t"); // what is saved
        page.locator("dialog input[name=more]").fill("seen");
        page.keyboard().press("Enter");
        assertThat(row.locator(".tag")).hasText("seen");
        assertThat(row).isFocused();

        page.locator("#search").click();
        page.keyboard().press("Control+k");
        page.keyboard().press("Escape");
        assertThat(page.locator("#search")).isFocused();
        button("Keys").click();
        assertThat(page.locator("dialog h3").first()).isInViewport(); // it begins with its beginning
        page.keyboard().press("Escape");
        assertThat(button("Keys")).isFocused();
        page.locator(".row .pick").first().click();
        button("Tag…").click();
        button("Cancel").click();
        assertThat(button("Tag…")).isFocused();
    }

    @Test
    void whereTheFocusWasItIsAgainWhenAMenuOrAPreviewCloses() {
        openDesk();
        page.addInitScript("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))");
        show(mail);
        Locator menu = page.locator(".menu summary");
        menu.focus();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        assertThat(button("Copy as a JUnit test")).isFocused();
        page.keyboard().press("Escape");
        assertThat(page.locator(".menu ul")).not().isVisible();
        assertThat(menu).isFocused();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        page.keyboard().press("Enter"); // a dialog, because the clipboard is closed
        assertThat(page.locator("dialog textarea")).isFocused();
        page.keyboard().press("Escape");
        assertThat(menu).isFocused();
        assertThat(page.locator(".menu ul")).not().isVisible();

        Locator file = page.locator("button.file").first();
        file.focus();
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog[open]")).isVisible();
        button("Close").click();
        assertThat(file).isFocused();
    }

    @Test
    void theFocusIsNotLostWithWhatHadIt() {
        openDesk();
        show("/");
        page.locator(".row .pick").nth(1).click();
        button("Delete").press("Enter");
        assertThat(mails()).hasCount(2);
        assertThat(mails().nth(1)).isFocused();
        button("Undo").press("Enter");
        assertThat(mails()).hasCount(3);
        assertThat(mails().nth(1)).isFocused(); // what came back
        page.locator(".note .bare").first().press("Enter");
        assertThat(mails().nth(1)).isFocused();
        page.keyboard().press("Control+a"); // the bar goes with its box
        page.locator(".chosen-bar .pick-all input").press("Space");
        assertThat(page.locator(".chosen-bar")).hasCount(0);
        assertThat(page.locator(".mail:focus")).hasCount(1);

        show(mail + "?q=tag:none");
        page.locator(".letter-actions a").focus();
        page.keyboard().press("Delete");
        assertThat(page.locator(".reader h1")).hasCount(0);
        assertThat(page.locator("main:focus, main :focus")).hasCount(1);
        button("Undo").press("Enter");
        assertThat(page.locator("body:focus")).hasCount(0);
        show("/");
        assertThat(mails()).hasCount(3);
    }
}
