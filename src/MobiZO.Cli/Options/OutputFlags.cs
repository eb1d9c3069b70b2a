using System.CommandLine;
using MobiZO.Cli.Help;

namespace MobiZO.Cli.Options;

/// <summary>Flags about the output that bind to no record.</summary>
internal static class OutputFlags
{
    public static Option<bool> Json() => Flag("--json", "Write one JSON document to standard output, and nothing else there.");

    public static Option<bool> DryRun() => Flag("--dry-run", "Open everything, measure a step, say what the run would cost, and stop.");

    /// <summary>A section with these flags.</summary>
    public static HelpSection Section(params Option[] flags) => new("Output", [.. flags.Select(flag => new HelpEntry(flag, null))]);

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };
}
