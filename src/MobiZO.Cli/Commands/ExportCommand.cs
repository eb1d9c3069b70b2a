using System.CommandLine;
using System.Globalization;
using MobiZO.Checkpoints;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Export;
using MobiZO.Models;
using MobiZO.Programs.Engines;

namespace MobiZO.Cli.Commands;

/// <summary>Writes a program of a model as a file of an engine.</summary>
internal static class ExportCommand
{
    public const string Name = "export";
    public const string Summary =
        "Writes programs as files of their engine: one as ONNX or .pte of ExecuTorch, a run for an app, or a folder of ONNX Runtime GenAI.";

    private const string Usage =
        "(--model <path> --program <name> | [--genai] --run <folder> | --genai --model <path>) --output <path> [options]";
    private const string ExecuTorch = "executorch";
    private const string Example = "mobizo export --model models/nano --program step --r 8 --output step.onnx";

    public static Command Create()
    {
        var groups = FineTuneOptionGroups.ForPrograms();
        var program = OptionGroup<FineTuneOptions>.CreateOption(
            ["--program", "-p"],
            "Which program of a model.",
            OptionValue.Enumeration<ProgramKind>()
        );
        var file = OptionGroup<FineTuneOptions>.CreateOption(
            ["--output", "-o"],
            "The file, with --run or --genai a folder; what does not fit into a file goes into <file>.data or <file>.json beside it.",
            OptionValue.Path("file")
        );
        var engine = OptionGroup<FineTuneOptions>.CreateOption(
            ["--engine"],
            $"Whose form of programs is written (by default, {EngineCatalog.Exporting[0]}; with --run, {ExecuTorch}).",
            OptionValue.NameOf(EngineCatalog.Exporting)
        );
        var extents = OptionGroup<FineTuneOptions>.CreateOption(
            ["--extents"],
            "Extents of a program with static shapes (ExecuTorch), such as 'N=32,S=4'; without them the error names all.",
            OptionValue.Words("name=n,...")
        );
        var target = OptionGroup<FineTuneOptions>.CreateOption(
            ["--target-runtime"],
            "Oldest release of ExecuTorch that must load the file (by default, 1.0); docs/executorch.md has the table.",
            OptionValue.Text("version")
        );
        var run = OptionGroup<FineTuneOptions>.CreateOption(
            ["--run"],
            "A run, written for an app: its programs in one .pte file with the weights, adapter, tokenizer, program.json (ExecuTorch).",
            OptionValue.Path("folder")
        );
        var form = OptionGroup<FineTuneOptions>.CreateOption(
            ["--form"],
            "With --run, how a step updates B: the app owns it, the method keeps it, or as in the paper, one step later.",
            OptionValue.Enumeration<AppForm>()
        );
        var withRows = new Option<bool>("--with-rows")
        {
            Description = $"With --run, the training rows as token ids too ({AppExport.RowsFile}).",
            Arity = ArgumentArity.Zero,
        };
        var genAi = new GenAiOptions(run);
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(
            new HelpSection(
                "Program",
                [new HelpEntry(program, null), new HelpEntry(engine, null), new HelpEntry(target, null), new HelpEntry(extents, null)]
            )
        );
        command.Add(new HelpSection("App", [new HelpEntry(run, null), new HelpEntry(form, null), new HelpEntry(withRows, null)]));
        command.Add(genAi.ToSection());
        foreach (var group in groups.All)
        {
            command.Add(group.ToSection());
        }

        command.Add(OutputFlags.Section(file));
        command.SetAction(result =>
        {
            var (output, warnings) = (result.InvocationConfiguration.Output, new WarningLines(result.InvocationConfiguration.Error));
            if (genAi.IsChosen(result))
            {
                AdapterInput.Require(result, file);
                RequireAbsent(result, GenAiOptions.Flag, [program, engine, extents, target, form, withRows, .. genAi.Unused(groups)]);
                genAi.Write(result, groups, result.GetRequiredValue(file));
                return;
            }

            RequireAbsent(result, result.GetResult(run) is null ? "--program" : "--run", genAi.Adapter);
            RequireOne(result, program, run, file);
            var (path, place) = (result.GetRequiredValue(file), result.GetValue(engine));
            if (result.GetValue(run) is { } folder)
            {
                RequireAbsent(
                    result,
                    "--run",
                    [program, extents, .. groups.All.SelectMany(group => group.Bound).Select(bound => bound.Option)]
                );
                var (chosen, rows) = (result.GetValue(form), result.GetValue(withRows));
                WriteApp(AppExport.Write(folder, path, place ?? ExecuTorch, chosen, rows, warnings, result.GetValue(target)), output);
                return;
            }

            RequireAbsent(result, "--program", form, withRows);
            Write(
                groups.Bind(result, FineTuneOptionGroups.Defaults),
                result.GetValue(program),
                path,
                place ?? EngineCatalog.Exporting[0],
                ExtentsOf(result.GetValue(extents) ?? []),
                result.GetValue(target),
                output,
                warnings
            );
        });
        return command;
    }

