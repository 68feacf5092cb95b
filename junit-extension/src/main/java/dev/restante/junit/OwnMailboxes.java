package dev.restante.junit;

import dev.restante.FakeSmtpMailbox;
import dev.restante.Mailbox;
import dev.restante.MailboxSelector;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Which tests have mailboxes of their own on which server, and making them. */
final class OwnMailboxes {
    private static final Set<Class<?>> TYPES =
            Set.of(SmtpMailbox.class, FakeSmtpMailbox.class, SmtpFixture.class, Mailbox.class);
    private static final int NAME_LIMIT = 40;

    private OwnMailboxes() {}

    /** The instance fields of a class that hold a mailbox. */
    static List<Field> fields(Class<?> type) {
        return AnnotationSupport.findAnnotatedFields(
                type, OwnMailbox.class, field -> true, HierarchyTraversalMode.TOP_DOWN);
    }

    static OwnMailbox annotation(AnnotatedElement element) {
        return AnnotationSupport.findAnnotation(element, OwnMailbox.class).orElseThrow();
    }

    // ---- who has one

    /** Whether a test has a mailbox on this field's server: by a field or a parameter of its class or those around it. */
    static boolean areUsedBy(ExtensionContext test, List<Class<?>> classes, Field server, Set<Field> servers) {
        Stream<Executable> called = Stream.concat(
                test.getTestMethod().stream(),
                classes.stream()
                        .flatMap(type -> Stream.concat(
                                lifecycle(type).stream(), Arrays.stream(type.getDeclaredConstructors()))));
        return Stream.concat(
                        classes.stream().flatMap(OwnMailboxes::inFields), called.flatMap(OwnMailboxes::inParameters))
                .anyMatch(annotation -> isFor(annotation, server, servers));
    }

    private static List<Method> lifecycle(Class<?> type) {
        List<Method> methods = new ArrayList<>(AnnotationSupport.findAnnotatedMethods(
                type, org.junit.jupiter.api.BeforeEach.class, HierarchyTraversalMode.TOP_DOWN));
        methods.addAll(AnnotationSupport.findAnnotatedMethods(
                type, org.junit.jupiter.api.AfterEach.class, HierarchyTraversalMode.TOP_DOWN));
        return methods;
    }

    /** Whether any test of a class or of those nested in it has a mailbox on this field's server. */
    static boolean areIn(Class<?> type, Field server, Set<Field> servers) {
        Stream<OwnMailbox> here = Stream.concat(
                inFields(type),
                Stream.concat(
                                ReflectionSupport.findMethods(type, method -> true, HierarchyTraversalMode.TOP_DOWN)
                                        .stream(),
                                Arrays.stream(type.getDeclaredConstructors()))
                        .flatMap(OwnMailboxes::inParameters));
        return here.anyMatch(annotation -> isFor(annotation, server, servers))
                || ReflectionSupport.findNestedClasses(type, nested -> true).stream()
                        .anyMatch(nested -> areIn(nested, server, servers));
    }

    private static Stream<OwnMailbox> inFields(Class<?> type) {
        return fields(type).stream().map(OwnMailboxes::annotation);
    }

    private static Stream<OwnMailbox> inParameters(Executable executable) {
        return Arrays.stream(executable.getParameters())
                .flatMap(parameter -> AnnotationSupport.findAnnotation(parameter, OwnMailbox.class).stream());
    }

    private static boolean isFor(OwnMailbox annotation, Field server, Set<Field> servers) {
        return annotation.server().isEmpty()
                ? servers.size() == 1
                : annotation.server().equals(server.getName());
    }

    // ---- making one

    /** Refuses what an annotation cannot be on. */
    static void check(Class<?> type, String place) {
        if (!TYPES.contains(type)) {
            throw new ExtensionConfigurationException("@OwnMailbox gives an SmtpMailbox, but " + place + " is of type "
                    + type.getTypeName() + ". Declare it as SmtpMailbox, FakeSmtpMailbox, SmtpFixture or Mailbox.");
        }
    }

    static void check(Field field, String place) {
        check(field.getType(), place);
        if (Modifier.isStatic(field.getModifiers())) {
            throw new ExtensionConfigurationException("@OwnMailbox is for each test by itself, but " + place
                    + " is static. Make it an instance field, or a parameter of the test.");
        } else if (Modifier.isFinal(field.getModifiers())) {
            throw new ExtensionConfigurationException(
                    "@OwnMailbox cannot set " + place + ", which is final. Remove final.");
        }
    }

    /** The server that an annotation means, among those of static fields. */
    static SharedServer chosen(OwnMailbox annotation, String place, Map<Field, SharedServer> servers) {
        if (servers.isEmpty()) {
            throw new ExtensionConfigurationException("@OwnMailbox on " + place + " is a mailbox on a server that tests"
                    + " share, but there is none. Declare one in this class or around it: @FakeSmtp static FakeSmtpServer"
                    + " smtp.");
        }
        List<SharedServer> found = servers.entrySet().stream()
                .filter(each ->
                        annotation.server().isEmpty() || each.getKey().getName().equals(annotation.server()))
                .map(Map.Entry::getValue)
                .toList();
        if (found.size() != 1) {
            String names = String.join(
                    ", ", servers.keySet().stream().map(Field::getName).toList());
            throw new ExtensionConfigurationException("@OwnMailbox on " + place
                    + (found.isEmpty() || !annotation.server().isEmpty()
                            ? " names the server \"" + annotation.server()
                                    + "\", but the static fields with @FakeSmtp are "
                            : " may be on any of several servers: ")
                    + names + ". Name one of them: @OwnMailbox(server = \""
                    + servers.keySet().iterator().next().getName() + "\").");
        }
        return found.get(0);
    }

    /** Makes a mailbox for a test, which is removed at its end. */
    static FakeSmtpMailbox make(
            OwnMailbox annotation, String name, String place, SharedServer shared, ExtensionContext test, TestRun run) {
        shared.shareWith(test, run);
        String unique = uniqueName(test, place);
        List<MailboxSelector> selectors = new ArrayList<>();
        FakeSmtpMailbox mailbox;
        try {
            for (String each : annotation.select()) {
                selectors.add(MailboxSelector.of(each.replace("{name}", unique)));
            }
            if (selectors.isEmpty()) {
                throw new IllegalArgumentException("select is empty, so no mail would be the mailbox's.");
            }
            mailbox = shared.all()
                    .mailbox(
                            unique,
                            selectors.get(0),
                            selectors.subList(1, selectors.size()).toArray(MailboxSelector[]::new));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ExtensionConfigurationException("@OwnMailbox on " + place + ": " + e.getMessage(), e);
        }
        run.uses(
                new ServerInUse(
                        name, place, mailbox, shared.server().strictness(), Preparation.NONE, CaughtMails.of(mailbox)),
                mailbox::close);
        return mailbox;
    }

    /** The test's method for people, and a hash of what no other test has: a label that DNS and HELO take. */
    private static String uniqueName(ExtensionContext test, String place) {
        String plain = test.getTestMethod()
                .map(Method::getName)
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "");
        String shown = plain.length() > NAME_LIMIT ? plain.substring(0, NAME_LIMIT) : plain;
        return (shown.isEmpty() ? "test" : shown) + "-" + hash(test.getUniqueId() + "\n" + place);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
