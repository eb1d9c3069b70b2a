using MobiZO.Optimization.Noise;

namespace MobiZO.Optimization;

/// <summary>Zeroth-order descent on the flat trained state B: noise, losses of the copies, projected gradients, update.</summary>
/// <remarks>The losses come from an <see cref="IStepObjective"/>. The same options, layout, seed and losses give the same bits.</remarks>
internal sealed class ZerothOrderOptimizer
{
    private readonly NoiseSource _noiseSource;
    private readonly float[] _noise;
    private readonly float[] _b;
    private readonly float[] _velocity;

    /// <summary>Starts at step 0 with B and momentum zero.</summary>
    /// <exception cref="ArgumentException">The options have errors (all are listed) or the number of steps is below 1.</exception>
    public ZerothOrderOptimizer(OptimizerOptions options, StateLayout layout, ulong seed, long totalSteps)
    {
        var errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalSteps);
        var noiseLength = (long)options.Queries * layout.Total;
        if (noiseLength > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{options.Queries} directions of {layout.Total} values are too many ({Array.MaxLength} at most); choose fewer queries, "
                    + $"fewer targets or a smaller rank"
            );
        }

        Options = options;
        Layout = layout;
        TotalSteps = totalSteps;
        Plan = CopyPlan.Create(options.Estimator, options.Queries);
        _noiseSource = new NoiseSource(seed);
        _noise = new float[noiseLength];
        _b = new float[layout.Total];
        _velocity = options.Momentum == 0 ? [] : new float[layout.Total];
    }

    /// <summary>The settings.</summary>
    public OptimizerOptions Options { get; }

    /// <summary>The tensors of the trained state.</summary>
    public StateLayout Layout { get; }

    /// <summary>Number of steps of the run; schedules end there.</summary>
    public long TotalSteps { get; }

    /// <summary>The copies of a step.</summary>
    public CopyPlan Plan { get; }

    /// <summary>The step that comes next, from 0.</summary>
    public long NextStep { get; private set; }

    /// <summary>The trained state B [total].</summary>
    public ReadOnlyMemory<float> B => _b;

    /// <summary>The running sum m of <see cref="AdapterUpdate"/>; empty without momentum.</summary>
    public ReadOnlyMemory<float> Velocity => _velocity;

    /// <summary>Continues from a stored state: the next step, B, and m when momentum is on.</summary>
    /// <exception cref="ArgumentException">A length does not fit the layout and options.</exception>
    public void Restore(long nextStep, ReadOnlySpan<float> b, ReadOnlySpan<float> velocity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nextStep);
        if (b.Length != _b.Length || velocity.Length != _velocity.Length)
        {
            throw new ArgumentException(
                $"expected {_b.Length} trained and {_velocity.Length} momentum values, found {b.Length} and {velocity.Length}"
            );
        }

        b.CopyTo(_b);
        velocity.CopyTo(_velocity);
        NextStep = nextStep;
    }

    /// <summary>
    /// Draws the directions, asks for the losses and updates B. A step with a loss or gradient that is not finite changes nothing but
    /// <see cref="NextStep"/>.
    /// </summary>
    public StepResult Step(IStepObjective objective)
    {
        var step = NextStep;
        DrawNoise(step);
        var learningRate = LearningRateSchedule.At(Options.Schedule, Options.RateOrDefault, step, TotalSteps);
        var request = new StepRequest
        {
            Step = step,
            Plan = Plan,
            B = _b,
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
            next.CopyTo(_b, 0);
        }
        else
        {
            AdapterUpdate.Apply(_b, _velocity, _noise, gradients, learningRate, Options.Momentum);
        }

        NextStep = step + 1;
        return new StepResult
        {
            Step = step,
            Losses = losses,
            ProjectedGradients = gradients,
            LearningRate = learningRate,
            Skipped = skipped,
        };
    }

    /// <summary>Repeats a recorded step without its losses: the same bits as when it was taken.</summary>
    /// <param name="gradients">The recorded projected gradients [q]; empty for a skipped step.</param>
    /// <param name="learningRate">The recorded learning rate.</param>
    public void Replay(ReadOnlyMemory<float> gradients, float learningRate)
    {
        if (!gradients.IsEmpty)
        {
            DrawNoise(NextStep);
            AdapterUpdate.Apply(_b, _velocity, _noise, gradients, learningRate, Options.Momentum);
        }

        NextStep++;
    }

    private void DrawNoise(long step) => _noiseSource.FillStep(Options.NoiseOrDefault, step, Options.Queries, Layout, _noise);
}
