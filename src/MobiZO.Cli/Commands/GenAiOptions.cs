using System.CommandLine;
using MobiZO.Adapters;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Export;
using MobiZO.Models;
using MobiZO.Runs;

namespace MobiZO.Cli.Commands;

/// <summary>The part of the export that writes a folder for ONNX Runtime GenAI.</summary>
/// <param name="run">The option that names a run.</param>
internal sealed class GenAiOptions(Option<string> run)
{
    public const string Flag = "--genai";

    private readonly Option<bool> _flag = new(Flag)
    {
        Description = "Write a folder that ONNX Runtime GenAI opens, of a model, a model with an adapter, or a run.",
        Arity = ArgumentArity.Zero,
    };

    /// <summary>The adapter.</summary>
    public Option<string> Adapter { get; } =
        OptionGroup<FineTuneOptions>.CreateOption(
            ["--adapter"],
            "With --genai and --model, the adapter: a PEFT folder or a GGUF file.",
            OptionValue.Path("path")
        );

    private readonly Option<bool> _ignoreBaseMismatch = new(AdapterOptionGroup.IgnoreBaseMismatch)
    {
        Description = AdapterOptionGroup.IgnoreBaseMismatchText,
        Arity = ArgumentArity.Zero,
    };

    /// <summary>The options for the help.</summary>
    public HelpSection ToSection() =>
        new("GenAI", [new HelpEntry(_flag, null), new HelpEntry(Adapter, null), new HelpEntry(_ignoreBaseMismatch, null)]);

    /// <summary>Whether such a folder is asked for.</summary>
    public bool IsChosen(ParseResult result) => result.GetValue(_flag);

    /// <summary>The options of programs that mean nothing here: the adapter is there already, and nothing is trained.</summary>
    /// <param name="groups">The options of programs.</param>
    public IEnumerable<Option> Unused(FineTuneOptionGroups groups) =>
        groups
            .All.SelectMany(group => group.Bound)
            .Select(bound => bound.Option)
            .Where(option => option.Name is not ("--model" or "--weights" or AdapterOptionGroup.IgnoreBaseMismatch));

    /// <summary>Writes the folder and tells of it.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="groups">The options of programs, of which model and weights count.</param>
    /// <param name="output">The folder to write to.</param>
    public void Write(ParseResult result, FineTuneOptionGroups groups, string output)
    {
        var (path, warnings) = (result.GetValue(Adapter), new WarningLines(result.InvocationConfiguration.Error));
        var start = FineTuneOptionGroups.Defaults;
        var inputs = new List<string>();
        if (result.GetValue(run) is { } folder)
        {
            if (path is not null)
            {
                throw new CommandException(ExitCodes.Usage, $"'{Adapter.Name}' does not go with '{run.Name}': keep one of them.");
            }

            var files = new RunFolder(folder);
            start = files.ReadConfig();
            path = files.KeptAdapter;
            inputs.Add(folder);
        }

        var options = groups.Bind(result, start);
        options = options with { Engine = options.Engine with { Name = EngineCatalog.OnnxRuntime } };
        inputs.AddRange(new[] { options.Model, path }.OfType<string>().Where(input => input.Length > 0));
        GenAiExport.Check(output, inputs);
        using var model = ModelArgument.Open(options, warnings);
        var adapter = path is null
            ? null
            : AdapterFiles.Load(
                path,
                model.Checkpoint,
                options.Adapter.IgnoreBaseMismatch || result.GetValue(_ignoreBaseMismatch),
                options.Engine.CacheFolder
            );
        var written = GenAiExport.Write(model, adapter, output, model.Weights, warnings);
        foreach (var line in Lines(written, model, adapter))
        {
            result.InvocationConfiguration.Output.WriteLine(line);
        }
    }

    private static IEnumerable<string> Lines(GenAiExportResult result, LocalModel model, LoraAdapter? adapter)
    {
        yield return $"program    {result.Program.Name}, {result.Program.Nodes.Count} operations, {result.Program.Weights.Count} weights";
        yield return ExportCommand.WeightsLine(model);
        if (adapter is not null)
        {
            yield return AdapterInput.Line(adapter);
            yield return adapter.Scope == AdapterScope.All
                ? "acts       from the start; other adapters of its shape can be set in its place"
                : $"acts       when the app sets {GenAiExport.AdapterFile}, which is where the tokens "
                    + $"{string.Join(", ", adapter.InvocationTokens)} begin";
        }

        foreach (var file in result.Written)
        {
            yield return $"written    {file} ({Quantity.Bytes(new FileInfo(file).Length)})";
        }

        yield return $"time       {Quantity.Seconds(result.Time.TotalSeconds)}";
    }
}
