using MobiZO.Programs.Ops;

namespace MobiZO.Optimization;

/// <summary>
/// Descent along the running mean of broadcast directions, as far as copies along it say (<see cref="LineSearch"/>), and along random
/// directions beside it, as one-sided normalised steps follow them. One forward a step: the direction comes from the steps before, so the
/// copies judge it on rows that it has not seen.
/// </summary>
/// <remarks>
/// The moments are m and v of AdamW over the broadcast directions, then the distance. The direction is m / sqrt(v), both corrected for
/// their start. What is recorded of a step: the factor that was best, the g_i of the random directions, and the broadcast direction.
/// </remarks>
internal sealed class GuidedOptimizer : StateOptimizer
{
    private static readonly float[] s_along = [1];

    /// <summary>Starts at step 0 with B and the means zero.</summary>
    /// <inheritdoc cref="StateOptimizer(OptimizerOptions, StateLayout, ulong, long)"/>
    public GuidedOptimizer(OptimizerOptions options, StateLayout layout, ulong seed, long totalSteps)
        : base(options, layout, seed, totalSteps) => Distance = options.RateOrDefault;

    private ref float Distance => ref StateMoments.Span[^1];

    private Span<float> Mean => StateMoments.Span[..Layout.Total];

    private Span<float> Square => StateMoments.Span.Slice(Layout.Total, Layout.Total);

    /// <inheritdoc/>
    protected override StepResult Take(IStepObjective objective, long step, float learningRate)
    {
        var source =
            objective as IBroadcastObjective
            ?? throw new ArgumentException($"the estimator {Options.Estimator} needs an objective that broadcasts its error");
        DrawDirections(step);
        var unit = -Distance / Options.Epsilon;
        var (losses, broadcast) = source.LossesAndBroadcast(
            new StepRequest
            {
                Step = step,
                Plan = CopyPlan.CreateGuided([.. LineSearch.Factors.Select(factor => factor * unit)], Options.Queries),
                B = B,
                Noise = Directions,
                Epsilon = Options.Epsilon,
            }
        );
        RoundedGradient.Round(broadcast);
        float[] found = ProjectedGradients.AreFinite(losses) ? [LineSearch.Best(losses), .. RandomGradients(losses)] : [];
        var isSkipped = found.Length == 0 || !ProjectedGradients.AreFinite(found) || !ProjectedGradients.AreFinite(broadcast);
        if (!isSkipped)
        {
            Apply(found, broadcast, learningRate);
        }

        return new StepResult
        {
            Step = step,
            Losses = losses,
            ProjectedGradients = isSkipped ? [] : found,
            LearningRate = learningRate,
            Skipped = isSkipped,
            Gradient = isSkipped ? default : broadcast,
        };
    }

    /// <inheritdoc/>
    protected override void Repeat(long step, RecordedStep recorded)
    {
        if (!recorded.Gradient.IsEmpty)
        {
            DrawDirections(step);
            Apply(recorded.ProjectedGradients, recorded.Gradient.Span, recorded.LearningRate);
        }
    }

    /// <summary>g [q] of the random directions.</summary>
    private float[] RandomGradients(float[] losses) =>
        Options.Queries == 0
            ? []
            : ProjectedGradients.Compute(
                CopyPlan.Create(EstimatorKind.OneSidedNormalized, Options.Queries),
                [losses[0], .. losses.AsSpan(1 + LineSearch.Factors.Count)],
                Options.Epsilon
            );

    private void Apply(ReadOnlyMemory<float> found, ReadOnlySpan<float> broadcast, float learningRate)
    {
        // The schedule shortens both parts alike.
        var share = learningRate / Options.RateOrDefault;
        var best = found.Span[0];
        if (best > 0)
        {
            AdapterUpdate.Apply(State, Memory<float>.Empty, Directions[..Layout.Total], s_along, Distance * share);
        }

        if (Options.Queries > 0)
        {
            AdapterUpdate.Apply(
                State,
                Memory<float>.Empty,
                Directions[Layout.Total..],
                found[1..],
                OptimizerOptions.DefaultLearningRate * share
            );
        }

        // Without a direction yet, all distances are one.
        if (Mean.ContainsAnyExcept(0f))
        {
            Distance = LineSearch.Next(Distance, best, Options.RateOrDefault);
        }

        GradientUpdate.Accumulate(StateMoments.Span[..^1], broadcast, GradientUpdate.ClippingFactor(broadcast, Options.MaxGradientNorm));
    }

    private void DrawDirections(long step)
    {
        GradientUpdate.Direction(Mean, Square, step, Directions.Span[..Layout.Total]);
        DrawRandomDirections(step);
    }
}
