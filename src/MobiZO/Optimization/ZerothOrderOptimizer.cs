namespace MobiZO.Optimization;

/// <summary>Zeroth-order descent on the flat trained state B: noise, losses of the copies, projected gradients, update.</summary>
internal sealed class ZerothOrderOptimizer : StateOptimizer
{
    /// <summary>Starts at step 0 with B and momentum zero.</summary>
    /// <inheritdoc cref="StateOptimizer(OptimizerOptions, StateLayout, ulong, long)"/>
    public ZerothOrderOptimizer(OptimizerOptions options, StateLayout layout, ulong seed, long totalSteps)
        : base(options, layout, seed, totalSteps) { }

    /// <summary>Draws the directions, asks for the losses and updates B.</summary>
    protected override StepResult Take(IStepObjective objective, long step, float learningRate)
    {
        DrawRandomDirections(step);
        var request = new StepRequest
        {
            Step = step,
            Plan = Plan,
            B = B,
            Noise = Directions,
            Epsilon = Options.Epsilon,
        };
        float[] losses,
            gradients;
        float[]? next = null;
        if (objective is IUpdatingObjective { Updates: true } engine)
        {
            (losses, gradients, next) = engine.LossesAndUpdate(request, learningRate);
        }
        else
        {
            losses = objective.Losses(request);
            gradients = ProjectedGradients.AreFinite(losses) ? ProjectedGradients.Compute(Plan, losses, Options.Epsilon) : [];
        }

        // Finite losses can lie so far apart that their difference overflows: the gradients count as well.
        var skipped = !ProjectedGradients.AreFinite(losses) || gradients.Length == 0 || !ProjectedGradients.AreFinite(gradients);
        if (skipped)
        {
            gradients = [];
        }
        else if (next is not null)
        {
            next.CopyTo(State);
        }
        else
        {
            AdapterUpdate.Apply(State, StateMoments, Directions, gradients, learningRate, Options.Momentum);
        }

        return new StepResult
        {
            Step = step,
            Losses = losses,
            ProjectedGradients = gradients,
            LearningRate = learningRate,
            Skipped = skipped,
        };
    }

    /// <inheritdoc/>
    protected override void Repeat(long step, RecordedStep recorded)
    {
        if (!recorded.ProjectedGradients.IsEmpty)
        {
            DrawRandomDirections(step);
            AdapterUpdate.Apply(State, StateMoments, Directions, recorded.ProjectedGradients, recorded.LearningRate, Options.Momentum);
        }
    }
}
