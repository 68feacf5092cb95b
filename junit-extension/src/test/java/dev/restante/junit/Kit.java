package dev.restante.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.restante.FakeSmtpServer;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs classes of tests within a test. */
final class Kit {
    private Kit() {}

    /** Runs them one after another. */
    static EngineExecutionResults run(Class<?>... types) {
        return builder(types)
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                .execute();
    }

    /** Runs them side by side, methods and classes. */
    static EngineExecutionResults runConcurrently(int threads, Class<?>... types) {
        return runConcurrently(threads, "concurrent", "concurrent", types);
    }

    static EngineExecutionResults runConcurrently(int threads, String methods, String classes, Class<?>... types) {
        return builder(types)
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", methods)
                .configurationParameter("junit.jupiter.execution.parallel.mode.classes.default", classes)
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.fixed.parallelism", String.valueOf(threads))
                .execute();
    }

    private static EngineTestKit.Builder builder(Class<?>... types) {
        EngineTestKit.Builder builder = EngineTestKit.engine("junit-jupiter");
        for (Class<?> type : types) {
            builder.selectors(selectClass(type));
        }
        return builder;
    }

    /** What failed, tests and classes. */
    static List<Throwable> failures(EngineExecutionResults results) {
        return results.allEvents()
                .finished()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .filter(result -> result.getStatus() == TestExecutionResult.Status.FAILED)
                .map(TestExecutionResult::getThrowable)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The failure of classes of tests of which one fails. */
    static Throwable failure(Class<?>... types) {
        List<Throwable> failures = failures(run(types));
        if (failures.size() != 1) {
            throw new AssertionError("Expected 1 failure, but there are " + failures);
        }
        return failures.get(0);
    }

    /** Sends a mail by Jakarta Mail. */
    static void send(FakeSmtpServer server, String to, String subject) {
        try {
            MimeMessage mail = new MimeMessage(Session.getInstance(server.mailProperties()));
            mail.setFrom(new InternetAddress("app@example.com"));
            mail.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
            mail.setSubject(subject);
            mail.setText("Hello.");
            Transport.send(mail);
        } catch (MessagingException e) {
            throw new IllegalStateException("The mail could not be sent.", e);
        }
    }
}
