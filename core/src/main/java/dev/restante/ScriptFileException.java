package dev.restante;

import java.util.Optional;

/**
 * A script file that is refused. The message names the place, what was found there, what was expected instead and, where
 * one comes close, the word that was probably meant.
 */
public final class ScriptFileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int line;
    private final int column;
    private final String path;
    private final String found;
    private final String expected;
    private final String nearest;

    private ScriptFileException(
            String file, int line, int column, String path, String found, String expected, String nearest) {
        super(message(file, line, column, path, found, expected, nearest));
        this.line = line;
        this.column = column;
        this.path = path;
        this.found = found;
        this.expected = expected;
        this.nearest = nearest;
    }

    static ScriptFileException at(
            ScriptNode.Place place, String path, String found, String expected, String nearestOrEmpty) {
        return new ScriptFileException("", place.line(), place.column(), path, found, expected, nearestOrEmpty);
    }

    /** The same, said of a file. */
    ScriptFileException in(String newFile) {
        ScriptFileException named = new ScriptFileException(newFile, line, column, path, found, expected, nearest);
        named.setStackTrace(getStackTrace());
        return named;
    }

    private static String message(
            String file, int line, int column, String path, String found, String expected, String nearest) {
        StringBuilder text = new StringBuilder();
        if (!file.isEmpty()) {
            text.append(file).append(", ");
        }
        if (line > 0) {
            text.append("line ").append(line).append(", column ").append(column).append(": ");
        }
        text.append(path.isEmpty() ? "script" : path)
                .append(": found ")
                .append(found)
                .append(", but expected ")
                .append(expected)
                .append('.');
        if (!nearest.isEmpty()) {
            text.append(" Did you mean \"").append(nearest).append("\"?");
        }
        return text.toString();
    }

    /** The path of the offending key, such as {@code rules[1].when.to}; empty if it is the script as a whole. */
    public String path() {
        return path;
    }

    /** What stands there, in words. */
    public String found() {
        return found;
    }

    /** What should stand there, in words. */
    public String expected() {
        return expected;
    }

    /** The valid word that comes nearest to what was found; empty if none comes near. */
    public Optional<String> nearest() {
        return nearest.isEmpty() ? Optional.empty() : Optional.of(nearest);
    }

    /** The line, counted from 1; 0 if unknown. */
    public int line() {
        return line;
    }

    /** The column, counted from 1; 0 if unknown. */
    public int column() {
        return column;
    }
}
