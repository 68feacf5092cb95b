package dev.restante.cli;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The names that the command line knows. */
public final class CommandLineNames {
    private CommandLineNames() {}

    /** All options, without the dashes. */
    public static Set<String> options() {
        return options(new CommandLine(new ServerCommand()));
    }

    /** All commands. */
    public static Set<String> commands() {
        return new CommandLine(new ServerCommand()).getSubcommands().keySet();
    }

    private static Set<String> options(CommandLine line) {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option : line.getCommandSpec().options()) {
            names.add(option.longestName().substring(2));
        }
        line.getSubcommands().values().forEach(each -> names.addAll(options(each)));
        return names;
    }
}
