package dev.restante.benchmark;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.icegreen.greenmail.configuration.GreenMailConfiguration;
import com.icegreen.greenmail.junit5.GreenMailExtension;
import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.util.ServerSetup;
import dev.restante.FakeSmtpServer;
import dev.restante.junit.FakeSmtp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * What the fixture costs a test, beside GreenMail's extension in the same run: start, one mail, stop. Run it by
 * {@code mvn -pl core,junit-extension test-compile} and {@code java -cp <test class path> dev.restante.benchmark.FixtureCost};
 * docs/performance.md says how and shows figures.
 */
public final class FixtureCost {
    private static final int TESTS = 200;
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 10;

    private FixtureCost() {}

    static class Nothing {
        @RepeatedTest(TESTS)
        void test() {}
    }

    static class Restante {
        @FakeSmtp
        FakeSmtpServer smtp;

        @RepeatedTest(TESTS)
        void test() throws IOException {
            send(smtp.host(), smtp.port());
            smtp.takeMail();
        }
    }

    static class RestanteShared {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @RepeatedTest(TESTS)
        void test() throws IOException {
            send(smtp.host(), smtp.port());
            smtp.takeMail();
        }
    }

    static class GreenMail {
        @RegisterExtension
        final GreenMailExtension smtp = new GreenMailExtension(
                        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP))
                .withConfiguration(GreenMailConfiguration.aConfig().withDisabledAuthentication());

        @RepeatedTest(TESTS)
        void test() throws IOException {
            send("127.0.0.1", smtp.getSmtp().getPort());
            if (!smtp.waitForIncomingEmail(5000, 1)) {
                throw new AssertionError("no mail");
            }
        }
    }

    static class GreenMailShared {
        @RegisterExtension
        static final GreenMailExtension SMTP = new GreenMailExtension(
                        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP))
                .withConfiguration(GreenMailConfiguration.aConfig().withDisabledAuthentication())
                .withPerMethodLifecycle(false);

        @RepeatedTest(TESTS)
        void test() throws IOException, FolderException {
            send("127.0.0.1", SMTP.getSmtp().getPort());
            if (!SMTP.waitForIncomingEmail(5000, 1)) {
                throw new AssertionError("no mail");
            }
            SMTP.purgeEmailFromAllMailboxes();
        }
    }

    /** One mail by a client that costs next to nothing. */
    private static void send(String host, int port) throws IOException {
        try (Socket socket = new Socket(host, port)) {
            socket.setTcpNoDelay(true);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            reply(in);
            for (String line : List.of(
                    "EHLO app.example.com",
                    "MAIL FROM:<app@example.com>",
                    "RCPT TO:<ann@example.com>",
                    "DATA",
                    "Subject: one\r\n\r\nmail\r\n.",
                    "QUIT")) {
                socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                reply(in);
            }
        }
    }

    private static void reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        if (line == null || line.charAt(0) > '3') {
            throw new IOException("Refused: " + line);
        }
    }

    public static void main(String[] arguments) {
        List<Class<?>> classes =
                List.of(Nothing.class, Restante.class, GreenMail.class, RestanteShared.class, GreenMailShared.class);
        Map<Class<?>, List<Double>> times = new LinkedHashMap<>();
        classes.forEach(type -> times.put(type, new ArrayList<>()));
        for (int round = 1; round <= WARM_UP + ROUNDS; round++) {
            for (Class<?> type : classes) {
                long start = System.nanoTime();
                EngineTestKit.engine("junit-jupiter")
                        .selectors(selectClass(type))
                        .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                        .execute()
                        .testEvents()
                        .assertStatistics(events -> events.succeeded(TESTS));
                double each = (System.nanoTime() - start) / 1e6 / TESTS;
                if (round > WARM_UP) {
                    times.get(type).add(each);
                }
            }
        }
        System.out.printf("%d rounds of %d tests, ms a test: median (least to most)%n", ROUNDS, TESTS);
        times.forEach((type, each) -> {
            Collections.sort(each);
            System.out.printf(
                    "%-16s %.2f (%.2f to %.2f)%n",
                    type.getSimpleName(), each.get(ROUNDS / 2), each.get(0), each.get(ROUNDS - 1));
        });
    }
}
