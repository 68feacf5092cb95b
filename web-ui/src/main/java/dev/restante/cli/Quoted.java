package dev.restante.cli;

import picocli.CommandLine.ITypeConverter;

/** Reads one value of several that commas divide: in double quotes it may hold commas of its own. */
final class Quoted implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        return plain(text);
    }

    /** The text without quotes around it; a backslash in them stands for what follows it. */
    static String plain(String text) {
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1")
                : text;
    }

    /** The text as {@link #plain} reads it. */
    static String of(String text) {
        return text.indexOf(',') < 0 && text.indexOf('"') < 0
                ? text
                : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
