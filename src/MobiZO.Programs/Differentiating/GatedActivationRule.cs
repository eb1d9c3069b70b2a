using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Of gate and up.</summary>
internal static class GatedActivationRule
{
    public static void Apply(ReversedNode node, GatedActivation operation) =>
        node.GiveFirst(2, new GatedActivationGradient(operation.Kind), node.Gradient, node.Inputs[0], node.Inputs[1]);
}
