using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>The one copy without its axis.</summary>
internal static class SingleStackRule
{
    public static void Apply(ReversedNode node) => node.Give(0, new ShapedLike(), node.Gradient, node.Inputs[0]);
}
