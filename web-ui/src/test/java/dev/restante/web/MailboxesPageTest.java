package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.restante.MailboxSelector.recipient;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
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

/** The page shows the mail of one mailbox, and which one can be chosen where there are several. */
@Timeout(90)
class MailboxesPageTest {
    private static Chromium chromium;
    private static FakeSmtpServer smtp;
    private static RestanteUi ui;

    private Page page;
    private FakeSmtpMailbox orders;

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
        orders = smtp.mailbox("orders", recipient("*@orders.test"));
        page = chromium.open(1280, 800, ColorScheme.LIGHT);
    }

    @AfterEach
    void closeWindow() {
        page.context().close();
        orders.close();
        assertThat(chromium.complaints()).as("what the browser complained of").isEmpty();
    }

    private static void send(String mail, String to) throws Exception {
        Sender.send(smtp, "shop@example.test", List.of(to), mail);
    }

    private Locator mails() {
        return page.locator(".mails .mail");
    }

    private Locator choice() {
        return page.locator("select.mailbox");
    }

    @Test
    void aMailboxIsChosenAndItsMailIsShownWhole() throws Exception {
        send(SampleMails.invoice(), "ann@orders.test");
        send(SampleMails.plain("Other", "text"), "ann@other.test");
        page.navigate(ui.url());
        assertThat(mails()).hasCount(1);
        assertThat(mails()).containsText("Other");
        assertThat(choice().locator("option")).hasText(new String[] {"Server’s own (1)", "orders (1)"});

        choice().selectOption("orders");
        assertThat(mails()).hasCount(1);
        assertThat(mails()).containsText("Harbour Books");
        mails().first().click();
        // Its HTML with its own images, all from below the mailbox's address.
        Locator image = page.frameLocator(".reader iframe").locator("img").first();
        assertThat(image).isVisible();
        assertThat(String.valueOf(image.getAttribute("src"))).contains("/api/v1/mailboxes/orders/message/");
        assertThat((Boolean) image.evaluate("image => image.complete && image.naturalWidth > 0"))
                .isTrue();

        assertThat(page.locator(".live.on")).isVisible();
        send(SampleMails.plain("Live", "text"), "ann@orders.test");
        send(SampleMails.plain("Elsewhere", "text"), "ann@other.test");
        assertThat(mails()).hasCount(2);
        assertThat(choice().locator("option")).hasText(new String[] {"Server’s own (2)", "orders (2)"});
        assertThat(choice()).hasValue("orders");
        page.reload();
        assertThat(mails()).hasCount(2);

        choice().selectOption("");
        assertThat(mails()).hasCount(2);
        assertThat(mails().first()).containsText("Elsewhere");
    }

    @Test
    void theAddressNamesTheMailboxAndBackLeadsToTheOther() throws Exception {
        send(SampleMails.plain("Order", "text"), "ann@orders.test");
        send(SampleMails.plain("Other", "text"), "ann@other.test");
        String order = orders.mails().get(0).id();
        page.navigate(ui.url());
        choice().selectOption("orders");
        assertThat(page).hasURL(ui.url() + "/?mailbox=orders");
        mails().first().click();
        assertThat(page).hasURL(Pattern.compile("/view/" + order + "\\?mailbox=orders"));
        assertThat(page.locator(".letter h1")).hasText("Order");
        String shared = page.url();
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sessions"))
                .click();
        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Mail").setExact(true))
                .click();
        assertThat(page).hasURL(ui.url() + "/?mailbox=orders");
        assertThat(choice()).hasValue("orders");

        choice().selectOption("");
        assertThat(mails()).containsText("Other");
        page.goBack();
        assertThat(choice()).hasValue("orders");
        assertThat(mails()).containsText("Order");

        try (Page colleague = chromium.open(1280, 800, ColorScheme.LIGHT)) {
            colleague.navigate(shared);
            assertThat(colleague.locator(".letter h1")).hasText("Order");
            colleague.navigate(ui.url() + "/view/" + order); // as a session's page knows it
            assertThat(colleague.locator(".letter h1")).hasText("Order");
            assertThat(colleague.locator("select.mailbox")).hasValue("orders");
        }
        page.navigate(ui.url() + "/?mailbox=nosuch");
        assertThat(choice()).hasValue("");
        assertThat(page).hasURL(ui.url() + "/");
    }

    @Test
    void theOtherMailboxesAreCountedToo() throws Exception {
        page.navigate(ui.url());
        assertThat(choice().locator("option").last()).hasText("orders (0)");
        send(SampleMails.plain("Order", "text"), "ann@orders.test");
        assertThat(choice().locator("option").last()).hasText("orders (1)");
    }

    @Test
    void withoutOthersThereIsNothingToChoose() throws Exception {
        orders.close();
        send(SampleMails.plain("Other", "text"), "ann@orders.test");
        page.navigate(ui.url());
        assertThat(mails()).hasCount(1);
        assertThat(choice()).hasCount(0);
    }

    @Test
    void aMailboxThatWasRemovedIsLeft() throws Exception {
        send(SampleMails.plain("Order", "text"), "ann@orders.test");
        page.navigate(ui.url());
        choice().selectOption("orders");
        assertThat(mails()).containsText("Order");
        page.navigate("about:blank"); // a page that is open is told by its stream, which browsers log as an error
        orders.close();
        send(SampleMails.plain("Now here", "text"), "ann@orders.test");
        page.navigate(ui.url());
        assertThat(mails()).hasCount(1);
        assertThat(mails()).containsText("Now here");
        assertThat(choice()).hasCount(0);
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void axeFindsNothingAndAPhoneFits(ColorScheme colours) throws Exception {
        send(SampleMails.plain("Order", "text"), "ann@orders.test");
        try (Page coloured = chromium.open(1280, 800, colours)) {
            coloured.navigate(ui.url());
            assertThat(coloured.locator("select.mailbox")).isVisible();
            assertThat(Chromium.accessibilityProblems(coloured)).isEmpty();
            coloured.setViewportSize(390, 844);
            assertThat(coloured.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                    .isEqualTo(0);
            assertThat(Chromium.accessibilityProblems(coloured)).isEmpty();
        }
    }

    @Test
    void inChineseTheChoiceIsChinese() throws Exception {
        page.navigate(ui.url());
        page.evaluate("import('/assets/words.js').then(words => words.speak('zh'))");
        assertThat(choice().locator("option").first()).hasText("服务器自有 (0)");
    }
}
