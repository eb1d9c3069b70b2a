using System.CommandLine;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Reporting;
using MobiZO.Training;

namespace MobiZO.Cli.Commands;

/// <summary>Fine-tunes a model, or says what that would cost.</summary>
internal static class TrainCommand
{
    private const string Usage = "--model <path> --data <file> --output <folder> [options]";
    private const string Example = """
        mobizo train --model models/nano --data train.tsv --eval-fraction 0.2 --template "{text}\nSentiment:" --choices " negative, positive" --output run1
        """;

    public static Command Create()
    {
        var groups = FineTuneOptionGroups.ForTraining();
        var (dryRun, json) = (OutputFlags.DryRun(), OutputFlags.Json());
        var command = new DocumentedCommand("train", "Fine-tunes a model on a data file with forward passes only.", Usage, Example);
        foreach (var group in groups.All)
        {
            command.Add(group);
        }

        command.Add(OutputFlags.Section(dryRun, json));
        command.SetAction((result, cancellation) => RunAsync(result, Bind(result, groups), result.GetValue(dryRun), result.GetValue(json), cancellation));
        return command;
    }

    /// <summary>The options as given; with --resume on top of those of the run.</summary>
    internal static FineTuneOptions Bind(ParseResult result, FineTuneOptionGroups groups)
    {
        var given = groups.Bind(result, FineTuneOptionGroups.Defaults);
        return given.Resume && given.Output.Length > 0 ? groups.Bind(result, new RunFolder(given.Output).ReadConfig()) : given;
    }

    private static async Task<int> RunAsync(ParseResult result, FineTuneOptions options, bool isDryRun, bool isJson, CancellationToken cancellation)
    {
        var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
        if (isDryRun && options.Output.Length == 0)
        {
            // Nothing is written.
            options = options with { Output = "." };
        }

        var tuner = new FineTuner(options);
        if (ChoiceHint.For(options.Data) is { } hint)
        {
            error.WriteLine($"hint: {hint}");
        }

        var display = RunDisplay.For(error, options);
        if (isDryRun)
        {
            var plan = await display.ShowAsync(progress => tuner.PlanAsync(progress, cancellation));
            Write(output, isJson ? [ReportJson.Write(plan)] : PlanText.Lines(plan, options));
            return ExitCodes.Success;
        }

        FineTuneResult report;
        try
        {
            report = await display.ShowAsync(progress => tuner.TrainAsync(progress, cancellation));
        }
        catch (OperationCanceledException)
        {
            error.WriteLine(StoppedBeforeTraining(options));
            return ExitCodes.Stopped;
        }

        var lines = ReportText.Lines(report, options);
        if (isJson)
        {
            Write(error, lines);
            Write(output, [ReportJson.Write(report)]);
        }
        else
        {
            Write(output, lines);
        }

        return report.End == RunEnd.Cancelled ? ExitCodes.Stopped : ExitCodes.Success;
    }

    private static string StoppedBeforeTraining(FineTuneOptions options) => File.Exists(new RunFolder(options.Output).JournalFile)
        ? $"Stopped. Resume with: {MobizoCommand.Name} train --resume --output {ShellText.Quote(options.Output)}"
        : "Stopped before the first step; there is nothing to resume.";

    private static void Write(TextWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }
    }
}
