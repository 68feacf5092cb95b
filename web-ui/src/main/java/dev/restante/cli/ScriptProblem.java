package dev.restante.cli;

import dev.restante.ScriptFileException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Why a script file is not taken, on one line, and where editors and terminals look for the place. */
final class ScriptProblem {
    private ScriptProblem() {}

    /** Such as {@code rules.yaml:3:9: rules[1].on: found ..., but expected ... Did you mean "RCPT_TO"?}. */
    static String of(String file, ScriptFileException refusal) {
        StringBuilder text = new StringBuilder(file);
        if (refusal.line() > 0) {
            text.append(':').append(refusal.line()).append(':').append(refusal.column());
        }
        text.append(": ");
        if (!refusal.path().isEmpty()) {
            text.append(refusal.path()).append(": ");
        }
        text.append("found ")
                .append(refusal.found())
                .append(", but expected ")
                .append(refusal.expected())
                .append('.');
        refusal.nearest()
                .ifPresent(word -> text.append(" Did you mean \"").append(word).append("\"?"));
        return text.toString();
    }

    /** Such as {@code rules.yaml: there is no such file.} */
    static String of(String file, UncheckedIOException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof NoSuchFileException) {
            return file + ": there is no such file.";
        } else if (cause instanceof AccessDeniedException) {
            return file + ": this user may not read it.";
        }
        return file + ": it cannot be read (" + (cause == null ? failure : cause).getMessage() + ").";
    }
}
