package dev.restante.web;

import java.io.Serial;

/** A search that cannot be understood; it points at the offending character. */
final class QueryException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String query;
    private final int position;

    /**
     * @param problem a sentence without its full stop
     * @param position where, counted from 0
     */
    QueryException(String problem, String query, int position) {
        super(problem, null, false, false);
        this.query = query;
        this.position = position;
    }

    /** Where it is, counted from 0. */
    int position() {
        return position;
    }

    /** The problem and its place in one sentence. */
    String sentence() {
        return getMessage() + ", at character " + (query.codePointCount(0, position) + 1) + ".";
    }

    /** The sentence, and below it the query with a mark under the character. */
    String text() {
        String line = query.replaceAll("\\s", " ");
        return sentence() + "\n" + line + "\n" + " ".repeat(line.codePointCount(0, position)) + "^";
    }
}
