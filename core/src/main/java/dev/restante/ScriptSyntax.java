package dev.restante;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;
import tools.jackson.dataformat.yaml.util.StringQuotingChecker;

/**
 * The syntaxes of script files. The only class of scripts that knows Jackson, so that it is loaded only where a script is read
 * or written.
 */
enum ScriptSyntax {
    JSON("JSON") {
        @Override
        TokenStreamFactory factory() {
            return JSON_FACTORY;
        }

        @Override
        String write(Object value) {
            StringBuilder text = new StringBuilder();
            lay(value, "", text);
            return escaped(text.append('\n'));
        }
    },

    YAML("YAML") {
        @Override
        TokenStreamFactory factory() {
            return YamlFactories.READING;
        }

        @Override
        String write(Object value) {
            StringWriter text = new StringWriter();
            try (JsonGenerator generator = YamlFactories.WRITING.createGenerator(ObjectWriteContext.empty(), text)) {
                generate(value, generator);
            }
            return text.toString();
        }
    };

    private static final JsonFactory JSON_FACTORY = new JsonFactory();

    /** On their own, so that YAML is loaded only where it is used. */
    private static final class YamlFactories {
        static final YAMLFactory READING = new YAMLFactory();
        static final YAMLFactory WRITING = YAMLFactory.builder()
                .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                .disable(YAMLWriteFeature.SPLIT_LINES)
                .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
                .enable(YAMLWriteFeature.ALLOW_LONG_KEYS)
                .stringQuotingChecker(new PlainWordsOnly())
                .build();
    }

    /** A script needs 5 levels; more cannot be one, and is not worth the stack. */
    private static final int MAX_DEPTH = 16;

    private static final int LINE = 120;

    private final String word;

    ScriptSyntax(String word) {
        this.word = word;
    }

    abstract TokenStreamFactory factory();

    /** What the writer made, as text that ends in a line feed. */
    abstract String write(Object value);

    private static String quoted(Object text) {
        StringBuilder quoted = new StringBuilder("\"");
        JsonStringEncoder.getInstance().quoteAsString(text.toString(), quoted);
        return quoted.append('"').toString();
    }

