using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Of queries, keys and values.</summary>
internal static class CausalAttentionRule
{
    public static void Apply(ReversedNode node, CausalAttention operation) =>
        node.GiveFirst(3, new CausalAttentionGradient(operation), [node.Gradient, .. node.Inputs]);
}
