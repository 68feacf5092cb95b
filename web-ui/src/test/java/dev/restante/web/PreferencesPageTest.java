package dev.restante.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.restante.AuthPolicy;
import dev.restante.FakeSmtpServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.mail.MailSenderAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** What a person may choose, the texts, announcements, and the ways to send that the first page shows. */
@Timeout(120)
class PreferencesPageTest {
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

    @Test
    void coloursFollowTheSystemUnlessChosen() throws Exception {
        show("/");
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(243, 244, 246)");
        page.keyboard().press(",");
        page.locator("dialog label", new Page.LocatorOptions().setHasText("Dark"))
                .click();
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(17, 20, 25)");
        assertThat(Chromium.accessibilityProblems(page)).isEmpty();
        page.reload();
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(17, 20, 25)");
        page.keyboard().press("Shift+D");
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(243, 244, 246)");
    }

    @Test
    void thePageSpeaksChinese() throws Exception {
        Sender.send(smtp, "a@b.test", List.of("c@d.test"), SampleMails.plain("One", "text"));
        show("/");
        page.keyboard().press(",");
        page.locator("dialog label", new Page.LocatorOptions().setHasText("简体中文"))
                .click();

        assertThat(page.locator("#inbox-title")).hasText("收到的邮件");
        assertThat(page.locator("html")).hasAttribute("lang", "zh-Hans");
        assertThat(page.locator(".tally").first()).hasText("1 封邮件, 1 封未读");
        for (String path : List.of("/sessions", "/script", "/overview", "/start", "/view/latest")) {
            page.navigate(ui.url() + path);
            assertThat(page.locator("h1").first()).isVisible();
            assertThat(Chromium.accessibilityProblems(page)).as(path).isEmpty();
        }
    }

    @Test
    void everyTextIsThereInBothLanguages() throws Exception {
        show("/");
        List<?> english = (List<?>) page.evaluate("import('/assets/words-en.js').then(m => Object.keys(m.words))");
        List<?> chinese = (List<?>) page.evaluate("import('/assets/words-zh.js').then(m => Object.keys(m.words))");
        assertThat(chinese)
                .map(String::valueOf)
                .hasSameElementsAs(english.stream().map(String::valueOf).toList());

        Set<String> used = new TreeSet<>();
        for (String file : List.of(
                "app",
                "inbox",
                "letter",
                "session",
                "sessions",
                "script",
                "overview",
                "welcome",
                "search",
                "source",
                "keys",
                "overlay",
                "prefs",
                "format")) {
            try (InputStream script = getClass().getResourceAsStream("/web/" + file + ".js")) {
                String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
                Pattern.compile("\\bt\\('([a-z.]+)'[,)]")
                        .matcher(text)
                        .results()
                        .forEach(key -> used.add(key.group(1)));
            }
        }
        assertThat(english.stream().map(String::valueOf).collect(Collectors.toSet()))
                .containsAll(used);
    }

    @Test
    void unreadMailIsCountedOnTheIconAndAnnouncedToThoseElsewhere() throws Exception {
        page.addInitScript("""
                window.told = [];
                window.Notification = class {
                  static permission = 'default';
                  static async requestPermission() { this.permission = 'granted'; return 'granted'; }
                  constructor(title, options) { window.told.push(title + ' / ' + options.body); window.last = this; }
                  close() {}
                };
                Document.prototype.hasFocus = () => false;""");
        show("/");
        page.keyboard().press(",");
        page.locator("dialog [role=switch]").click();
        assertThat(page.locator("dialog [role=switch]")).isChecked();
        page.keyboard().press("Escape");
        Sender.send(smtp, "a@b.test", List.of("c@d.test"), SampleMails.plain("Look here", "text"));

        assertThat(page.locator(".mails .mail")).hasCount(1);
        page.waitForCondition(() -> page.evaluate("told.length").equals(1));
        assertThat(page.evaluate("told[0]")).isEqualTo("Look here / Ann Sender");
        assertThat(page.locator("link[rel=icon]"))
                .hasAttribute("href", Pattern.compile("data:image/svg.*%3E1%3C%2Ftext.*"));
        page.evaluate("last.onclick()");
        assertThat(page.locator(".letter h1")).hasText("Look here");
        assertThat(page.locator("link[rel=icon]")).hasAttribute("href", Pattern.compile("^((?!text).)*$"));
    }

