package dev.restante.junit;

import dev.restante.CapturedMail;
import dev.restante.LintFinding;
import dev.restante.RuleReport;
import dev.restante.SmtpFixture;
import dev.restante.SmtpSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failed test leaves behind: report entries, and files in a folder of its own. */
final class FailureFiles {
    private static final Logger LOG = LoggerFactory.getLogger(FailureFiles.class);
    private static final int ENTRY_LIMIT = 20_000;
    private static final int NAME_LIMIT = 80;
    private static final Pattern COUNT = Pattern.compile(":#(\\d+)]");
    private static final Pattern DEVICE = Pattern.compile("(?i)(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?");

    private final ExtensionContext context;

    FailureFiles(ExtensionContext context) {
        this.context = context;
    }

    /** The sentence that says where the files are. */
    String pointer() {
        return "Mail evidence: " + folder();
    }

    /** The test's folder: its class and name for people, and of its unique id a hash, which no other test has. */
    Path folder() {
        String name =
                named(ExtensionContext::getTestClass).map(Class::getSimpleName).orElse("")
                        + named(ExtensionContext::getTestMethod)
                                .map(method -> "." + method.getName())
                                .orElse("")
                        + invocation();
        String plain = plain(name);
        return base().resolve((plain.length() > NAME_LIMIT ? plain.substring(0, NAME_LIMIT) : plain) + "-"
                + hash(context.getUniqueId()));
    }

    /** What the test is of; a dynamic test is of its factory. */
    private <T> Optional<T> named(Function<ExtensionContext, Optional<T>> what) {
        Optional<ExtensionContext> node = Optional.of(context);
        while (node.isPresent()) {
            Optional<T> found = what.apply(node.get());
            if (found.isPresent()) {
                return found;
            }
            node = node.get().getParent();
        }
        return Optional.empty();
    }

    /** Of a test that is repeated, or of a dynamic one, which it is. */
    private String invocation() {
        return COUNT.matcher(context.getUniqueId())
                .results()
                .map(count -> "-" + count.group(1))
                .collect(Collectors.joining());
    }

    /** A name that every file system takes, be it Windows', where devices have names, too. */
    private static String plain(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9._-]+", "_");
        return DEVICE.matcher(plain).matches() ? "_" + plain : plain;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 5);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }

    /** Below Maven's folder, else Gradle's. */
    private static Path base() {
        Path build = Files.isDirectory(Path.of("target")) || !Files.isDirectory(Path.of("build"))
                ? Path.of("target")
                : Path.of("build");
        return build.resolve("restante");
    }

    /** Removes what an earlier run of the same test left. */
    void clear() {
        Path folder = folder();
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(
                        Path visited, @org.jspecify.annotations.Nullable IOException error) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            LOG.warn("Cannot remove the evidence of an earlier run in {}: {}", folder, e.toString());
        }
    }

    /** Publishes report entries and writes files; returns the pointer unless nothing could be written. */
    Optional<String> publish(List<ServerInUse> servers, Optional<Throwable> failure) {
        Set<String> names = new HashSet<>();
        List<Path> written = new ArrayList<>();
        for (ServerInUse inUse : servers) {
            String name = plain(inUse.name());
            String unique = name;
            for (int i = 2; !names.add(unique.toLowerCase(Locale.ROOT)); i++) { // some file systems ignore case
                unique = name + "-" + i;
            }
            SmtpFixture server = inUse.server();
            List<CapturedMail> mails = inUse.caught().all();
            Map<String, String> entries = new LinkedHashMap<>();
            entries.put("restante." + unique + ".mails", shortened(mailsOf(mails, inUse)));
            entries.put("restante." + unique + ".rules", shortened(rulesOf(server)));
            entries.put("restante." + unique + ".transcript", shortened(transcriptOf(server)));
            try {
                Path folder = folder().resolve(unique);
                write(folder, inUse, mails);
                written.add(folder);
                entries.put("restante." + unique + ".files", folder.toString());
            } catch (IOException e) {
                LOG.warn("Cannot write the evidence of {} to {}: {}", context.getDisplayName(), folder(), e.toString());
            }
            context.publishReportEntry(entries);
        }
        if (written.isEmpty()) {
            return Optional.empty();
        }
        failure.ifPresent(this::writeFailure);
        return Optional.of(pointer());
    }

    private static void write(Path folder, ServerInUse inUse, List<CapturedMail> mails) throws IOException {
        SmtpFixture server = inUse.server();
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("transcript.txt"), transcriptOf(server) + "\n");
        Files.writeString(folder.resolve("lint.txt"), lintOf(server, mails) + "\n");
        Files.writeString(
                folder.resolve("summary.txt"),
                inUse.place() + ": " + server + "\n\nMails:\n" + mailsOf(mails, inUse) + "\n\nAttempts:\n"
                        + attemptsOf(server) + "\n\nRules:\n" + rulesOf(server) + "\n");
        int number = 1;
        for (CapturedMail mail : mails) {
            Files.write(folder.resolve(String.format("mail-%02d.eml", number++)), mail.bytes());
        }
    }

    private void writeFailure(Throwable failure) {
        StringWriter text = new StringWriter();
        text.append(context.getUniqueId()).append('\n').append('\n');
        failure.printStackTrace(new PrintWriter(text));
        try {
            Files.writeString(folder().resolve("failure.txt"), text.toString());
        } catch (IOException e) {
            LOG.warn("Cannot write to {}: {}", folder(), e.toString());
        }
    }

    private static String mailsOf(List<CapturedMail> mails, ServerInUse inUse) {
        List<CapturedMail> here = inUse.caught().here();
        return lines(
                mails.stream()
                        .map(mail -> mail + (here.contains(mail) ? "" : " (taken or removed)"))
                        .toList(),
                "no mail was caught");
    }

    private static String attemptsOf(SmtpFixture server) {
        return lines(server.attempts().stream().map(Object::toString).toList(), "nothing was tried");
    }

    private static String rulesOf(SmtpFixture server) {
        return lines(server.rules().stream().map(RuleReport::toString).toList(), "no rules");
    }

    private static String lintOf(SmtpFixture server, List<CapturedMail> mails) {
        List<String> findings = new ArrayList<>();
        for (SmtpSession session : server.sessions()) {
            session.lint().forEach(finding -> findings.add("session " + session.number() + ": " + finding));
        }
        int number = 1;
        for (CapturedMail mail : mails) {
            String file = String.format("mail-%02d.eml", number++);
            mail.lint().stream()
                    .filter(finding -> finding.place() instanceof LintFinding.InMail)
                    .forEach(finding -> findings.add(file + ": " + finding));
        }
        return lines(findings, "nothing is wrong");
    }

    private static String transcriptOf(SmtpFixture server) {
        return lines(server.sessions().stream().map(SmtpSession::toString).toList(), "nobody connected");
    }

    private static String lines(List<String> texts, String none) {
        return texts.isEmpty() ? none : texts.stream().collect(Collectors.joining("\n"));
    }

    private static String shortened(String text) {
        return text.length() <= ENTRY_LIMIT
                ? text
                : text.substring(0, ENTRY_LIMIT) + "\n... (" + (text.length() - ENTRY_LIMIT)
                        + " more characters; all of it is in the files)";
    }
}
