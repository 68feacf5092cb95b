package dev.restante.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Collects the messages of one kind of assertions for a golden file; what several have in common is written once. */
public final class Messages {
    private final List<String> calls = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    /** Runs an assertion that fails. */
    public Messages of(String call, ThrowingCallable failing) {
        try {
            failing.call();
        } catch (AssertionError failure) {
            calls.add(call);
            messages.add(Golden.normalized(String.valueOf(failure.getMessage())));
            return this;
        } catch (Throwable other) {
            throw new AssertionError(call + " was to fail by an AssertionError", other);
        }
        throw new AssertionError(call + " was to fail");
    }

    /** Verifies all of them, and that all of them show the evidence that begins with this line. */
    public void match(String name, String evidence) {
        StringBuilder text = new StringBuilder();
        Map<String, String> seen = new LinkedHashMap<>();
        for (int i = 0; i < calls.size(); i++) {
            String message = messages.get(i);
            assertThat(message).as(calls.get(i)).contains(evidence);
            int at = message.indexOf(evidence);
            int end = message.indexOf("\n]", at);
            String shown =
                    message.substring(at, end < 0 ? message.length() : end).strip();
            String before = seen.putIfAbsent(shown, calls.get(i));
            text.append("## ")
                    .append(calls.get(i))
                    .append('\n')
                    .append(before == null ? message : message.replace(shown, "{as of " + before + "}"))
                    .append('\n');
        }
        Golden.matches(name, text.toString());
    }
}
