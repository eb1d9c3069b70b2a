using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Training;

/// <summary>The perturbed copies of a step as inputs of a program.</summary>
internal static class CopyInputs
{
    /// <summary>A, B, the directions, and query and coefficient of every copy.</summary>
    /// <param name="a">All A matrices, flat.</param>
    /// <param name="request">The step.</param>
    /// <param name="part">The copies of it that one run evaluates.</param>
    public static Dictionary<string, HostTensor> Of(HostTensor a, StepRequest request, CopyPlan part) =>
        new(StringComparer.Ordinal)
        {
            [ProgramNames.AdapterA] = a,
            [ProgramNames.AdapterB] = SharedTensor.Of(request.B, request.B.Length),
            [ProgramNames.Noise] = Directions(request),
            [ProgramNames.QueryIndex] = HostTensor.Of([.. part.Copies.Select(copy => (long)copy.Query)], part.Count),
            [ProgramNames.Coefficients] = HostTensor.Of([.. part.Copies.Select(copy => copy.Coefficient * request.Epsilon)], part.Count),
        };

    /// <summary>Number of directions that a program is given: a clean copy names one too, and goes no way along it.</summary>
    public static int DirectionsOf(CopyPlan plan) => Math.Max(1, plan.Queries);

    private static HostTensor Directions(StepRequest request) =>
        request.Plan.Queries == 0
            ? SharedTensor.Of(request.B, 1, request.B.Length)
            : SharedTensor.Of(request.Noise, request.Plan.Queries, request.B.Length);
}
