package dev.restante.web;

import java.io.Serial;

/** Ends a request with a status and a plain text: the way that clients of this API are told of errors. */
final class Answer extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;

    private Answer(int status, String text) {
        super(text, null, false, false); // no stack trace: it is an answer, not a fault
        this.status = status;
    }

    static Answer badRequest(String text) {
        return new Answer(400, text);
    }

    static Answer forbidden(String text) {
        return new Answer(403, text);
    }

    static Answer notFound(String text) {
        return new Answer(404, text);
    }

    static Answer pageNotFound() {
        return new Answer(404, "404 page not found");
    }

    static Answer unavailable(String text) {
        return new Answer(503, text);
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
