using System.CommandLine;
using MobiZO.Checkpoints.Configuration;
using MobiZO.Checkpoints.Families;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Reporting;

namespace MobiZO.Cli.Commands;

/// <summary>Lists the families of models that are read.</summary>
internal static class FamiliesCommand
{
    public const string Name = "families";
    public const string Summary = "Lists the families of models that are read, and what an adapter acts on in each.";

    private const string Usage = "[--json | --markdown]";
    private const string Example = "mobizo families";

    public static Command Create()
    {
        var json = OutputFlags.Json();
        var markdown = new Option<bool>("--markdown") { Description = "Write the table of docs/families.md.", Arity = ArgumentArity.Zero };
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(OutputFlags.Section(json, markdown));
        command.SetAction(result =>
        {
            if (result.GetValue(json) && result.GetValue(markdown))
            {
                throw new CommandException(ExitCodes.Usage, $"'{json.Name}' does not go with '{markdown.Name}': keep one of them.");
            }

            var lines =
                result.GetValue(json) ? [ReportJson.Write(new { Families = ModelFamilies.All.Select(Facts) })]
                : result.GetValue(markdown) ? Markdown()
                : Table();
            foreach (var line in lines)
            {
                result.InvocationConfiguration.Output.WriteLine(line);
            }
        });
        return command;
    }

    private static object Facts(IModelFamily family) =>
        new
        {
            family.ModelType,
            Gguf = NameInGguf(family),
            family.Facts.DefaultTarget,
            family.Facts.Models,
            family.Facts.Traits,
        };

    private static string? NameInGguf(IModelFamily family) => family.GgufArchitecture ?? family.Facts.StoredAs;

    private static IEnumerable<string> Table()
    {
        string[][] rows =
        [
            ["model_type", "in GGUF", "an adapter acts on", "models"],
            .. ModelFamilies.All.Select(family =>
                (string[])[family.ModelType, NameInGguf(family) ?? "-", family.Facts.DefaultTarget, family.Facts.Models]
            ),
        ];
        int[] widths = [.. Enumerable.Range(0, 3).Select(column => rows.Max(row => row[column].Length) + 2)];
        return rows.Select(row => string.Concat(row.Take(3).Zip(widths, (text, width) => text.PadRight(width))) + row[3]);
    }

    private static IEnumerable<string> Markdown() =>
        [
            "| `model_type` | in GGUF | models | what it has of its own | an adapter acts on |",
            "|---|---|---|---|---|",
            .. ModelFamilies.All.Select(family =>
                $"| `{family.ModelType}` | {(NameInGguf(family) is { } name ? $"`{name}`" : "-")} | {family.Facts.Models} | "
                + $"{family.Facts.Traits} | `{family.Facts.DefaultTarget}` |"
            ),
        ];
}
