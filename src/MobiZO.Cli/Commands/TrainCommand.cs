using System.CommandLine;
using System.CommandLine.Parsing;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Cli.RunFiles;
using MobiZO.Reporting;
using MobiZO.Runs;

namespace MobiZO.Cli.Commands;

/// <summary>Fine-tunes a model, or says what that would cost.</summary>
internal static class TrainCommand
{
    public const string Name = "train";
    public const string Summary = "Fine-tunes a model on a data file, inside the engine that runs it.";

    private const string Usage = "(--model <path> --data <file> --output <folder> | --config <file>) [options]";
    private const string Example = """
        mobizo train --model models/nano --data train.tsv --eval-fraction 0.2 \
            --template "{text}\nSentiment:" --choices " negative, positive" --output run1
        """;

    private const string Remark = """
        '--config run.yaml' takes the settings from a file; '--dry-run' with all the options of a run writes that file to standard output.
        """;

    /// <summary>The options of the short help: what the guides use and what a first run of one's own needs.</summary>
    private static readonly string[] s_common =
    [
        "--model",
        "--task",
        "--data-dir",
        "--data",
        "--eval-data",
        "--eval-fraction",
        "--columns",
        "--max-rows",
        "--balanced",
        "--template",
        "--choices",
        "--label-words",
        "--r",
        "--layers",
        "--scope",
        "--learning-rate",
        "--steps",
        "--seed",
        "--eval-every",
        "--weights",
        "--output",
        "--resume",
        "--config",
        "--dry-run",
        "--json",
    ];

    public static Command Create()
    {
        var groups = FineTuneOptionGroups.ForTraining();
        var tasks = new TaskFlags();
        var (config, dryRun, json) = (OutputFlags.Config(), OutputFlags.DryRun(), OutputFlags.Json());
        var predictions = OutputFlags.Predictions("every evaluation row after the last step");
        var command = new DocumentedCommand(Name, Summary, Usage, Example) { Common = s_common, Remark = Remark };
        foreach (var section in groups.All.Select(group => group.ToSection()))
        {
            command.Add(section);
            if (section.Title == "Model")
            {
                command.Add(tasks.TrainingSection);
            }
        }

        command.Add(OutputFlags.Section(config, dryRun, predictions, json));
        command.SetAction(
            (result, cancellation) =>
            {
                var options = Bind(result, groups, result.GetValue(config), tasks);
                return result.GetValue(dryRun)
                    ? PlanAsync(result.InvocationConfiguration, options, groups, result.GetValue(json), cancellation)
                    : TrainAsync(
                        result.InvocationConfiguration,
                        options,
                        result.GetValue(predictions),
                        result.GetValue(json),
                        cancellation
                    );
            }
        );
        return command;
    }

    /// <summary>
    /// The options as given, on top of those of the task and the protocol, and these on top of those of the run file; with --resume all on
    /// top of those of the run.
    /// </summary>
    internal static FineTuneOptions Bind(ParseResult result, FineTuneOptionGroups groups, string? config, TaskFlags? tasks = null)
    {
        FineTuneOptions Given(FineTuneOptions start)
        {
            var read = config is null
                ? start
                : WordOptions.ReadOver(start, bare => RunFileReader<FineTuneOptions>.Read(config, groups.All, bare));
            return groups.Bind(result, tasks?.Apply(result, read) ?? read);
        }

        var given = Given(FineTuneOptionGroups.Defaults);
        given = given.Resume && given.Output.Length > 0 ? Given(Recorded(given)) : given;

        // Its default would be taken for no score.
        return result.GetResult(ScoreOptionGroup.Tokens) is OptionResult { Implicit: false } && given.Score?.Command is null
            ? throw new CommandException(
                ExitCodes.Usage,
                $"'{ScoreOptionGroup.Tokens}' needs '{ScoreOptionGroup.Command}': say what scores, or leave it out."
            )
            : given;
    }

    /// <summary>The options of the run that goes on; its steps are counted anew where passes are given again.</summary>
    private static FineTuneOptions Recorded(FineTuneOptions given)
    {
        var config = new RunFolder(given.Output).ReadConfig();
        return given.Epochs is null ? config : config with { Steps = null };
    }

    /// <summary>Says what the run would cost, to standard error, and what it would be told, to standard output.</summary>
    private static async Task<int> PlanAsync(
        InvocationConfiguration streams,
        FineTuneOptions options,
        FineTuneOptionGroups groups,
        bool isJson,
        CancellationToken cancellation
    )
    {
        if (options.Method == TrainingMethod.Probe)
        {
            // No step could be measured; what the run would be told is all there is to say.
            if (isJson)
            {
                throw new CommandException(
                    ExitCodes.Usage,
                    "A probe takes no steps, so that there is no plan for '--json': leave it out for the file of the run, or '--dry-run'."
                );
            }

            _ = new FineTuner(options.Output.Length == 0 ? options with { Output = "." } : options);
            streams.Output.Write(RunFileWriter.Write(groups.All, options));
            return ExitCodes.Success;
        }

        // Nothing is written, so the folder need not be named yet.
        var planned = options.Output.Length == 0 ? options with { Output = "." } : options;
        var tuner = new FineTuner(planned);
        Hint(options, streams.Error);
        var plan = await RunDisplay.For(streams.Error, planned).ShowAsync(progress => tuner.PlanAsync(progress, cancellation));
        if (isJson)
        {
            Write(streams.Output, [ReportJson.Write(plan)]);
        }
        else
        {
            Write(streams.Error, PlanText.Lines(plan, planned));
            streams.Output.Write(RunFileWriter.Write(groups.All, options));
        }

        return ExitCodes.Success;
    }

    private static async Task<int> TrainAsync(
        InvocationConfiguration streams,
        FineTuneOptions options,
        string? predictions,
        bool isJson,
        CancellationToken cancellation
    )
    {
        var (output, error) = (streams.Output, streams.Error);
        var tuner = new FineTuner(options);
        if (predictions is not null)
        {
            if (options.EvalData is null && options.Data.EvalFraction == 0)
            {
                throw new CommandException(
                    ExitCodes.Usage,
                    "'--predictions' needs rows to predict: give '--eval-data' or '--eval-fraction', or leave it out."
                );
            }

            PredictionFile.Check(predictions, options);
        }

        Hint(options, error);
        var display = RunDisplay.For(error, options);
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

        if (predictions is not null && report.LastRows is { } rows)
        {
            PredictionFile.Write(predictions, rows);
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

    private static void Hint(FineTuneOptions options, TextWriter error)
    {
        if (ChoiceHint.For(options.Data) is { } hint)
        {
            error.WriteLine($"hint: {hint}");
        }
    }

    private static string StoppedBeforeTraining(FineTuneOptions options) =>
        File.Exists(new RunFolder(options.Output).JournalFile)
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
