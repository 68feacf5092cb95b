package dev.restante.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Finds the server that a Spring test's application context has made for a static field. */
final class SpringServers {
    private static final String EXTENSION = "org.springframework.test.context.junit.jupiter.SpringExtension";

    private SpringServers() {}

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
