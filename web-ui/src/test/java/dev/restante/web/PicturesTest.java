package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.restante.Script.on;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.RCPT_TO;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.restante.Attempt;
import dev.restante.FakeSmtpServer;
import dev.restante.ManualClock;
import dev.restante.ServerClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Takes the pictures of the documentation: {@code mvn -pl web-ui -am test -Dtest=PicturesTest
 * -Drestante.pictures=$PWD/docs/images}. The font is Inter where the machine has it.
 */
@Timeout(60)
@EnabledIfSystemProperty(named = "restante.pictures", matches = ".+")
class PicturesTest {
    private static final Path FOLDER = Path.of(System.getProperty("restante.pictures", "target"));

    private final ManualClock clock = ServerClock.manual(Instant.now().minus(Duration.ofMinutes(200)));

    @Test
    void takesThePictures() throws Exception {
        try (Chromium chromium = Chromium.start();
                FakeSmtpServer smtp =
                        FakeSmtpServer.builder().port(1025).clock(clock).build().start();
                RestanteUi ui = RestanteUi.start(smtp)) {
            fill(smtp);
            for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                String suffix = colours == ColorScheme.DARK ? "-dark" : "";
                try (Page page = chromium.open(1280, 800, colours)) {
                    page.navigate(ui.url());
                    assertThat(page.locator(".live.on")).isVisible();
                    take(page, "list" + suffix);
                    page.navigate(ui.url() + "/view/latest");
                    assertThat(page.frameLocator("iframe").locator("h1")).isVisible();
                    take(page, "mail" + suffix);
                    page.locator("#tab-session").click();
                    take(page, "mail-session" + suffix);
                    page.navigate(ui.url() + "/session/" + refusedSession(smtp));
                    assertThat(page.locator(".dialogue")).isVisible();
                    take(page, "session" + suffix);
                    page.navigate(ui.url() + "/script");
                    assertThat(page.locator(".rule-row").first()).isVisible();
                    take(page, "script" + suffix);
                    page.navigate(ui.url() + "/overview");
                    assertThat(page.locator(".figures")).isVisible();
                    take(page, "overview" + suffix);
                }
                try (Page page = chromium.open(390, 844, colours)) {
                    page.navigate(ui.url());
                    assertThat(page.locator(".live.on")).isVisible();
                    take(page, "list-phone" + suffix);
                    page.navigate(ui.url() + "/view/latest");
                    assertThat(page.frameLocator("iframe").locator("h1")).isVisible();
                    take(page, "mail-phone" + suffix);
                }
            }
        }
    }

    private static String refusedSession(FakeSmtpServer smtp) {
        return smtp.sessions().stream()
                .filter(session ->
                        session.attempts().stream().anyMatch(attempt -> attempt.outcome() == Attempt.Outcome.REFUSED))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private static void take(Page page, String name) {
        page.evaluate("document.fonts.ready");
        page.screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(name + ".png")));
    }

    private void fill(FakeSmtpServer smtp) throws Exception {
        send(smtp, "ci-runner-4", "ci@example.test", List.of("platform@example.test"), """
                From: Build Server <ci@example.test>
                To: Platform team <platform@example.test>
                Subject: Nightly build #2187 passed

                All 4,318 tests passed in 6 min 12 s. Slowest: InvoiceRenderingTest, 14.2 s.
                """, 61);
        send(smtp, "mta3.meadow.example", "bounce+881@meadow.example", List.of("mara@example.test"), """
                From: Meadow & Pine <news@meadow.example>
                To: Mara Lindqvist <mara@example.test>
                Subject: Autumn at Meadow & Pine
                Content-Type: text/html; charset=utf-8

                <p>New wool blankets, and a warm discount for early birds.</p><img src="https://t.meadow.example/p.gif">
                """, 74);
        send(smtp, "desk-12", "eleni@example.test", List.of("mara@example.test", "priya@example.test"), """
                From: Ελένη Παππά <eleni@example.test>
                To: Mara Lindqvist <mara@example.test>
                Cc: Priya Nair <priya@example.test>
                Subject: Η αυριανή συνάντηση
                Content-Type: text/plain; charset=utf-8

                Καλημέρα, μπορούμε να βρεθούμε αύριο στις δέκα αντί για τις εννέα; Η αίθουσα μένει ίδια.
                """, 22);
        send(smtp, "app-1", "no-reply@example.test", List.of("jose@example.test"), """
                From: Accounts <no-reply@example.test>
                To: José Muñoz <jose@example.test>
                Subject: Reset your password
                Content-Type: text/plain; charset=utf-8

                Hello José, somebody asked for a new password for your account. If it was you, open this link within
                one hour: https://app.example.test/reset?token=6d1f9a
                """, 8);
        send(
                smtp,
                "billing-2",
                "billing@example.test",
                List.of("accounts@nordwind.example", "ledger@example.test"),
                """
                From: Billing <billing@example.test>
                To: Nordwind GmbH <accounts@nordwind.example>
                Subject: =?utf-8?q?Second_reminder=3A_invoice_2026-0117_=28=E2=82=AC_1=E2=80=AF240=2E00=29?=
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=m

                --m
                Content-Type: text/plain; charset=utf-8

                Sehr geehrte Damen und Herren, unsere Rechnung vom 3. Oktober ist noch offen. Eine Kopie liegt bei.
                --m
                Content-Type: application/pdf
                Content-Disposition: attachment; filename="2026-0117.pdf"

                %PDF-1.4
                --m--
                """,
                6);
        smtp.script(
                on(RCPT_TO)
                        .to("ines@*")
                        .named("ines is over quota")
                        .reply(452, "4.2.2 Mailbox full, try again")
                        .once(),
                on(END_OF_DATA)
                        .header("Subject", "*won*")
                        .named("spam gate")
                        .reply(554, "5.7.1 Looks like spam")
                        .once());
        try (Sender sender = Sender.to(smtp, "campaigns.example.test")) {
            sender.say("MAIL FROM:<offers@example.test>");
            sender.say("RCPT TO:<mara@example.test>");
            sender.say("DATA");
            sender.say("Subject: You have won\r\n\r\nClick here.\r\n.");
            sender.say("QUIT");
        }
        clock.advance(Duration.ofMinutes(3));
        try (Sender sender = Sender.to(smtp, "desk-7")) {
            sender.say("MAIL FROM:<support@example.test>");
            sender.say("RCPT TO:<ines@example.test>");
            sender.say("QUIT");
        }
        clock.advance(Duration.ofMinutes(5));
        send(smtp, "desk-7", "support@example.test", List.of("ines@example.test", "priya@example.test"), """
                From: Support desk <support@example.test>
                To: Ines Okafor <ines@example.test>
                Subject: Re: Parcel never arrived

                Dear Ms Okafor, we have found your parcel. It waits at the post office in Harbour Street, poste
                restante, until the 30th.
                """, 9);
        try (Sender sender = Sender.to(smtp, "worker-3")) {
            sender.say("MAIL FROM:<worker@example.test>");
            sender.say("RCPT TO:<mara@example.test>");
            sender.say("DATA");
            sender.put("Subject: Report\r\n\r\nThe first half");
        }
        clock.advance(Duration.ofMinutes(4));
        send(
                smtp,
                "shop-web-2",
                "bounces@shop.example.test",
                List.of("mara@example.test", "archive@shop.example.test"),
                invoice(),
                4);
    }

    private void send(
            FakeSmtpServer smtp, String helo, String from, List<String> recipients, String mail, int minutesAfter)
            throws Exception {
        Sender.send(smtp.host(), smtp.port(), helo, from, recipients, mail);
        clock.advance(Duration.ofMinutes(minutesAfter));
    }

    private static String invoice() {
        return """
                From: Harbour Books <orders@shop.example.test>
                To: Mara Lindqvist <mara@example.test>
                Subject: Your invoice for order HB-20418
                Message-ID: <hb-20418@shop.example.test>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=m

                --m
                Content-Type: multipart/alternative; boundary=a

                --a
                Content-Type: text/plain; charset=utf-8

                Thank you, Mara. Your order HB-20418 is on its way. Total: € 46.40
                --a
                Content-Type: text/html; charset=utf-8

                <html><head><style>
                body{font-family:Inter,Helvetica,Arial,sans-serif;margin:0;background:#f5f2ea;color:#2b2a27}
                .card{max-width:600px;margin:22px auto;background:#fff;border-radius:8px;padding:26px 34px 30px}
                .shop{font:700 15px Georgia,serif;letter-spacing:.04em;color:#8c3b2a}
                h1{font:600 24px Inter,sans-serif;letter-spacing:-.02em;margin:16px 0 2px}
                td,th{padding:10px 0;border-bottom:1px solid #ece8de;text-align:left;font-size:14px}
                td:last-child,th:last-child{text-align:right} .total td{font-weight:700;border:0;font-size:16px}
                p{font-size:14px;line-height:1.6;color:#5d5a53;margin:4px 0 14px}
                .go{display:inline-block;background:#8c3b2a;color:#fff;text-decoration:none;padding:11px 22px;border-radius:6px;font-weight:600;margin-top:14px}
                </style></head><body><div class="card"><div class="shop">HARBOUR BOOKS</div><h1>Thank you, Mara</h1>
                <p>Order <b>HB-20418</b> is on its way. The invoice is attached.</p>
                <table width="100%%" cellspacing="0"><tr><th>Book</th><th>Price</th></tr>
                <tr><td>The Post Office at the End of the World</td><td>€ 18.90</td></tr>
                <tr><td>A Field Guide to Lighthouses</td><td>€ 24.00</td></tr>
                <tr><td>Delivery</td><td>€ 3.50</td></tr><tr class="total"><td>Total</td><td>€ 46.40</td></tr></table>
                <a class="go" href="https://shop.example.test/orders/HB-20418">Follow your parcel</a></div></body></html>
                --a--
                --m
                Content-Type: application/pdf
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment; filename="Invoice HB-20418.pdf"

                %s
                --m--
                """.formatted(Base64.getMimeEncoder()
                .encodeToString("%PDF-1.4\n".repeat(5200).getBytes(StandardCharsets.US_ASCII)));
    }
}
