package dev.restante;

import dev.restante.mailbox.MailStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A mailbox over a store in this JVM. */
final class StoreMailbox extends WaitingMailbox implements Onlooker {
    private final MailStore store;
    private final boolean onlooker;

    /** A mailbox; what an onlooker is shown does not count as looked at. */
    StoreMailbox(SmtpFixture fixture, MailStore store, Duration timeout, boolean onlooker) {
        super(fixture, timeout);
        this.store = store;
        this.onlooker = onlooker;
    }

    @Override
    List<CapturedMail> shown(List<CapturedMail> mails) {
        return onlooker ? mails : store.lookedAt(mails);
    }

    @Override
    List<CapturedMail> snapshot() {
        return store.snapshot();
    }

    @Override
    Optional<CapturedMail> find(String id) {
        return store.find(id);
    }

    @Override
    Optional<CapturedMail> takeWithin(Predicate<CapturedMail> matching, Duration longest) throws InterruptedException {
        return store.take(matching, longest);
    }

    @Override
    List<CapturedMail> awaitWithin(int count, Predicate<CapturedMail> matching, Duration longest)
            throws InterruptedException {
        return store.await(count, matching, longest);
    }

    @Override
    boolean isClosed() {
        return store.isClosed();
    }

    @Override
    public Contents contents(long seen, Duration longest) {
        return uninterrupted(() -> store.contents(seen, bounded(longest)));
    }

    @Override
    public Page newest(int start, int limit) {
        return store.newest(start, limit);
    }

    @Override
    public Arrivals arrivals(long after, int count, Matching matching, Duration longest) {
        return uninterrupted(() -> store.arrivals(after, count, matching, bounded(longest)));
    }

    @Override
    public Optional<CapturedMail> take(Matching matching, Duration longest) {
        return uninterrupted(() -> store.take(matching, bounded(longest)));
    }

    @Override
    public List<CapturedMail> clear() {
        return store.clear();
    }

    @Override
    public List<CapturedMail> remove(Matching matching) {
        return store.remove(matching);
    }

    @Override
    public long evicted() {
        return store.evicted();
    }

    @Override
    public Subscription onArrival(Consumer<CapturedMail> listener) {
        return store.notifier().onArrival(listener)::run;
    }

    @Override
    public Subscription onRemoval(Consumer<List<CapturedMail>> listener) {
        return store.notifier().onRemoval(listener)::run;
    }

    @Override
    public Mailbox within(Duration other) {
        if (other.isNegative()) {
            throw new IllegalArgumentException("A time to wait is not negative, but was " + other + ".");
        }
        return new StoreMailbox(fixture, store, bounded(other), onlooker);
    }
}
