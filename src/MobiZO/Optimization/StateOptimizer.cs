using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Optimization;

/// <summary>What trains the flat state B: asks an objective for what its estimator needs, and moves B.</summary>
/// <remarks>The same options, layout, seed and answers of the objective give the same bits.</remarks>
internal abstract class StateOptimizer
{
    private readonly float[] _b;
    private readonly float[] _moments;
    private readonly float[] _directions;
    private readonly NoiseSource _noise;

    /// <summary>Starts at step 0 with B and the moments zero.</summary>
    /// <exception cref="ArgumentException">
    /// The options have errors (all are listed), the number of steps is below 1, or a step's directions are too many.
    /// </exception>
    protected StateOptimizer(OptimizerOptions options, StateLayout layout, ulong seed, long totalSteps)
    {
        var errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalSteps);
        Options = options;
        Layout = layout;
        TotalSteps = totalSteps;
        Plan = options.Plan;
        var length = (long)Plan.Queries * layout.Total;
        if (length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{Plan.Queries} directions of {layout.Total} values are too many ({Array.MaxLength} at most); choose fewer queries, "
                    + $"fewer targets or a smaller rank"
            );
        }

        _noise = new NoiseSource(seed);
        _directions = new float[length];
        _b = new float[layout.Total];
        _moments = new float[options.MomentsOf(layout)];
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

    /// <summary>The running means that an update keeps, one after another (<see cref="OptimizerOptions.MomentsOf"/>).</summary>
    public ReadOnlyMemory<float> Moments => _moments;

    /// <summary>B, to be changed.</summary>
    protected Memory<float> State => _b;

    /// <summary>The moments, to be changed.</summary>
    protected Memory<float> StateMoments => _moments;

    /// <summary>The directions z of a step [queries of the plan, total].</summary>
    protected Memory<float> Directions => _directions;

    /// <summary>The optimiser of an estimator, at step 0.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="layout">The trained state.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="totalSteps">Number of steps.</param>
    /// <param name="start">The B to start from [total]; null: zero.</param>
    /// <exception cref="ArgumentException">
    /// The options have errors (all are listed), the number of steps is below 1, a step's directions are too many, or the start does not
    /// fit.
    /// </exception>
    public static StateOptimizer Create(
        OptimizerOptions options,
        StateLayout layout,
        ulong seed,
        long totalSteps,
        IReadOnlyList<float>? start = null
    )
    {
        StateOptimizer optimizer = options.EstimatorInForce switch
        {
            EstimatorKind.Reverse => new GradientOptimizer(options, layout, totalSteps),
            EstimatorKind.Guided => new GuidedOptimizer(options, layout, seed, totalSteps),
            _ => new ZerothOrderOptimizer(options, layout, seed, totalSteps),
        };
        if (start is not null)
        {
            optimizer.Restore(0, [.. start], optimizer.Moments.Span);
        }

        return optimizer;
    }

    /// <summary>Continues from a stored state: the next step, B and the moments.</summary>
    /// <exception cref="ArgumentException">A length does not fit the layout and options.</exception>
    public void Restore(long nextStep, ReadOnlySpan<float> b, ReadOnlySpan<float> moments)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nextStep);
        if (b.Length != _b.Length || moments.Length != _moments.Length)
        {
            throw new ArgumentException(
                $"expected {_b.Length} trained values and {_moments.Length} moments, found {b.Length} and {moments.Length}"
            );
        }

        b.CopyTo(_b);
        moments.CopyTo(_moments);
        NextStep = nextStep;
    }

    /// <summary>
    /// Asks the objective and updates B. A step with a loss or gradient that is not finite changes nothing but <see cref="NextStep"/>.
    /// </summary>
    public StepResult Step(IStepObjective objective)
    {
        var rate = LearningRateSchedule.At(Options.Schedule, Options.RateOrDefault, NextStep, TotalSteps);
        var result = Take(objective, NextStep, rate);
        NextStep++;
        return result;
    }

    /// <summary>Repeats a recorded step without its losses: the same bits as when it was taken.</summary>
    public void Replay(RecordedStep recorded)
    {
        Repeat(NextStep, recorded);
        NextStep++;
    }

    /// <summary>Draws the <see cref="Directions"/> of a step.</summary>
    protected void DrawRandomDirections(long step)
    {
        var queries = Plan.Queries;
        if (queries > 0)
        {
            _noise.FillStep(Options.NoiseOrDefault, step, queries, Layout, Directions);
        }
    }

    /// <summary>Takes a step.</summary>
    protected abstract StepResult Take(IStepObjective objective, long step, float learningRate);

    /// <summary>Repeats a step; nothing when it was skipped.</summary>
    protected abstract void Repeat(long step, RecordedStep recorded);
}
