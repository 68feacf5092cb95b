package dev.restante.cli;

import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check FILE...}: says whether script files would be taken. */
@Command(
        name = "check",
        header = "Check script files without starting.",
        description = {
            "%nReads each file as --script does, and says how many rules it holds, or what is wrong with it and where.%n"
        },
        usageHelpAutoWidth = true,
        footer = {"", "Exit codes: 0 if every file would be taken, 1 if one would not, 2 for a wrong option."})
final class CheckCommand implements Subcommand {
    private static final String STANDARD_INPUT = "-";

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "A script: .json, .yaml or .yml; - reads standard input, which is JSON if it begins with a brace.")
    List<String> files = List.of();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and end.")
    boolean help;

    /** Reports on every file: what is in order on one stream, what is not on the other. */
    @Override
    public int run(InputStream in, PrintStream out, PrintStream err) {
        int exit = 0;
        for (String file : files) {
            String name = file.equals(STANDARD_INPUT) ? "standard input" : file;
            try {
                List<Rule> rules = file.equals(STANDARD_INPUT) ? fromText(in) : ScriptFile.read(Path.of(file));
                out.println(name + ": " + RunningScript.count(rules.size()) + ".");
            } catch (ScriptFileException e) {
                err.println(ScriptProblem.of(name, e));
                exit = 1;
            } catch (UncheckedIOException e) {
                err.println(ScriptProblem.of(name, e));
                exit = 1;
            } catch (InvalidPathException e) {
                err.println(name + ": this is no name of a file.");
                exit = 1;
            }
        }
        return exit;
    }

    private static List<Rule> fromText(InputStream in) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(in.readAllBytes()))
                    .toString();
            String script = text.startsWith("\ufeff") ? text.substring(1) : text;
            return script.stripLeading().startsWith("{") ? ScriptFile.fromJson(script) : ScriptFile.fromYaml(script);
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(new IOException("it is no UTF-8", e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
