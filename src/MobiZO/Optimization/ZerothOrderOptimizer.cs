using MobiZO.Optimization.Noise;

namespace MobiZO.Optimization;

/// <summary>Zeroth-order descent on the flat trained state B: noise, losses of the copies, projected gradients, update.</summary>
internal sealed class ZerothOrderOptimizer : StateOptimizer
{
    private readonly NoiseSource _noiseSource;
    private readonly float[] _noise;

    /// <summary>Starts at step 0 with B and momentum zero.</summary>
    /// <exception cref="ArgumentException">The options have errors (all are listed) or the number of steps is below 1.</exception>
    public ZerothOrderOptimizer(OptimizerOptions options, StateLayout layout, ulong seed, long totalSteps)
        : base(options, layout, totalSteps)
    {
        var noiseLength = (long)options.Queries * layout.Total;
        if (noiseLength > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{options.Queries} directions of {layout.Total} values are too many ({Array.MaxLength} at most); choose fewer queries, "
                    + $"fewer targets or a smaller rank"
            );
        }

        _noiseSource = new NoiseSource(seed);
        _noise = new float[noiseLength];
    }

    /// <summary>Draws the directions, asks for the losses and updates B.</summary>
    protected override StepResult Take(IStepObjective objective, long step, float learningRate)
    {
        DrawNoise(step);
        var request = new StepRequest
        {
            Step = step,
            Plan = Plan,
            B = B,
            Noise = _noise,
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
            AdapterUpdate.Apply(State, StateMoments, _noise, gradients, learningRate, Options.Momentum);
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
            DrawNoise(step);
            AdapterUpdate.Apply(State, StateMoments, _noise, recorded.ProjectedGradients, recorded.LearningRate, Options.Momentum);
        }
    }

    private void DrawNoise(long step) => _noiseSource.FillStep(Options.NoiseOrDefault, step, Options.Queries, Layout, _noise);
}
