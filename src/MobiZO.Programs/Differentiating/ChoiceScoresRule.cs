using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>The same numbers, flat again.</summary>
internal static class ChoiceScoresRule
{
    public static void Apply(ReversedNode node) => node.Give(0, new ShapedLike(), node.Gradient, node.Inputs[0]);
}
