using MobiZO.Programs.Ops;

namespace MobiZO.Optimization;

/// <summary>
/// AdamW along the directions that the clean copy's error shows when it is broadcast, and random directions beside it where there are
/// queries, as one-sided normalised steps follow them. One forward a step; without queries it has one copy.
/// </summary>
/// <remarks>What is recorded of a step: the g_i of the random directions, and the broadcast direction.</remarks>
internal sealed class GuidedOptimizer : StateOptimizer
{
    /// <summary>Starts at step 0 with B and the means zero.</summary>
    /// <inheritdoc cref="StateOptimizer(OptimizerOptions, StateLayout, ulong, long)"/>
    public GuidedOptimizer(OptimizerOptions options, StateLayout layout, ulong seed, long totalSteps)
        : base(options, layout, seed, totalSteps) { }

    /// <inheritdoc/>
    protected override StepResult Take(IStepObjective objective, long step, float learningRate)
    {
        var source =
            objective as IBroadcastObjective
            ?? throw new ArgumentException($"the estimator {Options.Estimator} needs an objective that broadcasts its error");
        DrawRandomDirections(step);
        var (losses, broadcast) = source.LossesAndBroadcast(
            new StepRequest
            {
                Step = step,
                Plan = Plan,
                B = B,
                Noise = Directions,
                Epsilon = Options.Epsilon,
            }
        );
        RoundedGradient.Round(broadcast);
        var isSkipped = !ProjectedGradients.AreFinite(losses) || !ProjectedGradients.AreFinite(broadcast);
        float[] found = isSkipped || Plan.Queries == 0 ? [] : RandomGradients(losses);
        isSkipped |= !ProjectedGradients.AreFinite(found);
        if (!isSkipped)
        {
            Apply(step, found, broadcast, learningRate);
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
            DrawRandomDirections(step);
            Apply(step, recorded.ProjectedGradients, recorded.Gradient.Span, recorded.LearningRate);
        }
    }

    /// <summary>g [q] of the random directions.</summary>
    private float[] RandomGradients(float[] losses) =>
        ProjectedGradients.Compute(CopyPlan.Create(EstimatorKind.OneSidedNormalized, Plan.Queries), losses, Options.Epsilon);

    private void Apply(long step, ReadOnlyMemory<float> found, ReadOnlySpan<float> broadcast, float learningRate)
    {
        if (!found.IsEmpty)
        {
            // The schedule shortens both parts alike.
            var share = learningRate / Options.RateOrDefault;
            AdapterUpdate.Apply(State, Memory<float>.Empty, Directions, found, OptimizerOptions.DefaultLearningRate * share);
        }

        var clipping = GradientUpdate.ClippingFactor(broadcast, Options.MaxGradientNorm);
        GradientUpdate.AdamW(Options, State.Span, StateMoments.Span, broadcast, clipping, learningRate, step + 1);
    }
}
