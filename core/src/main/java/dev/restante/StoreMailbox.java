package dev.restante;

import dev.restante.mailbox.MailStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A mailbox over a store in this JVM: it words the failures of waits. */
final class StoreMailbox implements Onlooker {
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final SmtpFixture fixture;
    private final MailStore store;
    private final Duration timeout;
    private final boolean onlooker;

    /** A mailbox; what an onlooker is shown does not count as looked at. */
    StoreMailbox(SmtpFixture fixture, MailStore store, Duration timeout, boolean onlooker) {
        this.fixture = fixture;
        this.store = store;
        this.timeout = timeout;
        this.onlooker = onlooker;
    }

    /** This time, or what is as good as for ever: longer ones do not fit the arithmetic of deadlines. */
    static Duration bounded(Duration time) {
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }

    private List<CapturedMail> shown(List<CapturedMail> mails) {
        return onlooker ? mails : store.lookedAt(mails);
    }

    @Override
    public List<CapturedMail> mails() {
        return shown(store.snapshot());
    }

    @Override
    public Optional<CapturedMail> mail(String id) {
        return store.find(id).map(mail -> shown(List.of(mail)).get(0));
    }

    @Override
    public CapturedMail takeMail(Matching matching) {
        Optional<CapturedMail> taken = uninterrupted(() -> store.take(matching, timeout));
        return taken.orElseThrow(() -> failure(
                "No mail" + suffix(matching) + " arrived " + within() + ".", matching, FailureReport.Missing.MAIL));
    }

    @Override
    public List<CapturedMail> awaitMails(int count, Matching matching) {
        requireNotNegative(count);
        List<CapturedMail> found = uninterrupted(() -> store.await(count, matching, timeout));
        if (found.size() < count) {
            throw failure(
                    "Expected " + mails(count) + suffix(matching) + " " + within() + ", but there "
                            + (found.size() == 1 ? "is " : "are ") + found.size() + ".",
                    matching,
                    FailureReport.Missing.MAIL);
        }
        return shown(found);
    }

    @Override
    public List<CapturedMail> awaitExactly(int count, Duration quiet, Matching matching) {
        requireNotNegative(count);
        List<CapturedMail> found = count == 0 ? List.of() : awaitMails(count, matching);
        if (found.size() == count) {
            found = uninterrupted(() -> store.await(count + 1, matching, bounded(quiet)));
        }
        if (found.size() != count) {
            throw failure(
                    (count == 0
                                    ? "Expected no mail" + suffix(matching) + " for " + FailureReport.spoken(quiet)
                                    : "Expected exactly " + mails(count) + suffix(matching) + " and then quiet for "
                                            + FailureReport.spoken(quiet))
                            + ", but there " + (found.size() == 1 ? "is " : "are ") + found.size() + ".",
                    matching,
                    found.size() < count ? FailureReport.Missing.MAIL : FailureReport.Missing.NOTHING);
        }
        return shown(found);
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

    /** How long was waited, in words. */
    private String within() {
        return store.isClosed() ? "before the server was closed" : "within " + FailureReport.spoken(timeout);
    }

    private static void requireNotNegative(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("A number of mails is not negative, but was " + count + ".");
        }
    }

    private AssertionError failure(String headline, Matching matching, FailureReport.Missing missing) {
        return FailureReport.of(headline, fixture, store.snapshot(), matching, missing);
    }

    private static String mails(int count) {
        return count == 1 ? "1 mail" : count == 0 ? "no mail" : count + " mails";
    }

    private static String suffix(Matching matching) {
        return matching.parts().isEmpty() ? "" : " " + matching;
    }

    @FunctionalInterface
    private interface Waiting<T> {
        T run() throws InterruptedException;
    }

    private static <T> T uninterrupted(Waiting<T> waiting) {
        try {
            return waiting.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for mail.", e);
        }
    }
}
