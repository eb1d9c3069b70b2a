using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Initialization;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Tests.Training;
using MobiZO.Training;

namespace MobiZO.Tests.Initialization;

public class DiscriminantRunTests
{
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public async Task LabelWordsGetAnAdapterFromThePrompts(string engine)
    {
        using var run = new TinyRun(engine);
        await run.TrainAsync(options => options with { Adapter = new AdapterOptions() });

        var adapter = AdapterFiles.Load(run.At("run", "initial"));
        Assert.Equal(2, adapter.Rank);
        Assert.Equal(4, adapter.Alpha);
        var chance = LoraAdapter.CreateFresh(
            adapter.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize)),
            2,
            4,
            run.Options.Seed
        );
        Assert.All(adapter.Modules.Zip(chance.Modules), pair => Assert.NotEqual(pair.Second.A, pair.First.A));
        Assert.All(adapter.Modules, module => Assert.All(module.A, value => Assert.True(float.IsFinite(value))));

        // The model has two layers; what is in config.json is what was decided.
        Assert.Equal("model.layers.1.self_attn.o_proj", Assert.Single(adapter.Modules).Name);
        var config = new RunFolder(run.At("run")).ReadConfig();
        Assert.Equal((AdapterInitialization.Discriminant, "upper-half"), (config.Adapter.Initialization, config.Adapter.Layers));
    }

    [Fact]
    public async Task EnginesReadTheSamePrompts()
    {
        using var reference = new TinyRun(EngineCatalog.Reference);
        using var onnx = new TinyRun(EngineCatalog.OnnxRuntime);
        foreach (var run in new[] { reference, onnx })
        {
            await run.TrainAsync(options =>
                options with
                {
                    Adapter = new AdapterOptions(),
                    Steps = 1,
                    PrefixCacheType = MobiZO.PrefixCache.PrefixCacheType.Fp32,
                }
            );
        }

        var (left, right) = (AdapterFiles.Load(reference.At("run", "initial")), AdapterFiles.Load(onnx.At("run", "initial")));
        foreach (var (first, second) in left.Modules.Zip(right.Modules))
        {
            var size = first.A.Max(Math.Abs);
            Assert.All(first.A.Zip(second.A), pair => Assert.Equal(pair.First, pair.Second, 1e-3f * size));
        }
    }

    [Theory]
    [InlineData(AdapterScope.All, AdapterInitialization.Auto)]
    [InlineData(AdapterScope.Activated, AdapterInitialization.Kaiming)]
    public async Task ChanceOtherwise(AdapterScope scope, AdapterInitialization initialization)
    {
        using var run = new TinyRun();
        await run.TrainAsync(options =>
            options with
            {
                Steps = 1,
                Adapter = new AdapterOptions { Scope = scope, Initialization = initialization },
            }
        );

        var adapter = AdapterFiles.Load(run.At("run", "initial"));
        Assert.Equal(8, adapter.Rank);
        var names = adapter.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize));
        Assert.Equal(
            LoraAdapter.CreateFresh(names, 8, 16, run.Options.Seed).Modules.Select(module => module.A),
            adapter.Modules.Select(module => module.A)
        );
    }

    [Fact]
    public async Task ResumedRunKeepsItsA()
    {
        using var run = new TinyRun();
        await run.TrainAsync(options => options with { Adapter = new AdapterOptions(), Output = run.At("whole") });
        await run.TrainUntilAsync(4, options => options with { Adapter = new AdapterOptions() });
        await run.TrainAsync(options => options with { Adapter = new AdapterOptions(), Resume = true });

        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(4, 4)]
    [InlineData(40, 16)]
    public void RankIsTheNumberOfLabelsUpToALimit(int labels, int rank)
    {
        var decided = DecidedAdapter.Of(new AdapterOptions(), labels);
        Assert.Equal((rank, 2d * rank), (decided.Rank, decided.Alpha));
        Assert.Equal(3, DecidedAdapter.Of(new AdapterOptions { Rank = 3 }, labels).Rank);
    }

    [Theory]
    [InlineData(2, EstimatorKind.OneSidedNormalized, "upper-half", 0.6f)]
    [InlineData(2, EstimatorKind.TwoSided, "upper-half", 0.3f)]
    [InlineData(0, EstimatorKind.OneSidedNormalized, "all", 0.3f)]
    public void LayersAndRateAreDecidedTogether(int labels, EstimatorKind estimator, string layers, float rate)
    {
        var options = new FineTuneOptions
        {
            Model = "m",
            TrainData = "d",
            Output = "o",
            Optimizer = new OptimizerOptions { Estimator = estimator },
        };
        var decided = DecidedOptions.Of(options, labels, StepLossKind.Tokens).Run;
        Assert.Equal((layers, rate), (decided.Adapter.Layers, decided.Optimizer.LearningRate));

        var given = DecidedOptions
            .Of(
                options with
                {
                    Adapter = new AdapterOptions { Layers = "upper-half" },
                    Optimizer = options.Optimizer with { LearningRate = 0.1f },
                },
                labels,
                StepLossKind.Tokens
            )
            .Run;
        Assert.Equal(("upper-half", 0.1f), (given.Adapter.Layers, given.Optimizer.LearningRate));
    }

    /// <summary>Where other layers are asked for, the rate that was measured with the upper half does not hold.</summary>
    [Theory]
    [InlineData("o_proj", "all", "all")]
    [InlineData("o_proj", "top-1", "top-1")]
    [InlineData(@"model\.layers\.(0|1)\..*o_proj", null, "all")]
    public void OtherLayersHaveTheOtherRate(string targets, string? given, string layers)
    {
        var options = new FineTuneOptions
        {
            Model = "m",
            TrainData = "d",
            Output = "o",
            Adapter = new AdapterOptions { TargetModules = targets, Layers = given },
        };
        var decided = DecidedOptions.Of(options, 2, StepLossKind.Choices).Run;
        Assert.Equal((layers, OptimizerOptions.DefaultLearningRate), (decided.Adapter.Layers, decided.Optimizer.LearningRate));
    }

    [Fact]
    public async Task ScopeAllRefusesIt()
    {
        using var run = new TinyRun();
        var adapter = new AdapterOptions { Scope = AdapterScope.All, Initialization = AdapterInitialization.Discriminant };
        var error = await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync(options => options with { Adapter = adapter }));
        Assert.Contains("AdapterInitialization.Discriminant reads", error.Message, StringComparison.Ordinal);
    }
}