    /// <summary>How the weights are written, and why where that was left open: it depends on the room of the machine.</summary>
    public static string WeightsLine(LocalModel model)
    {
        const string Beginning = "Weights ";
        return model.WhyWeights is { } why && why.StartsWith(Beginning, StringComparison.Ordinal)
            ? $"weights    {OptionNames.Translate(why[Beginning.Length..])}"
            : $"weights    {WeightFormats.NameOf(model.Weights)}";
    }

    private static void RequireOne(ParseResult result, Option program, Option run, Option file)
    {
        string[] missing =
        [
            .. result.GetResult(program) is null && result.GetResult(run) is null
                ? ["Option '--program' is required: name a program, or give a run with '--run'."]
                : Array.Empty<string>(),
            .. result.GetResult(file) is null ? ["Option '--output' is required."] : Array.Empty<string>(),
        ];
        if (missing.Length > 0)
        {
            throw new CommandException(ExitCodes.Usage, string.Join(Environment.NewLine, missing));
        }
    }

    private static void RequireAbsent(ParseResult result, string given, params Option[] others)
    {
        if (Array.Find(others, other => result.GetResult(other) is { Implicit: false }) is { } other)
        {
            throw new CommandException(ExitCodes.Usage, $"'{other.Name}' does not go with '{given}': keep one of them.");
        }
    }

    private static void WriteApp(AppExportResult result, TextWriter output)
    {
        output.WriteLine($"lengths    rows are padded to {string.Join(", ", result.Buckets)} tokens");
        foreach (var method in result.Methods)
        {
            output.WriteLine(
                $"method     {method.Name}: {method.Inputs.Count} inputs, {method.Outputs.Count} outputs, "
                    + $"{Quantity.Bytes(method.PlannedBytes)} planned"
            );
        }

        foreach (var written in result.Written)
        {
            var size = File.Exists(written) ? $" ({Quantity.Bytes(new FileInfo(written).Length)})" : "";
            output.WriteLine($"written    {written}{size}");
        }

        output.WriteLine($"time       {Quantity.Seconds(result.Time.TotalSeconds)}");
    }

    private static Extents ExtentsOf(IReadOnlyList<string> words)
    {
        var extents = new List<(string Name, Extent Extent)>();
        foreach (var word in words)
        {
            if (
                word.Split('=') is not [{ Length: > 0 } name, var number]
                || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            )
            {
                throw new CommandException(ExitCodes.Usage, $"--extents: expected names with numbers such as 'N=32,S=4', found '{word}'.");
            }

            extents.Add((name.Trim(), Extent.OneOf(value)));
        }

        return extents.CountBy(pair => pair.Name, StringComparer.Ordinal).FirstOrDefault(pair => pair.Value > 1).Key is { } twice
            ? throw new CommandException(ExitCodes.Usage, $"--extents: {twice} is given twice.")
            : new Extents(extents);
    }

    private static void Write(
        FineTuneOptions options,
        ProgramKind kind,
        string path,
        string engine,
        Extents extents,
        string? target,
        TextWriter output,
        IProgress<string> warnings
    )
    {
        if (options.Model.Length > 0)
        {
            ProgramExport.Check(path, options.Model, engine, target);
        }

        // What is left open is decided for the engine whose programs are written.
        if (engine != EngineCatalog.OnnxRuntime && options.Engine.Weights == WeightFormat.Auto)
        {
            options = options with { Engine = options.Engine with { Weights = WeightFormat.Float32 } };
        }

        using var model = ModelArgument.Open(options, warnings);
        var program = ProgramExport.Build(model, kind, options);
        ProgramExport.Write(program, model, path, model.Weights, engine, extents, target);
        output.WriteLine($"program    {program.Name}, {program.Nodes.Count} operations, {program.Weights.Count} weights");
        output.WriteLine(WeightsLine(model));
        foreach (var input in program.Inputs)
        {
            output.WriteLine($"input      {input}");
        }

        foreach (var value in program.Outputs)
        {
            output.WriteLine($"output     {value}");
        }

        output.WriteLine($"written    {path} ({Quantity.Bytes(new FileInfo(path).Length)})");
        foreach (var beside in new[] { path + ".data", path + ".json" }.Where(File.Exists))
        {
            output.WriteLine($"written    {beside} ({Quantity.Bytes(new FileInfo(beside).Length)})");
        }
    }
}