    /** Escapes what JSON lets stand as it is, but YAML takes for a line end, or editors do not show. */
    private static String escaped(CharSequence json) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean isOdd = (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c >= 0xfffe;
            text.append(isOdd ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return text.toString();
    }

    /** Writes an object or array on one line where it fits, so that a short rule stays a line. */
    private static void lay(Object value, String indent, StringBuilder text) {
        String flat = flat(value);
        if (indent.length() + flat.length() <= LINE || value instanceof String) {
            text.append(flat);
            return;
        }
        boolean isObject = value instanceof Map<?, ?>;
        Collection<?> parts = value instanceof Map<?, ?> object ? object.entrySet() : (List<?>) value;
        String separator = isObject ? "{\n" : "[\n";
        for (Object part : parts) {
            text.append(separator).append(indent).append("  ");
            if (part instanceof Map.Entry<?, ?> field) {
                text.append(quoted(field.getKey())).append(": ");
                lay(field.getValue(), indent + "  ", text);
            } else {
                lay(part, indent + "  ", text);
            }
            separator = ",\n";
        }
        text.append('\n').append(indent).append(isObject ? '}' : ']');
    }

    private static String flat(Object value) {
        if (value instanceof Map<?, ?> object) {
            return object.entrySet().stream()
                    .map(field -> quoted(field.getKey()) + ": " + flat(field.getValue()))
                    .collect(Collectors.joining(", ", "{ ", " }"));
        } else if (value instanceof List<?> array) {
            return array.stream().map(item -> flat(item)).collect(Collectors.joining(", ", "[", "]"));
        }
        return value instanceof String ? quoted(value) : String.valueOf(value);
    }

    private static void generate(Object value, JsonGenerator generator) {
        if (value instanceof Map<?, ?> object) {
            generator.writeStartObject();
            object.forEach((key, each) -> {
                generator.writeName(String.valueOf(key));
                generate(Objects.requireNonNull(each), generator);
            });
            generator.writeEndObject();
        } else if (value instanceof List<?> array) {
            generator.writeStartArray();
            array.forEach(each -> generate(each, generator));
            generator.writeEndArray();
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Double number) {
            generator.writeNumber(number);
        } else if (value instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else {
            generator.writeString(value.toString());
        }
    }

    /**
     * What {@code text} says.
     *
     * @throws ScriptFileException if it is empty, malformed, has a key twice, or an alias
     */
    ScriptNode parse(String text) {
        Progress progress = new Progress();
        String script = text.startsWith("\ufeff") ? text.substring(1) : text;
        try (JsonParser parser = factory().createParser(ObjectReadContext.empty(), script)) {
            if (parser.nextToken() == null) {
                throw ScriptFileException.at(
                        new ScriptNode.Place(1, 1), "", "nothing", "a script, at least {\"rules\": []}", "");
            }
            ScriptNode root = node(parser, "", 0, progress);
            if (parser.nextToken() != null) {
                throw ScriptFileException.at(
                        place(parser), "", "more after the script's end", "one object and nothing else", "");
            }
            return root;
        } catch (JacksonException e) {
            throw malformed(e, progress);
        }
    }

    /** How far reading has come, for errors of the syntax, which know no path. */
    private static final class Progress {
        private String path = "";
    }

    private ScriptNode node(JsonParser parser, String path, int depth, Progress progress) {
        progress.path = path;
        ScriptNode.Place place = place(parser);
        if (depth > MAX_DEPTH) {
            throw ScriptFileException.at(
                    place, abbreviated(path), "values nested more than " + MAX_DEPTH + " deep", "a script", "");
        }
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw ScriptFileException.at(
                    place,
                    path,
                    "the alias *" + abbreviated(yaml.getString()),
                    "the value itself, since scripts have no aliases; a pattern that begins with * stands in quotes",
                    "");
        }
        if (parser.getTypeId() != null) {
            throw ScriptFileException.at(
                    place,
                    path,
                    "the tag " + abbreviated(written(String.valueOf(parser.getTypeId()))),
                    "the value alone, since scripts have no tags",
                    "");
        }
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return fields(parser, place, path, depth, progress);
        } else if (token == JsonToken.START_ARRAY) {
            List<ScriptNode> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(node(parser, path + "[" + items.size() + "]", depth + 1, progress));
            }
            progress.path = path;
            return new ScriptNode.Items(items, place);
        }
        Object value = scalar(parser, token);
        if (value instanceof String said && !StandardCharsets.UTF_8.newEncoder().canEncode(said)) {
            throw ScriptFileException.at(
                    place, path, "half of a surrogate pair in \"" + abbreviated(said) + "\"", "whole characters", "");
        }
        return new ScriptNode.Scalar(value, place);
    }

    /** A tag as people write it. */
    private static String written(String tag) {
        String common = "tag:yaml.org,2002:";
        return tag.startsWith(common) ? "!!" + tag.substring(common.length()) : "!" + tag;
    }

    private ScriptNode fields(JsonParser parser, ScriptNode.Place place, String path, int depth, Progress progress) {
        Map<String, ScriptNode.Field> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            ScriptNode.Place at = place(parser);
            String inside = inside(path, key);
            if (fields.containsKey(key)) {
                throw ScriptFileException.at(
                        at, inside, "the key \"" + abbreviated(key) + "\" a second time", "each key once", "");
            }
            parser.nextToken();
            fields.put(key, new ScriptNode.Field(at, node(parser, inside, depth + 1, progress)));
            progress.path = path;
        }
        return new ScriptNode.Fields(fields, place);
    }

    private static @Nullable Object scalar(JsonParser parser, JsonToken token) {
        return switch (token) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
            default -> parser.getString();
        };
    }

    private static Object number(JsonParser parser) {
        if (parser.isNaN()) {
            return parser.getString();
        }
        return parser.getDecimalValue();
    }

    private ScriptFileException malformed(JacksonException e, Progress progress) {
        TokenStreamLocation location = e.getLocation();
        ScriptNode.Place place = location == null
                ? ScriptNode.Place.UNKNOWN
                : new ScriptNode.Place(Math.max(0, location.getLineNr()), Math.max(0, location.getColumnNr()));
        if (e instanceof UnexpectedEndOfInputException) {
            return ScriptFileException.at(place, progress.path, "the end of the text", "the rest of the script", "");
        } else if (e instanceof StreamConstraintsException) {
            return ScriptFileException.at(place, progress.path, "too much: " + problem(e), "a script", "");
        }
        return ScriptFileException.at(
                place, progress.path, "what is no " + word + ": " + problem(e), "well-formed " + word, "");
    }

    /** What a parser complains of, without the excerpts that follow indented. */
    private static String problem(JacksonException e) {
        String message = Optional.ofNullable(e.getOriginalMessage()).orElse("malformed");
        String line = message.lines()
                .filter(each -> !each.startsWith(" ") && !each.isBlank())
                .collect(Collectors.joining(", "));
        int advice = line.indexOf(" (not recognized as one since Feature");
        String told = advice < 0 ? line : line.substring(0, advice);
        return abbreviated(told.endsWith(".") ? told.substring(0, told.length() - 1) : told);
    }

    private static ScriptNode.Place place(JsonParser parser) {
        TokenStreamLocation location = parser.currentTokenLocation();
        return new ScriptNode.Place(Math.max(0, location.getLineNr()), Math.max(0, location.getColumnNr()));
    }

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_$-]{1,60}");

    /** The path of a key inside of what has this path. */
    static String inside(String path, String key) {
        if (!IDENTIFIER.matcher(key).matches()) {
            return path + "[\"" + abbreviated(key) + "\"]";
        }
        return path.isEmpty() ? key : path + "." + key;
    }

    /** A text of the file for a message: in one line, and not longer than people want to read. */
    static String abbreviated(String text) {
        String start = text.length() > 160 ? text.substring(0, 157) + "..." : text;
        StringBuilder visible = new StringBuilder();
        for (int i = 0; i < start.length(); i++) {
            char c = start.charAt(i);
            visible.append(
                    c < ' ' || (c >= 0x7f && c < 0xa0) || Character.isSurrogate(c)
                            ? String.format("\\u%04x", (int) c)
                            : String.valueOf(c));
        }
        return visible.toString();
    }

    /** Leaves the quotes off what no reader of any YAML version could take for anything but a string. */
    private static final class PlainWordsOnly extends StringQuotingChecker {
        private static final long serialVersionUID = 1;
        private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*( [A-Za-z][A-Za-z0-9_-]*)*");
        private static final Set<String> OTHERWISE =
                Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf");

        @Override
        public boolean needToQuoteName(String name) {
            return needsQuotes(name);
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return needsQuotes(value);
        }

        private static boolean needsQuotes(String text) {
            return !PLAIN.matcher(text).matches() || OTHERWISE.contains(text.toLowerCase(Locale.ROOT));
        }
    }
}
