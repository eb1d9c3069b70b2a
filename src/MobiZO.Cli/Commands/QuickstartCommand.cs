using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using MobiZO.Checkpoints.Storage;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.QuickStart;
using MobiZO.Cli.Reporting;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Training;

namespace MobiZO.Cli.Commands;

/// <summary>The main job from end to end, on the bundled model and real mail: spam or not.</summary>
internal static partial class QuickstartCommand
{
    public const string Name = "quickstart";
    public const string Summary = "Trains the bundled model on real mail (spam or not) and shows what it learned.";

    private const string Usage = "[--output <folder>] [--seed <n>]";
    private const string Example = "mobizo quickstart";
    private const string DefaultFolder = "mobizo-quickstart";
    private const ulong DefaultSeed = 42;
    private const int ShownMails = 6;

    public static Command Create()
    {
        var folder = OptionGroup<FineTuneOptions>.CreateOption(
            ["--output", "-o"],
            $"Folder for the run (by default, {DefaultFolder}); an earlier quick start in it is replaced, nothing else is.",
            OptionValue.Path("folder")
        );
        var seed = OptionGroup<FineTuneOptions>.CreateOption(
            ["--seed"],
            "Chooses the mails and the noise (by default, 42).",
            OptionValue.Seed
        );
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(OutputFlags.Section(folder, seed));
        command.SetAction(
            (result, cancellation) =>
                RunAsync(
                    result.InvocationConfiguration.Output,
                    result.InvocationConfiguration.Error,
                    result.GetValue(folder) ?? DefaultFolder,
                    result.GetResult(seed) is null ? DefaultSeed : result.GetValue(seed),
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(TextWriter output, TextWriter error, string folder, ulong seed, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        QuickStartFolder.RequireOwn(folder);
        var model = Path.Combine(AppContext.BaseDirectory, "models", "nano");
        var data = await SpamAssassinData.PrepareAsync(Path.Combine(CacheRoot.Default, "datasets"), error.WriteLine, cancellation);
        var fetched = watch.Elapsed;
        QuickStartFolder.Clear(folder);
        var options = QuickStartRecipe.Create(model, data, folder, seed);
        error.WriteLine("Task: is a mail spam? The model reads subject and first words and answers ' yes' or ' no'.");
        var listener = new Answers();
        var tuner = new FineTuner(options);
        var result = await RunDisplay
            .For(error, options)
            .ShowAsync(progress => tuner.TrainAsync(new Both(progress, listener), cancellation));
        if (result.End == RunEnd.Cancelled)
        {
            error.WriteLine("Stopped. Start the quick start again to run it from the beginning.");
            return ExitCodes.Stopped;
        }

        foreach (var line in Lines(result, options, listener, data, watch.Elapsed, fetched))
        {
            output.WriteLine(line);
        }

        return ExitCodes.Success;
    }

    private static IEnumerable<string> Lines(
        FineTuneResult result,
        FineTuneOptions options,
        Answers answers,
        string data,
        TimeSpan all,
        TimeSpan fetched
    )
    {
        var (first, last) = (result.First!, result.Last!);
        yield return "";
        yield return $"accuracy on {last.Rows} mails that were not trained on:  before {EvaluationText.Metric(first)}";
        yield return $"                                                 after  {EvaluationText.Metric(last)}";
        yield return $"time: {Quantity.Seconds(all.TotalSeconds)} ({Quantity.Seconds(fetched.TotalSeconds)} for the data, "
            + $"{Quantity.Seconds(result.StepSeconds)} in {result.Steps} training steps), "
            + $"peak memory {Quantity.Bytes(result.PeakMemoryBytes)}";
        yield return "";
        foreach (var line in MailTable(answers, data))
        {
            yield return line;
        }

        yield return "";
        yield return $"The adapter is in {result.AdapterFolder} (PEFT format). Next:";
        var folder = ShellText.Quote(options.Output);
        yield return $"  {MobizoCommand.Name} eval --run {folder} --data <your.jsonl>     "
            + "score mails of your own (columns subject, body, label)";
        yield return $"  {MobizoCommand.Name} replay {folder}                           "
            + "rebuild the adapter from the journal, without the model";
        yield return $"  {MobizoCommand.Name} train --help                                      your model, your data";
    }

    /// <summary>A few mails of each kind, spread evenly over the unseen ones and not chosen by their answers.</summary>
    private static IEnumerable<string> MailTable(Answers answers, string data)
    {
        var rows = DataFile.Read(data, new DataOptions()).ToDictionary(row => row.LineNumber);
        var before = answers.First!.Examples.ToDictionary(example => example.LineNumber);
        var chosen = answers
            .Last!.Examples.Where(after => rows[after.LineNumber]["subject"] is { Length: > 0 } subject && !Indecent().IsMatch(subject))
            .GroupBy(after => after.Label)
            .OrderBy(group => group.Key)
            .SelectMany(group => Spread([.. group]));
        yield return "mail (subject)                                        truth   before   after";
        foreach (var after in chosen)
        {
            var (line, wrong) = (after.LineNumber, after.IsCorrect ? "" : "  (wrong)");
            yield return $"{Fit(rows[line]["subject"], 52)}  {Word(answers, after.Label)}     "
                + $"{Word(answers, before[line].Prediction)}      {Word(answers, after.Prediction)}{wrong}";
        }
    }

    private static IEnumerable<ScoredExample> Spread(ScoredExample[] examples) =>
        Enumerable.Range(0, Math.Min(ShownMails / 2, examples.Length)).Select(i => examples[i * examples.Length / (ShownMails / 2)]);

    // The corpus is real mail of 2002; not all of it belongs on a screen at work.
    [GeneratedRegex("sex|fuck|xxx|porn|adult|girl|teen|nude|naked|horny|virgin|viagra|penis|breast|erect|mothers", RegexOptions.IgnoreCase)]
    private static partial Regex Indecent();

    private static string Word(Answers answers, int? choice) => answers.Last!.Choices[choice!.Value].Trim().PadRight(3);

    private static string Fit(string text, int width) => text.Length <= width ? text.PadRight(width) : text[..(width - 3)] + "...";

    private sealed class Answers
    {
        public EvaluationResult? First { get; set; }

        public EvaluationResult? Last { get; set; }
    }

    /// <summary>Shows everything and remembers the first and the last answers.</summary>
    private sealed class Both(IProgress<TrainingEvent> display, Answers answers) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is EvaluationCompleted evaluation)
            {
                answers.First ??= evaluation.Result;
                answers.Last = evaluation.Result;
            }

            display.Report(value);
        }
    }
}
