using System.CommandLine;
using System.CommandLine.Parsing;
using MobiZO.Cli.Help;
using MobiZO.Evaluation;
using MobiZO.Tasks;

namespace MobiZO.Cli.Options;

/// <summary>
/// The options that stand for others: a ready task and a protocol. They come before the file of settings and behind the options that are
/// given themselves, and leave no trace but the settings that they stand for.
/// </summary>
internal sealed class TaskFlags
{
    private const string Paper = "paper";

    private readonly Option<string> _task = OptionGroup<FineTuneOptions>.CreateOption(
        ["--task"],
        "Ready task: its files, template, fields and label words ('mobizo tasks' lists them), or a JSON file that describes one.",
        OptionValue.Text("name|file")
    );

    private readonly Option<string> _folder = OptionGroup<FineTuneOptions>.CreateOption(
        ["--data-dir"],
        "Folder that the files of the task lie in, or one that holds it.",
        OptionValue.Path("folder")
    );

    private readonly Option<string> _protocol = OptionGroup<FineTuneOptions>.CreateOption(
        ["--protocol"],
        "How the run is measured: ours (the last step) or paper (first 1000 rows, 20000 steps, best evaluation).",
        OptionValue.NameOf(["ours", Paper])
    );

    private readonly Option<double> _scale = OptionGroup<FineTuneOptions>.CreateOption(
        ["--protocol-scale"],
        "Share of the steps of the protocol paper.",
        OptionValue.Double
    );

    /// <summary>The section of the help of a command that trains.</summary>
    public HelpSection TrainingSection =>
        new("Task", [Entry(_task), Entry(_folder), new HelpEntry(_protocol, "ours"), new HelpEntry(_scale, "1")]);

    /// <summary>The section of the help of a command that scores.</summary>
    public HelpSection EvaluationSection => new("Task", [Entry(_task), Entry(_folder)]);

    /// <summary>A run with what the task and the protocol stand for, but where an option is given that takes its place.</summary>
    public FineTuneOptions Apply(ParseResult result, FineTuneOptions options)
    {
        if (Task(result) is { } task)
        {
            var isScored = IsGiven(result, "--score");
            var isResumed = options.Resume || IsGiven(result, "--resume");
            options = options with
            {
                Data = task.ApplyTo(options.Data),
                Loss = isScored ? null : task.Loss,
                Metric =
                    isScored ? null
                    : isResumed ? options.Metric ?? task.AnswerMetric
                    : task.AnswerMetric ?? options.Metric,
            };
            if (!isResumed)
            {
                // The run that goes on names its files.
                RequireFiles(result, options.TrainData);
            }

            if (result.GetValue(_folder) is { } folder)
            {
                options = options with
                {
                    TrainData = IsGiven(result, "--data") ? options.TrainData : task.TrainFileIn(folder),
                    EvalData = IsGiven(result, "--eval-data") || IsGiven(result, "--eval-fraction") ? null : task.EvalFileIn(folder),
                };
            }
        }

        if (result.GetValue(_protocol) != Paper)
        {
            return !IsGiven(result, _scale.Name)
                ? options
                : throw new CommandException(ExitCodes.Usage, "Option '--protocol-scale' needs '--protocol paper'.");
        }

        options = PaperProtocol.ApplyTo(options, IsGiven(result, _scale.Name) ? result.GetValue(_scale) : 1);
        return IsGiven(result, "--few-shot") ? options with { Data = options.Data with { MaxRows = null } } : options;
    }

    /// <summary>The options of an evaluation with what the task stands for, but where an option is given that takes its place.</summary>
    public EvaluationOptions Apply(ParseResult result, EvaluationOptions options)
    {
        if (Task(result) is not { } task)
        {
            return options;
        }

        RequireFiles(result, options.DataFile);
        options = options with { Data = task.ApplyTo(options.Data), Metric = options.Metric ?? task.AnswerMetric };
        return result.GetValue(_folder) is { } folder && !IsGiven(result, "--data")
            ? options with
            {
                DataFile = task.ApplyTo(options, folder).DataFile,
            }
            : options;
    }

    /// <summary>A task says how its rows are read; where they lie is said by its folder, or by the file of rows.</summary>
    private void RequireFiles(ParseResult result, string rows)
    {
        if (string.IsNullOrEmpty(rows) && !IsGiven(result, _folder.Name) && !IsGiven(result, "--data"))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"Option '--task' needs '{_folder.Name}', the folder that the files of the task lie in, or '--data', one of its files."
            );
        }
    }

    private ReadyTask? Task(ParseResult result)
    {
        if (result.GetValue(_task) is { } name)
        {
            return ReadyTasks.Find(name);
        }

        return IsGiven(result, _folder.Name)
            ? throw new CommandException(ExitCodes.Usage, "Option '--data-dir' needs '--task': the task says which files lie in it.")
            : null;
    }

    private static HelpEntry Entry(Option option) => new(option, null);

    private static bool IsGiven(ParseResult result, string name) =>
        result.CommandResult.Children.OfType<OptionResult>().Any(child => child.Option.Name == name && !child.Implicit);
}
