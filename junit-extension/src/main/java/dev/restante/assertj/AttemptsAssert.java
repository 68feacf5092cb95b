package dev.restante.assertj;

import dev.restante.Attempt;
import dev.restante.Matching;
import dev.restante.Reply;
import dev.restante.SmtpFixture;
import dev.restante.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Assertions on what clients tried, in order of ending. Reached by {@code attempts(to(x))} they are x's view of it: an attempt
 * succeeded if x was accepted and the mail stored, whatever became of other recipients.
 */
public final class AttemptsAssert extends AbstractEvidenceAssert<AttemptsAssert, List<Attempt>> {
    private final List<Attempt> all;
    private final String kind;
    private final Optional<Matching> concerning;
    private final Optional<SmtpFixture> fixture;

    AttemptsAssert(
            List<Attempt> actual, Optional<Matching> concerning, Optional<SmtpFixture> fixture, Reporting reporting) {
        this(actual, actual, "", concerning, fixture, reporting);
    }

    /**
     * For those that are left of others.
     *
     * @param all those that there were
     * @param kind how messages tell which are left, such as {@code " that got a refusal"}
     */
    private AttemptsAssert(
            List<Attempt> actual,
            List<Attempt> all,
            String kind,
            Optional<Matching> concerning,
            Optional<SmtpFixture> fixture,
            Reporting reporting) {
        super(actual, AttemptsAssert.class, reporting);
        this.all = all;
        this.kind = kind;
        this.concerning = concerning;
        this.fixture = fixture;
    }

    @Override
    String evidence() {
        StringBuilder text = new StringBuilder();
        if (actual.isEmpty()) {
            text.append("There are no attempts").append(which()).append(".\n");
        } else {
            text.append("The attempts")
                    .append(which())
                    .append(" (")
                    .append(actual.size())
                    .append("):\n");
            for (int i = 0; i < Math.min(20, actual.size()); i++) {
                text.append("  ")
                        .append(i == 0 ? "" : "after " + spoken(gap(i)) + ": ")
                        .append(actual.get(i))
                        .append('\n');
            }
        }
        List<Attempt> others = !kind.isEmpty() && !all.isEmpty()
                ? all
                : fixture.filter(server -> actual.isEmpty())
                        .map(SmtpFixture::attempts)
                        .orElse(List.of());
        if (!others.isEmpty()) {
            text.append("All attempts")
                    .append(others == all ? concerned() : "")
                    .append(" (")
                    .append(others.size())
                    .append("):\n");
            Evidence.listed(text, others, Attempt::toString);
        }
        fixture.ifPresent(
                server -> text.append(Evidence.script(server.rules())).append(Evidence.dialogues(server.sessions())));
        return text.toString().stripTrailing();
    }

    private String which() {
        return concerned() + kind;
    }

    private String concerned() {
        return concerning.map(matching -> " " + matching).orElse("");
    }

    private boolean succeeded(Attempt attempt) {
        return concerning
                .map(matching -> matching.succeeded(attempt))
                .orElseGet(() -> attempt.mailId().isPresent());
    }

    /** From the beginning of the attempt before to the beginning of this one. */
    private Duration gap(int i) {
        return Duration.ofNanos(
                actual.get(i).startedAtNanos() - actual.get(i - 1).startedAtNanos());
    }

    private static String spoken(Duration time) {
        return String.format(Locale.ROOT, "%.3f s", time.toNanos() / 1e9);
    }

    // ---- number

    /** Verifies that there are so many attempts. */
    public AttemptsAssert hasSize(int count) {
        return check(
                actual.size() == count,
                () -> "Expected " + (count == 0 ? "no attempt" : count == 1 ? "1 attempt" : count + " attempts")
                        + which() + ", but there " + AbstractMailboxAssert.are(actual.size()) + ".");
    }

    /** Verifies that there are at least so many attempts. */
    public AttemptsAssert hasSizeAtLeast(int count) {
        return check(
                actual.size() >= count,
                () -> "Expected at least " + count + " attempts" + which() + ", but there "
                        + AbstractMailboxAssert.are(actual.size()) + ".");
    }

    /** Verifies that there are none. */
    public AttemptsAssert isEmpty() {
        return hasSize(0);
    }

    /** Verifies that there was more than one: the client tried again. */
    public AttemptsAssert wereRetried() {
        return check(
                actual.size() > 1,
                () -> "Expected the client to try again" + which() + ", but there "
                        + (actual.isEmpty() ? "was no attempt." : "was 1 attempt only."));
    }

    /** Verifies that there was no more than one. */
    public AttemptsAssert wereNotRetried() {
        return check(
                actual.size() <= 1,
                () -> "Expected the client not to try again" + which() + ", but there were " + actual.size()
                        + " attempts.");
    }

