package dev.restante.web;

import dev.restante.Authentication;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.SmtpClient;
import dev.restante.TlsInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder in which mail outlives the server: for each mail a file with its octets ({@code ID.eml}) and one with what else is
 * known of it ({@code ID.json}). Files go with their mails; what is not in order is left alone, and complained of.
 *
 * <p>Secrets of logins, certificates of clients and what a proxy told besides the client's address are not written.
 */
final class Archive implements AutoCloseable, MailMarks.Watcher {
    private static final Logger log = LoggerFactory.getLogger(Archive.class);
    private static final String MAIL = ".eml";
    private static final String FACTS = ".json";
    private static final String LOCK = ".restante.lock";

    private final Path folder;
    private final FakeSmtpServer smtp;
    private final MailMarks marks;
    private final FileChannel lockFile;
    private final List<Mailbox.Subscription> subscriptions = new ArrayList<>();

    /** What was written last of a mail, so that only changes are written. */
    private final Map<String, Facts> written = new ConcurrentHashMap<>();

    private record Facts(
            String id,
            String arrivedAt,
            Party sender,
            List<Party> recipients,
            Client client,
            boolean read,
            List<String> tags) {
        /** An envelope's sender or recipient. */
        private record Party(String address, String spoken, List<Parameter> parameters) {}

        private record Parameter(String keyword, @Nullable String value) {}

        private record Client(
                String ip,
                int port,
                @Nullable String helo,
                boolean extended,
                @Nullable Tls tls,
                @Nullable Login login) {}

        private record Tls(
                String protocol,
                String cipherSuite,
                @Nullable String serverName,
                boolean implicit) {}

        private record Login(
                String mechanism, String identity, @Nullable String authorizationIdentity) {}

        static Facts of(CapturedMail mail, MailMarks marks) {
            SmtpClient client = mail.client();
            return new Facts(
                    mail.id(),
                    mail.arrivedAt().toString(),
                    party(
                            mail.envelope().sender().address(),
                            mail.envelope().sender().spoken(),
                            mail.envelope().sender().parameters()),
                    mail.envelope().recipients().stream()
                            .map(recipient -> party(recipient.address(), recipient.spoken(), recipient.parameters()))
                            .toList(),
                    new Client(
                            client.ip(),
                            client.address().getPort(),
                            client.heloName().orElse(null),
                            client.extended(),
                            client.tls()
                                    .map(tls -> new Tls(
                                            tls.protocol(),
                                            tls.cipherSuite(),
                                            tls.serverName().orElse(null),
                                            tls.implicit()))
                                    .orElse(null),
                            client.authentication()
                                    .map(login -> new Login(
                                            login.mechanism(),
                                            login.identity(),
                                            login.authorizationIdentity().orElse(null)))
                                    .orElse(null)),
                    marks.isRead(mail),
                    marks.tags(mail));
        }

        private static Party party(String address, String spoken, EsmtpParameters parameters) {
            return new Party(
                    address,
                    spoken,
                    parameters.all().stream()
                            .map(each ->
                                    new Parameter(each.keyword(), each.value().orElse(null)))
                            .toList());
        }

        private static EsmtpParameters parameters(List<Parameter> all) {
            return EsmtpParameters.of(all.stream()
                    .map(each -> new EsmtpParameters.Parameter(each.keyword(), Optional.ofNullable(each.value())))
                    .toList());
        }

        Envelope envelope() {
            return new Envelope(
                    new Envelope.Sender(sender.address(), sender.spoken(), parameters(sender.parameters())),
                    recipients.stream()
                            .map(each -> new Envelope.Recipient(
                                    each.address(), each.spoken(), parameters(each.parameters())))
                            .toList());
        }

        SmtpClient smtpClient() throws IOException {
            return new SmtpClient(
                    // In digits: nobody is asked for it.
                    new InetSocketAddress(InetAddress.getByName(client.ip()), client.port()),
                    Optional.ofNullable(client.helo()),
                    client.extended(),
                    Optional.ofNullable(client.tls())
                            .map(tls -> new TlsInfo(
                                    tls.protocol(),
                                    tls.cipherSuite(),
                                    Optional.ofNullable(tls.serverName()),
                                    List.of(),
                                    tls.implicit())),
                    Optional.ofNullable(client.login())
                            .map(login -> new Authentication(
                                    login.mechanism(),
                                    login.identity(),
                                    "",
                                    Optional.ofNullable(login.authorizationIdentity()))));
        }
    }

    private Archive(Path folder, FakeSmtpServer smtp, MailMarks marks, FileChannel lockFile) {
        this.folder = folder;
        this.smtp = smtp;
        this.marks = marks;
        this.lockFile = lockFile;
    }

