package dev.restante.junit;

import dev.restante.FakeSmtpServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** System properties that lead to a server while it runs, and what they were before. */
final class PropertiesInUse implements AutoCloseable {
    private final Map<String, Optional<String>> before = new LinkedHashMap<>();

    private PropertiesInUse() {}

    /**
     * Sets them.
     *
     * @throws ExtensionConfigurationException if one is malformed, or other classes may run meanwhile
     */
    static PropertiesInUse set(
            List<String> assignments, FakeSmtpServer server, String place, ExtensionContext context) {
        PropertiesInUse inUse = new PropertiesInUse();
        if (assignments.isEmpty()) {
            return inUse;
        }
        if (Concurrency.classesRunBesides(context)) {
            throw new ExtensionConfigurationException(
                    "The server in " + place + " asks for system properties, but test classes"
                            + " run concurrently, and a property is everybody's. Hand host() and port() to the code under test, or"
                            + " annotate the class @Isolated.");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw new ExtensionConfigurationException(
                        "systemProperties of " + place + " lists \"name=value\", but has \"" + assignment + "\".");
            }
            values.put(assignment.substring(0, equals).strip(), value(assignment.substring(equals + 1), server, place));
        }
        values.forEach((name, value) -> inUse.before.put(name, Optional.ofNullable(System.setProperty(name, value))));
        return inUse;
    }

    private static String value(String template, FakeSmtpServer server, String place) {
        String value = template.replace("{host}", server.host()).replace("{port}", String.valueOf(server.port()));
        if (value.contains("{smtpsPort}")) {
            value = value.replace("{smtpsPort}", port(server::smtpsPort, "smtps", "SMTPS", place));
        }
        if (value.contains("{lmtpPort}")) {
            value = value.replace("{lmtpPort}", port(server::lmtpPort, "lmtp", "LMTP", place));
        }
        return value;
    }

    private static String port(IntSupplier port, String attribute, String protocol, String place) {
        try {
            return String.valueOf(port.getAsInt());
        } catch (IllegalStateException e) {
            throw new ExtensionConfigurationException(
                    "systemProperties of " + place + " ask for {" + attribute
                            + "Port}, but the server does not listen for " + protocol + ". Add " + attribute
                            + " = true.",
                    e);
        }
    }

    /** Puts everything back. */
    @Override
    public void close() {
        before.forEach((name, value) ->
                value.ifPresentOrElse(text -> System.setProperty(name, text), () -> System.clearProperty(name)));
        before.clear();
    }
}
