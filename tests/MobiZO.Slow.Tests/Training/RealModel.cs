using System.Globalization;
using System.Text.Json;
using MobiZO.Data;
using MobiZO.Optimization;
using MobiZO.Runs;
using MobiZO.TestKit;

namespace MobiZO.Slow.Tests.Training;

/// <summary>
/// The runs that the project must show, on SmolLM2-135M-Instruct, with the default settings. With MOBIZO_RESULTS set to a folder, every
/// curve is written there.
/// </summary>
internal static class RealModel
{
    public const string ModelPath = "models/smollm2-135m-instruct";
    public static readonly ulong[] Seeds = [42, 1337, 2025];

    public static string Model => Shared.PathOf(ModelPath);

    public static FineTuneOptions SmsSpam(ulong seed) =>
        new()
        {
            Model = Model,
            TrainData = Shared.PathOf("data/sms-spam/sms.tsv"),
            Output = Directory.CreateTempSubdirectory("mobizo-slow-").FullName,
            Seed = seed,
            Data = new DataOptions
            {
                Columns = ["label", "text"],
                Template = @"Message: {text}\nIs this message spam? Answer:",
                LabelWords = [new LabelWord("ham", " no"), new LabelWord("spam", " yes")],
                Balanced = true,
                EvalBalanced = true,
                MaxRows = 500,
                EvalFraction = 0.4,
            },
        };

    public static FineTuneOptions Sst2(ulong seed) =>
        new()
        {
            Model = Model,
            TrainData = Shared.PathOf("data/glue/SST-2/train.tsv"),
            EvalData = Shared.PathOf("data/glue/SST-2/dev.tsv"),
            Output = Directory.CreateTempSubdirectory("mobizo-slow-").FullName,
            Seed = seed,
            Data = new DataOptions
            {
                Template = @"{sentence}\nSentiment:",
                TextColumn = "sentence",
                Choices = [" negative", " positive"],
                MaxRows = 1000,
            },
        };

    /// <summary>Trains and records the curve.</summary>
    public static async Task<FineTuneResult> TrainAsync(string name, FineTuneOptions options)
    {
        var result = await new FineTuner(options).TrainAsync();
        Record(name, options, result);
        Directory.Delete(options.Output, recursive: true);
        return result;
    }

    public static string Describe(IEnumerable<FineTuneResult> results) =>
        string.Join(
            "; ",
            results.Select(result =>
                string.Join(
                    " ",
                    result.Evaluations.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Step}:{point.Accuracy:p1}"))
                )
            )
        );

    private static void Record(string name, FineTuneOptions options, FineTuneResult result)
    {
        if (Environment.GetEnvironmentVariable("MOBIZO_RESULTS") is not { Length: > 0 } folder)
        {
            return;
        }

        // What was left open is decided in the run's own file.
        options = new RunFolder(options.Output).ReadConfig();
        Directory.CreateDirectory(folder);
        var line = JsonSerializer.Serialize(
            new
            {
                name,
                seed = options.Seed,
                scope = options.Adapter.Scope.ToString(),
                targets = options.Adapter.TargetModules,
                layers = options.Adapter.Layers,
                r = options.Adapter.Rank,
                mode = options.Optimizer.Estimator.ToString(),
                epsilon = options.Optimizer.Epsilon,
                queries = options.Optimizer.Queries,
                examples_per_step = options.ExamplesPerStep,
                learning_rate = options.Optimizer.LearningRate ?? OptimizerOptions.DefaultLearningRate,
                steps = result.Steps,
                accuracy = result.Evaluations.Select(point => new
                {
                    step = point.Step,
                    correct = point.Correct,
                    rows = point.Rows,
                    choice_loss = Math.Round(point.ChoiceLoss ?? 0, 4, MidpointRounding.ToEven),
                    token_loss = Math.Round(point.TokenLoss, 4, MidpointRounding.ToEven),
                }),
                seconds = Math.Round(result.Seconds, 1, MidpointRounding.ToEven),
                step_seconds = Math.Round(result.StepSeconds, 1, MidpointRounding.ToEven),
                peak_memory_mb = result.PeakMemoryBytes >> 20,
            }
        );
        File.AppendAllText(Path.Combine(folder, name + ".jsonl"), line + "\n");
    }
}