    @Test
    void aTabWithoutFramesCountsOnAndABurstIsToldAtOnce() throws Exception {
        page.addInitScript("""
                window.told = [];
                window.Notification = class {
                  static permission = 'granted';
                  static async requestPermission() { return 'granted'; }
                  constructor(title, options) { window.told.push(title); window.last = this; }
                  close() {}
                };
                Document.prototype.hasFocus = () => false;""");
        show("/");
        page.keyboard().press(",");
        page.locator("dialog [role=switch]").click();
        assertThat(page.locator("dialog [role=switch]")).isChecked();
        page.keyboard().press("Escape");
        page.evaluate("window.requestAnimationFrame = () => 0"); // as in a tab that nobody sees
        for (int i = 0; i < 4; i++) {
            Sender.send(smtp, "a@b.test", List.of("c@d.test"), SampleMails.plain("Mail " + i, "text"));
        }

        assertThat(page).hasTitle(Pattern.compile("\\(4\\).*"));
        assertThat(page.evaluate("told")).isEqualTo(List.of("Mail 0", "1 more mail", "2 more mails", "3 more mails"));
    }

    // ---- ways to send

    @Test
    void whatTheServerDemandsIsSaid() {
        try (FakeSmtpServer strict = FakeSmtpServer.builder()
                        .requireTls()
                        .auth(AuthPolicy.users(Map.of("ann", "secret")).required())
                        .build()
                        .start();
                RestanteUi over = RestanteUi.start(strict)) {
            page.navigate(over.url());
            assertThat(page.locator(".address-card")).containsText("needed, as the server was told");
            assertThat(page.locator(".start-more"))
                    .hasText("This server takes mail only with STARTTLS and a login: add that to what stands below.");
        }
    }