    // ---- time

    /**
     * Verifies that between each attempt and the next there was at least this much time, from beginning to beginning (as
     * MAIL FROM arrived), on the clock that nobody can set. Fails if there are fewer than two.
     */
    public AttemptsAssert gapsAtLeast(Duration time) {
        if (!twoOrMore()) {
            return this;
        }
        List<String> shorter = new ArrayList<>();
        for (int i = 1; i < actual.size(); i++) {
            if (gap(i).compareTo(time) < 0) {
                shorter.add("between attempts " + i + " and " + (i + 1) + " there was " + spoken(gap(i)));
            }
        }
        return check(
                shorter.isEmpty(),
                () -> "Expected at least " + spoken(time) + " between attempts" + which() + ", but:\n  "
                        + String.join("\n  ", shorter));
    }

    /** Verifies the gaps one by one, as {@link #gapsAtLeast(Duration)} measures them: the first, the second and so on. */
    public AttemptsAssert gapsAtLeast(Duration first, Duration second, Duration... more) {
        List<Duration> times = new ArrayList<>(List.of(first, second));
        times.addAll(List.of(more));
        if (actual.size() != times.size() + 1) {
            fail("Expected " + (times.size() + 1) + " attempts" + which() + " with " + times.size()
                    + " gaps between them, but there " + AbstractMailboxAssert.are(actual.size()) + ".");
            return this;
        }
        List<String> shorter = new ArrayList<>();
        for (int i = 1; i < actual.size(); i++) {
            if (gap(i).compareTo(times.get(i - 1)) < 0) {
                shorter.add("between attempts " + i + " and " + (i + 1) + " there was " + spoken(gap(i))
                        + " instead of at least " + spoken(times.get(i - 1)));
            }
        }
        return check(
                shorter.isEmpty(),
                () -> "Expected longer gaps between attempts" + which() + ":\n  " + String.join("\n  ", shorter));
    }

    private boolean twoOrMore() {
        if (actual.size() < 2) {
            fail("Expected a gap between attempts" + which() + ", but there "
                    + (actual.isEmpty() ? "is no attempt." : "is 1 attempt only."));
        }
        return actual.size() >= 2;
    }

    // ---- outcome

    /** Verifies that the last attempt succeeded: a mail was stored, for the recipient that is asked about. */
    public AttemptsAssert lastSucceeded() {
        return check(
                !actual.isEmpty() && succeeded(actual.get(actual.size() - 1)),
                () -> "Expected the last attempt" + which() + " to succeed, but "
                        + (actual.isEmpty() ? "there is none." : "it did not: " + actual.get(actual.size() - 1)));
    }

    /** Verifies that the last attempt failed: the client gave up. */
    public AttemptsAssert lastFailed() {
        return check(
                !actual.isEmpty() && !succeeded(actual.get(actual.size() - 1)),
                () -> "Expected the last attempt" + which() + " to fail, but "
                        + (actual.isEmpty() ? "there is none." : "it succeeded."));
    }

    /** Verifies that none succeeded. */
    public AttemptsAssert noneSucceeded() {
        return check(
                actual.stream().noneMatch(this::succeeded),
                () -> "Expected no attempt" + which() + " to succeed, but "
                        + actual.stream().filter(this::succeeded).count() + " of " + actual.size() + " did.");
    }

    /** Verifies that all succeeded, and that there is at least one. */
    public AttemptsAssert allSucceeded() {
        return check(
                !actual.isEmpty() && actual.stream().allMatch(this::succeeded),
                () -> "Expected every attempt" + which() + " to succeed, but "
                        + (actual.isEmpty()
                                ? "there is none."
                                : actual.stream().filter(this::succeeded).count() + " of " + actual.size() + " did."));
    }

    /** Goes on with the attempts that the server refused, for the recipient that is asked about. */
    public AttemptsAssert refused() {
        return where(
                " that got a refusal", attempt -> attempt.outcome() == Attempt.Outcome.REFUSED || refusedHere(attempt));
    }

    /** Goes on with the attempts that broke off: neither accepted nor refused. */
    public AttemptsAssert aborted() {
        return where(
                " that broke off", attempt -> attempt.outcome() == Attempt.Outcome.ABORTED && !refusedHere(attempt));
    }

    /** Goes on with the attempts that succeeded, for the recipient that is asked about. */
    public AttemptsAssert accepted() {
        return where(" that succeeded", this::succeeded);
    }

    private boolean refusedHere(Attempt attempt) {
        return concerning.isPresent() && repliesTo(attempt).stream().anyMatch(Reply::isNegative);
    }

