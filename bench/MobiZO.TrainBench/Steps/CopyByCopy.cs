using MobiZO.Optimization;

namespace MobiZO.TrainBench.Steps;

/// <summary>One copy after another, each in an engine run of its own, as MeZO does it: what the parallel step is compared with.</summary>
/// <param name="objective">Evaluates the copies.</param>
internal sealed class CopyByCopy(IStepObjective objective) : IStepObjective
{
    public float[] Losses(StepRequest request) =>
        [.. request.Plan.Cut(1).SelectMany(copy => objective.Losses(request with { Plan = copy }))];
}