    private String snippet(String name) {
        show("/start");
        page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName(name).setExact(true))
                .click();
        Locator shown = page.locator("#way pre");
        assertThat(page.locator("#way")).hasAttribute("aria-label", name);
        return shown.textContent();
    }

    private String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }

    private static void require(String program, String debianPackage) throws IOException, InterruptedException {
        require(program, program, debianPackage);
    }

    /** @param check a command, and what else must succeed */
    private static void require(String check, String name, String debianPackage)
            throws IOException, InterruptedException {
        boolean installed = new ProcessBuilder("bash", "-c", "command -v " + check)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
        String remedy = name + " is not installed. Install it with: apt-get install " + debianPackage;
        if (System.getenv("CI") != null) {
            assertThat(installed).as(remedy).isTrue();
        }
        assumeTrue(installed, remedy);
    }

    private void arrives() {
        assertThat(smtp.awaitMails(1).get(0).envelope().recipientAddresses()).containsExactly("you@example.test");
    }

    @ParameterizedTest
    @CsvSource({"swaks, swaks, swaks", "curl, curl, curl", "Python, python3, python3"})
    void whatTheFirstPageShowsSends(String name, String program, String debianPackage) throws Exception {
        require(program, debianPackage);
        Path file = Files.writeString(folder.resolve("snippet"), snippet(name));
        run(name.equals("Python") ? "python3" : "bash", file.toString());
        arrives();
    }

    @Test
    void theSnippetForNodemailerSends() throws Exception {
        require("npm", "npm");
        Files.writeString(folder.resolve("send.js"), snippet("nodemailer"));
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", ".", "nodemailer@10.6.0");
        run("node", "send.js");
        arrives();
    }

    /** Sends as each of these frameworks does, with the settings that are shown. */
    private static final String DJANGO_SENDS = """
            import django
            django.setup()
            from django.core.mail import send_mail
            send_mail("Hello", "The first of many.", "me@example.test", ["you@example.test"])
            """;

    private static final String RAILS_SENDS = """
            require "action_mailer"
            config = Struct.new(:action_mailer).new(ActionMailer::Base) # as its Railtie hands them on
            %s
            class Greeting < ActionMailer::Base
              def hello
                mail(from: "me@example.test", to: "you@example.test", subject: "Hello", body: "The first of many.",
                     content_type: "text/plain")
              end
            end
            Greeting.hello.deliver_now
            """;

    /** With Laravel's own mailer, and its config/mail.php as versions 8 to 10 have it; later ones read fewer of these. */
    private static final String LARAVEL_SENDS = """
            <?php
            foreach (['Egulias/EmailValidator', 'Doctrine/Common/Lexer', 'Illuminate/Mail', 'Illuminate/Config',
                    'Illuminate/Container', 'Illuminate/View'] as $part) {
                require_once "/usr/share/php/$part/autoload.php";
            }
            foreach (file('.env', FILE_IGNORE_NEW_LINES) as $line) {
                [$name, $value] = explode('=', $line, 2);
                $env[$name] = $value === 'null' ? null : $value;
            }
            $app = new Illuminate\\Container\\Container;
            $app->instance('config', new Illuminate\\Config\\Repository(['mail' => [
                'default' => $env['MAIL_MAILER'],
                'mailers' => ['smtp' => [
                    'transport' => 'smtp', 'host' => $env['MAIL_HOST'], 'port' => $env['MAIL_PORT'],
                    'encryption' => array_key_exists('MAIL_ENCRYPTION', $env) ? $env['MAIL_ENCRYPTION'] : 'tls',
                    'username' => $env['MAIL_USERNAME'], 'password' => $env['MAIL_PASSWORD'], 'timeout' => null]]]]));
            $events = new Illuminate\\Events\\Dispatcher($app);
            $app->instance('events', $events);
            $files = new Illuminate\\View\\FileViewFinder(new Illuminate\\Filesystem\\Filesystem, []);
            $app->instance('view', new Illuminate\\View\\Factory(new Illuminate\\View\\Engines\\EngineResolver, $files, $events));
            (new Illuminate\\Mail\\MailManager($app))->mailer()->raw('The first of many.', function ($mail) {
                $mail->from('me@example.test')->to('you@example.test')->subject('Hello');
            });
            """;

    @Test
    void theSettingsForDjangoSend() throws Exception {
        require("/usr/bin/python3 && /usr/bin/python3 -c 'import django'", "Django", "python3-django");
        Files.writeString(folder.resolve("settings.py"), "SECRET_KEY = \"x\"\n" + snippet("Django") + "\n");
        Files.writeString(folder.resolve("send.py"), DJANGO_SENDS);
        run("env", "DJANGO_SETTINGS_MODULE=settings", "/usr/bin/python3", "send.py");
        arrives();
    }

    @Test
    void theSettingsForRailsSend() throws Exception {
        require("ruby && ruby -e 'require \"action_mailer\"'", "Action Mailer", "ruby-actionmailer");
        Files.writeString(folder.resolve("send.rb"), RAILS_SENDS.formatted(snippet("Rails")));
        run("ruby", "send.rb");
        arrives();
    }

    @Test
    void theSettingsForLaravelSend() throws Exception {
        require(
                "php && test -e /usr/share/php/Illuminate/Mail/autoload.php",
                "Laravel's mailer",
                "php-cli php-illuminate-mail");
        Files.writeString(folder.resolve(".env"), snippet("Laravel") + "\n");
        Files.writeString(folder.resolve("send.php"), LARAVEL_SENDS);
        run("php", "send.php");
        arrives();
    }

    @Test
    void theProgramInGoSends() throws Exception {
        require("go", "Go", "golang-go");
        Files.writeString(folder.resolve("main.go"), snippet("Go"));
        run("env", "GOCACHE=" + folder.resolve("cache"), "GO111MODULE=off", "go", "run", "main.go");
        arrives();
    }

    @Test
    void theSettingsForSpringBootSend() throws Exception {
        Path file = Files.writeString(folder.resolve("application.properties"), snippet("Spring Boot"));
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(MailSenderAutoConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .run("--spring.config.location=" + file.toUri())) {
            SimpleMailMessage mail = new SimpleMailMessage();
            mail.setFrom("me@example.test");
            mail.setTo("you@example.test");
            mail.setSubject("Hello");
            mail.setText("The first of many.");
            context.getBean(JavaMailSender.class).send(mail);
        }
        arrives();
    }

    @Test
    void theSnippetForJakartaMailCompilesAndSends() throws Exception {
        Path file = Files.writeString(folder.resolve("Snippet.java"), """
                import jakarta.mail.%2$s;
                import jakarta.mail.internet.%2$s;
                import java.util.Properties;
                class Snippet {
                    public static void main(String... none) throws Exception {
                %1$s
                    }
                }
                """.formatted(snippet("Jakarta Mail"), "*"));
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-proc:none",
                                "-cp",
                                classPath,
                                "-d",
                                folder.toString(),
                                file.toString()))
                .isZero();
        run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                folder + ":" + classPath,
                "Snippet");
        arrives();
    }

    @Test
    void everyWayToSendNamesHostAndPortAndCanBeReachedByKeys() {
        show("/start");
        Locator tabs = page.locator(".way-tabs [role=tab]");
        tabs.first().focus();
        for (String name : Stream.of(
                        "swaks",
                        "curl",
                        "Spring Boot",
                        "Jakarta Mail",
                        "nodemailer",
                        "Django",
                        "Rails",
                        "Laravel",
                        "Go",
                        ".NET")
                .toList()) {
            assertThat(page.locator(".way-tabs [aria-selected=true]")).hasText(name);
            assertThat(page.locator(".way-tabs [aria-selected=true]")).isFocused();
            assertThat(page.locator("#way")).containsText("127.0.0.1");
            assertThat(page.locator("#way")).containsText(String.valueOf(smtp.port()));
            page.keyboard().press("ArrowRight");
        }
    }
}
