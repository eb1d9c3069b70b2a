using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>The slope of the tangent, which the capped value tells.</summary>
internal static class SoftCapRule
{
    public static void Apply(ReversedNode node, SoftCap operation) =>
        node.Give(0, new SoftCapGradient(operation.Cap), node.Gradient, node.Outputs[0]);
}
