using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Rows back where they were picked.</summary>
internal static class GatherRowsRule
{
    public static void Apply(ReversedNode node) => node.Give(0, new ScatterRows(), node.Gradient, node.Inputs[1], node.Inputs[0]);
}
