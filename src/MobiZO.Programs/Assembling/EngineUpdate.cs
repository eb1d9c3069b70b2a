using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>The update of B inside the step program.</summary>
/// <param name="Form">Layout of the copies.</param>
/// <param name="Queries">q.</param>
public sealed record EngineUpdate(EstimatorForm Form, int Queries);
