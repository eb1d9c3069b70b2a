using System.CommandLine;
using System.Globalization;
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
    public const string Summary = "Writes a program of a model as a file of its engine: ONNX, or .pte of ExecuTorch.";

    private const string Usage = "--model <path> --program <name> --output <file> [options]";
    private const string Example = "mobizo export --model models/nano --program step --r 8 --output step.onnx";

    public static Command Create()
    {
        var groups = FineTuneOptionGroups.ForPrograms();
        var program = OptionGroup<FineTuneOptions>.CreateOption(
            ["--program", "-p"],
            "Which program of a run.",
            OptionValue.Enumeration<ProgramKind>()
        );
        var file = OptionGroup<FineTuneOptions>.CreateOption(
            ["--output", "-o"],
            "The file; what does not fit into it goes into <file>.data or <file>.json beside it.",
            OptionValue.Path("file")
        );
        var engine = OptionGroup<FineTuneOptions>.CreateOption(
            ["--engine"],
            $"Whose form of programs is written (by default, {EngineCatalog.Exporting[0]}).",
            OptionValue.NameOf(EngineCatalog.Exporting)
        );
        var extents = OptionGroup<FineTuneOptions>.CreateOption(
            ["--extents"],
            "Extents of a program with static shapes (ExecuTorch), such as 'N=32,S=4'; without them the error names all.",
            OptionValue.Words("name=n,...")
        );
        program.Required = true;
        file.Required = true;
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(new HelpSection("Program", [new HelpEntry(program, null), new HelpEntry(engine, null), new HelpEntry(extents, null)]));
        foreach (var group in groups.All)
        {
            command.Add(group.ToSection());
        }

        command.Add(OutputFlags.Section(file));
        command.SetAction(result =>
            Write(
                groups.Bind(result, FineTuneOptionGroups.Defaults),
                result.GetRequiredValue(program),
                result.GetRequiredValue(file),
                result.GetValue(engine) ?? EngineCatalog.Exporting[0],
                ExtentsOf(result.GetValue(extents) ?? []),
                result.InvocationConfiguration.Output,
                new WarningLines(result.InvocationConfiguration.Error)
            )
        );
        return command;
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
        TextWriter output,
        IProgress<string> warnings
    )
    {
        if (options.Model.Length > 0)
        {
            ProgramExport.Check(path, options.Model, engine);
        }

        using var model = ModelArgument.Open(options, warnings);
        var program = ProgramExport.Build(model, kind, options);
        ProgramExport.Write(program, model, path, options.Engine.Weights, engine, extents);
        output.WriteLine($"program    {program.Name}, {program.Nodes.Count} operations, {program.Weights.Count} weights");
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