    /** Goes on with the attempts that ended at this stage. */
    public AttemptsAssert at(Stage<?> stage) {
        return where(" at " + stage, attempt -> attempt.stage() == stage);
    }

    private AttemptsAssert where(String which, Predicate<Attempt> condition) {
        return passing(new AttemptsAssert(
                actual.stream().filter(condition).toList(), all, kind + which, concerning, fixture, reporting));
    }

    /**
     * Verifies the code of the reply to each, in order: for a recipient that is asked about, the reply to its RCPT if that
     * was refused, else the reply that ended the transaction; on LMTP, the recipient's own.
     *
     * <pre>{@code
     * assertThat(smtp).attempts(to("bob@example.com")).wereAnswered(450, 250);
     * }</pre>
     */
    public AttemptsAssert wereAnswered(int... codes) {
        List<String> expected =
                java.util.Arrays.stream(codes).mapToObj(String::valueOf).toList();
        List<String> found = actual.stream()
                .map(attempt -> answer(attempt)
                        .map(reply -> String.valueOf(reply.code()))
                        .orElse("none"))
                .toList();
        return check(
                expected.equals(found),
                () -> "Expected the attempts" + which() + " to be answered by " + String.join(", ", expected)
                        + ", but the answers were " + (found.isEmpty() ? "none" : String.join(", ", found)) + ".");
    }

    private Optional<Reply> answer(Attempt attempt) {
        return repliesTo(attempt).stream()
                .filter(Reply::isNegative)
                .findFirst()
                .or(() -> toldOfDelivery(attempt))
                .or(attempt::reply);
    }

    /** On LMTP each recipient has a last reply of its own. */
    private Optional<Reply> toldOfDelivery(Attempt attempt) {
        return attempt.recipients().stream()
                .filter(outcome -> concerning.isPresent() && concerning.get().concerns(only(attempt, outcome)))
                .flatMap(outcome -> outcome.delivery().stream())
                .flatMap(delivery -> delivery.reply().stream())
                .findFirst();
    }

    /** The replies to the recipients that are asked about. */
    private List<Reply> repliesTo(Attempt attempt) {
        if (concerning.isEmpty()) {
            return List.of();
        }
        return attempt.recipients().stream()
                .filter(outcome -> concerning.get().concerns(only(attempt, outcome)))
                .map(Attempt.RecipientOutcome::lastReply)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Attempt only(Attempt attempt, Attempt.RecipientOutcome outcome) {
        return new Attempt(
                attempt.number(),
                attempt.sessionId(),
                attempt.client(),
                attempt.outcome(),
                attempt.stage(),
                attempt.sender(),
                List.of(outcome),
                attempt.reply(),
                attempt.reason(),
                attempt.rules(),
                attempt.mailboxes(),
                attempt.mailId(),
                attempt.messageId(),
                attempt.body(),
                attempt.startedAt(),
                attempt.startedAtNanos(),
                attempt.took());
    }

    // ---- exactly once

    /**
     * Verifies that each message was stored exactly once for each recipient, however often it was tried: attempts are the
     * same message if they have the same Message-ID. A client that sends anew after a lost acknowledgement is found here.
     */
    public AttemptsAssert exactlyOnce() {
        Map<String, Integer> stored = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (Attempt attempt : actual) {
            Optional<String> id = attempt.messageId();
            if (id.isEmpty()) {
                attempt.mailId().ifPresent(mail -> unknown.add(attempt.toString()));
                continue;
            }
            for (Attempt.RecipientOutcome outcome : attempt.recipients()) {
                if (concerning.isPresent() && !concerning.get().concerns(only(attempt, outcome))) {
                    continue;
                }
                boolean delivered = attempt.mailId().isPresent() && outcome.accepted();
                stored.merge(
                        "<" + id.get() + "> to "
                                + AddressesAssert.folded(outcome.recipient().address()),
                        delivered ? 1 : 0,
                        Integer::sum);
            }
        }
        if (!unknown.isEmpty()) {
            fail("Exactly once cannot be told of mails without a Message-ID:\n  " + String.join("\n  ", unknown));
            return this;
        }
        if (stored.isEmpty()) {
            fail("Expected each message exactly once" + which() + ", but no message was tried.");
            return this;
        }
        List<String> wrong = stored.entrySet().stream()
                .filter(entry -> entry.getValue() != 1)
                .map(entry -> entry.getKey() + ": " + (entry.getValue() == 0 ? "never" : entry.getValue() + " times"))
                .toList();
        return check(
                wrong.isEmpty(),
                () -> "Expected each message exactly once" + which() + ", but:\n  " + String.join("\n  ", wrong));
    }
}
