package dev.restante.web;

import io.javalin.http.Context;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Ends a request with an error: as plain text, the way that clients of the compatible routes are told, or, on the routes that
 * are ours, as JSON.
 */
final class Answer extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient @Nullable Object json;

    private Answer(int status, String text, @Nullable Object json) {
        super(text, null, false, false); // no stack trace: it is an answer, not a fault
        this.status = status;
        this.json = json;
    }

    /**
     * How our own routes tell of errors.
     *
     * @param code a word that stays the same
     * @param message a sentence for people
     * @param field the parameter, or the path of the key, that it is about; null if none is
     */
    record Problem(String code, String message, @Nullable String field) {}

    static Answer badRequest(String text) {
        return text(400, text);
    }

    static Answer forbidden(String text) {
        return text(403, text);
    }

    static Answer notFound(String text) {
        return text(404, text);
    }

    static Answer pageNotFound() {
        return text(404, "404 page not found");
    }

    static Answer text(int status, String text) {
        return new Answer(status, text, null);
    }

    static Answer json(int status, Object json) {
        return new Answer(status, json.toString(), json);
    }

    static Answer problem(int status, String code, String message, @Nullable String field) {
        return json(status, new Problem(code, message, field));
    }

    /** The answer to a parameter of ours that makes no sense. */
    static Answer badParameter(String name, String message) {
        return problem(400, "bad_parameter", message, name);
    }

    /** How compatible routes say that something was done. */
    static void ok(Context ctx) {
        ctx.contentType("text/plain; charset=utf-8").result("ok");
    }

    void writeTo(Context ctx) {
        ctx.status(status);
        if (json == null) {
            ctx.contentType("text/plain; charset=utf-8").result(String.valueOf(getMessage()));
        } else {
            ctx.json(json);
        }
    }
}
