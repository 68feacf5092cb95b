package dev.restante.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lists a command's options by what they are about: those of each mixin under a heading of their own. */
final class GroupedHelp implements IHelpSectionRenderer {
    private final Map<String, String> headings;

    /** With a heading for each mixin, by its name in the command. */
    GroupedHelp(Map<String, String> headings) {
        this.headings = Map.copyOf(headings);
    }

    @Override
    public String render(Help help) {
        CommandSpec spec = help.commandSpec();
        StringBuilder text = new StringBuilder();
        spec.mixins().forEach((name, mixin) -> append(help, headings.getOrDefault(name, name), mixin.options(), text));
        append(
                help,
                "Other",
                spec.options().stream()
                        .filter(option -> spec.mixins().values().stream()
                                .noneMatch(mixin -> mixin.options().contains(option)))
                        .toList(),
                text);
        return text.toString();
    }

    private static void append(Help help, String heading, List<OptionSpec> options, StringBuilder text) {
        Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
        layout.addOptions(options, help.createDefaultParamLabelRenderer());
        text.append(String.format("%n%s:%n", heading)).append(layout);
    }
}
