using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Optimization;

public sealed class GuidedOptimizerTests
{
    private static readonly StateLayout s_layout = StateLayout.Create([("q", 8, 6, 2), ("v", 8, 5, 2)]);

    /// <summary>The direction knows half of the values only: without random directions the others never move.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void What_the_broadcast_does_not_see_is_learned_by_random_directions(int queries)
    {
        var objective = new HalfBlind(new QuadraticObjective(s_layout.Total));
        var optimizer = New(queries, steps: 400);
        for (var step = 0; step < 400; step++)
        {
            optimizer.Step(objective);
        }

        var before = objective.Inner.Value(new float[s_layout.Total]);
        var after = objective.Inner.Value(optimizer.B.Span);
        Assert.True(after < (queries == 0 ? 0.7 : 0.35) * before, $"{before} -> {after}");
        Assert.Equal(queries == 0, optimizer.B.Span[(s_layout.Total / 2)..].ContainsAnyExcept(0f) == false);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void What_is_recorded_repeats_a_run_to_the_same_bits(int queries)
    {
        var objective = new HalfBlind(new QuadraticObjective(s_layout.Total) { BrokenSteps = { 4 } });
        var (first, again) = (New(queries, 12), New(queries, 12));
        for (var step = 0; step < 12; step++)
        {
            var result = first.Step(objective);
            Assert.Equal(step == 4, result.Skipped);
            Assert.Equal(1 + queries, result.Losses.Count);
            Assert.Equal(result.Skipped ? 0 : queries, result.ProjectedGradients.Count);
            again.Replay(new RecordedStep(result.ProjectedGradients.ToArray(), result.LearningRate, result.Gradient));
        }

        Assert.Equal(first.B.ToArray(), again.B.ToArray());
        Assert.Equal(first.Moments.ToArray(), again.Moments.ToArray());
        Assert.True(first.B.Span.ContainsAnyExcept(0f));
    }

    /// <summary>A guided step that knows the whole gradient, and has no queries, is a step along the exact gradient.</summary>
    [Fact]
    public void A_broadcast_that_is_the_gradient_is_followed_as_the_gradient_is()
    {
        var inner = new QuadraticObjective(s_layout.Total);
        var guided = New(0, 20, 0.05f);
        var exact = StateOptimizer.Create(guided.Options with { Estimator = EstimatorKind.Reverse, Queries = null }, s_layout, seed: 3, 20);
        for (var step = 0; step < 20; step++)
        {
            guided.Step(new HalfBlind(inner, s_layout.Total));
            exact.Step(new HalfBlind(inner, s_layout.Total));
        }

        Assert.Equal(exact.B.ToArray(), guided.B.ToArray());
        Assert.True(guided.B.Span.ContainsAnyExcept(0f));
    }

    [Fact]
    public void Without_a_number_of_queries_a_guided_step_has_one_copy()
    {
        Assert.Equal(
            1,
            CopyPlan.Create(EstimatorKind.Guided, new OptimizerOptions { Estimator = EstimatorKind.Guided }.QueriesInForce).Count
        );
        Assert.Equal(32, new OptimizerOptions().Plan.Count);
    }

    [Fact]
    public void An_objective_that_broadcasts_nothing_is_refused() =>
        Assert.Throws<ArgumentException>(() => New(2, 1).Step(new QuadraticObjective(s_layout.Total)));

    private static StateOptimizer New(int queries, long steps, float? start = null, ScheduleKind schedule = ScheduleKind.Linear) =>
        StateOptimizer.Create(
            new OptimizerOptions
            {
                Estimator = EstimatorKind.Guided,
                Queries = queries,
                LearningRate = start,
                Schedule = schedule,
            },
            s_layout,
            seed: 3,
            steps
        );

    /// <summary>A quadratic that tells the first values of its gradient, by default half of them.</summary>
    private sealed class HalfBlind(QuadraticObjective inner, int? told = null) : IBroadcastObjective, IGradientObjective
    {
        public QuadraticObjective Inner => inner;

        public float[] Losses(StepRequest request) => inner.Losses(request);

        public (float Loss, float[] Gradient) LossAndGradient(StepRequest request)
        {
            var (losses, gradient) = LossesAndBroadcast(request);
            return (losses[0], gradient);
        }

        public (float[] Losses, float[] Broadcast) LossesAndBroadcast(StepRequest request) =>
            (
                inner.Losses(request),
                [.. inner.Gradient(request.B.Span).Select((value, k) => k < (told ?? s_layout.Total / 2) ? (float)value : 0)]
            );
    }
}
