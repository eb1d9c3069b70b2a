using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Needs x, not the result.</summary>
internal static class LayerNormRule
{
    public static void Apply(ReversedNode node, LayerNorm operation) =>
        node.Give(0, new LayerNormGradient(operation.Scale, operation.Epsilon), node.Gradient, node.Inputs[0]);
}
