package dev.restante.junit;

import dev.restante.FakeSmtpServer;
import dev.restante.Persona;
import dev.restante.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * {@link FakeSmtp} for code: a server that is configured by its builder and registered by {@code @RegisterExtension}.
 *
 * <pre>{@code
 * @RegisterExtension
 * final FakeSmtpExtension mail = FakeSmtpExtension.of(FakeSmtpServer.builder().startTls());
 *
 * @Test void test() {
 *     new OrderMailer(mail.server().host(), mail.server().port()).confirm(order);
 * }
 * }</pre>
 *
 * <p>In an instance field each test has a new server. In a static field, and under {@code PER_CLASS}, all tests of the class and
 * its nested classes share one, which is reset before each; tests that run concurrently are refused.
 *
 * <p>When a test fails, then for each server it used, here as with {@link FakeSmtp}, the mails, the script's hits and the
 * transcript are published as report entries, and written with the mails ({@code .eml}) below {@code target/restante} (where
 * there is {@code build} and no {@code target}: {@code build/restante}), in one folder for each test; the failure's message
 * names it. A test that runs again clears its folder first. So it is with a dynamic test, and with a class whose {@code @BeforeAll} or
 * {@code @AfterAll} fails.
 *
 * <p>Immutable configuration; the {@code with} methods return another extension.
 */
