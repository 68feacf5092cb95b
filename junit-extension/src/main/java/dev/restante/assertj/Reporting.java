package dev.restante.assertj;

import java.util.Optional;
import java.util.function.Supplier;
import org.assertj.core.api.AbstractSoftAssertions;
import org.assertj.core.api.ByteArrayAssert;
import org.assertj.core.api.SoftAssertions;

/** What becomes of a failure: thrown at once, collected by soft assertions, or dropped because its cause was told before. */
final class Reporting {
    /** Throws. */
    static final Reporting HARD = new Reporting(Optional.empty(), false);

    private final Optional<AbstractSoftAssertions> soft;
    private final boolean silent;

    private Reporting(Optional<AbstractSoftAssertions> soft, boolean silent) {
        this.soft = soft;
        this.silent = silent;
    }

    /** Collects. */
    static Reporting into(AbstractSoftAssertions soft) {
        return new Reporting(Optional.of(soft), false);
    }

    /**
     * For the assertions on something that turned out not to be there. Reached only when failures are collected: the one
     * that is told is that it is not there.
     */
    Reporting silent() {
        return new Reporting(Optional.of(new SoftAssertions()), true);
    }

    void report(AssertionError failure) {
        if (soft.isEmpty()) {
            throw failure;
        }
        if (!silent) {
            soft.get().collectAssertionError(failure);
        }
    }

    TextAssert text(String text, Supplier<String> description) {
        String plain = TextAssert.withPlainLineEnds(text);
        TextAssert made =
                soft.isPresent() ? soft.get().proxy(TextAssert.class, String.class, plain) : new TextAssert(plain);
        return made.as(description);
    }

    ByteArrayAssert octets(byte[] octets, Supplier<String> description) {
        ByteArrayAssert made = soft.isPresent()
                ? soft.get().proxy(ByteArrayAssert.class, byte[].class, octets)
                : new ByteArrayAssert(octets);
        made.as(description);
        return made;
    }

    /** An assertion of AssertJ's own, soft if this is. */
    <S extends org.assertj.core.api.AbstractAssert<S, A>, A> S own(
            Class<S> type, Class<A> actualType, A actual, Supplier<S> hard, Supplier<String> description) {
        S made = soft.isPresent() ? soft.get().proxy(type, actualType, actual) : hard.get();
        made.as(description);
        return made;
    }
}
