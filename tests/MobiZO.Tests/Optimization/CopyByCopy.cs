using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

/// <summary>Gives every copy an evaluation of its own, as another process would that is given a slice of the step.</summary>
internal sealed class CopyByCopy(IStepObjective objective) : IStepObjective
{
    public float[] Losses(StepRequest request) =>
        [.. request.Plan.Cut(1).SelectMany(copy => objective.Losses(request with { Plan = copy }))];
}