public final class FakeSmtpExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterAllCallback,
                InvocationInterceptor,
                LifecycleMethodExecutionExceptionHandler,
                TestExecutionExceptionHandler {
    private static final String REMEDY =
            "Register the extension in an instance field, under PER_METHOD, or use a parameter"
                    + " (@FakeSmtp FakeSmtpServer smtp), so that each test has a server of its own; or run them one after another"
                    + " (@Execution(SAME_THREAD)).";

    private final Namespace namespace = Namespace.create(FakeSmtpExtension.class, this);
    private final FakeSmtpServer.Builder configuration;
    private final Strictness strictness;
    private final Preparation prepared;
    private final List<String> systemProperties;
    private final Turn turn = new Turn();
    private volatile @Nullable FakeSmtpServer server;
    private volatile @Nullable ExtensionContext owner;

    /** For {@code @ExtendWith}, of which people think first. */
    @SuppressWarnings("unused")
    private FakeSmtpExtension() {
        throw new ExtensionConfigurationException(
                "FakeSmtpExtension cannot be registered by @ExtendWith, since nobody could reach its server. Hold it in a field"
                        + " (@RegisterExtension final FakeSmtpExtension mail = FakeSmtpExtension.create();), or annotate a field or"
                        + " parameter (@FakeSmtp FakeSmtpServer smtp).");
    }

    private FakeSmtpExtension(
            FakeSmtpServer.Builder configuration,
            Strictness strictness,
            Preparation prepared,
            List<String> systemProperties) {
        this.configuration = configuration;
        this.strictness = strictness;
        this.prepared = prepared;
        this.systemProperties = systemProperties;
    }

    /** A server with the defaults. */
    public static FakeSmtpExtension create() {
        return of(FakeSmtpServer.builder());
    }

    /** Servers as this builder makes them; it is not to be changed afterwards. */
    public static FakeSmtpExtension of(FakeSmtpServer.Builder configuration) {
        return new FakeSmtpExtension(configuration, Strictness.USUAL, Preparation.NONE, List.of());
    }

    /** This, with another strictness; {@link Strict#SCRIPT} is the default. */
    public FakeSmtpExtension withStrict(Strict newStrict) {
        return new FakeSmtpExtension(configuration, strictness.with(newStrict), prepared, systemProperties);
    }

    /** This, but these codes of lint do not fail a test under {@link Strict#ALL}: see {@link FakeSmtp#allowedLint()}. */
    public FakeSmtpExtension withAllowedLint(String... codes) {
        return new FakeSmtpExtension(
                configuration,
                strictness.allowing("FakeSmtpExtension.withAllowedLint", codes),
                prepared,
                systemProperties);
    }

    /** This, with rules that the server is given before each test, ahead of what the test itself scripts. */
    public FakeSmtpExtension withScript(Rule... rules) {
        return new FakeSmtpExtension(configuration, strictness, prepared.with(rules), systemProperties);
    }

    /** This, with a persona whose manners the server has in each test. */
    public FakeSmtpExtension withPersona(Persona persona) {
        return new FakeSmtpExtension(configuration, strictness, prepared.with(persona), systemProperties);
    }

    /**
     * This, with a system property that is set while the server of a static field runs: see
     * {@link FakeSmtp#systemProperties()}.
     *
     * @param value where {@code {host}}, {@code {port}}, {@code {smtpsPort}} and {@code {lmtpPort}} are the server's
     */
    public FakeSmtpExtension withSystemProperty(String name, String value) {
        List<String> all = new ArrayList<>(systemProperties);
        all.add(name + "=" + value);
        return new FakeSmtpExtension(configuration, strictness, prepared, List.copyOf(all));
    }

    /**
     * The server, started.
     *
     * @throws IllegalStateException if no test has begun
     */
    public FakeSmtpServer server() {
        FakeSmtpServer now = server;
        if (now == null) {
            throw new IllegalStateException("The server is not started yet. It is there from @BeforeEach on, and from"
                    + " @BeforeAll on if the field is static; is the field annotated @RegisterExtension?");
        }
        return now;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        new FailureFiles(context).clear();
        ExtensionContext now = owner;
        if (now != null) {
            if (isWithin(context, now)) {
                return; // a nested class
            }
            throw new ExtensionConfigurationException(
                    "A FakeSmtpExtension is shared by two classes that run at the same time, " + now.getUniqueId()
                            + " and " + context.getUniqueId() + ". " + REMEDY);
        }
        owner = context;
        FakeSmtpServer started = configuration.build().start();
        PropertiesInUse properties;
        try {
            properties = PropertiesInUse.set(systemProperties, started, place(context), context);
        } catch (RuntimeException refused) {
            owner = null;
            started.close();
            throw refused;
        }
        server = started;
        SharedServer shared = new SharedServer(inUse(context, started), started, new Turn(), REMEDY, () -> {
            properties.close();
            started.close();
        });
        context.getStore(namespace).put("shared", shared);
    }

    private static boolean isWithin(ExtensionContext context, ExtensionContext outer) {
        return context.getUniqueId().startsWith(outer.getUniqueId() + "/");
    }

    private ServerInUse inUse(ExtensionContext context, FakeSmtpServer of) {
        return new ServerInUse("server", place(context), of, strictness, prepared);
    }

    private static String place(ExtensionContext context) {
        return "the FakeSmtpExtension of " + context.getRequiredTestClass().getName();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        new FailureFiles(context).clear();
        TestRun run = TestRun.of(context, namespace);
        SharedServer shared = context.getStore(namespace).get("shared", SharedServer.class);
        ExtensionContext sharedBy = owner;
        if (shared != null && sharedBy != null) {
            shared.handTo(context, sharedBy, run);
            return;
        }
        if (!systemProperties.isEmpty()) {
            throw new ExtensionConfigurationException(
                    "System properties are set before the test instance is made: register the FakeSmtpExtension of "
                            + context.getRequiredTestClass().getName() + " in a static field.");
        }
        turn.begin(context.getUniqueId(), place(context), REMEDY); // under PER_CLASS, nested, the instance is shared
        FakeSmtpServer started;
        try {
            started = configuration.build().start();
        } catch (RuntimeException e) {
            turn.end();
            throw e;
        }
        server = started;
        run.uses(inUse(context, started), () -> {
            turn.end();
            started.close();
        });
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestRun.of(context, namespace).finish();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Optional.ofNullable(owner)
                .filter(mine -> mine.getUniqueId().equals(context.getUniqueId()))
                .ifPresent(mine -> owner = null); // the store closes the server
    }

    @Override
    public void interceptDynamicTest(
            Invocation<@Nullable Void> invocation, DynamicTestInvocationContext test, ExtensionContext context)
            throws Throwable {
        TestRun.runDynamic(invocation, context, namespace);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw ofClass(context, failure);
    }

    @Override
    public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw ofClass(context, failure);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        handleTestExecutionException(context, failure);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        handleTestExecutionException(context, failure);
    }

    private Throwable ofClass(ExtensionContext context, Throwable failure) {
        SharedServer shared = context.getStore(namespace).get("shared", SharedServer.class);
        return shared == null || failure instanceof TestAbortedException
                ? failure
                : TestRun.published(List.of(shared.server()), context, failure);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        boolean none = TestRun.of(context, namespace).servers().isEmpty();
        throw none || failure instanceof TestAbortedException
                ? failure
                : TestRun.pointing(failure, new FailureFiles(context).pointer());
    }
}
