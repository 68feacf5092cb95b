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
import java.util.function.Consumer;
import org.assertj.core.api.AbstractSoftAssertions;
import org.assertj.core.api.StandardSoftAssertionsProvider;

/**
 * Assertions that are all looked at before the test fails, those of this package and AssertJ's own.
 *
 * <pre>{@code
 * MailSoftAssertions.assertSoftly(softly -> {
 *     softly.assertThat(mail).isTo("ann@example.com").hasSubject("Your order 42");
 *     softly.assertThat(mail).text().contains("thank you");
 * });
 * }</pre>
 *
 * <p>Of a mail without HTML, {@code html()} fails once and what follows it in the chain is passed over. What a mail's
 * assertions inherit from AssertJ's {@code AbstractAssert}, such as {@code isEqualTo}, fails at once.
 */
public class MailSoftAssertions extends AbstractSoftAssertions implements StandardSoftAssertionsProvider {
    /** Soft assertions whose failures {@link #assertAll()} tells. */
    public MailSoftAssertions() {}

    /** Runs {@code assertions} and then tells all failures at once. */
    public static void assertSoftly(Consumer<MailSoftAssertions> assertions) {
        MailSoftAssertions softly = new MailSoftAssertions();
        assertions.accept(softly);
        softly.assertAll();
    }

    /** Begins assertions on a mail. */
    public CapturedMailAssert assertThat(CapturedMail actual) {
        return MailAssertions.on(actual, Reporting.into(this));
    }

    /** Begins assertions on a message. */
    public MailMessageAssert assertThat(MailMessage actual) {
        return new MailMessageAssert(actual, Reporting.into(this));
    }

    /** Begins assertions on a mailbox. */
    public MailboxAssert assertThat(Mailbox actual) {
        return new MailboxAssert(actual, Reporting.into(this));
    }

    /** Begins assertions on a server. */
    public FixtureAssert assertThat(SmtpFixture actual) {
        return new FixtureAssert(actual, Reporting.into(this));
    }

    /** Begins assertions on a session. */
    public SessionAssert assertThat(SmtpSession actual) {
        return new SessionAssert(actual, Reporting.into(this));
    }

    /** Begins assertions on a part of a mail. */
    public PartAssert assertThat(MimePart actual) {
        return MailAssertions.on(actual, Reporting.into(this));
    }

    /** Begins assertions on an envelope. */
    public EnvelopeAssert assertThat(Envelope actual) {
        return MailAssertions.on(actual, Reporting.into(this));
    }

    /** Begins assertions on a link. */
    public LinkAssert assertThat(Link actual) {
        return MailAssertions.on(actual, Reporting.into(this));
    }

    /** Begins assertions on a transcript. */
    public TranscriptAssert assertThat(Transcript actual) {
        return MailAssertions.on(actual, Reporting.into(this));
    }

    /** Begins assertions on attempts that the test holds. */
    public AttemptsAssert assertThatAttempts(List<Attempt> actual) {
        return MailAssertions.onAttempts(actual, Reporting.into(this));
    }
}
