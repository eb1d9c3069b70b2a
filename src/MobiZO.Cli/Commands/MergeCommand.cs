using System.CommandLine;
using MobiZO.Adapters;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Evaluation;
using MobiZO.Merging;

namespace MobiZO.Cli.Commands;

/// <summary>Writes a model with an adapter added to its weights.</summary>
internal static class MergeCommand
{
    public const string Name = "merge";
    public const string Summary = "Writes a model with an adapter of scope all added to its weights, in the model's own format.";

    private const string Usage = "--model <path> --adapter <path> --output <path> [options]";
    private const string Example = "mobizo merge --model model.gguf --adapter run1/best --output merged.gguf";

    public static Command Create()
    {
        var input = new AdapterInput("Base model: a Hugging Face folder, which becomes a folder, or a .gguf file, which becomes a file.");
        var type = OptionGroup<EvaluationOptions>.CreateOption(
            ["--outtype"],
            "How the changed matrices of a GGUF file are written (by default, auto: floats and Q8_0 as stored, others as Q8_0).",
            OptionValue.OneOf<MergedType>(
                ("auto", MergedType.Auto),
                ("f32", MergedType.F32),
                ("f16", MergedType.F16),
                ("q8_0", MergedType.Q8_0),
                ("q4_k", MergedType.Q4_K)
            )
        );
        var place = OptionGroup<EvaluationOptions>.CreateOption(
            ["--output", "-o"],
            "A new folder or a new file; what is there is not replaced.",
            OptionValue.Path("path")
        );
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(
            new HelpSection(
                "Model",
                [new HelpEntry(input.Model, null), new HelpEntry(input.Adapter, null), new HelpEntry(input.IgnoreBaseMismatch, null)]
            )
        );
        command.Add(OutputFlags.Section(place, type));
        command.SetAction(result =>
        {
            AdapterInput.Require(result, input.Model, input.Adapter, place);
            var (path, output) = (result.GetRequiredValue(input.Adapter), result.GetRequiredValue(place));
            AdapterMerge.Check(output, result.GetRequiredValue(input.Model), path);
            using var model = input.OpenModel(result);
            AdapterMerge.RequireType(model, result.GetValue(type));
            var adapter = AdapterFiles.Load(path, model, result.GetValue(input.IgnoreBaseMismatch));
            var merged = AdapterMerge.Write(model, adapter, output, result.GetValue(type));
            foreach (var line in Lines(adapter, merged))
            {
                result.InvocationConfiguration.Output.WriteLine(line);
            }
        });
        return command;
    }

    private static IEnumerable<string> Lines(LoraAdapter adapter, MergeResult merged)
    {
        yield return AdapterInput.Line(adapter);
        yield return $"changed    {merged.Matrices} matrices, written as {string.Join(", ", merged.Types)}";
        if (merged.Copied.Count > 0)
        {
            yield return $"copied     {string.Join(", ", merged.Copied)}";
        }

        if (merged.LeftOut.Count > 0)
        {
            yield return $"left out   {string.Join(", ", merged.LeftOut)}";
        }

        yield return $"written    {merged.Written}";
    }
}
