namespace MobiZO.TrainBench.Profiling;

/// <summary>Where the time of a step went.</summary>
/// <param name="StepMilliseconds">Median of the whole step, the trace included.</param>
/// <param name="EngineMilliseconds">Median inside engine runs.</param>
/// <param name="Parts">By part of the step.</param>
/// <param name="Operators">By ONNX operator.</param>
internal sealed record StepProfile(
    double StepMilliseconds,
    double EngineMilliseconds,
    IReadOnlyList<ProfileShare> Parts,
    IReadOnlyList<ProfileShare> Operators
);
