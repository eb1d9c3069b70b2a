using System.CommandLine;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Export;
using MobiZO.Models;

namespace MobiZO.Cli.Commands;

/// <summary>Writes a program of a model as an ONNX file.</summary>
internal static class ExportCommand
{
    public const string Name = "export";
    public const string Summary = "Writes a program of a model as an ONNX file with external weights.";

    private const string Usage = "--model <path> --program <name> --output <file.onnx> [options]";
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
            "The ONNX file; its weights go into <file>.data beside it.",
            OptionValue.Path("file")
        );
        program.Required = true;
        file.Required = true;
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(new HelpSection("Program", [new HelpEntry(program, null)]));
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
                result.InvocationConfiguration.Output,
                new WarningLines(result.InvocationConfiguration.Error)
            )
        );
        return command;
    }

    private static void Write(FineTuneOptions options, ProgramKind kind, string path, TextWriter output, IProgress<string> warnings)
    {
        if (options.Model.Length > 0)
        {
            ProgramExport.Check(path, options.Model);
        }

        using var model = ModelArgument.Open(options, warnings);
        var program = ProgramExport.Build(model, kind, options);
        ProgramExport.Write(program, model, path, options.Engine.Weights);
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
        if (File.Exists(path + ".data"))
        {
            output.WriteLine($"written    {path}.data ({Quantity.Bytes(new FileInfo(path + ".data").Length)})");
        }
    }
}
