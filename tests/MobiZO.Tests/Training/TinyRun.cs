using MobiZO.Data;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>A folder with a tiny random model on disk and rows to train on; runs go to sub-folders.</summary>
internal sealed class TinyRun : IDisposable
{
    public TinyRun(string engine = EngineCatalog.Reference, params string[] poisonedTokens)
    {
        Folder = Directory.CreateTempSubdirectory("mobizo-run-").FullName;
        var model = new TinyLlama(
            layers: 2,
            hidden: 12,
            headDimension: 4,
            heads: 2,
            keyValueHeads: 1,
            vocabulary: TinyTokenizer.Size,
            tied: false
        );
        foreach (var token in poisonedTokens)
        {
            model.Values("model.embed_tokens.weight").AsSpan(TinyTokenizer.IdOf(token) * 12, 12).Fill(float.NaN);
        }

        model.WriteFolder(At("model"));
        Write(
            "train.jsonl",
            [.. Enumerable.Range(0, 10).Select(index => Row(index % 2 == 0 ? $"good {index}" : $"bad {index}{index}", index % 2))]
        );
        Write(
            "eval.jsonl",
            [.. Enumerable.Range(0, 6).Select(index => Row(index % 2 == 0 ? $"fine {index}" : $"poor {index}", index % 2))]
        );
        Write("test.jsonl", [.. Enumerable.Range(0, 5).Select(index => Row($"text {index}", index % 2))]);
        Options = new FineTuneOptions
        {
            Model = At("model"),
            TrainData = At("train.jsonl"),
            EvalData = At("eval.jsonl"),
            Output = At("run"),
            Data = new DataOptions
            {
                Template = "{text}?",
                Choices = [" no", " yes"],
                MaxLength = 32,
            },
            Adapter = new AdapterOptions { Rank = 2, Alpha = 4 },
            Optimizer = new OptimizerOptions
            {
                Estimator = EstimatorKind.TwoSided,
                Queries = 3,
                Epsilon = 0.01f,
                LearningRate = 0.05f,
            },
            Engine = new EngineOptions
            {
                Name = engine,
                Threads = 1,
                CacheFolder = At("cache"),
            },
            Steps = 7,
            ExamplesPerStep = 2,
            EvalEvery = 3,

            // Their own tests measure them; every other run would only be slower.
            Anchors = false,
        };
    }

    public string Folder { get; }

    public FineTuneOptions Options { get; set; }

    public static string Row(string text, int label) => $$"""{"text": "{{text}}", "label": {{label}}}""";

    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    public void Write(string name, params string[] lines) => File.WriteAllLines(At(name), lines);

    public Task<FineTuneResult> TrainAsync(
        Func<FineTuneOptions, FineTuneOptions>? change = null,
        Action<TrainingEvent>? seen = null,
        CancellationToken cancellation = default
    ) => new FineTuner(change is null ? Options : change(Options)).TrainAsync(seen is null ? null : new Watch(seen), cancellation);

    /// <summary>Trains until a number of steps is taken, then stops as a user would.</summary>
    public Task<FineTuneResult> TrainUntilAsync(int step, Func<FineTuneOptions, FineTuneOptions>? change = null)
    {
        var stop = new CancellationTokenSource();
        return TrainAsync(change, happened => StopAt(happened, step, stop), stop.Token);
    }

    public Dictionary<string, string> AdapterBytes(string run = "run") =>
        Directory
            .GetFiles(At(run), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) is "adapter" or "best" or "initial")
            .ToDictionary(file => Path.GetRelativePath(At(run), file), file => Convert.ToHexString(File.ReadAllBytes(file)));

    public RunJournal Journal(string run = "run") => RunJournal.Read(At(run, "journal.jsonl"));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void StopAt(TrainingEvent happened, int step, CancellationTokenSource stop)
    {
        if (happened is StepCompleted completed && completed.Result.Step + 1 == step)
        {
            stop.Cancel();
        }
    }

    /// <summary>Told at once, on the thread of the run.</summary>
    private sealed class Watch(Action<TrainingEvent> seen) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => seen(value);
    }
}
