using MobiZO.Adapters;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.TestKit;

namespace MobiZO.Slow.Tests.Training;

/// <summary>
/// The update inside the program against the update on the host, on the real model. Two-sided: its projected gradients are exact operations
/// on the losses. A normalised estimator divides by a reduction whose last bit is the engine's own, and a run amplifies such a bit from
/// step to step.
/// </summary>
public sealed class EngineUpdateTests
{
    [SharedFact(RealModel.ModelPath)]
    public async Task EngineUpdateGivesTheAdapterOfTheHostUpdate()
    {
        var host = await TrainAsync(UpdatePlace.Host);
        var engine = await TrainAsync(UpdatePlace.Engine);

        Assert.Contains(host, value => value != 0);
        var worst = host.Zip(engine, (left, right) => Math.Abs(left - right)).Max();
        Assert.True(worst <= 1e-6, $"B differs by {worst:g3}");
    }

    private static async Task<float[]> TrainAsync(UpdatePlace place)
    {
        var options = RealModel.SmsSpam(42) with { Update = place, Steps = 20, EvalEvery = 0 };
        options = options with
        {
            Data = options.Data with { MaxRows = 60, EvalFraction = 0 },
            Optimizer = new OptimizerOptions
            {
                Estimator = EstimatorKind.TwoSided,
                Queries = 16,
                Epsilon = 0.01f,
            },
        };
        var result = await new FineTuner(options).TrainAsync();
        var b = AdapterFiles.Load(result.AdapterFolder).ToState();
        Directory.Delete(options.Output, recursive: true);
        return b;
    }
}
