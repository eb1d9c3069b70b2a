using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Optimization;

/// <summary>The settings of the optimiser; every default is here.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Peak learning rate unless one is given.</summary>
    public const float DefaultLearningRate = 0.3f;

    /// <summary>
    /// Peak learning rate of a normalised estimator unless one is given, when A comes from the training prompts and acts in the upper half
    /// of the layers: half the values, twice the rate.
    /// </summary>
    public const float UpperHalfLearningRate = 0.6f;

    /// <summary>Most random directions a step.</summary>
    public const int MaxQueries = 65536;

    /// <summary>How losses become projected gradients.</summary>
    public EstimatorKind Estimator { get; init; } = EstimatorKind.OneSidedNormalized;

    /// <summary>Number of random directions a step, q.</summary>
    public int Queries { get; init; } = 31;

    /// <summary>Size of the perturbation, eps.</summary>
    public float Epsilon { get; init; } = 2e-3f;

    /// <summary>
    /// Peak learning rate; null: <see cref="UpperHalfLearningRate"/> where a run decides so, else <see cref="DefaultLearningRate"/>.
    /// </summary>
    public float? LearningRate { get; init; }

    /// <summary>
    /// Whether the peak learning rate is found by trying before the first step; what was found then stands in <see cref="LearningRate"/> of
    /// the run's files.
    /// </summary>
    public bool ProbeLearningRate { get; init; }

    /// <summary>The course of the learning rate.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Linear;

    /// <summary>Factor of the running sum of gradients, from 0 (off) to below 1.</summary>
    public float Momentum { get; init; }

    /// <summary>Distribution of the directions; null: Gaussian for the two-sided estimator, Rademacher for the one-sided one.</summary>
    public NoiseKind? Noise { get; init; }

    /// <summary>The learning rate, or the default where nothing decided it.</summary>
    internal float RateOrDefault => LearningRate ?? DefaultLearningRate;

    /// <summary>The distribution, or the default of the estimator.</summary>
    internal NoiseKind NoiseOrDefault => Noise ?? Estimator.DefaultNoise();

    /// <summary>Every error in these settings, each naming the setting, the value and what is allowed; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Require(bool condition, FormattableString message)
        {
            if (!condition)
            {
                errors.Add(FormattableString.Invariant(message));
            }
        }

        Require(Enum.IsDefined(Estimator), $"Estimator: {Estimator} is unknown; choose one of {EnumNames.List<EstimatorKind>()}");
        Require(Queries is >= 1 and <= MaxQueries, $"Queries: {Queries} must lie between 1 and {MaxQueries}");
        Require(Queries >= Estimator.LeastQueries() || Queries < 1, $"Queries: a normalised estimator needs at least 2, found {Queries}");
        Require(float.IsFinite(Epsilon) && Epsilon > 0, $"Epsilon: {Epsilon} must be a positive number");
        Require(float.IsFinite(RateOrDefault) && RateOrDefault > 0, $"LearningRate: {RateOrDefault} must be a positive number");
        Require(Enum.IsDefined(Schedule), $"Schedule: {Schedule} is unknown; choose one of {EnumNames.List<ScheduleKind>()}");
        Require(Momentum is >= 0 and < 1, $"Momentum: {Momentum} must be at least 0 and below 1");
        Require(Noise is null || Enum.IsDefined(Noise.Value), $"Noise: {Noise} is unknown; choose one of {EnumNames.List<NoiseKind>()}");
        return errors;
    }
}
