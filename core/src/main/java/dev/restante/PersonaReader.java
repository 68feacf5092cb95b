package dev.restante;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Makes a persona of what its file says. */
final class PersonaReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern REPLY_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9-]*");

    private PersonaReader() {}

    /**
     * The persona that this file holds.
     *
     * @param file what messages call it; may be empty
     */
    static Persona persona(ScriptNode root, String file) {
        try {
            return persona(root);
        } catch (ScriptFileException e) {
            throw file.isEmpty() ? e : e.in(file);
        }
    }

    private static Persona persona(ScriptNode root) {
        ScriptValue whole = new ScriptValue("", root);
        Map<String, ScriptValue> fields = whole.fields(List.of("persona", "rules", "replies", "$schema"));
        ScriptValue who = whole.require(fields, "persona");
        Map<String, ScriptValue> facts = who.fields(List.of("name", "description", "sources", "checked"));
        List<Rule> rules = new ArrayList<>();
        for (ScriptValue rule : whole.require(fields, "rules").items("rules")) {
            rules.add(ScriptReader.rule(rule));
        }
        ScriptValue replies = fields.get("replies");
        return new Persona(
                name(who.require(facts, "name")),
                description(who.require(facts, "description")),
                sources(who.require(facts, "sources")),
                date(who.require(facts, "checked")),
                rules,
                replies == null ? Map.of() : replies(replies));
    }

    private static String name(ScriptValue value) {
        String name = value.text("a name");
        if (!NAME.matcher(name).matches()) {
            throw value.wrong("a name of small letters, digits and single hyphens, such as \"our-mx\"");
        }
        return name;
    }

    private static String description(ScriptValue value) {
        String description = value.text("a description");
        if (description.isBlank()) {
            throw value.wrong("a description in words");
        }
        return description;
    }

    private static List<URI> sources(ScriptValue value) {
        List<ScriptValue> items = value.items("addresses, such as [\"https://example.com/smtp\"]");
        if (items.isEmpty()) {
            throw value.problem("an empty array", "at least one source", "");
        }
        return items.stream().map(PersonaReader::source).toList();
    }

    private static URI source(ScriptValue value) {
        String expected = "an address such as \"https://example.com/smtp\"";
        try {
            URI source = new URI(value.text(expected));
            if (source.isAbsolute()) {
                return source;
            }
        } catch (URISyntaxException e) {
            throw value.wrong(expected + ". " + e.getReason());
        }
        throw value.wrong(expected);
    }

    private static LocalDate date(ScriptValue value) {
        String expected = "a date such as \"2026-11-23\"";
        String text = value.text(expected);
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw value.wrong(expected);
        }
    }

    private static Map<String, Reply> replies(ScriptValue value) {
        Map<String, Reply> replies = new LinkedHashMap<>();
        value.freeFields("{\"mailboxFull\": {\"code\": 552, \"text\": \"5.2.2 Over quota\"}}")
                .forEach((name, reply) -> {
                    if (!REPLY_NAME.matcher(name).matches()) {
                        throw reply.problem(
                                "the reply's name " + ScriptValue.quoted(name),
                                "a name of letters and digits, such as mailboxFull",
                                "");
                    }
                    replies.put(name, ScriptReader.reply(reply));
                });
        return replies;
    }
}
