using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Training;

/// <summary>The update inside the engine against the update on the host.</summary>
public sealed class EngineUpdateTests
{
    private const int Queries = 3;
    private const int ExamplesPerStep = 2;

    public static TheoryData<string, EstimatorKind> Cases()
    {
        var cases = new TheoryData<string, EstimatorKind>();
        foreach (var engine in EngineCatalog.Names)
        {
            foreach (var estimator in Enum.GetValues<EstimatorKind>().Where(kind => kind.IsRandom()))
            {
                cases.Add(engine, estimator);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_hundred_steps_in_the_engine_equal_a_hundred_on_the_host(string engine, EstimatorKind estimator)
    {
        using var tiny = NewTiny(engine);
        var (inEngine, onHost) = (NewOptimizer(tiny, estimator), NewOptimizer(tiny, estimator));
        var updating = tiny.Objective(ExamplesPerStep, update: new EngineUpdate(estimator, Queries));
        var plain = tiny.Objective(ExamplesPerStep);
        for (var step = 0; step < 100; step++)
        {
            inEngine.Step(updating);
            onHost.Step(plain);
        }

        Assert.NotEqual(tiny.B, inEngine.B.ToArray());
        var worst = inEngine.B.ToArray().Zip(onHost.B.ToArray(), (x, y) => Math.Abs((double)x - y)).Max();
        Assert.True(worst <= 1e-6, $"B differs by {worst:g3} after 100 steps");
    }

    /// <summary>
    /// Elementwise operations round the same everywhere: with the engine's own gradients the host gets the engine's very bits.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_engines_recorded_gradients_replay_to_the_same_bits(string engine, EstimatorKind estimator)
    {
        // A state that is no multiple of any vector width.
        using var tiny = NewTiny(engine);
        var (inEngine, replayed) = (NewOptimizer(tiny, estimator), NewOptimizer(tiny, estimator));
        var updating = tiny.Objective(ExamplesPerStep, update: new EngineUpdate(estimator, Queries));
        for (var step = 0; step < 40; step++)
        {
            var result = inEngine.Step(updating);
            Assert.False(result.Skipped);
            replayed.Replay(new RecordedStep(result.ProjectedGradients.ToArray(), result.LearningRate));
            Assert.Equal(Bits(inEngine.B), Bits(replayed.B));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_cut_into_micro_batches_update_in_the_engine_too(string engine, EstimatorKind estimator)
    {
        using var tiny = NewTiny(engine);
        var update = new EngineUpdate(estimator, Queries);
        var request = tiny.Request(CopyPlan.Create(estimator, Queries));
        var objective = tiny.Objective(ExamplesPerStep, maxTokensPerRun: 1, update);
        var whole = tiny.Objective(ExamplesPerStep, update: update).LossesAndUpdate(request, 0.01f);
        var parts = objective.LossesAndUpdate(request, 0.01f);
        Assert.True(objective.LastRunCount > 1);
        Assert.Equal(whole.Losses, parts.Losses, (x, y) => Math.Abs(x - y) <= 1e-6);
        Assert.Equal(whole.B, parts.B, (x, y) => Math.Abs(x - y) <= 1e-5);
        Assert.NotEqual(tiny.B, parts.B);
    }

    /// <summary>Equal losses carry no direction; the engine must not divide zero by zero.</summary>
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void Without_noise_nothing_moves(string engine)
    {
        using var tiny = NewTiny(engine);
        foreach (var estimator in Enum.GetValues<EstimatorKind>().Where(kind => kind.IsRandom()))
        {
            var objective = tiny.Objective(ExamplesPerStep, update: new EngineUpdate(estimator, Queries));
            var still = tiny.Request(CopyPlan.Create(estimator, Queries)) with { Noise = new float[Queries * tiny.B.Length] };
            var result = objective.LossesAndUpdate(still, 1);
            Assert.Equal(tiny.B, result.B);
            Assert.Equal(new float[Queries], result.ProjectedGradients);
        }
    }

    private static TinyStep NewTiny(string engine)
    {
        var model = new TinyLlama(layers: 1, hidden: 10, headDimension: 6, heads: 2, keyValueHeads: 1);
        return new TinyStep(engine, StepLossKind.Choices, PrefixKind.KeyValues, model, model.Adapter(3, "q_proj", "v_proj", "up_proj"));
    }

    // The rate is small enough that B stays tame for a hundred steps: a run amplifies rounding as it goes.
    private static ZerothOrderOptimizer NewOptimizer(TinyStep tiny, EstimatorKind estimator)
    {
        var optimizer = new ZerothOrderOptimizer(
            new OptimizerOptions
            {
                Estimator = estimator,
                Queries = Queries,
                LearningRate = 2e-4f,
            },
            tiny.State,
            seed: 9,
            totalSteps: 100
        );
        optimizer.Restore(0, tiny.B, []);
        return optimizer;
    }

    private static int[] Bits(ReadOnlyMemory<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);
}
