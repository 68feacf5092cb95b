package dev.restante;

import dev.restante.inbox.Inbox;
import dev.restante.script.Barrier;
import dev.restante.script.RuleBook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A mailbox of its own on a {@link FakeSmtpServer} in this JVM.
 *
 * <p>Thread-safe.
 */
public final class FakeSmtpMailbox extends HeldMailbox implements SmtpMailbox {
    private final FakeSmtpServer server;
    private final Inbox inbox;
    private final Mailbox mailbox;
    private final List<Barrier> barriers = new ArrayList<>();
    private volatile Since since;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean removed;

    /** When it began, or began anew: the latest attempt before, and the moment. */
    private record Since(long attempt, long nanos) {}

    FakeSmtpMailbox(FakeSmtpServer server, Inbox inbox) {
        this.server = server;
        this.inbox = inbox;
        this.mailbox = onlooking(false);
        this.since = now();
    }

    private Since now() {
        return new Since(server.evidence().latestAttempt(), System.nanoTime());
    }

    private StoreMailbox onlooking(boolean onlooker) {
        return new StoreMailbox(this, inbox.store(), server.defaultTimeout(), onlooker);
    }

    Inbox inbox() {
        return inbox;
    }

    @Override
    Mailbox held() {
        return mailbox;
    }

    @Override
    public String name() {
        return inbox.name();
    }

    @Override
    public List<MailboxSelector> selectors() {
        return inbox.selectors();
    }

    @Override
    public Retention retention() {
        return new Retention(inbox.store().maxMails(), inbox.store().maxBytes());
    }

    @Override
    public void keep(Retention retention) {
        Retention most = server.retention();
        if (retention.mails() > most.mails() || retention.octets() > most.octets()) {
            throw new IllegalArgumentException("The mailbox \"" + name() + "\" cannot keep " + retention.mails()
                    + " mails or " + retention.octets() + " octets: its server keeps " + most.mails() + " mails or "
                    + most.octets() + " octets, and more if it is built with keepMails(...).");
        }
        inbox.store().keep(retention.mails(), retention.octets());
    }

    @Override
    public boolean isRemoved() {
        return removed;
    }

    /** The same mailbox for somebody who only looks on: what it returns does not count as looked at. */
    public Onlooker onlooker() {
        return onlooking(true);
    }

    /** The mails that no call has returned yet, oldest first. Asking does not change that. */
    public List<CapturedMail> mailsNotLookedAt() {
        return inbox.store().notLookedAt();
    }

    // ---- the server's

