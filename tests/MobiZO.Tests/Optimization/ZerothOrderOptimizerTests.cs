using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Optimization;

public sealed class ZerothOrderOptimizerTests
{
    private static readonly StateLayout s_layout = StateLayout.Create([("first", 8, 6, 4), ("second", 8, 4, 4)]);

    [Theory]
    [InlineData(EstimatorKind.TwoSided)]
    [InlineData(EstimatorKind.OneSidedNormalized)]
    public void Sequential_and_parallel_forms_take_the_same_steps(EstimatorKind estimator)
    {
        var options = new OptimizerOptions
        {
            Estimator = estimator,
            Queries = 5,
            LearningRate = 0.02f,
        };
        var objective = new QuadraticObjective(s_layout.Total) { ExampleLevel = 0.1 };
        var parallel = new ZerothOrderOptimizer(options, s_layout, seed: 3, totalSteps: 20);
        var sequential = new ZerothOrderOptimizer(options, s_layout, seed: 3, totalSteps: 20);
        var reference = new SequentialObjective((step, _, b) => objective.Loss(step, b));
        for (var step = 0; step < 20; step++)
        {
            var byCopies = parallel.Step(objective);
            var byTurns = sequential.Step(reference);
            for (var copy = 0; copy < byCopies.Losses.Count; copy++)
            {
                Assert.Equal(byTurns.Losses[copy], byCopies.Losses[copy], 1e-5f);
            }

            Assert.Equal(byTurns.ProjectedGradients, byCopies.ProjectedGradients);
            Assert.Equal(sequential.B.ToArray(), parallel.B.ToArray());
        }
    }

    /// <summary>Processes that know the settings, the seed, the step and B evaluate a step together.</summary>
    [Theory]
    [InlineData(EstimatorKind.TwoSided)]
    [InlineData(EstimatorKind.OneSidedNormalized)]
    public void Slices_made_elsewhere_have_the_losses_of_the_whole_step(EstimatorKind estimator)
    {
        var options = new OptimizerOptions
        {
            Estimator = estimator,
            Queries = 5,
            LearningRate = 0.02f,
        };
        var objective = new QuadraticObjective(s_layout.Total) { ExampleLevel = 0.1 };
        var optimizer = new ZerothOrderOptimizer(options, s_layout, seed: 3, totalSteps: 20);
        for (var step = 0; step < 5; step++)
        {
            var b = optimizer.B.ToArray();
            var whole = optimizer.Step(objective).Losses;
            float[] Elsewhere(Range copies) => objective.Losses(StepRequest.Create(options, s_layout, seed: 3, step, b, copies));
            Assert.Equal(whole, [.. Elsewhere(..1), .. Elsewhere(1..4), .. Elsewhere(4..)]);
        }
    }

    [Fact]
    public void The_reference_goes_query_by_query_plus_before_minus()
    {
        var seen = new List<string>();
        var noise = new[] { 1f, 10f };
        var sequential = new SequentialObjective(
            (_, query, b) =>
            {
                seen.Add($"{query}{(b[0] > 0 ? '+' : b[0] < 0 ? '-' : '.')}");
                return 0;
            }
        );
        foreach (var estimator in new[] { EstimatorKind.TwoSided, EstimatorKind.OneSidedNormalized })
        {
            sequential.Losses(
                new StepRequest
                {
                    Step = 0,
                    Plan = CopyPlan.Create(estimator, 2),
                    B = new float[1],
                    Noise = noise,
                    Epsilon = 1,
                }
            );
        }

        Assert.Equal("0+ 0- 1+ 1- 0. 0+ 1+", string.Join(' ', seen));
    }

    [Theory]
    [InlineData(EstimatorKind.TwoSided, NoiseKind.Gaussian)]
    [InlineData(EstimatorKind.TwoSided, NoiseKind.Rademacher)]
    [InlineData(EstimatorKind.OneSidedNormalized, NoiseKind.Rademacher)]
    public void The_mean_over_many_queries_points_along_the_true_gradient(EstimatorKind estimator, NoiseKind noise)
    {
        var objective = new QuadraticObjective(s_layout.Total, quartic: 0.3);
        var options = new OptimizerOptions
        {
            Estimator = estimator,
            Noise = noise,
            Queries = 4000,
            Epsilon = 1e-2f,
            LearningRate = 1,
            Schedule = ScheduleKind.Constant,
        };
        var optimizer = new ZerothOrderOptimizer(options, s_layout, seed: 1, totalSteps: 1);
        optimizer.Step(objective);
        var truth = objective.Gradient(new float[s_layout.Total]);
        var estimate = optimizer.B.ToArray().Select(value => -(double)value).ToArray();
        var dot = truth.Zip(estimate, (a, b) => a * b).Sum();
        var cosine = dot / Math.Sqrt(truth.Sum(a => a * a) * estimate.Sum(a => a * a));
        Assert.True(cosine > 0.98, $"cosine {cosine}");
        if (estimator == EstimatorKind.TwoSided)
        {
            // A normalised estimate has a length of its own.
            Assert.InRange(dot / truth.Sum(a => a * a), 0.9, 1.1);
        }
    }

