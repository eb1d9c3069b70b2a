using System.CommandLine;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Evaluation;
using MobiZO.Merging;

namespace MobiZO.Cli.Commands;

/// <summary>Writes an adapter in another format.</summary>
internal static class ConvertCommand
{
    public const string Name = "convert";
    public const string Summary = "Writes an adapter in another format: PEFT, GGUF (llama.cpp) or .onnx_adapter (ONNX Runtime).";

    private const string Usage = "--adapter <path> --to <format> --output <path> [--model <path>]";
    private const string Example = "mobizo convert --model models/nano --adapter run1/best --to gguf --output adapter.gguf";
    private const string GgufExtension = ".gguf";

    public static Command Create()
    {
        var input = new AdapterInput("Base model, a Hugging Face folder or a .gguf file; only from PEFT to PEFT goes without.");
        var format = OptionGroup<EvaluationOptions>.CreateOption(
            ["--to"],
            "The format to write.",
            OptionValue.Enumeration<AdapterFormat>()
        );
        var place = OptionGroup<EvaluationOptions>.CreateOption(
            ["--output", "-o"],
            "A new folder (peft) or a new file; what is there is not replaced.",
            OptionValue.Path("path")
        );
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(
            new HelpSection(
                "Adapter",
                [new HelpEntry(input.Adapter, null), new HelpEntry(input.Model, null), new HelpEntry(input.IgnoreBaseMismatch, null)]
            )
        );
        command.Add(OutputFlags.Section(format, place));
        command.SetAction(result =>
        {
            AdapterInput.Require(result, input.Adapter, format, place);
            var (adapter, output) = (result.GetRequiredValue(input.Adapter), result.GetRequiredValue(place));
            var to = result.GetValue(format);
            Check(output, to);
            AdapterMerge.Check(output, result.GetValue(input.Model) is { } model ? [adapter, model] : [adapter]);
            Convert(result, input, output, to);
        });
        return command;
    }

    private static void Check(string output, AdapterFormat format)
    {
        if (format == AdapterFormat.Gguf && !output.EndsWith(GgufExtension, StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"--output: expected a name that ends in {GgufExtension}, by which such adapters are known, found '{output}'."
            );
        }
    }

    private static void Convert(ParseResult result, AdapterInput input, string output, AdapterFormat format)
    {
        var path = result.GetRequiredValue(input.Adapter);
        using var model = result.GetValue(input.Model) is null ? null : input.OpenModel(result);
        var adapter = model is null ? AdapterFiles.Load(path) : Load(path, model, result.GetValue(input.IgnoreBaseMismatch));
        AdapterFiles.Save(adapter, output, format, model);
        var writer = result.InvocationConfiguration.Output;
        writer.WriteLine(AdapterInput.Line(adapter));
        if (format == AdapterFormat.OnnxAdapter)
        {
            writer.WriteLine(Programs(adapter));
        }

        writer.WriteLine($"written    {output}" + (File.Exists(output) ? $" ({Quantity.Bytes(new FileInfo(output).Length)})" : ""));
    }

    /// <summary>The scale is part of a program, and the order of its modules is that of the tensors.</summary>
    private static string Programs(LoraAdapter adapter) =>
        FormattableString.Invariant(
            $"programs   export them with --r {adapter.Rank} --lora-alpha {adapter.Scale * adapter.Rank} --scope {OptionValue.Show(adapter.Scope)}"
        ) + ", and the same modules and layers";

    /// <summary>What is written names the files that it is written for.</summary>
    private static LoraAdapter Load(string path, Checkpoint model, bool ignoreBaseMismatch)
    {
        var adapter = AdapterFiles.Load(path, model, ignoreBaseMismatch);
        AdapterMerge.RequireFit(model, adapter);
        return adapter with { Base = BaseIdentity.Of(model), BaseModel = Path.GetFullPath(model.Path) };
    }
}
