using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Optimization;

/// <summary>Facts about the modes.</summary>
internal static class EstimatorModes
{
    public static bool IsTwoSided(this EstimatorMode mode) => mode is EstimatorMode.TwoSided or EstimatorMode.TwoSidedNormalized;

    public static bool IsNormalized(this EstimatorMode mode) => mode is EstimatorMode.OneSidedNormalized or EstimatorMode.TwoSidedNormalized;

    /// <summary>The same estimator inside a step program.</summary>
    public static EstimatorForm EngineForm(this EstimatorMode mode) => mode switch
    {
        EstimatorMode.TwoSided => EstimatorForm.TwoSided,
        EstimatorMode.TwoSidedNormalized => EstimatorForm.TwoSidedNormalized,
        EstimatorMode.OneSided => EstimatorForm.OneSided,
        _ => EstimatorForm.OneSidedNormalized,
    };

    /// <summary>
    /// One-sided differences carry the curvature term eps/2 z'Hz, which for signs is the same trace in every query up to cross terms, so it varies least.
    /// </summary>
    public static NoiseKind DefaultNoise(this EstimatorMode mode) => mode.IsTwoSided() ? NoiseKind.Gaussian : NoiseKind.Rademacher;
}
