using MobiZO.Adapters;
using MobiZO.Evaluation;
using MobiZO.Initialization;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>The stages of a run one by one: rows, decided options, opened run, A, rate, prepared run.</summary>
public sealed class StageTests
{
    [Fact]
    public void RowsSayWhatIsDecidedFromThem()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var rows = RunRows.Read(run.Options, model);
        Assert.Equal((10, 6, 2, true, true), (rows.Train.Count, rows.Eval.Count, rows.Labels, rows.HasChoices, rows.HasSingleRows));
        Assert.Equal(
            5,
            rows.ReadTest is null ? 0 : RunRows.Read(run.Options with { TestData = run.At("test.jsonl") }, model).ReadTest().Count
        );

        var other = RunRows.Read(run.Options with { Data = run.Options.Data with { Choices = [" no", " not at all"] } }, model);
        Assert.False(other.HasSingleRows);
        Assert.NotEqual(rows.TrainDigest, other.TrainDigest);
        Assert.Empty(rows.Notes);
        var cut = RunRows.Read(run.Options with { Data = run.Options.Data with { MaxLength = 6 } }, model);
        Assert.Contains("DataOptions.MaxLength", cut.Notes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, " yes", StepLossKind.Choices, LossKind.Choices)]
    [InlineData(null, " not at all", StepLossKind.ChoiceBranches, LossKind.Choices)]
    [InlineData(LossKind.Tokens, " yes", StepLossKind.Tokens, LossKind.Tokens)]
    public void TheLossFollowsTheRows(LossKind? given, string word, StepLossKind loss, LossKind kind)
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var options = run.Options with { Loss = given, Data = run.Options.Data with { Choices = [" no", word] } };
        var decided = DecidedOptions.Of(options, RunRows.Read(options, model));
        Assert.Equal((loss, kind), (decided.Loss, decided.LossKind));
    }

    /// <summary>Nothing is left open, and what was given stays.</summary>
    [Fact]
    public void DecidedOptionsLeaveNothingOpen()
    {
        var options = new FineTuneOptions
        {
            Model = "m",
            TrainData = "d",
            Output = "o",
        };
        var decided = DecidedOptions.Of(options, labels: 3, StepLossKind.Choices);
        Assert.Equal(
            (3, 6d, AdapterInitialization.Discriminant, LayerFilter.UpperHalfWord),
            (decided.Adapter.Rank, decided.Adapter.Alpha, decided.Adapter.Initialization, decided.Adapter.Layers)
        );
        Assert.Equal(decided.Adapter.ToOptions(), decided.Run.Adapter);
        Assert.Equal(OptimizerOptions.UpperHalfLearningRate, decided.Run.Optimizer.LearningRate);

        // With little memory a run of the engine takes fewer tokens, unless a number is given.
        int? TokensOf(bool lowMemory, int? given) =>
            DecidedOptions
                .Of(
                    options with
                    {
                        MaxTokensPerRun = given,
                        Engine = options.Engine with { LowMemory = lowMemory },
                    },
                    labels: 3,
                    StepLossKind.Choices
                )
                .Run.MaxTokensPerRun;
        Assert.Equal((1024, 256, 512), (TokensOf(false, null), TokensOf(true, null), TokensOf(true, 512)));
        var low = options with { Engine = options.Engine with { LowMemory = true } };
        Assert.Equal(
            (128, 32),
            (decided.Run.GradientMegabytes, DecidedOptions.Of(low, labels: 3, StepLossKind.Choices).Run.GradientMegabytes)
        );
        var evaluation = new EvaluationOptions { Model = "m", DataFile = "d" };
        Assert.Equal(
            (1024, 256),
            (evaluation.TokensPerRunInForce, (evaluation with { Engine = evaluation.Engine with { LowMemory = true } }).TokensPerRunInForce)
        );

        // Deciding again changes nothing: the configuration of a run can be given to a run.
        Assert.Equal(decided.Run, DecidedOptions.Of(decided.Run, labels: 0, StepLossKind.Choices).Run);
        var found = decided.WithFound(0.25f).Run.Optimizer;
        Assert.Equal((0.25f, false), (found.LearningRate, found.ProbeLearningRate));
    }

    [Fact]
    public void LabelWordsAreNeededWhereTheyAreAskedFor()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var free = run.Options with { Data = run.Options.Data with { Choices = null, CompletionColumn = "text", Template = "{label}?" } };
        var rows = RunRows.Read(free with { EvalData = null }, model);
        Assert.Contains("DataOptions.Choices", Refusal(free with { Loss = LossKind.Choices }, rows), StringComparison.Ordinal);
        Assert.Contains(
            "Kaiming",
            Refusal(free with { Adapter = new AdapterOptions { Initialization = AdapterInitialization.Discriminant } }, rows),
            StringComparison.Ordinal
        );
    }

    /// <summary>The preview stops before A and rate: the adapter is the one drawn from the seed, and no file is written.</summary>
    [Fact]
    public void APreviewComputesOneStepAndWritesNothing()
    {
        using var run = new TinyRun();
        var options = run.Options with
        {
            Adapter = new AdapterOptions(),
            Optimizer = run.Options.Optimizer with { ProbeLearningRate = true, LearningRate = null },
        };
        using var preview = PreparedRun.Preview(options, progress: null);
        Assert.True(preview.Options.Run.Optimizer.ProbeLearningRate);
        Assert.True(preview.Caches.Plan!.Left > 0);
        Assert.False(Directory.Exists(run.At("run")));

        using var prepared = PreparedRun.Prepare(options, recorded: null, progress: null, CancellationToken.None);
        Assert.Equal(0, prepared.Caches.Plan!.Left);
        Assert.False(prepared.Options.Run.Optimizer.ProbeLearningRate);
        Assert.False(prepared.Adapter.HasSameWeightsAs(preview.Adapter));
        Assert.Equal(preview.Adapter.Layout.Segments, prepared.Adapter.Layout.Segments);
        Assert.False(Directory.Exists(run.At("run")));
    }

    /// <summary>A run that goes on takes A and rate from its files.</summary>
    [Fact]
    public async Task ARecordedRunKeepsItsAdapterAndItsRate()
    {
        using var run = new TinyRun();
        var options = run.Options with
        {
            Adapter = new AdapterOptions(),
            Optimizer = run.Options.Optimizer with { ProbeLearningRate = true, LearningRate = null },
        };
        Assert.Null(RecordedRun.Read(options));
        await run.TrainUntilAsync(2, _ => options);
        var journal = run.Journal();

        // Another A in the folder shows that it is read, not computed again.
        var stored = AdapterFiles.Load(run.At("run", "initial"));
        foreach (var module in stored.Modules)
        {
            Array.Fill(module.A, 0.5f);
        }

        AdapterFiles.Save(stored, run.At("run", "initial"));
        var recorded = RecordedRun.Read(options with { Resume = true });
        using var prepared = PreparedRun.Prepare(options with { Resume = true }, recorded, progress: null, CancellationToken.None);
        Assert.True(prepared.Adapter.HasSameWeightsAs(stored));
        Assert.Equal(journal.Header.Optimizer.LearningRate, prepared.Options.Run.Optimizer.LearningRate);
        var error = Assert.Throws<FineTuneException>(() => recorded!.Restore(prepared.Header, steps: 2, progress: null));
        Assert.Contains("does not match the checksum", error.Message, StringComparison.Ordinal);
    }

    private static string Refusal(FineTuneOptions options, RunRows rows) =>
        Assert.Throws<FineTuneException>(() => DecidedOptions.Of(options, rows)).Message;

    /// <summary>A large model is converted for minutes: whoever stops that leaves nothing behind, and may start again.</summary>
    [Fact]
    public async Task A_conversion_of_weights_can_be_stopped()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new FineTuner(run.Options).PlanAsync(new StopAtWeights(stop), stop.Token)
        );
        Assert.True(stop.IsCancellationRequested);
        Assert.DoesNotContain(
            Directory.GetFiles(run.At("cache"), "*", SearchOption.AllDirectories),
            file => new FileInfo(file).Length > 4096
        );
        Assert.True((await new FineTuner(run.Options).PlanAsync()).StepMilliseconds > 0);
    }

    private sealed class StopAtWeights(CancellationTokenSource stop) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is StageProgress { Stage: "preparing weights" })
            {
                stop.Cancel();
            }
        }
    }
}
