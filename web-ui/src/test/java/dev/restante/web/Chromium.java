package dev.restante.web;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The machine's own browser, and what it complained of. Belongs to one thread. */
final class Chromium implements AutoCloseable {
    private final Playwright playwright;
    private final Browser browser;
    private final List<String> complaints = new ArrayList<>();

    private Chromium(Playwright playwright, Path executable) {
        this.playwright = playwright;
        this.browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(List.of("--no-sandbox")));
    }

    /** Starts it; without one the test is skipped, but fails where CI is set. */
    static Chromium start() {
        Path executable = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        if (executable == null) {
            String hint = "There is no Chromium here. Install it: apt-get install chromium";
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(hint);
            }
            Assumptions.abort(hint);
        }
        Map<String, String> environment = new HashMap<>(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"));
        Path node = Path.of("/usr/bin/node");
        if (Files.isExecutable(node)) { // the bundled one would have to be unpacked
            environment.put("PLAYWRIGHT_NODEJS_PATH", node.toString());
        }
        return new Chromium(Playwright.create(new Playwright.CreateOptions().setEnv(environment)), executable);
    }

    /** A page in a window of its own. */
    Page open(int width, int height, ColorScheme colours) {
        BrowserContext window = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(colours)
                .setIgnoreHTTPSErrors(true)
                .setLocale("en-GB")
                .setTimezoneId("Europe/Paris"));
        window.setDefaultTimeout(10_000);
        Page page = window.newPage();
        page.onConsoleMessage(message -> {
            if (!message.type().equals("log")) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onRequestFailed(request -> {
            // A mail's frame, and what a dialogue shows, may be left while it loads.
            boolean left = "net::ERR_ABORTED".equals(request.failure())
                    && Stream.of("/preview/", "/part/", "chrome-extension:").anyMatch(request.url()::contains);
            if (!request.url().contains("/events/stream") && !left) {
                complaints.add("failed: " + request.url() + " " + request.failure());
            }
        });
        return page;
    }

    /** Errors, warnings and failed requests since the last call. */
    List<String> complaints() {
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        return all;
    }

    /** What axe finds wrong with the page's accessibility. Frames are left out: axe hangs on sandboxed ones. */
    static List<String> accessibilityProblems(Page page) throws IOException {
        try (InputStream axe = Chromium.class.getResourceAsStream("/axe.min.js")) {
            page.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        Object found = page.evaluate(
                "async () => (await axe.run(document, {iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',"
                        + " 'wcag22aa', 'best-practice']})).violations.map(v => v.id + ': ' +"
                        + " v.nodes.map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | '))");
        List<String> problems = new ArrayList<>();
        ((List<?>) found).forEach(problem -> problems.add(String.valueOf(problem)));
        return problems;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
