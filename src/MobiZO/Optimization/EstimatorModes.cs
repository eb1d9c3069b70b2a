using MobiZO.Optimization.Noise;

namespace MobiZO.Optimization;

/// <summary>Facts about the modes.</summary>
internal static class EstimatorModes
{
    public static bool IsTwoSided(this EstimatorMode mode) => mode is EstimatorMode.TwoSided or EstimatorMode.TwoSidedNormalized;

    public static bool IsNormalized(this EstimatorMode mode) => mode is EstimatorMode.OneSidedNormalized or EstimatorMode.TwoSidedNormalized;

    /// <summary>
    /// One-sided differences carry the curvature term eps/2 z'Hz, which for signs is the same trace in every query up to cross terms, so it varies least.
    /// </summary>
    public static NoiseKind DefaultNoise(this EstimatorMode mode) => mode.IsTwoSided() ? NoiseKind.Gaussian : NoiseKind.Rademacher;
}
