package dev.restante.junit;

import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.SmtpFixture;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
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
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.opentest4j.TestAbortedException;

/** Gives a server to what is annotated {@link FakeSmtp}, and a mailbox on one to what is annotated {@link OwnMailbox}. */
final class AnnotatedServers
        implements TestInstancePreConstructCallback,
                BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterAllCallback,
                ParameterResolver,
                InvocationInterceptor,
                TestExecutionExceptionHandler,
                LifecycleMethodExecutionExceptionHandler {
    private static final Namespace NAMESPACE = Namespace.create(AnnotatedServers.class);
    private static final Set<Class<?>> TYPES = Set.of(FakeSmtpServer.class, SmtpFixture.class, Mailbox.class);
    private static final String OWN =
            "Give each test a server of its own, by an instance field or a parameter (@FakeSmtp"
                    + " FakeSmtpServer smtp), or a mailbox of its own on this one (@OwnMailbox SmtpMailbox mine), or run them"
                    + " one after another (@Execution(SAME_THREAD)).";
    private static final String OWN_MAILBOX_PARAMETER =
            "Under PER_CLASS they share the instance. Give each test its mailbox"
                    + " by a parameter (@OwnMailbox SmtpMailbox mine).";
    private static final String OWN_PARAMETER =
            "Under PER_CLASS they share the instance. Give each test a server of its own,"
                    + " by a parameter (@FakeSmtp FakeSmtpServer smtp), or run them one after another (@Execution(SAME_THREAD)).";

    private static final String PARAMETERIZED = "org.junit.jupiter.params.";
    private static final String MADE_ONCE =
            " A static field's value is made once in a JVM: for a class that runs again there, as reruns of failed tests do,"
                    + " register FakeSmtpExtension.of(builder) with @RegisterExtension, which makes a new server each time.";

    /** The servers that live as long as a class, in the order they were made. */
    private static final class Shared {
        final List<SharedServer> servers = new ArrayList<>();
    }

    // ---- static fields

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        // under PER_CLASS the instance is made before beforeAll
        context.getTestClass().ifPresent(type -> startStatic(classContext(context, factory.getTestClass())));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        new FailureFiles(context).clear();
        startStatic(context);
    }

    private void startStatic(ExtensionContext context) {
        startStatic(context, context);
    }

    /**
     * Starts what the static fields of a class need.
     *
     * @param user the test, or the class, whose application context tells which server a field of a Spring test holds
     */
    private void startStatic(ExtensionContext context, ExtensionContext user) {
        Class<?> type = context.getRequiredTestClass();
        for (Field field : fields(type)) {
            if (Modifier.isStatic(field.getModifiers())) {
                FakeSmtp annotation = annotation(field);
                checkField(field, annotation);
                ExtensionContext owner = ownerOf(field, context);
                if (owner != context && !OwnMailboxes.areIn(type, field, Set.copyOf(staticFields(type)))) {
                    // before the class touches a field that another may be using
                    Concurrency.refuseSharing(context, owner, place(field), OWN);
                }
                SharedServer present = context.getStore(NAMESPACE).get(field, SharedServer.class); // or a parent's
                if (present == null || isOfAnotherContext(present, user)) {
                    if (present != null) {
                        remove(field, context); // but not what another class has just begun to share
                    }
                    storeFor(field, context, user)
                            .getOrComputeIfAbsent(field, key -> newStatic(field, annotation, user), SharedServer.class);
                }
            }
        }
    }

    /** Whether a server is Spring's, and of an application context that the test does not have, or no longer. */
    private static boolean isOfAnotherContext(SharedServer present, ExtensionContext user) {
        FakeSmtpServer server = present.all();
        return SpringServers.hasMade(server)
                && SpringServers.find(user)
                        .filter(spring -> spring.server() != server)
                        .isPresent();
    }

    private static void remove(Field field, ExtensionContext context) {
        Optional<ExtensionContext> node = Optional.of(context);
        while (node.isPresent()) {
            SharedServer removed = node.get().getStore(NAMESPACE).remove(field, SharedServer.class);
            if (removed != null) {
                removed.close();
            }
            node = node.get().getParent();
        }
    }

    /**
     * The store as long as which the server of a static field is kept: its class's, or, if it is inherited, the root's, since
     * all subclasses share the value. A server of Spring's is kept by Spring, and may be another for each subclass.
     */
    private static ExtensionContext.Store storeFor(Field field, ExtensionContext context, ExtensionContext user) {
        boolean ofSpring = get(field, null) == null && SpringServers.find(user).isPresent();
        return (ofSpring ? context : ownerOf(field, context)).getStore(NAMESPACE);
    }

    /** The context of all who share a static field: its class's, or, if it is inherited, the root's. */
    private static ExtensionContext ownerOf(Field field, ExtensionContext context) {
        ExtensionContext declaring = classContext(context, field.getDeclaringClass());
        boolean inherited = declaring
                .getTestClass()
                .filter(field.getDeclaringClass()::equals)
                .isEmpty();
        return inherited ? context.getRoot() : declaring;
    }

    private static SharedServer newStatic(Field field, FakeSmtp annotation, ExtensionContext context) {
        Object configured = get(field, null);
        Optional<SpringServer> ofSpring = SpringServers.find(context);
        boolean owned = configured != null || ofSpring.isEmpty();
        FakeSmtpServer server =
                owned ? start(field, annotation, configured) : ofSpring.get().server();
        PropertiesInUse properties;
        try {
            properties = PropertiesInUse.set(List.of(annotation.systemProperties()), server, place(field), context);
        } catch (RuntimeException refused) {
            if (owned) {
                server.close();
            }
            throw refused;
        }
        if (configured == null) {
            set(field, null, server);
        }
        Turn turn = ofSpring.filter(spring -> spring.server() == server)
                .map(SpringServer::turn)
                .orElseGet(Turn::new);
        return new SharedServer(inUse(field, annotation, server), server, turn, OWN, () -> {
            properties.close();
            if (owned) {
                server.close();
            }
            if (configured == null) {
                set(field, null, null);
            }
        });
    }

    private static ServerInUse inUse(Field field, FakeSmtp annotation, FakeSmtpServer server) {
        return new ServerInUse(
                field.getName(),
                place(field),
                server,
                Strictness.of(annotation, place(field)),
                Preparation.of(annotation, place(field), field.getDeclaringClass()));
    }

    // ---- each test

    @Override
    public void beforeEach(ExtensionContext context) {
        new FailureFiles(context).clear();
        TestRun run = TestRun.of(context, NAMESPACE);
        renewSpring(context);
        for (ExtensionContext owner : classContexts(context)) {
            for (Field field : fields(owner.getRequiredTestClass())) {
                if (Modifier.isStatic(field.getModifiers())) {
                    handShared(field, context, owner, run);
                }
            }
            for (SharedServer server : ofClass(owner)) {
                server.handTo(context, owner, run);
            }
        }
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Field field : fields(instance.getClass())) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    useField(field, instance, context, run);
                }
            }
            for (Field field : OwnMailboxes.fields(instance.getClass())) {
                useMailbox(field, instance, context, run);
            }
        }
    }

    /** A test may have another application context than the one before it: after {@code @DirtiesContext}, or nested. */
    private void renewSpring(ExtensionContext test) {
        boolean found = false; // the application context looks at the innermost class with a field
        List<ExtensionContext> outermostFirst = classContexts(test);
        for (int i = outermostFirst.size() - 1; i >= 0; i--) {
            ExtensionContext owner = outermostFirst.get(i);
            if (!staticFields(owner.getRequiredTestClass()).isEmpty()) {
                startStatic(owner, found ? owner : test);
                found = true;
            }
        }
    }

    private static void handShared(Field field, ExtensionContext test, ExtensionContext context, TestRun run) {
        SharedServer server = context.getStore(NAMESPACE).get(field, SharedServer.class); // or a parent's
        if (server == null || run.servers().contains(server.server())) {
            return; // a nested class that extends its enclosing one meets the same field twice
        }
        if (OwnMailboxes.areUsedBy(
                test, classes(test), field, sharedServers(test).keySet())) {
            server.shareWith(test, run);
        } else {
            server.handTo(test, ownerOf(field, context), run);
        }
    }

    /** The classes of the instances that a test has, outermost first. */
    private static List<Class<?>> classes(ExtensionContext test) {
        return classContexts(test).stream()
                .<Class<?>>map(ExtensionContext::getRequiredTestClass)
                .toList();
    }

    /** The servers of the static fields that a test sees. */
    private static Map<Field, SharedServer> sharedServers(ExtensionContext test) {
        Map<Field, SharedServer> all = new LinkedHashMap<>();
        for (ExtensionContext owner : classContexts(test)) {
            for (Field field : staticFields(owner.getRequiredTestClass())) {
                SharedServer server = owner.getStore(NAMESPACE).get(field, SharedServer.class); // or a parent's
                if (server != null) {
                    all.put(field, server);
                }
            }
        }
        return all;
    }

    // ---- mailboxes on shared servers

    private static void useMailbox(Field field, Object instance, ExtensionContext test, TestRun run) {
        String place = place(field);
        OwnMailboxes.check(field, place);
        lasting(test, instance.getClass())
                .ifPresent(owner -> Concurrency.refuseSharing(test, owner, place, OWN_MAILBOX_PARAMETER));
        OwnMailbox annotation = OwnMailboxes.annotation(field);
        FakeSmtpMailbox mailbox = OwnMailboxes.make(
                annotation,
                field.getName(),
                place,
                OwnMailboxes.chosen(annotation, place, sharedServers(test)),
                test,
                run);
        set(field, instance, mailbox);
        run.atEnd(() -> set(field, instance, null));
    }

    private static FakeSmtpMailbox mailboxOf(ParameterContext context, String place, ExtensionContext extension) {
        OwnMailboxes.check(context.getParameter().getType(), place);
        if (extension.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException("@OwnMailbox is for each test by itself, but " + place
                    + " lives as long as the class. Make it a parameter of the test or of @BeforeEach.");
        }
        OwnMailbox annotation = context.findAnnotation(OwnMailbox.class).orElseThrow();
        return OwnMailboxes.make(
                annotation,
                context.getParameter().getName(),
                place,
                OwnMailboxes.chosen(annotation, place, sharedServers(extension)),
                extension,
                TestRun.of(extension, NAMESPACE));
    }

    private void useField(Field field, Object instance, ExtensionContext test, TestRun run) {
        FakeSmtp annotation = annotation(field);
        checkField(field, annotation);
        Object configured = get(field, instance);
        if (configured != null && run.has(configured)) {
            return; // it came by a parameter of the constructor, as in a record, or by another field
        }
        Optional<ExtensionContext> lasting = lasting(test, instance.getClass());
        boolean perClass = lasting.isPresent();
        ExtensionContext owner = lasting.orElse(test);
        if (perClass) {
            Concurrency.refuseSharing(test, owner, place(field), OWN_PARAMETER);
        }
        if (perClass && configured != null) {
            owner.getStore(NAMESPACE)
                    .getOrComputeIfAbsent(
                            field,
                            key -> {
                                FakeSmtpServer server = start(field, annotation, configured);
                                return new SharedServer(
                                        inUse(field, annotation, server),
                                        server,
                                        new Turn(),
                                        OWN_PARAMETER,
                                        server::close);
                            },
                            SharedServer.class)
                    .handTo(test, owner, run);
            return;
        }
        FakeSmtpServer server = start(field, annotation, configured);
        run.uses(inUse(field, annotation, server), () -> {
            server.close();
            if (configured == null && perClass) {
                set(field, instance, null); // else the next test would take it for configured
            }
        });
        if (configured == null) {
            set(field, instance, server);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestRun.of(context, NAMESPACE).finish();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        TestRun.of(context, NAMESPACE).finish();
    }

    // ---- parameters

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.isAnnotated(FakeSmtp.class) || parameter.isAnnotated(OwnMailbox.class);
    }

    @Override
    public Object resolveParameter(ParameterContext context, ExtensionContext extension) {
        Parameter parameter = context.getParameter();
        String place = "parameter "
                + (parameter.isNamePresent() ? parameter.getName() : "number " + (context.getIndex() + 1)) + " of "
                + context.getDeclaringExecutable().getDeclaringClass().getName() + "."
                + (context.getDeclaringExecutable() instanceof java.lang.reflect.Constructor<?>
                        ? "<init>"
                        : context.getDeclaringExecutable().getName());
        if (context.isAnnotated(OwnMailbox.class)) {
            return mailboxOf(context, place, extension);
        }
        FakeSmtp annotation = context.findAnnotation(FakeSmtp.class).orElseThrow();
        if (!TYPES.contains(parameter.getType())) {
            throw new ParameterResolutionException("@FakeSmtp gives a FakeSmtpServer, but " + place + " is of type "
                    + parameter.getType().getTypeName() + ". Declare it as FakeSmtpServer, SmtpFixture or Mailbox.");
        }
        if (isAnnotatedTwice(parameter)) {
            throw new ParameterResolutionException(twice(place));
        }
        if (annotation.systemProperties().length > 0) {
            throw new ParameterResolutionException("@FakeSmtp(systemProperties = ...) is for static fields, but is on "
                    + place + ": properties are set before the test instance is made. Move it to a static field.");
        }
        Strictness strictness = Strictness.of(annotation, place);
        Preparation prepared = Preparation.of(
                annotation, place, context.getDeclaringExecutable().getDeclaringClass());
        FakeSmtpServer server;
        try {
            server = Options.of(annotation).server().start();
        } catch (RuntimeException e) {
            throw new ParameterResolutionException("@FakeSmtp on " + place + ": " + e.getMessage(), e);
        }
        ServerInUse inUse = new ServerInUse(parameter.getName(), place, server, strictness, prepared);
        if (extension.getTestMethod().isPresent()) {
            TestRun.of(extension, NAMESPACE).uses(inUse, server::close);
        } else {
            share(extension, new SharedServer(inUse, server, new Turn(), OWN, server::close));
        }
        return server;
    }

    private static void share(ExtensionContext context, SharedServer server) {
        ExtensionContext.Store store = context.getStore(NAMESPACE);
        store.put("parameter " + System.identityHashCode(server), server); // closed with the store
        Shared shared =
                store.getOrComputeIfAbsent("shared " + context.getUniqueId(), key -> new Shared(), Shared.class);
        synchronized (shared) {
            shared.servers.add(server);
        }
    }

    private static List<SharedServer> ofClass(ExtensionContext context) {
        Shared shared = context.getStore(NAMESPACE).get("shared " + context.getUniqueId(), Shared.class);
        if (shared == null) {
            return List.of();
        }
        synchronized (shared) {
            return List.copyOf(shared.servers);
        }
    }

    // ---- failures

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw pointing(context, withRemedy(failure));
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw pointing(context, withRemedy(failure));
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw pointing(context, withRemedy(failure));
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw ofClass(context, withRemedy(failure));
    }

    @Override
    public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw ofClass(context, withRemedy(failure));
    }

    @Override
    public void interceptDynamicTest(
            Invocation<@Nullable Void> invocation, DynamicTestInvocationContext test, ExtensionContext context)
            throws Throwable {
        TestRun.runDynamic(invocation, context, NAMESPACE);
    }

    /** The failure of a class, with the evidence of the servers that are the class's. */
    private static Throwable ofClass(ExtensionContext context, Throwable failure) {
        if (failure instanceof TestAbortedException) {
            return failure;
        }
        List<ServerInUse> servers = new ArrayList<>();
        for (Field field : staticFields(context.getRequiredTestClass())) {
            SharedServer shared = context.getStore(NAMESPACE).get(field, SharedServer.class);
            if (shared != null) {
                servers.add(shared.server());
            }
        }
        ofClass(context).forEach(shared -> servers.add(shared.server()));
        return TestRun.published(servers, context, failure);
    }

    /** Adds what to do to what JUnit says of a parameter of ours that it could not resolve. */
    private static Throwable withRemedy(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Optional<String> remedy = Optional.empty();
        if (!(failure instanceof ParameterResolutionException)) {
            return failure;
        } else if (message.startsWith("No ParameterResolver")
                && TYPES.stream().anyMatch(type -> message.contains("parameter [" + type.getName() + " "))) {
            remedy = Optional.of(" To have a server, annotate it: @FakeSmtp FakeSmtpServer smtp.");
        } else if (message.contains("competing ParameterResolvers")
                && message.contains(AnnotatedServers.class.getName())) {
            remedy = Optional.of(
                    message.contains(PARAMETERIZED)
                            ? " The arguments of a @ParameterizedTest come first: put the parameter with @FakeSmtp behind"
                                    + " as many parameters as there are arguments."
                            : " Remove @FakeSmtp, or the other extension that gives such a parameter.");
        }
        return remedy.<Throwable>map(text -> {
                    ParameterResolutionException told =
                            new ParameterResolutionException(message + (message.endsWith(".") ? "" : ".") + text);
                    told.setStackTrace(failure.getStackTrace());
                    return told;
                })
                .orElse(failure);
    }

    private static Throwable pointing(ExtensionContext context, Throwable failure) {
        boolean none = TestRun.of(context, NAMESPACE).servers().isEmpty();
        return none || failure instanceof TestAbortedException
                ? failure
                : TestRun.pointing(failure, new FailureFiles(context).pointer());
    }

    // ---- fields

    private static List<Field> fields(Class<?> type) {
        return AnnotationSupport.findAnnotatedFields(
                type, FakeSmtp.class, field -> true, HierarchyTraversalMode.TOP_DOWN);
    }

    static FakeSmtp annotation(Field field) {
        return AnnotationSupport.findAnnotation(field, FakeSmtp.class).orElseThrow();
    }

    static String place(Field field) {
        return "field " + field.getName() + " of " + field.getDeclaringClass().getName();
    }

    private static boolean isAnnotatedTwice(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                        .map(Annotation::annotationType)
                        .filter(type -> type == FakeSmtp.class || AnnotationSupport.isAnnotated(type, FakeSmtp.class))
                        .count()
                > 1;
    }

    private static String twice(String place) {
        return "@FakeSmtp is on " + place + " twice, since an annotation of yours means it too. Remove one of them.";
    }

    private static void checkField(Field field, FakeSmtp annotation) {
        Strictness.of(annotation, place(field)); // before a server is started in vain
        Preparation.of(annotation, place(field), field.getDeclaringClass());
        if (isAnnotatedTwice(field)) {
            throw new ExtensionConfigurationException(twice(place(field)));
        }
        if (!TYPES.contains(field.getType())) {
            throw new ExtensionConfigurationException("@FakeSmtp gives a FakeSmtpServer, but " + place(field)
                    + " is of type " + field.getType().getTypeName()
                    + (field.getType() == FakeSmtpExtension.class
                            ? ". For that, @RegisterExtension is enough: remove @FakeSmtp."
                            : ". Declare it as FakeSmtpServer, SmtpFixture or Mailbox."));
        }
        if (annotation.systemProperties().length > 0 && !Modifier.isStatic(field.getModifiers())) {
            throw new ExtensionConfigurationException(
                    "@FakeSmtp(systemProperties = ...) is for static fields, but is on " + place(field)
                            + ": properties are set before the test instance is made. Make the field static.");
        }
    }

    /** The server of a field, started: the one that it holds, or a new one. */
    private static FakeSmtpServer start(Field field, FakeSmtp annotation, @Nullable Object configured) {
        Options options = Options.of(annotation);
        if (configured != null && !options.equals(Options.DEFAULT)) {
            throw new ExtensionConfigurationException("The server in " + place(field)
                    + " is configured twice, by its value and by attributes of @FakeSmtp. Remove one of them.");
        }
        if (configured == null && Modifier.isFinal(field.getModifiers())) {
            throw new ExtensionConfigurationException("@FakeSmtp cannot set " + place(field)
                    + ", which is final and null. Remove final, or give it a value: FakeSmtpServer.create().");
        }
        if (configured != null && !(configured instanceof FakeSmtpServer)) {
            throw new ExtensionConfigurationException(
                    "@FakeSmtp starts and closes a FakeSmtpServer, but " + place(field) + " holds a "
                            + configured.getClass().getName() + ". Remove the annotation, or the value.");
        }
        try {
            FakeSmtpServer server = configured instanceof FakeSmtpServer own ? own : options.server();
            return server.start();
        } catch (RuntimeException e) {
            boolean madeOnce = configured != null && Modifier.isStatic(field.getModifiers());
            throw new ExtensionConfigurationException(
                    "@FakeSmtp on " + place(field) + ": " + e.getMessage()
                            + (madeOnce && e instanceof IllegalStateException ? MADE_ONCE : ""),
                    e);
        }
    }

    private static @Nullable Object get(Field field, @Nullable Object instance) {
        try {
            field.setAccessible(true);
            return field.get(instance);
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw inaccessible(field, e);
        }
    }

    private static void set(Field field, @Nullable Object instance, @Nullable Object value) {
        try {
            field.setAccessible(true);
            field.set(instance, value);
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw inaccessible(field, e);
        }
    }

    private static ExtensionConfigurationException inaccessible(Field field, Exception cause) {
        return new ExtensionConfigurationException(
                "@FakeSmtp cannot reach " + place(field)
                        + ". In a named module, open its package to dev.restante.junit.",
                cause);
    }

    // ---- contexts

    /** The contexts of the test's class and its enclosing classes, outermost first. */
    private static List<ExtensionContext> classContexts(ExtensionContext test) {
        List<ExtensionContext> contexts = new ArrayList<>();
        Optional<ExtensionContext> context = test.getParent();
        while (context.isPresent()) {
            if (context.get().getTestClass().isPresent()
                    && context.get().getTestMethod().isEmpty()) {
                contexts.add(0, context.get());
            }
            context = context.get().getParent();
        }
        return contexts;
    }

    /**
     * The context as long as which an instance of this class lives, if that is longer than a test: of the outermost class under
     * PER_CLASS among its own and those nested in it that enclose the test.
     */
    private static Optional<ExtensionContext> lasting(ExtensionContext test, Class<?> type) {
        ExtensionContext last = classContext(test, type);
        Optional<ExtensionContext> found = Optional.empty();
        Optional<ExtensionContext> node = test.getParent();
        while (node.isPresent()) {
            if (node.get()
                    .getTestInstanceLifecycle()
                    .filter(Lifecycle.PER_CLASS::equals)
                    .isPresent()) {
                found = node;
            }
            if (node.get() == last) {
                break;
            }
            node = node.get().getParent();
        }
        return found;
    }

    /** The context of this class; below it, the context of the test or a nested class. */
    private static ExtensionContext classContext(ExtensionContext context, Class<?> type) {
        Optional<ExtensionContext> found = Optional.of(context);
        while (found.isPresent()) {
            if (found.get().getTestMethod().isEmpty()
                    && found.get().getTestClass().filter(type::equals).isPresent()) {
                return found.get();
            }
            found = found.get().getParent();
        }
        return context;
    }

    /** For the Spring side, which looks at the same fields. */
    static List<Field> staticFields(Class<?> type) {
        return fields(type).stream()
                .filter(field -> Modifier.isStatic(field.getModifiers()))
                .toList();
    }

    /** The server that a field was given by its class; not one that it was given by us. */
    static Optional<FakeSmtpServer> configured(Field field) {
        return get(field, null) instanceof FakeSmtpServer server && !SpringServers.hasMade(server)
                ? Optional.of(server)
                : Optional.empty();
    }
}
