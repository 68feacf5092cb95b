package dev.restante.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/**
 * What options are if the command line does not say: an environment variable, such as {@code RESTANTE_SMTP_PORT}, or a key of a
 * YAML file, such as {@code smtp-port}, in this order.
 */
final class Defaults implements IDefaultValueProvider {
    private static final String PREFIX = "RESTANTE_";

    /** What makes no sense but on the command line. */
    private static final Set<String> NEVER = Set.of("help", "version");

    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final String fileName;

    private Defaults(Map<String, String> environment, Map<String, String> file, String fileName) {
        this.environment = environment;
        this.file = file;
        this.fileName = fileName;
    }

    /** That something outside of the command line is wrong. */
    static final class WrongSource extends Exception {
        private static final long serialVersionUID = 1;

        WrongSource(String message) {
            super(message);
        }
    }

    /** Only from the environment. */
    static Defaults of(Map<String, String> environment) {
        return new Defaults(environment, Map.of(), "");
    }

    /** The same, and a file behind it. */
    Defaults with(Path yaml, CommandSpec program) throws WrongSource {
        return new Defaults(environment, read(yaml, program), yaml.toString());
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || NEVER.contains(name(option))) {
            return null;
        }
        String set = environment.get(variable(name(option)));
        return set != null ? set : file.get(name(option));
    }

    /** Where an option's value is from if the command line does not say; empty if from nowhere. */
    Optional<String> source(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || defaultValue(option) == null) {
            return Optional.empty();
        }
        String variable = variable(name(option));
        return Optional.of(environment.containsKey(variable) ? variable : name(option) + " in " + fileName);
    }

    /** Variables that begin like ours and name no option, each with what may have been meant. */
    List<String> strangers(CommandSpec program) {
        Set<String> known = names(program).stream().map(Defaults::variable).collect(Collectors.toSet());
        return new TreeSet<>(environment.keySet())
                .stream()
                        .filter(variable -> variable.startsWith(PREFIX) && !known.contains(variable))
                        .map(variable -> "The environment variable " + variable + " names no option."
                                + didYouMean(
                                        variable.substring(PREFIX.length())
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-'),
                                        program,
                                        Defaults::variable))
                        .toList();
    }

    private static String variable(String option) {
        return PREFIX + option.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String name(OptionSpec option) {
        return option.longestName().replaceFirst("^--", "");
    }

    private static Set<String> names(CommandSpec program) {
        Set<String> names =
                program.options().stream().map(Defaults::name).collect(Collectors.toCollection(TreeSet::new));
        for (CommandLine subcommand : program.subcommands().values()) {
            names.addAll(names(subcommand.getCommandSpec()));
        }
        names.removeAll(NEVER);
        return names;
    }

    // ---- the file

    private static Map<String, String> read(Path yaml, CommandSpec program) throws WrongSource {
        Set<String> known = names(program);
        try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), Files.readString(yaml))) {
            Map<String, String> values = new LinkedHashMap<>();
            WrongSource stranger = null;
            JsonToken first = parser.nextToken();
            if (first == null) {
                return values;
            } else if (first != JsonToken.START_OBJECT) {
                throw wrong(yaml, parser, "expected a key for each option, such as smtp-port: 1025");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = Objects.requireNonNull(parser.currentName());
                if (key.equals("config")) {
                    throw wrong(yaml, parser, "config names this file, and can be said on the command line only");
                } else if (!known.contains(key) && stranger == null) {
                    stranger = wrong(
                            yaml,
                            parser,
                            "there is no option \"" + key + "\"." + didYouMean(key, program, UnaryOperator.identity()));
                } else if (values.containsKey(key)) {
                    throw wrong(yaml, parser, "\"" + key + "\" is there a second time");
                }
                parser.nextToken();
                if (stranger == null) {
                    values.put(key, value(yaml, key, parser));
                } else {
                    parser.skipChildren(); // whether it is YAML at all is to be told first
                }
            }
            if (stranger != null) {
                throw stranger;
            }
            return values;
        } catch (IOException e) {
            throw new WrongSource(yaml + ": " + FileProblem.why(e));
        } catch (JacksonException e) {
            throw new WrongSource(yaml + ":" + e.getLocation().getLineNr() + ": this is no YAML ("
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("") + ")");
        }
    }

    /** A text, number or flag; of a list, its parts with commas between them, as options take them, each in quotes if it has some. */
    private static String value(Path yaml, String key, JsonParser parser) throws WrongSource {
        JsonToken token = parser.currentToken();
        if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
            return String.valueOf(parser.getString());
        } else if (token == JsonToken.START_ARRAY) {
            StringBuilder all = new StringBuilder();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (!parser.currentToken().isScalarValue()) {
                    throw wrong(yaml, parser, "\"" + key + "\" is a list of texts");
                }
                all.append(all.isEmpty() ? "" : ",").append(Quoted.of(String.valueOf(parser.getString())));
            }
            return all.toString();
        }
        throw wrong(yaml, parser, "\"" + key + "\" needs a value, or a list of them");
    }

    private static WrongSource wrong(Path yaml, JsonParser parser, String what) {
        return new WrongSource(yaml + ":" + parser.currentTokenLocation().getLineNr() + ": " + what);
    }

    private static String didYouMean(String option, CommandSpec program, UnaryOperator<String> spelling) {
        return new UnmatchedArgumentException(program.commandLine(), List.of("--" + option))
                .getSuggestions().stream()
                        .findFirst()
                        .map(nearest -> " Did you mean " + spelling.apply(nearest.replaceFirst("^--", "")) + "?")
                        .orElse("");
    }
}