    @Override
    public String host() {
        return server.host();
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public boolean isListening() {
        return server.isListening();
    }

    @Override
    public ServerClock clock() {
        return server.clock();
    }

    /** The server that it is a mailbox of. */
    public FakeSmtpServer server() {
        return server;
    }

    @Override
    public FakeSmtpMailbox mailbox(String name, MailboxSelector selector, MailboxSelector... more) {
        return server.mailbox(name, selector, more);
    }

    @Override
    public FakeSmtpMailbox mailbox(String name) {
        return server.mailbox(name);
    }

    @Override
    public List<FakeSmtpMailbox> mailboxes() {
        return server.mailboxes();
    }

    // ---- script

    private List<Rule> reachable(Stream<Rule> rules) {
        List<Rule> all = rules.toList();
        all.forEach(this::requireReachable);
        return all;
    }

    /**
     * Refuses a rule that could never fire here.
     *
     * @throws IllegalArgumentException if it is for a stage at which it is never known whether this mailbox is concerned
     */
    public void requireReachable(Rule rule) {
        inbox.requireReachable(rule);
    }

    private RuleBook book() {
        if (removed) {
            throw new IllegalStateException(
                    "The mailbox \"" + name() + "\" was removed, and has no script any more. Make it anew.");
        }
        return inbox.rules();
    }

    @Override
    public void script(Rule... rules) {
        book().add(RuleReport.Layer.TEST, reachable(Stream.of(rules)));
    }

    @Override
    public void scenario(Scenario... scenarios) {
        book().add(RuleReport.Layer.SCENARIO, reachable(Stream.of(scenarios).flatMap(each -> each.rules().stream())));
    }

    @Override
    public void persona(Persona persona) {
        book().replace(RuleReport.Layer.PERSONA, reachable(persona.rules().stream()));
    }

    /** Replaces the mailbox's own rules by these, with fresh counts; scenarios and persona stay. */
    public void replaceScript(List<Rule> all) {
        book().replace(RuleReport.Layer.TEST, reachable(all.stream()));
    }

    @Override
    public List<RuleReport> rules() {
        return inbox.rules().reports();
    }

    @Override
    public void switchRule(long id, boolean on) {
        if (!book().turn(id, on)) {
            throw noRule(id);
        }
    }

    @Override
    public void removeRule(long id) {
        if (!book().remove(id)) {
            throw noRule(id);
        }
    }

    @Override
    public void clearScript() {
        inbox.rules().clear();
    }

    @Override
    public Hold hold(Stage<?> stage) {
        RuleDraft waiting = RuleDraft.at(stage, 0);
        requireReachable(Rule.of(waiting, Rule.Limit.Always.ALWAYS)); // before there is a hold
        Hold hold = hold();
        script(Rule.of(waiting.paced(new Effect.WaitFor(hold.name())), Rule.Limit.Always.ALWAYS));
        return hold;
    }

    @Override
    public Hold hold() {
        Barrier barrier = server.newBarrier();
        synchronized (barriers) {
            barriers.add(barrier);
        }
        return new BarrierHold(this, barrier, server.defaultTimeout());
    }

    /** The hold of this name, if this mailbox has made one since it was last reset. */
    public Optional<Hold> hold(String name) {
        synchronized (barriers) {
            return barriers.stream()
                    .filter(barrier -> barrier.name().equals(name))
                    .findFirst()
                    .map(barrier -> new BarrierHold(this, barrier, server.defaultTimeout()));
        }
    }

    // ---- evidence

    @Override
    public List<SmtpSession> sessions() {
        return server.evidence().sessions(name(), since.nanos);
    }

    /** The session with this identifier, whomever it was about. */
    @Override
    public Optional<SmtpSession> session(String id) {
        return server.session(id);
    }

    @Override
    public List<Attempt> attempts() {
        return server.attempts().stream()
                .filter(attempt ->
                        attempt.number() > since.attempt && attempt.mailboxes().contains(name()))
                .toList();
    }

    // ---- its end

    @Override
    public void reset() {
        end();
        inbox.store().reset();
        since = now();
    }

    private void end() {
        inbox.rules().clear();
        List<Barrier> mine;
        synchronized (barriers) {
            mine = List.copyOf(barriers);
            barriers.clear();
        }
        server.end(name(), mine);
    }

    /** Begins anew with its server, which has ended everything already. */
    void resetWithServer() {
        inbox.rules().clear();
        synchronized (barriers) {
            barriers.clear();
        }
        inbox.store().reset();
        since = now();
    }

    /** Ends with its server: what is here stays readable. */
    void closeWithServer() {
        inbox.store().close();
    }

    @Override
    public void close() {
        if (closing.getAndSet(true)) {
            return;
        }
        end(); // while attempts are still told to be its own
        server.remove(this);
        removed = true;
        inbox.store().retire();
        end(); // what began meanwhile
    }

    /** The mailbox in words, such as {@code mailbox orders (rcpt:*@orders.example), 2 mails}. */
    @Override
    public String toString() {
        int mails = inbox.store().snapshot().size();
        return "mailbox " + name() + " (" + inbox.chosenBy() + "), " + (mails == 1 ? "1 mail" : mails + " mails")
                + (removed ? ", removed" : "");
    }
}
