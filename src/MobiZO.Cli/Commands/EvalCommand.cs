using System.CommandLine;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Evaluation;
using MobiZO.Reporting;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO.Cli.Commands;

/// <summary>Scores a data file with a model and an adapter.</summary>
internal static class EvalCommand
{
    public const string Name = "eval";
    public const string Summary = "Scores a data file with a model and, if one is given, an adapter.";

    private const string Usage = "(--run <folder> | --model <path>) --data <file> [options]";
    private const string Example = "mobizo eval --run run1 --data test.tsv --predictions predictions.jsonl";

    public static Command Create()
    {
        var (groups, tasks) = (EvaluationOptionGroups.Create(), new TaskFlags());
        var run = OptionGroup<EvaluationOptions>.CreateOption(
            ["--run"],
            "Run whose model, template, words and best adapter are used, unless other ones are given.",
            OptionValue.Path("folder")
        );
        var predictions = OutputFlags.Predictions("every row");
        var json = OutputFlags.Json();
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(new HelpSection("Model", [new HelpEntry(run, null)]));
        foreach (var section in groups.Select(group => group.ToSection()))
        {
            command.Add(section);
            if (section.Title == "Model")
            {
                command.Add(tasks.EvaluationSection);
            }
        }

        command.Add(OutputFlags.Section(predictions, json));
        command.SetAction(
            async (result, cancellation) =>
            {
                var options = Bind(result, groups, result.GetValue(run), tasks);
                var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
                if (result.GetValue(predictions) is { } place)
                {
                    PredictionFile.Check(place, options);
                }

                if (ChoiceHint.For(options.Data) is { } hint)
                {
                    error.WriteLine($"hint: {hint}");
                }

                var report = await RunDisplay
                    .For(error)
                    .ShowAsync(progress => ModelEvaluation.RunAsync(Telling(options, progress), new RowProgress(progress), cancellation));
                var warnings = new WarningLines(error);
                foreach (var warning in report.Warnings)
                {
                    warnings.Report(warning);
                }

                if (result.GetValue(predictions) is { } file)
                {
                    PredictionFile.Write(file, report.Result);
                }

                foreach (
                    var line in result.GetValue(json) ? [ReportJson.Write(Document(report))] : EvaluationReportText.Lines(report, options)
                )
                {
                    output.WriteLine(line);
                }

                return ExitCodes.Success;
            }
        );
        return command;
    }

    internal static EvaluationOptions Bind(
        ParseResult result,
        IEnumerable<OptionGroup<EvaluationOptions>> groups,
        string? run,
        TaskFlags? tasks = null
    )
    {
        var start = run is null ? EvaluationOptionGroups.Defaults : EvaluationOptions.FromRun(new RunFolder(run));
        start = tasks?.Apply(result, start) ?? start;
        start = start with { Data = WordOptions.Before(result, start.Data) };
        return groups.Aggregate(start, (options, group) => group.Bind(result, options));
    }

    private static object Document(EvaluationReport report) =>
        new
        {
            report.Engine,
            report.Scope,
            report.ProbeLayer,
            report.Data,
            report.Result.Accuracy,
            report.Result.Score,
            report.Result.Correct,
            Rows = report.Result.Examples.Count,
            report.Result.ChoiceLoss,
            report.Result.TokenLoss,
            report.Result.Metrics,
            report.Result.Choices,
            Confusion = Enumerable
                .Range(0, report.Result.Choices.Count)
                .Select(right =>
                    Enumerable.Range(0, report.Result.Choices.Count).Select(predicted => report.Result.Confusion[right, predicted])
                ),
            report.Seconds,
        };

    /// <summary>The options with the preparing of weights told as a stage, and warnings as notes.</summary>
    private static EvaluationOptions Telling(EvaluationOptions options, IProgress<TrainingEvent> display) =>
        options with
        {
            Engine = options.Engine with { CacheProgress = new WeightProgress(display), Warnings = new Warnings(display) },
        };

    private sealed class WeightProgress(IProgress<TrainingEvent> display) : IProgress<double>
    {
        public void Report(double value) => display.Report(new StageProgress("preparing weights", (long)(value * 100), 100));
    }

    private sealed class Warnings(IProgress<TrainingEvent> display) : IProgress<string>
    {
        public void Report(string value) => display.Report(new RunNote(value, IsWarning: true));
    }

    /// <summary>Shows an evaluation as that of a run.</summary>
    private sealed class RowProgress(IProgress<TrainingEvent> display) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => display.Report(new StageProgress("evaluating", value.Done, value.Total));
    }
}
