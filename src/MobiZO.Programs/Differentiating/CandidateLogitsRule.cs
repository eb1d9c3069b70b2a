using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>The rows of the head that were asked for, weighted by dy.</summary>
internal static class CandidateLogitsRule
{
    public static void Apply(ReversedNode node, CandidateLogits operation) =>
        node.Give(0, new CandidateLogitsGradient(operation.Head), node.Gradient, node.Inputs[1]);
}
