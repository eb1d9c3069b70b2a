using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Optimization;

/// <summary>Facts about the estimators.</summary>
internal static class EstimatorKinds
{
    /// <summary>Whether a query has a plus and a minus copy; else all are compared with one clean copy.</summary>
    public static bool IsTwoSided(this EstimatorKind kind) => kind == EstimatorKind.TwoSided;

    /// <summary>Whether the gradients are divided by a spread of their own, so that one learning rate serves losses of any slope.</summary>
    public static bool IsNormalized(this EstimatorKind kind) => kind == EstimatorKind.OneSidedNormalized;

    /// <summary>Whether a step follows random directions alone, and so needs nothing but losses.</summary>
    public static bool IsRandom(this EstimatorKind kind) => kind is EstimatorKind.TwoSided or EstimatorKind.OneSidedNormalized;

    /// <summary>Whether a step uses a gradient that the objective computes; journals keep it.</summary>
    public static bool UsesGradient(this EstimatorKind kind) => kind is EstimatorKind.Reverse or EstimatorKind.Guided;

    /// <summary>Least number of queries: a spread needs two; a guided step may have none.</summary>
    public static int LeastQueries(this EstimatorKind kind) =>
        kind == EstimatorKind.Guided ? 0
        : kind.IsNormalized() ? 2
        : 1;

    /// <summary>
    /// One-sided differences carry the curvature term eps/2 z'Hz, which for signs is the same trace in every query up to cross terms, so it
    /// varies least.
    /// </summary>
    public static NoiseKind DefaultNoise(this EstimatorKind kind) => kind.IsTwoSided() ? NoiseKind.Gaussian : NoiseKind.Rademacher;
}
