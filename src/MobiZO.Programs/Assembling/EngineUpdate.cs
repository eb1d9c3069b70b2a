using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>The update of B inside the step program.</summary>
/// <param name="Estimator">The estimator of the step.</param>
/// <param name="Queries">q.</param>
public sealed record EngineUpdate(EstimatorKind Estimator, int Queries);
