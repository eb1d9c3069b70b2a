using System.CommandLine;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Evaluation;
using MobiZO.Merging;

namespace MobiZO.Cli.Commands;

/// <summary>Writes a model with an adapter added to its weights.</summary>
internal static class MergeCommand
{
    public const string Name = "merge";
    public const string Summary = "Writes a model with an adapter of scope all added to its weights, or a folder as a GGUF file.";

    private const string Usage = "--model <path> [--adapter <path>] --output <path> [options]";
    private const string GgufExtension = ".gguf";
    private const string Example = "mobizo merge --model model.gguf --adapter run1/best --output merged.gguf";

    public static Command Create()
    {
        var input = new AdapterInput(
            "Base model: a .gguf file, which becomes a file, or a Hugging Face folder, which becomes a folder or a file (.gguf)."
        );
        var type = OptionGroup<EvaluationOptions>.CreateOption(
            ["--outtype"],
            "How the matrices of a GGUF file are written, those of a .gguf model that change (by default, auto: docs/engines.md).",
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
            "A new folder or a new file (.gguf); what is there is not replaced.",
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
            AdapterInput.Require(result, input.Model, place);
            var (path, output) = (result.GetValue(input.Adapter), result.GetRequiredValue(place));
            var source = result.GetRequiredValue(input.Model);
            AdapterMerge.Check(output, path is null ? [source] : [source, path]);
            using var model = input.OpenModel(result);
            var isConversion =
                model.Format == CheckpointFormat.HuggingFace && output.EndsWith(GgufExtension, StringComparison.OrdinalIgnoreCase);
            if (!isConversion)
            {
                AdapterInput.Require(result, input.Adapter);
                AdapterMerge.RequireType(model, result.GetValue(type));
            }

            var adapter = path is null ? null : AdapterFiles.Load(path, model, result.GetValue(input.IgnoreBaseMismatch));
            var merged = isConversion
                ? GgufConversion.Write(model, adapter, output, result.GetValue(type))
                : AdapterMerge.Write(model, adapter!, output, result.GetValue(type));
            foreach (var line in Lines(adapter, merged))
            {
                result.InvocationConfiguration.Output.WriteLine(line);
            }
        });
        return command;
    }

    private static IEnumerable<string> Lines(LoraAdapter? adapter, MergeResult merged)
    {
        if (adapter is not null)
        {
            yield return AdapterInput.Line(adapter);
        }

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
