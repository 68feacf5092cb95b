package dev.restante;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A fixture whose mail is in a mailbox that it holds. */
abstract class HeldMailbox implements SmtpFixture {
    /** Where the mail is. */
    abstract Mailbox held();

    /** That the script has no rule of this number. */
    IllegalArgumentException noRule(long id) {
        List<String> there = rules().stream()
                .map(each -> each.id() + " (" + each.rule().name() + ")")
                .toList();
        return new IllegalArgumentException("There is no rule " + id + ". "
                + (there.isEmpty() ? "The script is empty." : "There are " + String.join(", ", there) + "."));
    }

    @Override
    public List<CapturedMail> mails() {
        return held().mails();
    }

    @Override
    public Optional<CapturedMail> mail(String id) {
        return held().mail(id);
    }

    @Override
    public CapturedMail takeMail(Matching matching) {
        return held().takeMail(matching);
    }

    @Override
    public List<CapturedMail> awaitMails(int count, Matching matching) {
        return held().awaitMails(count, matching);
    }

    @Override
    public List<CapturedMail> awaitExactly(int count, Duration quiet, Matching matching) {
        return held().awaitExactly(count, quiet, matching);
    }

    @Override
    public List<CapturedMail> clear() {
        return held().clear();
    }

    @Override
    public List<CapturedMail> remove(Matching matching) {
        return held().remove(matching);
    }

    @Override
    public long evicted() {
        return held().evicted();
    }

    @Override
    public Subscription onArrival(Consumer<CapturedMail> listener) {
        return held().onArrival(listener);
    }

    @Override
    public Subscription onRemoval(Consumer<List<CapturedMail>> listener) {
        return held().onRemoval(listener);
    }

    @Override
    public Mailbox within(Duration timeout) {
        return held().within(timeout);
    }
}
