package dev.restante;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The manners of a well-known receiver: what it says to EHLO and to everything that goes well, its limits, and the replies it
 * is known to refuse with.
 *
 * <pre>{@code
 * Persona gmail = Persona.named("gmail");
 * smtp.persona(gmail);
 * smtp.script(on(RCPT_TO).to("bob@*").reply(gmail.reply("mailboxFull")).always());
 * }</pre>
 *
 * <p>A persona is data: rules, which are asked after those of the test and of its scenarios, so that single rules act on top of
 * it; and replies by name, for such rules. The facts are those of the sources that it names, as they were on the day it was
 * checked. It changes what is said, not what is understood: an extension that it does not list still works when a client uses
 * it, and replies to commands in the wrong order or of the wrong form stay the server's own.
 *
 * <p>Immutable and thread-safe.
 */
public final class Persona {
    private static final List<String> NAMES =
            List.of("amazon-ses", "exim", "gmail", "microsoft-365", "postfix", "yahoo");

    private final String name;
    private final String description;
    private final List<URI> sources;
    private final LocalDate checked;
    private final List<Rule> rules;
    private final Map<String, Reply> replies;

    Persona(
            String name,
            String description,
            List<URI> sources,
            LocalDate checked,
            List<Rule> rules,
            Map<String, Reply> replies) {
        this.name = name;
        this.description = description;
        this.sources = List.copyOf(sources);
        this.checked = checked;
        this.rules = rules.stream().map(this::signed).toList();
        this.replies = Collections.unmodifiableMap(new LinkedHashMap<>(replies));
    }

    /** A rule that says in transcripts and lists whose it is. */
    private Rule signed(Rule rule) {
        return rule.named(rule.isNamed() ? name + ": " + rule.name() : name);
    }

    /** The names of the personas that Restante brings, in alphabetical order. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * The persona of this name that Restante brings.
     *
     * @throws IllegalArgumentException if there is none; the message lists {@link #names()}
     */
    public static Persona named(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("There is no persona named \"" + name + "\"." + didYouMean(name, NAMES)
                    + " There are " + String.join(", ", NAMES) + "; Persona.load(file) reads one of your own.");
        }
        String resource = "personas/" + name + ".json";
        try (InputStream file = Persona.class.getResourceAsStream(resource)) {
            if (file == null) {
                throw new IllegalStateException("The resource dev/restante/" + resource + " is missing from the jar.");
            }
            return fromJson(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the resource dev/restante/" + resource + ".", e);
        }
    }

    /**
     * The persona that a file of one's own holds: JSON if its name ends in {@code .json}, YAML if it ends in {@code .yaml} or
     * {@code .yml}. The text is UTF-8.
     *
     * <pre>{@code
     * { "persona": { "name": "our-mx", "description": "Our own receiver.",
     *                "sources": ["https://wiki.example.com/mx"], "checked": "2026-11-23" },
     *   "rules": [ { "on": "EHLO", "greeting": "mx.example.com", "hide": ["*"], "advertise": ["SIZE 1000000"] } ],
     *   "replies": { "mailboxFull": { "code": 552, "text": "5.2.2 Over quota" } } }
     * }</pre>
     *
     * @throws ScriptFileException if it is no persona, or none of these endings; the message says where and why
     * @throws UncheckedIOException if the file cannot be read
     */
    public static Persona load(Path file) {
        return PersonaReader.persona(ScriptFile.syntaxTree(file), file.toString());
    }

    /**
     * The persona that a JSON text holds, as {@link #load} reads it from a file.
     *
     * @throws ScriptFileException if it is no persona; the message says where and why
     */
    public static Persona fromJson(String json) {
        return PersonaReader.persona(ScriptSyntax.JSON.parse(json), "");
    }

    /** The name, such as {@code gmail}. */
    public String name() {
        return name;
    }

    /** Whose manners these are, in a sentence or two. */
    public String description() {
        return description;
    }

    /** Where the facts are from; at least one. */
    public List<URI> sources() {
        return sources;
    }

    /** The day on which the facts were compared with the sources. */
    public LocalDate checked() {
        return checked;
    }

    /** What makes the server behave so, in the order asked; each rule's name begins with the persona's. */
    public List<Rule> rules() {
        return rules;
    }

    /** The replies that this receiver is known to refuse with, by what they say, such as {@code mailboxFull}. */
    public Map<String, Reply> replies() {
        return replies;
    }

    /**
     * One of {@link #replies()}, for a rule that says it.
     *
     * @throws IllegalArgumentException if there is none of this name; the message lists those there are
     */
    public Reply reply(String what) {
        Reply reply = replies.get(what);
        if (reply == null) {
            List<String> known = List.copyOf(replies.keySet());
            throw new IllegalArgumentException("The persona " + name + " has no reply named \"" + what + "\"."
                    + didYouMean(what, known)
                    + (known.isEmpty() ? " It has none." : " There are " + String.join(", ", known) + "."));
        }
        return reply;
    }

    private static String didYouMean(String word, List<String> known) {
        String nearest = ScriptValue.nearest(word, known);
        return nearest.isEmpty() ? "" : " Did you mean " + nearest + "?";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Persona that
                && name.equals(that.name)
                && description.equals(that.description)
                && sources.equals(that.sources)
                && checked.equals(that.checked)
                && rules.equals(that.rules)
                && replies.equals(that.replies);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
