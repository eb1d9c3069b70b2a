using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Matrices flat again.</summary>
internal static class SplitMatricesRule
{
    public static void Apply(ReversedNode node) => node.Give(0, new JoinMatrices(), node.Gradients);
}
