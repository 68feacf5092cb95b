package dev.restante.junit;

import dev.restante.FakeSmtpServer;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Finds the server that a Spring test's application context has made for a static field. */
final class SpringServers {
    private static final String EXTENSION = "org.springframework.test.context.junit.jupiter.SpringExtension";

    /**
     * The servers that were made for application contexts. A nested class's key of Spring's cache is made while the field
     * holds its enclosing class's server, and nothing but this tells that from a configured one. As static as that cache.
     */
    private static final Set<FakeSmtpServer> MADE =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private SpringServers() {}

    /** Notes that a server belongs to an application context. */
    static void made(FakeSmtpServer server) {
        MADE.add(server);
    }

    /** Whether a server belongs to an application context, rather than to a field that was configured. */
    static boolean hasMade(FakeSmtpServer server) {
        return MADE.contains(server);
    }

    /** The server, if the class of this context is a Spring test; its application context is made for that if need be. */
    static Optional<SpringServer> find(ExtensionContext context) {
        return isSpringTest(context) ? Loaded.find(context) : Optional.empty();
    }

    private static boolean isSpringTest(ExtensionContext context) {
        Optional<ExtensionContext> node = Optional.of(context);
        while (node.isPresent()) {
            boolean spring = node.get()
                    .getTestClass()
                    .filter(type -> AnnotationSupport.findRepeatableAnnotations(type, ExtendWith.class).stream()
                            .flatMap(extend -> java.util.Arrays.stream(extend.value()))
                            .anyMatch(extension -> extension.getName().equals(EXTENSION)))
                    .isPresent();
            if (spring) {
                return true;
            }
            node = node.get().getParent();
        }
        return false;
    }

    /** A class of its own, so that Spring is looked for only in its tests. */
    private static final class Loaded {
        static Optional<SpringServer> find(ExtensionContext context) {
            ApplicationContext application = SpringExtension.getApplicationContext(context);
            return application.containsBean(SpringServer.NAME)
                    ? Optional.of(application.getBean(SpringServer.NAME, SpringServer.class))
                    : Optional.empty();
        }
    }
}
