using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Initialization;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;

namespace MobiZO.Tests.Training;

/// <summary>Runs that train on an adapter that is there already.</summary>
public sealed class StartFromTests
{
    [Theory]
    [InlineData(EstimatorKind.TwoSided, AdapterScope.Activated)]
    [InlineData(EstimatorKind.TwoSided, AdapterScope.All)]
    [InlineData(EstimatorKind.Reverse, AdapterScope.Activated)]
    [InlineData(EstimatorKind.Guided, AdapterScope.Activated)]
    public async Task A_run_starts_where_the_adapter_stands(EstimatorKind estimator, AdapterScope scope)
    {
        using var run = NewRun(estimator, scope);
        var first = await run.TrainAsync();
        var second = await run.TrainAsync(options => Following(options, run.At("run", "adapter")));

        var (source, initial) = (AdapterFiles.Load(run.At("run", "adapter")), AdapterFiles.Load(run.At("second", "initial")));
        Assert.True(initial.HasSameWeightsAs(source));
        Assert.Contains(source.ToState(), value => value != 0);
        Assert.Equal(source.InvocationTokens, initial.InvocationTokens);
        Assert.Equal((source.Rank, source.Alpha, source.Scope), (initial.Rank, initial.Alpha, initial.Scope));

        // The evaluation before the first step is that of the adapter, not of the base model.
        var (end, start) = (first.Evaluations[^1], second.Evaluations[0]);
        Assert.Equal((7, 0), (end.Step, start.Step));
        Assert.Equal(end with { Step = 0, Work = start.Work }, start);
        var trained = AdapterFiles.Load(run.At("second", "adapter"));
        Assert.NotEqual(source.ToState(), trained.ToState());
        Assert.Equal(source.Modules.SelectMany(module => module.A), trained.Modules.SelectMany(module => module.A));
        Assert.True(RunReplay.Rebuild(new RunFolder(run.At("second"))).HasSameWeightsAs(trained));
    }

    /// <summary>With or without its checkpoint, and when the adapter that it started from is gone.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stopped_run_goes_on_to_the_same_bytes(bool isRebuilt)
    {
        using var run = NewRun(EstimatorKind.TwoSided, AdapterScope.Activated);
        await run.TrainAsync();
        var source = run.At("source");
        AdapterFiles.Save(AdapterFiles.Load(run.At("run", "adapter")), source);
        run.Options = Following(run.Options, source);
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(4);
        Directory.Delete(source, recursive: true);
        if (isRebuilt)
        {
            File.Delete(run.At("second", "checkpoint.safetensors"));
            Directory.Delete(run.At("second", "best"), recursive: true);
        }

        await run.TrainAsync(options => options with { Resume = true });

        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes("second"));
    }

    [Fact]
    public async Task Another_start_is_another_run()
    {
        using var run = NewRun(EstimatorKind.TwoSided, AdapterScope.Activated);
        await run.TrainAsync();
        await run.TrainUntilAsync(4, options => Following(options, run.At("run", "adapter")));

        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options => Following(options, run.At("run", "initial")) with { Resume = true })
        );

        Assert.Contains("properties.start", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_GGUF_adapter_is_a_start_as_well()
    {
        using var run = NewRun(EstimatorKind.Reverse, AdapterScope.Activated);
        await run.TrainAsync();
        var source = AdapterFiles.Load(run.At("run", "adapter"));
        using (var model = Checkpoint.Open(run.Options.Model))
        {
            AdapterFiles.Save(source, run.At("start.gguf"), AdapterFormat.Gguf, model);
        }

        await run.TrainAsync(options => Following(options, run.At("start.gguf")));

        Assert.True(AdapterFiles.Load(run.At("second", "initial")).HasSameWeightsAs(source));
    }

    [Fact]
    public async Task What_the_adapter_decides_cannot_be_said_otherwise()
    {
        using var run = NewRun(EstimatorKind.TwoSided, AdapterScope.Activated);
        await run.TrainAsync();
        var start = new AdapterOptions { StartFrom = run.At("run", "adapter") };
        Task Train(AdapterOptions adapter) => run.TrainAsync(options => options with { Adapter = adapter, Output = run.At("second") });
        foreach (
            var (adapter, part) in new[]
            {
                (start with { Rank = 3 }, "AdapterOptions.Rank is 3"),
                (start with { Alpha = 3 }, "AdapterOptions.Alpha is 3"),
                (start with { Layers = "top-1" }, "Layers"),
                (start with { TargetModules = "q_proj" }, "TargetModules"),
                (start with { Initialization = AdapterInitialization.Discriminant }, "Initialization"),
            }
        )
        {
            Assert.Contains(part, (await Assert.ThrowsAsync<FineTuneException>(() => Train(adapter))).Message, StringComparison.Ordinal);
        }

        await Train(start with { Rank = 2, Alpha = 4, Layers = "all" });
    }

    private static TinyRun NewRun(EstimatorKind estimator, AdapterScope scope)
    {
        var run = new TinyRun();
        run.Options = run.Options with
        {
            Adapter = new AdapterOptions
            {
                Rank = 2,
                Alpha = 4,
                Scope = scope,
                Initialization = AdapterInitialization.Kaiming,
            },
            Optimizer = estimator == EstimatorKind.TwoSided ? run.Options.Optimizer : new OptimizerOptions { Estimator = estimator },
        };
        return run;
    }

    private static FineTuneOptions Following(FineTuneOptions options, string start) =>
        options with
        {
            Adapter = new AdapterOptions { StartFrom = start },
            Output = Path.Combine(Path.GetDirectoryName(options.Output)!, "second"),
        };
}
