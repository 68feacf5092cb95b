package dev.restante;

import dev.restante.remote.EvidenceForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The mailbox of a server elsewhere. Which mails are there is asked each time; the mails themselves, which do not change, are
 * fetched once. What is looked for is decided here, so that any function can look.
 */
final class RemoteMailbox extends WaitingMailbox {
    private static final Duration AT_A_TIME = Duration.ofSeconds(20);
    private static final int IDS_AT_ONCE = 200;

    private final RemoteServer server;
    private final RemoteListeners listeners;
    private final Map<String, CapturedMail> known;

    RemoteMailbox(SmtpFixture fixture, RemoteServer server, Duration timeout) {
        super(fixture, timeout);
        this.server = server;
        this.known = new ConcurrentHashMap<>();
        this.listeners = new RemoteListeners(this, server);
    }

    private RemoteMailbox(RemoteMailbox same, Duration timeout) {
        super(same.fixture, timeout);
        this.server = same.server;
        this.known = same.known;
        this.listeners = same.listeners;
    }

    // ---- what is there

    /** Which mails are there, once something has changed since {@code seen} or time is up. */
    EvidenceForm.Contents contents(long seen, Duration longest) throws InterruptedException {
        Duration wait = longest.compareTo(AT_A_TIME) > 0 ? AT_A_TIME : longest.isNegative() ? Duration.ZERO : longest;
        return server.ask(
                "GET",
                "/api/v1/fixture/mails?seen=" + seen + "&timeout=" + wait.toMillis() + "ms",
                null,
                wait,
                EvidenceForm.Contents.class);
    }

    private EvidenceForm.Contents contentsNow() {
        return uninterrupted(() -> contents(-1, Duration.ZERO));
    }

    /** The mails with these identifiers that are still there, in this order. */
    List<CapturedMail> mails(List<String> ids) {
        List<String> unknown = new ArrayList<>();
        Map<String, CapturedMail> found = new HashMap<>();
        for (String id : ids) {
            CapturedMail mail = known.get(id);
            if (mail == null) {
                unknown.add(id);
            } else {
                found.put(id, mail);
            }
        }
        while (!unknown.isEmpty()) { // large mails come in several answers
            List<String> some = unknown.subList(0, Math.min(IDS_AT_ONCE, unknown.size()));
            List<EvidenceForm.Mail> told = server.send(
                            "POST", "/api/v1/fixture/mails", json(Map.of("ids", some)), EvidenceForm.Mails.class)
                    .mails();
            Set<String> toldIds = new HashSet<>();
            for (EvidenceForm.Mail each : told) {
                CapturedMail mail = mail(each);
                known.put(mail.id(), mail);
                found.put(mail.id(), mail);
                toldIds.add(mail.id());
            }
            if (told.isEmpty()) {
                unknown = new ArrayList<>(unknown.subList(some.size(), unknown.size())); // these are gone
            } else {
                unknown = new ArrayList<>(unknown);
                unknown.removeIf(toldIds::contains);
            }
        }
        return ids.stream().map(found::get).filter(mail -> mail != null).toList();
    }

    private CapturedMail mail(EvidenceForm.Mail told) {
        return new CapturedMail(
                told.id(),
                told.sessionId(),
                told.client(),
                told.envelope(),
                told.octets(),
                told.arrivedAt(),
                told.arrivedAtNanos(),
                new RemoteAftermath(told));
    }

    private static String json(Object value) {
        return EvidenceForm.mapper().writeValueAsString(value);
    }

    /** What became of a mail's reply and session: asked again as long as it may change. */
    private final class RemoteAftermath implements CapturedMail.Aftermath {
        private final String id;
        private final String sessionId;
        private volatile EvidenceForm.Mail last;

        RemoteAftermath(EvidenceForm.Mail told) {
            this.id = told.id();
            this.sessionId = told.sessionId();
            this.last = told;
        }

        private EvidenceForm.Mail latest() {
            if (isOpen(last.acknowledgement()) || last.ofRecipients().stream().anyMatch(RemoteAftermath::isOpen)) {
                server.send("POST", "/api/v1/fixture/mails", json(Map.of("ids", List.of(id))), EvidenceForm.Mails.class)
                        .mails()
                        .forEach(told -> last = told); // of a mail that is gone, what was known stays
            }
            return last;
        }

        private static boolean isOpen(Acknowledgement acknowledgement) {
            return acknowledgement == Acknowledgement.PENDING || acknowledgement == Acknowledgement.WITHHELD;
        }

        @Override
        public Acknowledgement acknowledgement() {
            return latest().acknowledgement();
        }

        @Override
        public Acknowledgement acknowledgement(int recipient) {
            return latest().ofRecipients().get(recipient);
        }

        @Override
        public Optional<SmtpSession> session() {
            return fixture.session(sessionId);
        }
    }

    @Override
    List<CapturedMail> snapshot() {
        EvidenceForm.Contents now = contentsNow();
        known.keySet().retainAll(Set.copyOf(now.ids()));
        return mails(now.ids());
    }

