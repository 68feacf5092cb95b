package dev.restante.clients;

import dev.restante.OutsideProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Postfix of the tests' own, with configuration, queue and log in a folder of its own. It sends everything to one port of
 * this machine and listens on none. It retries only when told to by {@link #flush()}, so that no test waits for a timer.
 *
 * <p>The domain of a recipient decides how it is sent to: see {@link #TLS}, {@link #SECURE} and {@link #HASTY}; any other, in
 * plain text.
 */
final class Postfix implements AutoCloseable {
    /** Recipients to whom TLS is used if it is offered, as mail servers do among each other. */
    static final String TLS = "tls.test";

    /** Recipients to whom is sent inside TLS only, with a certificate that is in order. */
    static final String SECURE = "secure.test";

    /** Recipients whose server has a second to answer the end of the body. */
    static final String HASTY = "hasty.test";

    /** Recipients to whom is sent by LMTP, inside TLS if it is offered. */
    static final String LMTP = "lmtp.test";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Starts Postfix, and stops it when nobody holds the other end of standard input any more, in whatever way that ended. */
    private static final String GUARD = """
            trap : INT TERM HUP
            postfix -c "$1/etc" start >"$1/start.txt" 2>&1 </dev/null || { cat "$1/start.txt"; rm -rf "$1"; exit 1; }
            echo started
            cat >/dev/null
            postfix -c "$1/etc" stop >/dev/null 2>&1
            rm -rf "$1"
            """;

    private final Path folder;
    private final Process guard;

    /** A mail in the queue. */
    record Queued(String id, String queue, String sender, Map<String, String> reasons) {
        boolean isDeferred() {
            return queue.equals("deferred");
        }
    }

    private Postfix(Path folder, Process guard) {
        this.folder = folder;
        this.guard = guard;
    }

    /** Starts one that sends to this port, and trusts this authority where it asks for certificates. */
    static Postfix sendingTo(int port, String authority) throws IOException {
        return sendingTo(port, 1, authority);
    }

    /** The same, with another port for LMTP. */
    static Postfix sendingTo(int port, int lmtpPort, String authority) throws IOException {
        for (String program : List.of("postfix", "postqueue", "postsuper", "postcat", "sendmail")) {
            OutsideProgram.named(program, "postfix");
        }
        asRoot("true");
        // Not the folder for temporary files, nor target: Postfix's own users must be able to get there.
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "restante-postfix");
        Path etc = Files.createDirectory(folder.resolve("etc"));
        Files.createDirectory(folder.resolve("queue"));
        Files.createDirectory(folder.resolve("data"));
        Files.writeString(folder.resolve("authority.pem"), authority);
        Files.writeString(
                etc.resolve("main.cf"), """
                compatibility_level = 3.6
                queue_directory = FOLDER/queue
                data_directory = FOLDER/data
                maillog_file = FOLDER/log
                maillog_file_prefixes = FOLDER
                myhostname = client.test
                mydestination =
                alias_maps =
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                disable_dns_lookups = yes
                relayhost = [127.0.0.1]:PORT
                transport_maps = texthash:FOLDER/etc/transport
                smtp_tls_security_level = none
                # Only told to does it retry,
                queue_run_delay = 1h
                minimal_backoff_time = 1h
                maximal_backoff_time = 2h
                # and then at once: the next test's mail does not wait because this one's met a dead server.
                smtp_destination_concurrency_failed_cohort_limit = 0
                tls_destination_concurrency_failed_cohort_limit = 0
                secure_destination_concurrency_failed_cohort_limit = 0
                hasty_destination_concurrency_failed_cohort_limit = 0
                lmtp_destination_concurrency_failed_cohort_limit = 0
                lmtp_tls_security_level = may
                lmtp_sasl_auth_enable = yes
                lmtp_sasl_password_maps = texthash:FOLDER/etc/passwords
                lmtp_sasl_security_options = noanonymous
                """.replace("FOLDER", folder.toString()).replace("PORT", String.valueOf(port)));
        Files.writeString(etc.resolve("transport"), """
                TLS     tls:[127.0.0.1]:PORT
                SECURE  secure:[127.0.0.1]:PORT
                HASTY   hasty:[127.0.0.1]:PORT
                LMTP    lmtp:inet:127.0.0.1:OTHER
                """.replace("TLS", TLS)
                .replace("SECURE", SECURE)
                .replace("HASTY", HASTY)
                .replace("LMTP", LMTP)
                .replace("OTHER", String.valueOf(lmtpPort))
                .replace("PORT", String.valueOf(port)));
        Files.writeString(etc.resolve("passwords"), "[127.0.0.1]:" + lmtpPort + " ann:secret\n127.0.0.1 ann:secret\n");
        Files.writeString(etc.resolve("master.cf"), """
                pickup   unix       n - n 60    1 pickup
                cleanup  unix       n - n -     0 cleanup
                qmgr     unix       n - n 300   1 qmgr
                tlsmgr   unix       - - n 1000? 1 tlsmgr
                rewrite  unix       - - n -     - trivial-rewrite
                bounce   unix       - - n -     0 bounce
                defer    unix       - - n -     0 bounce
                trace    unix       - - n -     0 bounce
                verify   unix       - - n -     1 verify
                flush    unix       n - n 1000? 0 flush
                proxymap unix       - - n -     - proxymap
                smtp     unix       - - n -     - smtp
                tls      unix       - - n -     - smtp
                  -o smtp_tls_security_level=may
                secure   unix       - - n -     - smtp
                  -o smtp_tls_security_level=secure
                  -o smtp_tls_secure_cert_match=localhost
                  -o smtp_tls_CAfile=FOLDER/authority.pem
                hasty    unix       - - n -     - smtp
                  -o smtp_data_done_timeout=1s
                lmtp     unix       - - n -     - lmtp
                showq    unix       n - n -     - showq
                error    unix       - - n -     - error
                retry    unix       - - n -     - error
                discard  unix       - - n -     - discard
                postlog  unix-dgram n - n -     1 postlogd
                """.replace("FOLDER", folder.toString()));
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        asRoot("chown", "postfix", folder.resolve("data").toString());
        return new Postfix(folder, started(folder));
    }

    static Process started(Path folder) throws IOException {
        List<String> command = new ArrayList<>(prefix());
        command.addAll(List.of("sh", "-c", GUARD, "postfix-guard", folder.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
        Process guard = builder.start();
        BufferedReader said = guard.inputReader(StandardCharsets.UTF_8);
        String first = said.readLine();
        if (!"started".equals(first)) {
            throw new AssertionError(
                    "Postfix did not start: " + first + "\n" + said.lines().toList());
        }
        return guard;
    }

    /** What makes a command one of root. */
    static List<String> prefix() {
        return "root".equals(System.getProperty("user.name")) ? List.of() : List.of("sudo", "-n");
    }

    /** Runs a program as root, as everything about Postfix needs; skips the test where that cannot be. */
    static OutsideProgram.Result asRoot(String program, String... arguments) {
        if (prefix().isEmpty()) {
            return OutsideProgram.named(program, "postfix").run(arguments).expectExit(0);
        }
        OutsideProgram sudo = OutsideProgram.named("sudo", "sudo").with("-n");
        OutsideProgram.needed(
                sudo.run("true").exitCode() == 0,
                "Postfix needs root. To run this test: be root, or one whom sudo asks for no password");
        return sudo.with(program).run(arguments).expectExit(0);
    }

    private String run(String program, String... arguments) {
        List<String> all = new ArrayList<>(List.of("-c", folder.resolve("etc").toString()));
        all.addAll(List.of(arguments));
        return asRoot(program, all.toArray(String[]::new)).out();
    }

    // ---- what a person at a shell does

    /** Gives Postfix a mail, as a program on its machine would, and returns its queue id. */
    String send(String message, String sender, List<String> recipients, String... options) {
        String id = "<" + System.nanoTime() + "." + Thread.currentThread().getId() + "@client.test>";
        List<String> arguments =
                new ArrayList<>(List.of("-C", folder.resolve("etc").toString(), "-i", "-f", sender));
        arguments.addAll(List.of(options));
        arguments.addAll(recipients);
        List<String> command = new ArrayList<>(prefix());
        command.add("sendmail");
        OutsideProgram program = OutsideProgram.named(command.get(0), "postfix")
                .with(command.subList(1, command.size()).toArray(String[]::new));
        program.reading("Message-ID: " + id + "\n" + message)
                .run(arguments.toArray(String[]::new))
                .expectExit(0);
        return awaitLog("(\\w+): message-id=" + Pattern.quote(id)).group(1);
    }

    /** Has Postfix try everything in its queue now. */
    void flush() {
        run("postqueue", "-f");
    }

    /** Has Postfix give a mail up at its next attempt, as it does by itself when the mail is too old. */
    void expire(String id) {
        run("postsuper", "-e", id);
    }

    /** What is in the queue. */
    List<Queued> queue() {
        return run("postqueue", "-j").lines().map(Postfix::queued).toList();
    }

    private static Queued queued(String line) {
        JsonNode json = JSON.readTree(line);
        Map<String, String> reasons = new LinkedHashMap<>();
        for (JsonNode recipient : json.get("recipients")) {
            JsonNode reason = recipient.get("delay_reason");
            reasons.put(recipient.get("address").asString(), reason == null ? "" : reason.asString());
        }
        return new Queued(
                json.get("queue_id").asString(),
                json.get("queue_name").asString(),
                json.get("sender").asString(),
                reasons);
    }

    /** A mail in the queue, as Postfix shows it to people: envelope, header and body. */
    String content(String id) {
        return run("postcat", "-q", id);
    }

    /** The lines of the log about a mail, without time, host and process. */
    List<String> log(String id) {
        Pattern about = Pattern.compile(".*?postfix/(?:[^/]+/)?(\\w+)\\[\\d+\\]: " + id + ": (.*)");
        return log().lines()
                .map(about::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1) + ": " + line.group(2))
                .toList();
    }

    /** Empties the queue, and returns once nothing is under way any more. */
    void wipe() {
        await("an empty queue", () -> {
            if (queue().isEmpty()) {
                return Optional.of(true);
            }
            run("postsuper", "-d", "ALL");
            return Optional.empty();
        });
    }

    private String log() {
        try {
            Path log = folder.resolve("log");
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new AssertionError("Cannot read Postfix's log.", e);
        }
    }

    // ---- waiting

    /** Waits for a line of the log in which this occurs. */
    Matcher awaitLog(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return await(regex + " in the log", () -> {
            Matcher matcher = pattern.matcher(log());
            return matcher.find() ? Optional.of(matcher) : Optional.empty();
        });
    }

    /** Waits until recipients of a mail have been put off this many times and nothing is under way; returns it. */
    Queued awaitDeferred(String id, int times) {
        await(id + " to be deferred " + times + " times", () -> {
            long deferred = log(id).stream()
                    .filter(line -> line.contains("status=deferred"))
                    .count();
            return deferred >= times ? Optional.of(true) : Optional.empty();
        });
        return await(
                id + " to wait",
                () -> queue().stream()
                        .filter(mail -> mail.id().equals(id) && mail.isDeferred())
                        .findFirst());
    }

    /** Waits until Postfix is done with a mail, delivered or bounced. */
    void awaitDone(String id) {
        awaitLog(id + ": removed");
    }

    private <T> T await(String what, Supplier<Optional<T>> question) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Waited " + PATIENCE.toSeconds() + " s for " + what + ". In the queue: "
                        + queue() + ". Log:\n" + log());
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    @Override
    public void close() throws IOException {
        guard.getOutputStream().close();
        try {
            if (!guard.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("Postfix did not stop. Log:\n" + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
