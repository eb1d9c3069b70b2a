using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Optimization;

public sealed class GradientOptimizerTests
{
    private static readonly StateLayout s_layout = StateLayout.Create([("q", 8, 6, 2), ("v", 8, 5, 2)]);

    [Theory]
    [InlineData(OptimizerKind.AdamW, 0f, 0.05f)]
    [InlineData(OptimizerKind.Sgd, 0f, 0.2f)]
    [InlineData(OptimizerKind.Sgd, 0.9f, 0.05f)]
    public void The_loss_falls_to_its_minimum(OptimizerKind kind, float momentum, float rate)
    {
        var objective = new Slope(new QuadraticObjective(s_layout.Total));
        var optimizer = New(kind, momentum, rate, steps: 300);
        for (var step = 0; step < 300; step++)
        {
            optimizer.Step(objective);
        }

        Assert.True(objective.Inner.Value(optimizer.B.Span) < 1e-4 * objective.Inner.Value(new float[s_layout.Total]));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW, 0f)]
    [InlineData(OptimizerKind.Sgd, 0.5f)]
    public void What_is_recorded_repeats_a_run_to_the_same_bits(OptimizerKind kind, float momentum)
    {
        var objective = new Slope(new QuadraticObjective(s_layout.Total) { BrokenSteps = { 4 } });
        var (first, again) = (New(kind, momentum, 0.05f, 12), New(kind, momentum, 0.05f, 12));
        for (var step = 0; step < 12; step++)
        {
            var before = first.B.ToArray();
            var result = first.Step(objective);
            Assert.Equal(step == 4, result.Skipped);
            Assert.Equal(step == 4, before.AsSpan().SequenceEqual(first.B.Span));
            again.Replay(new RecordedStep(default, result.LearningRate, result.Gradient));
        }

        Assert.Equal(first.B.ToArray(), again.B.ToArray());
        Assert.Equal(first.Moments.ToArray(), again.Moments.ToArray());
    }

    [Fact]
    public void A_large_gradient_is_scaled_down()
    {
        var objective = new Slope(new QuadraticObjective(s_layout.Total));
        var free = Sgd(0);
        var clipped = Sgd(0.01f);
        free.Step(objective);
        clipped.Step(objective);
        Assert.True(Norm(free.B.Span) > 0.1);
        Assert.Equal(0.01, Norm(clipped.B.Span), 1e-6);

        static StateOptimizer Sgd(float bound) =>
            StateOptimizer.Create(
                new OptimizerOptions
                {
                    Estimator = EstimatorKind.Reverse,
                    Kind = OptimizerKind.Sgd,
                    MaxGradientNorm = bound,
                    LearningRate = 1,
                },
                s_layout,
                0,
                1
            );
    }

    [Fact]
    public void An_objective_without_gradients_is_refused() =>
        Assert.Throws<ArgumentException>(() => New(OptimizerKind.AdamW, 0, 0.1f, 1).Step(new QuadraticObjective(s_layout.Total)));

    [Theory]
    [InlineData(EstimatorKind.TwoSided, OptimizerKind.AdamW, 0f, false, 0f, "Kind")]
    [InlineData(EstimatorKind.Reverse, null, 0.5f, false, 0f, "Momentum")]
    [InlineData(EstimatorKind.Reverse, null, 0f, true, 0f, "LearningRate")]
    [InlineData(EstimatorKind.TwoSided, null, 0f, false, 0.1f, "WeightDecay")]
    [InlineData(EstimatorKind.Reverse, null, 0f, false, -1f, "WeightDecay")]
    public void Settings_that_do_not_fit_are_named(
        EstimatorKind estimator,
        OptimizerKind? kind,
        float momentum,
        bool isProbed,
        float decay,
        string setting
    )
    {
        var options = new OptimizerOptions
        {
            Estimator = estimator,
            Kind = kind,
            Momentum = momentum,
            ProbeLearningRate = isProbed,
            WeightDecay = decay,
        };
        Assert.StartsWith($"{setting}:", Assert.Single(options.Validate()), StringComparison.Ordinal);
    }

    private static StateOptimizer New(OptimizerKind kind, float momentum, float rate, long steps) =>
        StateOptimizer.Create(
            new OptimizerOptions
            {
                Estimator = EstimatorKind.Reverse,
                Kind = kind,
                Momentum = momentum,
                LearningRate = rate,
            },
            s_layout,
            0,
            steps
        );

    private static double Norm(ReadOnlySpan<float> values)
    {
        var sum = 0d;
        foreach (var value in values)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>A quadratic that tells its gradient.</summary>
    private sealed class Slope(QuadraticObjective inner) : IGradientObjective
    {
        public QuadraticObjective Inner => inner;

        public float[] Losses(StepRequest request) => inner.Losses(request);

        public (float Loss, float[] Gradient) LossAndGradient(StepRequest request) =>
            (inner.Loss(request.Step, request.B.Span), [.. inner.Gradient(request.B.Span).Select(value => (float)value)]);
    }
}
