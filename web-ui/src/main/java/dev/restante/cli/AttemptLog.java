package dev.restante.cli;

import dev.restante.Attempt;
import dev.restante.FakeSmtpServer;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a line to the log for each mail, refusal and attempt that came to nothing, with its session. */
final class AttemptLog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AttemptLog.class);
    private static final long GLANCE_MILLIS = 100;

    private final FakeSmtpServer server;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread worker = new Thread(task, "restante-log");
        worker.setDaemon(true);
        return worker;
    });
    private long told;

    private AttemptLog(FakeSmtpServer server) {
        this.server = server;
    }

    /** Begins to write. */
    static AttemptLog of(FakeSmtpServer server) {
        AttemptLog attempts = new AttemptLog(server);
        // Attempts have no listeners, but they are numbered.
        var unused = attempts.thread.scheduleWithFixedDelay(
                attempts::glance, GLANCE_MILLIS, GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        return attempts;
    }

    private synchronized void glance() {
        List<Attempt> fresh = server.attempts().stream()
                .filter(attempt -> attempt.number() > told)
                .sorted(Comparator.comparingLong(Attempt::number))
                .toList();
        for (Attempt attempt : fresh) {
            log.atInfo()
                    .setMessage("{} {}")
                    .addArgument(attempt.client())
                    .addArgument(attempt)
                    .addKeyValue("session", attempt.sessionId())
                    .addKeyValue("outcome", attempt.outcome())
                    .addKeyValue("stage", attempt.stage().name())
                    .addKeyValue("mail", attempt.mailId().orElse(""))
                    .log();
            told = attempt.number();
        }
    }

    /** Writes what is left, and no more. */
    @Override
    public void close() {
        thread.shutdown();
        glance();
    }
}
