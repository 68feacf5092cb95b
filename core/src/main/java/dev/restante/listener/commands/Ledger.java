package dev.restante.listener.commands;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Effect;
import dev.restante.Envelope;
import dev.restante.MailMessage;
import dev.restante.Reply;
import dev.restante.SmtpMailbox;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.inbox.Inbox;
import dev.restante.mail.Octets;
import dev.restante.session.SessionLog;
import dev.restante.session.SessionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One conversation's transactions and what came of them: it opens and ends them, stores mail, and leaves an attempt for each.
 * Used by the connection's own thread alone.
 */
final class Ledger {
    private final Services services;
    private final PresentMoment moment;
    private SessionRecorder recorder;

    /** The rules that fired outside of a transaction and are in no attempt yet. */
    private final List<String> rulesOutside = new ArrayList<>(0);

    /** A stage outside of a transaction that was reached and neither answered nor recorded yet. */
    private @Nullable Stage<?> unanswered;

    /** What the connection ends with, as the answer to whatever has none. */
    private Optional<Reply> lastWord = Optional.empty();

    private @Nullable Commit commit;
    private volatile boolean open;

    /** The mailboxes that the session was about since a transaction last began or ended. */
    private volatile Set<String> touched = Set.of();

    /** A mail that is stored while its transaction has not ended, and how it is to be returned. */
    private record Commit(CapturedMail mail, List<Inbox> homes, Fate fate, List<Effect.Bounce> bounces) {}

    /** What became of a mail's acknowledgement, as far as is known; shared with the mail. */
    private static final class Fate implements CapturedMail.Aftermath {
        private final SessionLog sessions;
        private final String sessionId;
        private volatile Acknowledgement known = Acknowledgement.PENDING;
        /** Of those recipients who were told by themselves, what became of that; all others share what is known of the mail. */
        private final Map<Integer, Acknowledgement> ofRecipients = new ConcurrentHashMap<>(0);

        Fate(SessionLog sessions, String sessionId) {
            this.sessions = sessions;
            this.sessionId = sessionId;
        }

        /** What became of them all: sent, if each that is told by itself was. */
        Acknowledgement whole(Acknowledgement otherwise, CapturedMail mail) {
            boolean allSent =
                    ofRecipients.size() == mail.envelope().recipients().size()
                            && ofRecipients.values().stream().allMatch(Acknowledgement.SENT::equals);
            return allSent ? Acknowledgement.SENT : otherwise;
        }

        @Override
        public Acknowledgement acknowledgement(int recipient) {
            return ofRecipients.getOrDefault(recipient, known);
        }

        @Override
        public Acknowledgement acknowledgement() {
            return known;
        }

        @Override
        public Optional<SmtpSession> session() {
            return sessions.session(sessionId);
        }
    }

    Ledger(Services services, PresentMoment moment, SessionRecorder recorder) {
        this.services = services;
        this.moment = moment;
        this.recorder = recorder;
    }

    /** Goes on in a new session. */
    void recorder(SessionRecorder next) {
        recorder = next;
    }

    /** Whether a transaction is open; any thread may ask. */
    boolean isOpen() {
        return open;
    }

    @Nullable
    Transaction transaction() {
        return moment.transaction();
    }

    /** Notes that a stage was reached at which a client may come to nothing. */
    void reached(Stage<?> stage) {
        if (stage.index() <= Stage.MAIL_FROM.index() && transaction() == null) {
            unanswered = stage;
        }
    }

    /** Notes that the session is about a mailbox. */
    void touch(String mailbox) {
        if (!touched.contains(mailbox)) {
            Set<String> all = new HashSet<>(touched);
            all.add(mailbox);
            touched = Set.copyOf(all);
        }
    }

    /** Whether it is; any thread may ask. */
    boolean hasTouched(String mailbox) {
        return touched.contains(mailbox);
    }

    /** Notes that the client is answered, so that whatever ends now ends later than the stage that was reached. */
    void answered() {
        unanswered = null;
    }

    /** Notes what the connection ends with. */
    void lastWord(Reply reply) {
        lastWord = Optional.of(reply);
    }

