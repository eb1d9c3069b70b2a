using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>The update of B inside the step program.</summary>
/// <param name="Estimator">The estimator of the step.</param>
/// <param name="Queries">q.</param>
/// <param name="IsDelayed">
/// The form of the paper's published program: a step first applies the projected gradients of the step before, given with that step's
/// noise, and gives its own to the next one. The first step is given zeros.
/// </param>
public sealed record EngineUpdate(EstimatorKind Estimator, int Queries, bool IsDelayed = false);
