package dev.restante.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import dev.restante.FakeSmtpServer;
import dev.restante.web.RestanteUi;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * How soon a browser shows the page, beside MailDev's page: both have the same 100 mails, and a fresh browser window opens one and
 * the other in turn. It only reports; docs/performance.md says how to run it and shows figures.
 */
public final class PageLatency {
    private static final int MAILS = 100;
    private static final String NEWEST = "Number " + MAILS;

    /** When the first text was painted, when the newest mail stood in the page, and what was asked for until then. */
    private record Opened(double paint, double list, int requests, double kilobytes) {}

    private PageLatency() {}

    /**
     * Measures and prints.
     *
     * @param args the path of MailDev's program, the path of Chromium, and the number of rounds
     */
    public static void main(String[] args) throws IOException {
        int rounds = Integer.parseInt(args[2]);
        int smtpPort = freePort();
        int webPort = freePort();
        Process mailDev = new ProcessBuilder(
                        args[0],
                        "--smtp",
                        "" + smtpPort,
                        "--web",
                        "" + webPort,
                        "--ip",
                        "127.0.0.1",
                        "--web-ip",
                        "127.0.0.1")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")))
                .start();
        Map<String, String> environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                RestanteUi ui = RestanteUi.start(smtp);
                Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(Path.of(args[1]))
                                .setArgs(List.of("--no-sandbox")))) {
            send(smtp.port());
            send(smtpPort);
            List<String> pages = List.of(ui.url() + "/", "http://127.0.0.1:" + webPort + "/");
            List<List<Opened>> all = List.of(new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < rounds + 2; i++) {
                for (int which = 0; which < pages.size(); which++) {
                    Opened opened = open(browser, pages.get(which));
                    if (i >= 2) { // before that, both servers warm up
                        all.get(which).add(opened);
                    }
                }
            }
            report("Restante", all.get(0));
            report("MailDev", all.get(1));
        } finally {
            mailDev.destroy();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void send(int port) throws IOException {
        try (Socket socket = connected(port)) {
            BufferedReader replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            replies.readLine();
            say(socket, replies, "HELO page.test");
            for (int i = 1; i <= MAILS; i++) {
                say(socket, replies, "MAIL FROM:<shop@example.test>");
                say(socket, replies, "RCPT TO:<ann@example.test>");
                say(socket, replies, "DATA");
                say(
                        socket,
                        replies,
                        "From: Shop <shop@example.test>\r\nTo: ann@example.test\r\nSubject: Number " + i
                                + "\r\n\r\nThank you for your order.\r\n.");
            }
        }
    }

    private static Socket connected(int port) throws IOException {
        for (int i = 0; ; i++) {
            try {
                return new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
            } catch (IOException e) {
                if (i == 200) {
                    throw e;
                }
                LockSupport.parkNanos(50_000_000); // until MailDev listens
            }
        }
    }

    private static void say(Socket socket, BufferedReader replies, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
        String reply = replies.readLine();
        if (reply == null || reply.charAt(0) > '3') {
            throw new IOException(line + " was answered " + reply);
        }
    }

    private static Opened open(Browser browser, String url) {
        try (BrowserContext window = browser.newContext(new Browser.NewContextOptions().setViewportSize(1280, 800))) {
            Page page = window.newPage();
            // Looked for as often as frames are drawn, by the page's own clock, which starts with the navigation.
            page.addInitScript("(() => { const look = () => document.body?.innerText.includes('" + NEWEST
                    + "') ? (window.listed = performance.now()) : requestAnimationFrame(look); look(); })()");
            page.navigate(url);
            while (!Boolean.TRUE.equals(page.evaluate(
                    "!!window.listed && performance.getEntriesByName('first-contentful-paint').length > 0"))) {
                LockSupport.parkNanos(20_000_000);
            }
            Object paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
            Object list = page.evaluate("window.listed");
            Object requests = page.evaluate("performance.getEntriesByType('resource').length + 1");
            Object octets = page.evaluate(
                    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
                            + ".reduce((sum, each) => sum + each.transferSize, 0)");
            return new Opened(
                    ((Number) paint).doubleValue(),
                    ((Number) list).doubleValue(),
                    ((Number) requests).intValue(),
                    ((Number) octets).doubleValue() / 1024);
        }
    }

    private static void report(String name, List<Opened> all) {
        Opened last = all.get(all.size() - 1);
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %d | %.0f |%n",
                name,
                spread(all.stream().mapToDouble(Opened::paint).toArray()),
                spread(all.stream().mapToDouble(Opened::list).toArray()),
                last.requests(),
                last.kilobytes());
    }

    private static String spread(double[] values) {
        Arrays.sort(values);
        return String.format(
                Locale.ROOT, "%.0f (%.0f–%.0f)", values[values.length / 2], values[0], values[values.length - 1]);
    }
}
