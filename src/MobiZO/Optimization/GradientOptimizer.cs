namespace MobiZO.Optimization;

/// <summary>Descent along gradients that the objective computes, by AdamW or SGD, clipped by their norm.</summary>
/// <remarks>Gradients are rounded (<see cref="RoundedGradient"/>) before anything uses them, so that the journal can keep them.</remarks>
internal sealed class GradientOptimizer : StateOptimizer
{
    /// <summary>Starts at step 0 with B and the moments zero; nothing is drawn.</summary>
    /// <exception cref="ArgumentException">The options have errors, or the number of steps is below 1.</exception>
    public GradientOptimizer(OptimizerOptions options, StateLayout layout, long totalSteps)
        : base(options, layout, seed: 0, totalSteps) { }

    /// <inheritdoc/>
    protected override StepResult Take(IStepObjective objective, long step, float learningRate)
    {
        var source =
            objective as IGradientObjective
            ?? throw new ArgumentException($"the estimator {Options.EstimatorInForce} needs an objective that knows its gradient");
        var (loss, gradient) = source.LossAndGradient(
            new StepRequest
            {
                Step = step,
                Plan = Plan,
                B = B,
                Noise = ReadOnlyMemory<float>.Empty,
                Epsilon = Options.Epsilon,
            }
        );
        RoundedGradient.Round(gradient);
        var isSkipped = !float.IsFinite(loss) || !ProjectedGradients.AreFinite(gradient);
        if (!isSkipped)
        {
            Apply(step, gradient, learningRate);
        }

        return new StepResult
        {
            Step = step,
            Losses = [loss],
            ProjectedGradients = [],
            LearningRate = learningRate,
            Skipped = isSkipped,
            Gradient = isSkipped ? default : gradient,
        };
    }

    /// <inheritdoc/>
    protected override void Repeat(long step, RecordedStep recorded)
    {
        if (!recorded.Gradient.IsEmpty)
        {
            Apply(step, recorded.Gradient.Span, recorded.LearningRate);
        }
    }

    private void Apply(long step, ReadOnlySpan<float> gradient, float learningRate)
    {
        var clipping = GradientUpdate.ClippingFactor(gradient, Options.MaxGradientNorm);
        if (Options.KindOrDefault == OptimizerKind.AdamW)
        {
            // A skipped step counts: the means forget nothing then, and the correction for their start is a little too weak.
            GradientUpdate.AdamW(Options, State.Span, StateMoments.Span, gradient, clipping, learningRate, step + 1);
        }
        else
        {
            GradientUpdate.Sgd(Options, State.Span, StateMoments.Span, gradient, clipping, learningRate);
        }
    }
}
