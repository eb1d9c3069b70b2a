using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>dy times the slope at x.</summary>
internal static class ActivationRule
{
    public static void Apply(ReversedNode node, Activation operation) =>
        node.Give(0, new ActivationGradient(operation.Kind), node.Gradient, node.Inputs[0]);
}