    /**
     * Puts the folder's mail into the server's mailbox, and keeps the folder as the mailbox is from now on.
     *
     * @throws UncheckedIOException if the folder cannot be used; the message says why and what to do
     */
    static Archive open(Path folder, FakeSmtpServer smtp, MailMarks marks) {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    throw new OverlappingFileLockException();
                }
            } catch (OverlappingFileLockException e) {
                channel.close();
                throw new IOException("another server keeps its mail there; end it, or name another folder", e);
            }
            Archive archive = new Archive(folder, smtp, marks, channel);
            archive.load();
            archive.follow();
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot keep mail in " + folder + ": " + why(e) + ".", e);
        }
    }

    /** What the system throws often holds the name alone. */
    private static String why(IOException problem) {
        if (!(problem instanceof FileSystemException refused)) {
            return String.valueOf(problem.getMessage());
        }
        String reason = problem instanceof AccessDeniedException
                ? "this user may not write there"
                : problem instanceof FileAlreadyExistsException
                        ? "there is a file of that name"
                        : refused.getReason() == null
                                ? "the system makes no folder or file there"
                                : refused.getReason();
        return reason + " (" + refused.getFile() + "). Name a folder that this user may write to";
    }

    private void load() throws IOException {
        List<Facts> all = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(file -> file.toString().endsWith(FACTS)).toList();
        }
        for (Path file : files) {
            try {
                Facts facts = Json.mapper().readValue(Files.readString(file), Facts.class);
                Instant.parse(facts.arrivedAt());
                all.add(facts);
            } catch (RuntimeException | IOException e) {
                leftAlone(file, e);
            }
        }
        all.sort(Comparator.comparing(facts -> Instant.parse(facts.arrivedAt())));
        for (Facts facts : all) {
            restore(facts);
        }
    }

    private void restore(Facts facts) {
        Path file = folder.resolve(facts.id() + MAIL);
        try {
            CapturedMail mail = smtp.deliver(
                    facts.id(),
                    Instant.parse(facts.arrivedAt()),
                    facts.smtpClient(),
                    facts.envelope(),
                    Files.readAllBytes(file));
            marks.markRead(mail, facts.read());
            marks.setTags(mail, facts.tags());
            written.put(facts.id(), facts);
        } catch (IOException | RuntimeException e) {
            leftAlone(file, e);
        }
    }

    private static void leftAlone(Path file, Exception problem) {
        log.warn("{} is left alone, since it cannot be read: {}", file, problem.toString());
    }

    private void follow() {
        // What found no room while it was loaded: whoever said a smaller limit did not ask for files to be removed.
        List<String> left = written.keySet().stream()
                .filter(id -> smtp.onlooker().mail(id).isEmpty())
                .toList();
        if (!left.isEmpty()) {
            log.warn(
                    "{} of the {} mails in {} were not loaded, since fewer are kept in memory; their files stay.",
                    left.size(),
                    written.size(),
                    folder);
            left.forEach(written::remove);
        }
        subscriptions.add(smtp.onArrival(this::keep));
        subscriptions.add(smtp.onRemoval(mails -> mails.forEach(mail -> forget(mail.id()))));
        marks.watch(this);
        // What arrivals have pushed out since then.
        written.keySet().stream()
                .filter(id -> smtp.onlooker().mail(id).isEmpty())
                .toList()
                .forEach(this::forget);
    }

    private synchronized void keep(CapturedMail mail) {
        if (written.containsKey(mail.id())) {
            return;
        }
        try {
            // Its facts last, and at once: they make it a mail for those who read the folder.
            Files.write(folder.resolve(mail.id() + MAIL), mail.bytes());
            note(mail);
        } catch (IOException e) {
            log.error("Mail {} could not be written to {}: {}", mail.id(), folder, e.toString());
        }
        if (smtp.onlooker().mail(mail.id()).isEmpty()) {
            forget(mail.id());
        }
    }

    private synchronized void note(CapturedMail mail) {
        Facts facts = Facts.of(mail, marks);
        try {
            if (!facts.equals(written.put(mail.id(), facts))) {
                write(mail.id() + FACTS, Json.mapper().writeValueAsBytes(facts));
            }
        } catch (IOException e) {
            log.error("Mail {} could not be written to {}: {}", mail.id(), folder, e.toString());
        }
    }

    private void write(String name, byte[] octets) throws IOException {
        Path draft = Files.write(folder.resolve(name + ".tmp"), octets);
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private synchronized void forget(String id) {
        if (written.remove(id) == null) {
            return;
        }
        try {
            Files.deleteIfExists(folder.resolve(id + FACTS));
            Files.deleteIfExists(folder.resolve(id + MAIL));
        } catch (IOException e) {
            log.error("Mail {} could not be removed from {}: {}", id, folder, e.toString());
        }
    }

    @Override
    public void read(String id, boolean read) {
        changed(id);
    }

    @Override
    public void tagged(String id, List<String> tags) {
        changed(id);
    }

    private void changed(String id) {
        if (written.containsKey(id)) {
            smtp.onlooker().mail(id).ifPresent(this::note);
        }
    }

    @Override
    public void manyChanged() {
        smtp.onlooker().mails().stream()
                .filter(mail -> written.containsKey(mail.id()))
                .forEach(this::note);
    }

    @Override
    public void close() {
        subscriptions.forEach(Mailbox.Subscription::close);
        // What arrived and was not told of yet.
        smtp.onlooker().mails().forEach(this::keep);
        // Opening a mail marks it without telling anybody.
        manyChanged();
        try {
            lockFile.close();
        } catch (IOException e) {
            log.debug("The lock of {} was lost", folder, e);
        }
    }
}
