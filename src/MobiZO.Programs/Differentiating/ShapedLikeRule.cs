using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>The same numbers in their own shape.</summary>
internal static class ShapedLikeRule
{
    public static void Apply(ReversedNode node) => node.Give(0, new ShapedLike(), node.Gradient, node.Inputs[0]);
}
