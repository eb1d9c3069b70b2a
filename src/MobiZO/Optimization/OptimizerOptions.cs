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

    /// <summary>Peak learning rate of AdamW along exact gradients unless one is given.</summary>
    public const float AdamWLearningRate = 0.03f;

    /// <summary>Peak learning rate of AdamW along broadcast directions unless one is given.</summary>
    public const float GuidedLearningRate = 0.01f;

    /// <summary>The same where the loss is that of label words or choices.</summary>
    public const float GuidedChoicesLearningRate = 0.03f;

    /// <summary>Number of random directions of a step that follows nothing else, unless one is given.</summary>
    public const int DefaultQueries = 31;

    /// <summary>Most random directions a step.</summary>
    public const int MaxQueries = 65536;

    /// <summary>How a step estimates the gradient.</summary>
    public EstimatorKind Estimator { get; init; } = EstimatorKind.Auto;

    /// <summary>
    /// How an exact gradient moves the trained state; null: AdamW. Random directions are followed by SGD alone, the direction of guided
    /// steps by AdamW alone.
    /// </summary>
    public OptimizerKind? Kind { get; init; }

    /// <summary>
    /// Number of random directions a step, q; of no use to <see cref="EstimatorKind.Reverse"/>. Null: <see cref="DefaultQueries"/>, and
    /// none beside the direction of guided steps.
    /// </summary>
    public int? Queries { get; init; }

    /// <summary>Size of the perturbation, eps.</summary>
    public float Epsilon { get; init; } = 2e-3f;

    /// <summary>
    /// Peak learning rate; null: <see cref="AdamWLearningRate"/> for AdamW along exact gradients, <see cref="GuidedLearningRate"/> for
    /// guided steps, <see cref="GuidedChoicesLearningRate"/> and <see cref="UpperHalfLearningRate"/> where a run decides so, else
    /// <see cref="DefaultLearningRate"/>.
    /// </summary>
    public float? LearningRate { get; init; }

    /// <summary>
    /// Whether the peak learning rate is found by trying before the first step; what was found then stands in <see cref="LearningRate"/> of
    /// the run's files.
    /// </summary>
    public bool ProbeLearningRate { get; init; }

    /// <summary>The course of the learning rate.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Linear;

    /// <summary>SGD's factor of the running sum of gradients, from 0 (off) to below 1.</summary>
    public float Momentum { get; init; }

    /// <summary>Decoupled weight decay along exact gradients: each step takes rate times this share of B away.</summary>
    public float WeightDecay { get; init; }

    /// <summary>Exact gradients with a larger norm are scaled down to it; 0: never.</summary>
    public float MaxGradientNorm { get; init; } = 1;

    /// <summary>Distribution of the directions; null: Gaussian for the two-sided estimator, Rademacher for the one-sided one.</summary>
    public NoiseKind? Noise { get; init; }

    /// <summary>The estimator; what no run has chosen yet is that of random directions.</summary>
    internal EstimatorKind EstimatorInForce => Estimator == EstimatorKind.Auto ? EstimatorKind.OneSidedNormalized : Estimator;

    /// <summary>The learning rate, or the default where nothing decided it.</summary>
    internal float RateOrDefault =>
        LearningRate
        ?? (
            Estimator == EstimatorKind.Guided ? GuidedLearningRate
            : Estimator == EstimatorKind.Reverse && KindOrDefault == OptimizerKind.AdamW ? AdamWLearningRate
            : DefaultLearningRate
        );

    /// <summary>The random directions of a step.</summary>
    internal int QueriesInForce => Queries ?? (Estimator == EstimatorKind.Guided ? 0 : DefaultQueries);

    /// <summary>How the gradient moves the trained state.</summary>
    internal OptimizerKind KindOrDefault => Kind ?? (EstimatorInForce.UsesGradient() ? OptimizerKind.AdamW : OptimizerKind.Sgd);

    /// <summary>Which optimiser an estimator without exact gradients is followed by, and why.</summary>
    private string Follower =>
        Estimator == EstimatorKind.Guided
            ? "has a direction whose length is no slope, so that adamw follows it and sgd cannot"
            : "follows random directions by sgd, and adamw needs a gradient";

    /// <summary>The copies of a step.</summary>
    internal CopyPlan Plan => CopyPlan.Create(EstimatorInForce, QueriesInForce);

    /// <summary>The distribution, or the default of the estimator.</summary>
    internal NoiseKind NoiseOrDefault => Noise ?? EstimatorInForce.DefaultNoise();

    /// <summary>Numbers that the update keeps beside B: m with momentum; m, then v for AdamW.</summary>
    internal int MomentsOf(StateLayout layout) =>
        KindOrDefault == OptimizerKind.AdamW ? checked(2 * layout.Total)
        : Momentum == 0 ? 0
        : layout.Total;

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
        var queries = QueriesInForce;
        var fewest = Math.Min(1, EstimatorInForce.LeastQueries());
        Require(queries >= fewest && queries <= MaxQueries, $"Queries: {queries} must lie between {fewest} and {MaxQueries}");
        Require(
            queries >= EstimatorInForce.LeastQueries() || queries < 1,
            $"Queries: a normalised estimator needs at least 2, found {queries}"
        );
        Require(
            Estimator != EstimatorKind.Guided || queries != 1,
            $"Queries: a guided step has none or at least 2, whose spread it needs; found {queries}"
        );
        Require(float.IsFinite(Epsilon) && Epsilon > 0, $"Epsilon: {Epsilon} must be a positive number");
        Require(float.IsFinite(RateOrDefault) && RateOrDefault > 0, $"LearningRate: {RateOrDefault} must be a positive number");
        Require(Enum.IsDefined(Schedule), $"Schedule: {Schedule} is unknown; choose one of {EnumNames.List<ScheduleKind>()}");
        Require(Momentum is >= 0 and < 1, $"Momentum: {Momentum} must be at least 0 and below 1");
        Require(Kind is null || Enum.IsDefined(Kind.Value), $"Kind: {Kind} is unknown; choose one of {EnumNames.List<OptimizerKind>()}");
        Require(
            Kind is null
                || Estimator is EstimatorKind.Auto or EstimatorKind.Reverse
                || (Kind == OptimizerKind.AdamW && Estimator == EstimatorKind.Guided)
                || (Kind == OptimizerKind.Sgd && EstimatorInForce.IsRandom()),
            $"Kind: the estimator {EnumNames.Of(EstimatorInForce)} {Follower}; leave Kind out, or set Estimator to {EstimatorKind.Reverse}"
        );
        Require(
            Momentum == 0 || KindOrDefault == OptimizerKind.Sgd,
            $"Momentum: {Momentum} is of sgd, and adamw keeps means of its own; leave it out"
        );
        Require(
            !ProbeLearningRate || EstimatorInForce.IsRandom(),
            $"LearningRate: it is found by trying for random directions only, and the estimator is {EnumNames.Of(EstimatorInForce)}; give a number, or leave it out"
        );
        Require(float.IsFinite(WeightDecay) && WeightDecay >= 0, $"WeightDecay: {WeightDecay} must be 0 or more");
        Require(
            WeightDecay == 0 || Estimator is EstimatorKind.Auto or EstimatorKind.Reverse,
            $"WeightDecay: {WeightDecay} is of exact gradients; leave it out"
        );
        Require(float.IsFinite(MaxGradientNorm) && MaxGradientNorm >= 0, $"MaxGradientNorm: {MaxGradientNorm} must be 0 (off) or more");
        Require(Noise is null || Enum.IsDefined(Noise.Value), $"Noise: {Noise} is unknown; choose one of {EnumNames.List<NoiseKind>()}");
        return errors;
    }
}