    @Override
    Optional<CapturedMail> find(String id) {
        return contentsNow().ids().contains(id) ? mails(List.of(id)).stream().findFirst() : Optional.empty();
    }

    @Override
    boolean isClosed() {
        try {
            return contentsNow().closed();
        } catch (RemoteServer.Absent e) {
            return true; // a mailbox that was removed
        }
    }

    @Override
    List<CapturedMail> shown(List<CapturedMail> mails) {
        return mails; // what was looked at is counted for a test's own server alone
    }

    // ---- waiting

    @Override
    Optional<CapturedMail> takeWithin(Predicate<CapturedMail> matching, Duration longest) throws InterruptedException {
        try {
            Watch watch = new Watch(matching, longest);
            while (true) {
                for (CapturedMail mail : watch.matches()) {
                    if (!removed(List.of(mail)).isEmpty()) { // else somebody else was quicker
                        return Optional.of(mail);
                    }
                }
                if (!watch.awaitChange()) {
                    return Optional.empty();
                }
            }
        } catch (RemoteServer.Absent e) {
            return Optional.empty(); // of a mailbox that was removed
        }
    }

    @Override
    List<CapturedMail> awaitWithin(int count, Predicate<CapturedMail> matching, Duration longest)
            throws InterruptedException {
        try {
            Watch watch = new Watch(matching, longest);
            while (true) {
                List<CapturedMail> matches = watch.matches();
                if (matches.size() >= count || !watch.awaitChange()) {
                    return matches;
                }
            }
        } catch (RemoteServer.Absent e) {
            return List.of(); // of a mailbox that was removed
        }
    }

    /** One wait: it asks its predicate once for each mail, and goes on from the changes it has seen. */
    private final class Watch {
        private final Predicate<CapturedMail> matching;
        private final long deadline;
        private final Map<String, Boolean> judged = new HashMap<>();
        private EvidenceForm.Contents latest;

        Watch(Predicate<CapturedMail> matching, Duration longest) throws InterruptedException {
            this.matching = matching;
            this.deadline = System.nanoTime() + bounded(longest).toNanos();
            this.latest = contents(-1, Duration.ZERO);
        }

        List<CapturedMail> matches() {
            List<String> settled = new ArrayList<>();
            for (int i = 0; i < latest.ids().size(); i++) {
                if (latest.settled().get(i)) {
                    settled.add(latest.ids().get(i));
                }
            }
            Map<String, CapturedMail> matches = new LinkedHashMap<>();
            for (CapturedMail mail : mails(settled)) {
                if (judged.computeIfAbsent(mail.id(), id -> matching.test(mail))) {
                    matches.put(mail.id(), mail);
                }
            }
            return List.copyOf(matches.values());
        }

        /** Waits until something has changed since {@link #matches()}; false if time ran out first, or nothing will come. */
        boolean awaitChange() throws InterruptedException {
            while (true) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || latest.closed()) {
                    return false;
                }
                // Rounded up, so that the last wait does not become many short ones.
                EvidenceForm.Contents next = contents(latest.changes(), Duration.ofMillis(left / 1_000_000 + 1));
                boolean changed = next.changes() != latest.changes();
                latest = next;
                if (changed) {
                    return true;
                }
            }
        }
    }

    // ---- removing

    /** Removes these, and returns those that were still there. */
    private List<CapturedMail> removed(List<CapturedMail> chosen) {
        List<CapturedMail> gone = new ArrayList<>();
        for (int from = 0; from < chosen.size(); from += IDS_AT_ONCE) {
            List<CapturedMail> some = chosen.subList(from, Math.min(chosen.size(), from + IDS_AT_ONCE));
            Set<String> ids = Set.copyOf(server.send(
                            "DELETE",
                            "/api/v1/fixture/mails",
                            json(Map.of(
                                    "ids", some.stream().map(CapturedMail::id).toList())),
                            Removed.class)
                    .ids());
            some.stream().filter(mail -> ids.contains(mail.id())).forEach(gone::add);
        }
        gone.forEach(mail -> known.remove(mail.id()));
        return List.copyOf(gone);
    }

    private record Removed(List<String> ids) {}

    @Override
    public List<CapturedMail> clear() {
        return removed(snapshot());
    }

    @Override
    public List<CapturedMail> remove(Matching matching) {
        return removed(snapshot().stream().filter(matching).toList());
    }

    @Override
    public long evicted() {
        return server.get("/api/v1/fixture", EvidenceForm.Server.class).evicted();
    }

    @Override
    public Subscription onArrival(Consumer<CapturedMail> listener) {
        return listeners.onArrival(listener);
    }

    @Override
    public Subscription onRemoval(Consumer<List<CapturedMail>> listener) {
        return listeners.onRemoval(listener);
    }

    @Override
    public Mailbox within(Duration other) {
        if (other.isNegative()) {
            throw new IllegalArgumentException("A time to wait is not negative, but was " + other + ".");
        }
        return new RemoteMailbox(this, bounded(other));
    }

    void close() {
        listeners.close();
    }
}
