package dev.restante.junit;

import dev.restante.FakeSmtpServer;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Leads the {@code spring.mail} properties of a Spring test to the server of its static {@link FakeSmtp} field.
 *
 * <p>The server of a field without a value belongs to the application context: it starts before the first bean is made and
 * closes after the last. So a context that Spring's cache hands to other classes goes on with the server whose port it was
 * given, and classes whose fields ask for equal servers share a context.
 */
final class SpringMailCustomizerFactory implements ContextCustomizerFactory {
    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        for (Class<?> type = testClass; type != null; type = enclosing(type)) {
            List<Field> fields = AnnotatedServers.staticFields(type);
            if (fields.size() > 1) {
                throw new IllegalStateException("Which server are the spring.mail properties of " + testClass.getName()
                        + " to lead to? There are " + AnnotatedServers.place(fields.get(0)) + " and "
                        + AnnotatedServers.place(fields.get(1))
                        + ". Leave one static; the other may be an instance field or a parameter.");
            }
            if (fields.size() == 1) {
                Field field = fields.get(0);
                Optional<FakeSmtpServer> configured = AnnotatedServers.configured(field);
                if (configured.isEmpty() && Modifier.isFinal(field.getModifiers())) {
                    return null; // the extension says what is wrong
                }
                return new Customizer(Options.of(AnnotatedServers.annotation(field)), configured.orElse(null));
            }
        }
        return null;
    }

    private static @Nullable Class<?> enclosing(Class<?> type) {
        return Modifier.isStatic(type.getModifiers()) ? null : type.getEnclosingClass();
    }

    /** Part of the key of Spring's cache: equal options may share a context, a configured server shares with none. */
    private record Customizer(Options options, @Nullable FakeSmtpServer configured) implements ContextCustomizer {
        @Override
        public void customizeContext(
                ConfigurableApplicationContext context, MergedContextConfiguration mergedConfiguration) {
            FakeSmtpServer server = configured == null ? options.server() : configured;
            server.start();
            if (context.getBeanFactory() instanceof DefaultSingletonBeanRegistry registry) {
                registry.registerSingleton(SpringServer.NAME, new SpringServer(server, new Turn()));
                if (configured == null) {
                    SpringServers.made(server);
                    registry.registerDisposableBean(SpringServer.NAME, server::close);
                }
            }
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("restante", properties(server)));
        }

        private Map<String, Object> properties(FakeSmtpServer server) {
            Map<String, Object> properties = new LinkedHashMap<>();
            properties.put("spring.mail.host", server.host());
            properties.put("spring.mail.port", server.port());
            if (options.startTls() || options.requireTls()) {
                properties.put("spring.mail.properties.mail.smtp.starttls.enable", "true");
                properties.put("spring.mail.properties.mail.smtp.ssl.trust", server.host());
            }
            if (options.requireTls()) {
                properties.put("spring.mail.properties.mail.smtp.starttls.required", "true");
            }
            options.passwords().entrySet().stream().findFirst().ifPresent(user -> {
                properties.put("spring.mail.username", user.getKey());
                properties.put("spring.mail.password", user.getValue());
                properties.put("spring.mail.properties.mail.smtp.auth", "true");
            });
            return properties;
        }
    }
}
