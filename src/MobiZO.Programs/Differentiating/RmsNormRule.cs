using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Needs x, not the result.</summary>
internal static class RmsNormRule
{
    public static void Apply(ReversedNode node, RmsNorm operation) =>
        node.Give(0, new RmsNormGradient(operation.Scale, operation.Epsilon), node.Gradient, node.Inputs[0]);
}
