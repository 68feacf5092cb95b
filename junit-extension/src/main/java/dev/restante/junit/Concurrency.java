package dev.restante.junit;

import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Tells from JUnit's configuration, before anything collides, which tests run side by side. */
final class Concurrency {
    private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";
    private static final String CLASSES = "junit.jupiter.execution.parallel.mode.classes.default";
    private static final String METHODS = "junit.jupiter.execution.parallel.mode.default";

    private Concurrency() {}

    /**
     * Refuses a test that runs beside others that use the same server: always, rather than when two happen to meet. Tests
     * with a lock of their own are left to it.
     */
    static void refuseSharing(ExtensionContext test, ExtensionContext owner, String place, String remedy) {
        if (!isParallel(test)) {
            return;
        }
        Optional<ExtensionContext> node = Optional.of(test);
        boolean concurrent = false;
        while (node.isPresent() && !node.get().getUniqueId().equals(owner.getUniqueId())) {
            concurrent |= node.get().getExecutionMode() == ExecutionMode.CONCURRENT;
            if (node.get().getElement().filter(Concurrency::hasLock).isPresent()) {
                return;
            }
            node = node.get().getParent();
        }
        boolean several = owner.getTestClass().map(Concurrency::hasSeveralTests).orElse(true);
        if (concurrent && several) {
            throw new ExtensionConfigurationException("The server in " + place
                    + " is shared, but tests that use it run concurrently, such as " + test.getUniqueId()
                    + ": one would see another's mail, and lose its own to the other's reset. " + remedy);
        }
    }

    private static boolean hasLock(AnnotatedElement element) {
        return !AnnotationSupport.findRepeatableAnnotations(element, ResourceLock.class)
                .isEmpty();
    }

    private static boolean hasSeveralTests(Class<?> type) {
        long tests =
                AnnotationSupport.findAnnotatedMethods(type, Testable.class, HierarchyTraversalMode.BOTTOM_UP).stream()
                        .mapToInt(method -> AnnotationSupport.isAnnotated(method, TestTemplate.class) ? 2 : 1)
                        .sum();
        tests += 2L * ReflectionSupport.findNestedClasses(type, nested -> true).size();
        return tests > 1;
    }

    /** Whether another class may run while this one does. */
    static boolean classesRunBesides(ExtensionContext context) {
        if (!isParallel(context)
                || context.getTestClass().filter(Concurrency::isIsolated).isPresent()) {
            return false;
        }
        String methods = context.getConfigurationParameter(METHODS).orElse("same_thread");
        String classes = context.getConfigurationParameter(CLASSES).orElse(methods);
        return classes.strip().equalsIgnoreCase("concurrent") || context.getExecutionMode() == ExecutionMode.CONCURRENT;
    }

    /** Nested classes run within the isolation of those around them. */
    private static boolean isIsolated(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
            if (AnnotationSupport.isAnnotated(each, Isolated.class)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isParallel(ExtensionContext context) {
        return context.getConfigurationParameter(PARALLEL)
                .map(Boolean::parseBoolean)
                .orElse(false);
    }
}
