package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.RestanteClient;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jar, as a test holds it from another JVM. */
@Timeout(60)
@EnabledIfSystemProperty(named = "restante.jar", matches = ".+")
class StandaloneJarFixtureTest {
    @TempDir
    private static Path folder;

    private static StandaloneJar jar;
    private static RestanteClient client;

    @BeforeAll
    static void start() throws Exception {
        jar = StandaloneJar.run(folder, "--smtp-port=0", "--http-port=0", "--http-user=ann:open", "--base-path=/mail");
        int smtp = jar.port();
        client = RestanteClient.connect(URI.create("http://ann:open@localhost:" + jar.port() + "/mail"));
        assertThat(client.port()).isEqualTo(smtp);
    }

    @AfterAll
    static void stop() {
        client.close();
        jar.close();
    }

    @BeforeEach
    void reset() {
        client.reset();
    }

    @ParameterizedTest
    @EnumSource(FixtureContract.class)
    void fromAnotherJvm(FixtureContract body) throws Exception {
        body.run(client);
    }
}
