package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.RuleReport;
import dev.restante.Scenarios;
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

/** Sessions, the script and the overview, by clicks and keys. */
@Timeout(90)
class BoardsPageTest {
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
        smtp.clearScript();
        page = chromium.open(1280, 800, ColorScheme.LIGHT);
    }

    @AfterEach
    void closeWindow() {
        page.context().close();
        assertThat(chromium.complaints()).as("what the browser complained of").isEmpty();
    }

    private void show(String path) {
        page.navigate(ui.url() + path);
        assertThat(page.locator(".live.on")).isVisible();
    }

    private static void accept(String recipient) throws Exception {
        Sender.send(smtp, "good@example.test", List.of(recipient), SampleMails.plain("Taken", "text"));
    }

    private static void refuse() throws Exception {
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
    }

    private static void abort() throws Exception {
        try (Sender sender = Sender.to(smtp, "cut.test")) {
            sender.say("MAIL FROM:<cut@example.test>");
            sender.say("RCPT TO:<someone@example.test>");
            sender.say("DATA");
            sender.put("Subject: half");
        }
    }

    private Locator rows() {
        return page.locator(".session-row");
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator editor() {
        return page.locator("#script-text");
    }

    // ---- sessions

    @Test
    void sessionsComeByThemselvesAndAreFilteredByOutcome() throws Exception {
        show("/sessions");
        assertThat(page.locator(".none")).hasText("Nobody has connected yet.");
        accept("bob@example.test");
        refuse();
        abort();

        assertThat(rows()).hasCount(3);
        assertThat(rows().nth(0).locator(".code")).hasText("cut");
        assertThat(rows().nth(1)).containsText("450 4.2.1 Mailbox busy");
        assertThat(rows().nth(1).locator(".mark")).hasText("busy");
        assertThat(rows().nth(2).locator(".code")).hasText("250");

        page.locator(".chips a", new Page.LocatorOptions().setHasText("Refused"))
                .click();
        assertThat(rows()).hasCount(1);
        assertThat(rows()).containsText("batch.test");
        assertThat(page).hasURL(ui.url() + "/sessions?outcome=refused");
        page.locator(".chips a", new Page.LocatorOptions().setHasText("Aborted"))
                .click();
        assertThat(rows()).containsText("cut.test");
        page.goBack();
        assertThat(rows()).containsText("batch.test");
        page.reload();
        assertThat(rows()).hasCount(1);

        page.locator(".chips a", new Page.LocatorOptions().setHasText("All")).click();
        page.locator(".filter").fill("good@");
        assertThat(rows()).hasCount(1);
        assertThat(page).hasURL(ui.url() + "/sessions?q=good%40");
    }

    @Test
    void anOpenSessionIsFollowedWhileItSpeaks() throws Exception {
        show("/sessions?outcome=open");
        try (Sender sender = Sender.to(smtp, "slow.test")) {
            assertThat(rows()).hasCount(1);
            rows().click();
            assertThat(page.locator(".dialogue")).containsText("EHLO slow.test");
            sender.say("MAIL FROM:<a@b.test>");
            sender.say("RCPT TO:<c@d.test>");
            assertThat(page.locator(".dialogue")).containsText("RCPT TO:<c@d.test>"); // while nothing has come of it
            sender.say("RSET");
            assertThat(page.locator(".dialogue")).containsText("RSET");
            assertThat(page.locator(".gap rect[width='40']")).hasCount(1); // the longest wait fills its bar
        }
        assertThat(rows()).hasCount(0);
    }

    @Test
    void keysGoThroughSessions() throws Exception {
        accept("one@example.test");
        refuse();
        show("/sessions");
        assertThat(rows()).hasCount(2);
        page.keyboard().press("j");
        assertThat(rows().first()).isFocused();
        page.keyboard().press("j");
        page.keyboard().press("Enter");
        assertThat(page.locator(".reader h1")).containsText("Session");
        assertThat(page.locator(".dialogue")).containsText("one@example.test");
        page.keyboard().press("k");
        assertThat(page.locator(".dialogue")).containsText("busy@example.test");
        page.keyboard().press("Escape");
        assertThat(page).hasURL(ui.url() + "/sessions");
    }

    @Test
    void tenThousandSessionsScrollAndAreReachedByKeys() throws Exception {
        converse(10_000);
        show("/sessions");
        assertThat(page.locator(".chips a").first()).hasText("All 10,000");
        assertThat(rows().first()).containsText("client-10000.test");
        assertThat(rows().count()).isLessThan(60);

        page.keyboard().press("End");
        assertThat(rows().last()).isFocused();
        assertThat(rows().last()).containsText("client-1.test");
        assertThat(page.locator(".session-item").last()).hasAttribute("aria-posinset", "10000");
        assertThat(rows().count()).isLessThan(60);
        page.keyboard().press("ArrowUp");
        assertThat(page.locator(".session-row:focus")).containsText("client-2.test");
        page.keyboard().press("Enter");
        assertThat(page.locator(".dialogue")).containsText("EHLO client-2.test");
        page.keyboard().press("k"); // with a session open, keys go from session to session
        assertThat(page.locator(".dialogue")).containsText("EHLO client-3.test");
        page.keyboard().press("Escape");
        assertThat(page.locator(".session-row:focus")).containsText("client-3.test");
        page.keyboard().press("Home");
        assertThat(rows().first()).isFocused();
        assertThat(rows().first()).containsText("client-10000.test");

        page.locator(".inbox > .scroll").evaluate("node => node.scrollTop = 200_000");
        assertThat(page.locator(".session-item.blank")).hasCount(0);
        assertThat(page.locator(".session-row", new Page.LocatorOptions().setHasText("client-10000.test")))
                .hasCount(0);
        String middle = String.valueOf(page.evaluate("""
                (() => {
                  const list = document.querySelector('.inbox > .scroll').getBoundingClientRect();
                  return document.elementFromPoint(list.left + 200, list.top + list.height / 2).closest('li').querySelector('bdi').textContent;
                })()"""));
        Locator read = page.locator(".session-row", new Page.LocatorOptions().setHasText(middle + " "));
        double before = read.boundingBox().y;
        accept("bob@example.test"); // and what is read stays where it is
        assertThat(page.locator(".chips a").nth(1)).hasText("Accepted 1");
        assertThat(read.boundingBox().y).isEqualTo(before);
        page.locator(".filter").fill("client-77.");
        assertThat(rows()).hasCount(1);
        page.locator(".filter").fill("no such client");
        assertThat(page.locator(".none")).hasText("No such session.");
    }

    /** So many sessions that say their name and go. */
    private static void converse(int count) throws Exception {
        for (int i = 1; i <= count; i++) {
            try (Socket socket = new Socket(smtp.host(), smtp.port())) {
                socket.getOutputStream()
                        .write(("EHLO client-" + i + ".test\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
                while (socket.getInputStream().read(new byte[1_024]) >= 0) {
                    // Until the server has closed it: then it is in the log.
                }
            }
        }
    }

    // ---- script

    @Test
    void rulesCountTheirHitsAndCanBeSwitchedOff() throws Exception {
        refuse();
        show("/script");
        Locator rule = page.locator(".rule-row");
        assertThat(rule).hasCount(1);
        assertThat(rule.locator(".hits")).hasText("1");
        assertThat(rule).containsText("on(RCPT_TO)");
        assertThat(rule).containsText("\"on\": \"RCPT_TO\"");
        try (Sender sender = Sender.to(smtp, "again.test")) {
            sender.say("MAIL FROM:<batch@example.test>");
            sender.say("RCPT TO:<busy@example.test>");
            sender.say("QUIT");
        }
        assertThat(rule.locator(".hits")).hasText("2");

        smtp.script(
                on(RCPT_TO).named("behind").to("behind@*").reply(450, "4.2.0").always());
        page.reload();
        Locator first = rule.first();
        first.locator("[role=switch]").click();
        assertThat(page.locator(".rule-row.is-off")).hasCount(1);
        assertThat(smtp.rules()).extracting(RuleReport::on).containsExactly(false, true);
        accept("busy@example.test");
        assertThat(first.locator(".hits")).hasText("2"); // it keeps its place and its count
        first.locator("[role=switch]").click();
        assertThat(page.locator(".rule-row.is-off")).hasCount(0);
        assertThat(smtp.rules()).extracting(RuleReport::on).containsExactly(true, true);

        button("Remove behind").click();
        assertThat(rule).hasCount(1);

        button("Remove busy").click();
        assertThat(rule).hasCount(0);
        assertThat(smtp.rules()).isEmpty();
    }

    @Test
    void theEditorReplacesWhatItWasGivenAndNothingElse() {
        smtp.scenario(Scenarios.mailboxFull("full@*"));
        smtp.script(
                on(RCPT_TO).named("off").reply(450, "4.2.0").always(),
                on(RCPT_TO)
                        .named("function")
                        .matching(moment -> false)
                        .reply(450, "4.2.0")
                        .always(),
                on(RCPT_TO).named("edited").reply(450, "4.2.0").always());
        smtp.switchRule(smtp.rules().get(0).id(), false);
        show("/script");
        assertThat(editor()).hasValue(Pattern.compile("edited"));
        assertThat(page.locator(".rule-row", new Page.LocatorOptions().setHasText("mailbox full"))
                        .locator(".rule-layer"))
                .hasText("scenario");
        assertThat(editor()).not().hasValue(Pattern.compile("\"off\"|function|full@"));
        smtp.script(on(RCPT_TO).named("meanwhile").reply(450, "4.2.0").always());

        editor().fill(editor().inputValue().replace("edited", "new"));
        assertThat(button("Apply")).isEnabled();
        button("Apply").click();
        assertThat(page.locator(".rule-row", new Page.LocatorOptions().setHasText("new")))
                .isVisible();
        assertThat(smtp.rules())
                .extracting(each -> each.rule().name())
                .containsExactly("off", "function", "meanwhile", "new", "mailbox full");
        assertThat(smtp.rules()).extracting(RuleReport::on).startsWith(false, true);
    }

    @Test
    void whatSomebodyElseScriptsIsShown() {
        show("/script");
        assertThat(page.locator(".rule-row")).hasCount(0);
        smtp.script(on(RCPT_TO).named("theirs").reply(450, "4.2.0").always());
        assertThat(page.locator(".rule-row")).containsText("theirs");
        assertThat(editor()).hasValue(Pattern.compile("theirs"));
    }

    @Test
    void aRuleIsShownWhole() {
        smtp.persona(Persona.named("gmail"));
        show("/script");
        Locator rule = page.locator(".rule-row").first();
        assertThat(rule.locator("pre").first()).not().isVisible();
        rule.locator("summary").press("Enter");
        assertThat(rule.locator("pre").first()).containsText("\"on\"");
        assertThat(rule.locator("summary")).containsText("on(");
    }

    @Test
    void scenariosAndPersonasAreAddedByAClick() {
        show("/script");
        page.locator(".shelf-item", new Page.LocatorOptions().setHasText("mailboxBusy"))
                .click();
        page.locator(".shelf-form input").fill("bob@*");
        button("Add mailboxBusy").click();
        assertThat(page.locator(".rule-row").first()).containsText("bob@*");
        button("Add exim").click();
        assertThat(page.locator(".rule-row", new Page.LocatorOptions().setHasText("exim"))
                        .first())
                .isVisible();
        assertThat(smtp.rules()).extracting(report -> report.rule().name()).contains("exim");
        button("Clear").click();
        assertThat(page.locator(".rule-row")).hasCount(0);
        assertThat(smtp.rules()).isEmpty();
    }

    @Test
    void theEditorHelpsPointsAtErrorsAndApplies() {
        show("/script");
        assertThat(page.locator("#script-check")).hasText("Sound: 0 rules.");
        editor().fill("");
        editor().pressSequentially("{ \"rules\": [ { \"o");
        assertThat(page.locator(".completions [role=option]").first()).containsText("on");
        assertThat(page.locator(".completions [role=option]").first()).containsText("The stage");
        page.keyboard().press("Enter");
        page.keyboard().type("\"RCPT");
        assertThat(page.locator(".completions [role=option]").first()).containsText("RCPT_TO");
        page.keyboard().press("Tab");
        page.keyboard().type(", \"repli\": 1 } ] }");
        assertThat(page.locator("#script-check.bad")).containsText("repli");
        assertThat(page.locator(".gutter .wrong")).hasText(Pattern.compile("1\\s*"));
        assertThat(button("Apply")).isDisabled();
        page.locator(".error-place").click();
        assertThat(page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)"))
                .isEqualTo("\"repli\"");

        editor().fill(
                        "{ \"rules\": [\n  { \"name\": \"mine\", \"on\": \"RCPT_TO\", \"reply\": { \"code\": 450, \"text\": \"later\" }, \"times\": 2 }\n] }");
        assertThat(page.locator("#script-check")).hasText("Sound: 1 rule.");
        page.keyboard().press("Control+Enter");
        assertThat(page.locator(".rule-row")).containsText("mine");
        assertThat(smtp.rules()).hasSize(1);
    }

    @Test
    void aLineOfATranscriptBecomesARule() throws Exception {
        accept("bob@example.test");
        show("/session/" + smtp.sessions().get(0).id());
        Locator line = page.locator(".said", new Page.LocatorOptions().setHasText("RCPT TO:<bob@example.test>"));
        line.hover();
        line.locator(".make-rule").click();
        assertThat(page).hasURL(ui.url() + "/script");
        assertThat(editor()).hasValue(Pattern.compile("\"to\": \"bob@example.test\""));
        assertThat(page.locator("#script-check")).hasText("Sound: 1 rule.");
        button("Apply").click();
        assertThat(page.locator(".rule-row")).hasCount(1);

        try (Sender sender = Sender.to(smtp, "client.test")) {
            sender.say("MAIL FROM:<a@b.test>");
            assertThat(sender.say("RCPT TO:<bob@example.test>")).startsWith("450");
        }
        assertThat(page.locator(".hits")).hasText("1");
        assertThat(smtp.rules()).extracting(RuleReport::hits).containsExactly(1L);
    }

    // ---- overview

    @Test
    void theOverviewCountsAndMarksWhatIsUnusual() throws Exception {
        accept("bob@example.test");
        refuse();
        abort();
        show("/overview");
        assertThat(page.locator(".figure.accepted dd")).hasText("1");
        assertThat(page.locator(".figure.refused dd")).hasText("1");
        assertThat(page.locator(".figure.aborted dd")).hasText("1");
        assertThat(page.locator(".chart rect")).not().hasCount(0);
        assertThat(page.locator(".tally-card").first()).containsText("450");
        assertThat(page.locator(".unusual")).hasCount(0);

        for (int i = 0; i < 3; i++) {
            accept("flooded@example.test");
        }
        assertThat(page.locator(".figure.accepted dd")).hasText("4"); // by itself
        assertThat(page.locator(".unusual")).containsText("33 %");
        page.locator(".limits summary").click();
        page.locator(".limits input[name=flooded]").fill("2");
        accept("another@example.test"); // what is half typed stays while the figures change
        assertThat(page.locator(".figure.accepted dd")).hasText("5");
        page.locator(".limits input[name=flooded]").press("Enter");
        assertThat(page.locator(".unusual")).containsText("flooded@example.test was sent 3 mails");
        page.locator(".limits input[name=refused]").fill("90");
        page.locator(".limits input[name=refused]").press("Enter");
        assertThat(page.locator(".unusual li")).hasCount(1);
        page.reload(); // the thresholds stay
        assertThat(page.locator(".unusual li")).hasCount(1);

        page.locator(".bars a", new Page.LocatorOptions().setHasText("flooded@example.test"))
                .click();
        assertThat(page.locator(".mails .mail")).hasCount(3);
    }

    // ---- for everybody

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void axeFindsNothingAndAPhoneFits(ColorScheme colours) throws Exception {
        accept("bob@example.test");
        refuse();
        abort();
        String session = "/session/" + smtp.sessions().get(1).id();
        try (Page coloured = chromium.open(1280, 800, colours)) {
            for (String path : List.of("/sessions", session, "/script", "/overview", "/start")) {
                coloured.setViewportSize(1280, 800);
                coloured.navigate(ui.url() + path);
                assertThat(coloured.locator("h1").first()).isVisible();
                assertThat(coloured.locator("main .quiet", new Page.LocatorOptions().setHasText("Loading")))
                        .hasCount(0);
                assertThat(Chromium.accessibilityProblems(coloured)).as(path).isEmpty();
                coloured.setViewportSize(360, 740);
                assertThat(coloured.evaluate(
                                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                        .as(path)
                        .isEqualTo(0);
                assertThat(Chromium.accessibilityProblems(coloured))
                        .as(path + " on a phone")
                        .isEmpty();
            }
        }
    }
}
