package dev.restante.assertj;

import java.util.function.Supplier;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.description.TextDescription;

/**
 * What the assertions of this package share: a failure tells what was expected and what there is instead, and then shows
 * the evidence.
 *
 * @param <S> the assertion itself
 * @param <A> what it is about
 */
public abstract class AbstractEvidenceAssert<S extends AbstractEvidenceAssert<S, A>, A> extends AbstractAssert<S, A> {
    /** What becomes of failures. */
    final Reporting reporting;

    AbstractEvidenceAssert(A actual, Class<?> self, Reporting reporting) {
        super(actual, self);
        this.reporting = reporting;
    }

    /** What a failure shows below its first lines. */
    abstract String evidence();

    /** Fails, unless {@code condition} holds. */
    final S check(boolean condition, Supplier<String> headline) {
        if (!condition) {
            fail(headline.get());
        }
        return myself;
    }

    /** Fails with this text and the evidence: throws, or, within soft assertions, takes it down and returns. */
    final void fail(String headline) {
        String evidence = evidence();
        reporting.report(failureOf(evidence.isEmpty() ? headline : headline + "\n" + evidence));
    }

    /** A failure with this text, below the description that a test may have given. */
    final AssertionError failureOf(String text) {
        try {
            failWithMessage("%s", new Plain(text));
        } catch (AssertionError failure) {
            return failure;
        }
        throw new IllegalStateException("failWithMessage throws.");
    }

    /** The description of an assertion that this one leads to; put together only if that one fails. */
    final Supplier<String> leadingTo(String what) {
        String own = descriptionText();
        return () -> (own.isEmpty() ? "" : own + ": ") + what + "\n" + evidence() + "\n";
    }

    /** An assertion that this one leads to, described as this one is. */
    final <T extends AbstractEvidenceAssert<?, ?>> T passing(T next) {
        String own = descriptionText();
        if (!own.isEmpty()) {
            next.as(new TextDescription("%s", own));
        }
        return next;
    }

    /** A text that messages show without quotes, and without taking its percent signs for anything. */
    record Plain(String text) {
        @Override
        public String toString() {
            return text;
        }
    }
}
