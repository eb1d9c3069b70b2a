using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>Whole runs on ExecuTorch beside the same runs on ONNX Runtime.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ExecuTorchTrainingTests()
    {
        new TinyLlama(
            layers: 2,
            hidden: 12,
            headDimension: 4,
            heads: 2,
            keyValueHeads: 1,
            vocabulary: TinyTokenizer.Size,
            tied: false
        ).WriteFolder(At("model"));
        File.WriteAllLines(
            At("rows.jsonl"),
            Enumerable.Range(0, 10).Select(row => $$"""{"text": "{{(row % 2 == 0 ? "good" : "bad")}} {{row}}", "label": {{row % 2}}}""")
        );
    }

    /// <summary>Estimator, scope, largest difference of B: the normalised one divides rounding by the spread of the losses.</summary>
    public static TheoryData<EstimatorKind, AdapterScope, double> Ways =>
        new()
        {
            { EstimatorKind.TwoSided, AdapterScope.Activated, 1e-5 },
            { EstimatorKind.TwoSided, AdapterScope.All, 1e-5 },
            { EstimatorKind.OneSidedNormalized, AdapterScope.Activated, 2e-4 },
        };

    public void Dispose() => _folder.Dispose();

    [ExecuTorchTheory]
    [MemberData(nameof(Ways))]
    public async Task AHundredStepsAreThoseOfOnnxRuntime(EstimatorKind estimator, AdapterScope scope, double tolerance)
    {
        FineTuneOptions Change(FineTuneOptions options) =>
            options with
            {
                Adapter = options.Adapter with { Scope = scope },
                Optimizer = options.Optimizer with { Estimator = estimator },
            };

        var expected = await Train(EngineCatalog.OnnxRuntime, "onnx", 100, Change);
        var found = await Train(EngineCatalog.ExecuTorch, "executorch", 100, Change);

        Assert.Contains(expected, value => Math.Abs(value) > 1e-3);
        Assert.Equal(0, expected.Zip(found, (one, other) => Math.Abs(one - other)).Max(), tolerance);
    }

    [ExecuTorchFact]
    public async Task AnUpdateInTheEngineIsThatOfTheHost()
    {
        var host = await Train(EngineCatalog.ExecuTorch, "host", 8);
        var engine = await Train(EngineCatalog.ExecuTorch, "engine", 8, options => options with { Update = UpdatePlace.Engine });
        Assert.Equal(0, host.Zip(engine, (one, other) => Math.Abs(one - other)).Max(), 1e-6);
    }

    [ExecuTorchFact]
    public async Task AStoppedRunGoesOnToTheSameBitsAndIsReplayed()
    {
        var whole = await Train(EngineCatalog.ExecuTorch, "whole", 7);
        using var stop = new CancellationTokenSource();
        await new FineTuner(Options(EngineCatalog.ExecuTorch, "stopped", 7)).TrainAsync(new StopAt(3, stop), stop.Token);
        var resumed = await Train(EngineCatalog.ExecuTorch, "stopped", 7, options => options with { Resume = true });

        Assert.Equal(whole, resumed);
        Assert.Equal(whole, RunReplay.Rebuild(new RunFolder(At("stopped"))).ToState());
        Assert.Equal("executorch", RunJournal.Read(At("stopped/journal.jsonl")).Header.Properties["engine"]);
    }

    private async Task<float[]> Train(string engine, string output, int steps, Func<FineTuneOptions, FineTuneOptions>? change = null)
    {
        var options = Options(engine, output, steps);
        var result = await new FineTuner(change is null ? options : change(options)).TrainAsync();
        Assert.Equal(RunEnd.Completed, result.End);
        return AdapterFiles.Load(result.AdapterFolder).ToState();
    }

    private FineTuneOptions Options(string engine, string output, int steps) =>
        new()
        {
            Model = At("model"),
            TrainData = At("rows.jsonl"),
            Output = At(output),
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
                LearningRate = 0.02f,
            },
            Engine = new EngineOptions
            {
                Name = engine,
                Threads = 1,
                CacheFolder = At("cache"),
            },
            Steps = steps,
            ExamplesPerStep = 2,
            EvalEvery = 0,
        };

    private string At(string name) => Path.Combine(_folder.Path, name);

    private sealed class StopAt(int step, CancellationTokenSource stop) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is StepCompleted { Result.Step: var taken } && taken + 1 == step)
            {
                stop.Cancel();
            }
        }
    }
}
