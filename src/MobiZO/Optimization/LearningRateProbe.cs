namespace MobiZO.Optimization;

/// <summary>
/// Finds a learning rate by trying: one estimate of the gradient at the start, then the losses of other examples at many distances along
/// it. All distances are copies of one forward, as the queries of a step are.
/// </summary>
internal static class LearningRateProbe
{
    /// <summary>Mini-batches that each direction is tried on.</summary>
    public const int Batches = 4;

    /// <summary>Directions.</summary>
    public const int Directions = 3;

    // The rate that is best for one step alone is too long for many: later steps go where earlier ones have been. Measured:
    // docs/algorithm.md.
    private const float ShareOfBest = 0.5f;

    private const int Candidates = 16;
    private const float Smallest = 0.01f;
    private static readonly float Ratio = MathF.Sqrt(2);

    /// <summary>The copies that are tried along a descent direction: none of it, then distance by distance.</summary>
    public static CopyPlan Line { get; } =
        CopyPlan.CreateLine([0, .. Enumerable.Range(0, Candidates).Select(index => Smallest * MathF.Pow(Ratio, index))]);

    /// <summary>
    /// The rates that are tried: 16, each sqrt(2) times the one before, from 0.01 for a normalised estimator; relative to the spread of g
    /// for another.
    /// </summary>
    /// <param name="options">Estimator, queries, epsilon; its learning rate is not used.</param>
    /// <param name="layout">The trained state.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="objective">The losses. It is asked for the first steps of the run.</param>
    /// <param name="progress">Told how many of how many evaluations are done; may be null.</param>
    /// <param name="start">The B that the run starts with; null: zero.</param>
    /// <param name="cancellation">Stops between two evaluations.</param>
    /// <returns>The rate; null when no distance lowers the loss, or a loss is not finite.</returns>
    public static float? Find(
        OptimizerOptions options,
        StateLayout layout,
        ulong seed,
        IStepObjective objective,
        Action<int, int>? progress = null,
        float[]? start = null,
        CancellationToken cancellation = default
    )
    {
        var plan = options.Plan;
        var noise = new float[checked((long)options.QueriesInForce * layout.Total)];
        var first = start ?? new float[layout.Total];
        double[] sums = new double[Candidates + 1];
        var scale = 0f;
        var done = 0;
        void Next()
        {
            progress?.Invoke(done++, Directions * (1 + Batches));
            cancellation.ThrowIfCancellationRequested();
        }

        for (var direction = 0; direction < Directions; direction++)
        {
            Next();
            var step = (long)direction;
            new Noise.NoiseSource(seed).FillStep(options.NoiseOrDefault, step, options.QueriesInForce, layout, noise);
            var losses = objective.Losses(
                new StepRequest
                {
                    Step = step,
                    Plan = plan,
                    B = first,
                    Noise = noise,
                    Epsilon = options.Epsilon,
                }
            );
            if (!ProjectedGradients.AreFinite(losses))
            {
                return null;
            }

            var gradients = ProjectedGradients.Compute(plan, losses, options.Epsilon);
            if (scale == 0)
            {
                // Without normalisation g has the size of the loss's slope, and sensible rates are as much smaller.
                scale = options.EstimatorInForce.IsNormalized() ? 1 : 1 / Math.Max(ProjectedGradients.RootMeanSquare(gradients), 1e-12f);
            }

            var descent = new float[layout.Total];
            AdapterUpdate.Apply(descent, Memory<float>.Empty, noise, gradients, scale);
            for (var batch = 0; batch < Batches; batch++)
            {
                Next();
                var request = new StepRequest
                {
                    Step = Directions + (direction * Batches) + batch,
                    Plan = Line,
                    B = first,
                    Noise = descent,
                    Epsilon = 1,
                };
                var along = objective.Losses(request);
                for (var index = 0; index < sums.Length; index++)
                {
                    // Far out a loss may overflow: such a rate is none.
                    sums[index] += float.IsFinite(along[index]) ? along[index] : double.PositiveInfinity;
                }
            }
        }

        var best = Array.IndexOf(sums, sums.Min());
        progress?.Invoke(done, done);

        // With momentum a gradient acts 1 / (1 - momentum) times in all.
        return best == 0 ? null : Smallest * MathF.Pow(Ratio, best - 1) * scale * ShareOfBest * (1 - options.Momentum);
    }
}
