using System.CommandLine;
using MobiZO.Cli.Help;

namespace MobiZO.Cli.Options;

/// <summary>Flags about the output that bind to no record.</summary>
internal static class OutputFlags
{
    public static Option<bool> Json() => Flag("--json", "Write one JSON document to standard output, and nothing else there.");

    public static Option<bool> DryRun() =>
        Flag("--dry-run", "Open everything, measure a step, say what the run would cost, write its run file to standard output, and stop.");

    /// <summary>The file with the settings.</summary>
    public static Option<string> Config() =>
        OptionGroup<FineTuneOptions>.CreateOption(
            ["--config"],
            "Run file (YAML) with these settings; options that are given as well come first.",
            OptionValue.Path("file")
        );

    /// <summary>The file of predictions.</summary>
    /// <param name="rows">Which rows it holds.</param>
    public static Option<string> Predictions(string rows) =>
        OptionGroup<FineTuneOptions>.CreateOption(
            ["--predictions"],
            $"Write text, label, prediction and probability of {rows} as JSON Lines, or as CSV to a .csv file.",
            OptionValue.Path("file")
        );

    /// <summary>A section with these flags.</summary>
    public static HelpSection Section(params Option[] flags) => new("Output", [.. flags.Select(flag => new HelpEntry(flag, null))]);

    private static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };
}
