package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** A mailbox that waits, wherever its mails are: it words the failures of waits. */
abstract class WaitingMailbox implements Mailbox {
    private static final Duration LONGEST = Duration.ofDays(10_000);

    final SmtpFixture fixture;
    final Duration timeout;

    WaitingMailbox(SmtpFixture fixture, Duration timeout) {
        this.fixture = fixture;
        this.timeout = timeout;
    }

    // ---- what is here

    /** All mails, oldest first. */
    abstract List<CapturedMail> snapshot();

    /** The mail with this identifier. */
    abstract Optional<CapturedMail> find(String id);

    /** Waits for a settled mail that matches, and removes the oldest; empty if none came in time. */
    abstract Optional<CapturedMail> takeWithin(Predicate<CapturedMail> matching, Duration longest)
            throws InterruptedException;

    /** Waits until at least {@code count} settled mails match; returns those that do, fewer if time ran out. */
    abstract List<CapturedMail> awaitWithin(int count, Predicate<CapturedMail> matching, Duration longest)
            throws InterruptedException;

    /** Whether nothing will come any more. */
    abstract boolean isClosed();

    /** Notes that these were shown to somebody who asked, and returns them. */
    abstract List<CapturedMail> shown(List<CapturedMail> mails);

    /** This time, or what is as good as for ever: longer ones do not fit the arithmetic of deadlines. */
    static Duration bounded(Duration time) {
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }

    @Override
    public List<CapturedMail> mails() {
        return shown(snapshot());
    }

    @Override
    public Optional<CapturedMail> mail(String id) {
        return find(id).map(mail -> shown(List.of(mail)).get(0));
    }

    @Override
    public CapturedMail takeMail(Matching matching) {
        Objects.requireNonNull(matching, "matching");
        Optional<CapturedMail> taken = uninterrupted(() -> takeWithin(matching, timeout));
        return taken.orElseThrow(() -> failure(
                "No mail" + suffix(matching) + " arrived " + within() + ".", matching, FailureReport.Missing.MAIL));
    }

    @Override
    public List<CapturedMail> awaitMails(int count, Matching matching) {
        Objects.requireNonNull(matching, "matching");
        requireNotNegative(count);
        List<CapturedMail> found = uninterrupted(() -> awaitWithin(count, matching, timeout));
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
            found = uninterrupted(() -> awaitWithin(count + 1, matching, bounded(quiet)));
        }
        if (removed().isPresent()) {
            throw failure(
                    "Waited for quiet, but there was nothing to listen to any more.",
                    matching,
                    FailureReport.Missing.NOTHING);
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

    /** How long was waited, in words. */
    private String within() {
        return !isClosed()
                ? "within " + FailureReport.spoken(timeout)
                : removed().isEmpty() ? "before the server was closed" : "before the mailbox was removed";
    }

    private static void requireNotNegative(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("A number of mails is not negative, but was " + count + ".");
        }
    }

    /** The mailbox that this is, if it was removed; empty otherwise. */
    private Optional<SmtpMailbox> removed() {
        return fixture instanceof SmtpMailbox own && own.isRemoved() ? Optional.of(own) : Optional.empty();
    }

    private AssertionError failure(String headline, Matching matching, FailureReport.Missing missing) {
        Optional<SmtpMailbox> gone = removed();
        if (gone.isPresent()) {
            return new AssertionError(headline + "\nThe mailbox \"" + gone.get().name()
                    + "\" was removed: by close(), over HTTP, or at the end of the test that it belonged to. What it was"
                    + " chosen by goes to the server's own mailbox since then.");
        }
        return FailureReport.of(headline, fixture, snapshot(), matching, missing);
    }

    private static String mails(int count) {
        return count == 1 ? "1 mail" : count == 0 ? "no mail" : count + " mails";
    }

    private static String suffix(Matching matching) {
        return matching.parts().isEmpty() ? "" : " " + matching;
    }

    @FunctionalInterface
    interface Waiting<T> {
        T run() throws InterruptedException;
    }

    static <T> T uninterrupted(Waiting<T> waiting) {
        try {
            return waiting.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for mail.", e);
        }
    }
}