    /** Notes that a command begins: what fired before, outside of a transaction, is the business of those before it. */
    void command() {
        rulesOutside.clear();
    }

    /** Notes that a rule fired. */
    void fired(String rule) {
        Transaction current = transaction();
        (current == null ? rulesOutside : current.rules).add(rule);
    }

    /** Opens a transaction. */
    void open(Envelope.Sender sender) {
        moment.transaction(begin(sender));
        open = true;
    }

    private Transaction begin(Envelope.Sender sender) {
        Transaction fresh = new Transaction(sender, services.clock().now(), System.nanoTime(), services.room());
        fresh.ordinals[Stage.MAIL_FROM.index()] = 1;
        fresh.rules.addAll(rulesOutside);
        rulesOutside.clear();
        return fresh;
    }

    private void forget() {
        moment.transaction(null);
        open = false;
        touched = Set.of();
    }

    // ---- endings

    /** Notes a MAIL that was refused: a transaction that never opened. */
    void refusedSender(Envelope.Sender sender, Optional<Reply> reply) {
        unanswered = null;
        record(begin(sender), Attempt.Outcome.REFUSED, reply, Optional.empty());
    }

    /** Notes something other than a transaction that was refused or broke off. */
    void failed(Stage<?> at, Attempt.Outcome outcome, Optional<Reply> reply) {
        failed(at, outcome, reply, Optional.empty());
    }

    /** Notes something that failed without a reply, and why. */
    void failed(Stage<?> at, Attempt.Outcome outcome, String reason) {
        failed(at, outcome, Optional.empty(), Optional.of(reason));
    }

