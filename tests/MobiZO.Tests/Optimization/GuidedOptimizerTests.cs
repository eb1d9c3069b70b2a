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

    /// <summary>No rate has to be guessed: from a start a thousand times too short or too long the loss falls all the same.</summary>
    [Theory]
    [InlineData(1e-5f)]
    [InlineData(10f)]
    public void The_distance_finds_its_size(float start)
    {
        var objective = new HalfBlind(new QuadraticObjective(s_layout.Total));
        var optimizer = New(0, steps: 400, start, ScheduleKind.Constant);
        for (var step = 0; step < 400; step++)
        {
            optimizer.Step(objective);
        }

        Assert.True(objective.Inner.Value(optimizer.B.Span) < 0.7 * objective.Inner.Value(new float[s_layout.Total]));
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
            Assert.Equal(4 + queries, result.Losses.Count);
            Assert.Equal(result.Skipped ? 0 : 1 + queries, result.ProjectedGradients.Count);
            again.Replay(new RecordedStep(result.ProjectedGradients.ToArray(), result.LearningRate, result.Gradient));
        }

        Assert.Equal(first.B.ToArray(), again.B.ToArray());
        Assert.Equal(first.Moments.ToArray(), again.Moments.ToArray());
        Assert.True(first.B.Span.ContainsAnyExcept(0f));
    }

    [Fact]
    public void The_best_distance_decides_the_next_one()
    {
        Assert.Equal(
            [0, 0.5f, 1, 2],
            (
                (float[][])
                    [
                        [1, 2, 2, 2],
                        [2, 1, 2, 2],
                        [2, 2, 1, 2],
                        [2, 2, 2, 1],
                    ]
            ).Select(row => LineSearch.Best(row))
        );
        Assert.True(
            LineSearch.Next(1, 0, 1) < LineSearch.Next(1, 0.5f, 1) && LineSearch.Next(1, 0.5f, 1) < 1 && LineSearch.Next(1, 2, 1) > 1
        );
        Assert.Equal(1, LineSearch.Next(1, 1, 1));
        Assert.Equal((1e-4f, 1e4f), (LineSearch.Next(1e-4f, 0, 1), LineSearch.Next(1e4f, 2, 1)));
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

    /// <summary>A quadratic that tells the first half of its gradient.</summary>
    private sealed class HalfBlind(QuadraticObjective inner) : IBroadcastObjective
    {
        public QuadraticObjective Inner => inner;

        public float[] Losses(StepRequest request) => inner.Losses(request);

        public (float[] Losses, float[] Broadcast) LossesAndBroadcast(StepRequest request) =>
            (inner.Losses(request), [.. inner.Gradient(request.B.Span).Select((value, k) => k < s_layout.Total / 2 ? (float)value : 0)]);
    }
}
