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

    public static TheoryData<EngineKind, EstimatorMode, bool> Cases()
    {
        var cases = new TheoryData<EngineKind, EstimatorMode, bool>();
        foreach (var engine in Enum.GetValues<EngineKind>())
        {
            foreach (var mode in Enum.GetValues<EstimatorMode>())
            {
                cases.Add(engine, mode, false);
                cases.Add(engine, mode, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_hundred_steps_in_the_engine_equal_a_hundred_on_the_host(EngineKind engine, EstimatorMode mode, bool ownExamples)
    {
        using var tiny = NewTiny(engine);
        var (inEngine, onHost) = (NewOptimizer(tiny, mode, ownExamples), NewOptimizer(tiny, mode, ownExamples));
        var perStep = 2 * (ownExamples ? Queries : 1);
        var updating = tiny.Objective(perStep, update: new EngineUpdate(FormOf(mode), Queries));
        var plain = tiny.Objective(perStep);
        for (var step = 0; step < 100; step++)
        {
            inEngine.Step(updating);
            onHost.Step(plain);
        }

        Assert.NotEqual(tiny.B, inEngine.B.ToArray());
        var worst = inEngine.B.ToArray().Zip(onHost.B.ToArray(), (x, y) => Math.Abs((double)x - y)).Max();
        Assert.True(worst <= 1e-6, $"B differs by {worst:g3} after 100 steps");
    }

    /// <summary>Elementwise operations round the same everywhere: with the engine's own gradients the host gets the engine's very bits.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_engines_recorded_gradients_replay_to_the_same_bits(EngineKind engine, EstimatorMode mode, bool ownExamples)
    {
        // A state that is no multiple of any vector width.
        using var tiny = NewTiny(engine);
        var (inEngine, replayed) = (NewOptimizer(tiny, mode, ownExamples), NewOptimizer(tiny, mode, ownExamples));
        var updating = tiny.Objective(2 * (ownExamples ? Queries : 1), update: new EngineUpdate(FormOf(mode), Queries));
        for (var step = 0; step < 40; step++)
        {
            var result = inEngine.Step(updating);
            Assert.False(result.Skipped);
            replayed.Replay(result.ProjectedGradients.ToArray(), result.LearningRate);
            Assert.Equal(Bits(inEngine.B), Bits(replayed.B));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_cut_into_micro_batches_update_in_the_engine_too(EngineKind engine, EstimatorMode mode, bool ownExamples)
    {
        using var tiny = NewTiny(engine);
        var perStep = 2 * (ownExamples ? Queries : 1);
        var update = new EngineUpdate(FormOf(mode), Queries);
        var request = tiny.Request(CopyPlan.Create(mode, Queries, ownExamples));
        var objective = tiny.Objective(perStep, maxTokensPerRun: 1, update);
        var whole = tiny.Objective(perStep, update: update).LossesAndUpdate(request, 0.01f);
        var parts = objective.LossesAndUpdate(request, 0.01f);
        Assert.True(objective.LastRunCount > 1);
        Assert.Equal(whole.Losses, parts.Losses, (x, y) => Math.Abs(x - y) <= 1e-6);
        Assert.Equal(whole.B, parts.B, (x, y) => Math.Abs(x - y) <= 1e-5);
        Assert.NotEqual(tiny.B, parts.B);
    }

    /// <summary>Equal losses carry no direction; the engine must not divide zero by zero.</summary>
    [Theory]
    [InlineData(EngineKind.Reference)]
    [InlineData(EngineKind.OnnxRuntime)]
    public void Without_noise_nothing_moves(EngineKind engine)
    {
        using var tiny = NewTiny(engine);
        foreach (var mode in Enum.GetValues<EstimatorMode>())
        {
            var objective = tiny.Objective(2, update: new EngineUpdate(FormOf(mode), Queries));
            var still = tiny.Request(CopyPlan.Create(mode, Queries)) with { Noise = new float[Queries * tiny.B.Length] };
            var result = objective.LossesAndUpdate(still, 1);
            Assert.Equal(tiny.B, result.B);
            Assert.Equal(new float[Queries], result.ProjectedGradients);
        }
    }

    private static TinyStep NewTiny(EngineKind engine)
    {
        var model = new TinyLlama(layers: 1, hidden: 10, headDimension: 6, heads: 2, keyValueHeads: 1);
        return new TinyStep(engine, StepLossKind.Choices, PrefixKind.KeyValues, model, model.Adapter(3, "q_proj", "v_proj", "up_proj"));
    }

    // The rate is small enough that B stays tame for a hundred steps: a run amplifies rounding as it goes.
    private static ZerothOrderOptimizer NewOptimizer(TinyStep tiny, EstimatorMode mode, bool ownExamples)
    {
        var optimizer = new ZerothOrderOptimizer(
            new OptimizerOptions { Mode = mode, Queries = Queries, OwnExamples = ownExamples, LearningRate = 2e-4f }, tiny.State, seed: 9, totalSteps: 100);
        optimizer.Restore(0, tiny.B, []);
        return optimizer;
    }

    private static EstimatorForm FormOf(EstimatorMode mode) => Enum.Parse<EstimatorForm>(mode.ToString());

    private static int[] Bits(ReadOnlyMemory<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);
}