    /** Notes something that failed, the reply to it and why. */
    void failed(Stage<?> at, Attempt.Outcome outcome, Optional<Reply> reply, Optional<String> reason) {
        unanswered = null;
        recorder.attempt(new Attempt(
                services.sessions().nextAttemptNumber(),
                recorder.id(),
                moment.client(),
                outcome,
                at,
                Optional.empty(),
                List.of(),
                reply,
                reason,
                List.copyOf(rulesOutside),
                services.inboxes().namesConcerned(moment.client(), List.of(), Optional.empty()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                services.clock().now(),
                System.nanoTime(),
                Duration.ZERO));
        rulesOutside.clear();
    }

    /**
     * Ends the open transaction, if any, without a reply to it: the client began anew, or the connection ends.
     *
     * @return what is to be done once the session's end is known
     */
    Runnable abandon() {
        Transaction current = transaction();
        Commit stored = commit;
        if (current == null) {
            return () -> {};
        }
        moment.recipient()
                .filter(recipient -> moment.stage() == Stage.RCPT_TO)
                .ifPresent(recipient -> current.recipient(recipient, lastWord));
        commit = null;
        forget();
        if (stored != null) {
            record(current, Attempt.Outcome.ABORTED, lastWord, Optional.of(stored.mail.id()));
            return () -> {
                settle(stored, stored.fate.whole(Acknowledgement.LOST, stored.mail));
                returnMail(stored);
            };
        }
        boolean refused = current.wasRefused();
        record(
                current,
                refused ? Attempt.Outcome.REFUSED : Attempt.Outcome.ABORTED,
                refused ? Optional.ofNullable(current.refusal) : lastWord,
                Optional.empty());
        return () -> {};
    }

    /** Ends the transaction because its body was refused; the reply is empty if it is none that SMTP knows. */
    void refuse(Transaction current, Optional<Reply> reply) {
        forget();
        record(current, Attempt.Outcome.REFUSED, reply, Optional.empty());
    }

    /** Ends the transaction as if it were taken, and forgets the mail. */
    void discard(Transaction current, Reply reply) {
        forget();
        record(current, Attempt.Outcome.ACCEPTED, Optional.of(reply), Optional.empty());
    }

    /** A rule ended the connection, or the client left, while it waited for the answer to what it had begun. */
    void recordUnanswered() {
        Stage<?> at = unanswered;
        if (at == null || transaction() != null) {
            return;
        }
        unanswered = null;
        Envelope.Sender sender = moment.sender().orElse(null);
        if (at == Stage.MAIL_FROM && sender != null) {
            record(begin(sender), Attempt.Outcome.ABORTED, lastWord, Optional.empty());
        } else {
            failed(at, Attempt.Outcome.ABORTED, lastWord);
        }
    }

    private void record(Transaction of, Attempt.Outcome outcome, Optional<Reply> reply, Optional<String> mailId) {
        recorder.attempt(new Attempt(
                services.sessions().nextAttemptNumber(),
                recorder.id(),
                moment.client(),
                outcome,
                of.reached,
                Optional.of(of.sender),
                of.recipients,
                reply,
                Optional.empty(),
                of.rules,
                concerned(of),
                mailId,
                of.messageId(),
                mailId.isPresent() ? Optional.empty() : of.unstoredBody(),
                of.startedAt,
                of.startedAtNanos,
                Duration.ofNanos(System.nanoTime() - of.startedAtNanos)));
        of.release();
    }

    /** The mailboxes that a transaction is about: those, too, whose recipients were refused. */
    private List<String> concerned(Transaction of) {
        List<String> names = services.inboxes()
                .namesConcerned(
                        moment.client(),
                        of.recipients.stream()
                                .map(Attempt.RecipientOutcome::recipient)
                                .toList(),
                        Optional.ofNullable(of.body).map(MailMessage::parse));
        names.stream().filter(name -> !name.equals(SmtpMailbox.DEFAULT)).forEach(recorder::touch);
        return names;
    }

    // ---- a mail

    /** Stores the mail of a transaction whose body has arrived, for all its recipients. It is visible from here on. */
    void commit(Transaction current, String id, Octets body) {
        commit(current, id, body, current.accepted());
    }

    /**
     * Stores the mail of a transaction whose body has arrived, for these recipients. It is visible from here on.
     *
     * @return takes what became of the reply for one recipient, by its place, where each is told by itself
     */
    ObjIntConsumer<Acknowledgement> commit(
            Transaction current, String id, Octets body, List<Envelope.Recipient> recipients) {
        Fate fate = new Fate(services.sessions(), recorder.id());
        CapturedMail mail = new CapturedMail(
                id,
                recorder.id(),
                moment.client(),
                new Envelope(current.sender, recipients),
                body,
                services.clock().now(),
                System.nanoTime(),
                fate);
        List<Inbox> homes = services.inboxes().homesOf(mail);
        homes.forEach(home -> home.store().add(mail));
        commit = new Commit(mail, homes, fate, new ArrayList<>(0));
        return (acknowledgement, place) -> fate.ofRecipients.put(place, acknowledgement);
    }

    /**
     * Ends the transaction whose mail is stored, before its reply goes out.
     *
     * @return takes what became of the reply
     */
    Consumer<Acknowledgement> acknowledge(Transaction current, Attempt.Outcome outcome, Reply reply) {
        Commit stored = Objects.requireNonNull(commit, "a mail is stored before it is acknowledged");
        commit = null;
        forget();
        record(current, outcome, Optional.of(reply), Optional.of(stored.mail.id()));
        return fate -> {
            settle(stored, stored.fate.whole(fate, stored.mail));
            if (outcome == Attempt.Outcome.ACCEPTED) {
                returnMail(stored);
            }
        };
    }

    /** Notes that the mail which is stored just now is to be returned once its client has the reply. */
    void bounce(Effect.Bounce bounce) {
        // On LMTP a rule may fire for each recipient; the report is one.
        if (commit != null && !commit.bounces.contains(bounce)) {
            commit.bounces.add(bounce);
        }
    }

    private void returnMail(Commit stored) {
        SessionRecorder evidence = recorder;
        stored.bounces.forEach(bounce -> services.bouncer().bounce(stored.mail, bounce, evidence::note));
    }

    /** A hold or a stall keeps back the acknowledgement of a mail that is stored: those who wait for the mail need not. */
    void withhold() {
        if (commit != null) {
            settle(commit, Acknowledgement.WITHHELD);
        }
    }

    /** Tells what became of an acknowledgement; those who wait are woken the first time. */
    private void settle(Commit stored, Acknowledgement fate) {
        stored.fate.known = fate;
        stored.homes.forEach(home -> home.store().settle(stored.mail));
    }
}
