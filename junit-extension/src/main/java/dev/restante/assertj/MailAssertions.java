package dev.restante.assertj;

import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.Link;
import dev.restante.MailMessage;
import dev.restante.Mailbox;
import dev.restante.MimePart;
import dev.restante.SmtpFixture;
import dev.restante.SmtpSession;
import dev.restante.Transcript;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * The entry to all assertions: those of this package, and AssertJ's own, so that one import serves both.
 *
 * <pre>{@code
 * import static dev.restante.assertj.MailAssertions.assertThat;
 *
 * assertThat(smtp).hasMails(1);
 * assertThat(mail).isTo("ann@example.com").text().contains("thank you");
 * assertThat(List.of(1, 2)).hasSize(2);   // AssertJ's
 * }</pre>
 *
 * <p>No assertion waits, and none needs a test framework.
 */
public class MailAssertions extends Assertions {
    /** For those who add assertions of their own. */
    protected MailAssertions() {}

    /** Begins assertions on a mail. */
    public static CapturedMailAssert assertThat(@Nullable CapturedMail actual) {
        return on(actual, Reporting.HARD);
    }

    @SuppressWarnings("NullAway") // a null is told by the first assertion
    static CapturedMailAssert on(@Nullable CapturedMail actual, Reporting reporting) {
        return new CapturedMailAssert(actual, reporting);
    }

    /** Begins assertions on a message. */
    @SuppressWarnings("NullAway")
    public static MailMessageAssert assertThat(@Nullable MailMessage actual) {
        return new MailMessageAssert(actual, Reporting.HARD);
    }

    /** Begins assertions on a part of a mail. */
    @SuppressWarnings("NullAway")
    public static PartAssert assertThat(@Nullable MimePart actual) {
        return on(actual, Reporting.HARD);
    }

    @SuppressWarnings("NullAway")
    static PartAssert on(@Nullable MimePart actual, Reporting reporting) {
        return new PartAssert(actual, null, reporting);
    }

    /** Begins assertions on an envelope. */
    @SuppressWarnings("NullAway")
    public static EnvelopeAssert assertThat(@Nullable Envelope actual) {
        return on(actual, Reporting.HARD);
    }

    @SuppressWarnings("NullAway")
    static EnvelopeAssert on(@Nullable Envelope actual, Reporting reporting) {
        return new EnvelopeAssert(actual, () -> "The envelope:\n  " + actual, reporting);
    }

    /** Begins assertions on a link. */
    @SuppressWarnings("NullAway")
    public static LinkAssert assertThat(@Nullable Link actual) {
        return on(actual, Reporting.HARD);
    }

    @SuppressWarnings("NullAway")
    static LinkAssert on(@Nullable Link actual, Reporting reporting) {
        return new LinkAssert(actual, () -> "", reporting);
    }

    /** Begins assertions on a mailbox. */
    @SuppressWarnings("NullAway")
    public static MailboxAssert assertThat(@Nullable Mailbox actual) {
        return new MailboxAssert(actual, Reporting.HARD);
    }

    /** Begins assertions on a server, in this JVM or another. */
    @SuppressWarnings("NullAway")
    public static FixtureAssert assertThat(@Nullable SmtpFixture actual) {
        return new FixtureAssert(actual, Reporting.HARD);
    }

    /** Begins assertions on a session. */
    @SuppressWarnings("NullAway")
    public static SessionAssert assertThat(@Nullable SmtpSession actual) {
        return new SessionAssert(actual, Reporting.HARD);
    }

    /** Begins assertions on a transcript. */
    @SuppressWarnings("NullAway")
    public static TranscriptAssert assertThat(@Nullable Transcript actual) {
        return on(actual, Reporting.HARD);
    }

    @SuppressWarnings("NullAway")
    static TranscriptAssert on(@Nullable Transcript actual, Reporting reporting) {
        return new TranscriptAssert(actual, () -> "The dialogue:\n" + actual, reporting);
    }

    /** Begins assertions on attempts that the test holds; {@code assertThat(server).attempts(...)} tells more. */
    public static AttemptsAssert assertThatAttempts(List<Attempt> actual) {
        return onAttempts(actual, Reporting.HARD);
    }

    static AttemptsAssert onAttempts(List<Attempt> actual, Reporting reporting) {
        return new AttemptsAssert(List.copyOf(actual), Optional.empty(), Optional.empty(), reporting);
    }
}