    /// <summary>With q = 1 the step must be weighted by g: along z where the loss falls along -z, not a blind walk.</summary>
    [Fact]
    public void A_single_query_is_weighted_by_its_projected_gradient()
    {
        var objective = new QuadraticObjective(s_layout.Total);
        var options = new OptimizerOptions
        {
            Estimator = EstimatorKind.TwoSided,
            Queries = 1,
            Epsilon = 0.01f,
            LearningRate = 0.01f,
            Schedule = ScheduleKind.Constant,
        };
        var optimizer = new ZerothOrderOptimizer(options, s_layout, seed: 7, totalSteps: 400);
        var first = objective.Value(optimizer.B.Span);
        for (var step = 0; step < 400; step++)
        {
            var before = objective.Value(optimizer.B.Span);
            optimizer.Step(objective);
            Assert.True(objective.Value(optimizer.B.Span) <= before + 1e-2);
        }

        Assert.True(objective.Value(optimizer.B.Span) < 0.1 * first);
    }

    [Theory]
    [InlineData(EstimatorKind.TwoSided, 0.1f, 0f)]
    [InlineData(EstimatorKind.TwoSided, 0.01f, 0.9f)]
    [InlineData(EstimatorKind.OneSidedNormalized, 0.1f, 0f)]
    public void Every_estimator_learns_the_quadratic(EstimatorKind estimator, float learningRate, float momentum)
    {
        var objective = new QuadraticObjective(s_layout.Total);
        var optimizer = new ZerothOrderOptimizer(
            new OptimizerOptions
            {
                Estimator = estimator,
                LearningRate = learningRate,
                Momentum = momentum,
            },
            s_layout,
            seed: 5,
            totalSteps: 300
        );
        var first = objective.Value(optimizer.B.Span);
        for (var step = 0; step < 300; step++)
        {
            optimizer.Step(objective);
        }

        Assert.True(objective.Value(optimizer.B.Span) < 0.02 * first, $"{objective.Value(optimizer.B.Span)} of {first}");
    }

    [Fact]
    public void Perturbing_does_not_let_the_state_drift()
    {
        var start = new float[s_layout.Total];
        new NoiseSource(1).Fill(NoiseKind.Gaussian, 0, 0, 0, start);
        var optimizer = new ZerothOrderOptimizer(new OptimizerOptions(), s_layout, seed: 2, totalSteps: 500);
        optimizer.Restore(0, start, []);
        var flat = new SequentialObjective((_, _, _) => 1f);
        for (var step = 0; step < 500; step++)
        {
            optimizer.Step(flat);
        }

        Assert.Equal(start, optimizer.B.ToArray());
    }

    [Fact]
    public void A_step_whose_losses_are_not_finite_changes_nothing()
    {
        var objective = new QuadraticObjective(s_layout.Total) { BrokenSteps = { 1 } };
        var optimizer = new ZerothOrderOptimizer(new OptimizerOptions { Momentum = 0.5f }, s_layout, seed: 2, totalSteps: 5);
        Assert.False(optimizer.Step(objective).Skipped);
        var b = optimizer.B.ToArray();
        var velocity = optimizer.Moments.ToArray();
        var result = optimizer.Step(objective);
        Assert.True(result.Skipped);
        Assert.Empty(result.ProjectedGradients);
        Assert.Equal(b, optimizer.B.ToArray());
        Assert.Equal(velocity, optimizer.Moments.ToArray());
        Assert.Equal(2, optimizer.NextStep);
        Assert.False(optimizer.Step(objective).Skipped);
    }

    [Fact]
    public void Differences_that_overflow_skip_the_step()
    {
        var optimizer = new ZerothOrderOptimizer(
            new OptimizerOptions { Estimator = EstimatorKind.TwoSided, Queries = 1 },
            s_layout,
            seed: 2,
            totalSteps: 5
        );
        var turn = 0;
        Assert.True(optimizer.Step(new SequentialObjective((_, _, _) => turn++ == 0 ? 3e38f : -3e38f)).Skipped);
        Assert.Equal(new float[s_layout.Total], optimizer.B.ToArray());
    }

    [Fact]
    public void A_restored_run_continues_with_the_same_bits()
    {
        var objective = new QuadraticObjective(s_layout.Total) { ExampleLevel = 0.1 };
        var options = new OptimizerOptions { Momentum = 0.8f, LearningRate = 0.01f };
        var whole = new ZerothOrderOptimizer(options, s_layout, seed: 4, totalSteps: 30);
        var resumed = new ZerothOrderOptimizer(options, s_layout, seed: 4, totalSteps: 30);
        for (var step = 0; step < 30; step++)
        {
            if (step == 13)
            {
                resumed.Restore(whole.NextStep, whole.B.Span, whole.Moments.Span);
            }

            whole.Step(objective);
            if (step >= 13)
            {
                resumed.Step(objective);
            }
        }

        Assert.Equal(whole.B.ToArray(), resumed.B.ToArray());
    }

    [Fact]
    public void Bad_options_and_layouts_are_refused_with_every_error()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new ZerothOrderOptimizer(new OptimizerOptions { Queries = 0, Momentum = 2 }, s_layout, 0, 1)
        );
        Assert.Contains("Queries: 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("Momentum: 2", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => StateLayout.Create([]));
        Assert.Throws<ArgumentException>(() => StateLayout.Create([("a", 1, 1, 1), ("a", 1, 1, 1)]));
        Assert.Throws<ArgumentException>(() => StateLayout.Create([("a", 1, 0, 1)]));
        Assert.Throws<ArgumentException>(() => StateLayout.Create([("a", 1, int.MaxValue, int.MaxValue)]));
    }
}
