package dev.restante.assertj;

import dev.restante.TextPattern;
import dev.restante.Transcript;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Assertions on what was said on a connection. Lines are given as {@linkplain TextPattern patterns}: {@code *} stands for any
 * text, and case is ignored.
 */
public final class TranscriptAssert extends AbstractEvidenceAssert<TranscriptAssert, Transcript> {
    private final Supplier<String> session;

    TranscriptAssert(Transcript actual, Supplier<String> session, Reporting reporting) {
        super(actual, TranscriptAssert.class, reporting);
        this.session = session;
    }

    @Override
    String evidence() {
        return session.get();
    }

    /** Verifies that the client said such a line. */
    public TranscriptAssert clientSaid(String pattern) {
        isNotNull();
        return said("the client", "say", actual.clientLines(), pattern);
    }

    /** Verifies that the client did not say such a line. */
    public TranscriptAssert clientDidNotSay(String pattern) {
        isNotNull();
        TextPattern wanted = TextPattern.of(pattern);
        List<String> found =
                actual.clientLines().stream().filter(wanted::matches).toList();
        return check(
                found.isEmpty(),
                () -> "Expected the client not to say \"" + pattern + "\", but it said " + Evidence.quoted(found)
                        + ".");
    }

    /** Verifies that the client said such lines in this order, others between them perhaps. */
    public TranscriptAssert clientSaidInOrder(String... patterns) {
        isNotNull();
        List<String> lines = actual.clientLines();
        int at = 0;
        for (int i = 0; i < patterns.length; i++) {
            TextPattern wanted = TextPattern.of(patterns[i]);
            while (at < lines.size() && !wanted.matches(lines.get(at))) {
                at++;
            }
            if (at == lines.size()) {
                fail("Expected the client to say \"" + patterns[i] + "\""
                        + (i == 0 ? "" : " after \"" + patterns[i - 1] + "\"") + ", but it said "
                        + (lines.isEmpty() ? "nothing" : Evidence.quoted(lines)) + ".");
                return this;
            }
            at++;
        }
        return this;
    }

    /** Verifies that the client's commands, by their first words and in this order, were exactly these. */
    public TranscriptAssert clientVerbsAre(String... verbs) {
        isNotNull();
        List<String> found = actual.clientLines().stream()
                .map(line -> line.strip().split("[\\s:]", 2)[0].toUpperCase(java.util.Locale.ROOT))
                .toList();
        List<String> expected = Arrays.stream(verbs)
                .map(verb -> verb.toUpperCase(java.util.Locale.ROOT))
                .toList();
        return check(
                found.equals(expected),
                () -> "Expected the commands " + String.join(", ", expected) + ", but they were "
                        + (found.isEmpty() ? "none" : String.join(", ", found)) + ".");
    }

    /** Verifies that the server gave such a reply; a reply of several lines is compared as one text. */
    public TranscriptAssert serverSaid(String pattern) {
        isNotNull();
        return said("the server", "say", actual.replies(), pattern);
    }

    /** Verifies that the server gave a reply of this code. */
    public TranscriptAssert serverSaid(int code) {
        isNotNull();
        return check(
                actual.replies().stream().anyMatch(reply -> reply.startsWith(String.valueOf(code))),
                () -> "Expected the server to reply " + code + ", but it replied "
                        + String.join(
                                ", ",
                                actual.replies().stream()
                                        .map(reply -> reply.substring(0, Math.min(3, reply.length())))
                                        .toList())
                        + ".");
    }

    /** Verifies that the rule of this name fired on this connection. */
    public TranscriptAssert ruleFired(String name) {
        isNotNull();
        return check(
                actual.rules().contains(name),
                () -> "Expected the rule " + name + " to fire, but there fired "
                        + (actual.rules().isEmpty() ? "none" : Evidence.quoted(Evidence.nearest(name, actual.rules())))
                        + ".");
    }

    private TranscriptAssert said(String who, String verb, List<String> lines, String pattern) {
        TextPattern wanted = TextPattern.of(pattern);
        return check(
                lines.stream().anyMatch(wanted::matches),
                () -> "Expected " + who + " to " + verb + " \"" + pattern + "\", but the nearest it said is "
                        + Evidence.nearest(pattern, lines).stream()
                                .findFirst()
                                .map(Evidence::quoted)
                                .orElse("nothing")
                        + ".");
    }
}
