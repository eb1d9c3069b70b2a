using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Optimization;

public class LearningRateProbeTests
{
    private static readonly StateLayout s_layout = StateLayout.Create([("m", 4, 50, 2)]);

    /// <summary>Half a curvature times the square of the distance to a target.</summary>
    private sealed class Bowl(float curvature, float distance) : IStepObjective
    {
        public List<long> Steps { get; } = [];

        public float[] Losses(StepRequest request)
        {
            Steps.Add(request.Step);
            return
            [
                .. request.Plan.Copies.Select(copy =>
                {
                    var z = request.Noise.Slice(copy.Query * s_layout.Total, s_layout.Total).ToArray();
                    var sum = 0d;
                    for (var i = 0; i < s_layout.Total; i++)
                    {
                        sum += Math.Pow(request.B.Span[i] + (copy.Coefficient * request.Epsilon * z[i]) - distance, 2);
                    }

                    return (float)(curvature * sum / 2);
                }),
            ];
        }
    }

    [Theory]
    [InlineData(EstimatorKind.OneSidedNormalized)]
    [InlineData(EstimatorKind.TwoSided)]
    public void FoundRateLowersTheLossAndFourTimesItLowersItLess(EstimatorKind estimator)
    {
        var options = new OptimizerOptions
        {
            Estimator = estimator,
            Queries = 16,
            Epsilon = 1e-3f,
        };
        var rate = LearningRateProbe.Find(options, s_layout, 1, new Bowl(1, 1));

        Assert.NotNull(rate);
        var (found, far) = (LossAfterSteps(options, rate.Value), LossAfterSteps(options, 8 * rate.Value));
        var start = LossAfterSteps(options, 1e-6f);
        Assert.True(found < start && found < far, $"start {start}, found {rate}: {found}, eight times: {far}");
    }

    [Fact]
    public void NearerTargetGivesASmallerRate()
    {
        var options = new OptimizerOptions
        {
            Estimator = EstimatorKind.OneSidedNormalized,
            Queries = 16,
            Epsilon = 1e-3f,
        };
        var (near, far) = (
            LearningRateProbe.Find(options, s_layout, 1, new Bowl(1, 0.1f)),
            LearningRateProbe.Find(options, s_layout, 1, new Bowl(1, 0.4f))
        );

        // Four times the distance, up to the neighbouring rate of the grid; the curvature alone changes nothing.
        Assert.InRange(far!.Value / near!.Value, 2.8f, 5.7f);
        Assert.Equal(near, LearningRateProbe.Find(options, s_layout, 1, new Bowl(50, 0.1f)));
    }

    [Fact]
    public void NothingIsFoundWhereNothingHelps()
    {
        var options = new OptimizerOptions { Estimator = EstimatorKind.OneSidedNormalized, Queries = 4 };
        Assert.Null(LearningRateProbe.Find(options, s_layout, 1, new Bowl(1, 0)));
        Assert.Null(LearningRateProbe.Find(options, s_layout, 1, new Bowl(float.NaN, 1)));
    }

    private static double LossAfterSteps(OptimizerOptions options, float rate)
    {
        var bowl = new Bowl(1, 1);
        var optimizer = new ZerothOrderOptimizer(options with { LearningRate = rate, Schedule = ScheduleKind.Constant }, s_layout, 1, 20);
        for (var step = 0; step < 20; step++)
        {
            optimizer.Step(bowl);
        }

        return optimizer.B.ToArray().Sum(value => Math.Pow(value - 1, 2)) / 2;
    }
}
