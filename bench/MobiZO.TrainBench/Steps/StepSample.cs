namespace MobiZO.TrainBench.Steps;

/// <summary>One measured step, or one inference of its rows.</summary>
/// <param name="Milliseconds">Everything: noise, rows, prompts, engine, gradients, update, journal.</param>
/// <param name="EngineMilliseconds">The part inside engine runs.</param>
/// <param name="EngineRuns">Engine runs.</param>
/// <param name="Cost">Work of the engine runs.</param>
internal sealed record StepSample(double Milliseconds, double EngineMilliseconds, int EngineRuns, ProgramCost Cost);
